//! Checkpoints as signed notes, in the forms of C2SP's `tlog-checkpoint` and `signed-note`: any tool that reads those can
//! check them without this program.

use super::TreeHash;
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};

/// The kind of an Ed25519 key in a note.
const ED25519: u8 = 1;

/// What a note says: the first `size` positions of the log have this root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose log it is; the name of the key that signs.
    pub origin: String,
    /// Number of positions.
    pub size: u64,
    /// Root of the tree over them.
    pub root: TreeHash,
}

/// A key that signs checkpoints, and the name under which it does.
#[derive(Clone)]
pub struct Signer {
    name: String,
    key: SigningKey,
}

/// The public half: checks what a [`Signer`] signed. In text `name+id+key`, as C2SP has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteKey {
    name: String,
    key: VerifyingKey,
}

/// A text that is no key, or a name that no key can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not {1}")]
pub struct InvalidKey(String, &'static str);

/// Why a note proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidNote {
    /// It is not a signed checkpoint.
    #[error("not a signed checkpoint: {0}")]
    Form(&'static str),
    /// None of the known keys signed it.
    #[error("not signed by any of the given keys")]
    UnknownKey,
    /// The signature of a known key is false.
    #[error("signature of {0} is false")]
    Signature(String),
}

impl Signer {
    /// A signer from the 32 secret bytes of an Ed25519 key. The name, for example `muctieu.example.vn/poverty`, has
    /// neither spaces nor plus signs.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, InvalidKey> {
        check_name(name)?;
        Ok(Self { name: name.to_owned(), key: SigningKey::from_bytes(seed) })
    }

    /// The public half.
    pub fn public_key(&self) -> NoteKey {
        NoteKey { name: self.name.clone(), key: self.key.verifying_key() }
    }

    /// The origin of what it signs.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The signed note of the checkpoint.
    pub(crate) fn sign(&self, size: u64, root: TreeHash) -> String {
        let text = Checkpoint { origin: self.name.clone(), size, root }.text();
        let signature = self.key.sign(text.as_bytes());
        let mut bytes = self.public_key().id().to_vec();
        bytes.extend(signature.to_bytes());
        format!("{text}\n— {} {}\n", self.name, BASE64.encode(bytes))
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Checkpoint {
    /// Reads a note without looking at its signatures.
    pub fn read_unverified(note: &str) -> Result<Self, InvalidNote> {
        let (text, _) = split(note)?;
        let mut lines = text.lines();
        let mut line = || lines.next().filter(|line| !line.is_empty());
        let origin = line().ok_or(InvalidNote::Form("origin is missing"))?.to_owned();
        let size = line().and_then(decimal).ok_or(InvalidNote::Form("size is not a number"))?;
        let root = line()
            .and_then(|line| BASE64.decode(line).ok())
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(InvalidNote::Form("root is not 32 bytes in base64"))?;
        Ok(Self { origin, size, root: TreeHash(root) })
    }

    /// Reads a note that one of the keys signed. Signatures of other keys are passed over.
    pub fn verify(note: &str, keys: &[NoteKey]) -> Result<Self, InvalidNote> {
        let (text, signatures) = split(note)?;
        let mut signed = false;
        for line in signatures.lines() {
            let (name, bytes) = line
                .strip_prefix("— ")
                .and_then(|line| line.split_once(' '))
                .and_then(|(name, digits)| Some((name, BASE64.decode(digits).ok()?)))
                .ok_or(InvalidNote::Form("a signature line is malformed"))?;
            let (id, signature) =
                bytes.split_at_checked(4).ok_or(InvalidNote::Form("a signature is too short"))?;
            let Some(key) = keys.iter().find(|key| key.name == name && key.id() == id) else { continue };
            Signature::from_slice(signature)
                .and_then(|signature| key.key.verify_strict(text.as_bytes(), &signature))
                .map_err(|_| InvalidNote::Signature(name.to_owned()))?;
            signed = true;
        }
        if signed { Self::read_unverified(note) } else { Err(InvalidNote::UnknownKey) }
    }

    fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, BASE64.encode(self.root.0))
    }
}

impl NoteKey {
    fn id(&self) -> [u8; 4] {
        let digest = Sha256::new_with_prefix(self.name.as_bytes())
            .chain_update([b'\n', ED25519])
            .chain_update(self.key.as_bytes())
            .finalize();
        let digest: [u8; 32] = digest.into();
        [digest[0], digest[1], digest[2], digest[3]]
    }
}

impl fmt::Display for NoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[ED25519], self.key.as_bytes().as_slice()].concat();
        write!(f, "{}+{:08x}+{}", self.name, u32::from_be_bytes(self.id()), BASE64.encode(key))
    }
}

impl FromStr for NoteKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let invalid = || InvalidKey(text.to_owned(), "a note key: name+id+key");
        let (name, rest) = text.split_once('+').ok_or_else(invalid)?;
        check_name(name)?;
        let (_, key) = rest.split_once('+').ok_or_else(invalid)?;
        let bytes: [u8; 33] =
            BASE64.decode(key).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(invalid)?;
        let [ED25519, key @ ..] = bytes else { return Err(invalid()) };
        let key = VerifyingKey::from_bytes(&key).map_err(|_| invalid())?;
        let read = Self { name: name.to_owned(), key };
        if read.to_string() == text { Ok(read) } else { Err(invalid()) }
    }
}

fn check_name(name: &str) -> Result<(), InvalidKey> {
    let fits = !name.is_empty() && !name.contains('+') && !name.contains(char::is_whitespace);
    if fits { Ok(()) } else { Err(InvalidKey(name.to_owned(), "a key name: no spaces, no plus signs")) }
}

/// The signed text with its last line feed, and the signatures.
fn split(note: &str) -> Result<(&str, &str), InvalidNote> {
    let blank = note.rfind("\n\n").ok_or(InvalidNote::Form("no signatures"))?;
    let (text, signatures) = (&note[..=blank], &note[blank + 2..]);
    if signatures.is_empty() || !signatures.ends_with('\n') {
        return Err(InvalidNote::Form("no signatures"));
    }
    Ok((text, signatures))
}

/// A number without signs or leading zeros.
fn decimal(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(name: &str) -> Signer {
        Signer::new(name, &[7; 32]).unwrap()
    }

    #[test]
    fn a_note_is_read_with_the_key_that_signed_it() {
        let signer = signer("example.vn/poverty");
        let note = signer.sign(42, TreeHash([9; 32]));
        let expected = Checkpoint { origin: "example.vn/poverty".into(), size: 42, root: TreeHash([9; 32]) };
        assert_eq!(Checkpoint::verify(&note, &[signer.public_key()]), Ok(expected));
        assert!(note.starts_with(
            "example.vn/poverty\n42\nCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=\n\n— example.vn/poverty "
        ));
    }

    #[test]
    fn a_changed_note_is_refused() {
        let signer = signer("example.vn/poverty");
        let note = signer.sign(42, TreeHash([9; 32]));
        let keys = [signer.public_key()];
        let changed = note.replace("\n42\n", "\n43\n");
        assert_eq!(
            Checkpoint::verify(&changed, &keys),
            Err(InvalidNote::Signature("example.vn/poverty".to_owned()))
        );
        let unsigned = note.split("\n\n").next().unwrap().to_owned() + "\n\n";
        assert_eq!(Checkpoint::verify(&unsigned, &keys), Err(InvalidNote::Form("no signatures")));
    }

    #[test]
    fn a_note_of_another_key_proves_nothing() {
        let note = signer("example.vn/poverty").sign(42, TreeHash([9; 32]));
        let same_name = Signer::new("example.vn/poverty", &[8; 32]).unwrap().public_key();
        let same_key = signer("example.vn/other").public_key();
        assert_eq!(Checkpoint::verify(&note, &[same_name, same_key]), Err(InvalidNote::UnknownKey));
    }

    #[test]
    fn a_key_survives_its_text_form_and_a_misspelt_one_is_refused() {
        let key = signer("example.vn/poverty").public_key();
        let text = key.to_string();
        assert_eq!(text.parse(), Ok(key));
        for wrong in ["", "a+b", &text.replace("poverty", "property"), &text[..text.len() - 1]] {
            assert!(wrong.parse::<NoteKey>().is_err(), "'{wrong}' must be refused");
        }
    }

    #[test]
    fn keys_are_those_of_the_published_format() {
        // From the documentation of golang.org/x/mod/sumdb/note.
        let published = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        assert_eq!(published.parse::<NoteKey>().unwrap().to_string(), published);
    }
}
