//! The one way to say no: a reason from the table, the values that fill its texts, and the fields to mend.
//!
//! A [`Refusal`] becomes a [`tonic::Status`] with `BadRequest` (where fields are named), exactly one `ErrorInfo`, a
//! Vietnamese `LocalizedMessage` and, where trying again helps, a `RetryInfo`; in a batch it becomes
//! [`api::types::Refusal`].

mod from_event_log;
mod markdown;
pub mod reason;
mod wire;

pub use markdown::reasons_as_markdown;
pub use reason::{REASONS, ReasonRow};
pub use wire::DOMAIN;

use std::{collections::BTreeMap, fmt};

/// Bytes of a value that is repeated to the caller; what is longer is cut. See the bound in `wire`.
const VALUE_BYTES_MAX: usize = 240;

/// Why a request was not carried out, and what the caller can do about it. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    row: &'static ReasonRow,
    metadata: BTreeMap<&'static str, String>,
    violations: Vec<FieldViolation>,
}

/// One field that must be mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldViolation {
    /// Path of the field in the request, for example `members[1].birth_date`.
    pub field: String,
    /// What is wrong and the remedy, in English.
    pub description: String,
    /// The reason that holds for this field.
    pub reason: &'static str,
}

impl Refusal {
    /// A refusal for the reason, for example `Refusal::new(&reason::UNKNOWN_AREA)`.
    pub fn new(row: &'static ReasonRow) -> Self {
        Self { row, metadata: BTreeMap::new(), violations: Vec::new() }
    }

    /// Fills the placeholder `{key}` of the texts; the pair is also sent in `ErrorInfo`. Never pass personal data. Give
    /// the values before [`Refusal::at`], whose description is rendered at once.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl fmt::Display) -> Self {
        let mut value = value.to_string();
        if value.len() > VALUE_BYTES_MAX {
            value.truncate(value.floor_char_boundary(VALUE_BYTES_MAX));
            value.push('…');
        }
        self.metadata.insert(key, value);
        self
    }

    /// Names the field that must be mended, as a path in the request.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        let violation =
            FieldViolation { field: field.into(), description: self.message(), reason: self.row.reason };
        self.violations.push(violation);
        self
    }

    /// One refusal for several found at once: the first gives the reason and the texts, all give their fields. `None`
    /// where there is nothing to refuse.
    pub fn all(refusals: impl IntoIterator<Item = Self>) -> Option<Self> {
        refusals.into_iter().reduce(|mut first, next| {
            first.violations.extend(next.violations);
            first
        })
    }

    /// The same refusal of a message that stands inside another: `prefix` goes before each field, for example
    /// `requests[3]`.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        for violation in &mut self.violations {
            violation.field = format!("{prefix}.{}", violation.field);
        }
        self
    }

    /// Stable reason, for example `UNKNOWN_AREA`.
    pub fn reason(&self) -> &'static str {
        self.row.reason
    }

    /// The gRPC code.
    pub fn code(&self) -> tonic::Code {
        self.row.code
    }

    /// What is wrong and the remedy, in English, for developers.
    pub fn message(&self) -> String {
        format!(
            "{}; {}",
            fill(self.row.en, &self.metadata, "unknown"),
            fill(self.row.remedy, &self.metadata, "unknown")
        )
    }

    /// What is wrong and the remedy, in Vietnamese, for users.
    pub fn message_vi(&self) -> String {
        fill(self.row.vi, &self.metadata, "không rõ")
    }

    /// The values that fill the texts.
    pub fn metadata(&self) -> &BTreeMap<&'static str, String> {
        &self.metadata
    }

    /// The fields to mend.
    pub fn violations(&self) -> &[FieldViolation] {
        &self.violations
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.row.reason, self.message())
    }
}

impl std::error::Error for Refusal {}

/// Replaces each `{key}` of the template by its value.
fn fill(template: &str, values: &BTreeMap<&'static str, String>, missing: &str) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, tail)) = rest.split_once('{') {
        let (key, after) = tail.split_once('}').unwrap_or((tail, ""));
        text.push_str(before);
        text.push_str(values.get(key).map_or(missing, String::as_str));
        rest = after;
    }
    text.push_str(rest);
    text
}

/// The keys of a template's placeholders, in order.
fn placeholders(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|tail| tail.split_once('}').map(|(key, _)| key))
}

#[cfg(test)]
mod tests;
