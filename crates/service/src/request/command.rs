//! The parts of a command that are the same everywhere.

use super::token;
use crate::{Refusal, reason};
use event_log::Fingerprint;
use kernel::RequestId;
use prost::Message;
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};
use tonic::metadata::MetadataMap;

/// The metadata in which a caller names the person or system that acts.
pub const ACTOR_METADATA: &str = "x-muctieu-actor";

/// The actor where a call names none.
const ACTOR_ANONYMOUS: &str = "anonymous";

const ACTOR_BYTES_MAX: usize = 100;

/// Reads `header.request_id`, and notes it in the call's tracing span.
pub fn request_id(text: &str) -> Result<RequestId, Refusal> {
    const FIELD: &str = "header.request_id";
    if text.is_empty() {
        return Err(Refusal::new(&reason::REQUEST_ID_MISSING).at(FIELD));
    }
    let request_id: RequestId =
        text.parse().map_err(|_| Refusal::new(&reason::REQUEST_ID_INVALID).with("value", text).at(FIELD))?;
    tracing::Span::current().record("request.id", tracing::field::display(request_id));
    Ok(request_id)
}

/// The fingerprint of a command: its kind (for example `RegisterHousehold`) and its content. The caller clears the header
/// first, so that the request id does not count.
pub fn fingerprint(command: &str, content: &impl Message) -> Fingerprint {
    Fingerprint(digest(command, content))
}

/// SHA-256 over a length-prefixed name and the encoded message.
pub(super) fn digest(name: &str, content: &impl Message) -> [u8; 32] {
    let length = u64::try_from(name.len()).unwrap_or(u64::MAX);
    let hash = Sha256::new()
        .chain_update(length.to_be_bytes())
        .chain_update(name.as_bytes())
        .chain_update(content.encode_to_vec());
    hash.finalize().into()
}

/// The version of a resource as its readers see it: opaque, the same for the same version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Etag(u64);

impl Etag {
    /// The etag of a resource whose stream stands at the version.
    pub const fn of(version: u64) -> Self {
        Self(version)
    }

    /// The stream version it stands for.
    pub const fn version(self) -> u64 {
        self.0
    }

    /// Reads a request's `etag`; empty means whatever is current.
    pub fn parse(text: &str) -> Result<Option<Self>, Refusal> {
        if text.is_empty() {
            return Ok(None);
        }
        let invalid = || Refusal::new(&reason::ETAG_INVALID).with("value", text).at("etag");
        text.parse().map(Some).map_err(|UnknownEtag| invalid())
    }
}

/// A text that no [`Etag`] is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an etag of this service")]
pub struct UnknownEtag;

impl FromStr for Etag {
    type Err = UnknownEtag;

    fn from_str(text: &str) -> Result<Self, UnknownEtag> {
        let bytes = token::decode(token::Kind::Etag, text).ok_or(UnknownEtag)?;
        bytes.try_into().map(|version| Self(u64::from_be_bytes(version))).map_err(|_| UnknownEtag)
    }
}

impl fmt::Display for Etag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&token::encode(token::Kind::Etag, &self.0.to_be_bytes()))
    }
}

/// Who acts, as the caller's metadata says once: 1 to 100 printable ASCII characters, or `anonymous` where it says nothing.
pub fn actor(metadata: &MetadataMap) -> Result<String, Refusal> {
    let mut values = metadata.get_all(ACTOR_METADATA).iter();
    let Some(value) = values.next() else {
        return Ok(ACTOR_ANONYMOUS.to_owned());
    };
    let fits = |text: &&str| {
        (1..=ACTOR_BYTES_MAX).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
    };
    let only = values.next().is_none().then_some(value);
    let named = only.and_then(|value| value.to_str().ok()).map(str::trim).filter(fits);
    named.map(str::to_owned).ok_or_else(|| Refusal::new(&reason::ACTOR_INVALID))
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{poverty::MoveHouseholdRequest, types::CommandHeader};

    #[test]
    fn a_request_id_is_required_and_must_be_a_uuid() {
        let refused = |text| request_id(text).unwrap_err();
        assert_eq!(refused("").reason(), "REQUEST_ID_MISSING");
        assert_eq!(refused("12").reason(), "REQUEST_ID_INVALID");
        assert_eq!(refused("12").violations()[0].field, "header.request_id");
        for unusable in ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"] {
            assert_eq!(refused(unusable).reason(), "REQUEST_ID_INVALID");
        }
        assert!(request_id("2f1c7c1e-8f0b-5c3a-9a57-0d6c1f2e3b4a").is_ok());
    }

    #[test]
    fn the_fingerprint_tells_content_and_kind_apart_but_not_the_header_that_was_cleared() {
        let command = MoveHouseholdRequest { commune_code: "03618".to_owned(), ..Default::default() };
        let other = MoveHouseholdRequest { commune_code: "03619".to_owned(), ..Default::default() };
        let mut repeat = command.clone();
        repeat.header = Some(CommandHeader { request_id: "x".to_owned(), ..Default::default() });
        assert_ne!(fingerprint("Move", &repeat), fingerprint("Move", &command));
        repeat.header = None;
        assert_eq!(fingerprint("Move", &repeat), fingerprint("Move", &command));
        assert_ne!(fingerprint("Move", &other), fingerprint("Move", &command));
        assert_ne!(fingerprint("Register", &command), fingerprint("Move", &command));
    }

    #[test]
    fn an_etag_reads_back_as_the_version_it_was_made_from() {
        for version in [0, 1, 7, u64::MAX] {
            assert_eq!(Etag::parse(&Etag::of(version).to_string()).unwrap(), Some(Etag::of(version)));
        }
        assert_eq!(Etag::parse("").unwrap(), None);
        for text in ["7", "!", "AAAA"] {
            assert_eq!(Etag::parse(text).unwrap_err().reason(), "ETAG_INVALID", "'{text}'");
        }
    }

    #[test]
    fn an_actor_is_short_printable_ascii_and_anonymous_where_unnamed() {
        let mut metadata = MetadataMap::new();
        assert_eq!(actor(&metadata).unwrap(), "anonymous");
        metadata.insert(ACTOR_METADATA, "lo.van.a@laichau".parse().unwrap());
        assert_eq!(actor(&metadata).unwrap(), "lo.van.a@laichau");
        for text in ["", "   ", &"a".repeat(101)] {
            metadata.insert(ACTOR_METADATA, text.parse().unwrap());
            assert_eq!(actor(&metadata).unwrap_err().reason(), "ACTOR_INVALID", "'{text}'");
        }
        metadata.insert(ACTOR_METADATA, "lo.van.a".parse().unwrap());
        metadata.append(ACTOR_METADATA, "lo.van.b".parse().unwrap());
        assert_eq!(actor(&metadata).unwrap_err().reason(), "ACTOR_INVALID", "two of them");
    }
}
