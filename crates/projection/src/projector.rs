//! Carries a read model on as events come.

use crate::{
    Error, EventSource, Query, Reached, ReadDatabase, ReadModel, Reader as _, RebuildOptions,
    apply::{Outcome, Target},
    database::{Applied, Current},
    generation::Generation,
    lag::Lag,
    rebuild,
};
use event_log::RecordedEvent;
use std::time::Duration;
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How a projector works.
#[derive(Clone, Copy, Debug)]
pub struct ProjectorOptions {
    /// Events in one transaction at most. What is there is applied at once, however little, unless a batch was just applied.
    pub batch_events_max: usize,
    /// From the beginning of one batch to that of the next at least: what comes meanwhile goes together, for a transaction
    /// costs far more than an event in it.
    pub batch_every: Duration,
    /// How long a projector that lost to another one watches it standing still before it tries again.
    pub patience: Duration,
}

impl Default for ProjectorOptions {
    fn default() -> Self {
        Self {
            batch_events_max: 2_000,
            batch_every: Duration::from_millis(5),
            patience: Duration::from_secs(1),
        }
    }
}

/// How a projector fares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It has not begun, or is between two attempts after the failure that is told.
    Waiting(String),
    /// It applies events.
    Running,
    /// Another projector applies events to the same model; this one would take over.
    Following,
    /// The tables of another release are being made anew.
    Rebuilding,
    /// It stopped for good with this error: the model is not to be trusted any further than its position.
    Stopped(String),
}

/// Applies a source's events to a read model, alone or as a stand-by of another projector.
#[derive(Debug)]
pub struct Projector<M> {
    database: ReadDatabase,
    model: M,
    source: Feed,
    options: ProjectorOptions,
    status: watch::Sender<Status>,
    lag: Lag,
}

/// A boxed source with the name that it had at the start.
struct Feed {
    name: String,
    events: Box<dyn EventSource>,
}

impl std::fmt::Debug for Feed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

/// The source's end is looked up this often, for the lag and for the alarm.
const LOOK_AT_HEAD_AFTER: Duration = Duration::from_secs(1);
const BACKOFF_FIRST: Duration = Duration::from_millis(50);
const BACKOFF_MAX: Duration = Duration::from_secs(5);

/// Why the projector turned from one generation.
enum Turn {
    Cancelled,
    Switched,
}

enum Step {
    Cancelled,
    Switched,
    LookAtHead,
    Events(Vec<RecordedEvent>),
}

impl<M: ReadModel> Projector<M> {
    /// A projector of the model, fed by the source.
    pub fn new(
        database: ReadDatabase,
        model: M,
        source: Box<dyn EventSource>,
        options: ProjectorOptions,
    ) -> Self {
        let source = Feed { name: source.name().to_owned(), events: source };
        let lag = Lag::new(M::NAME, &source.name, database.shared.clock.clone());
        let status = watch::Sender::new(Status::Waiting("not begun".into()));
        Self { database, model, source, options, status, lag }
    }

    /// How it fares, for health checks.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// Applies events until it is cancelled. Failures of database and source are tried again for ever. A gap in the
    /// positions, a log that ends below the checkpoint, or one that has another event there, stops it with that error. In
    /// the last two cases the model shows what the log does not hold, and is not read any more in this process.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), Error> {
        let mut backoff = BACKOFF_FIRST;
        self.lag.stopped(false);
        loop {
            let begun = Instant::now();
            match self.carry_on(&stop).await {
                Ok(Turn::Cancelled) => return Ok(()),
                Ok(Turn::Switched) => backoff = BACKOFF_FIRST,
                Err(Error::Cancelled) => return Ok(()),
                Err(error @ (Error::Gap { .. } | Error::AheadOfLog { .. } | Error::OtherHistory { .. })) => {
                    tracing::error!(read_model.name = M::NAME, %error, "projector of {} stopped", M::NAME);
                    self.lag.stopped(true);
                    if !matches!(error, Error::Gap { .. }) {
                        // It shows what the log does not hold.
                        let _ = self.database.shared.not_trusted.set(error.to_string());
                    }
                    self.tell(Status::Stopped(error.to_string()));
                    return Err(error);
                }
                Err(error) => {
                    tracing::warn!(read_model.name = M::NAME, %error, "projector of {} tries again", M::NAME);
                    self.lag.out_of_sight();
                    self.tell(Status::Waiting(error.to_string()));
                    if begun.elapsed() > BACKOFF_MAX {
                        backoff = BACKOFF_FIRST;
                    }
                    if stop.run_until_cancelled(tokio::time::sleep(backoff)).await.is_none() {
                        return Ok(());
                    }
                    backoff = (backoff * 2).min(BACKOFF_MAX);
                    // The database may have come back from a crash with less than was told.
                    if let Err(error) = self.database.shared.refresh(Applied::is_told_anew).await {
                        tracing::warn!(read_model.name = M::NAME, %error, "cannot look for {}", M::NAME);
                    }
                }
            }
        }
    }

    /// Works on the live generation until there is another one.
    async fn carry_on(&mut self, stop: &CancellationToken) -> Result<Turn, Error> {
        self.model.forget();
        let mut switches = self.database.shared.current.subscribe();
        if let Err(Error::SchemaVersion { found, expected, .. }) = self.database.shared.live()
            && found < expected
        {
            return self.rebuild_for_this_release(stop).await;
        }
        let generation = self.database.shared.live()?;
        let (mut reached, set_aside) = stored(&generation, &self.source.name).await?;
        self.lag.set_aside(set_aside);
        let mut is_known = self.look_at_head(reached).await?;
        let mut look_next = Instant::now() + LOOK_AT_HEAD_AFTER;
        let mut batch_next = Instant::now();
        loop {
            let events = async {
                tokio::time::sleep_until(batch_next).await;
                self.source.events.next(reached.position, self.options.batch_events_max).await
            };
            let step = tokio::select! {
                biased;
                () = stop.cancelled() => Step::Cancelled,
                _ = switched(&mut switches, generation.number) => Step::Switched,
                () = tokio::time::sleep_until(look_next) => Step::LookAtHead,
                events = events => Step::Events(events.map_err(Error::Source)?),
            };
            match step {
                Step::Cancelled => return Ok(Turn::Cancelled),
                Step::Switched => return Ok(Turn::Switched),
                Step::LookAtHead => {
                    is_known = self.look_at_head(reached).await?;
                    look_next = Instant::now() + LOOK_AT_HEAD_AFTER;
                }
                Step::Events(events) => {
                    batch_next = Instant::now() + self.options.batch_every;
                    if !is_known {
                        // A copy that was filled again.
                        is_known = self.look_at_head(reached).await?;
                    }
                    reached = match self.apply(&generation, reached.position, &events).await? {
                        Some(reached) => reached,
                        None => match self.stand_by(&generation, stop).await? {
                            Ok(reached) => reached,
                            Err(turn) => return Ok(turn),
                        },
                    };
                }
            }
        }
    }

    /// Applies a batch and tells everybody; `None` where another projector was faster.
    async fn apply(
        &mut self,
        generation: &Generation,
        after: u64,
        events: &[RecordedEvent],
    ) -> Result<Option<LastApplied>, Error> {
        let shared = &self.database.shared;
        let source = self.source.name.as_str();
        let definition = &shared.definition;
        let target = Target { definition, generation, source, clock: &shared.clock, tells_apart: true };
        let Outcome::Applied { set_aside } = target.apply(&mut self.model, after, events).await? else {
            return Ok(None);
        };
        let position = after + events.len() as u64;
        let applied = Applied { generation: generation.number, position };
        shared.publish(source, applied, Applied::is_news_after);
        self.lag.applied(position, events.len() as u64, set_aside);
        self.tell(Status::Running);
        Ok(Some(LastApplied { position, event_id: events.last().map(|event| event.event_id) }))
    }

    /// Waits while another projector moves the checkpoint, then tells from where to take over.
    async fn stand_by(
        &mut self,
        generation: &Generation,
        stop: &CancellationToken,
    ) -> Result<Result<LastApplied, Turn>, Error> {
        self.model.forget();
        self.database.shared.refresh(Applied::is_news_after).await?;
        let mut seen = None;
        loop {
            if self.database.shared.live()?.number != generation.number {
                return Ok(Err(Turn::Switched));
            }
            let (reached, _) = stored(generation, &self.source.name).await?;
            if seen == Some(reached.position) {
                return Ok(Ok(reached));
            }
            seen = Some(reached.position);
            self.tell(Status::Following);
            if stop.run_until_cancelled(tokio::time::sleep(self.options.patience)).await.is_none() {
                return Ok(Err(Turn::Cancelled));
            }
        }
    }

    /// Measures the lag and raises the alarm where the source ends below the checkpoint or has another event there. False
    /// where the source does not hold that event now.
    async fn look_at_head(&mut self, reached: LastApplied) -> Result<bool, Error> {
        let LastApplied { position, event_id } = reached;
        let head = self.source.events.head().await.map_err(Error::Source)?;
        self.lag.observe(position, head);
        if position <= head {
            self.tell(Status::Running);
            let Some(applied) = event_id else { return Ok(true) };
            return match self.source.events.event_id(position).await.map_err(Error::Source)? {
                None => Ok(false),
                Some(there) if there == applied => Ok(true),
                Some(_) => {
                    let source_name = self.source.name.clone();
                    Err(Error::OtherHistory { model: M::NAME, source_name, position })
                }
            };
        }
        let ahead = Error::AheadOfLog {
            model: M::NAME,
            source_name: self.source.name.clone(),
            checkpoint: position,
            head,
        };
        if self.source.events.is_the_log() {
            return Err(ahead);
        }
        let waiting = format!(
            "{} has applied {} up to position {position}, the stream ends at {head}: it must be filled again",
            M::NAME,
            self.source.name
        );
        tracing::error!(read_model.name = M::NAME, "{waiting}");
        self.tell(Status::Waiting(waiting));
        Ok(false)
    }

    fn tell(&self, now: Status) {
        self.status.send_if_modified(|status| {
            let changed = *status != now;
            *status = now;
            changed
        });
    }

    async fn rebuild_for_this_release(&mut self, stop: &CancellationToken) -> Result<Turn, Error> {
        self.tell(Status::Rebuilding);
        let options = RebuildOptions::default();
        rebuild(&self.database, &mut self.model, self.source.events.as_mut(), options, stop).await?;
        Ok(Turn::Switched)
    }
}

/// The last position that is applied, and the id of its event; `None` before the first.
#[derive(Clone, Copy, Debug)]
struct LastApplied {
    position: u64,
    event_id: Option<Uuid>,
}

/// What is applied, and how many events were set aside on the way.
async fn stored(generation: &Generation, source: &str) -> Result<(LastApplied, u64), Error> {
    let mut reading = generation.writer.begin_reading().await?;
    let asked = Query::new("select event_id from checkpoint where source = $1").bind(source);
    let (Reached { position, set_aside }, rows) = reading.read(source, asked).await?;
    let event_id = rows.first().map(|row| row.get::<String>(0)).transpose()?.and_then(|id| id.parse().ok());
    Ok((LastApplied { position, event_id }, set_aside))
}

/// Waits until the live generation is another one.
async fn switched(current: &mut watch::Receiver<Current>, number: i64) {
    let another = |current: &Current| !matches!(current, Current::Live(live) if live.number == number);
    if current.wait_for(another).await.is_err() {
        // Invariant: the sender lives as long as the database that the projector holds.
        std::future::pending::<()>().await;
    }
}
