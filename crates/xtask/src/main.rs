//! The project's own chores. `cargo xtask test` is the one command that says whether the tree is good; `cargo xtask
//! test-compose` is its part that runs the containers of `deploy/`; `cargo xtask bench` measures.
//!
//! It knows the servers, tools and steps, and deliberately nothing of what the crates do. It depends on almost nothing, so
//! that it builds in seconds. Start with [`checks`]; [`session`] is what makes sure that nothing stays behind.

mod bench;
mod checks;
mod compose;
mod install;
mod postgres;
mod python;
mod report;
mod session;
mod tools;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own chores")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Formatting, lints, documentation and all tests, with real servers started for the run.
    ///
    /// With arguments, for example `-p event-log append`, only `cargo test` runs, with those arguments.
    Test {
        /// Passed on to `cargo test`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        cargo_test_arguments: Vec<String>,
    },
    /// Builds the image of deploy/, brings deploy/compose.yaml up on a Docker engine, fills it, kills each container and
    /// compares every figure with the embedded edition's. Starts an engine of its own where none runs.
    TestCompose,
    /// Measures a release build on a PostgreSQL started for the run.
    #[command(subcommand)]
    Bench(bench::Bench),
}

fn main() -> anyhow::Result<ExitCode> {
    let good = match Arguments::parse().chore {
        Chore::Test { cargo_test_arguments } if cargo_test_arguments.is_empty() => checks::everything()?,
        Chore::Test { cargo_test_arguments } => checks::some_tests(&cargo_test_arguments)?,
        Chore::TestCompose => compose::run()?,
        Chore::Bench(bench) => bench::run(&bench)?,
    };
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
