//! Personal data as ciphertext: ChaCha20-Poly1305 with a key of the household's own.
//!
//! What is sealed is the JSON list of the persons in the order of the event's members; the household's id is the
//! associated data, so that a text copied to another household does not open. Destroying the key erases the persons and
//! leaves the events, their proofs and all figures whole.

use crate::domain::Person;
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use chacha20poly1305::{
    ChaCha20Poly1305, Nonce,
    aead::{Aead, KeyInit, Payload},
};
use event_log::Fingerprint;
use events::poverty::Sealed;
use kernel::HouseholdId;
use sha2::{Digest, Sha256};
use std::fmt;

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;

/// Why personal data could not be sealed or opened. Nothing of it is repeated here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The operating system gave no random bytes.
    #[error("the system's random source failed")]
    Random,
    /// The text was not sealed with this key for this household, or was changed.
    #[error("sealed personal data cannot be opened with the household's key")]
    Unreadable,
}

/// A household's key.
#[derive(Clone, PartialEq, Eq)]
pub struct HouseholdKey([u8; KEY_BYTES]);

impl fmt::Debug for HouseholdKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HouseholdKey(not shown)")
    }
}

impl HouseholdKey {
    /// A fresh key from the operating system.
    pub fn generate() -> Result<Self, Error> {
        let mut key = [0; KEY_BYTES];
        getrandom::fill(&mut key).map_err(|_| Error::Random)?;
        Ok(Self(key))
    }

    /// The key with these bytes; `None` where they are not 32.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its bytes, for the key store alone.
    pub(crate) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Seals the persons of one event.
    pub fn seal(&self, household: HouseholdId, persons: &[&Person]) -> Result<Sealed, Error> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| Error::Random)?;
        let plaintext = serde_json::to_vec(persons).map_err(|_| Error::Unreadable)?;
        let household = household.uuid();
        let payload = Payload { msg: &plaintext, aad: household.as_bytes() };
        let ciphertext =
            self.cipher().encrypt(&Nonce::from(nonce), payload).map_err(|_| Error::Unreadable)?;
        Ok(Sealed { nonce: BASE64.encode(nonce), ciphertext: BASE64.encode(ciphertext) })
    }

    /// Opens the persons of one event, in the order of its members.
    pub fn open(&self, household: HouseholdId, sealed: &Sealed) -> Result<Vec<Person>, Error> {
        let nonce = BASE64.decode(&sealed.nonce).map_err(|_| Error::Unreadable)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| Error::Unreadable)?;
        let ciphertext = BASE64.decode(&sealed.ciphertext).map_err(|_| Error::Unreadable)?;
        let household = household.uuid();
        let payload = Payload { msg: &ciphertext, aad: household.as_bytes() };
        let plaintext = self.cipher().decrypt(&Nonce::from(nonce), payload).map_err(|_| Error::Unreadable)?;
        serde_json::from_slice(&plaintext).map_err(|_| Error::Unreadable)
    }

    /// The fingerprint under which a command that carries personal data is recorded. It is keyed: a plain hash would stay
    /// in the log after the key is destroyed and would tell whoever guesses a name that the guess is right.
    pub fn fingerprint(&self, plain: Fingerprint) -> Fingerprint {
        let inner = Sha256::new().chain_update(self.0).chain_update([0x36]).chain_update(plain.0).finalize();
        let outer = Sha256::new().chain_update(self.0).chain_update([0x5c]).chain_update(inner).finalize();
        Fingerprint(outer.into())
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(&self.0.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn person() -> Person {
        Person { full_name: "Lò Văn Thử".into(), birth_date: None, sex: None }
    }

    #[test]
    fn what_was_sealed_opens_with_the_same_key_for_the_same_household_only() {
        let (key, other_key) = (HouseholdKey::generate().unwrap(), HouseholdKey::generate().unwrap());
        let (household, other) =
            (HouseholdId::from_uuid(Uuid::from_u128(1)), HouseholdId::from_uuid(Uuid::from_u128(2)));
        let sealed = key.seal(household, &[&person()]).unwrap();
        assert_eq!(key.open(household, &sealed).unwrap(), [person()]);
        assert_eq!(key.open(other, &sealed), Err(Error::Unreadable));
        assert_eq!(other_key.open(household, &sealed), Err(Error::Unreadable));
    }

    #[test]
    fn a_name_is_neither_in_the_sealed_text_nor_in_debug_output() {
        let key = HouseholdKey::generate().unwrap();
        let sealed = key.seal(HouseholdId::from_uuid(Uuid::from_u128(1)), &[&person()]).unwrap();
        let bytes = BASE64.decode(&sealed.ciphertext).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("Thử"));
        assert!(!format!("{:?} {key:?}", person()).contains("Thử"));
    }

    #[test]
    fn fingerprints_differ_by_content_and_by_key() {
        let (key, other) = (HouseholdKey::generate().unwrap(), HouseholdKey::generate().unwrap());
        let (content, changed) = (Fingerprint([1; 32]), Fingerprint([2; 32]));
        assert_eq!(key.fingerprint(content), key.fingerprint(content));
        assert_ne!(key.fingerprint(content), key.fingerprint(changed));
        assert_ne!(key.fingerprint(content), other.fingerprint(content));
        assert_ne!(key.fingerprint(content), content);
    }
}
