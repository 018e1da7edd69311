//! Leaves and nodes.

use crate::RecordedEvent;
use kernel::{Timestamp, text::hexadecimal};
use sha2::{Digest, Sha256};
use std::fmt;
use uuid::Uuid;

/// SHA-256 of a leaf or node of the tree.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TreeHash(pub [u8; 32]);

/// Hash of an event as a leaf: SHA-256 over the byte 0 and the event's canonical form. That is every field of it, each
/// after its length in four bytes, numbers in eight bytes, all big-endian: position, stream, version, event id (its 16
/// bytes), type, effective day (`2025-07-01`), recorded time (microseconds), content and metadata (their very bytes).
///
/// The event must be as it is stored, not read through upcasters.
pub fn leaf_hash(event: &RecordedEvent) -> TreeHash {
    let leaf = Leaf {
        position: event.position,
        stream: event.stream.as_str(),
        version: event.version,
        event_id: event.event_id,
        event_type: &event.event_type,
        effective: &event.effective.to_string(),
        recorded_at: event.recorded_at,
        content: &event.content,
        metadata: &event.metadata,
    };
    leaf.hash()
}

/// What a leaf is the hash of, see [`leaf_hash`].
pub(crate) struct Leaf<'a> {
    pub(crate) position: u64,
    pub(crate) stream: &'a str,
    pub(crate) version: u64,
    pub(crate) event_id: Uuid,
    pub(crate) event_type: &'a str,
    pub(crate) effective: &'a str,
    pub(crate) recorded_at: Timestamp,
    pub(crate) content: &'a str,
    pub(crate) metadata: &'a str,
}

impl Leaf<'_> {
    pub(crate) fn hash(&self) -> TreeHash {
        let mut leaf = Sha256::new_with_prefix([0]);
        let mut field = |bytes: &[u8]| {
            // Invariant: no field reaches 4 GiB; a request is refused long before.
            leaf.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
            leaf.update(bytes);
        };
        field(&self.position.to_be_bytes());
        field(self.stream.as_bytes());
        field(&self.version.to_be_bytes());
        field(self.event_id.as_bytes());
        field(self.event_type.as_bytes());
        field(self.effective.as_bytes());
        field(&self.recorded_at.micros().to_be_bytes());
        field(self.content.as_bytes());
        field(self.metadata.as_bytes());
        TreeHash(leaf.finalize().into())
    }
}

/// Hash of a node above two subtrees.
pub(crate) fn node_hash(left: &TreeHash, right: &TreeHash) -> TreeHash {
    let node = Sha256::new_with_prefix([1]).chain_update(left.0).chain_update(right.0);
    TreeHash(node.finalize().into())
}

/// Root of a complete subtree: the number of hashes is a power of two.
pub(crate) fn complete_root(hashes: &[TreeHash]) -> TreeHash {
    match hashes {
        [only] => *only,
        _ => {
            let (left, right) = hashes.split_at(hashes.len() / 2);
            node_hash(&complete_root(left), &complete_root(right))
        }
    }
}

/// Hash above subtrees that stand beside each other, the largest first; `None` above nothing.
pub(crate) fn fold(subtrees: impl DoubleEndedIterator<Item = TreeHash>) -> Option<TreeHash> {
    subtrees.rev().reduce(|right, left| node_hash(&left, &right))
}

/// Lower-case hexadecimal.
impl fmt::Display for TreeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hexadecimal(&self.0))
    }
}

impl fmt::Debug for TreeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use kernel::date;

    /// The tree by its definition in RFC 6962, section 2.1.
    pub(crate) fn defined_root(leaves: &[TreeHash]) -> TreeHash {
        match leaves {
            [] => TreeHash(Sha256::digest([]).into()),
            [leaf] => *leaf,
            _ => {
                let split = leaves.len().next_power_of_two() / 2;
                node_hash(&defined_root(&leaves[..split]), &defined_root(&leaves[split..]))
            }
        }
    }

    pub(crate) fn leaf_of(bytes: &[u8]) -> TreeHash {
        TreeHash(Sha256::new_with_prefix([0]).chain_update(bytes).finalize().into())
    }

    #[test]
    fn hashes_are_those_of_certificate_transparency() {
        // The reference tree of the Certificate Transparency project.
        let leaves: Vec<TreeHash> = [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ]
        .iter()
        .map(|digits| {
            let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
            leaf_of(&(0..digits.len()).step_by(2).map(byte).collect::<Vec<_>>())
        })
        .collect();
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        for (size, root) in (1..).zip(roots) {
            assert_eq!(defined_root(&leaves[..size]).to_string(), root, "root of {size} leaves");
        }
    }

    #[test]
    fn every_field_of_an_event_changes_its_leaf() {
        let event = RecordedEvent {
            position: 1,
            stream: "household/a".parse().unwrap(),
            version: 1,
            event_id: Uuid::from_u128(1),
            event_type: "test.happened.v1".to_owned(),
            effective: date(2025, 7, 1),
            recorded_at: Timestamp::from_micros(1).unwrap(),
            content: "{}".to_owned(),
            metadata: "{}".to_owned(),
        };
        // Computed once from the description above by other means; a stored log depends on it for ever.
        assert_eq!(
            leaf_hash(&event).to_string(),
            "5d6445b51337c13699cbad053903c6ad8e37e78c9837bfae35a00941c8b8c2e9"
        );
        let changes: [fn(&mut RecordedEvent); 9] = [
            |event| event.position = 2,
            |event| event.stream = "household/b".parse().unwrap(),
            |event| event.version = 2,
            |event| event.event_id = Uuid::from_u128(2),
            |event| event.event_type.push('2'),
            |event| event.effective = date(2025, 7, 2),
            |event| event.recorded_at = Timestamp::from_micros(2).unwrap(),
            |event| event.content = "{ }".to_owned(),
            |event| event.metadata = "{ }".to_owned(),
        ];
        for (field, change) in changes.iter().enumerate() {
            let mut changed = event.clone();
            change(&mut changed);
            assert_ne!(leaf_hash(&changed), leaf_hash(&event), "field {field}");
        }
    }
}
