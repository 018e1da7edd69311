//! `cargo xtask bench`: a release build, measured on servers started for the run.

use crate::{
    checks::{cargo, workspace},
    postgres::Postgres,
    session::Session,
    tools::Tools,
};
use anyhow::Result;
use clap::Subcommand;
use std::path::Path;

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
    let target = workspace().join("target");
    match bench {
        Bench::Log => {
            if !build(&mut session, &workspace().join("crates/bench/peer"), &target.join("peer"))? {
                return Ok(false);
            }
        }
    }
    let postgres = Postgres::start(&mut session, &tools.postgres)?;
    let mut command = cargo(&["run", "--release", "--locked", "--quiet", "--package", "bench", "--"]);
    command.arg("--postgres").arg(postgres.url());
    command.arg("--directory").arg(session.temporary_files());
    command.arg("--output").arg(target.join("bench"));
    match bench {
        Bench::Log => command.arg("--peer").arg(target.join("peer/release/bench-peer")).arg("log"),
    };
    let outcome = session.run(command, |_| {})?;
    postgres.stop(&mut session)?;
    Ok(outcome.success())
}

/// Builds a package that is a workspace of its own.
fn build(session: &mut Session, package: &Path, target: &Path) -> Result<bool> {
    let mut command = cargo(&["build", "--release", "--locked", "--quiet", "--target-dir"]);
    command.arg(target).current_dir(package);
    Ok(session.run(command, |_| {})?.success())
}
