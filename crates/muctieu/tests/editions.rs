//! The two editions are one program: the same synthetic history, told to the embedded edition and to four processes over
//! PostgreSQL and JetStream, gives the same figures, byte for byte.

mod common;

use common::{Launch, Process};
use std::{collections::BTreeMap, path::Path};
use testing::{NatsServer, TestDatabase};

/// The smallest province that the generator makes.
const SCALE: &str = "0.005";
const SEED: &str = "7";
/// After everything that is recorded, whenever the test runs.
const KNOWN_ON: &str = "2099-12-31";

#[tokio::test]
async fn both_editions_show_the_same_figures_byte_for_byte() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let embedded = folder.path().join("embedded");
    let demo = ["demo", "--once", "--scale", SCALE, "--seed", SEED];
    let told = Launch::new(&demo, &embedded).finish().await.succeeded();
    let data = embedded.join(format!("demo-{SEED}-{SCALE}"));
    let settings = data.join("muctieu.toml");
    let server = Launch::of(&["serve", "--config", text(&settings)]).start().await;
    let expected = figures(&server).await;
    drop(server);

    let site = Site::start(&folder.path().join("distributed"), &data.join("packs")).await;
    let [poverty, rural, funding, progress] = site.urls();
    let elsewhere =
        ["--poverty", &poverty, "--rural", &rural, "--funding", &funding, "--progress", &progress];
    let told_there = Launch::of(&[&demo[..], &elsewhere].concat()).finish().await.succeeded();
    let found = figures(&site.progress).await;

    assert!(expected.lines().count() > 10_000, "only {} lines", expected.lines().count());
    assert!(expected == found, "{}", first_difference(&expected, &found));
    let page =
        |printed: &str| printed.lines().take_while(|line| !line.starts_with("data: ")).collect::<String>();
    assert_eq!(page(&told), page(&told_there), "the committee's page");
    the_figures_hold_something(&expected);
}

/// Four processes, each with a database of its own, on a clock that follows the telling.
struct Site {
    registry: Process,
    rural: Process,
    funding: Process,
    progress: Process,
    _databases: [TestDatabase; 4],
    _nats: NatsServer,
}

impl Site {
    async fn start(folder: &Path, packs: &Path) -> Self {
        let create = || TestDatabase::create();
        let databases = [create().await, create().await, create().await, create().await];
        let nats = NatsServer::start().await;
        let launch = |arguments: &[&str]| {
            let keys = ["POVERTY", "RURAL", "FUNDING", "PROGRESS"];
            let launch = Launch::new(arguments, folder)
                .with("MUCTIEU_EDITION", "distributed")
                .with("MUCTIEU_DEMO_CLOCK", "true")
                .with("MUCTIEU_REFERENCE_DIR", text(packs))
                .with("MUCTIEU_NATS_URL", &nats.url())
                .with("MUCTIEU_NATS_STREAM_BYTES_MAX", "134217728");
            keys.iter().zip(&databases).fold(launch, |launch, (key, database)| {
                launch.with(&format!("MUCTIEU_{key}_DATABASE_URL"), database.url())
            })
        };
        launch(&["migrate"]).finish().await.succeeded();
        Self {
            registry: launch(&["serve", "poverty-registry"]).start().await,
            rural: launch(&["serve", "rural-criteria"]).start().await,
            funding: launch(&["serve", "funding-ledger"]).start().await,
            progress: launch(&["serve", "progress"]).start().await,
            _databases: databases,
            _nats: nats,
        }
    }

    fn urls(&self) -> [String; 4] {
        [&self.registry, &self.rural, &self.funding, &self.progress]
            .map(|process| format!("http://{}", process.address))
    }
}

async fn figures(progress: &Process) -> String {
    let address = progress.address.to_string();
    let export = Launch::of(&["export", "figures", "--address", &address, "--known-on", KNOWN_ON]);
    export.finish().await.succeeded()
}

/// Figures of every source, and values among them that are neither nothing nor missing.
fn the_figures_hold_something(figures: &str) {
    let kinds = ["households/poor", "movements/", "money/", "targets/", "criteria of "];
    let mut told: BTreeMap<&str, usize> = kinds.map(|kind| (kind, 0)).into();
    for line in figures.lines().filter(|line| !line.contains("= none") && !line.contains("= no data")) {
        for kind in kinds.iter().filter(|kind| line.contains(**kind)) {
            *told.entry(kind).or_default() += 1;
        }
    }
    assert!(told.values().all(|lines| *lines > 20), "{told:?}");
}

fn first_difference(one: &str, other: &str) -> String {
    let differs = one.lines().zip(other.lines()).enumerate().find(|(_, (one, other))| one != other);
    match differs {
        Some((at, (one, other))) => format!("line {at}:\n  embedded    {one}\n  distributed {other}"),
        None => format!("{} lines against {}", one.lines().count(), other.lines().count()),
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a temporary folder named in UTF-8")
}
