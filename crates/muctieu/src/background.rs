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

    /// Cancelled when a task has ended with a failure.
    pub(crate) fn failed(&self) -> CancellationToken {
        self.failed.clone()
    }

    /// Runs the task; a failure is logged, and health tells of it.
    pub(crate) fn spawn<E: Display>(
        &self,
        name: &'static str,
        task: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        let failed = self.failed.clone();
        self.tasks.spawn(async move {
            if let Err(error) = task.await {
                failed.cancel();
                tracing::error!(task.name = name, "{name} ended: {error}");
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
