//! Recomputes the whole log from its content and compares it with everything that was sealed.

use crate::{
    Error, EventLog, StreamId,
    merkle::{Checkpoint, Edge, InvalidNote, NoteKey, TILE_WIDTH, TileHashes, TreeHash, leaf_hash},
    pages::Pages,
    store::{EventRow, Store, StoredCheckpoint, TileRun},
};
use std::{
    collections::HashMap,
    fmt,
    hash::{BuildHasher, RandomState},
};

/// Events read at once: a number of whole tiles.
const PAGE_TILES: usize = 8;
const PAGE_EVENTS: usize = PAGE_TILES * TILE_WIDTH;

/// Stored checkpoints read at once.
const PAGE_CHECKPOINTS: usize = 1024;

/// Problems that a report names at most; the verification ends there.
pub const PROBLEMS_MAX: usize = 100;

/// What a log is compared with, besides its own seals.
#[derive(Clone, Debug, Default)]
pub struct VerifyOptions {
    /// The public keys of those who sealed it. Without any, signatures are not looked at.
    pub keys: Vec<NoteKey>,
    /// Signed notes that were kept elsewhere. Only these show that somebody rewrote or cut the log together with its
    /// seals.
    pub outside_notes: Vec<String>,
}

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyReport {
    /// The last position of the log when the verification began.
    pub head: u64,
    /// Positions that were sealed, as stored checkpoints and hashes say. Those after them are only checked for their order.
    pub sealed: u64,
    /// Checkpoints, stored and outside, that fit the content.
    pub checkpoints: u64,
    /// Streams seen.
    pub streams: u64,
    /// Root over all positions up to the head, recomputed; `None` of an empty log, or where a problem ended the
    /// verification before.
    pub root: Option<TreeHash>,
    /// By position, the first one first; at most [`PROBLEMS_MAX`]. Empty if the log is whole.
    pub problems: Vec<Problem>,
}

impl VerifyReport {
    /// Whether the log is what was sealed, whole and in order.
    pub fn is_whole(&self) -> bool {
        self.problems.is_empty()
    }

    /// The first position known to be bad, or the first that may be.
    pub fn first_bad_position(&self) -> Option<u64> {
        self.problems.iter().map(Problem::position).min()
    }
}

/// Something in the log that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// An event of the past is gone, though later ones are there.
    Missing {
        /// Its position.
        position: u64,
    },
    /// The newest events are gone: checkpoints or hashes know more positions than the log has.
    CutTail {
        /// The first position that is gone.
        first_missing: u64,
        /// Positions that they know.
        sealed: u64,
    },
    /// The event is not the one that was sealed at this position.
    Changed {
        /// Its position.
        position: u64,
    },
    /// The row cannot be read as an event.
    Unreadable {
        /// Its position.
        position: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The stream's versions do not follow each other.
    Version {
        /// Of the event with the wrong version.
        position: u64,
        /// Its stream.
        stream: StreamId,
        /// The version that should follow.
        expected: u64,
        /// The version it has.
        found: u64,
    },
    /// The sealed hash of an event is gone or malformed.
    HashMissing {
        /// Its position.
        position: u64,
    },
    /// Hashes above the leaves do not follow from them.
    Tile {
        /// Level of the tile, 1 or more.
        level: u32,
        /// The first position below the wrong hash.
        first_position: u64,
        /// The last position below it.
        last_position: u64,
    },
    /// The content has another root than the checkpoint says. Something in these positions was changed together with
    /// its sealed hash, or the checkpoint is false.
    Root {
        /// The first position that the checkpoint before this one does not vouch for; for an outside one, the outside
        /// checkpoint before it.
        first_position: u64,
        /// Positions under the checkpoint.
        size: u64,
    },
    /// Positions were sealed, for their hashes are there, but the checkpoint about them is gone.
    CheckpointMissing {
        /// The first of these positions.
        first_position: u64,
        /// Positions whose hashes are there.
        size: u64,
    },
    /// A checkpoint that cannot be read or was not signed by a known key.
    Note {
        /// Positions that it claims.
        size: u64,
        /// Why it proves nothing.
        reason: InvalidNote,
    },
}

impl Problem {
    /// The position at which something is, or may be, wrong.
    pub const fn position(&self) -> u64 {
        match self {
            Self::Missing { position }
            | Self::Changed { position }
            | Self::Unreadable { position, .. }
            | Self::Version { position, .. }
            | Self::HashMissing { position } => *position,
            Self::CutTail { first_missing, .. } => *first_missing,
            Self::Tile { first_position, .. }
            | Self::Root { first_position, .. }
            | Self::CheckpointMissing { first_position, .. } => *first_position,
            Self::Note { size, .. } => *size,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { position } => write!(f, "position {position}: the event is missing"),
            Self::CutTail { first_missing, sealed } => {
                write!(
                    f,
                    "position {first_missing}: the log ends before it, though {sealed} positions were sealed"
                )
            }
            Self::Changed { position } => {
                write!(f, "position {position}: the event is not the one that was sealed")
            }
            Self::Unreadable { position, reason } => {
                write!(f, "position {position}: the event cannot be read: {reason}")
            }
            Self::Version { position, stream, expected, found } => {
                write!(f, "position {position}: stream {stream} has version {found} where {expected} follows")
            }
            Self::HashMissing { position } => write!(f, "position {position}: the sealed hash is missing"),
            Self::Tile { level, first_position, last_position } => write!(
                f,
                "positions {first_position} to {last_position}: the sealed hash above them (level {level}) does not \
                 follow from the sealed hashes below"
            ),
            Self::Root { first_position, size } => write!(
                f,
                "positions {first_position} to {size}: content and sealed hashes do not lead to the root of \
                 checkpoint {size}"
            ),
            Self::CheckpointMissing { first_position, size } => write!(
                f,
                "positions {first_position} to {size}: they were sealed, but the checkpoint about them is missing"
            ),
            Self::Note { size, reason } => write!(f, "checkpoint {size}: {reason}"),
        }
    }
}

impl EventLog {
    /// Recomputes everything in one pass: positions and versions without gaps, every event against its sealed hash, every
    /// hash of the tree, every checkpoint's root and signature, and the given outside notes. Takes bounded memory, but for
    /// some 40 bytes for each stream, and may run beside a server that writes.
    pub async fn verify(&self, options: VerifyOptions) -> Result<VerifyReport, Error> {
        // In this order: whatever was hashed is under a checkpoint, and whatever a checkpoint is about must be there.
        let hashed = self.shared.store.hashed().await?;
        let latest = self.shared.store.latest_checkpoint().await?;
        let under_checkpoint = latest.map_or(0, |latest| latest.size);
        let head = self.shared.store.head().await?;
        let (outside, mut problems) = read_outside_notes(&options);
        if hashed > under_checkpoint {
            problems.push(Problem::CheckpointMissing { first_position: under_checkpoint + 1, size: hashed });
        }
        let sealed = hashed.max(under_checkpoint);
        let verification = Verification {
            store: &self.shared.store,
            keys: options.keys,
            head,
            sealed,
            end: outside.iter().map(|note| note.size).fold(head.max(sealed), u64::max),
            outside,
            vouched_for: 0,
            vouched_for_outside: 0,
            checkpoints: 0,
            versions: HashMap::new(),
            hasher: RandomState::new(),
            lost_track: false,
            edge: Edge::default(),
        };
        let mut report = verification.run(&mut problems).await?;
        problems.sort_by_key(Problem::position);
        report.problems = problems;
        Ok(report)
    }
}

struct Verification<'a> {
    store: &'a Store,
    keys: Vec<NoteKey>,
    head: u64,
    sealed: u64,
    /// The last position that the log, its hashes or any checkpoint knows.
    end: u64,
    /// By size.
    outside: Vec<Checkpoint>,
    /// Size of the last checkpoint that fitted.
    vouched_for: u64,
    /// Size of the last outside checkpoint that fitted.
    vouched_for_outside: u64,
    checkpoints: u64,
    /// The last version of each stream, by a hash of its name: two streams in one place are as likely as a row of sixes
    /// on twenty dice.
    versions: HashMap<u64, u64>,
    hasher: RandomState,
    /// Some event could not be read, so nobody knows which versions should follow.
    lost_track: bool,
    edge: Edge,
}

/// Whether there is any sense in going on.
#[derive(PartialEq, Eq)]
enum Progress {
    GoOn,
    End,
}

impl Verification<'_> {
    async fn run(mut self, problems: &mut Vec<Problem>) -> Result<VerifyReport, Error> {
        let mut checkpoints = Checkpoints::new(self.sealed);
        let mut pages = Pages::new(self.store.clone(), 0, self.end, PAGE_EVENTS);
        while self.edge.size() < self.end {
            if self.page(&mut pages, &mut checkpoints, problems).await? == Progress::End
                || problems.len() >= PROBLEMS_MAX
            {
                problems.truncate(PROBLEMS_MAX);
                break;
            }
        }
        Ok(VerifyReport {
            head: self.head,
            sealed: self.sealed,
            checkpoints: self.checkpoints,
            streams: self.versions.len() as u64,
            root: self.edge.root().filter(|_| self.edge.size() == self.head),
            problems: Vec::new(),
        })
    }

    async fn page(
        &mut self,
        pages: &mut Pages,
        checkpoints: &mut Checkpoints,
        problems: &mut Vec<Problem>,
    ) -> Result<Progress, Error> {
        let after = self.edge.size();
        let first_tile = after / TILE_WIDTH as u64;
        let last_tile = first_tile + PAGE_TILES as u64 - 1;
        let runs = self.store.tile_runs(0, first_tile, last_tile).await?;
        let rows = pages.next().await?;
        let sealed = TileHashes::new(0, first_tile, PAGE_TILES, &runs);

        let mut completed = Vec::new();
        let mut rows = rows.into_iter().peekable();
        let last = self.end.min(after + PAGE_EVENTS as u64);
        for position in after + 1..=last {
            if position > self.head {
                problems.push(Problem::CutTail { first_missing: position, sealed: self.end });
                return Ok(Progress::End);
            }
            let row = rows.next_if(|row| position_of(row) <= position);
            let sealed_leaf = sealed.get(position - 1).filter(|_| position <= self.sealed);
            let Some(leaf) = self.leaf(position, row, sealed_leaf, problems) else {
                return Ok(Progress::End);
            };
            self.edge.push(leaf, &mut completed);
            self.compare_tiles(&mut completed, problems).await?;
            while let Some(stored) = checkpoints.next_of(position, self.store).await? {
                self.compare_stored(&stored, problems);
            }
            while let Some(noted) = self.outside.pop_if(|noted| noted.size == position) {
                self.compare_outside(&noted, problems);
            }
        }
        if last == self.end {
            self.edge.hand_out(&mut completed);
            self.compare_tiles(&mut completed, problems).await?;
        }
        Ok(Progress::GoOn)
    }

    /// The hash that goes into the tree: the sealed one where there is one, so that one bad event does not hide the next.
    /// `None` where neither event nor hash is left.
    fn leaf(
        &mut self,
        position: u64,
        row: Option<EventRow>,
        sealed: Option<TreeHash>,
        problems: &mut Vec<Problem>,
    ) -> Option<TreeHash> {
        let event = match row {
            Some(Ok(event)) => event,
            Some(Err(unreadable)) => {
                problems.push(Problem::Unreadable { position, reason: unreadable.reason });
                self.lost_track = true;
                return sealed;
            }
            None => {
                problems.push(Problem::Missing { position });
                self.lost_track = true;
                return sealed;
            }
        };
        let last_version = self.versions.entry(self.hasher.hash_one(&event.stream)).or_default();
        let expected = *last_version + 1;
        *last_version = event.version;
        let leaf = leaf_hash(&event);
        match sealed {
            Some(sealed) if sealed != leaf => problems.push(Problem::Changed { position }),
            None if position <= self.sealed => problems.push(Problem::HashMissing { position }),
            _ if event.version != expected && !self.lost_track => {
                let (stream, found) = (event.stream, event.version);
                problems.push(Problem::Version { position, stream, expected, found });
            }
            _ => {}
        }
        Some(sealed.unwrap_or(leaf))
    }

    /// Compares computed hashes above the leaves with the stored ones.
    async fn compare_tiles(
        &self,
        computed: &mut Vec<TileRun>,
        problems: &mut Vec<Problem>,
    ) -> Result<(), Error> {
        for run in computed.drain(..).filter(|run| run.level > 0) {
            let runs = self.store.tile_runs(run.level, run.tile, run.tile).await?;
            let stored = TileHashes::new(run.level, run.tile, 1, &runs);
            let leaves_below = 1_u64 << (8 * run.level);
            let first = run.tile * TILE_WIDTH as u64 + u64::from(run.start);
            for (index, hash) in (first..).zip(run.hashes.as_chunks::<32>().0) {
                let last_position = (index + 1) * leaves_below;
                if last_position <= self.sealed && stored.get(index) != Some(TreeHash(*hash)) {
                    let first_position = index * leaves_below + 1;
                    problems.push(Problem::Tile { level: run.level, first_position, last_position });
                }
            }
        }
        Ok(())
    }

    fn compare_stored(&mut self, stored: &StoredCheckpoint, problems: &mut Vec<Problem>) {
        let read = match self.keys.as_slice() {
            [] => Checkpoint::read_unverified(&stored.note),
            keys => Checkpoint::verify(&stored.note, keys),
        };
        match read {
            Ok(checkpoint) if checkpoint.size == stored.size && self.fits(&checkpoint) => {
                self.vouched_for = checkpoint.size;
            }
            Ok(checkpoint) if checkpoint.size == stored.size => {
                problems.push(Problem::Root { first_position: self.vouched_for + 1, size: checkpoint.size });
            }
            Ok(_) => {
                let reason = InvalidNote::Form("it was written for another size");
                problems.push(Problem::Note { size: stored.size, reason });
            }
            Err(reason) => problems.push(Problem::Note { size: stored.size, reason }),
        }
    }

    /// Who holds the key can write other seals, so that stored checkpoints that fit say nothing against an outside one.
    fn compare_outside(&mut self, noted: &Checkpoint, problems: &mut Vec<Problem>) {
        if self.fits(noted) {
            self.vouched_for_outside = noted.size;
            self.vouched_for = noted.size;
        } else {
            let first_position = self.vouched_for_outside + 1;
            problems.push(Problem::Root { first_position, size: noted.size });
        }
    }

    fn fits(&mut self, checkpoint: &Checkpoint) -> bool {
        let fits = self.edge.root() == Some(checkpoint.root);
        self.checkpoints += u64::from(fits);
        fits
    }
}

/// The stored checkpoints in order, read in pages.
struct Checkpoints {
    page: std::vec::IntoIter<StoredCheckpoint>,
    read_up_to: u64,
    last: u64,
}

impl Checkpoints {
    fn new(last: u64) -> Self {
        Self { page: Vec::new().into_iter(), read_up_to: 0, last }
    }

    /// The checkpoint about exactly that many positions.
    async fn next_of(&mut self, size: u64, store: &Store) -> Result<Option<StoredCheckpoint>, Error> {
        if self.page.as_slice().is_empty() && self.read_up_to < size.min(self.last) {
            let page = store.checkpoints(self.read_up_to, PAGE_CHECKPOINTS).await?;
            self.read_up_to = page.last().map_or(self.last, |last| last.size);
            self.page = page.into_iter();
        }
        let next_fits = self.page.as_slice().first().is_some_and(|next| next.size == size);
        Ok(if next_fits { self.page.next() } else { None })
    }
}

/// The outside notes that can be used, the largest first, and what is wrong with the others.
fn read_outside_notes(options: &VerifyOptions) -> (Vec<Checkpoint>, Vec<Problem>) {
    let mut checkpoints = Vec::new();
    let mut problems = Vec::new();
    for note in &options.outside_notes {
        let unverified = Checkpoint::read_unverified(note);
        let read = match options.keys.as_slice() {
            [] => unverified.clone(),
            keys => Checkpoint::verify(note, keys),
        };
        match read {
            Ok(checkpoint) => checkpoints.push(checkpoint),
            Err(reason) => {
                let size = unverified.map_or(0, |claimed| claimed.size);
                problems.push(Problem::Note { size, reason });
            }
        }
    }
    checkpoints.sort_by_key(|checkpoint| std::cmp::Reverse(checkpoint.size));
    (checkpoints, problems)
}

fn position_of(row: &EventRow) -> u64 {
    match row {
        Ok(event) => event.position,
        Err(unreadable) => unreadable.position,
    }
}
