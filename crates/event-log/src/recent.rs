//! The events that this process committed last, so that whoever follows the log need not read them back.

use crate::{
    Appended, RecordedEvent,
    prepared::{Check, Prepared, PreparedEvent, REQUEST_BYTES_MAX},
};
use kernel::parse_date;
use std::{
    collections::VecDeque,
    sync::{Arc, PoisonError, RwLock},
};

/// Requests that were appended, in the order of their positions.
pub(crate) type CommittedBatch = Vec<(Appended, Prepared)>;

/// Events that are kept at most, and [`REQUEST_BYTES_MAX`] of them, unless one batch is larger; what is beyond is read from
/// the store.
const EVENTS_MAX: usize = 8 * 1024;

/// Consecutive events up to the last that this process committed. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecentEvents(Arc<RwLock<Run>>);

#[derive(Debug, Default)]
struct Run {
    batches: VecDeque<Arc<CommittedBatch>>,
    events: usize,
    bytes: usize,
}

impl RecentEvents {
    /// The batch was committed. One that does not follow on the last begins anew: another process wrote between them, or the
    /// store was exchanged for an earlier state of itself.
    pub(crate) fn add(&self, batch: &Arc<CommittedBatch>) {
        // A run is whole between any two calls, so a panic elsewhere leaves nothing half done.
        self.0.write().unwrap_or_else(PoisonError::into_inner).add(batch);
    }

    /// The events after the position, at most `limit`; none where the first of them is not kept.
    pub(crate) fn after(&self, position: u64, limit: usize) -> Vec<RecordedEvent> {
        let batches = self.0.read().unwrap_or_else(PoisonError::into_inner).batches_after(position);
        let requests = batches.iter().flat_map(|batch| batch.iter());
        let events = requests.flat_map(|(appended, request)| {
            let numbered = (appended.first_position..).zip(&request.events);
            numbered.map(move |(at, event)| (at, event, request, appended))
        });
        let wanted = events.skip_while(|(at, ..)| *at <= position).take(limit);
        wanted.map_while(|(at, event, request, appended)| recorded(at, event, request, appended)).collect()
    }

    /// Forgets them all: the store may have been exchanged for an earlier state of itself.
    pub(crate) fn forget(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Run::default();
    }
}

impl Run {
    fn add(&mut self, batch: &Arc<CommittedBatch>) {
        let Some(((first, _), (last, _))) = batch.first().zip(batch.last()) else { return };
        let (events, bytes) = size(batch);
        let kept_to = self.batches.back().and_then(|batch| batch.last()).map(|(last, _)| last.last_position);
        if kept_to.is_some_and(|kept_to| kept_to + 1 != first.first_position) {
            *self = Self::default();
        }
        // Of requests that were appended one by one, others may have come between.
        if first.first_position + events as u64 != last.last_position + 1 {
            *self = Self::default();
            return;
        }
        (self.events, self.bytes) = (self.events + events, self.bytes + bytes);
        self.batches.push_back(Arc::clone(batch));
        while self.batches.len() > 1 && (self.events > EVENTS_MAX || self.bytes > REQUEST_BYTES_MAX) {
            let (events, bytes) = self.batches.pop_front().map_or((0, 0), |oldest| size(&oldest));
            (self.events, self.bytes) = (self.events - events, self.bytes - bytes);
        }
    }

    /// The batches from the one on that holds the next event; none where that is not kept.
    fn batches_after(&self, position: u64) -> Vec<Arc<CommittedBatch>> {
        let first = self.batches.front().and_then(|batch| batch.first());
        if first.is_none_or(|(first, _)| first.first_position > position + 1) {
            return Vec::new();
        }
        let passed = self
            .batches
            .partition_point(|batch| batch.last().is_none_or(|(last, _)| last.last_position <= position));
        self.batches.range(passed..).map(Arc::clone).collect()
    }
}

/// Number of events, and of bytes with those of the streams that were checked.
fn size(batch: &CommittedBatch) -> (usize, usize) {
    batch.iter().fold((0, 0), |(events, bytes), (_, request)| {
        let checks = request.checks.iter().map(|check| size_of::<Check>() + check.stream.as_str().len());
        (events + request.events.len(), bytes + request.bytes + checks.sum::<usize>())
    })
}

fn recorded(
    position: u64,
    event: &PreparedEvent,
    request: &Prepared,
    appended: &Appended,
) -> Option<RecordedEvent> {
    Some(RecordedEvent {
        position,
        stream: request.checks[event.check].stream.clone(),
        version: event.version,
        event_id: event.event_id,
        event_type: event.event_type.to_owned(),
        // Invariant: this is how the day was written.
        effective: parse_date(&event.effective)?,
        recorded_at: appended.recorded_at,
        content: event.content.clone(),
        metadata: event.metadata.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AppendRequest, Fingerprint, NewEvent, StreamWrite};
    use kernel::{RequestId, Timestamp, date};
    use uuid::Uuid;

    /// Requests that were committed together, of so many events each.
    fn committed(mut first: u64, requests: &[usize]) -> Arc<CommittedBatch> {
        let batch = requests.iter().map(|&events| {
            let event = NewEvent {
                event_type: "test.happened.v1",
                area: "03618".parse().unwrap(),
                effective: date(2025, 7, 1),
                content: "{}".to_owned(),
            };
            let write = StreamWrite {
                stream: "household/a".parse().unwrap(),
                expected_version: 0,
                events: vec![event; events],
            };
            let request = AppendRequest {
                request_id: RequestId::from_uuid(Uuid::new_v4()),
                fingerprint: Fingerprint([0; 32]),
                actor: "tester".into(),
                document: None,
                correlation_id: None,
                causation_id: None,
                writes: vec![write],
                conditions: vec![],
            };
            let appended = Appended {
                first_position: first,
                last_position: first + events as u64 - 1,
                recorded_at: Timestamp::from_micros(0).unwrap(),
                replayed: false,
            };
            first += events as u64;
            (appended, Prepared::new(request, 100_000).unwrap())
        });
        Arc::new(batch.collect())
    }

    #[test]
    fn events_are_given_out_after_a_position_and_only_without_a_gap() {
        let recent = RecentEvents::default();
        let positions = |after, limit| -> Vec<u64> {
            recent.after(after, limit).into_iter().map(|event| event.position).collect()
        };
        recent.add(&committed(5, &[2, 1]));
        recent.add(&committed(8, &[1, 3]));
        assert!(positions(3, 9).is_empty(), "4 was written by another process");
        assert_eq!(positions(4, 9), [5, 6, 7, 8, 9, 10, 11]);
        assert_eq!(positions(5, 3), [6, 7, 8]);
        assert!(positions(11, 9).is_empty());
        recent.add(&committed(14, &[1]));
        assert!(positions(11, 9).is_empty(), "12 and 13 were written by another process");
        assert_eq!(positions(13, 9), [14]);
        recent.add(&committed(9, &[1]));
        assert_eq!(positions(8, 9), [9], "the store was exchanged for an earlier state of itself");
        assert!(positions(13, 9).is_empty());
        let parts = [committed(10, &[1]), committed(12, &[1])];
        let one_by_one = parts.into_iter().flat_map(|part| Arc::into_inner(part).unwrap()).collect();
        recent.add(&Arc::new(one_by_one));
        assert!(positions(9, 9).is_empty(), "another process came between");
    }

    #[test]
    fn no_more_is_kept_than_the_limit_or_one_batch() {
        let recent = RecentEvents::default();
        for first in 0..3 * EVENTS_MAX as u64 / 1_000 {
            recent.add(&committed(1 + first * 1_000, &[1_000]));
        }
        assert_eq!(recent.after(0, 1), []);
        let last = 3 * EVENTS_MAX as u64 / 1_000 * 1_000;
        assert_eq!(recent.after(last - 1_000, usize::MAX).len(), 1_000);
        let kept = recent.0.read().unwrap().events;
        assert!(kept <= EVENTS_MAX, "{kept}");
        recent.add(&committed(last + 1, &[2 * EVENTS_MAX]));
        assert_eq!(recent.after(last, usize::MAX).len(), 2 * EVENTS_MAX);
    }
}
