//! Benchmarks, each with the limit of the machine and a peer measured beside it in the same run.
//!
//! `cargo xtask bench` starts a PostgreSQL and runs this; it prints a table and writes the same as JSON. Nothing is
//! asserted about speed: what is expected stands beside what was measured. Start with [`log`], [`ledger`] and [`progress`].

mod database;
mod ledger;
mod log;
mod machine;
mod measurement;
mod program;
mod progress;
mod table;

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// The one of the program that is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(name = "bench", about = "Benchmarks; run them with `cargo xtask bench`")]
struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    benchmark: Benchmark,
}

/// Where to measure.
#[derive(Args)]
struct Place {
    /// The administrator's URL of a PostgreSQL server.
    #[arg(long)]
    postgres: String,
    /// A folder on the disk that is measured.
    #[arg(long)]
    directory: PathBuf,
    /// Where the JSON goes.
    #[arg(long)]
    output: PathBuf,
    /// The peer's program; without it no peer is measured.
    #[arg(long)]
    peer: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Benchmark {
    /// The event log: appends, bulk append and replay on PostgreSQL and SQLite.
    Log,
    /// The funding ledger: transfers one by one and in bulk, beside plain inserts.
    Ledger(ledger::Options),
    /// The committees' views: from a command to the visible figure, the full demo, rebuilds and queries.
    Progress(progress::Options),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Arguments { place, benchmark } = Arguments::parse();
    match benchmark {
        Benchmark::Log => log::run(&place).await,
        Benchmark::Ledger(options) => ledger::run(&place, &options).await,
        Benchmark::Progress(options) => progress::run(&place, &options).await,
    }
}
