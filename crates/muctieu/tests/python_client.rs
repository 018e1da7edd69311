//! Clients in another language that know nothing but the server's reflection.

mod common;

use common::{Launch, muctieu, python};

#[tokio::test]
async fn a_python_client_made_from_reflection_registers_assesses_and_reads_a_figure() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Launch::new(&["serve"], folder.path()).start().await;
    let said = python::run("tests/python/first_call.py", &[&server], &[]).await;
    assert!(said.contains("every answer is what the API promises"), "{said}");
}

#[tokio::test]
async fn a_committee_gets_its_ten_questions_answered_and_every_documented_call_is_good() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data_dir = folder.path().to_str().expect("a temporary folder named in UTF-8");
    muctieu(&["demo", "--once", "--scale", "0.005", "--data-dir", data_dir]).await.succeeded();
    let settings = folder.path().join("demo-2025-0.005/muctieu.toml").display().to_string();
    let server = Launch::of(&["serve", "--config", &settings]).start().await;
    let said = python::run("tests/python/ten_questions.py", &[&server], &[]).await;
    assert!(said.contains("all ten answers are what the API promises"), "{said}");
    let documents = ["README.md", "proto/README.md"];
    let said = python::run("tests/python/documented_calls.py", &[&server], &documents).await;
    assert!(said.contains("ReverseTransfer"), "{said}");
}
