//! A demo, what stays of it, and the operator's care for its data: verify, rebuild, checkpoints kept elsewhere.

mod common;

use api::progress::{
    GetMovementsRequest, GetPovertyRequest, MovementsView, PointOfView, PovertyView,
    progress_client::ProgressClient,
};
use common::{Finished, Launch, Process, muctieu};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Weak},
    time::Duration,
};
use tempfile::TempDir;
use tokio::sync::Mutex;

/// The smallest province that the generator makes.
const SCALE: &str = "0.005";

/// A demo that has run to its table and ended.
struct Demo {
    folder: TempDir,
    seed: &'static str,
    page: String,
    /// Of a copy: kept, so that others find it.
    original: Option<Arc<Demo>>,
}

const SHARED_SEED: &str = "1";
static SHARED: Mutex<Weak<Demo>> = Mutex::const_new(Weak::new());

impl Demo {
    async fn told(seed: &'static str) -> Self {
        let mut demo = Self::in_empty_folder(seed);
        demo.tell_again().await;
        demo
    }

    /// A copy of one that is told once for all tests that run at a time.
    async fn copied() -> Self {
        let mut shared = SHARED.lock().await;
        let original = match shared.upgrade() {
            Some(told) => told,
            None => Arc::new(Self::told(SHARED_SEED).await),
        };
        *shared = Arc::downgrade(&original);
        drop(shared);
        let mut copy = Self::in_empty_folder(SHARED_SEED);
        copy_folder(&original.data(), &copy.data());
        // Shows the table once more and puts the copy's own paths into its settings.
        copy.tell_again().await;
        copy.original = Some(original);
        copy
    }

    fn in_empty_folder(seed: &'static str) -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            seed,
            page: String::new(),
            original: None,
        }
    }

    fn command(&self) -> [&str; 8] {
        let folder = self.folder.path().to_str().expect("a temporary folder named in UTF-8");
        ["demo", "--once", "--scale", SCALE, "--seed", self.seed, "--data-dir", folder]
    }

    async fn tell_again(&mut self) {
        self.page = muctieu(&self.command()).await.succeeded();
    }

    /// The page without what it says about its data.
    fn table(&self) -> &str {
        self.page.split_once("\ndata: ").expect("the page says where its data is").0
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join(format!("demo-{}-{SCALE}", self.seed))
    }

    fn settings(&self) -> String {
        self.data().join("muctieu.toml").display().to_string()
    }

    async fn run(&self, arguments: &[&str]) -> Finished {
        let settings = self.settings();
        muctieu(&[arguments, &["--config", &settings]].concat()).await
    }

    async fn log(&self) -> SqliteConnection {
        open(&self.data().join("poverty-log.sqlite")).await
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a new folder");
    for entry in fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let place = to.join(entry.file_name().expect("a named entry"));
        if entry.is_dir() {
            copy_folder(&entry, &place);
        } else {
            fs::copy(&entry, &place).expect("a copied file");
        }
    }
}

async fn open(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path);
    SqliteConnection::connect_with(&options).await.expect("the database opens")
}

#[tokio::test]
async fn a_demo_says_that_it_is_synthetic_and_its_seed_decides_all_of_it() {
    let (one, same, other) = tokio::join!(Demo::copied(), Demo::told(SHARED_SEED), Demo::told("2"));
    assert!(one.table().contains("DỮ LIỆU TỔNG HỢP (synthetic)"), "{}", one.page);
    assert_eq!(one.table(), same.table());
    assert_ne!(one.table(), other.table());
}

#[tokio::test]
async fn a_demo_that_was_told_is_shown_again_without_recording_anything() {
    let mut demo = Demo::told("3").await;
    let (table, log) = (demo.table().to_owned(), demo.run(&["verify"]).await.succeeded());
    assert!(!demo.page.contains("nothing was recorded anew"), "{}", demo.page);

    demo.tell_again().await;

    assert!(demo.page.contains("nothing was recorded anew"), "{}", demo.page);
    assert_eq!(demo.table(), table);
    assert_eq!(demo.run(&["verify"]).await.succeeded(), log);
}

#[tokio::test]
async fn a_demo_that_died_between_commit_and_answer_is_told_to_its_end_without_counting_twice() {
    let mut demo = Demo::in_empty_folder(SHARED_SEED);
    let dying = Launch::of(&demo.command()).with("MUCTIEU_FAULT", "after_commit:abort:20");
    dying.finish().await.died();

    demo.tell_again().await;

    assert!(demo.page.contains("an earlier run was interrupted"), "{}", demo.page);
    assert_eq!(demo.table(), Demo::copied().await.table());
    demo.run(&["verify", "--views"]).await.succeeded();
}

#[tokio::test]
async fn the_folder_above_a_demo_is_refused_and_the_settings_below_are_named_which_lead_to_the_data() {
    let demo = Demo::copied().await;
    assert!(demo.page.contains(&format!("serve --config {}", demo.settings())), "{}", demo.page);
    let above = demo.folder.path().to_str().unwrap();
    for command in ["verify", "rebuild"] {
        let refused = muctieu(&[command, "--data-dir", above]).await.refused();
        assert!(refused.complaint.contains(&format!("--config {}", demo.settings())), "{refused}");
    }
    assert_eq!(fs::read_dir(above).unwrap().count(), 1, "nothing was made beside the demo");

    let printed = demo.run(&["verify", "--views"]).await.succeeded();
    assert!(printed.contains("views of progress: those of poverty equal to the log"), "{printed}");
}

#[tokio::test]
async fn one_byte_changed_in_the_log_is_named_by_its_position() {
    let demo = Demo::copied().await;
    let mut log = demo.log().await;
    // The shortest is in one piece on one page, and what is sealed in it is nowhere else.
    let (position, content): (i64, String) = sqlx::query_as(
        "SELECT position, content FROM event WHERE event_type = 'poverty.household_registered.v1'
         ORDER BY length(content) LIMIT 1",
    )
    .fetch_one(&mut log)
    .await
    .unwrap();
    log.close().await.unwrap();

    let path = demo.data().join("poverty-log.sqlite");
    let mut bytes = fs::read(&path).unwrap();
    let places: Vec<usize> = bytes
        .windows(content.len())
        .enumerate()
        .filter_map(|(at, window)| (window == content.as_bytes()).then_some(at))
        .collect();
    let [at] = places[..] else { panic!("the content stands {} times in the file", places.len()) };
    bytes[at + content.len() / 2] ^= 1;
    fs::write(&path, bytes).unwrap();

    let refused = demo.run(&["verify"]).await.refused();
    assert!(refused.printed.contains(&format!("\n  position {position}: ")), "{refused}");
}

#[tokio::test]
async fn a_tail_cut_together_with_its_seals_shows_against_a_checkpoint_that_was_kept_elsewhere() {
    let demo = Demo::copied().await;
    let kept = demo.folder.path().join("kept-elsewhere");
    fs::write(&kept, demo.run(&["checkpoint"]).await.succeeded()).unwrap();
    let with_kept = ["verify", "--checkpoint", kept.to_str().unwrap()];
    demo.run(&with_kept).await.succeeded();

    let left = cut_to_an_earlier_checkpoint(demo.log().await).await;

    let alone = demo.run(&["verify"]).await.succeeded();
    assert!(alone.contains(&format!("{left} events")), "the log alone does not know better: {alone}");
    let refused = demo.run(&with_kept).await.refused();
    assert!(refused.printed.contains(&format!("position {}: the log ends before it", left + 1)), "{refused}");
}

/// Takes the log back to what it was when its first checkpoint was signed, so well that nothing inside shows it.
async fn cut_to_an_earlier_checkpoint(mut log: SqliteConnection) -> i64 {
    let earlier: i64 = sqlx::query_scalar("SELECT min(size) FROM checkpoint")
        .fetch_one(&mut log)
        .await
        .expect("a checkpoint");
    for table in ["event", "merkle_tile", "checkpoint"] {
        let unlock = format!("DROP TRIGGER {table}_refuse_delete");
        sqlx::query(sqlx::AssertSqlSafe(unlock)).execute(&mut log).await.expect("unlocked");
    }
    for cut in [
        "DELETE FROM event WHERE position > ?1",
        "DELETE FROM checkpoint WHERE size > ?1",
        "DELETE FROM merkle_tile WHERE tile * 256 + start >= ?1 >> (8 * level)",
    ] {
        sqlx::query(cut).bind(earlier).execute(&mut log).await.expect("cut");
    }
    log.close().await.expect("closed");
    earlier
}

#[tokio::test]
async fn a_sealed_log_whose_key_is_gone_gets_no_other_key_by_itself() {
    let demo = Demo::copied().await;
    let key = demo.data().join("seal.key");
    fs::rename(&key, demo.folder.path().join("backup")).unwrap();
    for command in ["verify", "serve"] {
        let refused = demo.run(&[command]).await.refused();
        let path = key.display().to_string();
        for part in [path.as_str(), "is missing", "backup", "seal.key_file"] {
            assert!(refused.complaint.contains(part), "'{part}' is missing in {refused}");
        }
        assert!(!key.exists());
    }
    fs::rename(demo.folder.path().join("backup"), &key).unwrap();
    demo.run(&["verify"]).await.succeeded();
}

#[tokio::test]
async fn a_rebuild_beside_a_running_server_brings_damaged_views_back_to_every_figure() {
    let demo = Demo::copied().await;
    let server = Launch::of(&["serve", "--config", &demo.settings()]).start().await;
    let figures = figures(&server).await;
    let total = |(view, _): &(PovertyView, MovementsView)| {
        view.area.as_ref()?.households.as_ref()?.total.as_ref()?.value
    };
    assert!(total(&figures) > Some(500), "{figures:?}");

    let mut views = open(&demo.data().join("progress-views/poverty_view/generation-1.sqlite")).await;
    sqlx::query("DELETE FROM stock_of_year").execute(&mut views).await.unwrap();
    views.close().await.unwrap();
    assert_eq!(total(&self::figures(&server).await), None, "the damage shows");
    let refused = demo.run(&["verify", "--views"]).await.refused();
    assert!(
        refused.printed.contains("views of progress: those of poverty differ from the log in stock_of_year;"),
        "{refused}"
    );

    let printed = demo.run(&["rebuild"]).await.succeeded();
    assert!(printed.contains("progress: views of poverty rebuilt as generation"), "{printed}");
    let deadline = Duration::from_secs(60);
    testing::wait_until(deadline, "the server to switch to the rebuilt views", || async {
        self::figures(&server).await == figures
    })
    .await;
    demo.run(&["verify", "--views"]).await.succeeded();
}

/// The province and its communes at the end of 2025, and what changed in 2024.
async fn figures(server: &Process) -> (PovertyView, MovementsView) {
    let mut client = ProgressClient::new(server.channel());
    let view = Some(PointOfView { as_at: "2025-12-31".into(), ..Default::default() });
    let request = GetPovertyRequest { area: "12".into(), view, parts: true, ..Default::default() };
    let mut poverty = client.get_poverty(request).await.expect("a view").into_inner();
    poverty.resume_token.clear();
    let request = GetMovementsRequest { area: "12".into(), year: 2024, ..Default::default() };
    let movements = client.get_movements(request).await.expect("movements").into_inner();
    (poverty, movements)
}
