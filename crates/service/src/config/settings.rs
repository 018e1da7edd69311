//! The settings as the program uses them.

use super::Error;
use std::{fmt, net::SocketAddr, path::PathBuf, time::Duration};

/// All settings. `crates/service/README.md` lists their keys; fields are named after them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `edition`
    pub edition: Edition,
    /// `data_dir`
    pub data_dir: PathBuf,
    /// `listen`
    pub listen: SocketAddr,
    /// `listen_unprotected`
    pub listen_unprotected: bool,
    /// `demo_clock`
    pub demo_clock: bool,
    /// `metrics_listen`; `None` where metrics are off.
    pub metrics_listen: Option<SocketAddr>,
    /// `web.allowed_origins`: origins whose pages may call, beside those of loopback.
    pub web_allowed_origins: Vec<String>,
    /// `poverty.database_url`
    pub poverty_database_url: Option<Secret>,
    /// `rural.database_url`
    pub rural_database_url: Option<Secret>,
    /// `funding.database_url`
    pub funding_database_url: Option<Secret>,
    /// `progress.database_url`
    pub progress_database_url: Option<Secret>,
    /// `progress.source_poverty_database_url`
    pub progress_source_poverty_database_url: Option<Secret>,
    /// `progress.source_rural_database_url`
    pub progress_source_rural_database_url: Option<Secret>,
    /// `progress.source_funding_database_url`
    pub progress_source_funding_database_url: Option<Secret>,
    /// `nats.*`
    pub nats: NatsSettings,
    /// `reference.dir`
    pub reference_dir: Option<PathBuf>,
    /// `log.*`
    pub log: LogSettings,
    /// `seal.key_file`
    pub seal_key_file: Option<PathBuf>,
    /// `limits.*`
    pub limits: Limits,
    /// `drain_seconds`
    pub drain: Duration,
    /// `telemetry.filter`
    pub telemetry_filter: String,
    /// `telemetry.format`
    pub telemetry_format: TelemetryFormat,
}

impl Settings {
    /// Before the table's defaults are applied; never seen outside the loading.
    pub(super) fn unset() -> Self {
        Self {
            edition: Edition::default(),
            data_dir: PathBuf::new(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            listen_unprotected: false,
            demo_clock: false,
            metrics_listen: None,
            web_allowed_origins: Vec::new(),
            poverty_database_url: None,
            rural_database_url: None,
            funding_database_url: None,
            progress_database_url: None,
            progress_source_poverty_database_url: None,
            progress_source_rural_database_url: None,
            progress_source_funding_database_url: None,
            nats: NatsSettings::default(),
            reference_dir: None,
            log: LogSettings::default(),
            seal_key_file: None,
            limits: Limits::default(),
            drain: Duration::ZERO,
            telemetry_filter: String::new(),
            telemetry_format: TelemetryFormat::default(),
        }
    }
}

/// A setting that is needed for what the program was asked to do, for example
/// `required("nats.url", settings.nats.url.as_ref())`.
pub fn required<'a, T>(key: &'static str, value: Option<&'a T>) -> Result<&'a T, Error> {
    value.ok_or(Error::Missing { key })
}

/// The two editions of the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Edition {
    /// Everything in one process on SQLite files.
    #[default]
    Embedded,
    /// Services as separate processes on PostgreSQL and JetStream.
    Distributed,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TelemetryFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// `nats.*`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NatsSettings {
    /// `nats.url`
    pub url: Option<Secret>,
    /// `nats.stream_bytes_max`
    pub stream_bytes_max: u64,
}

/// `log.*`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogSettings {
    /// `log.queue_max`
    pub queue_max: usize,
    /// `log.batch_events_max`
    pub batch_events_max: usize,
}

/// `limits.*`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// `limits.message_bytes_max`
    pub message_bytes_max: usize,
    /// `limits.batch_items_max`
    pub batch_items_max: usize,
    /// `limits.page_size_max`
    pub page_size_max: usize,
    /// `limits.consistency_wait_ms`
    pub consistency_wait_max: Duration,
    /// `limits.request_ms_max`
    pub request_time_max: Duration,
    /// `limits.concurrent_requests_max`
    pub concurrent_requests_max: usize,
    /// `limits.watch_streams_max`
    pub watch_streams_max: usize,
}

/// A value that is never printed whole.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub(super) fn new(value: &str) -> Self {
        Self(value.to_owned())
    }

    /// The value itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
