//! `cargo xtask test`: every check, in order, with a table at the end.

use crate::{compose, postgres::Postgres, python::Python, report::Report, session::Session, tools::Tools};
use anyhow::Result;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Formatting, lints, documentation, all tests and the containers. True where everything is good.
pub(crate) fn everything() -> Result<bool> {
    let mut session = Session::open()?;
    let mut report = Report::default();
    let servers = report.step("servers and tools", |_| Servers::start(&mut session))?;

    let mut documentation = cargo(&["doc", "--workspace", "--no-deps", "--locked", "--quiet"]);
    documentation.env("RUSTDOCFLAGS", "-D warnings");
    let lints = ["clippy", "--workspace", "--all-targets", "--locked", "--quiet", "--", "-D", "warnings"];
    let building = ["test", "--workspace", "--no-run", "--locked", "--quiet"];
    for (name, command) in [
        ("format", cargo(&["fmt", "--all", "--check"])),
        ("clippy", cargo(&lints)),
        ("documentation", documentation),
    ] {
        report.run(&mut session, name, command, |_| {});
    }
    let mut counts = Counts::default();
    if report.run(&mut session, "build", cargo(&building), |_| {}) {
        let arguments = ["--workspace", "--no-fail-fast", "--locked"].map(str::to_owned);
        counts = tests(&mut session, &mut report, servers.cargo_test(&arguments));
    }
    servers.stop(&mut session)?;
    compose::where_possible(&mut session, &mut report);
    Ok(verdict(&report, &counts))
}

/// `cargo test` with those arguments.
pub(crate) fn some_tests(arguments: &[String]) -> Result<bool> {
    let mut session = Session::open()?;
    let mut report = Report::default();
    let servers = report.step("servers and tools", |_| Servers::start(&mut session))?;
    let counts = tests(&mut session, &mut report, servers.cargo_test(arguments));
    servers.stop(&mut session)?;
    Ok(verdict(&report, &counts))
}

fn tests(session: &mut Session, report: &mut Report, command: Command) -> Counts {
    let mut counts = Counts::default();
    report.run(session, "tests", command, |line| counts.read(line));
    counts
}

/// Prints the table; the last line is `N passed, M failed`.
fn verdict(report: &Report, counts: &Counts) -> bool {
    report.print();
    if counts.ignored > 0 {
        println!("{} ignored: a test is mended or removed, never switched off", counts.ignored);
    }
    println!("{} passed, {} failed", counts.passed, counts.failed);
    report.is_good() && counts.are_good()
}

/// The folder of the workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// `cargo` in the workspace.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(workspace());
    command
}

/// What the tests find in their environment.
struct Servers {
    postgres: Postgres,
    tools: Tools,
    python: Python,
}

impl Servers {
    fn start(session: &mut Session) -> Result<Self> {
        let tools = Tools::find()?;
        let python = Python::prepare(&workspace())?;
        let postgres = Postgres::start(session, &tools.postgres)?;
        Ok(Self { postgres, tools, python })
    }

    fn cargo_test(&self, arguments: &[String]) -> Command {
        let mut command = cargo(&["test"]);
        command
            .args(arguments)
            .env("MUCTIEU_TEST_POSTGRES", self.postgres.url())
            .env("MUCTIEU_TEST_NATS_SERVER", &self.tools.nats_server)
            .env("MUCTIEU_TEST_NATS_SERVER_NEW", self.python.new_nats_server())
            .env("MUCTIEU_TEST_PYTHON", self.python.interpreter());
        command
    }

    fn stop(self, session: &mut Session) -> Result<()> {
        self.postgres.stop(session)
    }
}

/// Tests of all binaries together.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Counts {
    /// Adds a line like `test result: ok. 6 passed; 0 failed; 0 ignored; 0 measured; …`; other lines add nothing.
    fn read(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for part in counts.split("; ") {
            match part.split_once(' ') {
                Some((count, "passed")) => self.passed += count.parse().unwrap_or(0),
                Some((count, "failed")) => self.failed += count.parse().unwrap_or(0),
                Some((count, "ignored")) => self.ignored += count.parse().unwrap_or(0),
                _ => {}
            }
        }
    }

    fn are_good(&self) -> bool {
        self.passed > 0 && self.failed == 0 && self.ignored == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_summed_over_all_binaries() {
        let mut counts = Counts::default();
        for line in [
            "running 6 tests",
            "test result: ok. 6 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.48s",
            "test result: FAILED. 10 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 3.00s",
        ] {
            counts.read(line);
        }
        assert_eq!(counts, Counts { passed: 16, failed: 2, ignored: 1 });
    }

    #[test]
    fn a_failed_test_an_ignored_test_and_no_test_at_all_are_not_good() {
        let good = Counts { passed: 1, failed: 0, ignored: 0 };
        assert!(good.are_good());
        assert!(!Counts { failed: 1, ..good }.are_good());
        assert!(!Counts { passed: 1, failed: 0, ignored: 1 }.are_good());
        assert!(!Counts::default().are_good());
    }
}
