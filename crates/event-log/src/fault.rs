//! Named points at which a test can end the process: see the crate's README.

/// Ends the process here if `MUCTIEU_FAULT` says so. Does nothing in a release build.
#[cfg(debug_assertions)]
pub(crate) fn point(name: &str) {
    use std::sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    };

    struct Fault {
        point: String,
        /// Passages that are still survived.
        survived: AtomicU64,
    }

    // `point:abort` or `point:abort:passage`.
    static FAULT: LazyLock<Option<Fault>> = LazyLock::new(|| {
        let text = std::env::var("MUCTIEU_FAULT").ok()?;
        let mut parts = text.split(':');
        let (point, action) = (parts.next()?.to_owned(), parts.next()?);
        let passage: u64 = parts.next().map_or(Some(1), |number| number.parse().ok())?;
        (action == "abort").then(|| Fault { point, survived: AtomicU64::new(passage.saturating_sub(1)) })
    });

    if let Some(fault) = FAULT.as_ref().filter(|fault| fault.point == name) {
        let passed =
            fault.survived.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if passed.is_err() {
            tracing::error!(fault.point = name, "ending the process at a fault point");
            std::process::abort();
        }
    }
}

/// Ends the process here if `MUCTIEU_FAULT` says so. Does nothing in a release build.
#[cfg(not(debug_assertions))]
pub(crate) fn point(_name: &str) {}
