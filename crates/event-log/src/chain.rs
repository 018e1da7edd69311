//! Requests that rest on one another.

use crate::store::Verdict;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Requests of which each was decided on all those before it. The chain breaks at the first that is not recorded now; what
/// comes after it has lost its basis.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    /// Number of the first link that is broken; `usize::MAX` while none is.
    broken_at: Arc<AtomicUsize>,
}

/// The place of a request in its chain.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    chain: Chain,
    number: usize,
}

impl Chain {
    pub(crate) fn new() -> Self {
        Self { broken_at: Arc::new(AtomicUsize::new(usize::MAX)) }
    }

    pub(crate) fn link(&self, number: usize) -> Link {
        Link { chain: self.clone(), number }
    }
}

impl Link {
    /// Whether a request that this one rests on was not recorded.
    pub(crate) fn has_lost_its_basis(&self) -> bool {
        self.chain.broken_at.load(Ordering::Acquire) < self.number
    }

    /// Breaks the chain here unless the request was recorded now. One that was recorded before breaks it too: it has not
    /// happened again.
    pub(crate) fn hold_to(&self, verdict: &Verdict) {
        if !verdict.as_ref().is_ok_and(|appended| !appended.replayed) {
            self.break_here();
        }
    }

    pub(crate) fn break_here(&self) {
        self.chain.broken_at.fetch_min(self.number, Ordering::AcqRel);
    }

    /// The same for all links of one chain, and for no other chain that lives.
    pub(crate) fn chain_id(&self) -> usize {
        Arc::as_ptr(&self.chain.broken_at).addr()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AppendError, Appended};
    use kernel::Timestamp;

    #[test]
    fn only_what_comes_after_a_broken_link_has_lost_its_basis() {
        let recorded = |replayed| {
            Ok(Appended {
                first_position: 1,
                last_position: 1,
                recorded_at: Timestamp::from_micros(0).unwrap(),
                replayed,
            })
        };
        let chain = Chain::new();
        let lost = || (0..5).map(|number| chain.link(number).has_lost_its_basis()).collect::<Vec<_>>();
        chain.link(0).hold_to(&recorded(false));
        assert_eq!(lost(), [false; 5]);
        chain.link(3).hold_to(&Err(AppendError::Closed));
        assert_eq!(lost(), [false, false, false, false, true]);
        chain.link(1).hold_to(&recorded(true));
        assert_eq!(lost(), [false, false, true, true, true]);
    }
}
