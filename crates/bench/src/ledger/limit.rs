//! What the database gives at most: the ledger's own rows inserted by plain SQL, one a commit and many a commit, with no
//! balance, version or request id looked at and no order given out.

use crate::measurement::Measurement;
use anyhow::Result;
use hdrhistogram::Histogram;
use sqlx::{Executor, PgPool, postgres::PgPoolOptions};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

const CLIENTS: usize = 16;
const BULK_ROWS: i64 = 500;

/// Each way with its speed and the rows written.
pub(super) async fn measure(url: &str, time: Duration) -> Result<Vec<(String, Measurement, u64)>> {
    let pool = PgPoolOptions::new().max_connections(u32::try_from(CLIENTS)?).connect(url).await?;
    pool.execute("create table limit_event (like event including all)").await?;
    pool.execute("create sequence limit_position").await?;
    let mut measured = Vec::new();
    for (what, rows) in [("one row a commit", 1), ("500 rows a commit", BULK_ROWS)] {
        pool.execute("truncate limit_event").await?;
        let (measurement, written) = all_clients(&pool, rows, time).await?;
        measured.push((format!("limit: plain insert, {what}, {CLIENTS} clients"), measurement, written));
    }
    pool.close().await;
    Ok(measured)
}

async fn all_clients(pool: &PgPool, rows: i64, time: Duration) -> Result<(Measurement, u64)> {
    // Rows of the ledger's log as they are, under new positions, versions and ids.
    let insert = format!(
        "insert into limit_event (position, version, event_id, stream, event_type, effective, recorded_at, content, metadata)
         select given, given, gen_random_uuid(), stream, event_type, effective, recorded_at, content, metadata
         from (select nextval('limit_position') as given from generate_series(1, {rows})) as places,
              (select * from event where event_type = 'funding.transferred.v1' order by position desc limit 1) as sample"
    );
    let insert: Arc<str> = insert.into();
    let began = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let (pool, insert) = (pool.clone(), Arc::clone(&insert));
        clients.spawn(async move {
            let mut connection = pool.acquire().await?;
            let mut latencies: Histogram<u64> = Histogram::new(3)?;
            while began.elapsed() < time {
                let asked = Instant::now();
                sqlx::query(sqlx::AssertSqlSafe(insert.to_string())).execute(&mut *connection).await?;
                latencies.record(u64::try_from(asked.elapsed().as_micros())?)?;
            }
            anyhow::Ok(latencies)
        });
    }
    let mut latencies: Histogram<u64> = Histogram::new(3)?;
    while let Some(client) = clients.join_next().await {
        latencies.add(client??)?;
    }
    let written = latencies.len() * u64::try_from(rows)?;
    Ok((Measurement::of(written, began.elapsed()).with_latencies(&latencies), written))
}
