//! The one writer of a process: it gathers the requests that wait and commits them together.

use crate::{
    AppendError,
    batch::{Batch, Waiting, next_batch},
    fault,
    lookups::{KnownStreams, Lookups},
    measure::Measures,
    prepared::Prepared,
    recent::{CommittedBatch, RecentEvents},
    store::{Store, Verdict, is_transient, meets_unique_key, publish},
};
use kernel::SharedClock;
use std::{
    collections::VecDeque,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

/// How long a batch is tried again after the connection was lost, before its outcome is given up as unknown.
const RECOVERY_MAX: Duration = Duration::from_secs(10);

/// How long one attempt may take before its connection counts as lost.
const ATTEMPT_MAX: Duration = Duration::from_secs(30);

/// Pause between two attempts.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// So many waiting requests are committed at once. Fewer cost the store almost as much, so that it is worth the moment in
/// which those who were just answered may ask again.
const WORTH_A_BATCH: usize = 64;

/// After a batch met a unique key, so many batches are looked up whole: where one request repeats, others often do.
const CAREFUL_BATCHES: u32 = 16;

pub(crate) struct Committer {
    pub(crate) store: Store,
    pub(crate) clock: SharedClock,
    pub(crate) incoming: mpsc::Receiver<Waiting>,
    pub(crate) head: watch::Sender<u64>,
    pub(crate) stop: CancellationToken,
    pub(crate) measures: Measures,
    pub(crate) batch_events_max: usize,
    pub(crate) memory: Memory,
    /// Where the sealer takes what was appended from, once it runs.
    pub(crate) to_sealer: Arc<OnceLock<mpsc::Sender<Arc<CommittedBatch>>>>,
    /// Where those who follow the log find what was appended.
    pub(crate) recent: RecentEvents,
}

/// What the writer remembers from batch to batch, all of which it may forget.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    streams: KnownStreams,
    /// Batches still to be looked up whole.
    careful: u32,
}

impl Committer {
    /// Runs until it is told to stop or nobody can ask any more; what waits then is still committed.
    pub(crate) async fn run(mut self) {
        let mut waiting = VecDeque::new();
        loop {
            if waiting.is_empty() {
                let first = match self.stop.run_until_cancelled(self.incoming.recv()).await {
                    Some(first) => first,
                    None => {
                        self.incoming.close();
                        self.incoming.recv().await
                    }
                };
                let Some(first) = first else { return };
                waiting.push_back(first);
            }
            while waiting.len() < self.batch_events_max
                && let Ok(next) = self.incoming.try_recv()
            {
                waiting.push_back(next);
            }
            self.measures.queued.set((waiting.len() + self.incoming.len()) as f64);
            let certain = (self.memory.careful == 0).then_some(&self.memory.streams);
            let batch = next_batch(&mut waiting, self.batch_events_max, certain);
            if !batch.waiting.is_empty() {
                self.commit(batch).await;
            }
            if waiting.len() + self.incoming.len() < WORTH_A_BATCH {
                tokio::task::yield_now().await;
            }
        }
    }

    async fn commit(&mut self, batch: Batch) {
        let Batch { waiting: batch, entangled } = batch;
        let requests: Vec<&Prepared> = batch.iter().map(|waiting| &waiting.request).collect();
        let events = requests.iter().map(|request| request.events.len()).sum::<usize>();
        self.measures.batch_events.record(events as f64);

        fault::point("before_append");
        let verdicts = match self.append(&requests, entangled).await {
            Ok(verdicts) => verdicts,
            Err(Failure::Entangled) => self.append_one_by_one(&batch).await,
            Err(Failure::Refused(error)) if requests.len() > 1 => {
                tracing::warn!(%error, event_log.requests = requests.len(), "batch refused, trying one by one");
                self.append_one_by_one(&batch).await
            }
            Err(failure) => requests.iter().map(|_| Err(failure.answer())).collect(),
        };
        fault::point("after_commit");

        let last = verdicts.iter().flatten().map(|appended| appended.last_position).max();
        let mut committed = CommittedBatch::with_capacity(batch.len());
        let mut answers = Vec::with_capacity(batch.len());
        for (Waiting { request, link, reply }, verdict) in batch.into_iter().zip(verdicts) {
            if let Some(link) = link {
                link.hold_to(&verdict);
            }
            if let Ok(appended) = verdict
                && !appended.replayed
            {
                self.memory.streams.learn(&request);
                committed.push((appended, request));
            }
            answers.push((reply, verdict));
        }
        if !committed.is_empty() {
            let committed = Arc::new(committed);
            self.recent.add(&committed);
            if let Some(sealer) = self.to_sealer.get() {
                // What finds no room is read from the store.
                let _ = sealer.try_send(committed);
            }
        }
        if let Some(last) = last {
            publish(&self.head, last);
        }
        for (reply, verdict) in answers {
            // A caller that has gone learns the outcome when it repeats the request.
            let _ = reply.send(verdict);
        }
    }

    /// Appends each after the other, until the store is lost: the rest then shares that answer and does not wait as long
    /// again.
    async fn append_one_by_one(&mut self, batch: &[Waiting]) -> Vec<Verdict> {
        let mut verdicts = Vec::with_capacity(batch.len());
        let mut lost = None;
        for waiting in batch {
            let verdict = if waiting.has_lost_its_basis() {
                Err(AppendError::BasisNotRecorded)
            } else if let Some(reason) = &lost {
                Err(AppendError::Unknown(String::clone(reason)))
            } else {
                match self.append(&[&waiting.request], false).await {
                    Ok(mut verdict) => {
                        verdict.pop().unwrap_or(Err(AppendError::Failed("no verdict".to_owned())))
                    }
                    Err(failure) => {
                        let verdict = Err(failure.answer());
                        if let Failure::Lost(reason) = failure {
                            lost = Some(reason);
                        }
                        verdict
                    }
                }
            };
            if let Some(link) = &waiting.link {
                link.hold_to(&verdict);
            }
            verdicts.push(verdict);
        }
        verdicts
    }

    /// Tries until the outcome is certain or the time is over. An attempt whose connection was lost may have been
    /// committed; the next one finds its events and answers with that outcome, so nothing is written twice. Only asking
    /// for them would not do: the lost attempt may still wait for the lock inside the server. Requests that build on each
    /// other go together only as long as none of them has to be looked up.
    async fn append(&mut self, requests: &[&Prepared], entangled: bool) -> Result<Vec<Verdict>, Failure> {
        let deadline = Instant::now() + RECOVERY_MAX;
        let mut lookups = if self.memory.careful == 0 {
            Lookups::beside_unique_keys(requests, &self.memory.streams)
        } else {
            self.memory.careful -= 1;
            Lookups::all(requests)
        };
        loop {
            let attempt = self.store.append(requests, &lookups, self.clock.now());
            let lost = match tokio::time::timeout(ATTEMPT_MAX, attempt).await {
                Ok(Ok(verdicts)) => return Ok(verdicts),
                Ok(Err(error)) if meets_unique_key(&error) && !lookups.is_all(requests) => {
                    self.memory.careful = CAREFUL_BATCHES;
                    if entangled {
                        return Err(Failure::Entangled);
                    }
                    lookups = Lookups::all(requests);
                    continue;
                }
                Ok(Err(error)) if !is_transient(&error) => {
                    self.memory.streams.forget();
                    self.recent.forget();
                    return Err(Failure::Refused(error));
                }
                Ok(Err(error)) => error.to_string(),
                Err(_) => format!("no answer within {} s", ATTEMPT_MAX.as_secs()),
            };
            // The attempt may have been committed, and a store that comes back may be an earlier state of itself.
            self.memory.streams.forget();
            self.recent.forget();
            if entangled {
                tracing::warn!(error = %lost, "event log store did not answer, trying one by one");
                return Err(Failure::Entangled);
            }
            lookups = Lookups::all(requests);
            if Instant::now() >= deadline {
                tracing::error!(error = %lost, "outcome of a batch is unknown");
                return Err(Failure::Lost(lost));
            }
            tracing::warn!(error = %lost, "event log store did not answer, trying again");
            tokio::time::sleep(RETRY_PAUSE).await;
        }
    }
}

/// Why a batch has no verdicts.
enum Failure {
    /// The store rolled it back.
    Refused(sqlx::Error),
    /// Nobody knows.
    Lost(String),
    /// Its requests build on each other and have to be looked up: each is to be tried after the other.
    Entangled,
}

impl Failure {
    fn answer(&self) -> AppendError {
        match self {
            Self::Refused(error) => AppendError::Failed(error.to_string()),
            Self::Lost(reason) => AppendError::Unknown(reason.clone()),
            // Invariant: a request alone builds on no other.
            Self::Entangled => AppendError::Failed("requests build on each other".to_owned()),
        }
    }
}
