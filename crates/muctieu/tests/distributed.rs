//! The distributed edition end to end, with real processes, PostgreSQL and JetStream: 2,000 households are registered and
//! assessed by concurrent clients while processes are killed and the broker is stopped; nothing acknowledged is lost,
//! nothing is counted twice, and every figure equals the one computed here from what the clients were told.

mod common;

use api::types::CommandHeader;
use api::{
    poverty::{
        DeprivationAnswer, NewMember, RecordAssessmentRequest, RegisterHouseholdRequest,
        poverty_registry_client::PovertyRegistryClient, record_assessment_request::Income,
    },
    progress::{GetPovertyRequest, PointOfView, progress_client::ProgressClient},
    types::PovertyClass,
};
use common::{Launch, Process};
use sqlx::{Connection, PgConnection};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use testing::{NatsServer, TestDatabase, wait_until};
use tonic::transport::Channel;
use uuid::Uuid;

const HOUSEHOLDS: usize = 2_000;
const CLIENTS: usize = 16;
const DEADLINE: Duration = Duration::from_secs(120);
const COMMUNES: [&str; 5] = ["03388", "03390", "03618", "03451", "03640"];
const INDICATORS: [&str; 12] = [
    "employment",
    "dependent_person",
    "nutrition",
    "health_insurance",
    "adult_education",
    "child_school_attendance",
    "housing_quality",
    "housing_area",
    "clean_water",
    "hygienic_toilet",
    "telecommunication",
    "information_access_assets",
];

/// One household as its client means it: everything follows from its number, so the oracle needs no other source.
#[derive(Clone, Copy)]
struct Plan(usize);

impl Plan {
    fn commune(self) -> &'static str {
        COMMUNES[self.0 % COMMUNES.len()]
    }

    fn members(self) -> usize {
        1 + self.0 % 6
    }

    fn score(self) -> i32 {
        100 + i32::try_from(self.0 % 90).expect("small")
    }

    fn deprivations(self) -> usize {
        self.0 % 7
    }

    /// The rule of the standard of 2022, written from its text: at most 140 points in a xã, 175 in a phường; from 3
    /// deprivations on the household is poor.
    fn class(self) -> PovertyClass {
        let line = if self.commune() == "03388" { 175 } else { 140 };
        match (self.score() <= line, self.deprivations() >= 3) {
            (true, true) => PovertyClass::Poor,
            (true, false) => PovertyClass::NearPoor,
            (false, _) => PovertyClass::NotPoor,
        }
    }

    fn id(self, purpose: &str) -> String {
        Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{purpose}/{}", self.0).as_bytes()).to_string()
    }

    fn header(self, purpose: &str) -> Option<CommandHeader> {
        Some(CommandHeader {
            request_id: self.id(purpose),
            document: "Quyết định 1/QĐ-UBND (dữ liệu thử)".into(),
            ..Default::default()
        })
    }

    fn registration(self) -> RegisterHouseholdRequest {
        let members = (0..self.members()).map(|at| NewMember {
            full_name: format!("Người mẫu {}-{at}", self.0),
            ethnicity: "08".into(),
            head: at == 0,
            ..Default::default()
        });
        RegisterHouseholdRequest {
            header: self.header("register"),
            effective_date: "2025-09-01".into(),
            commune_code: self.commune().into(),
            members: members.collect(),
            household_id: self.id("household"),
            ..Default::default()
        }
    }

    fn assessment(self) -> RecordAssessmentRequest {
        let answer = |(at, indicator): (usize, &&str)| DeprivationAnswer {
            indicator: (*indicator).into(),
            deprived: at < self.deprivations(),
        };
        RecordAssessmentRequest {
            header: self.header("assess"),
            household: format!("households/{}", self.id("household")),
            effective_date: "2025-12-10".into(),
            income: Some(Income::B1Score(self.score())),
            answers: INDICATORS.iter().enumerate().map(answer).collect(),
            ..Default::default()
        }
    }
}

/// Sends until it is acknowledged. Only answers that say "nothing is known" or "try later" are tried again; any refusal
/// of the command itself fails the test.
async fn until_acknowledged<Answer, Call>(what: &str, mut call: impl FnMut() -> Call) -> Answer
where
    Call: Future<Output = Result<tonic::Response<Answer>, tonic::Status>>,
{
    let started = std::time::Instant::now();
    loop {
        match tokio::time::timeout(Duration::from_secs(10), call()).await {
            Ok(Ok(answer)) => return answer.into_inner(),
            Ok(Err(status)) => {
                let passing = [
                    tonic::Code::Unavailable,
                    tonic::Code::Unknown,
                    tonic::Code::ResourceExhausted,
                    tonic::Code::Cancelled,
                ];
                assert!(passing.contains(&status.code()), "{what} was refused: {status:?}");
            }
            Err(_) => {}
        }
        assert!(started.elapsed() < DEADLINE, "{what} was not acknowledged within {DEADLINE:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

struct Site {
    registry_database: TestDatabase,
    progress_database: TestDatabase,
    nats: NatsServer,
    _folder: tempfile::TempDir,
    registry: Launch,
    progress: Launch,
    operator: Launch,
    /// Knows the registry's log only as progress may read it.
    rebuilder: Launch,
}

impl Site {
    async fn prepare() -> Self {
        let (registry_database, progress_database) =
            (TestDatabase::create().await, TestDatabase::create().await);
        let nats = NatsServer::start().await;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let launch = |arguments: &[&str]| {
            Launch::new(arguments, folder.path())
                .with("MUCTIEU_EDITION", "distributed")
                .with("MUCTIEU_POVERTY_DATABASE_URL", registry_database.url())
                .with("MUCTIEU_PROGRESS_DATABASE_URL", progress_database.url())
                .with("MUCTIEU_NATS_URL", &nats.url())
        };
        let (registry, progress) = (launch(&["serve", "poverty-registry"]), launch(&["serve", "progress"]));
        let operator = launch(&["verify", "--views"]);
        let rebuilder = Launch::new(&["rebuild", "progress"], folder.path())
            .with("MUCTIEU_EDITION", "distributed")
            .with("MUCTIEU_PROGRESS_DATABASE_URL", progress_database.url())
            .with("MUCTIEU_PROGRESS_SOURCE_POVERTY_DATABASE_URL", registry_database.url());
        launch(&["migrate"]).finish().await.succeeded();
        Self {
            registry_database,
            progress_database,
            nats,
            _folder: folder,
            registry,
            progress,
            operator,
            rebuilder,
        }
    }

    async fn events(&self) -> i64 {
        let mut connection =
            PgConnection::connect(self.registry_database.url()).await.expect("the registry's database");
        sqlx::query_scalar("select count(*) from event").fetch_one(&mut connection).await.expect("a count")
    }
}

fn client_task(
    first: usize,
    channel: Channel,
    acknowledged: Arc<AtomicUsize>,
) -> tokio::task::JoinHandle<u64> {
    tokio::spawn(async move {
        let client = PovertyRegistryClient::new(channel);
        let mut highest = 0;
        for plan in (first..HOUSEHOLDS).step_by(CLIENTS).map(Plan) {
            until_acknowledged("a registration", || {
                let mut client = client.clone();
                async move { client.register_household(plan.registration()).await }
            })
            .await;
            let answer = until_acknowledged("an assessment", || {
                let mut client = client.clone();
                async move { client.record_assessment(plan.assessment()).await }
            })
            .await;
            let assessment = answer
                .household
                .and_then(|household| household.latest_assessment)
                .expect("the answer shows the assessment");
            assert_eq!(assessment.poverty_class(), plan.class(), "household {}", plan.0);
            highest = highest.max(answer.receipt.expect("a receipt").position);
            acknowledged.fetch_add(1, Ordering::SeqCst);
        }
        highest
    })
}

async fn reaches(acknowledged: &AtomicUsize, households: usize) {
    let what = format!("{households} households to be acknowledged");
    wait_until(DEADLINE, &what, || async { acknowledged.load(Ordering::SeqCst) >= households }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_and_nothing_is_counted_twice_through_kills_of_every_part() {
    let mut site = Site::prepare().await;
    let mut registry = site.registry.start().await;
    let mut progress = site.progress.start().await;
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> =
        (0..CLIENTS).map(|first| client_task(first, registry.channel(), Arc::clone(&acknowledged))).collect();

    // Between commit and publish: the broker is down, so what is acknowledged now is committed and not published, and then
    // the registry dies.
    reaches(&acknowledged, 300).await;
    site.nats.kill();
    reaches(&acknowledged, 500).await;
    registry.kill();
    site.nats.start_again().await;
    let mut registry = site.registry.start().await;

    // In mid-batch: the projection has some hundreds of events before it.
    reaches(&acknowledged, 800).await;
    progress.kill();
    reaches(&acknowledged, 1_000).await;
    let mut progress = site.progress.start().await;
    progress.kill();
    let progress = site.progress.start().await;

    // At any moment of a busy registry, and a broker that is stopped in order.
    reaches(&acknowledged, 1_200).await;
    registry.kill();
    let mut registry = site.registry.start().await;
    site.nats.stop().await;
    reaches(&acknowledged, 1_400).await;
    site.nats.start_again().await;

    let mut highest = 0;
    for client in clients {
        highest = highest.max(client.await.expect("every client is acknowledged"));
    }
    let expected_events = i64::try_from(2 * HOUSEHOLDS).expect("small");
    assert_eq!(site.events().await, expected_events, "each acknowledged command is in the log once");
    assert_eq!(highest, expected_events.cast_unsigned());

    figures_equal_the_oracle(&progress, highest).await;
    a_repeat_of_every_command_changes_nothing(&registry).await;
    assert_eq!(site.events().await, expected_events);
    assert_eq!(
        registry.terminate().await.code(),
        Some(0),
        "the registry seals what is left and ends in order"
    );
    let report = site.operator.finish().await.succeeded();
    let rebuilt = site.rebuilder.finish().await.succeeded();
    assert!(rebuilt.contains("progress: views of poverty rebuilt as generation 2"), "{rebuilt}");
    let sealed = format!("{expected_events} of them sealed");
    assert!(report.contains(&sealed), "every event is sealed: {report}");
    drop((site.progress_database, site.registry_database));
}

async fn figures_equal_the_oracle(progress: &Process, position: u64) {
    let client = ProgressClient::new(progress.channel());
    let view = Some(PointOfView { as_at: "2025-12-31".into(), ..Default::default() });
    for commune in COMMUNES.into_iter().chain(["12"]) {
        let plans: Vec<_> =
            (0..HOUSEHOLDS).map(Plan).filter(|plan| commune == "12" || plan.commune() == commune).collect();
        let request = GetPovertyRequest { area: commune.into(), view: view.clone(), ..Default::default() };
        let caught_up = || async {
            let answer = client.clone().get_poverty(request.clone()).await;
            answer.is_ok_and(|answer| answer.get_ref().position >= position)
        };
        wait_until(DEADLINE, "the projection to catch up", caught_up).await;
        let answer = client.clone().get_poverty(request.clone()).await.expect("a view").into_inner();
        assert_eq!((answer.position, answer.events_set_aside), (position, 0));
        let row = answer.area.expect("the area's row");
        let mut households = BTreeMap::<PovertyClass, i64>::new();
        let mut persons = BTreeMap::<PovertyClass, i64>::new();
        for plan in &plans {
            *households.entry(plan.class()).or_default() += 1;
            *persons.entry(plan.class()).or_default() += i64::try_from(plan.members()).expect("small");
        }
        for (counts, expected) in [(row.households, households), (row.persons, persons)] {
            let counts = counts.expect("counts");
            let figures = [
                (counts.poor, PovertyClass::Poor),
                (counts.near_poor, PovertyClass::NearPoor),
                (counts.not_poor, PovertyClass::NotPoor),
            ];
            for (figure, class) in figures {
                assert_eq!(
                    figure.expect("a figure").value,
                    expected.get(&class).copied(),
                    "{class:?} in {commune}"
                );
            }
            assert_eq!(counts.total.expect("a total").value, Some(expected.values().sum()));
        }
    }
}

async fn a_repeat_of_every_command_changes_nothing(registry: &Process) {
    let client = PovertyRegistryClient::new(registry.channel());
    for plan in (0..HOUSEHOLDS).step_by(37).map(Plan) {
        let registered = client
            .clone()
            .register_household(plan.registration())
            .await
            .expect("a repeat is answered")
            .into_inner();
        assert!(registered.receipt.expect("a receipt").replayed);
        let assessed = client
            .clone()
            .record_assessment(plan.assessment())
            .await
            .expect("a repeat is answered")
            .into_inner();
        assert!(assessed.receipt.expect("a receipt").replayed);
    }
}
