//! Which of the requests that wait are committed together.

use crate::{
    AppendError, StreamId,
    chain::Link,
    lookups::KnownStreams,
    prepared::{Access, Prepared, REQUEST_BYTES_MAX},
    store::Verdict,
};
use foldhash::{HashMap, HashSet};
use kernel::RequestId;
use std::collections::VecDeque;
use tokio::sync::oneshot;

/// A request and who waits for its answer.
pub(crate) struct Waiting {
    pub(crate) request: Prepared,
    /// `None` where it rests on no other.
    pub(crate) link: Option<Link>,
    pub(crate) reply: oneshot::Sender<Verdict>,
}

impl Waiting {
    /// Whether a request that it rests on was not recorded, so that it must not be either.
    pub(crate) fn has_lost_its_basis(&self) -> bool {
        self.link.as_ref().is_some_and(Link::has_lost_its_basis)
    }
}

/// Requests that are committed together.
pub(crate) struct Batch {
    pub(crate) waiting: Vec<Waiting>,
    /// Whether some rest on others of the batch: they are of one chain, or expect a stream as an earlier one leaves it.
    pub(crate) entangled: bool,
}

/// Takes the next batch out of those who wait, in order. A request that meets a stream or an id of an earlier one stays, and
/// so does whatever meets it; but one that expects a stream exactly as an earlier one leaves it, or follows it in a chain,
/// goes along where it is certain, by what is known of streams, that the earlier one will not be refused alone. What has
/// lost its basis is answered; so a batch can be empty.
pub(crate) fn next_batch(
    waiting: &mut VecDeque<Waiting>,
    events_max: usize,
    certain: Option<&KnownStreams>,
) -> Batch {
    let mut batch = Batch { waiting: Vec::new(), entangled: false };
    let mut staying = VecDeque::new();
    let mut seen = Seen::default();
    let (mut events, mut bytes) = (0, 0);
    while let Some(next) = waiting.pop_front() {
        if next.has_lost_its_basis() {
            let _ = next.reply.send(Err(AppendError::BasisNotRecorded));
            continue;
        }
        let Some(footing) = seen.footing(&next, certain) else {
            seen.add(&next, None);
            staying.push_back(next);
            continue;
        };
        seen.add(&next, Some(footing));
        events += next.request.events.len();
        bytes += next.request.bytes;
        if !batch.waiting.is_empty() && (events > events_max || bytes > REQUEST_BYTES_MAX) {
            staying.push_back(next);
            break;
        }
        batch.entangled |= footing.on_another;
        batch.waiting.push(next);
    }
    staying.append(waiting);
    *waiting = staying;
    batch
}

/// What a request of a batch stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Footing {
    /// It will not be refused alone: its streams certainly stand as it expects, or the whole batch is refused. Nothing can
    /// be built on what may have to be looked up.
    firm: bool,
    /// It stands so only with an earlier one of the batch.
    on_another: bool,
}

/// Streams, ids and chains of the requests that came earlier.
#[derive(Default)]
struct Seen {
    requests: HashSet<RequestId>,
    /// By their hash, with the version that they certainly reach; `None` where nothing can be built on them.
    written: HashMap<u64, Option<(StreamId, u64)>>,
    read: HashSet<u64>,
    /// Whether the next of the chain can be built on them.
    chains: HashMap<usize, bool>,
}

impl Seen {
    /// What the request would stand on; `None` where it has to wait for an earlier one.
    fn footing(&self, next: &Waiting, certain: Option<&KnownStreams>) -> Option<Footing> {
        let request = &next.request;
        if self.requests.contains(&request.request_id) {
            return None;
        }
        let chained = match next.link.as_ref().and_then(|link| self.chains.get(&link.chain_id())) {
            Some(false) => return None,
            Some(true) => true,
            None => false,
        };
        let (mut firm, mut follows) = (certain.is_some(), false);
        for check in &request.checks {
            match (self.written.get(&check.stream_hash), check.access) {
                (Some(Some((stream, version))), Access::Write)
                    if (stream, version) == (&check.stream, &check.version) =>
                {
                    follows = true;
                }
                (Some(_), _) => return None,
                (None, Access::Write) if self.read.contains(&check.stream_hash) => return None,
                (None, Access::Read) => firm = false,
                (None, Access::Write) => {
                    firm &= certain.is_some_and(|known| known.version(&check.stream) == check.version);
                }
            }
        }
        // Looked up, its stream would be found where the earlier one has yet to bring it.
        let answerable = firm || !follows;
        answerable.then_some(Footing { firm, on_another: follows || chained })
    }

    /// Remembers a request that goes along, or stays.
    fn add(&mut self, next: &Waiting, footing: Option<Footing>) {
        let request = &next.request;
        self.requests.insert(request.request_id);
        let firm = footing.is_some_and(|footing| footing.firm);
        if let Some(link) = &next.link {
            self.chains.insert(link.chain_id(), firm);
        }
        for (check, version) in request.written() {
            let reached = firm.then(|| (check.stream.clone(), version));
            self.written.insert(check.stream_hash, reached);
        }
        self.read.extend(
            request.checks.iter().filter(|check| check.access == Access::Read).map(|check| check.stream_hash),
        );
    }
}
