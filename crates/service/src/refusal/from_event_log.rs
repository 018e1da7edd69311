//! What a service answers when its log refuses or fails. Failures of the store are logged here, where they are handled;
//! their text stays out of the answer.

use super::{Refusal, reason};
use crate::request::Etag;
use event_log::AppendError;

impl From<AppendError> for Refusal {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Stale { actual, .. } => {
                Self::new(&reason::STALE_ETAG).with("current_etag", Etag::of(actual)).at("etag")
            }
            AppendError::BasisNotRecorded => Self::new(&reason::CONCURRENT_CHANGE),
            AppendError::RequestIdReused(request_id) => {
                Self::new(&reason::REQUEST_ID_REUSED).with("request_id", request_id).at("header.request_id")
            }
            AppendError::Overloaded => Self::new(&reason::OVERLOADED).with("what", "writes"),
            AppendError::Invalid(cause) => {
                tracing::error!(error = cause, "append request cannot be recorded: {cause}");
                Self::new(&reason::INTERNAL)
            }
            AppendError::Failed(cause) => {
                tracing::error!(error = cause, "event log could not record an append: {cause}");
                Self::new(&reason::STORE_UNAVAILABLE)
            }
            AppendError::Closed => Self::new(&reason::SHUTTING_DOWN),
            AppendError::Unknown(cause) => {
                tracing::warn!(error = cause, "outcome of an append is unknown: {cause}");
                Self::new(&reason::OUTCOME_UNKNOWN)
            }
        }
    }
}

impl From<event_log::Error> for Refusal {
    fn from(error: event_log::Error) -> Self {
        tracing::error!(error = %error, "event log failed: {error}");
        Self::new(&reason::STORE_UNAVAILABLE)
    }
}
