//! What the database gives at most: the rows of the log, copied into a table with the same columns and keys, without
//! versions checked, request ids looked up or an order given out.

use super::MEASURE;
use crate::measurement::Measurement;
use anyhow::Result;
use sqlx::{Executor, PgPool, postgres::PgPoolOptions};
use std::{
    fmt::Write,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;
use uuid::Uuid;

const CLIENTS: usize = 8;
const POOL_WAIT: Duration = Duration::from_secs(30);

type SampleRow = (String, String, String, i64, String, String);

/// Each way with its speed.
pub(super) async fn measure(url: &str) -> Result<Vec<(&'static str, Measurement)>> {
    let connections = u32::try_from(CLIENTS)?;
    let pool =
        PgPoolOptions::new().max_connections(connections).acquire_timeout(POOL_WAIT).connect(url).await?;
    pool.execute("CREATE TABLE limit_event (LIKE event INCLUDING ALL)").await?;
    let sample: Arc<Vec<SampleRow>> = Arc::new(
        sqlx::query_as(
            "SELECT stream, event_type, effective, recorded_at, content, metadata FROM event LIMIT 1000",
        )
        .fetch_all(&pool)
        .await?,
    );
    let mut measured = Vec::new();
    for (name, way, rows) in [
        ("INSERT of 20 rows a commit, 8 clients", Way::Insert, 20),
        ("INSERT of 200 rows a commit, 8 clients", Way::Insert, 200),
        ("COPY of 200 rows a commit, 8 clients", Way::Copy, 200),
    ] {
        pool.execute("TRUNCATE limit_event").await?;
        measured.push((name, all_clients(&pool, &sample, way, rows).await?));
    }
    pool.close().await;
    Ok(measured)
}

#[derive(Clone, Copy)]
enum Way {
    Insert,
    Copy,
}

async fn all_clients(
    pool: &PgPool,
    sample: &Arc<Vec<SampleRow>>,
    way: Way,
    rows: usize,
) -> Result<Measurement> {
    let started = Instant::now();
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let (pool, sample) = (pool.clone(), Arc::clone(sample));
        clients.spawn(async move { one_client(&pool, &sample, way, rows, client, started).await });
    }
    let mut written = 0;
    while let Some(client) = clients.join_next().await {
        written += client??;
    }
    Ok(Measurement::of(written, started.elapsed()))
}

/// Writes batches until the time is over; the positions of a client are its own.
async fn one_client(
    pool: &PgPool,
    sample: &[SampleRow],
    way: Way,
    rows: usize,
    client: usize,
    started: Instant,
) -> Result<u64> {
    let mut connection = pool.acquire().await?;
    let mut next = i64::try_from(client)? * 1_000_000_000 + 1;
    let mut written = 0;
    while started.elapsed() < MEASURE {
        let count = i64::try_from(rows)?;
        let positions: Vec<i64> = (next..next + count).collect();
        let chosen: Vec<&SampleRow> =
            sample.iter().cycle().skip(usize::try_from(next % 997)?).take(rows).collect();
        match way {
            Way::Insert => {
                let ids: Vec<Uuid> = positions.iter().map(|_| Uuid::new_v4()).collect();
                sqlx::query(
                    "INSERT INTO limit_event
                         (position, version, event_id, stream, event_type, effective, recorded_at, content, metadata)
                     SELECT position, position, event_id, stream, event_type, effective, recorded_at, content, metadata
                     FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[],
                         $7::text[], $8::text[])
                         AS given (position, event_id, stream, event_type, effective, recorded_at, content, metadata)",
                )
                .bind(&positions)
                .bind(ids)
                .bind(chosen.iter().map(|row| row.0.as_str()).collect::<Vec<_>>())
                .bind(chosen.iter().map(|row| row.1.as_str()).collect::<Vec<_>>())
                .bind(chosen.iter().map(|row| row.2.as_str()).collect::<Vec<_>>())
                .bind(chosen.iter().map(|row| row.3).collect::<Vec<_>>())
                .bind(chosen.iter().map(|row| row.4.as_str()).collect::<Vec<_>>())
                .bind(chosen.iter().map(|row| row.5.as_str()).collect::<Vec<_>>())
                .execute(&mut *connection)
                .await?;
            }
            Way::Copy => {
                let mut text = String::new();
                for (position, (stream, event_type, effective, recorded, content, metadata)) in
                    positions.iter().zip(chosen)
                {
                    let id = Uuid::new_v4();
                    let (content, metadata) = (escaped(content), escaped(metadata));
                    writeln!(
                        text,
                        "{position}\t{stream}\t{position}\t{id}\t{event_type}\t{effective}\t{recorded}\t{content}\t{metadata}"
                    )?;
                }
                let mut copy = connection
                    .copy_in_raw(
                        "COPY limit_event (position, stream, version, event_id, event_type, effective, recorded_at,
                             content, metadata) FROM STDIN",
                    )
                    .await?;
                copy.send(text.into_bytes()).await?;
                copy.finish().await?;
            }
        }
        next += count;
        written += u64::try_from(rows)?;
    }
    Ok(written)
}

/// COPY's text format reads a backslash as an escape.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
}
