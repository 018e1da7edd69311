//! Long stretches of a log, some pages ahead of whoever works on them.

use crate::{
    Error,
    store::{EventRow, Store},
};
use std::collections::VecDeque;
use tokio_util::task::AbortOnDropHandle;

/// Pages that are fetched while the caller works on an earlier one.
const PAGES_AHEAD: usize = 3;

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

    /// The next page as it is stored, gaps and damaged rows included; empty after the end. A page that is not full is the
    /// log's last as it was then, and those after it may hold what was appended meanwhile.
    pub(crate) async fn next(&mut self) -> Result<Vec<EventRow>, Error> {
        while self.ahead.len() < PAGES_AHEAD && self.next < self.end {
            let missing = usize::try_from(self.end - self.next).unwrap_or(usize::MAX);
            let (store, after, limit) = (self.store.clone(), self.next, self.page_events.min(missing));
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
