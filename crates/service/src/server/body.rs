//! A response's body on its way out: its trailers end the call, and a stream that only waits ends when the server drains.

use super::call::Call;
use crate::{Refusal, reason};
use bytes::Bytes;
use http::HeaderMap;
use http_body::{Frame, SizeHint};
use std::{
    pin::Pin,
    task::{Context, Poll},
};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::{Code, Status, body::Body};

pub(super) struct ObservedBody {
    inner: Body,
    call: Call,
    drains: Pin<Box<WaitForCancellationFutureOwned>>,
    ended: bool,
}

impl ObservedBody {
    /// The body of the call's response; after `drains` a wait for more content ends it with `SHUTTING_DOWN`, so that the
    /// caller resumes its stream at another server.
    pub(super) fn new(inner: Body, call: Call, drains: CancellationToken) -> Self {
        Self { inner, call, drains: Box::pin(drains.cancelled_owned()), ended: false }
    }

    fn end_by_drain(&mut self) -> Frame<Bytes> {
        let status = Status::from(Refusal::new(&reason::SHUTTING_DOWN));
        let mut trailers = HeaderMap::new();
        if status.add_header(&mut trailers).is_err() {
            tracing::error!("the status of a server that shuts down does not fit into headers");
        }
        self.ended = true;
        self.call.finish(status.code());
        Frame::trailers(trailers)
    }
}

impl http_body::Body for ObservedBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        match Pin::new(&mut self.inner).poll_frame(context) {
            Poll::Ready(frame) => {
                match &frame {
                    Some(Ok(frame)) => {
                        if let Some(trailers) = frame.trailers_ref() {
                            self.call.finish(code_in(trailers).unwrap_or(Code::Unknown));
                        }
                    }
                    Some(Err(status)) => self.call.finish(status.code()),
                    None => self.call.finish(Code::Unknown),
                }
                Poll::Ready(frame)
            }
            Poll::Pending => self.drains.as_mut().poll(context).map(|()| Some(Ok(self.end_by_drain()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.ended || self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// The status that headers or trailers carry.
pub(super) fn code_in(headers: &HeaderMap) -> Option<Code> {
    headers.get("grpc-status").map(|value| Code::from_bytes(value.as_bytes()))
}
