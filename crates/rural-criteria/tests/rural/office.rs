//! A service of one test's own, with its log, a log of the poverty registry and the view that follows it.

use api::rural::{
    AcknowledgeTitleRequest, AssessAreaRequest, AssessAreaResponse, BatchAssessAreasRequest,
    BatchAssessAreasResponse, BatchRecordObservationsRequest, BatchWriteObservationsResponse,
    DecideListingRequest, DecideListingResponse, GetStandingRequest, ListObservationsRequest,
    ListObservationsResponse, RecogniseTitleRequest, RecordObservationRequest, RevokeTitleRequest, Standing,
    WriteObservationResponse, WriteTitleResponse, rural_criteria_server::RuralCriteria as _,
};
use event_log::{
    AppendRequest, EventLog, Fingerprint, LogOptions, LogStore, NewEvent, StreamId, StreamWrite,
};
use events::poverty::{
    AreaType, HouseholdAssessed, HouseholdRegistered, Income, MemberFact, PovertyClass, PovertyEvent,
    Residence,
};
use kernel::{
    AssessmentId, Date, HouseholdId, ManualClock, MemberId, RequestId, SharedClock, Timestamp, date,
};
use poverty_view::{PovertyModel, PovertyView, SOURCE};
use projection::{LogSource, Projector, ProjectorOptions, ReadDatabase, ReadOptions, ReadStore};
use reference::Reference;
use rural_criteria::{Parts, RuralCriteria};
use service::{config::Limits, request::ConsistencyToken};
use std::{path::Path, sync::Arc, time::Duration};
use tempfile::TempDir;
use testing::TestDatabase;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};
use tonic_types::StatusExt;
use uuid::Uuid;

/// The present day of all tests.
pub(crate) const TODAY: Date = date(2026, 11, 23);

pub(crate) struct Office {
    pub(crate) criteria: RuralCriteria,
    pub(crate) log: EventLog,
    pub(crate) clock: Arc<ManualClock>,
    registry: EventLog,
    parts: Parts,
    stop: CancellationToken,
    _store: Store,
}

/// What a service is kept in; it goes with the test.
enum Store {
    Folder(TempDir),
    Databases(Box<[TestDatabase; 2]>),
}

/// Why a call was refused, as its caller sees it.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) code: tonic::Code,
    pub(crate) reason: String,
    pub(crate) fields: Vec<String>,
    pub(crate) metadata: std::collections::HashMap<String, String>,
    pub(crate) message: String,
    pub(crate) message_vi: String,
}

impl Office {
    pub(crate) async fn on_sqlite() -> Self {
        Self::open(Store::Folder(tempfile::tempdir().unwrap())).await
    }

    pub(crate) async fn on_postgres() -> Self {
        Self::open(Store::Databases(Box::new([TestDatabase::create().await, TestDatabase::create().await])))
            .await
    }

    async fn open(store: Store) -> Self {
        let (log, registry, read) = match &store {
            Store::Folder(folder) => (
                LogStore::Sqlite(folder.path().join("rural.sqlite")),
                LogStore::Sqlite(folder.path().join("poverty.sqlite")),
                ReadStore::Sqlite(folder.path().join("read")),
            ),
            Store::Databases(databases) => (
                LogStore::Postgres(databases[0].url().to_owned()),
                LogStore::Postgres(databases[1].url().to_owned()),
                ReadStore::Postgres(databases[0].url().to_owned()),
            ),
        };
        let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs");
        let reference = Arc::new(Reference::load(Some(&packs)).unwrap());
        let clock = Arc::new(ManualClock::new(Timestamp::start_of(TODAY)));
        let shared: SharedClock = clock.clone();
        let log = EventLog::open(LogOptions::new(log), shared.clone()).await.unwrap();
        let registry = EventLog::open(LogOptions::new(registry), shared.clone()).await.unwrap();
        let options = ReadOptions { store: read, readers_max: 4 };
        let read = ReadDatabase::open::<PovertyModel>(options, shared.clone()).await.unwrap();
        let stop = CancellationToken::new();
        let source = Box::new(LogSource::new(SOURCE, registry.clone()));
        let model = PovertyModel::new(&reference);
        let projector = Projector::new(read.clone(), model, source, ProjectorOptions::default());
        tokio::spawn(projector.run(stop.clone()));
        let poverty = PovertyView::new(read, &reference);
        let parts = Parts { log: log.clone(), poverty, reference, clock: shared, limits: limits() };
        let criteria = open(parts.clone(), &stop).await;
        Self { criteria, log, clock, registry, parts, stop, _store: store }
    }

    /// Another service on the same log, as after a restart or in another process.
    pub(crate) async fn another(&self) -> RuralCriteria {
        open(self.parts.clone(), &self.stop).await
    }

    /// One whose reads wait no longer than that.
    pub(crate) async fn that_waits(&self, consistency_wait_max: Duration) -> RuralCriteria {
        let limits = Limits { consistency_wait_max, ..limits() };
        open(Parts { limits, ..self.parts.clone() }, &self.stop).await
    }

    pub(crate) fn set_today(&self, today: Date) {
        self.clock.set(Timestamp::start_of(today));
    }

    pub(crate) async fn observe(&self, request: RecordObservationRequest) -> WriteObservationResponse {
        accepted(self.criteria.record_observation(Request::new(request)).await)
    }

    pub(crate) async fn observe_all(
        &self,
        requests: Vec<RecordObservationRequest>,
    ) -> BatchWriteObservationsResponse {
        let request = BatchRecordObservationsRequest { requests };
        accepted(self.criteria.batch_record_observations(Request::new(request)).await)
    }

    pub(crate) async fn assess(&self, request: AssessAreaRequest) -> AssessAreaResponse {
        accepted(self.criteria.assess_area(Request::new(request)).await)
    }

    pub(crate) async fn assess_all(&self, requests: Vec<AssessAreaRequest>) -> BatchAssessAreasResponse {
        let request = BatchAssessAreasRequest { requests };
        accepted(self.criteria.batch_assess_areas(Request::new(request)).await)
    }

    pub(crate) async fn recognise(&self, request: RecogniseTitleRequest) -> WriteTitleResponse {
        accepted(self.criteria.recognise_title(Request::new(request)).await)
    }

    pub(crate) async fn acknowledge(&self, request: AcknowledgeTitleRequest) -> WriteTitleResponse {
        accepted(self.criteria.acknowledge_title(Request::new(request)).await)
    }

    pub(crate) async fn revoke(&self, request: RevokeTitleRequest) -> WriteTitleResponse {
        accepted(self.criteria.revoke_title(Request::new(request)).await)
    }

    pub(crate) async fn decide_listing(&self, request: DecideListingRequest) -> DecideListingResponse {
        accepted(self.criteria.decide_listing(Request::new(request)).await)
    }

    pub(crate) async fn standing(&self, request: GetStandingRequest) -> Standing {
        accepted(self.criteria.get_standing(Request::new(request)).await)
    }

    pub(crate) async fn list(&self, request: ListObservationsRequest) -> ListObservationsResponse {
        accepted(self.criteria.list_observations(Request::new(request)).await)
    }

    /// Households of the commune as the poverty registry records them; a token for what it recorded.
    pub(crate) async fn register_households(
        &self,
        commune: &str,
        since: Date,
        classes: &[Option<PovertyClass>],
    ) -> String {
        for class in classes {
            self.register_household(commune, since, *class).await;
        }
        ConsistencyToken::of(SOURCE, self.registry.head().await.unwrap()).to_string()
    }

    async fn register_household(&self, commune: &str, since: Date, class: Option<PovertyClass>) {
        let household = HouseholdId::from_uuid(Uuid::new_v4());
        let commune: kernel::AreaKey = commune.parse().unwrap();
        let member = MemberId::from_uuid(Uuid::new_v4());
        let registered = PovertyEvent::HouseholdRegistered(HouseholdRegistered {
            household,
            residence: Residence { commune: commune.clone(), village: None },
            members: vec![MemberFact { member, ethnicity: "03".into(), head: true }],
            sealed: None,
        });
        let assessed = class.map(|class| {
            PovertyEvent::HouseholdAssessed(HouseholdAssessed {
                household,
                assessment: AssessmentId::from_uuid(Uuid::new_v4()),
                standard: "ND07-2021".into(),
                commune: commune.clone(),
                area_type: AreaType::Rural,
                income: Income::B1Score(140),
                deprived: Vec::new(),
                b2_score: Some(0),
                class,
            })
        });
        let event = |event: PovertyEvent| NewEvent {
            event_type: event.event_type(),
            area: commune.code.clone(),
            effective: since,
            content: event.encode().unwrap(),
        };
        let events = std::iter::once(registered).chain(assessed).map(event).collect();
        let write =
            StreamWrite { stream: StreamId::of("household", household.uuid()), expected_version: 0, events };
        let request = AppendRequest {
            request_id: RequestId::from_uuid(Uuid::new_v4()),
            fingerprint: Fingerprint([0; 32]),
            actor: "registrar".into(),
            document: None,
            correlation_id: None,
            causation_id: None,
            writes: vec![write],
            conditions: Vec::new(),
        };
        self.registry.append(request).await.unwrap();
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn open(parts: Parts, stop: &CancellationToken) -> RuralCriteria {
    let (criteria, work) = RuralCriteria::open(parts, stop.clone()).await.unwrap();
    tokio::spawn(work);
    criteria
}

fn limits() -> Limits {
    Limits {
        message_bytes_max: 4 << 20,
        batch_items_max: 1_000,
        page_size_max: 1_000,
        consistency_wait_max: Duration::from_secs(10),
        ..Limits::default()
    }
}

#[track_caller]
pub(crate) fn accepted<T>(answer: Result<Response<T>, Status>) -> T {
    match answer {
        Ok(response) => response.into_inner(),
        Err(status) => panic!("should be accepted: {}", status.message()),
    }
}

#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(answer: Result<Response<T>, Status>) -> Refused {
    let status = answer.expect_err("should be refused");
    let details = status.get_error_details();
    let info = details.error_info().expect("exactly one ErrorInfo");
    let violations = details.bad_request().map(|bad| bad.field_violations.clone()).unwrap_or_default();
    let localized = details.localized_message().expect("a message for users");
    assert_eq!(localized.locale, "vi");
    Refused {
        code: status.code(),
        reason: info.reason.clone(),
        fields: violations.into_iter().map(|violation| violation.field).collect(),
        metadata: info.metadata.clone(),
        message: status.message().to_owned(),
        message_vi: localized.message.clone(),
    }
}
