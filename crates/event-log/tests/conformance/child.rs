//! This test binary as a process of its own: a writer beside others, or one that dies at a fault point.

use crate::{
    place::{Place, open},
    request::{RequestParts, request},
};
use event_log::{AppendRequest, LogOptions, LogStore};
use futures::future::join_all;
use kernel::RequestId;
use std::{env, os::unix::process::ExitStatusExt, path::PathBuf, process::Stdio};
use tokio::process::{Child, Command};

const ROLE: &str = "MUCTIEU_TEST_CHILD";
const STORE: &str = "MUCTIEU_TEST_CHILD_STORE";
const DETAIL: &str = "MUCTIEU_TEST_CHILD_DETAIL";

/// Tasks that append at the same time in one writing process.
pub(crate) const WRITERS_PER_PROCESS: u64 = 16;

/// Appends of one such task.
pub(crate) const APPENDS_PER_WRITER: u64 = 60;

/// What the crashing child asks for, and what its parent repeats.
pub(crate) fn crashing_request(request_id: RequestId) -> AppendRequest {
    request().with_id(request_id).writing("household/crash", 0, 2)
}

/// By which `abort` ends a process; a panic ends it otherwise.
const SIGABRT: i32 = 6;

/// Lets a process append the crashing request and die at the fault point.
pub(crate) async fn append_and_abort(place: &Place, request_id: RequestId, fault: &str) {
    let child = start(&place.store(), "crash", &request_id.to_string(), Some(fault));
    let ended = child.wait_with_output().await.unwrap();
    let printed = String::from_utf8_lossy(&ended.stdout);
    let status = ended.status;
    assert_eq!(status.signal(), Some(SIGABRT), "{fault} ends the process, not {status}: {printed}");
    assert!(!printed.contains("was answered"), "the process died after the answer: {printed}");
}

/// Starts a process that appends [`WRITERS_PER_PROCESS`] times [`APPENDS_PER_WRITER`] events.
pub(crate) fn start_writer(store: &LogStore, name: &str) -> Child {
    start(store, "write", name, None)
}

fn start(store: &LogStore, role: &str, detail: &str, fault: Option<&str>) -> Child {
    let place = match store {
        LogStore::Sqlite(path) => path.to_str().unwrap(),
        LogStore::Postgres(url) => url,
    };
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "child::another_process_appends_to_the_log_of_this_one", "--nocapture"])
        .env(ROLE, role)
        .env(STORE, place)
        .env(DETAIL, detail)
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    match fault {
        Some(fault) => command.env("MUCTIEU_FAULT", fault).stderr(Stdio::null()),
        None => command.env_remove("MUCTIEU_FAULT"),
    };
    command.spawn().unwrap()
}

/// In the process that cargo starts it starts another; in that one it plays the role it was given.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_appends_to_the_log_of_this_one() {
    if let Ok(role) = env::var(ROLE) {
        return play(&role).await;
    }
    let place = Place::sqlite();
    let log = place.open().await;
    let ended = start_writer(&place.store(), "other").wait_with_output().await.unwrap();
    assert!(ended.status.success(), "the writer failed: {}", String::from_utf8_lossy(&ended.stdout));
    assert_eq!(log.head().await.unwrap(), WRITERS_PER_PROCESS * APPENDS_PER_WRITER);
    log.close().await;
}

async fn play(role: &str) {
    let value =
        |name| env::var(name).unwrap_or_else(|_| panic!("{name} is set by the test that starts this"));
    let (place, detail) = (value(STORE), value(DETAIL));
    let store = match place.strip_prefix("postgres") {
        Some(_) => LogStore::Postgres(place),
        None => LogStore::Sqlite(PathBuf::from(place)),
    };
    let log = open(LogOptions::new(store)).await;
    if role == "crash" {
        let outcome = log.append(crashing_request(detail.parse().unwrap())).await;
        println!("was answered {outcome:?}");
    } else {
        let writers = (0..WRITERS_PER_PROCESS).map(|writer| {
            let (log, stream) = (log.clone(), format!("{detail}/{writer}"));
            tokio::spawn(async move {
                for version in 0..APPENDS_PER_WRITER {
                    log.append(request().writing(&stream, version, 1)).await.unwrap();
                }
            })
        });
        join_all(writers).await.into_iter().for_each(Result::unwrap);
    }
    log.close().await;
}
