//! Proofs of RFC 6962, section 2.1: which hashes they consist of, and how they are checked.

use super::{
    Checkpoint, TreeHash,
    hash::{fold, leaf_hash, node_hash},
};
use crate::RecordedEvent;

/// Shows that an event is under a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionProof {
    /// Of the event.
    pub position: u64,
    /// Number of positions under the checkpoint.
    pub size: u64,
    /// Hashes beside the way from the leaf to the root.
    pub path: Vec<TreeHash>,
}

/// Shows that a log only grew between two checkpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// Number of positions under the older checkpoint.
    pub older: u64,
    /// Number of positions under the newer checkpoint.
    pub newer: u64,
    /// Hashes from which both roots follow.
    pub path: Vec<TreeHash>,
}

/// A proof that does not show what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidProof {
    /// It speaks about another event or another number of positions.
    #[error("proof is about other positions")]
    OtherPositions,
    /// Its hashes are too few or too many.
    #[error("proof has the wrong length")]
    Length,
    /// Its hashes lead to another root.
    #[error("proof leads to another root")]
    Root,
}

impl InclusionProof {
    /// Checks that the event, as it is stored, is under the checkpoint.
    pub fn verify(&self, event: &RecordedEvent, checkpoint: &Checkpoint) -> Result<(), InvalidProof> {
        if event.position != self.position || checkpoint.size != self.size {
            return Err(InvalidProof::OtherPositions);
        }
        self.verify_leaf(leaf_hash(event), checkpoint.root)
    }

    fn verify_leaf(&self, leaf: TreeHash, root: TreeHash) -> Result<(), InvalidProof> {
        if self.position == 0 || self.position > self.size {
            return Err(InvalidProof::OtherPositions);
        }
        let (mut node, mut last) = (self.position - 1, self.size - 1);
        let mut hash = leaf;
        for beside in &self.path {
            if last == 0 {
                return Err(InvalidProof::Length);
            }
            if node & 1 == 1 || node == last {
                hash = node_hash(beside, &hash);
                // A node without a neighbour on its right stands for its parent.
                while node & 1 == 0 && node != 0 {
                    (node, last) = (node >> 1, last >> 1);
                }
            } else {
                hash = node_hash(&hash, beside);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        match (last, hash == root) {
            (0, true) => Ok(()),
            (0, false) => Err(InvalidProof::Root),
            _ => Err(InvalidProof::Length),
        }
    }
}

impl ConsistencyProof {
    /// Checks that the newer checkpoint's log begins with the older one's.
    pub fn verify(&self, older: &Checkpoint, newer: &Checkpoint) -> Result<(), InvalidProof> {
        if older.size != self.older || newer.size != self.newer || self.older == 0 || self.older > self.newer
        {
            return Err(InvalidProof::OtherPositions);
        }
        if self.older == self.newer {
            let same = self.path.is_empty() && older.root == newer.root;
            return if same { Ok(()) } else { Err(InvalidProof::Root) };
        }
        // The older root itself is the first hash where the older tree is complete.
        let mut path = self.path.iter();
        let first = match self.older.is_power_of_two() {
            true => older.root,
            false => *path.next().ok_or(InvalidProof::Length)?,
        };
        let (mut node, mut last) = (self.older - 1, self.newer - 1);
        while node & 1 == 1 {
            (node, last) = (node >> 1, last >> 1);
        }
        let (mut old_root, mut new_root) = (first, first);
        for beside in path {
            if last == 0 {
                return Err(InvalidProof::Length);
            }
            if node & 1 == 1 || node == last {
                old_root = node_hash(beside, &old_root);
                new_root = node_hash(beside, &new_root);
                while node & 1 == 0 && node != 0 {
                    (node, last) = (node >> 1, last >> 1);
                }
            } else {
                new_root = node_hash(&new_root, beside);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        match (last, old_root == older.root && new_root == newer.root) {
            (0, true) => Ok(()),
            (0, false) => Err(InvalidProof::Root),
            _ => Err(InvalidProof::Length),
        }
    }
}

/// The leaves `from..to`, counted from zero, whose common hash belongs into a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) from: u64,
    pub(crate) to: u64,
}

/// A complete subtree of 2^height leaves, the `index`-th of its height.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Subtree {
    pub(crate) height: u32,
    pub(crate) index: u64,
}

impl Range {
    /// The complete subtrees that make up the range, from left to right.
    pub(crate) fn subtrees(self) -> Vec<Subtree> {
        let mut subtrees = Vec::new();
        let mut from = self.from;
        while from < self.to {
            // Ranges of a proof begin where a subtree of at least their own size does.
            let height = (self.to - from).ilog2();
            subtrees.push(Subtree { height, index: from >> height });
            from += 1 << height;
        }
        subtrees
    }

    /// The hash of the range, out of those of its subtrees in order.
    pub(crate) fn hash(subtrees: Vec<TreeHash>) -> Option<TreeHash> {
        fold(subtrees.into_iter())
    }
}

/// What an inclusion proof of the leaf at `index` in a tree of `size` leaves consists of.
pub(crate) fn inclusion_ranges(index: u64, size: u64) -> Vec<Range> {
    let mut path = Vec::new();
    let (mut from, mut to) = (0, size);
    while to - from > 1 {
        let split = from + split(to - from);
        if index < split {
            path.push(Range { from: split, to });
            to = split;
        } else {
            path.push(Range { from, to: split });
            from = split;
        }
    }
    path.reverse();
    path
}

/// What a consistency proof between trees of `older` and `newer` leaves consists of.
pub(crate) fn consistency_ranges(older: u64, newer: u64) -> Vec<Range> {
    let mut path = Vec::new();
    let (mut from, mut to) = (0, newer);
    while older != to {
        let split = from + split(to - from);
        if older <= split {
            path.push(Range { from: split, to });
            to = split;
        } else {
            path.push(Range { from, to: split });
            from = split;
        }
    }
    // The checker knows the older root already where it is the whole left part.
    if from != 0 {
        path.push(Range { from, to });
    }
    path.reverse();
    path
}

/// The largest power of two below the number, which is above one.
fn split(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::hash::tests::{defined_root, leaf_of};

    fn leaves(count: u64) -> Vec<TreeHash> {
        (0..count).map(|n| leaf_of(&n.to_be_bytes())).collect()
    }

    /// Hashes of the ranges by way of their subtrees, as the stored tree gives them.
    fn hashes(ranges: &[Range], leaves: &[TreeHash]) -> Vec<TreeHash> {
        let subtree_hash = |subtree: Subtree| {
            let from = (subtree.index << subtree.height) as usize;
            defined_root(&leaves[from..from + (1 << subtree.height)])
        };
        let range_hash =
            |range: &Range| Range::hash(range.subtrees().into_iter().map(subtree_hash).collect()).unwrap();
        ranges.iter().map(range_hash).collect()
    }

    fn checkpoint(leaves: &[TreeHash]) -> Checkpoint {
        Checkpoint { origin: "test".to_owned(), size: leaves.len() as u64, root: defined_root(leaves) }
    }

    #[test]
    fn every_leaf_of_every_tree_is_proven_and_no_other() {
        let leaves = leaves(40);
        for size in 1..=40 {
            let root = defined_root(&leaves[..size as usize]);
            for index in 0..size {
                let path = hashes(&inclusion_ranges(index, size), &leaves);
                let proof = InclusionProof { position: index + 1, size, path };
                let leaf = leaves[index as usize];
                assert_eq!(proof.verify_leaf(leaf, root), Ok(()), "leaf {index} of {size}");
                assert_eq!(proof.verify_leaf(leaf_of(b"other"), root), Err(InvalidProof::Root));
                let longer = InclusionProof { path: [&proof.path[..], &[leaf]].concat(), ..proof.clone() };
                assert_eq!(longer.verify_leaf(leaf, root), Err(InvalidProof::Length));
            }
        }
    }

    #[test]
    fn growth_between_any_two_trees_is_proven_and_a_rewritten_past_is_not() {
        let leaves = leaves(40);
        let mut rewritten = leaves.clone();
        rewritten[0] = leaf_of(b"rewritten");
        for newer in 1..=40 {
            for older in 1..=newer {
                let path = hashes(&consistency_ranges(older, newer), &leaves);
                let proof = ConsistencyProof { older, newer, path };
                let (old, new) =
                    (checkpoint(&leaves[..older as usize]), checkpoint(&leaves[..newer as usize]));
                assert_eq!(proof.verify(&old, &new), Ok(()), "from {older} to {newer}");
                let other = checkpoint(&rewritten[..newer as usize]);
                assert!(proof.verify(&old, &other).is_err(), "from {older} to a rewritten {newer}");
                let path = hashes(&consistency_ranges(older, newer), &rewritten);
                let forged = ConsistencyProof { path, ..proof };
                assert!(forged.verify(&old, &other).is_err(), "forged from {older} to {newer}");
            }
        }
    }
}
