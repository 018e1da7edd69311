//! A ledger of one test's own, with its log, a log of the poverty registry and the view that follows it.

use crate::messages::{
    COMMUNE_BEFORE, COMMUNE_OFFICE, COMMUNE_SINCE, DISTRICT, DISTRICT_OFFICE, FINANCE, MERGED_OFFICE,
    PROVINCE, assign, house, owner, transfer, works,
};
use api::funding::{
    AccountBalance, BatchTransferRequest, BatchTransferResponse, Case, GetBalancesRequest,
    GetBalancesResponse, HandOverRequest, ListCasesRequest, ListTransfersRequest, ListTransfersResponse,
    NameSuccessorRequest, RegisterItemRequest, RegisterItemResponse, RegisterOwnerRequest,
    RegisterOwnerResponse, ReverseTransferRequest, SettleCaseRequest, SettleCaseResponse, TransferRequest,
    TransferResponse, funding_ledger_server::FundingLedger as _,
};
use event_log::{
    AppendRequest, EventLog, Fingerprint, LogOptions, LogStore, NewEvent, StreamId, StreamWrite,
};
use events::poverty::{
    AreaType, HouseholdAssessed, HouseholdRegistered, Income, MemberFact, PovertyClass, PovertyEvent,
    Residence,
};
use funding_ledger::{FundingLedger, Parts};
use kernel::{
    AreaKey, AssessmentId, Date, HouseholdId, ManualClock, MemberId, RequestId, SharedClock, Timestamp, date,
};
use poverty_view::{PovertyModel, PovertyView, SOURCE};
use projection::{LogSource, Projector, ProjectorOptions, ReadDatabase, ReadOptions, ReadStore};
use reference::Reference;
use service::{config::Limits, request::ConsistencyToken};
use std::{sync::Arc, time::Duration};
use tempfile::TempDir;
use testing::TestDatabase;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};
use tonic_types::StatusExt;
use uuid::Uuid;

/// The present day of all tests.
pub(crate) const TODAY: Date = date(2025, 11, 23);

pub(crate) struct Office {
    pub(crate) ledger: FundingLedger,
    pub(crate) log: EventLog,
    pub(crate) clock: Arc<ManualClock>,
    registry: EventLog,
    parts: Parts,
    store: Store,
    stop: CancellationToken,
}

/// What a ledger is kept in; it goes with the test.
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
        let databases = [TestDatabase::create().await, TestDatabase::create().await];
        Self::open(Store::Databases(Box::new(databases))).await
    }

    async fn open(store: Store) -> Self {
        let (registry, read) = match &store {
            Store::Folder(folder) => (
                LogStore::Sqlite(folder.path().join("poverty.sqlite")),
                ReadStore::Sqlite(folder.path().join("read")),
            ),
            Store::Databases(databases) => (
                LogStore::Postgres(databases[1].url().to_owned()),
                ReadStore::Postgres(databases[0].url().to_owned()),
            ),
        };
        let reference = Arc::new(Reference::embedded().unwrap());
        let clock = Arc::new(ManualClock::new(Timestamp::start_of(TODAY)));
        let shared: SharedClock = clock.clone();
        let log = EventLog::open(LogOptions::new(store.log()), shared.clone()).await.unwrap();
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
        let ledger = open(parts.clone(), &stop).await;
        Self { ledger, log, clock, registry, parts, store, stop }
    }

    /// Another ledger on the same log, as after a restart.
    pub(crate) async fn another(&self) -> FundingLedger {
        open(self.parts.clone(), &self.stop).await
    }

    /// Another process: a ledger with a log of its own over the same database.
    pub(crate) async fn another_process(&self) -> FundingLedger {
        let clock: SharedClock = self.clock.clone();
        let log = EventLog::open(LogOptions::new(self.store.log()), clock).await.unwrap();
        open(Parts { log, ..self.parts.clone() }, &self.stop).await
    }

    /// One whose reads wait no longer than that.
    pub(crate) async fn that_waits(&self, consistency_wait_max: Duration) -> FundingLedger {
        let limits = Limits { consistency_wait_max, ..limits() };
        open(Parts { limits, ..self.parts.clone() }, &self.stop).await
    }

    pub(crate) fn set_today(&self, today: Date) {
        self.clock.set(Timestamp::start_of(today));
    }

    /// Owners at each level, and 1,000 đồng of GNBV.DA5 for 2024 assigned to the province.
    pub(crate) async fn with_money(self) -> Self {
        for (name, area, since) in [
            (FINANCE, PROVINCE, "2020-01-01"),
            (DISTRICT_OFFICE, DISTRICT, "2020-01-01"),
            (COMMUNE_OFFICE, COMMUNE_BEFORE, "2020-01-01"),
            (MERGED_OFFICE, COMMUNE_SINCE, "2025-07-01"),
        ] {
            self.register(owner(name, area, since)).await;
        }
        self.transfer(transfer(vec![assign(1_000)])).await;
        self
    }

    /// Works approved at that amount; its name.
    pub(crate) async fn works(&self, approved: i64) -> String {
        self.register_item(works(approved)).await.item.unwrap().name
    }

    /// A house for the household; its name.
    pub(crate) async fn house(&self, household: &str) -> String {
        self.register_item(house(household)).await.item.unwrap().name
    }

    pub(crate) async fn register(&self, request: RegisterOwnerRequest) -> RegisterOwnerResponse {
        accepted(self.ledger.register_owner(Request::new(request)).await)
    }

    pub(crate) async fn name_successor(&self, request: NameSuccessorRequest) -> RegisterOwnerResponse {
        accepted(self.ledger.name_successor(Request::new(request)).await)
    }

    pub(crate) async fn register_item(&self, request: RegisterItemRequest) -> RegisterItemResponse {
        accepted(self.ledger.register_item(Request::new(request)).await)
    }

    pub(crate) async fn transfer(&self, request: TransferRequest) -> TransferResponse {
        accepted(self.ledger.transfer(Request::new(request)).await)
    }

    pub(crate) async fn transfer_all(&self, requests: Vec<TransferRequest>) -> BatchTransferResponse {
        accepted(self.ledger.batch_transfer(Request::new(BatchTransferRequest { requests })).await)
    }

    pub(crate) async fn reverse(&self, request: ReverseTransferRequest) -> TransferResponse {
        accepted(self.ledger.reverse_transfer(Request::new(request)).await)
    }

    pub(crate) async fn hand_over(&self, request: HandOverRequest) -> TransferResponse {
        accepted(self.ledger.hand_over(Request::new(request)).await)
    }

    pub(crate) async fn settle(&self, request: SettleCaseRequest) -> SettleCaseResponse {
        accepted(self.ledger.settle_case(Request::new(request)).await)
    }

    pub(crate) async fn balances(&self, request: GetBalancesRequest) -> GetBalancesResponse {
        accepted(self.ledger.get_balances(Request::new(request)).await)
    }

    pub(crate) async fn list(&self, request: ListTransfersRequest) -> ListTransfersResponse {
        accepted(self.ledger.list_transfers(Request::new(request)).await)
    }

    /// All cases.
    pub(crate) async fn cases(&self) -> Vec<Case> {
        accepted(self.ledger.list_cases(Request::new(ListCasesRequest::default())).await).cases
    }

    pub(crate) async fn head(&self) -> u64 {
        self.log.head().await.unwrap()
    }

    /// A household as the poverty registry records it today, reviewed on the day of its registration; its name, and a token
    /// for what was recorded.
    pub(crate) async fn household(&self, since: Date, class: Option<PovertyClass>) -> (String, String) {
        let household = HouseholdId::from_uuid(Uuid::new_v4());
        let commune: AreaKey = "03618@0001-01-01".parse().unwrap();
        let head =
            MemberFact { member: MemberId::from_uuid(Uuid::new_v4()), ethnicity: "03".into(), head: true };
        let mut events = vec![PovertyEvent::HouseholdRegistered(HouseholdRegistered {
            household,
            residence: Residence { commune: commune.clone(), village: None },
            members: vec![head],
            sealed: None,
        })];
        events.extend(class.map(|class| {
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
        }));
        let new_event = |event: &PovertyEvent| NewEvent {
            event_type: event.event_type(),
            area: commune.code.clone(),
            effective: since,
            content: event.encode().unwrap(),
        };
        let stream = StreamId::of("household", household.uuid());
        let write =
            StreamWrite { stream, expected_version: 0, events: events.iter().map(new_event).collect() };
        let request = AppendRequest {
            request_id: RequestId::from_uuid(Uuid::new_v4()),
            fingerprint: Fingerprint([0; 32]),
            actor: "registry".into(),
            document: None,
            correlation_id: None,
            causation_id: None,
            writes: vec![write],
            conditions: Vec::new(),
        };
        let position = self.registry.append(request).await.unwrap().last_position;
        (format!("households/{household}"), ConsistencyToken::of(SOURCE, position).to_string())
    }
}

impl Store {
    fn log(&self) -> LogStore {
        match self {
            Self::Folder(folder) => LogStore::Sqlite(folder.path().join("funding.sqlite")),
            Self::Databases(databases) => LogStore::Postgres(databases[0].url().to_owned()),
        }
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn open(parts: Parts, stop: &CancellationToken) -> FundingLedger {
    let (ledger, work) = FundingLedger::open(parts, stop.clone()).await.unwrap();
    tokio::spawn(work);
    ledger
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

/// The amounts, in their order.
pub(crate) fn amounts(balances: &[AccountBalance]) -> Vec<i64> {
    balances.iter().map(|balance| balance.amount).collect()
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

/// Declares each test once for either store.
macro_rules! on_both_stores {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name(crate::office::Office::on_sqlite().await.with_money().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                super::$name(crate::office::Office::on_postgres().await.with_money().await).await;
            })+
        }
    };
}

pub(crate) use on_both_stores;
