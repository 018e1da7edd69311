//! `cargo xtask bench`: a release build, measured on servers started for the run.

use crate::{
    checks::{cargo, workspace},
    postgres::Postgres,
    session::Session,
    tools::Tools,
};
use anyhow::Result;
use clap::Subcommand;
use std::process::Command;

/// What can be measured.
#[derive(Subcommand)]
pub(crate) enum Bench {
    /// The event log: appends, bulk append and replay, with the database's limit and a peer beside them.
    Log,
    /// The funding ledger: transfers one by one and in bulk, beside the same rows inserted by plain SQL.
    Ledger {
        /// Passed on, for example `--seconds 30`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// The committees' views: from a command to the visible figure, the full demo, rebuilds and queries.
    Progress {
        /// Passed on, for example `--rate 1000 --seconds 60 --scale 0.1`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

/// True where the measurement came to its end.
pub(crate) fn run(bench: &Bench) -> Result<bool> {
    let mut session = Session::open()?;
    let tools = Tools::find()?;
    let target = workspace().join("target");
    // One build, so that program and benchmark speak of the same sources.
    let mut build = cargo(&["build", "--release", "--locked", "--quiet", "--package", "bench"]);
    if let Bench::Progress { .. } | Bench::Ledger { .. } = bench {
        build.args(["--package", "muctieu"]);
    }
    if !session.run(build, |_| {})?.success() {
        return Ok(false);
    }
    if let Bench::Log = bench {
        let mut peer = cargo(&["build", "--release", "--locked", "--quiet", "--target-dir"]);
        // A workspace of its own.
        peer.arg(target.join("peer")).current_dir(workspace().join("crates/bench/peer"));
        if !session.run(peer, |_| {})?.success() {
            return Ok(false);
        }
    }

    let postgres = Postgres::start(&mut session, &tools.postgres)?;
    let mut command = Command::new(target.join("release/bench"));
    command.arg("--postgres").arg(postgres.url());
    command.arg("--directory").arg(session.temporary_files());
    command.arg("--output").arg(target.join("bench"));
    let of_program = |what: &str, arguments: &[String], command: &mut Command| {
        command.env("MUCTIEU_TEST_NATS_SERVER", &tools.nats_server).arg(what);
        command.arg("--program").arg(target.join("release/muctieu")).args(arguments);
    };
    match bench {
        Bench::Log => {
            command.arg("--peer").arg(target.join("peer/release/bench-peer")).arg("log");
        }
        Bench::Ledger { arguments } => of_program("ledger", arguments, &mut command),
        Bench::Progress { arguments } => of_program("progress", arguments, &mut command),
    };
    let outcome = session.run(command, |_| {})?;
    postgres.stop(&mut session)?;
    Ok(outcome.success())
}
