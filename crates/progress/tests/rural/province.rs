//! A province for one test: the embedded packs with a few villages, read models fed from memory, and the service.

use crate::tales::{Official, Strict, Tier, Told, VILLAGES, Value, What};
use api::progress::{self as proto, progress_server::Progress as _};
use event_log::{Metadata, RecordedEvent, StreamId};
use events::rural::{
    AreaAssessed, CriterionAssessed, Decision, Fraction, Judgement, ListKind, ListingDecided,
    ObservationRecorded, Observed, OfficialState, RuralEvent, State, TitleAcknowledged, TitleRecognised,
    TitleRevoked, TitleTier,
};
use futures::future::BoxFuture;
use kernel::{AssessmentId, Date, ManualClock, ObservationId, RequestId, Timestamp};
use progress::{FundingModel, PovertyModel, Progress, ProgressOptions, RURAL_SOURCE, RuralModel, Sources};
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

/// The packs with the villages of the tales.
pub(crate) fn reference() -> Arc<Reference> {
    static REFERENCE: OnceLock<Arc<Reference>> = OnceLock::new();
    let load = || {
        let folder = TempDir::new().expect("a temporary folder");
        let village = |(code, commune): (&str, &str)| {
            format!(
                r#"{{"code": "{code}", "name": "Bản {code}", "commune": "{commune}@0001-01-01",
                     "source": "synthetic, for a test", "mark": "unverified"}}"#
            )
        };
        let villages = VILLAGES.map(village).join(",");
        let pack = format!(r#"{{"pack": "villages", "records": [{villages}]}}"#);
        std::fs::write(folder.path().join("villages.json"), pack).expect("a pack can be written");
        Arc::new(Reference::load(Some(folder.path())).expect("packs without findings"))
    };
    REFERENCE.get_or_init(load).clone()
}

/// A log in memory.
#[derive(Clone)]
struct MemoryLog(Arc<watch::Sender<Vec<RecordedEvent>>>);

impl EventSource for MemoryLog {
    fn name(&self) -> &str {
        RURAL_SOURCE
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
    stop: CancellationToken,
    sources: Sources,
    log: MemoryLog,
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

    pub(crate) async fn on(store: ReadStore, folder: TempDir, projector: ProjectorOptions) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::start_of(kernel::date(2028, 12, 31))));
        let of_store = ReadOptions { store, readers_max: 4 };
        let poverty = ReadDatabase::open::<PovertyModel>(of_store.clone(), clock.clone());
        let rural = ReadDatabase::open::<RuralModel>(of_store.clone(), clock.clone());
        let funding = ReadDatabase::open::<FundingModel>(of_store, clock.clone());
        let (poverty, rural, funding) = tokio::try_join!(poverty, rural, funding).expect("read models");
        let sources = Sources { poverty, rural, funding };
        let stop = CancellationToken::new();
        let log = MemoryLog(Arc::new(watch::Sender::new(Vec::new())));
        let model = RuralModel::new(&reference());
        let projector = Projector::new(sources.rural.clone(), model, Box::new(log.clone()), projector);
        let until = stop.child_token();
        let projector = tokio::spawn(async move { Box::pin(projector.run(until)).await.expect("no gap") });
        let options = ProgressOptions::default();
        let service = Progress::new(sources.clone(), reference(), clock, options, stop.clone());
        Self { service, stop, sources, log, projector, _folder: folder }
    }

    /// Appends to the log and waits until it is applied.
    pub(crate) async fn tell(&self, log: &[Told]) {
        self.log.0.send_modify(|events| {
            for told in log {
                events.push(recorded(events.len() as u64 + 1, told));
            }
        });
        self.applied().await;
    }

    /// Appends the fact, changed by hand.
    pub(crate) async fn tell_changed(&self, told: &Told, change: impl FnOnce(&mut RecordedEvent)) {
        self.log.0.send_modify(|events| {
            let mut event = recorded(events.len() as u64 + 1, told);
            change(&mut event);
            events.push(event);
        });
        self.applied().await;
    }

    async fn applied(&self) {
        let last = self.log.0.borrow().len() as u64;
        self.sources.rural.wait_for(RURAL_SOURCE, last, WITHIN).await.expect("the log is applied");
    }

    pub(crate) async fn digest(&self) -> Digest {
        self.sources.rural.digest().await.expect("a digest")
    }

    pub(crate) async fn rebuild(&self, batch_events_max: usize) {
        let mut model = RuralModel::new(&reference());
        let options = RebuildOptions { batch_events_max };
        let stop = CancellationToken::new();
        rebuild(&self.sources.rural, &mut model, &mut self.log.clone(), options, &stop)
            .await
            .expect("a rebuild");
    }

    pub(crate) async fn end(self) {
        self.stop.cancel();
        self.projector.await.expect("the projector ends");
        for database in [&self.sources.poverty, &self.sources.rural, &self.sources.funding] {
            database.close().await;
        }
    }

    pub(crate) async fn criteria(
        &self,
        area: &str,
        view: Option<proto::PointOfView>,
    ) -> Result<proto::CriteriaView, Status> {
        let request = proto::GetCriteriaRequest {
            area: area.to_owned(),
            view,
            communes: true,
            consistency_token: String::new(),
        };
        self.service.get_criteria(Request::new(request)).await.map(tonic::Response::into_inner)
    }

    pub(crate) async fn targets(
        &self,
        view: Option<proto::PointOfView>,
        ids: &[&str],
    ) -> Vec<proto::TargetRow> {
        let request = proto::ListTargetsRequest {
            view,
            ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            consistency_token: String::new(),
        };
        self.service.list_targets(Request::new(request)).await.unwrap().into_inner().targets
    }

    pub(crate) async fn target(&self, id: &str, as_at: &str) -> proto::TargetRow {
        self.targets(view(as_at, "", ""), &[id]).await.remove(0)
    }

    pub(crate) async fn overview(&self, area: &str, view: Option<proto::PointOfView>) -> proto::Overview {
        let request = proto::GetOverviewRequest { area: area.to_owned(), view, ..Default::default() };
        self.service.get_overview(Request::new(request)).await.unwrap().into_inner()
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
}

/// The reason of a refusal.
pub(crate) fn reason(status: &Status) -> String {
    use tonic_types::StatusExt;
    status.get_details_error_info().expect("an ErrorInfo").reason
}

pub(crate) fn view(as_at: &str, known_on: &str, map: &str) -> Option<proto::PointOfView> {
    Some(proto::PointOfView { as_at: as_at.to_owned(), known_on: known_on.to_owned(), map: map.to_owned() })
}

pub(crate) fn key(area: Option<&api::types::Area>) -> &str {
    area.map_or("", |area| area.name.trim_start_matches("areas/"))
}

const fn tier(tier: Tier) -> TitleTier {
    match tier {
        Tier::Village => TitleTier::Village,
        Tier::Commune => TitleTier::Commune,
        Tier::Advanced => TitleTier::AdvancedCommune,
        Tier::Model => TitleTier::ModelCommune,
        Tier::District => TitleTier::District,
    }
}

fn criterion(at: usize, strict: Strict, official: Option<Official>) -> CriterionAssessed {
    let judged = |official| OfficialState {
        state: match official {
            Official::Met => Judgement::Met,
            Official::Basically => Judgement::BasicallyMet,
            Official::NotMet => Judgement::NotMet,
        },
        author: "Sở Nông nghiệp và Môi trường".to_owned(),
        document: None,
    };
    CriterionAssessed {
        number: u16::try_from(at + 1).unwrap(),
        strict: match strict {
            Strict::Met => State::Met,
            Strict::NotMet => State::NotMet,
            Strict::NotApplicable => State::NotApplicable,
            Strict::NotAssessed => State::NotAssessed,
            Strict::NoData => State::NoData,
        },
        official: official.map(judged),
        indicators: Vec::new(),
    }
}

/// The id of the observation at that place in the log, from 0.
pub(crate) fn observation(place: usize) -> ObservationId {
    ObservationId::from_uuid(Uuid::from_u128(0xc000_0000 + place as u128))
}

/// The event as the service records it.
fn recorded(position: u64, told: &Told) -> RecordedEvent {
    let area = told.unit.parse().expect("an area key");
    let signed_on: Date = told.effective;
    let number = format!("{position}/QĐ-UBND");
    let decision = Decision { number, signed_on, issuer: "UBND tỉnh".to_owned(), sha256: None };
    let event = match told.what.clone() {
        What::Recognised(own) => RuralEvent::TitleRecognised(TitleRecognised {
            area,
            tier: tier(own),
            set: if own == Tier::Village { "lai-chau-village" } else { "vn-commune-2021-2025" }.to_owned(),
            year: told.effective.year(),
            decision,
            votes: None,
            assessment: None,
            strict: None,
            official: None,
        }),
        What::Acknowledged(own) => RuralEvent::TitleAcknowledged(TitleAcknowledged {
            area,
            tier: tier(own),
            decision,
            parts: Vec::new(),
        }),
        What::Revoked(own) => RuralEvent::TitleRevoked(TitleRevoked {
            area,
            tier: tier(own),
            decision,
            criteria: vec![17],
            ground: "không giữ được tiêu chí".to_owned(),
        }),
        What::Assessed { set, strict, official } => RuralEvent::AreaAssessed(AreaAssessed {
            assessment: AssessmentId::from_uuid(Uuid::from_u128(u128::from(position))),
            area,
            set: set.to_owned(),
            year: told.effective.year(),
            column: None,
            criteria: (strict.iter().zip(official).enumerate())
                .map(|(at, (strict, official))| criterion(at, *strict, official))
                .collect(),
        }),
        What::Region(entry) => RuralEvent::ListingDecided(ListingDecided {
            area,
            list: ListKind::Region,
            entry: entry.map(str::to_owned),
            decision,
            by_recognition: false,
        }),
        What::PoorDistrict(entry) => RuralEvent::ListingDecided(ListingDecided {
            area,
            list: ListKind::PoorDistrict,
            entry: entry.map(str::to_owned),
            decision,
            by_recognition: false,
        }),
        What::Observed { indicator, value, corrects } => {
            RuralEvent::ObservationRecorded(ObservationRecorded {
                observation: observation(usize::try_from(position).unwrap() - 1),
                area,
                set: "lai-chau-resolution-2021-2025".to_owned(),
                indicator: indicator.to_owned(),
                value: match value {
                    Value::Share(n, d) => Observed::Share(Fraction { n, d }),
                    Value::Mean(n, d) => Observed::Mean(Fraction { n, d }),
                    Value::Percent(percent) => Observed::ReportedPercent(percent.parse().unwrap()),
                    Value::NotApplicable => Observed::NotApplicable("không có đối tượng".to_owned()),
                },
                source: format!("đơn vị {}", told.unit),
                corrects: corrects.map(observation),
                poverty_position: None,
            })
        }
    };
    let request_id = RequestId::from_uuid(Uuid::from_u128(0xb000_0000 + u128::from(position)));
    let metadata = Metadata {
        request_id,
        request_index: 0,
        request_size: 1,
        fingerprint: "00".repeat(32),
        actor: "officer.1".to_owned(),
        area: "12".parse().expect("a code"),
        document: Some(format!("Báo cáo {position}/BC")),
        correlation_id: None,
        causation_id: None,
    };
    let noon = Timestamp::start_of(told.known).micros() + 12 * 3_600 * 1_000_000;
    RecordedEvent {
        position,
        stream: StreamId::of("area", Uuid::from_u128(u128::from(position))),
        version: 1,
        event_id: request_id.derive("event", 0),
        event_type: event.event_type().to_owned(),
        effective: told.effective,
        recorded_at: Timestamp::from_micros(noon).expect("a time"),
        content: event.encode().expect("an event"),
        metadata: serde_json::to_string(&metadata).expect("metadata"),
    }
}
