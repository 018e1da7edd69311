//! A client in another language that knows nothing but the server's reflection.

mod common;

use common::{Launch, Process, muctieu};
use std::{path::Path, time::Duration};
use tokio::{process::Command, time::timeout};

#[tokio::test]
async fn a_python_client_made_from_reflection_registers_assesses_and_reads_a_figure() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Launch::new(&["serve"], folder.path()).start().await;
    let said = run("tests/python/first_call.py", &server, &[]).await;
    assert!(said.contains("every answer is what the API promises"), "{said}");
}

#[tokio::test]
async fn every_call_in_the_documents_is_answered() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data_dir = folder.path().to_str().expect("a temporary folder named in UTF-8");
    muctieu(&["demo", "--once", "--scale", "0.005", "--data-dir", data_dir]).await.succeeded();
    let settings = folder.path().join("demo-2025-0.005/muctieu.toml").display().to_string();
    let server = Launch::of(&["serve", "--config", &settings]).start().await;
    let said = run("tests/python/documented_calls.py", &server, &["README.md", "proto/README.md"]).await;
    assert!(said.contains("ExplainFigure"), "{said}");
}

/// What the script says when it is run in the folder of the workspace; panics where it fails.
async fn run(script: &str, server: &Process, arguments: &[&str]) -> String {
    let mut client = Command::new(testing::python());
    client.arg("-B").arg(script).arg("--address").arg(server.address.to_string()).args(arguments);
    client.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).kill_on_drop(true);
    let ended = timeout(Duration::from_secs(60), client.output()).await;

    let output = ended.expect("the script ends").expect("the interpreter starts");
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{script} ended with {}:\n{said}\n{complained}", output.status);
    said.into_owned()
}
