//! Reads the fields of commands: texts become typed values, or a refusal that names the field. All faults of one request
//! are told at once.

use super::{Etag, request_id};
use crate::{Refusal, reason};
use api::types::CommandHeader;
use kernel::{AreaKey, Date, RequestId, parse_date};
use std::str::FromStr;

/// How ids are written, for refusals.
pub const UUID_SHAPE: &str = "UUID (2f1c7c1e-8f0b-5c3a-9a57-0d6c1f2e3b4a)";
/// How areas are written, for refusals.
pub const AREA_SHAPE: &str = "areas/03618@2025-07-01";
const DOCUMENT_CHARACTERS_MAX: usize = 300;

/// Whether a command is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is.
    Recorded,
    /// Everything is checked, nothing is written.
    ValidatedOnly,
}

/// What every command says about itself, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The caller's id.
    pub request_id: RequestId,
    /// Whether the command takes effect.
    pub effect: Effect,
    /// The deciding document.
    pub document: Option<String>,
}

impl Header {
    /// Reads the header and leaves in the request only what tells one command from another: the fingerprint is taken
    /// afterwards.
    pub fn read(header: &mut Option<CommandHeader>, faults: &mut Faults) -> Self {
        let CommandHeader { request_id: id, validate_only, document } = header.take().unwrap_or_default();
        let document = kernel::text::normalize(&document);
        faults.keep(check_text("header.document", &document, DOCUMENT_CHARACTERS_MAX));
        let id = faults.keep(request_id(&id));
        *header = Some(CommandHeader { document: document.clone(), ..CommandHeader::default() });
        Self {
            // Invariant: without a request id there is a fault, and no command is made of the request.
            request_id: id.unwrap_or(RequestId::from_uuid(uuid::Uuid::nil())),
            effect: if validate_only { Effect::ValidatedOnly } else { Effect::Recorded },
            document: (!document.is_empty()).then_some(document),
        }
    }
}

/// The faults found so far.
#[derive(Debug, Default)]
pub struct Faults(Vec<Refusal>);

impl Faults {
    /// The value, or its fault is kept.
    pub fn keep<T>(&mut self, read: Result<T, Refusal>) -> Option<T> {
        read.map_err(|refusal| self.0.push(refusal)).ok()
    }

    /// Goes on only where nothing was found.
    pub fn none(self) -> Result<(), Refusal> {
        Refusal::all(self.0).map_or(Ok(()), Err)
    }

    /// For a request in which something could not be read.
    pub fn refusal(self) -> Refusal {
        Refusal::all(self.0).unwrap_or_else(|| Refusal::new(&reason::INTERNAL))
    }
}

/// A day that must be given.
pub fn date(field: &str, text: &str) -> Result<Date, Refusal> {
    required(field, text)?;
    parse_date(text).ok_or_else(|| Refusal::new(&reason::INVALID_DATE).with("value", text).at(field))
}

/// A day, or the default where the field is empty.
pub fn date_or(field: &str, text: &str, default: Date) -> Result<Date, Refusal> {
    if text.is_empty() { Ok(default) } else { date(field, text) }
}

/// A code of an area.
pub fn area_code<T: FromStr>(field: &str, text: &str) -> Result<T, Refusal> {
    required(field, text)?;
    text.parse().map_err(|_| Refusal::new(&reason::INVALID_AREA_CODE).with("value", text).at(field))
}

/// `areas/<code>@<first day>`
pub fn area_key(field: &str, text: &str) -> Result<AreaKey, Refusal> {
    required(field, text)?;
    let key = text.strip_prefix("areas/").and_then(|key| key.parse().ok());
    key.ok_or_else(|| invalid(field, text, AREA_SHAPE))
}

/// `<collection>/<id>`, for example `households/2f1c7c1e-…`.
pub fn resource<T: FromStr>(field: &str, collection: &str, text: &str) -> Result<T, Refusal> {
    required(field, text)?;
    let id = text.strip_prefix(collection).and_then(|rest| rest.strip_prefix('/'));
    let shape = || format!("{collection}/2f1c7c1e-8f0b-5c3a-9a57-0d6c1f2e3b4a");
    id.and_then(|id| id.parse().ok()).ok_or_else(|| invalid(field, text, &shape()))
}

/// An id.
pub fn id<T: FromStr>(field: &str, text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| invalid(field, text, UUID_SHAPE))
}

/// An id, or the derived one where the field is empty.
pub fn id_or_derived<T: FromStr>(field: &str, text: &str, derived: impl FnOnce() -> T) -> Result<T, Refusal> {
    if text.is_empty() { Ok(derived()) } else { id(field, text) }
}

/// The version that the caller saw, from `etag`; `None` takes whatever is current.
pub fn version(etag: &str) -> Result<Option<u64>, Refusal> {
    Ok(Etag::parse(etag)?.map(Etag::version))
}

/// Whether a text for people to read, normalised by the caller, has no hidden characters and at most that many.
pub fn check_text(field: &str, text: &str, characters_max: usize) -> Result<(), Refusal> {
    if text.chars().count() > characters_max {
        let shape = format!("≤ {characters_max} ký tự / characters");
        return Err(invalid(field, text, &shape));
    }
    if !kernel::text::is_readable(text) {
        let shape = "không có ký tự ẩn / no control or invisible characters";
        return Err(invalid(field, &text.escape_debug().to_string(), shape));
    }
    Ok(())
}

/// A text for people to read that must be given; spaces and composition are normalised.
pub fn required_text(field: &str, given: &str, characters_max: usize) -> Result<String, Refusal> {
    let normal = kernel::text::normalize(given);
    required(field, &normal)?;
    check_text(field, &normal, characters_max)?;
    Ok(normal)
}

/// The field must be filled in.
pub fn required(field: &str, text: &str) -> Result<(), Refusal> {
    if text.is_empty() { Err(missing(field)) } else { Ok(()) }
}

/// The refusal of an empty field.
pub fn missing(field: &str) -> Refusal {
    Refusal::new(&reason::FIELD_MISSING).with("field", field).at(field)
}

/// The refusal of a value that is not what was expected.
pub fn invalid(field: &str, value: &str, expected: &str) -> Refusal {
    Refusal::new(&reason::FIELD_INVALID)
        .with("field", field)
        .with("value", value)
        .with("expected", expected)
        .at(field)
}
