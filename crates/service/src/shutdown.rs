//! When to stop.

use std::io;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// What a shell expects of a program that a second Ctrl-C ended.
const EXIT_CODE_INTERRUPTED: i32 = 130;

/// A token that SIGTERM or SIGINT (Ctrl-C) cancels: the graceful end begins. A second signal ends the process at once.
pub fn on_signal() -> io::Result<CancellationToken> {
    let mut signals =
        Signals { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? };
    let shutdown = CancellationToken::new();
    let asked = shutdown.clone();
    // Lives as long as the process: it owns the meaning of its signals.
    tokio::spawn(async move {
        let name = signals.next().await;
        tracing::info!("{name}: finishing what runs; a second signal ends at once");
        asked.cancel();
        let name = signals.next().await;
        tracing::warn!("{name} again: ending at once");
        std::process::exit(EXIT_CODE_INTERRUPTED);
    });
    Ok(shutdown)
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
