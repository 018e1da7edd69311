//! A refusal as gRPC carries it.

use super::{FieldViolation, Refusal};
use std::{collections::HashMap, time::Duration};
use tonic::Status;
use tonic_types::{ErrorDetails, StatusExt};

/// The domain of every `ErrorInfo`.
pub const DOMAIN: &str = "muctieu";

/// Bytes of fields and descriptions in one status: details travel in a header, and common clients accept no more than
/// 8 KiB of headers. The first field is always named.
const VIOLATIONS_BYTES_MAX: usize = 1_500;

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        let mut metadata: HashMap<String, String> =
            refusal.metadata.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        let sent = violations_that_fit(&refusal.violations);
        let omitted = refusal.violations.len() - sent.len();
        if omitted > 0 {
            metadata.insert("violations_omitted".to_owned(), omitted.to_string());
        }

        let mut details = ErrorDetails::with_error_info(refusal.reason(), DOMAIN, metadata);
        for FieldViolation { field, description, .. } in sent {
            details.add_bad_request_violation(field, description);
        }
        details.set_localized_message("vi", refusal.message_vi());
        if refusal.row.retry_ms > 0 {
            details.set_retry_info(Some(Duration::from_millis(refusal.row.retry_ms)));
        }
        Self::with_error_details(refusal.code(), refusal.message(), details)
    }
}

fn violations_that_fit(violations: &[FieldViolation]) -> &[FieldViolation] {
    let mut bytes = 0;
    let fitting = violations.iter().take_while(|violation| {
        bytes += violation.field.len() + violation.description.len();
        bytes <= VIOLATIONS_BYTES_MAX
    });
    let count = fitting.count().max(1).min(violations.len());
    &violations[..count]
}

impl From<Refusal> for api::types::Refusal {
    fn from(refusal: Refusal) -> Self {
        Self {
            code: i32::from(refusal.code()),
            reason: refusal.reason().to_owned(),
            message: refusal.message(),
            message_vi: refusal.message_vi(),
            field_violations: refusal
                .violations
                .into_iter()
                .map(|FieldViolation { field, description, reason }| api::types::FieldViolation {
                    field,
                    description,
                    reason: reason.to_owned(),
                })
                .collect(),
        }
    }
}
