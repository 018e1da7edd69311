//! The tasks that run beside the gRPC server, and their end.

use std::fmt::Display;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

#[derive(Clone, Debug, Default)]
pub(crate) struct Background {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Background {
    /// The token that ends all tasks.
    pub(crate) fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Runs the task; a failure is logged, and shown by what the task measures of itself.
    pub(crate) fn spawn<E: Display>(
        &self,
        name: &'static str,
        task: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        self.tasks.spawn(async move {
            if let Err(error) = task.await {
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
