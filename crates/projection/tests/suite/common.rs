//! A read model, a source in memory and both databases, for the suites.

use event_log::{RecordedEvent, StreamId};
use futures::future::BoxFuture;
use kernel::{SharedClock, SystemClock, Timestamp, date};
use projection::{
    EventSource, Projector, ProjectorOptions, Query, ReadDatabase, ReadModel, ReadOptions, ReadStore,
    SetAside, SourceError, Status, Transaction,
};
use serde::Serialize;
use sqlx::AssertSqlSafe;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use testing::TestDatabase;
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) const SOURCE: &str = "letters";
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// Where a test keeps its read models; they go with it.
pub(crate) enum Place {
    Sqlite(TempDir),
    Postgres(Box<TestDatabase>),
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(TempDir::new().unwrap())
    }

    pub(crate) async fn postgres() -> Self {
        Self::Postgres(Box::new(TestDatabase::create().await))
    }

    fn store(&self) -> ReadStore {
        match self {
            Self::Sqlite(folder) => ReadStore::Sqlite(folder.path().join("read")),
            Self::Postgres(database) => ReadStore::Postgres(database.url().to_owned()),
        }
    }

    /// A handle of its own, as another process would have one.
    pub(crate) async fn open<M: ReadModel>(&self) -> ReadDatabase {
        let options = ReadOptions { store: self.store(), readers_max: 3 };
        ReadDatabase::open::<M>(options, clock()).await.unwrap()
    }

    /// Changes a row behind the projector's back; the schema is written as `{generation 1}`.
    pub(crate) async fn execute(&self, statement: &'static str) {
        match self {
            Self::Sqlite(folder) => {
                let file = folder.path().join("read/counts/generation-1.sqlite");
                let pool = sqlx::SqlitePool::connect(&file.display().to_string()).await.unwrap();
                let statement = statement.replace("{generation 1}", "main");
                sqlx::query(AssertSqlSafe(statement)).execute(&pool).await.unwrap();
            }
            Self::Postgres(database) => {
                let pool = sqlx::PgPool::connect(database.url()).await.unwrap();
                let statement = statement.replace("{generation 1}", "counts_1");
                sqlx::query(AssertSqlSafe(statement)).execute(&pool).await.unwrap();
            }
        }
    }

    /// Which generations have tables.
    pub(crate) async fn generations(&self) -> Vec<String> {
        match self {
            Self::Sqlite(folder) => {
                let mut found: Vec<String> = std::fs::read_dir(folder.path().join("read/counts"))
                    .unwrap()
                    .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
                    .filter_map(|name| {
                        Some(name.strip_prefix("generation-")?.strip_suffix(".sqlite")?.to_owned())
                    })
                    .collect();
                found.sort();
                found
            }
            Self::Postgres(database) => {
                let pool = sqlx::PgPool::connect(database.url()).await.unwrap();
                let asked = "select substr(nspname::text, 8) from pg_namespace where nspname like 'counts@_%' escape '@' order by 1";
                sqlx::query_scalar(asked).fetch_all(&pool).await.unwrap()
            }
        }
    }
}

pub(crate) fn clock() -> SharedClock {
    Arc::new(SystemClock)
}

/// Declares each test once for either database.
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::common::Place::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::common::Place::postgres().await).await;
            })+
        }
    };
}

/// A log in memory: events are letters, each with an amount.
#[derive(Clone)]
pub(crate) struct MemoryLog {
    events: Arc<Mutex<Vec<RecordedEvent>>>,
    head: Arc<watch::Sender<u64>>,
    pub(crate) is_the_log: bool,
    /// Whether it fails to tell where it ends.
    pub(crate) is_away: Arc<AtomicBool>,
}

impl MemoryLog {
    pub(crate) fn new() -> Self {
        let head = Arc::new(watch::Sender::new(0));
        Self { events: Arc::default(), head, is_the_log: true, is_away: Arc::default() }
    }

    pub(crate) fn with(letters: &[(&str, i64)]) -> Self {
        let log = Self::new();
        letters.iter().for_each(|(letter, amount)| log.append(letter, *amount));
        log
    }

    pub(crate) fn append(&self, letter: &str, amount: i64) {
        let position = *self.head.borrow() + 1;
        self.append_at(
            position,
            "letters.counted.v1",
            &format!("{{\"letter\":\"{letter}\",\"amount\":{amount}}}"),
        );
    }

    pub(crate) fn append_at(&self, position: u64, event_type: &str, content: &str) {
        let event = RecordedEvent {
            position,
            stream: StreamId::of("letter", Uuid::nil()),
            version: position,
            event_id: Uuid::new_v5(&Uuid::from_u64_pair(0, position), content.as_bytes()),
            event_type: event_type.to_owned(),
            effective: date(2025, 7, 1),
            recorded_at: Timestamp::from_micros(1_751_300_000_000_000).unwrap(),
            content: content.to_owned(),
            metadata: "{}".to_owned(),
        };
        self.events.lock().unwrap().push(event);
        self.head.send_replace(position);
    }

    pub(crate) fn head_now(&self) -> u64 {
        *self.head.borrow()
    }

    /// What the read model must show: amount and number by letter.
    pub(crate) fn fold(&self) -> BTreeMap<String, (i64, i64)> {
        let mut totals = BTreeMap::new();
        for event in self.events.lock().unwrap().iter() {
            if let Some((letter, amount)) = read(event) {
                let total: &mut (i64, i64) = totals.entry(letter).or_default();
                *total = (total.0 + amount, total.1 + 1);
            }
        }
        totals
    }
}

impl EventSource for MemoryLog {
    fn name(&self) -> &str {
        SOURCE
    }

    fn next(&mut self, after: u64, limit: usize) -> BoxFuture<'_, Result<Vec<RecordedEvent>, SourceError>> {
        Box::pin(async move {
            let mut head = self.head.subscribe();
            head.wait_for(|head| *head > after).await?;
            let events = self.events.lock().unwrap();
            Ok(events.iter().skip(usize::try_from(after)?).take(limit).cloned().collect())
        })
    }

    fn head(&mut self) -> BoxFuture<'_, Result<u64, SourceError>> {
        Box::pin(async {
            match self.is_away.load(Ordering::SeqCst) {
                true => Err("nobody answers".into()),
                false => Ok(*self.head.borrow()),
            }
        })
    }

    fn event_id(&mut self, position: u64) -> BoxFuture<'_, Result<Option<Uuid>, SourceError>> {
        Box::pin(async move {
            let events = self.events.lock().unwrap();
            Ok(events.iter().find(|event| event.position == position).map(|event| event.event_id))
        })
    }

    fn is_the_log(&self) -> bool {
        self.is_the_log
    }
}

fn read(event: &RecordedEvent) -> Option<(String, i64)> {
    let content: serde_json::Value = serde_json::from_str(&event.content).ok()?;
    Some((content["letter"].as_str()?.to_owned(), content["amount"].as_i64()?))
}

/// Counts letters. It can be told to fail, or to hang, after it has written its rows.
#[derive(Clone, Default)]
pub(crate) struct Counts<const SCHEMA: i64 = 1> {
    pub(crate) failures_left: Arc<AtomicUsize>,
    pub(crate) hangs_at: Option<u64>,
    pub(crate) hanging: Arc<tokio::sync::Notify>,
}

#[derive(Serialize)]
struct CountRow {
    letter: String,
    amount: i64,
    events: i64,
}

impl<const SCHEMA: i64> ReadModel for Counts<SCHEMA> {
    const NAME: &'static str = "counts";
    const SCHEMA_VERSION: i64 = SCHEMA;

    fn create_statements() -> Vec<Query> {
        vec![Query::new(
            "create table count (letter text primary key, amount bigint not null check (amount >= 0),
             events bigint not null, note bytea)",
        )]
    }

    async fn apply(
        &mut self,
        transaction: &mut Transaction,
        events: &[RecordedEvent],
    ) -> Result<Vec<SetAside>, projection::Error> {
        let mut rows: BTreeMap<String, CountRow> = BTreeMap::new();
        let mut set_aside = Vec::new();
        for event in events {
            let Some((letter, amount)) = read(event) else {
                set_aside.push(SetAside { position: event.position, reason: "no letter".into() });
                continue;
            };
            let row = rows.entry(letter.clone()).or_insert(CountRow { letter, amount: 0, events: 0 });
            row.amount += amount;
            row.events += 1;
        }
        let rows: Vec<CountRow> = rows.into_values().collect();
        let upsert = Query::new(
            "insert into count (letter, amount, events)
             select letter, amount, events from json_rows($1, letter text, amount bigint, events bigint) as given
             where true
             on conflict (letter) do update
             set amount = count.amount + excluded.amount, events = count.events + excluded.events",
        );
        transaction.execute(upsert.bind_rows(&rows)?).await?;
        if self
            .failures_left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
            .is_ok()
        {
            return Err(projection::Error::Source("a fault after the rows were written".into()));
        }
        if self.hangs_at.is_some_and(|at| events.iter().any(|event| event.position == at)) {
            self.hanging.notify_one();
            std::future::pending::<()>().await;
        }
        Ok(set_aside)
    }
}

pub(crate) async fn counted(database: &ReadDatabase) -> BTreeMap<String, (i64, i64)> {
    let rows = database
        .fetch_all(Query::new("select letter, amount, events from count order by letter"))
        .await
        .unwrap();
    rows.iter()
        .map(|row| (row.get("letter").unwrap(), (row.get("amount").unwrap(), row.get("events").unwrap())))
        .collect()
}

/// A projector at work.
pub(crate) struct Running {
    pub(crate) status: watch::Receiver<Status>,
    pub(crate) task: JoinHandle<Result<(), projection::Error>>,
    stop: CancellationToken,
}

impl Running {
    pub(crate) fn start<M: ReadModel + 'static>(
        database: &ReadDatabase,
        model: M,
        source: &MemoryLog,
    ) -> Self {
        Self::start_with_batches_of(7, database, model, source)
    }

    pub(crate) fn start_with_batches_of<M: ReadModel + 'static>(
        batch_events_max: usize,
        database: &ReadDatabase,
        model: M,
        source: &MemoryLog,
    ) -> Self {
        let options = ProjectorOptions {
            batch_events_max,
            patience: Duration::from_millis(100),
            ..ProjectorOptions::default()
        };
        let projector = Projector::new(database.clone(), model, Box::new(source.clone()), options);
        let status = projector.status();
        let stop = CancellationToken::new();
        Self { status, task: tokio::spawn(projector.run(stop.clone())), stop }
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }
}

pub(crate) async fn caught_up(database: &ReadDatabase, log: &MemoryLog) {
    database.wait_for(SOURCE, log.head_now(), DEADLINE).await.unwrap();
}
