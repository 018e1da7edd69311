//! The operator's commands, and what the program says to an operator's mistakes: each refusal names the thing and the
//! remedy.

mod common;

use common::{Launch, muctieu};
use std::{fs, path::Path};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a temporary folder named in UTF-8")
}

/// Everything that the complaint must tell is in it.
fn tells(complaint: &str, parts: &[&str]) {
    for part in parts {
        assert!(complaint.contains(part), "'{part}' is missing in: {complaint}");
    }
}

#[tokio::test]
async fn the_version_is_that_of_the_release() {
    let printed = muctieu(&["version"]).await.succeeded();
    assert_eq!(printed.trim(), concat!("muctieu ", env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn the_settings_are_printed_without_the_secret_that_a_file_holds() {
    let folder = folder();
    let (secret, settings) = (folder.path().join("database-url"), folder.path().join("muctieu.toml"));
    fs::write(&secret, "postgres://muctieu:hunter2@database.example/poverty\n").unwrap();
    fs::write(&settings, format!("[poverty]\ndatabase_url_file = '{}'\n", secret.display())).unwrap();

    let printed = muctieu(&["config", "--config", text(&settings)]).await.succeeded();

    tells(&printed, &["muctieu:***@database.example/poverty", text(&secret), "limits.page_size_max"]);
    assert!(!printed.contains("hunter2"), "{printed}");
}

#[tokio::test]
async fn an_unknown_setting_is_refused_with_the_nearest_name() {
    let folder = folder();
    let settings = folder.path().join("muctieu.toml");
    fs::write(&settings, "[limits]\npage_sise_max = 5\n").unwrap();
    let refused = muctieu(&["config", "--config", text(&settings)]).await.refused();
    tells(&refused.complaint, &["limits.page_sise_max", text(&settings), "'limits.page_size_max'?"]);
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_refused_with_its_setting_and_the_remedy() {
    let refused = muctieu(&["config", "--set", "limits.page_size_max=many"]).await.refused();
    tells(&refused.complaint, &["limits.page_size_max", "'many'", "--set", "a whole number from 1 to 10000"]);
}

#[tokio::test]
async fn the_embedded_reference_packs_are_checked_and_counted() {
    let printed = muctieu(&["reference", "check"]).await.succeeded();
    let count = |of: &str| {
        let line = printed.lines().find(|line| line.trim_start().starts_with(of)).unwrap_or_default();
        line.split_whitespace().nth(1).map(str::to_owned)
    };
    assert_eq!(count("targets").as_deref(), Some("42"), "{printed}");
    assert_eq!(count("baselines").as_deref(), Some("9"), "{printed}");
}

#[tokio::test]
async fn a_broken_pack_of_the_operators_is_refused_with_file_line_and_key() {
    let folder = folder();
    let pack = r#"{ "pack": "villages", "title": "Bản thử", "note": "synthetic", "records": [
        {"code": "03618-001", "name": "Bản Mẫu", "commune": "99999@2021-01-01", "source": "synthetic", "mark": "unverified"}
    ]}"#;
    fs::write(folder.path().join("villages.json"), pack).unwrap();
    let refused = muctieu(&["reference", "check", "--dir", text(folder.path())]).await.refused();
    tells(&refused.printed, &["villages.json", "03618-001", "99999@2021-01-01", "remedy"]);
}

#[tokio::test]
async fn a_server_is_healthy_until_it_is_told_to_end_and_then_ends_in_order() {
    let folder = folder();
    let mut server = Launch::new(&["serve"], folder.path()).start().await;
    let address = server.address.to_string();

    tells(&muctieu(&["healthcheck", "--address", &address]).await.succeeded(), &[&address]);
    assert_eq!(server.terminate().await.code(), Some(0));
    tells(
        &muctieu(&["healthcheck", "--address", &address]).await.refused().complaint,
        &[&address, "refused"],
    );
}

#[tokio::test]
async fn migrate_makes_the_databases_so_that_verify_finds_an_empty_whole_log() {
    let folder = folder();
    let data_dir = folder.path().join("new");
    let flags = ["--data-dir", text(&data_dir)];
    for _ in 0..2 {
        let printed = muctieu(&["migrate", flags[0], flags[1]]).await.succeeded();
        let services = ["poverty-registry", "rural-criteria", "funding-ledger", "progress"];
        tells(&printed, &services.map(|service| format!("{service}: ready")).each_ref().map(String::as_str));
    }
    let printed = muctieu(&["verify", "--views", flags[0], flags[1]]).await.succeeded();
    for (service, context) in
        [("poverty-registry", "poverty"), ("rural-criteria", "rural"), ("funding-ledger", "funding")]
    {
        let (log, views) = (
            format!("log of {service}: 0 events"),
            format!("views of progress: those of {context} equal to the log"),
        );
        tells(&printed, &[&log, &views]);
    }
    assert!(!data_dir.join("seal.key").exists(), "verify makes no key");
}

#[tokio::test]
async fn where_there_is_no_log_none_is_made_by_those_who_only_read() {
    let folder = folder();
    let data_dir = folder.path().join("mistaken");
    for command in ["verify", "rebuild", "checkpoint"] {
        let refused = muctieu(&[command, "--data-dir", text(&data_dir)]).await.refused();
        tells(&refused.complaint, &[text(&data_dir), "holds no log", "--data-dir"]);
    }
    assert!(!data_dir.exists());
}

#[tokio::test]
async fn a_second_server_is_kept_away_from_the_port_and_from_the_data_of_the_first() {
    let (folder, other) = (folder(), folder());
    let server = Launch::new(&["serve"], folder.path()).start().await;

    let same_port = Launch::new(&["serve"], other.path()).with("MUCTIEU_LISTEN", &server.address.to_string());
    let refused = same_port.finish().await.refused();
    tells(&refused.complaint, &[&server.address.to_string(), "--set listen="]);

    let refused = Launch::new(&["serve"], folder.path()).finish().await.refused();
    tells(&refused.complaint, &["another server uses data_dir", text(folder.path()), "--data-dir"]);
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_made_is_named_with_its_setting() {
    let folder = folder();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let refused = Launch::new(&["serve"], &file.join("data")).finish().await.refused();
    tells(&refused.complaint, &["data_dir", text(&file.join("data")), "--data-dir"]);
}

#[tokio::test]
async fn a_database_that_is_not_there_is_named_by_its_setting_and_never_with_its_password() {
    let (folder, database) = (folder(), testing::TestDatabase::create().await);
    let gone =
        database.url().replacen("/test_", "/gone_", 1).replacen("://postgres@", "://postgres:hunter2@", 1);
    let migrate = Launch::new(&["migrate"], folder.path())
        .with("MUCTIEU_EDITION", "distributed")
        .with("MUCTIEU_PROGRESS_DATABASE_URL", &gone);
    let refused = migrate.finish().await.refused();
    tells(&refused.complaint, &["views of progress", "progress.database_url", "`muctieu config`", "gone_"]);
    assert!(!refused.complaint.contains("hunter2"), "{refused}");
}

#[tokio::test]
async fn a_service_that_does_not_fit_the_edition_is_refused_with_what_would() {
    let folder = folder();
    let alone = Launch::new(&["serve", "progress"], folder.path());
    tells(&alone.finish().await.refused().complaint, &["edition = \"distributed\"", "leave out the service"]);
    let unnamed = Launch::new(&["serve"], folder.path()).with("MUCTIEU_EDITION", "distributed");
    tells(&unnamed.finish().await.refused().complaint, &["`muctieu serve poverty-registry`"]);
    let nowhere = alone.with("MUCTIEU_EDITION", "distributed");
    tells(&nowhere.finish().await.refused().complaint, &["nats.url", "MUCTIEU_NATS_URL"]);
}
