//! The table of all settings.

use super::{Edition, Secret, Settings, TelemetryFormat};
use std::{net::SocketAddr, ops::RangeInclusive, path::PathBuf, time::Duration};

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Its name in files and flags, for example `limits.page_size_max`.
    pub key: &'static str,
    /// The value where nobody gives one; empty means that it is not set.
    pub default: &'static str,
    /// Whether its value may be shown.
    pub visibility: Visibility,
    /// What it does, for the operator.
    pub doc: &'static str,
    /// Reads the value into its place, or says what would be right.
    pub(super) apply: fn(&mut Settings, &str) -> Result<(), String>,
}

/// Whether a value may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// As it is.
    Public,
    /// Never; it may also be given as `<key>_file`, the path of a file that holds nothing else.
    Secret,
}

impl Setting {
    /// The environment variable that gives it: `MUCTIEU_LIMITS_PAGE_SIZE_MAX`.
    pub fn variable(&self) -> String {
        variable(self.key)
    }
}

/// The environment variable of the setting with that key.
pub(super) fn variable(key: &str) -> String {
    format!("MUCTIEU_{}", key.replace('.', "_").to_uppercase())
}

use Visibility::{Public, Secret as Hidden};

/// Every setting.
pub static SETTINGS: &[Setting] = &[
    Setting {
        key: "edition",
        default: "embedded",
        visibility: Public,
        doc: "embedded: everything in one process on SQLite files. distributed: one service per process, on PostgreSQL and NATS JetStream.",
        apply: |settings, text| set(&mut settings.edition, edition(text)),
    },
    Setting {
        key: "data_dir",
        default: ".muctieu",
        visibility: Public,
        doc: "Folder of the embedded edition's files, created where it is missing; in the distributed edition only the seal key stands there, unless seal.key_file says otherwise.",
        apply: |settings, text| {
            set(
                &mut settings.data_dir,
                path(text).and_then(|path| path.ok_or_else(|| "the path of a folder".to_owned())),
            )
        },
    },
    Setting {
        key: "listen",
        default: "127.0.0.1:50051",
        visibility: Public,
        doc: "Address of the gRPC and gRPC-Web server. Off loopback only with listen_unprotected.",
        apply: |settings, text| set(&mut settings.listen, address(text)),
    },
    Setting {
        key: "listen_unprotected",
        default: "false",
        visibility: Public,
        doc: "true: listen off loopback although the program does not ask who calls. Needed inside a container network; whoever reaches the port can read and write everything, so publish the port only through something that authenticates.",
        apply: |settings, text| set(&mut settings.listen_unprotected, truth(text)),
    },
    Setting {
        key: "demo_clock",
        default: "false",
        visibility: Public,
        doc: "true: the day is the one that callers name in the metadata x-muctieu-demo-today, for synthetic histories alone; whoever calls can date what is recorded, so never beside real data.",
        apply: |settings, text| set(&mut settings.demo_clock, truth(text)),
    },
    Setting {
        key: "metrics_listen",
        default: "127.0.0.1:9464",
        visibility: Public,
        doc: "Address of the Prometheus metrics (GET /metrics); empty: off. Off loopback only with listen_unprotected.",
        apply: |settings, text| set(&mut settings.metrics_listen, unless_empty(text, address)),
    },
    Setting {
        key: "web.allowed_origins",
        default: "",
        visibility: Public,
        doc: "Web origins whose pages may call by gRPC-Web beside those of loopback, separated by commas, for example https://muctieu.example.",
        apply: |settings, text| set(&mut settings.web_allowed_origins, origins(text)),
    },
    Setting {
        key: "poverty.database_url",
        default: "",
        visibility: Hidden,
        doc: "PostgreSQL database of poverty-registry: postgres://user:password@host/database. Distributed edition.",
        apply: |settings, text| set(&mut settings.poverty_database_url, unless_empty(text, postgres_url)),
    },
    Setting {
        key: "rural.database_url",
        default: "",
        visibility: Hidden,
        doc: "PostgreSQL database of rural-criteria. Distributed edition.",
        apply: |settings, text| set(&mut settings.rural_database_url, unless_empty(text, postgres_url)),
    },
    Setting {
        key: "funding.database_url",
        default: "",
        visibility: Hidden,
        doc: "PostgreSQL database of funding-ledger. Distributed edition.",
        apply: |settings, text| set(&mut settings.funding_database_url, unless_empty(text, postgres_url)),
    },
    Setting {
        key: "progress.database_url",
        default: "",
        visibility: Hidden,
        doc: "PostgreSQL database of progress. Distributed edition.",
        apply: |settings, text| set(&mut settings.progress_database_url, unless_empty(text, postgres_url)),
    },
    Setting {
        key: "progress.source_poverty_database_url",
        default: "",
        visibility: Hidden,
        doc: "PostgreSQL database of poverty-registry as those may read it who make views of its events anew: a rebuild reads the log, not the stream; empty: poverty.database_url. Distributed edition.",
        apply: |settings, text| {
            set(&mut settings.progress_source_poverty_database_url, unless_empty(text, postgres_url))
        },
    },
    Setting {
        key: "progress.source_rural_database_url",
        default: "",
        visibility: Hidden,
        doc: "The same of rural-criteria; empty: rural.database_url. Distributed edition.",
        apply: |settings, text| {
            set(&mut settings.progress_source_rural_database_url, unless_empty(text, postgres_url))
        },
    },
    Setting {
        key: "progress.source_funding_database_url",
        default: "",
        visibility: Hidden,
        doc: "The same of funding-ledger; empty: funding.database_url. Distributed edition.",
        apply: |settings, text| {
            set(&mut settings.progress_source_funding_database_url, unless_empty(text, postgres_url))
        },
    },
    Setting {
        key: "nats.url",
        default: "",
        visibility: Hidden,
        doc: "NATS server with JetStream: nats://user:password@host:4222. Distributed edition.",
        apply: |settings, text| set(&mut settings.nats.url, unless_empty(text, nats_url)),
    },
    Setting {
        key: "nats.stream_bytes_max",
        default: "2147483648",
        visibility: Public,
        doc: "Size limit of each service's stream in bytes, about four million events by default; nats-server reserves it whole, so its max_file_store must hold all of them. The stream is a copy that its log can fill again.",
        apply: |settings, text| set(&mut settings.nats.stream_bytes_max, whole(text, 1 << 20..=1 << 50)),
    },
    Setting {
        key: "reference.dir",
        default: "",
        visibility: Public,
        doc: "Folder of the operator's reference packs, which add to the embedded ones or override them; empty: only the embedded ones.",
        apply: |settings, text| set(&mut settings.reference_dir, path(text)),
    },
    Setting {
        key: "log.queue_max",
        default: "8192",
        visibility: Public,
        doc: "Writes that may wait for the log; above it callers are refused with OVERLOADED.",
        apply: |settings, text| set(&mut settings.log.queue_max, whole(text, 1..=1_000_000)),
    },
    Setting {
        key: "log.batch_events_max",
        default: "4096",
        visibility: Public,
        doc: "Events that the log records in one transaction, and so in one request.",
        apply: |settings, text| set(&mut settings.log.batch_events_max, whole(text, 1..=65_536)),
    },
    Setting {
        key: "seal.key_file",
        default: "",
        visibility: Public,
        doc: "File with the key that signs the checkpoints of the log; empty: a file in data_dir, created where it is missing.",
        apply: |settings, text| set(&mut settings.seal_key_file, path(text)),
    },
    Setting {
        key: "limits.message_bytes_max",
        default: "4194304",
        visibility: Public,
        doc: "Bytes of one request; larger ones are refused with MESSAGE_TOO_LARGE.",
        apply: |settings, text| set(&mut settings.limits.message_bytes_max, whole(text, 1_024..=1 << 30)),
    },
    Setting {
        key: "limits.batch_items_max",
        default: "1000",
        visibility: Public,
        doc: "Items of one bulk request.",
        apply: |settings, text| set(&mut settings.limits.batch_items_max, whole(text, 1..=10_000)),
    },
    Setting {
        key: "limits.page_size_max",
        default: "1000",
        visibility: Public,
        doc: "Rows of one page of a list.",
        apply: |settings, text| set(&mut settings.limits.page_size_max, whole(text, 1..=10_000)),
    },
    Setting {
        key: "limits.consistency_wait_ms",
        default: "5000",
        visibility: Public,
        doc: "How long a read with a consistency token waits for its view to catch up, in milliseconds.",
        apply: |settings, text| {
            set(&mut settings.limits.consistency_wait_max, milliseconds(text, 0..=60_000))
        },
    },
    Setting {
        key: "limits.request_ms_max",
        default: "30000",
        visibility: Public,
        doc: "How long a call may take before it is ended with TIMED_OUT, in milliseconds; more than limits.consistency_wait_ms. Watch streams are not bounded by it.",
        apply: |settings, text| {
            set(&mut settings.limits.request_time_max, milliseconds(text, 100..=3_600_000))
        },
    },
    Setting {
        key: "limits.concurrent_requests_max",
        default: "1024",
        visibility: Public,
        doc: "Calls that may run at once; above it callers are refused with OVERLOADED.",
        apply: |settings, text| set(&mut settings.limits.concurrent_requests_max, whole(text, 1..=1_000_000)),
    },
    Setting {
        key: "limits.watch_streams_max",
        default: "256",
        visibility: Public,
        doc: "Watch streams that may be open at once; above it callers are refused with OVERLOADED.",
        apply: |settings, text| set(&mut settings.limits.watch_streams_max, whole(text, 0..=1_000_000)),
    },
    Setting {
        key: "drain_seconds",
        default: "20",
        visibility: Public,
        doc: "How long running calls may take to finish after SIGTERM, in seconds.",
        apply: |settings, text| set(&mut settings.drain, whole(text, 0..=3_600).map(Duration::from_secs)),
    },
    Setting {
        key: "telemetry.filter",
        default: "info,async_nats=warn,sqlx=error",
        visibility: Public,
        doc: "Which log lines are written: a level, or levels by module, for example info,service::server=debug to see every call.",
        apply: |settings, text| set(&mut settings.telemetry_filter, filter(text)),
    },
    Setting {
        key: "telemetry.format",
        default: "text",
        visibility: Public,
        doc: "text: log lines for people. json: one JSON object a line.",
        apply: |settings, text| set(&mut settings.telemetry_format, format(text)),
    },
];

fn set<T>(place: &mut T, value: Result<T, String>) -> Result<(), String> {
    *place = value?;
    Ok(())
}

fn unless_empty<T>(text: &str, read: fn(&str) -> Result<T, String>) -> Result<Option<T>, String> {
    if text.is_empty() { Ok(None) } else { read(text).map(Some) }
}

fn edition(text: &str) -> Result<Edition, String> {
    match text {
        "embedded" => Ok(Edition::Embedded),
        "distributed" => Ok(Edition::Distributed),
        _ => Err("embedded or distributed".to_owned()),
    }
}

fn format(text: &str) -> Result<TelemetryFormat, String> {
    match text {
        "text" => Ok(TelemetryFormat::Text),
        "json" => Ok(TelemetryFormat::Json),
        _ => Err("text or json".to_owned()),
    }
}

fn filter(text: &str) -> Result<String, String> {
    let readable = tracing_subscriber::EnvFilter::try_new(text).is_ok() && !text.is_empty();
    if readable {
        Ok(text.to_owned())
    } else {
        Err("a filter such as info or info,event_log=debug".to_owned())
    }
}

fn path(text: &str) -> Result<Option<PathBuf>, String> {
    Ok(Some(text).filter(|text| !text.is_empty()).map(PathBuf::from))
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "an IP address and a port, for example 127.0.0.1:50051".to_owned())
}

fn truth(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| "true or false".to_owned())
}

fn postgres_url(text: &str) -> Result<Secret, String> {
    url(text, &["postgres://", "postgresql://"], "postgres://user:password@host/database")
}

fn nats_url(text: &str) -> Result<Secret, String> {
    url(text, &["nats://", "tls://"], "nats://host:4222")
}

fn url(text: &str, schemes: &[&str], example: &str) -> Result<Secret, String> {
    let fits = schemes.iter().any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()));
    if fits { Ok(Secret::new(text)) } else { Err(format!("a URL such as {example}")) }
}

fn origins(text: &str) -> Result<Vec<String>, String> {
    let is_origin = |origin: &&str| {
        let place = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        place.is_some_and(|place| !place.is_empty() && !place.contains(['/', '*', ' ']))
    };
    let origins: Vec<&str> = text.split(',').map(str::trim).filter(|origin| !origin.is_empty()).collect();
    if origins.iter().all(is_origin) {
        Ok(origins.into_iter().map(str::to_owned).collect())
    } else {
        Err("origins such as https://muctieu.example, separated by commas, without path or *".to_owned())
    }
}

fn milliseconds(text: &str, range: RangeInclusive<u64>) -> Result<Duration, String> {
    whole(text, range).map(Duration::from_millis)
}

fn whole<N: TryFrom<u64>>(text: &str, range: RangeInclusive<u64>) -> Result<N, String> {
    let number = text.parse().ok().filter(|number| range.contains(number));
    let number = number.and_then(|number| N::try_from(number).ok());
    number.ok_or_else(|| format!("a whole number from {} to {}", range.start(), range.end()))
}
