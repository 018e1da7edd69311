//! Fills the stream from the log.

use crate::{Bus, Error, StreamLimits, publish::Publisher, stream};
use async_nats::jetstream::stream::State;
use event_log::{EventLog, RecordedEvent};
use metrics::{Counter, Gauge, counter, gauge};
use projection::{EventSource as _, LogSource};
use std::time::Duration;
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

/// How a relay works.
#[derive(Clone, Copy, Debug)]
pub struct RelayOptions {
    /// The stream's limits.
    pub limits: StreamLimits,
    /// Events whose acknowledgement is awaited at most.
    pub in_flight_max: usize,
    /// How long a relay that lost to another one watches the stream standing still before it tries again.
    pub patience: Duration,
}

impl Default for RelayOptions {
    fn default() -> Self {
        Self { limits: StreamLimits::default(), in_flight_max: 512, patience: Duration::from_secs(1) }
    }
}

/// How a relay fares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RelayStatus {
    /// It has not begun, or is between two attempts after the failure that is told.
    Waiting(String),
    /// It carries events.
    Running,
    /// The stream does not end where this relay expects: mostly another one carries the same log's events, and this one would
    /// take over. It also looks so for a moment after the server refused a message among many.
    Following,
    /// It stopped for good with this error.
    Stopped(String),
}

/// Carries one log's events to its stream, alone or as a stand-by of another relay. It keeps no checkpoint: the stream's
/// last sequence is where it goes on.
#[derive(Debug)]
pub struct Relay {
    bus: Bus,
    context: String,
    log: EventLog,
    options: RelayOptions,
    status: watch::Sender<RelayStatus>,
    measures: Measures,
}

#[derive(Debug)]
struct Measures {
    published: Counter,
    last_sequence: Gauge,
    lag_events: Gauge,
    ahead: Gauge,
    stopped: Gauge,
}

/// The stream is looked at this often while there is nothing to carry, for a lost end and for the lag.
const LOOK_AFTER: Duration = Duration::from_secs(1);
const BACKOFF_FIRST: Duration = Duration::from_millis(50);
const BACKOFF_MAX: Duration = Duration::from_secs(5);

impl Relay {
    /// A relay of the context's log, for example `poverty`.
    pub fn new(bus: Bus, context: impl Into<String>, log: EventLog, options: RelayOptions) -> Self {
        let context = context.into();
        let labels = [("stream", stream::name(&context))];
        let measures = Measures {
            published: counter!("muctieu_relay_published_total", &labels),
            last_sequence: gauge!("muctieu_relay_last_sequence", &labels),
            lag_events: gauge!("muctieu_relay_lag_events", &labels),
            ahead: gauge!("muctieu_relay_stream_ahead_of_log", &labels),
            stopped: gauge!("muctieu_relay_stopped", &labels),
        };
        let status = watch::Sender::new(RelayStatus::Waiting("not begun".into()));
        Self { bus, context, log, options, status, measures }
    }

    /// How it fares, for health checks.
    pub fn status(&self) -> watch::Receiver<RelayStatus> {
        self.status.subscribe()
    }

    /// Carries events until it is cancelled. Failures of log and servers are tried again for ever; a stream that is ahead
    /// of the log, ends with another event than it, or belongs to somebody else, stops it with that error.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        stop.run_until_cancelled(self.run_on()).await.unwrap_or(Ok(()))
    }

    async fn run_on(&self) -> Result<(), Error> {
        self.measures.stopped.set(0.0);
        let mut backoff = BACKOFF_FIRST;
        // Until the stream was seen, the whole log counts as not carried.
        let mut taken = 0;
        loop {
            let begun = Instant::now();
            let Err(error) = self.carry_on(&mut taken).await;
            let name = stream::name(&self.context);
            match error {
                Error::WrongLastSequence { .. } => {
                    tracing::info!(stream.name = name, %error, "relay of {name} stands by");
                    self.status.send_replace(RelayStatus::Following);
                    if let Err(error) = self.stand_by(&mut taken).await {
                        tracing::warn!(stream.name = name, %error, "relay of {name} cannot see the stream");
                    }
                    continue;
                }
                Error::AheadOfLog { .. } | Error::OtherHistory { .. } | Error::ForeignStream { .. } => {
                    tracing::error!(stream.name = name, %error, "relay of {name} stopped");
                    self.measures.stopped.set(1.0);
                    self.status.send_replace(RelayStatus::Stopped(error.to_string()));
                    return Err(error);
                }
                _ => {}
            }
            tracing::warn!(stream.name = name, %error, "relay of {name} tries again");
            self.measure_lag(taken);
            self.status.send_replace(RelayStatus::Waiting(error.to_string()));
            if begun.elapsed() > BACKOFF_MAX {
                backoff = BACKOFF_FIRST;
            }
            tokio::time::sleep(backoff).await;
            backoff = (backoff * 2).min(BACKOFF_MAX);
        }
    }

    /// Looks where the stream ends and goes on from there until something fails. `taken` is the last position that the
    /// stream is known to hold.
    async fn carry_on(&self, taken: &mut u64) -> Result<std::convert::Infallible, Error> {
        let found = stream::ensure(&self.bus, &self.context, self.options.limits).await?;
        *taken = found.last_sequence;
        self.look(&found).await?;
        self.status.send_replace(RelayStatus::Running);
        let mut source = LogSource::new(self.context.clone(), self.log.clone());
        let mut publisher = Publisher::new(&self.bus, &self.context, found.last_sequence);
        loop {
            let round = self.carry(&mut source, &mut publisher).await;
            self.measures.published.increment(publisher.taken() - *taken);
            *taken = publisher.taken();
            self.measures.last_sequence.set(*taken as f64);
            self.measure_lag(*taken);
            round?;
        }
    }

    /// One round: what the log holds is sent on, or the stream's end is looked at after a while without news.
    async fn carry(&self, source: &mut LogSource, publisher: &mut Publisher<'_>) -> Result<(), Error> {
        let page = self.options.in_flight_max.div_ceil(2);
        if publisher.is_settled() {
            let next = source.next(publisher.sent(), page);
            match tokio::time::timeout(LOOK_AFTER, next).await {
                Ok(events) => {
                    let events = events.map_err(|error| self.unreadable(&error.to_string()))?;
                    publisher.send(events, self.options.in_flight_max).await
                }
                Err(_) => self.check_end(publisher.taken()).await,
            }
        } else {
            // More is read while the server answers, as long as there is more.
            let more = *self.log.watch().borrow() > publisher.sent();
            let events = if more { self.next(publisher.sent(), page).await? } else { Vec::new() };
            let unanswered_max = if events.is_empty() { 0 } else { page };
            publisher.send(events, self.options.in_flight_max).await?;
            publisher.settle(unanswered_max).await
        }
    }

    /// What the log holds beyond the position, as far as it was told.
    fn measure_lag(&self, taken: u64) {
        let head = *self.log.watch().borrow();
        self.measures.lag_events.set(head.saturating_sub(taken) as f64);
    }

    async fn next(&self, after: u64, limit: usize) -> Result<Vec<RecordedEvent>, Error> {
        self.log.next(after, limit).await.map_err(|error| self.unreadable(&error.to_string()))
    }

    async fn read(&self, after: u64, limit: usize) -> Result<Vec<RecordedEvent>, Error> {
        self.log.read(after, limit).await.map_err(|error| self.unreadable(&error.to_string()))
    }

    /// Measures the lag and raises the alarm where the stream is ahead of the log, or ends with another event.
    async fn look(&self, state: &State) -> Result<(), Error> {
        let head = self.log.head().await.map_err(|error| self.unreadable(&error.to_string()))?;
        let last_sequence = state.last_sequence;
        self.measures.last_sequence.set(last_sequence as f64);
        self.measures.lag_events.set(head.saturating_sub(last_sequence) as f64);
        self.measures.ahead.set(if last_sequence > head { 1.0 } else { 0.0 });
        if last_sequence > head {
            return Err(Error::AheadOfLog { stream: stream::name(&self.context), last_sequence, head });
        }
        if last_sequence == 0 {
            return Ok(());
        }
        let carried = stream::event_id(&self.bus, &self.context, last_sequence).await?;
        let recorded = self.read(last_sequence - 1, 1).await?;
        match (carried, recorded.first()) {
            (Some(carried), Some(recorded)) if carried != recorded.event_id => {
                Err(Error::OtherHistory { stream: stream::name(&self.context), sequence: last_sequence })
            }
            _ => Ok(()),
        }
    }

    /// A stream that lost its end, or messages from its middle, is filled again.
    async fn check_end(&self, taken: u64) -> Result<(), Error> {
        let state = stream::state(&self.bus, &self.context).await?;
        self.look(&state).await?;
        if state.last_sequence < taken || stream::has_holes(&state) {
            let reason = format!("it holds {} messages and ends at {}", state.messages, state.last_sequence);
            return Err(Error::Stream { stream: stream::name(&self.context), reason });
        }
        Ok(())
    }

    /// Waits while another relay fills the stream.
    async fn stand_by(&self, taken: &mut u64) -> Result<(), Error> {
        let mut seen = None;
        loop {
            let state = stream::state(&self.bus, &self.context).await?;
            *taken = state.last_sequence;
            self.look(&state).await?;
            if seen == Some(state.last_sequence) {
                return Ok(());
            }
            seen = Some(state.last_sequence);
            tokio::time::sleep(self.options.patience).await;
        }
    }

    fn unreadable(&self, reason: &str) -> Error {
        Error::Log { context: self.context.clone(), reason: reason.to_owned() }
    }
}
