//! Signals belong to the whole process, so this test has one of its own.

use std::{process::Command, time::Duration};

#[tokio::test]
async fn sigterm_asks_for_the_graceful_end() {
    let shutdown = service::shutdown::on_signal().unwrap();
    assert!(!shutdown.is_cancelled());
    let sent = Command::new("kill").arg("-TERM").arg(std::process::id().to_string()).status().unwrap();
    assert!(sent.success());
    tokio::time::timeout(Duration::from_secs(30), shutdown.cancelled())
        .await
        .expect("the token is cancelled");
}
