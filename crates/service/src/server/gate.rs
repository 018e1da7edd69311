//! A bound on how many of something run at once. Who finds it full is refused at once, or waits.

use crate::{Refusal, reason};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Admits up to a number of calls, streams or the like at a time.
#[derive(Clone, Debug)]
pub struct Gate {
    free: Arc<Semaphore>,
    what: &'static str,
}

/// A place behind a gate; dropping it frees the place.
#[derive(Debug)]
pub struct Admitted {
    _place: OwnedSemaphorePermit,
}

impl Gate {
    /// A gate for `max` of `what`, an English plural such as `watch streams` that the refusal names.
    pub fn new(max: usize, what: &'static str) -> Self {
        Self { free: Arc::new(Semaphore::new(max.min(Semaphore::MAX_PERMITS))), what }
    }

    /// A place, or `OVERLOADED` where none is free.
    pub fn enter(&self) -> Result<Admitted, Refusal> {
        let place = Arc::clone(&self.free).try_acquire_owned();
        place.map(|place| Admitted { _place: place }).map_err(|_| self.full())
    }

    /// A place, as soon as one is free. Those who wait enter in their order.
    pub async fn wait(&self) -> Result<Admitted, Refusal> {
        let place = Arc::clone(&self.free).acquire_owned().await;
        place.map(|place| Admitted { _place: place }).map_err(|_| self.full())
    }

    fn full(&self) -> Refusal {
        Refusal::new(&reason::OVERLOADED).with("what", self.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_gate_refuses_until_somebody_leaves() {
        let gate = Gate::new(1, "watch streams");
        let first = gate.enter().unwrap();
        let refusal = gate.enter().unwrap_err();
        assert_eq!(refusal.reason(), "OVERLOADED");
        assert!(refusal.message().contains("too many watch streams"), "{refusal}");
        drop(first);
        assert!(gate.enter().is_ok());
    }

    #[tokio::test]
    async fn who_waits_enters_when_somebody_leaves() {
        let gate = Gate::new(1, "explanations");
        let first = gate.enter().unwrap();
        let waiting = tokio::spawn({
            let gate = gate.clone();
            async move { gate.wait().await.map(|_| ()) }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(first);
        waiting.await.unwrap().unwrap();
    }
}
