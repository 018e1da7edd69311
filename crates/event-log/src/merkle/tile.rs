//! The tree in tiles of 256 hashes, after the idea of C2SP's tlog-tiles: a tile of level 0 holds leaves, a tile of level
//! n + 1 holds the roots of 256 complete tiles of level n.

use super::{
    TreeHash,
    hash::{complete_root, fold},
};
use crate::{Error, store::TileRun};
use std::ops::Range;

/// Hashes in a complete tile.
pub(crate) const TILE_WIDTH: usize = 256;

/// The right edge of the tree: all that is needed to make it grow and to know its root.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edge {
    size: u64,
    /// The tile at the right end of each level.
    levels: Vec<EdgeTile>,
}

#[derive(Clone, Debug, Default)]
struct EdgeTile {
    tile: u64,
    /// Fewer than 256.
    hashes: Vec<TreeHash>,
    /// How many of them were handed out as runs.
    handed_out: usize,
}

impl Edge {
    /// Number of leaves.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    /// Which tiles make the edge of a tree of `size` leaves: level, tile and the number of hashes in it.
    pub(crate) fn tiles(size: u64) -> impl Iterator<Item = (u32, u64, usize)> {
        let hashes_of_level = move |level: u32| Some(size >> (8 * level)).filter(|count| *count > 0);
        (0..8).map_while(move |level| {
            let count = hashes_of_level(level)?;
            Some((level, count >> 8, (count & 0xff) as usize))
        })
    }

    /// The edge of a tree of `size` leaves out of the hashes of its [`Edge::tiles`], in that order.
    pub(crate) fn restored(size: u64, tiles: Vec<Vec<TreeHash>>) -> Self {
        let levels = Self::tiles(size).zip(tiles).map(|((_, tile, _), hashes)| EdgeTile {
            tile,
            handed_out: hashes.len(),
            hashes,
        });
        Self { size, levels: levels.collect() }
    }

    /// Adds a leaf. Every run of hashes that completes a tile is handed out.
    pub(crate) fn push(&mut self, leaf: TreeHash, completed: &mut Vec<TileRun>) {
        self.size += 1;
        let mut hash = leaf;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(EdgeTile::default());
            }
            let edge = &mut self.levels[level];
            edge.hashes.push(hash);
            if edge.hashes.len() < TILE_WIDTH {
                return;
            }
            completed.push(edge.hand_out(level));
            hash = complete_root(&edge.hashes);
            *edge = EdgeTile { tile: edge.tile + 1, ..EdgeTile::default() };
        }
    }

    /// The hashes that were not handed out yet.
    pub(crate) fn hand_out(&mut self, runs: &mut Vec<TileRun>) {
        let waiting = self.levels.iter_mut().enumerate();
        let waiting = waiting.filter(|(_, edge)| edge.handed_out < edge.hashes.len());
        runs.extend(waiting.map(|(level, edge)| edge.hand_out(level)));
    }

    /// The root; `None` of an empty tree.
    pub(crate) fn root(&self) -> Option<TreeHash> {
        let subtrees = self.levels.iter().rev().flat_map(|edge| complete_subtrees(&edge.hashes));
        fold(subtrees.collect::<Vec<_>>().into_iter())
    }
}

impl EdgeTile {
    fn hand_out(&mut self, level: usize) -> TileRun {
        let new = &self.hashes[self.handed_out..];
        // Invariant: at most eight levels of at most 256 hashes.
        let run = TileRun {
            level: level as u32,
            tile: self.tile,
            start: self.handed_out as u32,
            hashes: new.iter().flat_map(|hash| hash.0).collect(),
        };
        self.handed_out = self.hashes.len();
        run
    }
}

/// Roots of the complete subtrees that stand over the hashes, the largest first.
fn complete_subtrees(hashes: &[TreeHash]) -> Vec<TreeHash> {
    let mut roots = Vec::new();
    let mut rest = hashes;
    while !rest.is_empty() {
        let (subtree, right) = rest.split_at(1 << rest.len().ilog2());
        roots.push(complete_root(subtree));
        rest = right;
    }
    roots
}

/// The stored hashes of consecutive tiles of one level.
#[derive(Clone, Debug)]
pub(crate) struct TileHashes {
    level: u32,
    first_tile: u64,
    /// `None` where nothing is stored.
    hashes: Vec<Option<TreeHash>>,
}

impl TileHashes {
    /// Puts the runs together. What is malformed counts as not stored.
    pub(crate) fn new(level: u32, first_tile: u64, tiles: usize, runs: &[TileRun]) -> Self {
        let mut hashes = vec![None; tiles * TILE_WIDTH];
        for run in runs {
            let tile = usize::try_from(run.tile.saturating_sub(first_tile)).unwrap_or(usize::MAX);
            let start = tile.saturating_mul(TILE_WIDTH).saturating_add(run.start as usize);
            let places = hashes.iter_mut().skip(start);
            for (place, bytes) in places.zip(run.hashes.as_chunks::<32>().0) {
                *place = Some(TreeHash(*bytes));
            }
        }
        Self { level, first_tile, hashes }
    }

    /// The hash with this index within the level.
    pub(crate) fn get(&self, index: u64) -> Option<TreeHash> {
        let offset = index.checked_sub(self.first_tile * TILE_WIDTH as u64)?;
        self.hashes.get(usize::try_from(offset).ok()?).copied().flatten()
    }

    /// The hashes with these indexes within the level, all of which must be stored.
    pub(crate) fn range(&self, indexes: Range<u64>) -> Result<Vec<TreeHash>, Error> {
        let level = self.level;
        let stored = |index| {
            let tile = index / TILE_WIDTH as u64;
            let missing = || Error::DamagedSeal(format!("tile {tile} of level {level} is incomplete"));
            self.get(index).ok_or_else(missing)
        };
        indexes.map(stored).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::hash::tests::{defined_root, leaf_of};
    use std::collections::BTreeMap;

    fn leaves(count: u32) -> Vec<TreeHash> {
        (0..count).map(|n| leaf_of(&n.to_be_bytes())).collect()
    }

    #[test]
    fn the_root_is_that_of_the_definition_at_every_size() {
        let leaves = leaves(1100);
        let mut edge = Edge::default();
        assert_eq!(edge.root(), None);
        for (size, leaf) in (1..).zip(&leaves) {
            edge.push(*leaf, &mut Vec::new());
            assert_eq!(edge.root(), Some(defined_root(&leaves[..size])), "root of {size} leaves");
        }
    }

    #[test]
    fn the_root_is_right_where_a_third_level_begins() {
        let leaves = leaves(65_536 + 300);
        let mut edge = Edge::default();
        for leaf in &leaves {
            edge.push(*leaf, &mut Vec::new());
        }
        assert_eq!(edge.root(), Some(defined_root(&leaves)));
    }

    #[test]
    fn an_edge_restored_from_what_was_handed_out_grows_on_and_no_hash_is_handed_out_twice() {
        let leaves = leaves(2000);
        let mut stored: BTreeMap<(u32, u64, u32), TileRun> = BTreeMap::new();
        let mut edge = Edge::default();
        for (size, leaf) in (1_u64..).zip(&leaves) {
            let mut runs = Vec::new();
            edge.push(*leaf, &mut runs);
            if size % 7 == 0 || size % 256 == 0 {
                edge.hand_out(&mut runs);
            }
            for run in runs {
                let known = stored.insert((run.level, run.tile, run.start), run);
                assert_eq!(known, None, "each run has its own key");
            }
            if size % 7 == 0 {
                let tiles = Edge::tiles(size).map(|(level, tile, width)| {
                    let runs: Vec<_> = stored
                        .values()
                        .filter(|run| (run.level, run.tile) == (level, tile))
                        .cloned()
                        .collect();
                    let first = tile * TILE_WIDTH as u64;
                    TileHashes::new(level, tile, 1, &runs).range(first..first + width as u64).unwrap()
                });
                edge = Edge::restored(size, tiles.collect());
                assert_eq!(edge.root(), Some(defined_root(&leaves[..size as usize])));
            }
        }
    }

    #[test]
    fn a_hash_that_is_not_stored_is_named_by_its_tile() {
        let run = TileRun { level: 1, tile: 4, start: 0, hashes: vec![7; 3 * 32] };
        let hashes = TileHashes::new(1, 4, 1, &[run]);
        assert_eq!(hashes.range(1024..1027).unwrap(), [TreeHash([7; 32]); 3]);
        let error = hashes.range(1024..1028).unwrap_err().to_string();
        assert!(error.contains("tile 4 of level 1 is incomplete"), "{error}");
    }
}
