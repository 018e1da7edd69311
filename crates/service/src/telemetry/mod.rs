//! Logs by tracing and metrics for Prometheus. Both are the process's own, so both are installed once: a second call
//! finds what the first installed.
//!
//! What is never logged or measured: names, citizen numbers, birth dates, addresses, payloads.

mod metrics_page;
mod table;

pub use metrics_page::{measure, metrics_text, serve_metrics};
pub use table::{METRICS, Metric, metrics_as_markdown};

use crate::config::TelemetryFormat;
use std::io::IsTerminal;
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

/// Why telemetry did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The filter cannot be read.
    #[error("log filter '{filter}' cannot be read")]
    Filter {
        /// As it was given.
        filter: String,
        /// What is wrong with it.
        #[source]
        cause: tracing_subscriber::filter::ParseError,
    },
    /// Another part of the process installed a recorder of metrics that this one cannot show.
    #[error("metrics are recorded by something else in this process")]
    Recorder(#[from] metrics_exporter_prometheus::BuildError),
    /// The listener of the metrics failed.
    #[error("the metrics cannot be served")]
    Serve(#[from] tonic::transport::Error),
}

/// Writes log lines to standard error from now on, so that standard output stays the commands' own. Where the process
/// has a subscriber already, that one stays.
pub fn log(filter: &str, format: TelemetryFormat) -> Result<(), Error> {
    let chosen =
        EnvFilter::try_new(filter).map_err(|cause| Error::Filter { filter: filter.to_owned(), cause })?;
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let lines = match format {
        TelemetryFormat::Text => lines.boxed(),
        TelemetryFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    // An error only says that a subscriber is there, which is what was asked for.
    let _already_there = tracing_subscriber::registry().with(lines.with_filter(chosen)).try_init();
    Ok(())
}
