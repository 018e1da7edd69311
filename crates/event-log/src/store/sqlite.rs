//! The log in a SQLite file.

use super::{
    EventRow, Found, FoundRow, Mode, RecordedRequest, SCHEMA_VERSION, SealOutcome, StoredCheckpoint, TileRun,
    Verdict, check_schema, is_transient, meets_unique_key, positive, publish,
    row::read_event,
    verdict::{Refusal, verdicts},
};
use crate::{
    Error, StreamId, fault,
    lookups::Lookups,
    prepared::{Prepared, PreparedEvent, event_id},
};
use kernel::{RequestId, Timestamp};
use serde::Serialize;
use sqlx::{
    AssertSqlSafe, Connection, Executor, Row, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous},
};
use std::{
    collections::HashMap,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;

const MIGRATIONS: [&str; SCHEMA_VERSION as usize] = [include_str!("sqlite_0001.sql")];

/// Connections for readers at most.
const READERS_MAX: u32 = 4;

/// How long a statement waits for another process that writes.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// How long opening waits for another process that opens the same file.
const OPENING_WAIT: Duration = Duration::from_secs(10);

/// How often the head is looked up for what other processes append.
const ASK_HEAD_EVERY: Duration = Duration::from_millis(250);

#[derive(Clone, Debug)]
pub(crate) struct SqliteStore {
    readers: SqlitePool,
    writer_options: SqliteConnectOptions,
    /// The one connection that writes. It is taken out while it is in use and put back after success or a met key, so a
    /// batch that failed otherwise or was abandoned closes it and its transaction.
    writer: Arc<Mutex<Option<SqliteConnection>>>,
}

impl SqliteStore {
    pub(crate) async fn open(path: &Path, mode: Mode) -> Result<Self, Error> {
        let options = SqliteConnectOptions::new().filename(path).busy_timeout(BUSY_WAIT);
        let writer_options = options
            .clone()
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            // Kibibytes, negative by SQLite's convention: event ids of random requests are spread over the whole index.
            .pragma("cache_size", "-65536")
            // For the same reason a large batch dirties so many pages that the usual 1,000 would fold the write-ahead log
            // into the file after every commit; pages, 64 MiB in all.
            .pragma("wal_autocheckpoint", "16384");
        let writer = match mode {
            Mode::Append => Some(open_writer(&writer_options).await?),
            Mode::ReadOnly => None,
        };
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .test_before_acquire(false)
            .connect_with(options.read_only(true).row_buffer_size(512))
            .await?;
        check_schema(schema_version(&mut *readers.acquire().await?).await?)?;
        Ok(Self { readers, writer_options, writer: Arc::new(Mutex::new(writer)) })
    }

    pub(crate) async fn append(
        &self,
        batch: &[&Prepared],
        lookups: &Lookups,
        now: Timestamp,
    ) -> Result<Vec<Verdict>, sqlx::Error> {
        let mut slot = self.writer.lock().await;
        let mut connection = match slot.take() {
            Some(connection) => connection,
            None => SqliteConnection::connect_with(&self.writer_options).await?,
        };
        let answer = append_batch(&mut connection, batch, lookups, now).await;
        if answer.as_ref().err().is_none_or(meets_unique_key) {
            *slot = Some(connection);
        }
        answer
    }

    pub(crate) async fn page(&self, after: i64, limit: i64) -> Result<Vec<EventRow>, sqlx::Error> {
        sqlx::query(
            "SELECT position, stream, version, event_id, event_type, effective, recorded_at, content, metadata
             FROM event WHERE position > ?1 ORDER BY position LIMIT ?2",
        )
        .bind(after)
        .bind(limit)
        // As they come, so that no row outlives the next.
        .map(|row| read_event(&row))
        .fetch_all(&self.readers)
        .await
    }

    pub(crate) async fn look_up(
        &self,
        streams: &[StreamId],
        requests: &[RequestId],
    ) -> Result<Vec<FoundRow>, sqlx::Error> {
        let first_ids: Vec<_> = requests.iter().map(|request| event_id(*request, 0).simple()).collect();
        sqlx::query(
            "SELECT position, stream, version, event_id, event_type, effective, recorded_at, content, metadata, NULL
             FROM event WHERE stream IN (SELECT value FROM json_each(?1))
             UNION ALL
             SELECT e.position, e.stream, e.version, e.event_id, e.event_type, e.effective, e.recorded_at, e.content,
                e.metadata, asked.key
             FROM json_each(?2) asked JOIN event e ON e.event_id = unhex(asked.value)",
        )
        .bind(json(streams)?)
        .bind(json(&first_ids)?)
        .try_map(|row: SqliteRow| {
            let asked: Option<i64> = row.try_get(9)?;
            let found = asked.map_or(Found::InStream, |key| Found::OfRequest(index(key)));
            Ok((found, read_event(&row)))
        })
        .fetch_all(&self.readers)
        .await
    }

    pub(crate) async fn head(&self) -> Result<u64, sqlx::Error> {
        let head: i64 = sqlx::query_scalar("SELECT coalesce(max(position), 0) FROM event")
            .fetch_one(&self.readers)
            .await?;
        Ok(positive(head))
    }

    /// SQLite tells other processes nothing, so their appends are asked for. Those of this process are published at
    /// once by the committer.
    pub(crate) async fn follow(self, head: watch::Sender<u64>, stop: CancellationToken) {
        let mut every = tokio::time::interval(ASK_HEAD_EVERY);
        while stop.run_until_cancelled(every.tick()).await.is_some() {
            match self.head().await {
                Ok(position) => publish(&head, position),
                Err(error) => tracing::warn!(%error, "event log head could not be read"),
            }
        }
    }

    pub(crate) async fn tile_runs(
        &self,
        level: u32,
        first: i64,
        last: i64,
    ) -> Result<Vec<TileRun>, sqlx::Error> {
        let rows = sqlx::query(
            "SELECT tile, start, hashes FROM merkle_tile
             WHERE level = ?1 AND tile BETWEEN ?2 AND ?3 ORDER BY tile, start",
        )
        .bind(level)
        .bind(first)
        .bind(last)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(|row| read_run(level, row)).collect()
    }

    pub(crate) async fn last_leaf_run(&self) -> Result<Option<TileRun>, sqlx::Error> {
        let row = sqlx::query(
            "SELECT tile, start, hashes FROM merkle_tile WHERE level = 0 ORDER BY tile DESC, start DESC LIMIT 1",
        )
        .fetch_optional(&self.readers)
        .await?;
        row.as_ref().map(|row| read_run(0, row)).transpose()
    }

    pub(crate) async fn checkpoints(
        &self,
        after: i64,
        limit: i64,
    ) -> Result<Vec<StoredCheckpoint>, sqlx::Error> {
        let rows = sqlx::query("SELECT size, note FROM checkpoint WHERE size > ?1 ORDER BY size LIMIT ?2")
            .bind(after)
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(read_checkpoint).collect()
    }

    pub(crate) async fn latest_checkpoint(&self) -> Result<Option<StoredCheckpoint>, sqlx::Error> {
        let row = sqlx::query("SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1")
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(read_checkpoint).transpose()
    }

    /// On the writer's connection: a second one would make appends wait in SQLite's own, unfair way.
    pub(crate) async fn store_seal(
        &self,
        runs: &[TileRun],
        checkpoint: &StoredCheckpoint,
    ) -> Result<SealOutcome, sqlx::Error> {
        let mut slot = self.writer.lock().await;
        let mut connection = match slot.take() {
            Some(connection) => connection,
            None => SqliteConnection::connect_with(&self.writer_options).await?,
        };
        match write_seal(&mut connection, runs, checkpoint).await {
            Ok(()) => {
                *slot = Some(connection);
                Ok(SealOutcome::Stored)
            }
            Err(error) if meets_unique_key(&error) => {
                *slot = Some(connection);
                Ok(SealOutcome::Conflict)
            }
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn close(&self) {
        // Readers first: the last connection to close folds the write-ahead log into the file.
        self.readers.close().await;
        if let Some(connection) = self.writer.lock().await.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "event log file could not be closed cleanly");
        }
    }
}

/// Two questions at most and a few insertions, however large the batch is.
async fn append_batch(
    connection: &mut SqliteConnection,
    batch: &[&Prepared],
    lookups: &Lookups,
    now: Timestamp,
) -> Result<Vec<Verdict>, sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let (head, recorded_at) = head_and_time(&mut transaction, now).await?;
    let refusals = refusals(&mut transaction, batch, lookups).await?;
    let accepted = batch.iter().enumerate().filter(|(number, _)| !refusals.contains_key(number));
    let events = accepted.flat_map(|(_, request)| request.events.iter().map(move |event| (*request, event)));
    let rows: Vec<_> = (head + 1..).zip(events).collect();
    if !rows.is_empty() {
        insert_events(&mut transaction, &rows, recorded_at).await?;
        fault::point("after_insert");
    }
    transaction.commit().await?;
    Ok(verdicts(batch, positive(head), recorded_at, refusals))
}

async fn head_and_time(
    connection: &mut SqliteConnection,
    now: Timestamp,
) -> Result<(i64, Timestamp), sqlx::Error> {
    let last = sqlx::query("SELECT position, recorded_at FROM event ORDER BY position DESC LIMIT 1")
        .fetch_optional(connection)
        .await?;
    let Some(last) = last else { return Ok((0, now)) };
    let recorded_at =
        Timestamp::from_micros(last.try_get(1)?).map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok((last.try_get(0)?, recorded_at.max(now)))
}

async fn refusals(
    connection: &mut SqliteConnection,
    batch: &[&Prepared],
    lookups: &Lookups,
) -> Result<HashMap<usize, Refusal>, sqlx::Error> {
    if lookups.is_empty() {
        return Ok(HashMap::new());
    }
    let first_ids: Vec<_> =
        lookups.of(batch).map(|(index, request)| (index, request.first_event_id().simple())).collect();
    let checks: Vec<(usize, usize, &str, u64)> = lookups
        .of(batch)
        .flat_map(|(request, prepared)| {
            let checks = prepared.checks.iter().enumerate();
            checks.map(move |(index, check)| (request, index, check.stream.as_str(), check.version))
        })
        .collect();
    let rows = sqlx::query(
        "SELECT asked.value ->> 0, e.position, e.recorded_at, e.metadata, NULL, NULL
         FROM json_each(?1) asked JOIN event e ON e.event_id = unhex(asked.value ->> 1)
         UNION ALL
         SELECT request, NULL, NULL, NULL, number, actual FROM (
            SELECT value ->> 0 AS request, value ->> 1 AS number, value ->> 3 AS expected,
                (SELECT coalesce(max(e.version), 0) FROM event e WHERE e.stream = value ->> 2) AS actual
            FROM json_each(?2)
         ) WHERE actual <> expected",
    )
    .bind(json(&first_ids)?)
    .bind(json(&checks)?)
    .fetch_all(connection)
    .await?;

    let mut refusals = HashMap::new();
    for row in &rows {
        let request = index(row.try_get(0)?);
        let refusal = match row.try_get::<Option<i64>, _>(4)? {
            None => {
                let recorded =
                    RecordedRequest::from_first_event(row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
                Refusal::Repeat(recorded)
            }
            Some(check) => Refusal::Stale { check: index(check), actual: positive(row.try_get(5)?) },
        };
        // Repeats come first in the answer, and the first of several stale streams is named.
        refusals.entry(request).or_insert(refusal);
    }
    Ok(refusals)
}

/// Events in one statement at most.
const STATEMENT_EVENTS: usize = 64;

/// Writes the events at their positions as bound values, which costs a fraction of reading them out of JSON. Statements
/// come in few sizes, so that each is prepared once.
async fn insert_events(
    connection: &mut SqliteConnection,
    mut rows: &[(i64, (&Prepared, &PreparedEvent))],
    recorded_at: Timestamp,
) -> Result<(), sqlx::Error> {
    while !rows.is_empty() {
        let (statement, left) = rows.split_at(STATEMENT_EVENTS.min(1 << rows.len().ilog2()));
        let values = vec!["(?, ?, ?, ?, ?, ?, ?, ?, ?)"; statement.len()].join(", ");
        let mut insert = sqlx::query(AssertSqlSafe(format!(
            "INSERT INTO event
                (position, stream, version, event_id, event_type, effective, recorded_at, content, metadata)
             VALUES {values}"
        )));
        for (position, (request, event)) in statement {
            insert = insert
                .bind(*position)
                .bind(request.checks[event.check].stream.as_str().to_owned())
                .bind(super::bounded(event.version))
                .bind(event.event_id)
                .bind(event.event_type)
                .bind(event.effective.clone())
                .bind(recorded_at.micros())
                .bind(event.content.clone())
                .bind(event.metadata.clone());
        }
        insert.execute(&mut *connection).await?;
        rows = left;
    }
    Ok(())
}

async fn write_seal(
    connection: &mut SqliteConnection,
    runs: &[TileRun],
    checkpoint: &StoredCheckpoint,
) -> Result<(), sqlx::Error> {
    let rows: Vec<(u32, u64, u32, String)> = runs
        .iter()
        .map(|run| (run.level, run.tile, run.start, kernel::text::hexadecimal(&run.hashes)))
        .collect();
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query(
        "INSERT INTO merkle_tile (level, tile, start, hashes)
         SELECT value ->> 0, value ->> 1, value ->> 2, unhex(value ->> 3) FROM json_each(?1)",
    )
    .bind(json(&rows)?)
    .execute(&mut *transaction)
    .await?;
    sqlx::query("INSERT INTO checkpoint (size, note) VALUES (?1, ?2)")
        .bind(super::bounded(checkpoint.size))
        .bind(checkpoint.note.as_str())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await
}

/// Opens the file for writing and brings its tables up to date. Another process may be doing the same, and SQLite does
/// not wait for it while the journal mode changes, so this does.
async fn open_writer(options: &SqliteConnectOptions) -> Result<SqliteConnection, Error> {
    let deadline = Instant::now() + OPENING_WAIT;
    loop {
        let opened = async {
            let mut connection = SqliteConnection::connect_with(options).await?;
            migrate(&mut connection).await?;
            Ok(connection)
        };
        match opened.await {
            Err(Error::Store(error)) if is_transient(&error) && Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            outcome => return outcome,
        }
    }
}

async fn migrate(connection: &mut SqliteConnection) -> Result<(), Error> {
    if schema_version(connection).await? == SCHEMA_VERSION {
        return Ok(());
    }
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let found = schema_version(&mut transaction).await?;
    if found > SCHEMA_VERSION {
        return Err(Error::TooNew { known: SCHEMA_VERSION, found });
    }
    transaction
        .execute("CREATE TABLE IF NOT EXISTS event_log_migration (version INTEGER PRIMARY KEY) STRICT")
        .await?;
    for (version, migration) in (1..).zip(MIGRATIONS).filter(|(version, _)| *version > found) {
        transaction.execute(sqlx::raw_sql(migration)).await?;
        sqlx::query("INSERT INTO event_log_migration (version) VALUES (?1)")
            .bind::<i64>(version)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}

async fn schema_version(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    let exists: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'event_log_migration')")
            .fetch_one(&mut *connection)
            .await?;
    if !exists {
        return Ok(0);
    }
    sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM event_log_migration")
        .fetch_one(&mut *connection)
        .await
}

fn read_run(level: u32, row: &SqliteRow) -> Result<TileRun, sqlx::Error> {
    Ok(TileRun { level, tile: positive(row.try_get(0)?), start: row.try_get(1)?, hashes: row.try_get(2)? })
}

fn read_checkpoint(row: &SqliteRow) -> Result<StoredCheckpoint, sqlx::Error> {
    Ok(StoredCheckpoint { size: positive(row.try_get(0)?), note: row.try_get(1)? })
}

/// Many values as one bind parameter.
fn json<T: Serialize + ?Sized>(values: &T) -> Result<String, sqlx::Error> {
    serde_json::to_string(values).map_err(|error| sqlx::Error::Encode(error.into()))
}

/// SQLite's json_each counts from zero.
fn index(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}
