//! What the log says of a call, and what it never says. The subscriber is the process's own, so this test has a process
//! of its own.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

mod support;

use service::{config::TelemetryFormat, telemetry};
use std::{
    io,
    sync::{Arc, Mutex},
};
use support::{Fixture, options, poverty_of};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_call_is_logged_with_method_status_duration_and_request_id_and_without_its_payload() {
    let lines = Lines::default();
    tracing_subscriber::fmt()
        .json()
        .with_env_filter("off,service::server=debug")
        .with_writer(lines.clone())
        .init();
    telemetry::log("info", TelemetryFormat::Text).expect("a subscriber that is there already stays");

    let fixture = Fixture::start(options()).await;
    let mut request = poverty_of("Lò Văn A");
    request.consistency_token = "2f1c7c1e-8f0b-5c3a-9a57-0d6c1f2e3b4a".to_owned();
    fixture.client().await.get_poverty(request).await.unwrap();

    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let line =
        text.lines().find(|line| line.contains("GetPoverty")).unwrap_or_else(|| panic!("no line in: {text}"));
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["fields"]["rpc.code"], "OK");
    assert!(line["fields"]["duration_ms"].is_number(), "{line}");
    assert_eq!(line["span"]["rpc.method"], "muctieu.progress.v1.Progress/GetPoverty");
    assert_eq!(line["span"]["request.id"], "2f1c7c1e-8f0b-5c3a-9a57-0d6c1f2e3b4a");
    assert!(!text.contains("Lò Văn A"), "{text}");
}
