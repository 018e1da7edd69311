//! Where events come from.

use crate::SourceError;
use event_log::{EventLog, RecordedEvent};
use futures::future::BoxFuture;
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

/// A sequence of events with positions 1, 2, 3 …: an event log itself, or a stream on the bus that copies one.
///
/// Both futures may be dropped at any await without losing events.
pub trait EventSource: Send {
    /// The name of the log behind it, the same for the log and for its copies: `poverty`. Checkpoints are kept by it.
    fn name(&self) -> &str;

    /// The events that follow the position, in order, at most `limit`; waits until there is at least one.
    fn next(&mut self, after: u64, limit: usize) -> BoxFuture<'_, Result<Vec<RecordedEvent>, SourceError>>;

    /// The last position that it holds now.
    fn head(&mut self) -> BoxFuture<'_, Result<u64, SourceError>>;

    /// The id of the event at the position; `None` where the source does not hold it now.
    fn event_id(&mut self, position: u64) -> BoxFuture<'_, Result<Option<Uuid>, SourceError>>;

    /// Whether this is the log itself, which never loses its end. A copy may end below what was read from it for a while,
    /// until it is filled again.
    fn is_the_log(&self) -> bool;
}

/// Events of a log: what this process committed last from its memory, the rest from the store.
#[derive(Debug)]
pub struct LogSource {
    name: String,
    log: EventLog,
    committed: tokio::sync::watch::Receiver<u64>,
    /// Kept here, for whoever waits may give up and wait anew before it is time to ask again.
    asked: Instant,
}

/// A log is asked where something was told, and at least this often, should that be lost.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(1);

impl LogSource {
    /// Reads the log under the name by which checkpoints know it.
    pub fn new(name: impl Into<String>, log: EventLog) -> Self {
        let committed = log.watch();
        Self { name: name.into(), log, committed, asked: Instant::now() }
    }
}

impl EventSource for LogSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn next(&mut self, after: u64, limit: usize) -> BoxFuture<'_, Result<Vec<RecordedEvent>, SourceError>> {
        Box::pin(async move {
            loop {
                let told = *self.committed.borrow_and_update();
                if told > after || self.asked.elapsed() >= ASK_AGAIN_AFTER {
                    self.asked = Instant::now();
                    let events = self.log.next(after, limit).await?;
                    if !events.is_empty() {
                        return Ok(events);
                    }
                }
                let news = tokio::time::timeout_at(self.asked + ASK_AGAIN_AFTER, self.committed.changed());
                if let Ok(Err(_)) = news.await {
                    return Err(format!("the log {} was closed", self.name).into());
                }
            }
        })
    }

    fn head(&mut self) -> BoxFuture<'_, Result<u64, SourceError>> {
        Box::pin(async move { Ok(self.log.head().await?) })
    }

    fn event_id(&mut self, position: u64) -> BoxFuture<'_, Result<Option<Uuid>, SourceError>> {
        Box::pin(async move {
            let events = self.log.read(position.saturating_sub(1), 1).await?;
            Ok(events.first().filter(|event| event.position == position).map(|event| event.event_id))
        })
    }

    fn is_the_log(&self) -> bool {
        true
    }
}
