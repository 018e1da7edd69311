//! The event log: single-event appends from 1 to 256 callers, bulk append and replay, on both stores. Request ids and
//! version checks are on and the Merkle sealer runs. Beside them, in the same run on the same server: the peer's
//! appends, and multi-row INSERT and COPY of the same rows as the limit.

mod limit;
mod peer;
mod workload;

use crate::{
    Place,
    database::Database,
    machine::Machine,
    measurement::{Measurement, median},
    table::{Row, comparison, grouped},
};
use anyhow::{Context, Result};
use event_log::LogStore;
use serde::Serialize;
use sqlx::{Connection, PgConnection};
use std::{collections::BTreeMap, fs, time::Duration};
use uuid::Uuid;

pub(crate) const CALLERS: [usize; 4] = [1, 8, 32, 256];
pub(crate) const STREAMS: usize = 1000;
pub(crate) const EVENT_BYTES: usize = 500;
pub(crate) const WARM_UP: Duration = Duration::from_millis(300);
pub(crate) const MEASURE: Duration = Duration::from_millis(1700);
const RUNS: usize = 3;

const POSTGRES: &str = "PostgreSQL";
const SQLITE: &str = "SQLite";

/// What is measured, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Work {
    Append { callers: usize },
    Bulk,
    Replay,
}

impl Work {
    fn name(self) -> String {
        match self {
            Self::Append { callers: 1 } => "append, 1 caller".to_owned(),
            Self::Append { callers } => format!("append, {callers} callers"),
            Self::Bulk => {
                format!("bulk append, {} callers with {}", workload::BULK_CALLERS, workload::BULK_EVENTS)
            }
            Self::Replay => "replay in order".to_owned(),
        }
    }
}

/// All runs of everything.
#[derive(Default)]
struct Runs {
    ours: BTreeMap<(&'static str, Work), Vec<Measurement>>,
    peer: BTreeMap<usize, Vec<Measurement>>,
    limits: BTreeMap<&'static str, Vec<Measurement>>,
    /// Events that the sealer had still before it when a run ended, at worst.
    unsealed_max: u64,
}

#[derive(Serialize)]
struct Report {
    machine: Machine,
    runs: usize,
    streams: usize,
    event_bytes: usize,
    rows: Vec<Row>,
    limits: BTreeMap<&'static str, Measurement>,
    unsealed_max: u64,
}

pub(crate) async fn run(place: &Place) -> Result<()> {
    fs::create_dir_all(&place.directory)?;
    let mut server = PgConnection::connect(&place.postgres).await.context("PostgreSQL cannot be reached")?;
    let version: String = sqlx::query_scalar("SHOW server_version").fetch_one(&mut server).await?;
    let machine = Machine::look(&place.directory, &version)?;
    println!("{}", machine.line());

    let mut runs = Runs::default();
    for number in 1..=RUNS {
        println!("run {number} of {RUNS}");
        run_postgres(place, &mut server, &mut runs).await?;
        run_sqlite(place, &mut runs).await?;
    }
    report(place, machine, &runs)
}

async fn run_postgres(place: &Place, server: &mut PgConnection, runs: &mut Runs) -> Result<()> {
    let ours = Database::create(place, server, "ours").await?;
    let theirs = Database::create(place, server, "peer").await?;
    let store = LogStore::Postgres(ours.url.clone());
    let mut subject = workload::Subject::open(store).await?;
    for callers in CALLERS {
        let measured = subject.append(callers).await?;
        runs.ours.entry((POSTGRES, Work::Append { callers })).or_default().push(measured);
        if let Some(program) = &place.peer {
            let measured = peer::append(program, &theirs.url, callers).await?;
            runs.peer.entry(callers).or_default().push(measured);
        }
    }
    runs.ours.entry((POSTGRES, Work::Bulk)).or_default().push(subject.bulk().await?);
    runs.ours.entry((POSTGRES, Work::Replay)).or_default().push(subject.replay().await?);
    runs.unsealed_max = runs.unsealed_max.max(subject.close().await?);
    for (name, measured) in limit::measure(&ours.url).await? {
        runs.limits.entry(name).or_default().push(measured);
    }
    ours.drop(server).await?;
    theirs.drop(server).await
}

async fn run_sqlite(place: &Place, runs: &mut Runs) -> Result<()> {
    let folder = place.directory.join(format!("sqlite-{}", Uuid::new_v4().simple()));
    fs::create_dir(&folder)?;
    let mut subject = workload::Subject::open(LogStore::Sqlite(folder.join("log.db"))).await?;
    for callers in CALLERS {
        let measured = subject.append(callers).await?;
        runs.ours.entry((SQLITE, Work::Append { callers })).or_default().push(measured);
    }
    runs.ours.entry((SQLITE, Work::Bulk)).or_default().push(subject.bulk().await?);
    runs.ours.entry((SQLITE, Work::Replay)).or_default().push(subject.replay().await?);
    runs.unsealed_max = runs.unsealed_max.max(subject.close().await?);
    fs::remove_dir_all(&folder)?;
    Ok(())
}

fn report(place: &Place, machine: Machine, runs: &Runs) -> Result<()> {
    let mut limits = BTreeMap::new();
    for (name, measured) in &runs.limits {
        limits.insert(*name, median(measured)?);
    }
    let limit = limits.values().map(|limit| limit.events_per_second).max();

    let mut rows = Vec::new();
    for ((store, work), measured) in &runs.ours {
        let of_postgres = *store == POSTGRES;
        let peer = match work {
            Work::Append { callers } if of_postgres => {
                runs.peer.get(callers).map(|runs| median(runs)).transpose()?
            }
            _ => None,
        };
        let limit = limit.filter(|_| of_postgres && *work != Work::Replay);
        rows.push(Row { store, what: work.name(), ours: median(measured)?, peer, limit });
    }

    println!(
        "\nevents of {EVENT_BYTES} bytes over {STREAMS} streams, medians of {RUNS} runs; peer: cqrs-es 0.5 with postgres-es 0.5\n"
    );
    println!("{}\n", comparison(&rows));
    println!("limit of this server, the same rows without checks:");
    for (name, measured) in &limits {
        println!("  {name:<36} {:>9} events/s", grouped(measured.events_per_second));
    }
    let unsealed_max = runs.unsealed_max;
    println!("the Merkle sealer was {} events behind at most when a run had ended", grouped(unsealed_max));

    fs::create_dir_all(&place.output)?;
    let path = place.output.join("log.json");
    let report = Report {
        machine,
        runs: RUNS,
        streams: STREAMS,
        event_bytes: EVENT_BYTES,
        rows,
        limits,
        unsealed_max,
    };
    fs::write(&path, serde_json::to_string_pretty(&report)? + "\n")?;
    println!("\nwritten to {}", path.display());
    Ok(())
}
