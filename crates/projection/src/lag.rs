//! What is measured of a projection.

use kernel::{SharedClock, Timestamp};
use metrics::{Counter, Gauge, counter, gauge};
use std::time::Duration;

/// The metrics of one read model and source, labelled `model` and `source`.
#[derive(Debug)]
pub(crate) struct Lag {
    clock: SharedClock,
    /// Since when the model has lacked events that the source holds, or the source has been out of sight.
    behind_since: Option<Timestamp>,
    position: Gauge,
    lag_events: Gauge,
    lag_seconds: Gauge,
    ahead: Gauge,
    stopped: Gauge,
    events: Counter,
    set_aside: Gauge,
}

impl Lag {
    pub(crate) fn new(model: &'static str, source: &str, clock: SharedClock) -> Self {
        let labels = [("model", model.to_owned()), ("source", source.to_owned())];
        Self {
            clock,
            behind_since: None,
            position: gauge!("muctieu_projection_position", &labels),
            lag_events: gauge!("muctieu_projection_lag_events", &labels),
            lag_seconds: gauge!("muctieu_projection_lag_seconds", &labels),
            ahead: gauge!("muctieu_projection_ahead_of_source", &labels),
            stopped: gauge!("muctieu_projection_stopped", &labels),
            events: counter!("muctieu_projection_events_total", &labels),
            set_aside: gauge!("muctieu_projection_set_aside_events", &labels),
        }
    }

    /// The model stands at the position, the source ends at the head.
    pub(crate) fn observe(&mut self, position: u64, head: u64) {
        let missing = head.saturating_sub(position);
        if missing == 0 {
            self.behind_since = None;
            self.lag_seconds.set(0.0);
        } else {
            self.wait_on();
        }
        self.position.set(position as f64);
        self.lag_events.set(missing as f64);
        self.ahead.set(if position > head { 1.0 } else { 0.0 });
    }

    /// The source or the database is away: how many events the model lacks is not known, and since when it may lack some
    /// is.
    pub(crate) fn out_of_sight(&mut self) {
        self.wait_on();
    }

    fn wait_on(&mut self) {
        let now = self.clock.now();
        let since = *self.behind_since.get_or_insert(now);
        let waited = now.micros().saturating_sub(since.micros());
        self.lag_seconds.set(Duration::from_micros(waited.unsigned_abs()).as_secs_f64());
    }

    /// A batch was applied.
    pub(crate) fn applied(&self, position: u64, events: u64, set_aside: u64) {
        self.position.set(position as f64);
        self.events.increment(events);
        self.set_aside.increment(set_aside as f64);
    }

    /// So many events stand set aside.
    pub(crate) fn set_aside(&self, events: u64) {
        self.set_aside.set(events as f64);
    }

    pub(crate) fn stopped(&self, is_stopped: bool) {
        self.stopped.set(if is_stopped { 1.0 } else { 0.0 });
    }
}
