//! What a store found out about the requests of a batch, turned into their answers.

use crate::{
    AppendError, Appended, Fingerprint,
    prepared::{Prepared, read_metadata},
};
use kernel::{RequestId, Timestamp, text::hexadecimal};
use std::collections::HashMap;

/// The answer to one request.
pub(crate) type Verdict = Result<Appended, AppendError>;

/// A request that is in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedRequest {
    appended: Appended,
    request_id: RequestId,
    fingerprint: String,
}

/// Why a request of a batch was not written.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Its first event exists.
    Repeat(Result<RecordedRequest, String>),
    /// One of its streams stands at another version.
    Stale {
        /// Index in the request's checks.
        check: usize,
        actual: u64,
    },
}

impl RecordedRequest {
    /// From the request's first event. Its other events follow it without a gap, for they were written together.
    pub(crate) fn from_first_event(position: i64, recorded_at: i64, metadata: &str) -> Result<Self, String> {
        let metadata = read_metadata(metadata)
            .map_err(|error| format!("metadata of the event at position {position}: {error}"))?;
        let first_position = super::positive(position);
        let recorded_at = Timestamp::from_micros(recorded_at).map_err(|error| error.to_string())?;
        let further_events = u64::from(metadata.request_size.saturating_sub(1));
        Ok(Self {
            appended: Appended {
                first_position,
                last_position: first_position + further_events,
                recorded_at,
                replayed: true,
            },
            request_id: metadata.request_id,
            fingerprint: metadata.fingerprint,
        })
    }

    /// The first outcome, for a repeat; a refusal for another command under the same id.
    pub fn answer(&self, request_id: RequestId, fingerprint: &Fingerprint) -> Result<Appended, AppendError> {
        self.verdict(request_id, &hexadecimal(&fingerprint.0))
    }

    fn verdict(&self, request_id: RequestId, fingerprint: &str) -> Verdict {
        if (self.request_id, self.fingerprint.as_str()) == (request_id, fingerprint) {
            Ok(self.appended)
        } else {
            Err(AppendError::RequestIdReused(request_id))
        }
    }
}

/// The answers to a batch whose accepted requests follow `head` in request order.
pub(crate) fn verdicts(
    batch: &[&Prepared],
    head: u64,
    recorded_at: Timestamp,
    mut refusals: HashMap<usize, Refusal>,
) -> Vec<Verdict> {
    let mut last = head;
    let answer = |(number, request): (usize, &&Prepared)| match refusals.remove(&number) {
        None => {
            let first_position = last + 1;
            last += request.events.len() as u64;
            Ok(Appended { first_position, last_position: last, recorded_at, replayed: false })
        }
        Some(Refusal::Repeat(Ok(recorded))) => recorded.verdict(request.request_id, &request.fingerprint),
        Some(Refusal::Repeat(Err(reason))) => Err(AppendError::Failed(reason)),
        Some(Refusal::Stale { check, actual }) => Err(request.checks.get(check).map_or_else(
            || AppendError::Failed(format!("store named check {check}, which was not asked")),
            |check| AppendError::Stale { stream: check.stream.clone(), expected: check.version, actual },
        )),
    };
    batch.iter().enumerate().map(answer).collect()
}
