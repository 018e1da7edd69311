//! The metrics of a log. Their list is in the crate's README.

use crate::{AppendError, Appended, LogStore};
use metrics::{Counter, Gauge, Histogram};
use std::{path::Path, time::Duration};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Handles that are looked up once, for they are used with every append.
#[derive(Clone)]
pub(crate) struct Measures {
    log: String,
    appended: Counter,
    replayed: Counter,
    append_seconds: Histogram,
    pub(crate) batch_events: Histogram,
    pub(crate) queued: Gauge,
    head: Gauge,
    pub(crate) sealed: Gauge,
    pub(crate) seal_seconds: Histogram,
}

impl Measures {
    pub(crate) fn of(store: &LogStore) -> Self {
        let log = name(store);
        Self {
            appended: metrics::counter!("event_log_appends_total", "log" => log.clone(), "outcome" => "appended"),
            replayed: metrics::counter!("event_log_appends_total", "log" => log.clone(), "outcome" => "replayed"),
            append_seconds: metrics::histogram!("event_log_append_seconds", "log" => log.clone()),
            batch_events: metrics::histogram!("event_log_batch_events", "log" => log.clone()),
            queued: metrics::gauge!("event_log_queued_requests", "log" => log.clone()),
            head: metrics::gauge!("event_log_head_position", "log" => log.clone()),
            sealed: metrics::gauge!("event_log_sealed_position", "log" => log.clone()),
            seal_seconds: metrics::histogram!("event_log_seal_seconds", "log" => log.clone()),
            log,
        }
    }

    pub(crate) fn append(&self, outcome: &Result<Appended, AppendError>, waited: Duration) {
        match outcome {
            Ok(Appended { replayed: false, .. }) => self.appended.increment(1),
            Ok(Appended { replayed: true, .. }) => self.replayed.increment(1),
            Err(error) => {
                metrics::counter!("event_log_appends_total", "log" => self.log.clone(), "outcome" => error.label())
                    .increment(1);
            }
        }
        self.append_seconds.record(waited);
    }

    /// Shows the head that is published, whoever moved it, until told to stop.
    pub(crate) async fn follow_head(self, mut head: watch::Receiver<u64>, stop: CancellationToken) {
        loop {
            let position = *head.borrow_and_update();
            self.head.set(position as f64);
            let Some(Ok(())) = stop.run_until_cancelled(head.changed()).await else { return };
        }
    }
}

/// The file's or database's own name; never the password of a URL.
fn name(store: &LogStore) -> String {
    let name = match store {
        LogStore::Sqlite(path) => path.file_stem().map(|stem| stem.to_string_lossy().into_owned()),
        LogStore::Postgres(url) => url
            .split('?')
            .next()
            .and_then(|address| Path::new(address).file_name())
            .map(|database| database.to_string_lossy().into_owned()),
    };
    name.unwrap_or_default()
}
