//! The log in a PostgreSQL database.

use super::{
    EventRow, Found, FoundRow, Mode, RecordedRequest, SCHEMA_VERSION, SealOutcome, StoredCheckpoint, TileRun,
    Verdict, check_schema, meets_unique_key, positive, publish,
    row::read_event,
    verdict::{Refusal, verdicts},
};
use crate::{
    Error, StreamId,
    lookups::Lookups,
    prepared::{Prepared, event_id},
};
use kernel::{RequestId, Timestamp};
use sqlx::{
    Connection, Executor, PgConnection, PgPool, Row,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions, PgRow},
};
use std::{collections::HashMap, str::FromStr, sync::Arc, time::Duration};
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const MIGRATIONS: [&str; SCHEMA_VERSION as usize] = [include_str!("postgres_0001.sql")];

/// The channel on which the function in the migration announces each batch.
const CHANNEL: &str = "muctieu_event_log";

/// Connections for readers and the sealer at most.
const READERS_MAX: u32 = 8;

/// How long a listener waits for news before it asks for the head itself.
const ASK_HEAD_AFTER: Duration = Duration::from_secs(5);

/// Pause after a listener could not connect.
const RECONNECT_PAUSE: Duration = Duration::from_millis(500);

/// An idle connection is asked whether it still stands before it is used; one that was just used is not, for the question
/// costs as much as the use.
const ASK_IDLE_AFTER: Duration = Duration::from_secs(1);

/// How long a caller waits for a connection. Less than a request may take, so that the caller hears that the database is
/// away.
const ACQUIRE_MAX: Duration = Duration::from_secs(5);

/// A pool as every part of the program uses it.
pub fn postgres_pool() -> PgPoolOptions {
    PgPoolOptions::new().acquire_timeout(ACQUIRE_MAX).test_before_acquire(false).before_acquire(
        |connection, age| {
            Box::pin(async move {
                if age.idle_for >= ASK_IDLE_AFTER {
                    connection.ping().await?;
                }
                Ok(true)
            })
        },
    )
}

/// Settings of sessions whose questions all go by an index: a plan is made once for any values, and is right also where it
/// was made while the table was empty.
pub const POSTGRES_INDEXED_PLANS: [(&str, &str); 2] =
    [("plan_cache_mode", "force_generic_plan"), ("enable_seqscan", "off")];

#[derive(Clone, Debug)]
pub(crate) struct PostgresStore {
    readers: PgPool,
    writer_options: PgConnectOptions,
    /// The one connection that appends. It is taken out while it is in use and put back after success or the server's
    /// refusal, so an abandoned batch closes it and its transaction.
    writer: Arc<Mutex<Option<PgConnection>>>,
}

impl PostgresStore {
    pub(crate) async fn open(url: &str, mode: Mode) -> Result<Self, Error> {
        // The append depends on READ COMMITTED: a snapshot taken before its lock would be stale.
        let settings = [("default_transaction_isolation", "read committed")];
        let writer_options = PgConnectOptions::from_str(url)?.application_name("muctieu").options(settings);
        let read_only = match mode {
            Mode::Append => "off",
            Mode::ReadOnly => "on",
        };
        let reader_options = writer_options
            .clone()
            .options([("default_transaction_read_only", read_only)])
            .options(POSTGRES_INDEXED_PLANS);
        let readers = postgres_pool()
            .max_connections(READERS_MAX)
            .min_connections(0)
            .connect_with(reader_options)
            .await?;
        match mode {
            Mode::Append => migrate(&readers).await?,
            Mode::ReadOnly => {
                check_schema(schema_version(&mut *readers.acquire().await?).await?)?;
            }
        }
        Ok(Self { readers, writer_options, writer: Arc::default() })
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
            None => connect_durably(&self.writer_options).await?,
        };
        let answer = call_append(&mut connection, batch, lookups, now).await;
        // A refusal by the server leaves the connection usable.
        if matches!(&answer, Ok(_) | Err(sqlx::Error::Database(_))) {
            *slot = Some(connection);
        }
        answer
    }

    pub(crate) async fn page(&self, after: i64, limit: i64) -> Result<Vec<EventRow>, sqlx::Error> {
        sqlx::query(
            "SELECT position, stream, version, event_id, event_type, effective, recorded_at, content, metadata
             FROM event WHERE position > $1 ORDER BY position LIMIT $2",
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
        let names: Vec<&str> = streams.iter().map(StreamId::as_str).collect();
        let first_ids: Vec<Uuid> = requests.iter().map(|request| event_id(*request, 0)).collect();
        sqlx::query(
            "SELECT position, stream, version, event_id, event_type, effective, recorded_at, content, metadata,
                NULL::bigint
             FROM (SELECT DISTINCT name FROM unnest($1::text[]) AS given (name)) AS asked
             CROSS JOIN LATERAL (
                SELECT * FROM event
                WHERE hashtextextended(stream, 0) = hashtextextended(asked.name, 0)
                  AND hashtextextended(stream, 1) = hashtextextended(asked.name, 1)
             ) e
             UNION ALL
             SELECT e.position, e.stream, e.version, e.event_id, e.event_type, e.effective, e.recorded_at, e.content,
                e.metadata, asked.number
             FROM unnest($2::uuid[]) WITH ORDINALITY AS asked (id, number)
             JOIN event e ON e.event_id = asked.id",
        )
        .bind(names)
        .bind(first_ids)
        .try_map(|row: PgRow| {
            let asked: Option<i64> = row.try_get(9)?;
            let found = asked.map_or(Found::InStream, |number| Found::OfRequest(index_from_one(number)));
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

    pub(crate) async fn follow(self, head: watch::Sender<u64>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let listening = stop.run_until_cancelled(self.listen(&head)).await;
            if let Some(Err(error)) = listening {
                tracing::warn!(%error, "event log listener lost its connection");
                stop.run_until_cancelled(tokio::time::sleep(RECONNECT_PAUSE)).await;
            }
        }
    }

    async fn listen(&self, head: &watch::Sender<u64>) -> Result<(), sqlx::Error> {
        let pool = PgPoolOptions::new().max_connections(1).connect_with(self.writer_options.clone()).await?;
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.listen(CHANNEL).await?;
        loop {
            // What was announced before the listener stood, or while it was reconnecting, is asked for.
            publish(head, self.head().await?);
            while let Ok(news) = tokio::time::timeout(ASK_HEAD_AFTER, listener.try_recv()).await {
                let Some(news) = news? else { break };
                if let Ok(position) = news.payload().parse() {
                    publish(head, position);
                }
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
             WHERE level = $1 AND tile BETWEEN $2 AND $3 ORDER BY tile, start",
        )
        .bind(level.cast_signed())
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
        let rows = sqlx::query("SELECT size, note FROM checkpoint WHERE size > $1 ORDER BY size LIMIT $2")
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

    pub(crate) async fn store_seal(
        &self,
        runs: &[TileRun],
        checkpoint: &StoredCheckpoint,
    ) -> Result<SealOutcome, sqlx::Error> {
        let levels: Vec<i32> = runs.iter().map(|run| run.level.cast_signed()).collect();
        let tiles: Vec<i64> = runs.iter().map(|run| super::bounded(run.tile)).collect();
        let starts: Vec<i32> = runs.iter().map(|run| run.start.cast_signed()).collect();
        let hashes: Vec<&[u8]> = runs.iter().map(|run| run.hashes.as_slice()).collect();
        // One statement, so all or nothing. Two sealers meet at the same keys, and the second is refused.
        let stored = sqlx::query(
            "WITH runs AS (
                INSERT INTO merkle_tile (level, tile, start, hashes)
                SELECT * FROM unnest($1::integer[], $2::bigint[], $3::integer[], $4::bytea[])
             )
             INSERT INTO checkpoint (size, note) VALUES ($5, $6)",
        )
        .bind(levels)
        .bind(tiles)
        .bind(starts)
        .bind(hashes)
        .bind(super::bounded(checkpoint.size))
        .bind(&checkpoint.note)
        .execute(&self.readers)
        .await;
        match stored {
            Ok(_) => Ok(SealOutcome::Stored),
            Err(error) if meets_unique_key(&error) => Ok(SealOutcome::Conflict),
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn close(&self) {
        if let Some(connection) = self.writer.lock().await.take()
            && let Err(error) = connection.close().await
        {
            tracing::debug!(%error, "event log writer was already disconnected");
        }
        self.readers.close().await;
    }
}

/// A connection whose commits are on disk when they are acknowledged, whatever the database's default is.
async fn connect_durably(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let mut connection = PgConnection::connect_with(options).await?;
    connection
        .execute(
            "SELECT set_config('synchronous_commit', 'on', false)
             WHERE current_setting('synchronous_commit') = 'off'",
        )
        .await?;
    Ok(connection)
}

async fn call_append(
    connection: &mut PgConnection,
    batch: &[&Prepared],
    lookups: &Lookups,
    now: Timestamp,
) -> Result<Vec<Verdict>, sqlx::Error> {
    let columns = Columns::of(batch, lookups);
    let rows = sqlx::query(
        "SELECT kind, request, check_number, at_position, at_recorded, at_version, at_metadata
         FROM event_log_append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(now.micros())
    .bind(columns.first_ids)
    .bind(columns.check_requests)
    .bind(columns.check_streams)
    .bind(columns.check_versions)
    .bind(columns.event_requests)
    .bind(columns.streams)
    .bind(columns.versions)
    .bind(columns.event_ids)
    .bind(columns.event_types)
    .bind(columns.effectives)
    .bind(columns.contents)
    .bind(columns.metadatas)
    .fetch_all(&mut *connection)
    .await?;

    let mut head = None;
    let mut refusals = HashMap::new();
    for row in &rows {
        let request = index_from_one(row.try_get::<i32, _>(1)?.into());
        match row.try_get(0)? {
            "head" => head = Some((row.try_get::<i64, _>(3)?, row.try_get::<i64, _>(4)?)),
            "repeat" => {
                let recorded =
                    RecordedRequest::from_first_event(row.try_get(3)?, row.try_get(4)?, row.try_get(6)?);
                refusals.insert(request, Refusal::Repeat(recorded));
            }
            _ => {
                // Checks are numbered over all requests that were looked up.
                let number = index_from_one(row.try_get::<i32, _>(2)?.into());
                let earlier = lookups.of(batch).take_while(|(index, _)| *index < request);
                let before: usize = earlier.map(|(_, earlier)| earlier.checks.len()).sum();
                let check = number.saturating_sub(before);
                refusals.insert(request, Refusal::Stale { check, actual: positive(row.try_get(5)?) });
            }
        }
    }
    let (head, recorded_at) = head.ok_or(sqlx::Error::RowNotFound)?;
    let recorded_at =
        Timestamp::from_micros(recorded_at).map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(verdicts(batch, positive(head), recorded_at, refusals))
}

/// A batch as the function's arguments.
#[derive(Default)]
struct Columns<'a> {
    /// NULL, which no event has, for a request that is not looked up.
    first_ids: Vec<Option<Uuid>>,
    check_requests: Vec<i32>,
    check_streams: Vec<&'a str>,
    check_versions: Vec<i64>,
    event_requests: Vec<i32>,
    streams: Vec<&'a str>,
    versions: Vec<i64>,
    event_ids: Vec<Uuid>,
    event_types: Vec<&'a str>,
    effectives: Vec<&'a str>,
    contents: Vec<&'a str>,
    metadatas: Vec<&'a str>,
}

impl<'a> Columns<'a> {
    fn of(batch: &[&'a Prepared], lookups: &Lookups) -> Self {
        let mut columns = Self::default();
        if !lookups.is_empty() {
            columns.first_ids = vec![None; batch.len()];
        }
        for (index, request) in lookups.of(batch) {
            columns.first_ids[index] = Some(request.first_event_id());
            for check in &request.checks {
                columns.check_requests.push(from_one(index));
                columns.check_streams.push(check.stream.as_str());
                columns.check_versions.push(super::bounded(check.version));
            }
        }
        for (number, request) in (1..).zip(batch) {
            for event in &request.events {
                columns.event_requests.push(number);
                columns.streams.push(request.checks[event.check].stream.as_str());
                columns.versions.push(super::bounded(event.version));
                columns.event_ids.push(event.event_id);
                columns.event_types.push(event.event_type);
                columns.effectives.push(&event.effective);
                columns.contents.push(&event.content);
                columns.metadatas.push(&event.metadata);
            }
        }
        columns
    }
}

async fn migrate(pool: &PgPool) -> Result<(), Error> {
    let mut connection = pool.acquire().await?;
    // A role that may only insert and select gets no further than this, and need not.
    if check_schema(schema_version(&mut connection).await?).is_ok() {
        return Ok(());
    }
    let mut transaction = connection.begin().await?;
    transaction.execute("SELECT pg_advisory_xact_lock(7308895133)").await?;
    let found = schema_version(&mut transaction).await?;
    if found > SCHEMA_VERSION {
        return Err(Error::TooNew { known: SCHEMA_VERSION, found });
    }
    transaction
        .execute("CREATE TABLE IF NOT EXISTS event_log_migration (version bigint PRIMARY KEY)")
        .await?;
    for (version, migration) in (1..).zip(MIGRATIONS).filter(|(version, _)| *version > found) {
        transaction.execute(sqlx::raw_sql(migration)).await?;
        sqlx::query("INSERT INTO event_log_migration (version) VALUES ($1)")
            .bind::<i64>(version)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}

async fn schema_version(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    // Not to_regclass: it answers from a cache that may not know yet what another process has just committed.
    let exists: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM pg_tables
         WHERE tablename = 'event_log_migration' AND schemaname = ANY (current_schemas(false)))",
    )
    .fetch_one(&mut *connection)
    .await?;
    if !exists {
        return Ok(0);
    }
    sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM event_log_migration")
        .fetch_one(&mut *connection)
        .await
}

fn read_run(level: u32, row: &PgRow) -> Result<TileRun, sqlx::Error> {
    Ok(TileRun {
        level,
        tile: positive(row.try_get(0)?),
        start: row.try_get::<i32, _>(1)?.cast_unsigned(),
        hashes: row.try_get(2)?,
    })
}

fn read_checkpoint(row: &PgRow) -> Result<StoredCheckpoint, sqlx::Error> {
    Ok(StoredCheckpoint { size: positive(row.try_get(0)?), note: row.try_get(1)? })
}

/// SQL counts from one, and so does the number of a request or check.
fn from_one(index: usize) -> i32 {
    i32::try_from(index + 1).unwrap_or(i32::MAX)
}

/// The other way round.
fn index_from_one(number: i64) -> usize {
    usize::try_from(number - 1).unwrap_or(0)
}
