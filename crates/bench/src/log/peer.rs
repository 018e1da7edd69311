//! The same appends through the peer, a program of its own because it needs another version of the database library.

use super::{EVENT_BYTES, MEASURE, STREAMS, WARM_UP};
use crate::measurement::Measurement;
use anyhow::{Context, Result, ensure};
use std::{path::Path, time::Duration};
use tokio::process::Command;

pub(super) async fn append(program: &Path, url: &str, callers: usize) -> Result<Measurement> {
    let output = Command::new(program)
        .args(["--url", url])
        .args(["--callers", &callers.to_string()])
        .args(["--streams", &STREAMS.to_string()])
        .args(["--event-bytes", &EVENT_BYTES.to_string()])
        .args(["--warm-up-ms", &WARM_UP.as_millis().to_string()])
        .args(["--measure-ms", &MEASURE.as_millis().to_string()])
        .output()
        .await
        .with_context(|| format!("peer {} could not be started", program.display()))?;
    ensure!(output.status.success(), "the peer failed: {}", String::from_utf8_lossy(&output.stderr));

    let line = String::from_utf8(output.stdout)?;
    let numbers: Vec<u64> = line.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let [events, micros, p50, p99] = numbers[..] else { anyhow::bail!("the peer said '{line}'") };
    Ok(Measurement {
        p50_us: Some(p50),
        p99_us: Some(p99),
        ..Measurement::of(events, Duration::from_micros(micros))
    })
}
