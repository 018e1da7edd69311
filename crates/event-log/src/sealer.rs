//! Keeps the Merkle tree and its signed checkpoints up to the log's head, off the append path.
//!
//! Several processes may seal one log. None of them waits for the others: each computes on from the last checkpoint that
//! it knows, and the keys of runs and checkpoints let only one of two competing seals be stored. The other one loads what
//! was stored and goes on from there.

use crate::{
    Error, EventLog,
    fresh_leaves::FreshLeaves,
    log::Shared,
    measure::Measures,
    merkle::{Checkpoint, Edge, Signer, TILE_WIDTH, TileHashes, TreeHash, leaf_hash},
    recent::RecentEvents,
    store::{SealOutcome, Store, StoredCheckpoint, TileRun},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;

/// Pause between two seals while the log grows.
const SEAL_PAUSE: Duration = Duration::from_millis(200);

/// Pause after a failure.
const FAILURE_PAUSE: Duration = Duration::from_secs(5);

/// Events under one new checkpoint at most, so that storing it never holds up appends for long.
const SEAL_EVENTS_MAX: u64 = 8192;

/// Events read at once.
const PAGE_EVENTS: usize = 1024;

/// How often another process may be faster before a seal is given up.
const CONFLICTS_MAX: u32 = 16;

/// A checkpoint as it is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// The signed note. Kept with another custodian, it shows every later change of the log.
    pub note: String,
}

impl EventLog {
    /// Starts to seal in the background: after new events, at most about five times a second, and once more when the
    /// log is closed. A second call changes nothing.
    pub fn start_sealing(&self, signer: Signer) -> Result<(), Error> {
        if !self.appends() {
            return Err(Error::NoSigner);
        }
        let sealer = Arc::new(Sealer::new(&self.shared, signer));
        if self.shared.sealer.set(Arc::clone(&sealer)).is_ok() {
            let _ = self.shared.to_sealer.set(sealer.fresh.start());
            self.shared.tasks.spawn(sealer.run(self.watch(), self.shared.stop.clone()));
        }
        Ok(())
    }

    /// Seals everything that is in the log now and answers with the latest checkpoint; `None` for an empty log.
    pub async fn seal_now(&self) -> Result<Option<SignedCheckpoint>, Error> {
        let sealer = self.shared.sealer.get().ok_or(Error::NoSigner)?;
        sealer.seal().await?;
        self.latest_checkpoint().await
    }

    /// The latest checkpoint that is stored, by whichever process.
    pub async fn latest_checkpoint(&self) -> Result<Option<SignedCheckpoint>, Error> {
        let stored = self.shared.store.latest_checkpoint().await?;
        stored
            .map(|stored| Ok(SignedCheckpoint { checkpoint: read(&stored)?, note: stored.note }))
            .transpose()
    }
}

pub(crate) struct Sealer {
    store: Store,
    signer: Signer,
    measures: Measures,
    fresh: FreshLeaves,
    recent: RecentEvents,
    /// The tree as this process last saw it stored; `None` while that has to be loaded. Held for as long as a seal takes,
    /// which keeps the seals of this process apart.
    edge: Mutex<Option<Edge>>,
}

impl Sealer {
    fn new(log: &Shared, signer: Signer) -> Self {
        let (store, measures, recent) = (log.store.clone(), log.measures.clone(), log.recent.clone());
        Self { store, signer, measures, fresh: FreshLeaves::default(), recent, edge: Mutex::new(None) }
    }

    async fn run(self: Arc<Self>, mut head: watch::Receiver<u64>, stop: CancellationToken) {
        // What an earlier process left unsealed comes first.
        head.mark_changed();
        while let Some(Ok(())) = stop.run_until_cancelled(head.changed()).await {
            head.mark_unchanged();
            let pause = match self.seal().await {
                Ok(()) => SEAL_PAUSE,
                Err(error) => {
                    tracing::error!(%error, "event log could not be sealed");
                    head.mark_changed();
                    FAILURE_PAUSE
                }
            };
            stop.run_until_cancelled(tokio::time::sleep(pause)).await;
        }
    }

    /// Seals up to the head.
    pub(crate) async fn seal(&self) -> Result<(), Error> {
        let mut edge = self.edge.lock().await;
        let head = self.store.head().await?;
        let mut conflicts = 0;
        loop {
            // Taken out: after a failure it is loaded again.
            let known = edge.take();
            let stored = self.store.latest_checkpoint().await?;
            let mut next = match known {
                Some(known) if stored.as_ref().map_or(0, |stored| stored.size) == known.size() => known,
                _ => load(&self.store, stored.as_ref()).await?,
            };
            if next.size() >= head {
                self.measures.sealed.set(next.size() as f64);
                *edge = Some(next);
                return Ok(());
            }
            let began = Instant::now();
            match self.extend(&mut next, head).await? {
                SealOutcome::Stored => {
                    self.measures.seal_seconds.record(began.elapsed());
                    self.measures.sealed.set(next.size() as f64);
                    *edge = Some(next);
                }
                SealOutcome::Conflict if conflicts == CONFLICTS_MAX => {
                    return Err(Error::SealedMeanwhile(next.size()));
                }
                SealOutcome::Conflict => conflicts += 1,
            }
        }
    }

    /// Adds events after the edge to the tree, up to the head or as many as one checkpoint takes, and stores a checkpoint
    /// about them.
    async fn extend(&self, edge: &mut Edge, head: u64) -> Result<SealOutcome, Error> {
        let mut runs = Vec::new();
        let end = head.min(edge.size() + SEAL_EVENTS_MAX);
        while edge.size() < end {
            let leaves = self.fresh_leaves(edge.size() + 1, end).await?;
            if leaves.is_empty() {
                self.push_page(edge, &mut runs).await?;
            }
            for leaf in leaves {
                edge.push(leaf, &mut runs);
            }
        }
        edge.hand_out(&mut runs);
        let Some(root) = edge.root() else { return Ok(SealOutcome::Stored) };
        let checkpoint = StoredCheckpoint { size: edge.size(), note: self.signer.sign(edge.size(), root) };
        Ok(self.store.store_seal(&runs, &checkpoint).await?)
    }

    /// Leaves of the positions from the first on that this process has committed, up to the last at most, if the store still
    /// holds what was committed there: it may have gone back to an earlier state of itself and forward again.
    async fn fresh_leaves(&self, first: u64, last: u64) -> Result<Vec<TreeHash>, Error> {
        let leaves = self.fresh.take(first, last);
        let Some(newest) = leaves.last() else { return Ok(leaves) };
        let before = first + leaves.len() as u64 - 2;
        let stored = self.store.page(before, 1).await?.pop().map(crate::log::readable).transpose()?;
        if stored.is_some_and(|stored| leaf_hash(&stored) == *newest) {
            return Ok(leaves);
        }
        self.fresh.forget();
        self.recent.forget();
        Ok(Vec::new())
    }

    /// Adds the next events as they are stored; there is at least one.
    async fn push_page(&self, edge: &mut Edge, runs: &mut Vec<TileRun>) -> Result<(), Error> {
        let page = self.store.page(edge.size(), PAGE_EVENTS).await?;
        if page.is_empty() {
            return Err(Error::Gap { expected: edge.size() + 1, found: self.store.head().await? });
        }
        for row in page {
            let event = crate::log::readable(row)?;
            let expected = edge.size() + 1;
            if event.position != expected {
                return Err(Error::Gap { expected, found: event.position });
            }
            edge.push(leaf_hash(&event), runs);
        }
        Ok(())
    }
}

/// The edge of the tree that the latest checkpoint is about.
async fn load(store: &Store, latest: Option<&StoredCheckpoint>) -> Result<Edge, Error> {
    let Some(latest) = latest else { return Ok(Edge::default()) };
    let mut tiles = Vec::new();
    for (level, tile, width) in Edge::tiles(latest.size) {
        let hashes = TileHashes::new(level, tile, 1, &store.tile_runs(level, tile, tile).await?);
        let first = tile * TILE_WIDTH as u64;
        tiles.push(hashes.range(first..first + width as u64)?);
    }
    let edge = Edge::restored(latest.size, tiles);
    if edge.root() == Some(read(latest)?.root) {
        Ok(edge)
    } else {
        Err(Error::DamagedSeal(format!("tiles do not lead to the root of checkpoint {}", latest.size)))
    }
}

fn read(stored: &StoredCheckpoint) -> Result<Checkpoint, Error> {
    Checkpoint::read_unverified(&stored.note)
        .ok()
        .filter(|checkpoint| checkpoint.size == stored.size)
        .ok_or_else(|| Error::DamagedSeal(format!("checkpoint {} cannot be read", stored.size)))
}
