//! Leaves of the events that this process has just committed, so that the sealer need not read them back.

use crate::{
    Appended,
    merkle::{Leaf, TreeHash},
    prepared::{Prepared, PreparedEvent},
    recent::CommittedBatch,
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::mpsc;

/// Leaves that wait for the sealer, 32 bytes each, beside those of one request; what is beyond is read from the store.
const LEAVES_MAX: usize = 64 * 1024;

/// Batches that wait to be hashed at most.
const BATCHES_MAX: usize = 2;

/// Consecutive leaves that are not sealed yet. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct FreshLeaves(Arc<Mutex<Run>>);

#[derive(Debug, Default)]
struct Run {
    /// Position of the first leaf.
    first: u64,
    leaves: VecDeque<TreeHash>,
}

impl FreshLeaves {
    /// Where batches go to be hashed, beside the appends. A batch that finds no room may be left out.
    pub(crate) fn start(&self) -> mpsc::Sender<Arc<CommittedBatch>> {
        let (batches, mut incoming) = mpsc::channel::<Arc<CommittedBatch>>(BATCHES_MAX);
        let leaves = self.clone();
        tokio::spawn(async move {
            while let Some(batch) = incoming.recv().await {
                leaves.add(&batch);
            }
        });
        batches
    }

    fn add(&self, batch: &CommittedBatch) {
        for (appended, request) in batch {
            let numbered = (appended.first_position..).zip(&request.events);
            let hashes: Vec<TreeHash> =
                numbered.map(|(position, event)| leaf(position, event, request, appended).hash()).collect();
            self.with(|run| run.add(appended.first_position, hashes.into_iter()));
        }
    }

    /// Takes the leaves of the positions `first..=last`, up to the first that is missing.
    pub(crate) fn take(&self, first: u64, last: u64) -> Vec<TreeHash> {
        self.with(|run| {
            let index =
                |position: u64| usize::try_from(position.saturating_sub(run.first)).unwrap_or(usize::MAX);
            if first < run.first {
                return Vec::new();
            }
            let (passed, wanted) =
                (index(first).min(run.leaves.len()), index(last + 1).min(run.leaves.len()));
            let taken = run.leaves.drain(..wanted).skip(passed).collect();
            run.first += wanted as u64;
            taken
        })
    }

    /// Forgets them all: they are not of this log's present.
    pub(crate) fn forget(&self) {
        self.with(|run| *run = Run::default());
    }

    fn with<T>(&self, work: impl FnOnce(&mut Run) -> T) -> T {
        // A run is whole between any two calls, so a panic elsewhere leaves nothing half done.
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn leaf<'a>(position: u64, event: &'a PreparedEvent, request: &'a Prepared, appended: &Appended) -> Leaf<'a> {
    Leaf {
        position,
        stream: request.checks[event.check].stream.as_str(),
        version: event.version,
        event_id: event.event_id,
        event_type: event.event_type,
        effective: &event.effective,
        recorded_at: appended.recorded_at,
        content: &event.content,
        metadata: &event.metadata,
    }
}

impl Run {
    /// Leaves that do not follow on those that wait are left out.
    fn add(&mut self, first: u64, leaves: impl Iterator<Item = TreeHash>) {
        if self.leaves.is_empty() {
            self.first = first;
        }
        if self.first + self.leaves.len() as u64 == first && self.leaves.len() < LEAVES_MAX {
            self.leaves.extend(leaves);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(positions: std::ops::Range<u64>) -> impl Iterator<Item = TreeHash> {
        positions.map(|position| TreeHash([u8::try_from(position % 256).unwrap(); 32]))
    }

    #[test]
    fn leaves_are_given_out_by_their_position_and_only_without_a_gap() {
        let fresh = FreshLeaves::default();
        let add = |positions: std::ops::Range<u64>| {
            fresh.with(|run| run.add(positions.start, leaves(positions.clone())));
        };
        let expected = |positions| leaves(positions).collect::<Vec<_>>();
        add(5..8);
        add(8..11);
        assert_eq!(fresh.take(3, 9), [], "3 and 4 were written by another process");
        add(12..14);
        assert_eq!(fresh.take(6, 8), expected(6..9), "5 was sealed by another process");
        assert_eq!(fresh.take(9, 20), expected(9..11), "12 did not follow on 10");
        add(12..14);
        assert_eq!(fresh.take(11, 20), []);
        assert_eq!(fresh.take(12, 20), expected(12..14));
        assert_eq!(fresh.take(14, 20), []);
        add(14..16);
        assert_eq!(fresh.take(20, 30), [], "15 was sealed by another process");
    }

    #[test]
    fn a_sealer_that_stands_still_costs_no_more_than_the_limit() {
        let fresh = FreshLeaves::default();
        for position in 1..2 * LEAVES_MAX as u64 {
            fresh.with(|run| run.add(position, leaves(position..position + 1)));
        }
        assert_eq!(fresh.take(1, u64::MAX / 2).len(), LEAVES_MAX);
    }
}
