//! A log read from one end to the other, some pages ahead of whoever works on them.

use crate::{
    Error, EventLog, RecordedEvent,
    store::{EventRow, Store},
};
use std::{collections::VecDeque, fmt};
use tokio_util::task::AbortOnDropHandle;

/// Pages that are fetched while the caller works on an earlier one.
const PAGES_AHEAD: usize = 3;

/// Events in one page of a replay.
const REPLAY_PAGE_EVENTS: usize = 4096;

/// The rows after a position up to another, in pages.
pub(crate) struct Pages {
    store: Store,
    page_events: usize,
    /// Where the next page that is not yet asked for begins.
    next: u64,
    end: u64,
    ahead: VecDeque<AbortOnDropHandle<Result<Vec<EventRow>, sqlx::Error>>>,
}

impl Pages {
    pub(crate) fn new(store: Store, after: u64, end: u64, page_events: usize) -> Self {
        Self { store, page_events, next: after, end, ahead: VecDeque::with_capacity(PAGES_AHEAD) }
    }

    /// The next page as it is stored, gaps and damaged rows included; empty after the end.
    pub(crate) async fn next(&mut self) -> Result<Vec<EventRow>, Error> {
        while self.ahead.len() < PAGES_AHEAD && self.next < self.end {
            let (store, after, limit) = (self.store.clone(), self.next, self.page_events);
            self.next += limit as u64;
            self.ahead.push_back(AbortOnDropHandle::new(tokio::spawn(async move {
                store.page(after, limit).await
            })));
        }
        let Some(page) = self.ahead.pop_front() else { return Ok(Vec::new()) };
        // The task neither panics nor is aborted while its handle is held.
        Ok(page.await.map_err(|_| sqlx::Error::WorkerCrashed)??)
    }
}

/// All events from a position up to the head as it was at the beginning, see [`EventLog::replay`].
pub struct Replay {
    log: EventLog,
    pages: Pages,
    position: u64,
    end: u64,
}

impl EventLog {
    /// Reads every event after the position, some pages ahead of the caller: the fast way through a whole log. What is
    /// appended meanwhile is left to [`EventLog::read`].
    pub async fn replay(&self, after: u64) -> Result<Replay, Error> {
        let end = self.head().await?;
        let pages = Pages::new(self.shared.store.clone(), after, end, REPLAY_PAGE_EVENTS);
        Ok(Replay { log: self.clone(), pages, position: after, end })
    }
}

impl Replay {
    /// The next events, in order; none after the end. A gap is an error.
    pub async fn next(&mut self) -> Result<Vec<RecordedEvent>, Error> {
        let events = self.log.in_order(self.position, self.pages.next().await?)?;
        if events.is_empty() && self.position < self.end {
            return Err(Error::Gap { expected: self.position + 1, found: self.end });
        }
        self.position += events.len() as u64;
        Ok(events)
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay").field("position", &self.position).finish_non_exhaustive()
    }
}
