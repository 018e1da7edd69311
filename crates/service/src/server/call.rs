//! One call as operators see it: a span, a counter, a duration. Never its payload.

use super::code_name;
use metrics::{counter, gauge, histogram};
use std::{sync::Arc, time::Instant};
use tonic::Code;
use tracing::Span;

/// A call that runs; it is counted once, when it finishes or is dropped unfinished.
#[derive(Debug)]
pub(super) struct Call {
    method: Arc<str>,
    started: Instant,
    span: Span,
    finished: bool,
}

impl Call {
    /// `method` is one of the methods that are served, so that the metrics' labels stay bounded.
    pub(super) fn begin(method: Arc<str>) -> Self {
        gauge!("muctieu_requests_running").increment(1);
        let span = tracing::info_span!("call", rpc.method = %method, request.id = tracing::field::Empty);
        Self { method, started: Instant::now(), span, finished: false }
    }

    pub(super) fn span(&self) -> &Span {
        &self.span
    }

    /// Counts and logs the call with its status; only the first time has an effect.
    pub(super) fn finish(&mut self, code: Code) {
        if std::mem::replace(&mut self.finished, true) {
            return;
        }
        let duration = self.started.elapsed();
        let status = code_name(code);
        gauge!("muctieu_requests_running").decrement(1);
        counter!("muctieu_requests_total", "method" => Arc::clone(&self.method), "code" => status)
            .increment(1);
        histogram!("muctieu_request_duration_seconds", "method" => Arc::clone(&self.method)).record(duration);

        let _entered = self.span.enter();
        let method = &self.method;
        let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        match code {
            Code::Internal | Code::Unknown | Code::DataLoss => {
                tracing::error!(rpc.code = status, duration_ms, "{method} ended with {status}");
            }
            Code::Unavailable | Code::ResourceExhausted | Code::DeadlineExceeded => {
                tracing::warn!(rpc.code = status, duration_ms, "{method} ended with {status}");
            }
            _ => tracing::debug!(rpc.code = status, duration_ms, "{method} ended with {status}"),
        }
    }
}

/// A caller that goes away drops its call.
impl Drop for Call {
    fn drop(&mut self) {
        self.finish(Code::Cancelled);
    }
}
