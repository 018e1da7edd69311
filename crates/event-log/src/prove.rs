//! Proofs about single events and about growth, out of the stored tree.

use crate::{
    Error, EventLog,
    merkle::{
        ConsistencyProof, InclusionProof, Range, Subtree, TILE_WIDTH, TileHashes, TreeHash, complete_root,
        consistency_ranges, inclusion_ranges,
    },
};
use std::collections::{HashMap, hash_map::Entry};

impl EventLog {
    /// Proof that the event at the position is under the checkpoint of `size` positions; any size up to the latest
    /// checkpoint's will do. [`InclusionProof::verify`] checks it.
    pub async fn inclusion_proof(&self, position: u64, size: u64) -> Result<InclusionProof, Error> {
        if position == 0 || position > size {
            return Err(Error::NoProof(format!("position {position} is not among the first {size}")));
        }
        let path = self.path(inclusion_ranges(position - 1, size), size).await?;
        Ok(InclusionProof { position, size, path })
    }

    /// Proof that the log of `newer` positions begins with the log of `older` positions. [`ConsistencyProof::verify`]
    /// checks it.
    pub async fn consistency_proof(&self, older: u64, newer: u64) -> Result<ConsistencyProof, Error> {
        if older == 0 || older > newer {
            return Err(Error::NoProof(format!("a log of {older} positions does not grow to {newer}")));
        }
        let path = self.path(consistency_ranges(older, newer), newer).await?;
        Ok(ConsistencyProof { older, newer, path })
    }

    async fn path(&self, ranges: Vec<Range>, size: u64) -> Result<Vec<TreeHash>, Error> {
        let sealed = self.latest_checkpoint().await?.map_or(0, |latest| latest.checkpoint.size);
        if size > sealed {
            return Err(Error::NoProof(format!("{sealed} positions are sealed, not {size}")));
        }
        let mut tiles = HashMap::new();
        let mut path = Vec::with_capacity(ranges.len());
        for range in ranges {
            let mut hashes = Vec::new();
            for subtree in range.subtrees() {
                hashes.push(self.subtree(subtree, &mut tiles).await?);
            }
            let hash = Range::hash(hashes);
            path.push(hash.ok_or_else(|| Error::NoProof("an empty range of positions".to_owned()))?);
        }
        Ok(path)
    }

    /// The subtree's hash, from the highest level of tiles below it.
    async fn subtree(
        &self,
        subtree: Subtree,
        tiles: &mut HashMap<(u32, u64), TileHashes>,
    ) -> Result<TreeHash, Error> {
        let level = subtree.height / 8;
        let width = 1_u64 << (subtree.height % 8);
        let first = subtree.index * width;
        let tile = first / TILE_WIDTH as u64;
        let hashes = match tiles.entry((level, tile)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let runs = self.shared.store.tile_runs(level, tile, tile).await?;
                unknown.insert(TileHashes::new(level, tile, 1, &runs))
            }
        };
        Ok(complete_root(&hashes.range(first..first + width)?))
    }
}
