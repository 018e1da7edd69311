//! The two databases behind one set of questions. What differs between them stays in here.

mod postgres;
mod row;
mod sqlite;
mod verdict;

use crate::{Error, LogStore, StreamId, lookups::Lookups, merkle::TILE_WIDTH, prepared::Prepared};
use kernel::{RequestId, Timestamp};
use postgres::PostgresStore;
use sqlite::SqliteStore;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use postgres::{POSTGRES_INDEXED_PLANS, postgres_pool};
pub(crate) use row::{EventRow, Found, FoundRow};
pub use verdict::RecordedRequest;
pub(crate) use verdict::Verdict;

/// Version of the tables that this program writes.
pub(crate) const SCHEMA_VERSION: i64 = 1;

/// What a log may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Append,
    ReadOnly,
}

/// The open database. Cheap to clone; all clones share its connections.
#[derive(Clone, Debug)]
pub(crate) enum Store {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
}

/// Consecutive hashes of one tile of the Merkle tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TileRun {
    pub(crate) level: u32,
    pub(crate) tile: u64,
    /// Index of the first hash within the tile.
    pub(crate) start: u32,
    /// 32 bytes each.
    pub(crate) hashes: Vec<u8>,
}

/// A signed note and the number of positions that it speaks about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredCheckpoint {
    pub(crate) size: u64,
    pub(crate) note: String,
}

/// How an attempt to store a seal ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SealOutcome {
    Stored,
    /// Another process sealed some of these positions first. Nothing was written.
    Conflict,
}

impl Store {
    pub(crate) async fn open(store: &LogStore, mode: Mode) -> Result<Self, Error> {
        Ok(match store {
            LogStore::Sqlite(path) => Self::Sqlite(SqliteStore::open(path, mode).await?),
            LogStore::Postgres(url) => Self::Postgres(PostgresStore::open(url, mode).await?),
        })
    }

    /// Decides each request on its own and writes the accepted ones in one transaction; the answer has one verdict for
    /// each request, in order. No two of the requests may touch the same stream, unless both only read it, or bear the
    /// same id. After an error nothing was written, or (where the connection was lost) perhaps everything: the same
    /// batch may be tried again, for whatever was written answers as a repeat. What `lookups` leaves out may violate a
    /// unique key, which is an error of the whole batch.
    pub(crate) async fn append(
        &self,
        batch: &[&Prepared],
        lookups: &Lookups,
        now: Timestamp,
    ) -> Result<Vec<Verdict>, sqlx::Error> {
        match self {
            Self::Sqlite(store) => store.append(batch, lookups, now).await,
            Self::Postgres(store) => store.append(batch, lookups, now).await,
        }
    }

    /// Up to `limit` rows after the position, in order, as they are: gaps and damaged rows included.
    pub(crate) async fn page(&self, after: u64, limit: usize) -> Result<Vec<EventRow>, sqlx::Error> {
        let (after, limit) = (bounded(after), i64::try_from(limit).unwrap_or(i64::MAX));
        match self {
            Self::Sqlite(store) => store.page(after, limit).await,
            Self::Postgres(store) => store.page(after, limit).await,
        }
    }

    /// All rows of the streams, and the first row of each of the requests that is recorded, as the log was at one moment.
    pub(crate) async fn look_up(
        &self,
        streams: &[StreamId],
        requests: &[RequestId],
    ) -> Result<Vec<FoundRow>, sqlx::Error> {
        match self {
            Self::Sqlite(store) => store.look_up(streams, requests).await,
            Self::Postgres(store) => store.look_up(streams, requests).await,
        }
    }

    pub(crate) async fn head(&self) -> Result<u64, sqlx::Error> {
        match self {
            Self::Sqlite(store) => store.head().await,
            Self::Postgres(store) => store.head().await,
        }
    }

    /// Publishes the head whenever it moves, whoever moved it, until told to stop.
    pub(crate) async fn follow(self, head: watch::Sender<u64>, stop: CancellationToken) {
        match self {
            Self::Sqlite(store) => store.follow(head, stop).await,
            Self::Postgres(store) => store.follow(head, stop).await,
        }
    }

    /// The stored runs of the tiles `first..=last` of a level, in order.
    pub(crate) async fn tile_runs(
        &self,
        level: u32,
        first: u64,
        last: u64,
    ) -> Result<Vec<TileRun>, sqlx::Error> {
        let (first, last) = (bounded(first), bounded(last));
        match self {
            Self::Sqlite(store) => store.tile_runs(level, first, last).await,
            Self::Postgres(store) => store.tile_runs(level, first, last).await,
        }
    }

    /// Positions whose leaf hashes are stored, if none is missing.
    pub(crate) async fn hashed(&self) -> Result<u64, sqlx::Error> {
        let last = match self {
            Self::Sqlite(store) => store.last_leaf_run().await?,
            Self::Postgres(store) => store.last_leaf_run().await?,
        };
        let after = |run: TileRun| {
            let in_tile = u64::from(run.start) + run.hashes.len() as u64 / 32;
            run.tile.saturating_mul(TILE_WIDTH as u64).saturating_add(in_tile)
        };
        Ok(last.map_or(0, after))
    }

    /// Up to `limit` checkpoints of more than `after` positions, the smallest first.
    pub(crate) async fn checkpoints(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredCheckpoint>, sqlx::Error> {
        let (after, limit) = (bounded(after), i64::try_from(limit).unwrap_or(i64::MAX));
        match self {
            Self::Sqlite(store) => store.checkpoints(after, limit).await,
            Self::Postgres(store) => store.checkpoints(after, limit).await,
        }
    }

    pub(crate) async fn latest_checkpoint(&self) -> Result<Option<StoredCheckpoint>, sqlx::Error> {
        match self {
            Self::Sqlite(store) => store.latest_checkpoint().await,
            Self::Postgres(store) => store.latest_checkpoint().await,
        }
    }

    /// Stores new hashes and the checkpoint about them, all or nothing.
    pub(crate) async fn store_seal(
        &self,
        runs: &[TileRun],
        checkpoint: &StoredCheckpoint,
    ) -> Result<SealOutcome, sqlx::Error> {
        match self {
            Self::Sqlite(store) => store.store_seal(runs, checkpoint).await,
            Self::Postgres(store) => store.store_seal(runs, checkpoint).await,
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close().await,
            Self::Postgres(store) => store.close().await,
        }
    }
}

/// Whether a database with tables of that version can be used as it is.
fn check_schema(found: i64) -> Result<(), Error> {
    match found {
        SCHEMA_VERSION => Ok(()),
        found if found < SCHEMA_VERSION => Err(Error::NotMigrated { expected: SCHEMA_VERSION, found }),
        found => Err(Error::TooNew { known: SCHEMA_VERSION, found }),
    }
}

/// Raises the published head, never lowers it.
pub(crate) fn publish(head: &watch::Sender<u64>, position: u64) {
    head.send_if_modified(|known| {
        let ahead = position > *known;
        *known = position.max(*known);
        ahead
    });
}

/// Whether the same call may succeed when it is tried again: the connection was lost, or the server was busy.
pub(crate) fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(refusal) => refusal.code().is_some_and(|code| match code.as_ref() {
            // Busy or locked by another process (SQLite).
            code if code.len() < 5 => code.parse().is_ok_and(|code: u32| matches!(code & 0xff, 5 | 6)),
            // The server stops, starts or has no place left; deadlock and serialization (PostgreSQL).
            "57P01" | "57P02" | "57P03" | "53300" | "40001" | "40P01" | "55P03" => true,
            code => code.starts_with("08"),
        }),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

/// Whether nothing was written because a unique key holds one of the rows already.
pub(crate) fn meets_unique_key(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|refusal| refusal.is_unique_violation())
}

/// Positions and versions are kept as i64 by both databases.
pub(crate) fn bounded(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number that a CHECK keeps positive.
fn positive(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
