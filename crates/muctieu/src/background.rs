//! The tasks that run beside the gRPC server, and their end.

use std::fmt::Display;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

#[derive(Clone, Debug, Default)]
pub(crate) struct Background {
    stop: CancellationToken,
    failed: CancellationToken,
    tasks: TaskTracker,
}

impl Background {
    /// The token that ends all tasks.
    pub(crate) fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Cancelled when a task has ended with a failure, or with a panic.
    pub(crate) fn failed(&self) -> CancellationToken {
        self.failed.clone()
    }

    /// Runs the task; a failure is logged, and health tells of it.
    pub(crate) fn spawn<E: Display>(
        &self,
        name: &'static str,
        task: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        let failed = self.failed.clone().drop_guard();
        self.tasks.spawn(async move {
            match task.await {
                Ok(()) => {
                    failed.disarm();
                }
                Err(error) => tracing::error!(task.name = name, "{name} ended: {error}"),
            }
        });
    }

    /// Ends all tasks and waits for them.
    pub(crate) async fn finish(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ended(task: impl Future<Output = Result<(), &'static str>> + Send + 'static) -> bool {
        let background = Background::default();
        background.spawn("task", task);
        background.tasks.close();
        background.tasks.wait().await;
        background.failed().is_cancelled()
    }

    #[tokio::test]
    async fn health_hears_of_a_failure_and_of_a_panic_but_not_of_an_end() {
        assert!(!ended(async { Ok(()) }).await);
        assert!(ended(async { Err("no log") }).await);
        assert!(ended(async { panic!("a fault of ours") }).await);
    }
}
