//! The funding ledger as its callers feel it: transfers one by one and in bulk through the API of the built program, with
//! every balance enforced, beside the same rows inserted by plain SQL in the same run.
//!
//! Start with [`run`]; [`books`] says what is transferred.

mod books;
mod limit;

use crate::{
    Place,
    database::Database,
    machine::Machine,
    measurement::Measurement,
    program::{Program, Server},
    table::{aligned, grouped, milliseconds},
};
use anyhow::{Context, Result, bail};
use api::funding::{
    BatchTransferRequest, TransferRequest, batch_transfer_result::Result as Outcome,
    funding_ledger_client::FundingLedgerClient,
};
use books::Books;
use clap::Args;
use hdrhistogram::Histogram;
use serde::Serialize;
use sqlx::{Connection, PgConnection};
use std::{
    fs,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};
use testing::NatsServer;
use tokio::task::JoinSet;
use tonic::transport::Channel;

/// What to measure.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// The built `muctieu` program.
    #[arg(long)]
    program: PathBuf,
    /// How long each way goes on.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=600))]
    seconds: u32,
}

const SINGLE_CALLERS: usize = 64;
const BULK_CALLERS: usize = 8;
/// Transfers of one call in bulk.
const BULK_TRANSFERS: usize = 500;
/// Those of one decision, where a call brings the payments of several decisions.
const TOGETHER: usize = 50;
/// gRPC connections that callers share, so that one connection's frames are not the bound.
const CONNECTIONS: usize = 8;

#[derive(Debug, Serialize)]
struct Way {
    what: String,
    transfers: u64,
    measured: Measurement,
    expected: Option<&'static str>,
}

#[derive(Serialize)]
struct Report {
    machine: Machine,
    seconds: u32,
    ways: Vec<Way>,
}

pub(crate) async fn run(place: &Place, options: &Options) -> Result<()> {
    fs::create_dir_all(&place.directory)?;
    let mut server = PgConnection::connect(&place.postgres).await.context("PostgreSQL cannot be reached")?;
    let version: String = sqlx::query_scalar("SHOW server_version").fetch_one(&mut server).await?;
    let machine = Machine::look(&place.directory, &version)?;
    println!("{}", machine.line());

    let database = Database::create(place, &mut server, "funding").await?;
    let nats = NatsServer::start().await;
    let program = Program::new(&options.program, &place.directory.join("ledger"))
        .set("edition", "distributed")
        .set("funding.database_url", &database.url)
        .set("nats.url", nats.url())
        .set("nats.stream_bytes_max", 4_u64 << 30);
    program.run(&["migrate"]).await?;
    let ledger = program.serve(&["serve", "funding-ledger"]).await?;
    let time = Duration::from_secs(u64::from(options.seconds));
    let books = Arc::new(Books::open(&ledger).await?);

    println!("single transfers, {SINGLE_CALLERS} callers");
    let single = single(&ledger, &books, time).await?;
    println!("bulk, {BULK_CALLERS} callers of {BULK_TRANSFERS} transfers each");
    let bulk_alone = bulk(&ledger, &books, 1, time).await?;
    println!("bulk, {TOGETHER} transfers of each decision together");
    let bulk_together = bulk(&ledger, &books, TOGETHER, time).await?;
    ledger.end().await?;
    println!("the same rows by plain SQL");
    let limits = limit::measure(&database.url, time).await?;
    drop(nats);
    database.drop(&mut server).await?;

    let mut ways = vec![single, bulk_alone, bulk_together];
    ways.extend(limits.into_iter().map(|(what, measured, transfers)| Way {
        what,
        transfers,
        measured,
        expected: None,
    }));
    let report = Report { machine, seconds: options.seconds, ways };
    println!("\n{}", table(&report.ways));
    fs::create_dir_all(&place.output)?;
    let path = place.output.join("ledger.json");
    fs::write(&path, serde_json::to_string_pretty(&report)? + "\n")?;
    println!("\nwritten to {}", path.display());
    Ok(())
}

/// Each caller sends its next transfer when the last is answered; all callers draw on the same accounts.
async fn single(ledger: &Server, books: &Arc<Books>, time: Duration) -> Result<Way> {
    let clients = clients(ledger).await?;
    let began = Instant::now();
    let mut callers = JoinSet::new();
    for caller in 0..SINGLE_CALLERS {
        let (mut client, books) = (clients[caller % CONNECTIONS].clone(), Arc::clone(books));
        callers.spawn(async move {
            let mut latencies: Histogram<u64> = Histogram::new(3)?;
            let mut number = 0;
            while began.elapsed() < time {
                let asked = Instant::now();
                client.transfer(books.payments(caller, number..number + 1)).await?;
                latencies.record(u64::try_from(asked.elapsed().as_micros())?)?;
                number += 1;
            }
            anyhow::Ok(latencies)
        });
    }
    let mut latencies: Histogram<u64> = Histogram::new(3)?;
    while let Some(caller) = callers.join_next().await {
        latencies.add(caller??)?;
    }
    let transfers = latencies.len();
    Ok(Way {
        what: format!("single, {SINGLE_CALLERS} callers, balances enforced"),
        transfers,
        measured: Measurement::of(transfers, began.elapsed()).with_latencies(&latencies),
        expected: Some("10,000/s"),
    })
}

/// Each call brings many transfers, so many of them in one request: all of them are recorded, or none.
async fn bulk(ledger: &Server, books: &Arc<Books>, together: usize, time: Duration) -> Result<Way> {
    let clients = clients(ledger).await?;
    let began = Instant::now();
    let mut callers = JoinSet::new();
    for caller in 0..BULK_CALLERS {
        let (mut client, books) = (clients[caller % CONNECTIONS].clone(), Arc::clone(books));
        callers.spawn(async move {
            let mut latencies: Histogram<u64> = Histogram::new(3)?;
            let mut number = 0;
            while began.elapsed() < time {
                let requests: Vec<TransferRequest> = (number..number + BULK_TRANSFERS)
                    .step_by(together)
                    .map(|first| books.payments(SINGLE_CALLERS + caller, first..first + together))
                    .collect();
                let asked = Instant::now();
                let answer = client.batch_transfer(BatchTransferRequest { requests }).await?.into_inner();
                latencies.record(u64::try_from(asked.elapsed().as_micros())?)?;
                for result in answer.results {
                    if let Some(Outcome::Refused(refusal)) = result.result {
                        bail!("a transfer was refused: {} {}", refusal.reason, refusal.message);
                    }
                }
                number += BULK_TRANSFERS;
            }
            anyhow::Ok(latencies)
        });
    }
    let mut latencies: Histogram<u64> = Histogram::new(3)?;
    while let Some(caller) = callers.join_next().await {
        latencies.add(caller??)?;
    }
    let transfers = latencies.len() * BULK_TRANSFERS as u64;
    Ok(Way {
        what: format!(
            "bulk of {BULK_TRANSFERS}, {together} to a request, {BULK_CALLERS} callers, balances enforced"
        ),
        transfers,
        measured: Measurement::of(transfers, began.elapsed()).with_latencies(&latencies),
        expected: Some("50,000/s"),
    })
}

async fn clients(ledger: &Server) -> Result<Vec<FundingLedgerClient<Channel>>> {
    let mut clients = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        let channel = Channel::from_shared(format!("http://{}", ledger.address))?.connect().await?;
        clients.push(FundingLedgerClient::new(channel).max_decoding_message_size(64 << 20));
    }
    Ok(clients)
}

fn table(ways: &[Way]) -> String {
    let micros = |value: Option<u64>| value.map_or_else(String::new, milliseconds);
    let cells = |Way { what, transfers, measured, expected }: &Way| {
        vec![
            what.clone(),
            grouped(*transfers),
            grouped(measured.events_per_second),
            micros(measured.p50_us),
            micros(measured.p99_us),
            expected.unwrap_or_default().to_owned(),
        ]
    };
    let head = ["", "transfers", "per second", "p50 ms", "p99 ms", "expected"];
    aligned(&head, 1, ways.iter().map(cells).collect())
}
