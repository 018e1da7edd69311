//! Waiting for a condition instead of sleeping.

use std::{future::Future, time::Duration};
use tokio::time::{Instant, sleep};

const PAUSE_BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// Returns as soon as the condition holds; panics and names `what` was awaited when it does not within `deadline`.
///
/// # Panics
/// When the deadline passes first.
pub async fn wait_until<Condition, Answer>(deadline: Duration, what: &str, mut condition: Condition)
where
    Condition: FnMut() -> Answer,
    Answer: Future<Output = bool>,
{
    let started = Instant::now();
    while !condition().await {
        assert!(started.elapsed() < deadline, "waited {deadline:?} in vain: {what}");
        sleep(PAUSE_BETWEEN_LOOKS).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_returns_once_the_condition_holds() {
        let mut looks = 0;
        wait_until(Duration::from_secs(10), "a third look", || {
            looks += 1;
            let seen = looks;
            async move { seen == 3 }
        })
        .await;
        assert_eq!(looks, 3);
    }

    #[tokio::test]
    #[should_panic(expected = "in vain: pigs to fly")]
    async fn it_names_what_did_not_happen() {
        wait_until(Duration::from_millis(1), "pigs to fly", || async { false }).await;
    }
}
