//! What the one writer remembers of the streams, so that the store need not look up what a unique key shows anyway.

use crate::{
    StreamId,
    prepared::{Access, Check, Prepared},
};
use foldhash::HashMap;

/// Streams that each of the two generations remembers at most.
const GENERATION_STREAMS_MAX: usize = 32 * 1024;

/// The requests of a batch that the store has to look up before it inserts: each by the id of its first event, and every
/// stream that it checks. Indexes into the batch, in order.
#[derive(Debug)]
pub(crate) struct Lookups(Vec<usize>);

impl Lookups {
    /// Everything: the answer to each request is certain.
    pub(crate) fn all(batch: &[&Prepared]) -> Self {
        Self((0..batch.len()).collect())
    }

    /// Only what the store's unique keys do not find by themselves. A repeat meets the id of its first event, and a stream
    /// that is longer than its request expects meets the version that the request would write. That the stream is as long
    /// as expected must be known; once true, it stays true. A violated key refuses the whole batch, which is then to be
    /// appended with [`Lookups::all`].
    ///
    /// A request that follows another of the batch on a stream builds on it: such a batch may only be appended where the
    /// other is not looked up, for it might be refused.
    pub(crate) fn beside_unique_keys(batch: &[&Prepared], known: &KnownStreams) -> Self {
        let mut in_doubt = Vec::new();
        let mut reached: HashMap<&StreamId, u64> = HashMap::default();
        for (index, request) in batch.iter().enumerate() {
            let stands = |check: &Check| {
                let version = reached.get(&check.stream).copied();
                version.unwrap_or_else(|| known.version(&check.stream)) == check.version
            };
            if request.checks.iter().any(|check| check.access == Access::Read || !stands(check)) {
                in_doubt.push(index);
            }
            reached.extend(request.written().map(|(check, version)| (&check.stream, version)));
        }
        Self(in_doubt)
    }

    pub(crate) fn is_all(&self, batch: &[&Prepared]) -> bool {
        self.0.len() == batch.len()
    }

    /// The requests with their indexes in the batch.
    pub(crate) fn of<'a>(&self, batch: &[&'a Prepared]) -> impl Iterator<Item = (usize, &'a Prepared)> {
        self.0.iter().map(|&index| (index, batch[index]))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The versions that streams have reached for certain, of those written last; others may since have written more.
#[derive(Debug, Default)]
pub(crate) struct KnownStreams {
    newer: HashMap<StreamId, u64>,
    older: HashMap<StreamId, u64>,
}

impl KnownStreams {
    /// 0, which every stream has reached, for one that is not remembered.
    pub(crate) fn version(&self, stream: &StreamId) -> u64 {
        self.newer.get(stream).or_else(|| self.older.get(stream)).copied().unwrap_or(0)
    }

    /// The request was appended.
    pub(crate) fn learn(&mut self, request: &Prepared) {
        for event in &request.events {
            let stream = &request.checks[event.check].stream;
            match self.newer.get_mut(stream) {
                Some(version) => *version = event.version,
                None => self.add(stream.clone(), event.version),
            }
        }
    }

    fn add(&mut self, stream: StreamId, version: u64) {
        if self.newer.len() >= GENERATION_STREAMS_MAX {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(stream, version);
    }

    /// The store may have been exchanged for an earlier state of itself.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(number: usize) -> StreamId {
        format!("household/{number}").parse().unwrap()
    }

    #[test]
    fn the_streams_written_last_are_remembered_and_no_more_than_two_generations() {
        let mut known = KnownStreams::default();
        for number in 0..3 * GENERATION_STREAMS_MAX {
            known.add(stream(number), 1);
        }
        assert_eq!(known.version(&stream(0)), 0);
        assert_eq!(known.version(&stream(GENERATION_STREAMS_MAX)), 1);
        assert_eq!(known.version(&stream(3 * GENERATION_STREAMS_MAX - 1)), 1);
        known.forget();
        assert_eq!(known.version(&stream(3 * GENERATION_STREAMS_MAX - 1)), 0);
    }
}
