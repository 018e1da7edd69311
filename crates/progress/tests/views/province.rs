//! A province for one test: the embedded packs with three villages, a read model fed from memory, and the service.

use crate::common::tales::{Found, Home, LACKED, Lacks, Told, What, standard_of};
use api::{
    progress::{self as proto, progress_server::Progress as _},
    types,
};
use event_log::{Metadata, RecordedEvent, StreamId};
use events::poverty::{
    AreaType, HouseholdAssessed, HouseholdMoved, HouseholdRegistered, Income, MemberFact, MembersChanged,
    PovertyClass, PovertyEvent, Residence,
};
use futures::future::BoxFuture;
use kernel::{AssessmentId, Date, HouseholdId, ManualClock, MemberId, RequestId, Timestamp};
use progress::{FundingModel, PovertyModel, Progress, ProgressOptions, RuralModel, SOURCE, Sources};
use projection::{
    Digest, EventSource, Projector, ProjectorOptions, ReadDatabase, ReadOptions, ReadStore, RebuildOptions,
    SourceError, rebuild,
};
use reference::Reference;
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Status};
use uuid::Uuid;

const WITHIN: Duration = Duration::from_secs(60);

/// The indicators of a review that found these lacking.
fn lacked(lacks: &Lacks) -> Vec<String> {
    let found = LACKED.iter().zip(lacks).filter(|(_, lacks)| **lacks);
    found.map(|(indicator, _)| (*indicator).to_owned()).collect()
}

/// The packs with the villages of the tales and a target of an operator.
pub(crate) fn reference() -> Arc<Reference> {
    static REFERENCE: OnceLock<Arc<Reference>> = OnceLock::new();
    let load = || {
        let folder = TempDir::new().expect("a temporary folder");
        let village = |code: &str, commune: &str| {
            format!(
                r#"{{"code": "{code}", "name": "Bản {code}", "commune": "{commune}@0001-01-01",
                     "source": "synthetic, for a test", "mark": "unverified"}}"#
            )
        };
        let villages = [("03625-001", "03625"), ("03619-001", "03619"), ("03388-001", "03388")];
        let villages = villages.map(|(code, commune)| village(code, commune)).join(",");
        let pack = format!(r#"{{"pack": "villages", "records": [{villages}]}}"#);
        std::fs::write(folder.path().join("villages.json"), pack).expect("a pack can be written");
        let target = r#"{"pack": "targets", "records": [{"id": "X1", "group": "economy", "vi": "a", "en": "a", "op": "<=",
            "target": "0.4", "unit": "lần", "feeds": "poverty", "computed_as": "relative_to_start",
            "source": "synthetic, for a test", "mark": "unverified"}]}"#;
        std::fs::write(folder.path().join("targets.json"), target).expect("a pack can be written");
        Arc::new(Reference::load(Some(folder.path())).expect("packs without findings"))
    };
    REFERENCE.get_or_init(load).clone()
}

/// A log in memory.
#[derive(Clone)]
struct MemoryLog(Arc<watch::Sender<Vec<RecordedEvent>>>);

impl EventSource for MemoryLog {
    fn name(&self) -> &str {
        SOURCE
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
    pub(crate) service: Progress,
    pub(crate) stop: CancellationToken,
    database: ReadDatabase,
    /// Nothing is told of their sources here.
    others: [ReadDatabase; 2],
    log: MemoryLog,
    projector: JoinHandle<()>,
    _folder: TempDir,
}

impl Province {
    /// On SQLite, with the log told.
    pub(crate) async fn told(log: &[Told]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let store = ReadStore::Sqlite(folder.path().to_owned());
        let province = Self::on(store, folder, ProgressOptions::default(), ProjectorOptions::default()).await;
        province.tell(log).await;
        province
    }

    pub(crate) async fn on(
        store: ReadStore,
        folder: TempDir,
        options: ProgressOptions,
        projector: ProjectorOptions,
    ) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::start_of(kernel::date(2028, 6, 30))));
        let of_store = ReadOptions { store, readers_max: 4 };
        let poverty = ReadDatabase::open::<PovertyModel>(of_store.clone(), clock.clone());
        let rural = ReadDatabase::open::<RuralModel>(of_store.clone(), clock.clone());
        let funding = ReadDatabase::open::<FundingModel>(of_store, clock.clone());
        let (database, rural, funding) = tokio::try_join!(poverty, rural, funding).expect("read models");
        let stop = CancellationToken::new();
        let log = MemoryLog(Arc::new(watch::Sender::new(Vec::new())));
        let projector = Projector::new(
            database.clone(),
            PovertyModel::new(&reference()),
            Box::new(log.clone()),
            projector,
        );
        let until = stop.child_token();
        let projector = tokio::spawn(async move { Box::pin(projector.run(until)).await.expect("no gap") });
        let sources = Sources { poverty: database.clone(), rural: rural.clone(), funding: funding.clone() };
        let service = Progress::new(sources, reference(), clock, options, stop.clone());
        Self { service, stop, database, others: [rural, funding], log, projector, _folder: folder }
    }

    /// Appends to the log and waits until it is applied.
    pub(crate) async fn tell(&self, log: &[Told]) {
        let last = self.record(log);
        self.database.wait_for(SOURCE, last, WITHIN).await.expect("the log is applied");
    }

    /// Appends to the log and gives its last position.
    pub(crate) fn record(&self, log: &[Told]) -> u64 {
        self.log.0.send_modify(|events| {
            for told in log {
                events.push(recorded(events.len() as u64 + 1, told));
            }
        });
        self.log.0.borrow().len() as u64
    }

    /// Appends an event that nobody can read.
    pub(crate) async fn tell_nonsense(&self) {
        self.log.0.send_modify(|events| {
            let position = events.len() as u64 + 1;
            let mut event = recorded(position, &assessed(0, "2024-01-01", Found::Poor));
            event.event_type = "poverty.unheard_of.v1".to_owned();
            events.push(event);
        });
        let last = self.log.0.borrow().len() as u64;
        self.database.wait_for(SOURCE, last, WITHIN).await.expect("the log is applied");
    }

    pub(crate) async fn digest(&self) -> Digest {
        self.database.digest().await.expect("a digest")
    }

    pub(crate) async fn rebuild(&self, batch_events_max: usize, households_kept_max: usize) {
        let mut model = PovertyModel::new(&reference()).keeping_at_most(households_kept_max);
        let options = RebuildOptions { batch_events_max };
        let stop = CancellationToken::new();
        rebuild(&self.database, &mut model, &mut self.log.clone(), options, &stop).await.expect("a rebuild");
    }

    pub(crate) async fn end(self) {
        self.stop.cancel();
        self.projector.await.expect("the projector ends");
        self.database.close().await;
        for other in &self.others {
            other.close().await;
        }
    }

    pub(crate) async fn poverty(
        &self,
        request: proto::GetPovertyRequest,
    ) -> Result<proto::PovertyView, Status> {
        self.service.get_poverty(Request::new(request)).await.map(tonic::Response::into_inner)
    }

    pub(crate) async fn movements(
        &self,
        request: proto::GetMovementsRequest,
    ) -> Result<proto::MovementsView, Status> {
        self.service.get_movements(Request::new(request)).await.map(tonic::Response::into_inner)
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
        self.service.explain_figure(Request::new(request)).await.map(tonic::Response::into_inner)
    }

    pub(crate) async fn targets(
        &self,
        as_at: &str,
        ids: &[&str],
    ) -> Result<proto::ListTargetsResponse, Status> {
        let request = proto::ListTargetsRequest {
            view: Some(proto::PointOfView { as_at: as_at.to_owned(), ..Default::default() }),
            ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            consistency_token: String::new(),
        };
        self.service.list_targets(Request::new(request)).await.map(tonic::Response::into_inner)
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

pub(crate) fn key(area: Option<&types::Area>) -> &str {
    area.map_or("", |area| area.name.trim_start_matches("areas/"))
}

pub(crate) fn day(text: &str) -> Date {
    kernel::parse_date(text).expect("a day")
}

/// A household of a head and others, all of group 03.
pub(crate) fn registered(household: usize, on: &str, home: Home, persons: u32) -> Told {
    let first = u32::try_from(household).expect("a small number") * 100;
    let members = (first..first + persons).map(|member| (member, "03")).collect();
    Told { household, effective: day(on), known: day(on), what: What::Registered { home, members } }
}

pub(crate) fn assessed(household: usize, on: &str, found: Found) -> Told {
    reviewed(household, on, found, [false; 4])
}

pub(crate) fn reviewed(household: usize, on: &str, found: Found, lacks: Lacks) -> Told {
    Told { household, effective: day(on), known: day(on), what: What::Assessed(found, lacks) }
}

pub(crate) fn moved(household: usize, on: &str, home: Home) -> Told {
    Told { household, effective: day(on), known: day(on), what: What::Moved(home) }
}

fn household(number: usize) -> HouseholdId {
    HouseholdId::from_uuid(Uuid::from_u128(0xa000_0000 + number as u128))
}

fn member(number: u32) -> MemberId {
    MemberId::from_uuid(Uuid::from_u128(u128::from(number) + 1))
}

/// The event as the registry records it.
fn recorded(position: u64, told: &Told) -> RecordedEvent {
    let facts = |members: &[(u32, &'static str)], head: u32| -> Vec<MemberFact> {
        let fact = |(id, group): &(u32, &'static str)| MemberFact {
            member: member(*id),
            ethnicity: (*group).to_owned(),
            head: *id == head,
        };
        members.iter().map(fact).collect()
    };
    let residence = |home: &Home| Residence {
        commune: home.commune.parse().expect("an area key"),
        village: home.village.map(|village| village.parse().expect("a village code")),
    };
    let household = household(told.household);
    let event = match &told.what {
        What::Registered { home, members } => PovertyEvent::HouseholdRegistered(HouseholdRegistered {
            household,
            residence: residence(home),
            members: facts(members, members[0].0),
            sealed: None,
        }),
        What::Members { joined, left, head } => PovertyEvent::MembersChanged(MembersChanged {
            household,
            added: facts(joined, *head),
            removed: left.iter().map(|id| member(*id)).collect(),
            head: member(*head),
            sealed: None,
        }),
        What::Moved(home) => {
            PovertyEvent::HouseholdMoved(HouseholdMoved { household, residence: residence(home) })
        }
        What::Assessed(found, lacks) => PovertyEvent::HouseholdAssessed(HouseholdAssessed {
            household,
            assessment: AssessmentId::from_uuid(Uuid::from_u128(u128::from(position))),
            standard: standard_of(told.effective).to_owned(),
            commune: "03618@2025-07-01".parse().expect("an area key"),
            area_type: AreaType::Rural,
            income: Income::B1Score(120),
            deprived: lacked(lacks),
            b2_score: Some(0),
            class: match found {
                Found::Poor => PovertyClass::Poor,
                Found::NearPoor => PovertyClass::NearPoor,
                Found::NotPoor => PovertyClass::NotPoor,
            },
        }),
    };
    let request_id = RequestId::from_uuid(Uuid::from_u128(0xb000_0000 + u128::from(position)));
    let metadata = Metadata {
        request_id,
        request_index: 0,
        request_size: 1,
        fingerprint: "00".repeat(32),
        actor: "officer.1".to_owned(),
        area: "12".parse().expect("a code"),
        document: Some(format!("Quyết định {position}/QĐ-UBND")),
        correlation_id: None,
        causation_id: None,
    };
    let noon = Timestamp::start_of(told.known).micros() + 12 * 3_600 * 1_000_000;
    RecordedEvent {
        position,
        stream: StreamId::of("household", household.uuid()),
        version: 1,
        event_id: request_id.derive("event", 0),
        event_type: event.event_type().to_owned(),
        effective: told.effective,
        recorded_at: Timestamp::from_micros(noon).expect("a time"),
        content: event.encode().expect("an event"),
        metadata: serde_json::to_string(&metadata).expect("metadata"),
    }
}

/// The columns of the form, in order.
pub(crate) fn figures_of_form(form: &Option<proto::MovementColumns>) -> Vec<proto::Figure> {
    let form = form.clone().unwrap();
    let columns = [
        form.start,
        form.exit_to_other_class,
        form.exit_above,
        form.other_out,
        form.from_other_class,
        form.relapse,
        form.new,
        form.other_in,
        form.end,
    ];
    columns.into_iter().flatten().collect()
}
