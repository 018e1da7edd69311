//! The peer of the log's benchmark: single-event commits through cqrs-es with postgres-es, each to the next version of
//! its stream, from many callers at once. Only its commit is measured, without loading the aggregate first.
//!
//! Prints one line: events, microseconds, and the median and 99th percentile of the latency in microseconds.

use clap::Parser;
use cqrs_es::{
    Aggregate, DomainEvent, EventStore,
    event_sink::EventSink,
    persist::{EventStoreAggregateContext, PersistedEventStore},
};
use hdrhistogram::Histogram;
use postgres_es::PostgresEventRepository;
use serde::{Deserialize, Serialize};
use sqlx::{Executor, postgres::PgPoolOptions};
use std::{
    collections::HashMap,
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;
use uuid::Uuid;

/// More connections than this made the peer slower, not faster, where server and client share the machine.
const CONNECTIONS_MAX: u32 = 32;

#[derive(Parser)]
struct Arguments {
    /// An empty database.
    #[arg(long)]
    url: String,
    #[arg(long)]
    callers: usize,
    #[arg(long)]
    streams: usize,
    #[arg(long)]
    event_bytes: usize,
    #[arg(long)]
    warm_up_ms: u64,
    #[arg(long)]
    measure_ms: u64,
}

#[derive(Default, Serialize, Deserialize)]
struct Household;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Recorded {
    content: String,
}

impl DomainEvent for Recorded {
    fn event_type(&self) -> String {
        "bench.recorded".to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Household {
    type Command = ();
    type Error = Infallible;
    type Event = Recorded;
    type Services = ();

    const TYPE: &'static str = "household";

    async fn handle(&mut self, (): (), (): &(), _: &EventSink<Self>) -> Result<(), Infallible> {
        Ok(())
    }

    fn apply(&mut self, _: Recorded) {}
}

type Store = PersistedEventStore<PostgresEventRepository, Household>;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let connections = u32::try_from(arguments.callers)?.min(CONNECTIONS_MAX);
    let pool = PgPoolOptions::new().max_connections(connections).connect(&arguments.url).await?;
    // The table as postgres-es publishes it.
    pool.execute(
        "CREATE TABLE IF NOT EXISTS events (
            aggregate_type text NOT NULL, aggregate_id text NOT NULL,
            sequence bigint CHECK (sequence >= 0) NOT NULL, event_type text NOT NULL, event_version text NOT NULL,
            payload json NOT NULL, metadata json NOT NULL, PRIMARY KEY (aggregate_type, aggregate_id, sequence))",
    )
    .await?;
    let store: Arc<Store> =
        Arc::new(PersistedEventStore::new_event_store(PostgresEventRepository::new(pool)));

    let begin = Instant::now() + Duration::from_millis(arguments.warm_up_ms);
    let end = begin + Duration::from_millis(arguments.measure_ms);
    let own_streams = (arguments.streams / arguments.callers).max(1);
    let mut callers = JoinSet::new();
    for _ in 0..arguments.callers {
        callers.spawn(call(Arc::clone(&store), own_streams, arguments.event_bytes, begin, end));
    }
    let mut latencies = Histogram::<u64>::new(3)?;
    while let Some(caller) = callers.join_next().await {
        latencies.add(caller??)?;
    }
    let micros = begin.elapsed().as_micros();
    let (p50, p99) = (latencies.value_at_quantile(0.5), latencies.value_at_quantile(0.99));
    println!("{} {micros} {p50} {p99}", latencies.len());
    Ok(())
}

/// Commits to its own streams in turn until the end; counts what ended after the beginning.
async fn call(
    store: Arc<Store>,
    own_streams: usize,
    event_bytes: usize,
    begin: Instant,
    end: Instant,
) -> anyhow::Result<Histogram<u64>> {
    let mut latencies = Histogram::new(3)?;
    let streams: Vec<String> = (0..own_streams).map(|_| Uuid::new_v4().to_string()).collect();
    for sequence in 0.. {
        for stream in &streams {
            let asked = Instant::now();
            if asked >= end {
                return Ok(latencies);
            }
            let context = EventStoreAggregateContext {
                aggregate_id: stream.clone(),
                aggregate: Household,
                current_sequence: sequence,
                current_snapshot: None,
            };
            let event =
                Recorded { content: "x".repeat(event_bytes.saturating_sub(r#"{"content":""}"#.len())) };
            let metadata = HashMap::from([
                ("request_id".to_owned(), Uuid::new_v4().to_string()),
                ("actor".to_owned(), "bench".to_owned()),
            ]);
            store.commit(vec![event], context, metadata).await?;
            if Instant::now() >= begin {
                latencies.record(u64::try_from(asked.elapsed().as_micros())?)?;
            }
        }
    }
    Ok(latencies)
}
