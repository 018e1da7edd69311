//! A client in another language that knows nothing but the server's reflection.

mod common;

use common::Launch;
use std::{path::Path, time::Duration};
use tokio::{process::Command, time::timeout};

#[tokio::test]
async fn a_python_client_made_from_reflection_registers_assesses_and_reads_a_figure() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Launch::new(&["serve"], folder.path()).start().await;
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/python");

    let mut client = Command::new(testing::python());
    client.arg("-B").arg("first_call.py").arg("--address").arg(server.address.to_string());
    let ended =
        timeout(Duration::from_secs(60), client.current_dir(scripts).kill_on_drop(true).output()).await;

    let output = ended.expect("the client ends").expect("the interpreter starts");
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "the client ended with {}:\n{said}\n{complained}", output.status);
    assert!(said.contains("every answer is what the API promises"), "{said}");
}
