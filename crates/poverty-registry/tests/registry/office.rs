//! A registry of one test's own, with its log, keys, read model and projector.

use api::poverty::{
    BatchRecordAssessmentsRequest, BatchRegisterHouseholdsRequest, BatchWriteHouseholdsResponse,
    ChangeMembersRequest, GetHouseholdRequest, Household, ListHouseholdsRequest, ListHouseholdsResponse,
    MoveHouseholdRequest, RecordAssessmentRequest, RegisterHouseholdRequest, SearchHouseholdsRequest,
    SearchHouseholdsResponse, WriteHouseholdResponse, poverty_registry_server::PovertyRegistry as _,
};
use event_log::{EventLog, LogOptions, LogStore};
use kernel::{Date, ManualClock, SharedClock, Timestamp, date};
use poverty_registry::{CONTEXT, KeyStore, KeyStoreLocation, Parts, PovertyRegistry, ReadModel};
use projection::{LogSource, Projector, ProjectorOptions, ReadDatabase, ReadOptions, ReadStore};
use reference::Reference;
use service::config::Limits;
use std::{path::Path, sync::Arc, time::Duration};
use tempfile::TempDir;
use testing::TestDatabase;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};
use tonic_types::StatusExt;

/// The present day of all tests.
pub(crate) const TODAY: Date = date(2026, 11, 23);

pub(crate) struct Office {
    pub(crate) registry: PovertyRegistry,
    pub(crate) log: EventLog,
    pub(crate) keys: KeyStore,
    pub(crate) read: ReadDatabase,
    pub(crate) reference: Arc<Reference>,
    pub(crate) clock: Arc<ManualClock>,
    parts: Parts,
    stop: CancellationToken,
    _store: Store,
}

/// What a registry is kept in; it goes with the test.
enum Store {
    Folder(TempDir),
    Database(Box<TestDatabase>),
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
        Self::open(Store::Database(Box::new(TestDatabase::create().await))).await
    }

    async fn open(store: Store) -> Self {
        let (log, read, keys) = match &store {
            Store::Folder(folder) => (
                LogStore::Sqlite(folder.path().join("poverty.sqlite")),
                ReadStore::Sqlite(folder.path().join("read")),
                KeyStoreLocation::Sqlite(folder.path().join("keys.sqlite")),
            ),
            Store::Database(database) => (
                LogStore::Postgres(database.url().to_owned()),
                ReadStore::Postgres(database.url().to_owned()),
                KeyStoreLocation::Postgres(database.url().to_owned()),
            ),
        };
        let villages = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs");
        let reference = Arc::new(Reference::load(Some(&villages)).unwrap());
        let clock = Arc::new(ManualClock::new(Timestamp::start_of(TODAY)));
        let shared: SharedClock = clock.clone();
        let log = EventLog::open(LogOptions::new(log), shared.clone()).await.unwrap();
        let keys = KeyStore::open(keys).await.unwrap();
        let options = ReadOptions { store: read, readers_max: 4 };
        let read = ReadDatabase::open::<ReadModel>(options, shared.clone()).await.unwrap();
        let parts = Parts {
            log: log.clone(),
            read: read.clone(),
            keys: keys.clone(),
            reference: reference.clone(),
            clock: shared,
            limits: limits(),
        };
        let registry = PovertyRegistry::new(parts.clone());
        let stop = CancellationToken::new();
        let model = ReadModel::new(reference.clone(), keys.clone());
        let source = Box::new(LogSource::new(CONTEXT, log.clone()));
        let projector = Projector::new(read.clone(), model, source, ProjectorOptions::default());
        tokio::spawn(projector.run(stop.clone()));
        Self { registry, parts, log, keys, read, reference, clock, stop, _store: store }
    }

    /// A second registry on the same stores whose reads wait no longer than that.
    pub(crate) fn registry_that_waits(&self, consistency_wait_max: Duration) -> PovertyRegistry {
        let limits = Limits { consistency_wait_max, ..limits() };
        PovertyRegistry::new(Parts { limits, ..self.parts.clone() })
    }

    pub(crate) async fn register(&self, request: RegisterHouseholdRequest) -> WriteHouseholdResponse {
        accepted(self.registry.register_household(Request::new(request)).await)
    }

    pub(crate) async fn change(&self, request: ChangeMembersRequest) -> WriteHouseholdResponse {
        accepted(self.registry.change_members(Request::new(request)).await)
    }

    pub(crate) async fn relocate(&self, request: MoveHouseholdRequest) -> WriteHouseholdResponse {
        accepted(self.registry.move_household(Request::new(request)).await)
    }

    pub(crate) async fn assess(&self, request: RecordAssessmentRequest) -> WriteHouseholdResponse {
        accepted(self.registry.record_assessment(Request::new(request)).await)
    }

    pub(crate) async fn register_all(
        &self,
        requests: Vec<RegisterHouseholdRequest>,
    ) -> BatchWriteHouseholdsResponse {
        let request = BatchRegisterHouseholdsRequest { requests };
        accepted(self.registry.batch_register_households(Request::new(request)).await)
    }

    pub(crate) async fn assess_all(
        &self,
        requests: Vec<RecordAssessmentRequest>,
    ) -> BatchWriteHouseholdsResponse {
        let request = BatchRecordAssessmentsRequest { requests };
        accepted(self.registry.batch_record_assessments(Request::new(request)).await)
    }

    pub(crate) async fn get(&self, name: &str) -> Household {
        let request = GetHouseholdRequest { name: name.to_owned() };
        accepted(self.registry.get_household(Request::new(request)).await)
    }

    /// Lists with everything that was written until now.
    pub(crate) async fn list(&self, mut request: ListHouseholdsRequest) -> ListHouseholdsResponse {
        request.consistency_token = self.everything().await;
        accepted(self.registry.list_households(Request::new(request)).await)
    }

    /// Searches with everything that was written until now.
    pub(crate) async fn search(&self, mut request: SearchHouseholdsRequest) -> SearchHouseholdsResponse {
        request.consistency_token = self.everything().await;
        accepted(self.registry.search_households(Request::new(request)).await)
    }

    /// A token for all that was written until now.
    async fn everything(&self) -> String {
        let head = self.log.head().await.unwrap();
        service::request::ConsistencyToken::of(CONTEXT, head).to_string()
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        self.stop.cancel();
    }
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
