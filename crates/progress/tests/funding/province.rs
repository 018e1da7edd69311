//! A province for one test: the embedded packs, a read model of money fed from memory, and the service.

use crate::tales::Told;
use api::progress::{self as proto, progress_server::Progress as _};
use event_log::{Metadata, RecordedEvent, StreamId};
use futures::future::BoxFuture;
use kernel::{ManualClock, RequestId, Timestamp};
use progress::{FUNDING_SOURCE, FundingModel, PovertyModel, Progress, ProgressOptions, RuralModel, Sources};
use projection::{
    Digest, EventSource, Projector, ProjectorOptions, ReadDatabase, ReadModel, ReadOptions, ReadStore,
    RebuildOptions, SourceError, rebuild,
};
use reference::Reference;
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};
use uuid::Uuid;

const WITHIN: Duration = Duration::from_secs(60);

/// The embedded packs.
pub(crate) fn reference() -> Arc<Reference> {
    static REFERENCE: OnceLock<Arc<Reference>> = OnceLock::new();
    REFERENCE.get_or_init(|| Arc::new(Reference::load(None).expect("packs without findings"))).clone()
}

/// A log in memory.
#[derive(Clone)]
struct MemoryLog(Arc<watch::Sender<Vec<RecordedEvent>>>);

impl EventSource for MemoryLog {
    fn name(&self) -> &str {
        FUNDING_SOURCE
    }

    fn next(&mut self, after: u64, limit: usize) -> BoxFuture<'_, Result<Vec<RecordedEvent>, SourceError>> {
        Box::pin(async move {
            let after = usize::try_from(after)?;
            let mut log = self.0.subscribe();
            let grown = log.wait_for(|events| events.len() > after).await?;
            Ok(grown.iter().skip(after).take(limit).cloned().collect())
        })
    }

    fn head(&mut self) -> BoxFuture<'_, Result<u64, SourceError>> {
        Box::pin(async move { Ok(self.0.borrow().len() as u64) })
    }

    fn event_id(&mut self, position: u64) -> BoxFuture<'_, Result<Option<Uuid>, SourceError>> {
        Box::pin(async move {
            Ok(self.0.borrow().iter().find(|event| event.position == position).map(|event| event.event_id))
        })
    }

    fn is_the_log(&self) -> bool {
        true
    }
}

pub(crate) struct Province {
    service: Progress,
    database: ReadDatabase,
    others: [ReadDatabase; 2],
    log: MemoryLog,
    projecting: CancellationToken,
    projector: JoinHandle<()>,
    _folder: TempDir,
}

impl Province {
    /// On SQLite, with the log told.
    pub(crate) async fn told(log: &[Told]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let store = ReadStore::Sqlite(folder.path().to_owned());
        let province = Self::on(store, folder, ProjectorOptions::default()).await;
        province.tell(log).await;
        province
    }

    pub(crate) async fn on(store: ReadStore, folder: TempDir, options: ProjectorOptions) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::start_of(kernel::date(2028, 6, 30))));
        let database = open::<FundingModel>(&store, &clock).await;
        let others = [open::<PovertyModel>(&store, &clock).await, open::<RuralModel>(&store, &clock).await];
        let log = MemoryLog(Arc::new(watch::Sender::new(Vec::new())));
        let model = FundingModel::new(&reference());
        let projector = Projector::new(database.clone(), model, Box::new(log.clone()), options);
        let projecting = CancellationToken::new();
        let until = projecting.clone();
        let projector = tokio::spawn(async move { Box::pin(projector.run(until)).await.expect("no gap") });
        let [poverty, rural] = others.clone();
        let sources = Sources { poverty, rural, funding: database.clone() };
        let options = ProgressOptions { page_size_max: 7, ..Default::default() };
        let service = Progress::new(sources, reference(), clock, options, CancellationToken::new());
        Self { service, database, others, log, projecting, projector, _folder: folder }
    }

    /// Appends to the log and waits until it is applied.
    pub(crate) async fn tell(&self, log: &[Told]) {
        self.append(log);
        self.caught_up().await;
    }

    pub(crate) fn append(&self, log: &[Told]) {
        self.log.0.send_modify(|events| {
            for told in log {
                events.push(recorded(events.len() as u64 + 1, told, "tale"));
            }
        });
    }

    /// Appends an event that is told with another type or content.
    pub(crate) async fn tell_changed(&self, told: &Told, change: impl FnOnce(&mut RecordedEvent)) {
        self.log.0.send_modify(|events| {
            let mut event = recorded(events.len() as u64 + 1, told, "tale");
            change(&mut event);
            events.push(event);
        });
        self.caught_up().await;
    }

    pub(crate) async fn caught_up(&self) {
        let last = self.log.0.borrow().len() as u64;
        self.database.wait_for(FUNDING_SOURCE, last, WITHIN).await.expect("the log is applied");
    }

    /// As after a log was restored from a backup and went another way: the model is made anew from it, of which the first
    /// events are those that were told here. The live projector is stopped before.
    pub(crate) async fn live_another_history(&self, log: &[Told], alike: usize) {
        self.projecting.cancel();
        let other = format!("another tale of {}", log.len());
        let history = |at: usize| if at < alike { "tale" } else { &other };
        let told = log.iter().enumerate();
        let events = told.map(|(at, told)| recorded(at as u64 + 1, told, history(at))).collect();
        self.log.0.send_replace(events);
        self.rebuild(1_000).await;
    }

    pub(crate) async fn digest(&self) -> Digest {
        self.database.digest().await.expect("a digest")
    }

    pub(crate) async fn rebuild(&self, batch_events_max: usize) {
        let mut model = FundingModel::new(&reference());
        let options = RebuildOptions { batch_events_max };
        let stop = CancellationToken::new();
        rebuild(&self.database, &mut model, &mut self.log.clone(), options, &stop).await.expect("a rebuild");
    }

    pub(crate) async fn end(self) {
        self.projecting.cancel();
        self.projector.await.expect("the projector ends");
        self.database.close().await;
        for other in self.others {
            other.close().await;
        }
    }

    pub(crate) async fn funding(
        &self,
        request: proto::GetFundingRequest,
    ) -> Result<proto::FundingView, Status> {
        self.service.get_funding(Request::new(request)).await.map(Response::into_inner)
    }

    pub(crate) async fn cases(
        &self,
        request: proto::ListCasesRequest,
    ) -> Result<proto::ListCasesResponse, Status> {
        self.service.list_cases(Request::new(request)).await.map(Response::into_inner)
    }

    pub(crate) async fn overview(
        &self,
        request: proto::GetOverviewRequest,
    ) -> Result<proto::Overview, Status> {
        self.service.get_overview(Request::new(request)).await.map(Response::into_inner)
    }

    pub(crate) async fn explain(
        &self,
        name: &str,
        page_size: i32,
        page_token: &str,
    ) -> Result<proto::ExplainFigureResponse, Status> {
        let request = proto::ExplainFigureRequest {
            name: name.to_owned(),
            page_size,
            page_token: page_token.to_owned(),
        };
        self.service.explain_figure(Request::new(request)).await.map(Response::into_inner)
    }

    /// All facts of the figure, read page by page; on every page the sum and the number of all.
    pub(crate) async fn facts(&self, name: &str, page_size: i32) -> (Option<i64>, Vec<proto::Fact>) {
        let mut page = self.explain(name, page_size, "").await.unwrap();
        let (sum, count) = (page.sum, page.fact_count);
        let mut facts = std::mem::take(&mut page.facts);
        while !page.next_page_token.is_empty() {
            page = self.explain(name, page_size, &page.next_page_token).await.unwrap();
            assert_eq!((page.sum, page.fact_count), (sum, count));
            assert!(!page.facts.is_empty(), "a page that is promised holds something");
            facts.append(&mut page.facts);
        }
        assert_eq!(facts.len(), usize::try_from(count).unwrap());
        (sum, facts)
    }
}

async fn open<M: ReadModel>(store: &ReadStore, clock: &Arc<ManualClock>) -> ReadDatabase {
    let options = ReadOptions { store: store.clone(), readers_max: 4 };
    ReadDatabase::open::<M>(options, clock.clone()).await.expect("a read model")
}

/// The event as the ledger records it at noon.
fn recorded(position: u64, told: &Told, history: &str) -> RecordedEvent {
    let request_id = RequestId::from_uuid(Uuid::from_u128(0xb000_0000 + u128::from(position)));
    let metadata = Metadata {
        request_id,
        request_index: 0,
        request_size: 1,
        fingerprint: "00".repeat(32),
        actor: "officer.1".to_owned(),
        area: told.area.parse().expect("a code"),
        document: Some(format!("Công văn {position}/CV")),
        correlation_id: None,
        causation_id: None,
    };
    let noon = Timestamp::start_of(told.known).micros() + 12 * 3_600 * 1_000_000;
    RecordedEvent {
        position,
        stream: StreamId::of("account", Uuid::from_u128(1)),
        version: position,
        event_id: request_id.derive(history, 0),
        event_type: told.event.event_type().to_owned(),
        effective: told.effective,
        recorded_at: Timestamp::from_micros(noon).expect("a time"),
        content: told.event.encode().expect("an event"),
        metadata: serde_json::to_string(&metadata).expect("metadata"),
    }
}

/// The reason of a refusal.
pub(crate) fn reason(status: &Status) -> String {
    use tonic_types::StatusExt;
    status.get_details_error_info().expect("an ErrorInfo").reason
}

/// The value that the refusal carries under the key.
pub(crate) fn metadata(status: &Status, key: &str) -> String {
    use tonic_types::StatusExt;
    status.get_details_error_info().expect("an ErrorInfo").metadata.get(key).cloned().unwrap_or_default()
}

pub(crate) fn view(as_at: &str, known_on: &str, map: &str) -> Option<proto::PointOfView> {
    Some(proto::PointOfView { as_at: as_at.to_owned(), known_on: known_on.to_owned(), map: map.to_owned() })
}
