//! The metrics of this crate. Other crates describe theirs where they measure.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// A metric.
#[derive(Debug)]
pub struct Metric {
    /// As Prometheus shows it.
    pub name: &'static str,
    /// What kind of number it is.
    pub kind: Kind,
    /// By what it is split.
    pub labels: &'static str,
    /// What it counts.
    pub doc: &'static str,
}

/// What kind of number a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// A distribution.
    Histogram,
}

/// What every server measures.
pub static METRICS: &[Metric] = &[
    Metric {
        name: "muctieu_build_info",
        kind: Kind::Gauge,
        labels: "version",
        doc: "Always 1; its label is the version of the program.",
    },
    Metric {
        name: "muctieu_requests_total",
        kind: Kind::Counter,
        labels: "method, code",
        doc: "Calls that ended, by gRPC method and code; CANCELLED where the caller went away. Methods that are not served count as unknown.",
    },
    Metric {
        name: "muctieu_request_duration_seconds",
        kind: Kind::Histogram,
        labels: "method",
        doc: "From a call's arrival to the end of its answer; a stream counts with its whole life.",
    },
    Metric {
        name: "muctieu_requests_running",
        kind: Kind::Gauge,
        labels: "",
        doc: "Calls and streams that have not ended yet.",
    },
];

/// Tells the recorder what its metrics mean.
pub(super) fn describe() {
    for Metric { name, kind, doc, .. } in METRICS {
        match kind {
            Kind::Counter => describe_counter!(*name, *doc),
            Kind::Gauge => describe_gauge!(*name, *doc),
            Kind::Histogram => describe_histogram!(*name, Unit::Seconds, *doc),
        }
    }
}

/// The table as Markdown, as `crates/service/README.md` shows it.
pub fn metrics_as_markdown() -> String {
    let head = "| metric | kind | labels | what it counts |\n|---|---|---|---|\n";
    METRICS.iter().fold(head.to_owned(), |table, Metric { name, kind, labels, doc }| {
        let kind = format!("{kind:?}").to_lowercase();
        table + &format!("| `{name}` | {kind} | {labels} | {doc} |\n")
    })
}
