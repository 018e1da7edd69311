//! `cargo xtask bench`: a release build, measured on servers started for the run.

use crate::{
    checks::{cargo, workspace},
    postgres::Postgres,
    session::Session,
    tools::Tools,
};
use anyhow::Result;
use clap::Subcommand;

/// What can be measured.
#[derive(Subcommand)]
pub(crate) enum Bench {
    /// The event log: appends, bulk append and replay, with the database's limit and a peer beside them.
    Log,
}

/// True where the measurement came to its end.
pub(crate) fn run(bench: &Bench) -> Result<bool> {
    let mut session = Session::open()?;
    let tools = Tools::find()?;
    let postgres = Postgres::start(&mut session, &tools.postgres)?;
    let mut command = match bench {
        Bench::Log => {
            cargo(&["run", "--release", "--locked", "--package", "bench", "--features", "peer", "--", "log"])
        }
    };
    command
        .env("MUCTIEU_BENCH_POSTGRES", postgres.url())
        .env("MUCTIEU_BENCH_DIRECTORY", session.temporary_files())
        .env("MUCTIEU_BENCH_OUTPUT", workspace().join("target/bench"));
    let outcome = session.run(command, |_| {})?;
    postgres.stop(&mut session)?;
    Ok(outcome.success())
}
