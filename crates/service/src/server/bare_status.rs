//! Completes the statuses that the gRPC library makes by itself, so that every refusal a caller sees carries a reason of
//! the table.

use crate::{Refusal, reason};
use http::Response;
use tonic::{Code, Status, body::Body};

/// Header in which the details of a status travel.
const DETAILS_HEADER: &str = "grpc-status-details-bin";

/// How the message of a status begins when a request was not protobuf of its type.
const NOT_PROTOBUF: &str = "failed to decode Protobuf message";

/// The response as it is, or with the refusal that belongs to a status without details.
pub(super) fn complete(response: Response<Body>, message_bytes_max: usize) -> Response<Body> {
    if response.headers().contains_key(DETAILS_HEADER) {
        return response;
    }
    let status = Status::from_header_map(response.headers());
    match status.and_then(|status| refusal_of(&status, message_bytes_max)) {
        Some(refusal) => Status::from(refusal).into_http(),
        None => response,
    }
}

/// The services refuse with details, so a status without them was made by the library: it uses `OUT_OF_RANGE` and
/// `RESOURCE_EXHAUSTED` for a message that is too large, before and after decompression.
fn refusal_of(status: &Status, message_bytes_max: usize) -> Option<Refusal> {
    match status.code() {
        Code::OutOfRange | Code::ResourceExhausted => {
            Some(Refusal::new(&reason::MESSAGE_TOO_LARGE).with("max_bytes", message_bytes_max))
        }
        Code::Unimplemented => Some(Refusal::new(&reason::METHOD_UNKNOWN)),
        Code::Internal if status.message().starts_with(NOT_PROTOBUF) => {
            Some(Refusal::new(&reason::MESSAGE_MALFORMED))
        }
        Code::Internal | Code::Unknown => {
            tracing::error!("a call failed without a reason: {}", status.message());
            Some(Refusal::new(&reason::INTERNAL))
        }
        _ => None,
    }
}
