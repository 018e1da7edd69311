//! Opaque texts that the services hand out and take back: URL-safe base64 of a kind and a payload.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// Characters of a token that is read at all.
const CHARACTERS_MAX: usize = 2_048;

/// What a token is for; one kind is never taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Etag = b'e' as isize,
    Page = b'p' as isize,
    Consistency = b'c' as isize,
}

pub(super) fn encode(kind: Kind, payload: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(payload.len() + 1);
    bytes.push(kind as u8);
    bytes.extend_from_slice(payload);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The payload, or `None` where the text is no token of the kind.
pub(super) fn decode(kind: Kind, text: &str) -> Option<Vec<u8>> {
    let bytes = Some(text).filter(|text| text.len() <= CHARACTERS_MAX)?;
    let bytes = URL_SAFE_NO_PAD.decode(bytes).ok()?;
    let (first, payload) = bytes.split_first()?;
    (*first == kind as u8).then(|| payload.to_vec())
}
