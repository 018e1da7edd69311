//! The handle through which a read model is read.

use crate::{
    Digest, Error, Query, ReadModel, Row, Transaction, WaitError,
    control::{Control, State},
    digest, follower,
    generation::{Definition, Generation},
};
use kernel::SharedClock;
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Which database holds the read models.
#[derive(Clone, Debug)]
pub enum ReadStore {
    /// A folder for SQLite files, created where it is missing.
    Sqlite(PathBuf),
    /// A PostgreSQL database: `postgres://user:password@host/database`.
    Postgres(String),
}

/// How a read model is opened.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// Where it is kept.
    pub store: ReadStore,
    /// Connections for reading at most.
    pub readers_max: u32,
}

/// How far a read model has come with one source. A later generation follows upon the earlier one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Applied {
    /// The generation of the tables; it changes when a rebuilt one is switched to.
    pub generation: i64,
    /// The last position that is applied.
    pub position: u64,
}

impl Applied {
    /// Progress that two tellers tell in the wrong order never goes back.
    pub(crate) fn is_news_after(self, known: Self) -> bool {
        self > known
    }

    /// After a break of the connection only the database is to be believed.
    pub(crate) fn is_told_anew(self, known: Self) -> bool {
        self != known
    }
}

/// One read model's database. Cheap to clone; all clones follow a switch to another generation together, whichever
/// process made it.
#[derive(Clone, Debug)]
pub struct ReadDatabase {
    pub(crate) shared: Arc<Shared>,
    follower: Arc<Mutex<Option<JoinHandle<()>>>>,
    _stop_follower: Arc<DropGuard>,
}

/// The generation that is read now.
#[derive(Clone, Debug)]
pub(crate) enum Current {
    Live(Arc<Generation>),
    OtherSchema { found: i64 },
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) definition: Definition,
    pub(crate) options: ReadOptions,
    pub(crate) control: Control,
    pub(crate) clock: SharedClock,
    pub(crate) current: watch::Sender<Current>,
    applied: Mutex<HashMap<String, watch::Sender<Applied>>>,
    /// Why what it holds is not to be shown, once a projector of this process has found that out.
    pub(crate) not_trusted: OnceLock<String>,
    /// One look at the register at a time.
    refreshing: tokio::sync::Mutex<()>,
}

impl ReadDatabase {
    /// Opens the model's database; where there is none it makes the empty tables.
    pub async fn open<M: ReadModel>(options: ReadOptions, clock: SharedClock) -> Result<Self, Error> {
        let definition = Definition::of::<M>();
        let control = Control::open(&options, definition).await?;
        let current = watch::Sender::new(Current::OtherSchema { found: 0 });
        let applied = Mutex::default();
        let shared = Arc::new(Shared {
            definition,
            options,
            control,
            clock,
            current,
            applied,
            not_trusted: OnceLock::new(),
            refreshing: tokio::sync::Mutex::default(),
        });
        shared.refresh(Applied::is_news_after).await?;
        let stop = CancellationToken::new();
        let follower = tokio::spawn(follower::follow(shared.clone(), stop.clone()));
        Ok(Self {
            shared,
            follower: Arc::new(Mutex::new(Some(follower))),
            _stop_follower: Arc::new(stop.drop_guard()),
        })
    }

    /// Begins a reading transaction on the live generation: everything read in it shows one state, of which
    /// [`Transaction::reached`] tells the position.
    pub async fn snapshot(&self) -> Result<Transaction, Error> {
        self.shared.trusted()?.readers.begin_reading().await
    }

    /// All rows of one statement's answer. The statement bounds their number.
    pub async fn fetch_all(&self, query: Query) -> Result<Vec<Row>, Error> {
        self.shared.trusted()?.readers.fetch_all(query).await
    }

    /// Tells how far the model has come with the source, whichever process carries it on.
    pub fn watch(&self, source: &str) -> watch::Receiver<Applied> {
        self.shared.applied_sender(source).subscribe()
    }

    /// Waits until the position is applied.
    pub async fn wait_for(&self, source: &str, position: u64, within: Duration) -> Result<(), WaitError> {
        let mut applied = self.watch(source);
        let reached = applied.wait_for(|applied| applied.position >= position);
        match tokio::time::timeout(within, reached).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err(WaitError::Closed),
            Err(_) => {
                let applied = self.watch(source).borrow().position;
                Err(WaitError::TooLate { source_name: source.to_owned(), wanted: position, applied })
            }
        }
    }

    /// A digest of every row of the live generation, to compare a rebuilt model with the live one. It reads all tables.
    pub async fn digest(&self) -> Result<Digest, Error> {
        digest::of(self.snapshot().await?).await
    }

    /// The number of the live generation.
    pub fn generation(&self) -> Result<i64, Error> {
        Ok(self.shared.live()?.number)
    }

    /// Stops following, ends the connections and waits for both.
    pub async fn close(&self) {
        let follower = self.follower.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(follower) = follower {
            follower.abort();
            let _ = follower.await;
        }
        if let Ok(live) = self.shared.live() {
            live.close().await;
        }
        self.shared.control.pool.close().await;
    }
}

impl Shared {
    /// The live generation for readers.
    pub(crate) fn trusted(&self) -> Result<Arc<Generation>, Error> {
        match self.not_trusted.get() {
            Some(why) => Err(Error::NotTrusted(why.clone())),
            None => self.live(),
        }
    }

    pub(crate) fn live(&self) -> Result<Arc<Generation>, Error> {
        match &*self.current.borrow() {
            Current::Live(generation) => Ok(generation.clone()),
            Current::OtherSchema { found } => Err(Error::SchemaVersion {
                model: self.definition.name,
                expected: self.definition.schema_version,
                found: *found,
            }),
        }
    }

    /// Looks which generation is live and how far it has come, and tells what is news. Says whether retired generations are
    /// left.
    pub(crate) async fn refresh(&self, is_news: fn(Applied, Applied) -> bool) -> Result<bool, Error> {
        let _one_at_a_time = self.refreshing.lock().await;
        let registered = self.control.generations().await?;
        if let Some(live) = registered.iter().find(|generation| generation.state == State::Live) {
            let known = self.live().ok().map(|generation| generation.number);
            if live.schema_version != self.definition.schema_version {
                self.current.send_replace(Current::OtherSchema { found: live.schema_version });
            } else if known != Some(live.number) {
                let generation = Generation::open(&self.options, &self.definition, live.number).await?;
                self.current.send_replace(Current::Live(Arc::new(generation)));
            }
        }
        if let Ok(generation) = self.live() {
            let asked = Query::new("select source, position from checkpoint");
            for row in generation.readers.fetch_all(asked).await? {
                let applied = Applied { generation: generation.number, position: row.get_u64("position")? };
                self.publish(&row.get::<String>("source")?, applied, is_news);
            }
        }
        Ok(registered.iter().any(|generation| generation.state == State::Retired))
    }

    /// Tells everybody in this process how far the model has come, if it is news.
    pub(crate) fn publish(&self, source: &str, applied: Applied, is_news: fn(Applied, Applied) -> bool) {
        self.applied_sender(source).send_if_modified(|known| {
            let news = is_news(applied, *known);
            if news {
                *known = applied;
            }
            news
        });
    }

    fn applied_sender(&self, source: &str) -> watch::Sender<Applied> {
        let mut senders = self.applied.lock().unwrap_or_else(PoisonError::into_inner);
        senders.entry(source.to_owned()).or_default().clone()
    }
}
