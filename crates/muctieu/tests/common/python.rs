//! Runs the programs of `tests/python`.

use super::Process;
use std::{path::Path, time::Duration};
use tokio::{process::Command, time::timeout};

/// What the script says when it is run against the servers in the folder of the workspace; panics where it fails.
pub(crate) async fn run(script: &str, servers: &[&Process], arguments: &[&str]) -> String {
    let mut client = Command::new(testing::python());
    client.arg("-B").arg(script);
    for server in servers {
        client.arg("--address").arg(server.address.to_string());
    }
    client.args(arguments);
    client.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).kill_on_drop(true);
    let ended = timeout(Duration::from_secs(120), client.output()).await;

    let output = ended.expect("the script ends").expect("the interpreter starts");
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{script} ended with {}:\n{said}\n{complained}", output.status);
    said.into_owned()
}
