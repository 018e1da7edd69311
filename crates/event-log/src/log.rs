//! The handle that services hold.

use crate::{
    AppendError, AppendRequest, Appended, Error, RecordedEvent, StreamId, Upcasters,
    batch::Waiting,
    chain::{Chain, Link},
    committer::{Committer, Memory},
    measure::Measures,
    pages::Pages,
    prepared::Prepared,
    recent::{CommittedBatch, RecentEvents},
    sealer::Sealer,
    store::{EventRow, Found, Mode, RecordedRequest, Store, Verdict, bounded},
};
use kernel::{RequestId, SharedClock};
use std::{
    collections::HashMap,
    fmt,
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Instant,
};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

/// Which store holds the log.
#[derive(Clone, Debug)]
pub enum LogStore {
    /// A SQLite file, created where it is missing.
    Sqlite(PathBuf),
    /// A PostgreSQL database: `postgres://user:password@host/database`.
    Postgres(String),
}

/// How a log is opened.
#[derive(Clone, Debug)]
pub struct LogOptions {
    /// Where it is kept.
    pub store: LogStore,
    /// Appends waiting at most; above it callers get [`AppendError::Overloaded`].
    pub queue_max: usize,
    /// Events in one transaction at most, and so in one request.
    pub batch_events_max: usize,
}

impl LogOptions {
    /// The limits that suit a server: 8,192 waiting requests and 4,096 events in a transaction.
    pub fn new(store: LogStore) -> Self {
        Self { store, queue_max: 8192, batch_events_max: 4096 }
    }
}

/// What the log holds of streams and requests.
#[derive(Clone, Debug)]
pub struct LookedUp {
    /// The events of each stream in version order; a stream without events is absent.
    pub streams: HashMap<StreamId, Vec<RecordedEvent>>,
    /// One place for each request, in order; `None` where it was never recorded.
    pub requests: Vec<Option<RecordedRequest>>,
}

/// Events in one page of a long read.
const PAGE_EVENTS: usize = 4096;

/// One service's log. Cheap to clone; all clones share one writer, which ends with the last of them.
#[derive(Clone)]
pub struct EventLog {
    pub(crate) shared: Arc<Shared>,
    upcasters: Upcasters,
}

pub(crate) struct Shared {
    pub(crate) store: Store,
    /// `None` in a log that was opened to be read.
    requests: Option<mpsc::Sender<Waiting>>,
    batch_events_max: usize,
    pub(crate) head: watch::Sender<u64>,
    pub(crate) measures: Measures,
    pub(crate) sealer: OnceLock<Arc<Sealer>>,
    pub(crate) to_sealer: Arc<OnceLock<mpsc::Sender<Arc<CommittedBatch>>>>,
    pub(crate) recent: RecentEvents,
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
    _stop_with_last_handle: DropGuard,
}

impl EventLog {
    /// Opens the log, creating or migrating its tables.
    pub async fn open(options: LogOptions, clock: SharedClock) -> Result<Self, Error> {
        let store = Store::open(&options.store, Mode::Append).await?;
        let (requests, incoming) = mpsc::channel(options.queue_max.max(1));
        let batch_events_max = options.batch_events_max.max(1);
        let log = Self::of(store, &options.store, Some(requests), batch_events_max).await?;
        let committer = Committer {
            store: log.shared.store.clone(),
            clock,
            incoming,
            head: log.shared.head.clone(),
            stop: log.shared.stop.clone(),
            measures: log.shared.measures.clone(),
            batch_events_max,
            memory: Memory::default(),
            to_sealer: Arc::clone(&log.shared.to_sealer),
            recent: log.shared.recent.clone(),
        };
        log.shared.tasks.spawn(committer.run());
        Ok(log)
    }

    /// Opens a log that exists and is up to date, only to read and verify it; a server may be writing to it. Appends are
    /// refused with [`AppendError::Closed`].
    pub async fn open_read_only(store: &LogStore) -> Result<Self, Error> {
        let opened = Store::open(store, Mode::ReadOnly).await?;
        Self::of(opened, store, None, 0).await
    }

    async fn of(
        store: Store,
        place: &LogStore,
        requests: Option<mpsc::Sender<Waiting>>,
        batch_events_max: usize,
    ) -> Result<Self, Error> {
        let (head, _) = watch::channel(store.head().await?);
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let measures = Measures::of(place);
        tasks.spawn(measures.clone().follow_head(head.subscribe(), stop.clone()));
        tasks.spawn(store.clone().follow(head.clone(), stop.clone()));
        let shared = Shared {
            store,
            requests,
            batch_events_max,
            head,
            measures,
            sealer: OnceLock::new(),
            to_sealer: Arc::default(),
            recent: RecentEvents::default(),
            tasks,
            _stop_with_last_handle: stop.clone().drop_guard(),
            stop,
        };
        Ok(Self { shared: Arc::new(shared), upcasters: Upcasters::default() })
    }

    /// A handle to the same log that reads old events as their newest type.
    #[must_use]
    pub fn with_upcasters(&self, upcasters: Upcasters) -> Self {
        Self { shared: Arc::clone(&self.shared), upcasters }
    }

    /// Records the request's events, all or nothing. Concurrent requests share a transaction; each is accepted or refused
    /// on its own. A caller that stops waiting does not stop the append.
    pub async fn append(&self, request: AppendRequest) -> Result<Appended, AppendError> {
        let asked = Instant::now();
        let submitted = self.prepare(request).and_then(|request| self.submit(request, None));
        self.answer(submitted, asked).await
    }

    /// Begins a chain of requests.
    pub fn chain(&self) -> ChainedAppends {
        ChainedAppends { log: self.clone(), chain: Chain::new(), handed_in: 0 }
    }

    fn prepare(&self, request: AppendRequest) -> Result<Prepared, AppendError> {
        if self.appends() {
            Prepared::new(request, self.shared.batch_events_max)
        } else {
            Err(AppendError::Closed)
        }
    }

    /// Hands the request to the writer.
    fn submit(
        &self,
        request: Prepared,
        link: Option<Link>,
    ) -> Result<oneshot::Receiver<Verdict>, AppendError> {
        let requests = self.shared.requests.as_ref().ok_or(AppendError::Closed)?;
        let (reply, answer) = oneshot::channel();
        requests.try_send(Waiting { request, link, reply }).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => AppendError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => AppendError::Closed,
        })?;
        Ok(answer)
    }

    async fn answer(
        &self,
        submitted: Result<oneshot::Receiver<Verdict>, AppendError>,
        asked: Instant,
    ) -> Result<Appended, AppendError> {
        let outcome = match submitted {
            Ok(answer) => {
                answer.await.unwrap_or_else(|_| Err(AppendError::Unknown("the writer ended".to_owned())))
            }
            Err(refused) => Err(refused),
        };
        self.shared.measures.append(&outcome, asked.elapsed());
        outcome
    }

    /// All events of the streams, each stream in version order; a stream without events is absent.
    pub async fn streams(
        &self,
        streams: &[StreamId],
    ) -> Result<HashMap<StreamId, Vec<RecordedEvent>>, Error> {
        Ok(self.look_up(streams, &[]).await?.streams)
    }

    /// What a command is decided on, as the log was at one moment: the streams, and whether its request was recorded
    /// before. It costs one round trip, however many there are.
    pub async fn look_up(&self, streams: &[StreamId], requests: &[RequestId]) -> Result<LookedUp, Error> {
        let mut looked_up =
            LookedUp { streams: HashMap::with_capacity(streams.len()), requests: vec![None; requests.len()] };
        for (found, row) in self.shared.store.look_up(streams, requests).await? {
            let event = readable(row)?;
            match found {
                Found::InStream => looked_up.streams.entry(event.stream.clone()).or_default().push(event),
                Found::OfRequest(index) => {
                    let RecordedEvent { position, recorded_at, metadata, .. } = event;
                    let recorded =
                        RecordedRequest::from_first_event(bounded(position), recorded_at.micros(), &metadata)
                            .map_err(|reason| Error::Unreadable { position, reason })?;
                    if let Some(place) = looked_up.requests.get_mut(index) {
                        *place = Some(recorded);
                    }
                }
            }
        }
        for events in looked_up.streams.values_mut() {
            events.sort_unstable_by_key(|event| event.version);
            if let Some((expected, event)) =
                (1..).zip(&*events).find(|(expected, event)| event.version != *expected)
            {
                let (stream, found, position) = (event.stream.clone(), event.version, event.position);
                return Err(Error::VersionGap { stream, expected, found, position });
            }
            let read = std::mem::take(events);
            events.extend(read.into_iter().map(|event| self.upcasters.apply(event)));
        }
        Ok(looked_up)
    }

    /// Up to `limit` events after the position, in order. Fewer mean that the log ends there; a gap is an error. Many are
    /// fetched in several pages at once.
    pub async fn read(&self, after: u64, limit: usize) -> Result<Vec<RecordedEvent>, Error> {
        if limit <= PAGE_EVENTS {
            let mut events = Vec::new();
            self.push_in_order(&mut events, after, self.shared.store.page(after, limit).await?)?;
            return Ok(events);
        }
        let end = after.saturating_add(limit as u64);
        let mut pages = Pages::new(self.shared.store.clone(), after, end, PAGE_EVENTS);
        let mut events = Vec::new();
        loop {
            let page = pages.next().await?;
            let ends_here = page.len() < PAGE_EVENTS;
            self.push_in_order(&mut events, after, page)?;
            if ends_here {
                return Ok(events);
            }
        }
    }

    /// The next events after the position, in order: at least one where the log holds any, at most `limit`; more may follow.
    /// What this process committed last comes from its memory.
    pub async fn next(&self, after: u64, limit: usize) -> Result<Vec<RecordedEvent>, Error> {
        let recent = self.shared.recent.after(after, limit);
        if recent.is_empty() {
            return self.read(after, limit).await;
        }
        Ok(recent.into_iter().map(|event| self.upcasters.apply(event)).collect())
    }

    /// Adds the events of the rows, as their newest types, to those that follow the position already.
    fn push_in_order(
        &self,
        events: &mut Vec<RecordedEvent>,
        after: u64,
        rows: Vec<EventRow>,
    ) -> Result<(), Error> {
        events.reserve(rows.len());
        for row in rows {
            let event = readable(row)?;
            let expected = after + events.len() as u64 + 1;
            if event.position != expected {
                return Err(Error::Gap { expected, found: event.position });
            }
            events.push(self.upcasters.apply(event));
        }
        Ok(())
    }

    /// The last position, as the store has it now.
    pub async fn head(&self) -> Result<u64, Error> {
        Ok(self.shared.store.head().await?)
    }

    /// Wakes whenever events were committed, by this process or another; the value is a position that is committed.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.shared.head.subscribe()
    }

    /// Whether it was opened to be written.
    pub(crate) fn appends(&self) -> bool {
        self.shared.requests.is_some()
    }

    /// Refuses further appends, finishes those that wait, seals what was written, and closes the store.
    pub async fn close(&self) {
        self.shared.stop.cancel();
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
        if let Some(sealer) = self.shared.sealer.get()
            && let Err(error) = sealer.seal().await
        {
            tracing::warn!(%error, "event log was closed with events that are not sealed yet");
        }
        self.shared.store.close().await;
    }
}

/// Requests of which each is decided on all those before it. They are recorded in their order and each all or nothing. None
/// is recorded where one before it was not, or was recorded at an earlier attempt; it is answered with
/// [`AppendError::BasisNotRecorded`].
#[derive(Debug)]
pub struct ChainedAppends {
    log: EventLog,
    chain: Chain,
    handed_in: usize,
}

impl ChainedAppends {
    /// Hands the next requests to the writer, now and not only when the answers are awaited. One answer for each, in order.
    pub fn append(
        &mut self,
        requests: Vec<AppendRequest>,
    ) -> impl Future<Output = Vec<Result<Appended, AppendError>>> + Send + use<> {
        let asked = Instant::now();
        let log = self.log.clone();
        // The writer takes what waits: once everything is prepared, nearly all of it waits.
        let prepared: Vec<_> = requests.into_iter().map(|request| log.prepare(request)).collect();
        let mut submitted = Vec::with_capacity(prepared.len());
        for request in prepared {
            let link = self.chain.link(self.handed_in);
            self.handed_in += 1;
            let handed_in = request.and_then(|request| log.submit(request, Some(link.clone())));
            submitted.push(handed_in.inspect_err(|_| link.break_here()));
        }
        async move {
            let mut answers = Vec::with_capacity(submitted.len());
            for submitted in submitted {
                answers.push(log.answer(submitted, asked).await);
            }
            answers
        }
    }
}

impl fmt::Debug for EventLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventLog").field("store", &self.shared.store).finish_non_exhaustive()
    }
}

/// The event of the row.
pub(crate) fn readable(row: EventRow) -> Result<RecordedEvent, Error> {
    row.map_err(|unreadable| Error::Unreadable { position: unreadable.position, reason: unreadable.reason })
}
