//! The Merkle tree over the log: hashes as RFC 6962 has them, tiles, signed checkpoints and proofs. Nothing in here does
//! I/O.

mod hash;
mod note;
mod proof;
mod tile;

pub(crate) use hash::{Leaf, complete_root};
pub use hash::{TreeHash, leaf_hash};
pub use note::{Checkpoint, InvalidKey, InvalidNote, NoteKey, Signer};
pub use proof::{ConsistencyProof, InclusionProof, InvalidProof};
pub(crate) use proof::{Range, Subtree, consistency_ranges, inclusion_ranges};
pub(crate) use tile::{Edge, TILE_WIDTH, TileHashes};
