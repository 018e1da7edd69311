//! The committees' views as their readers feel them: from a command to the visible figure in the distributed edition, the
//! full synthetic province, rebuilds of its views, and what a committee asks of them.
//!
//! All of it runs against the built program in processes of its own. Start with [`run`]; [`open_loop`] says how latency
//! under load is counted.

mod freshness;
mod households;
mod open_loop;
mod province;
mod queries;

use crate::{
    Place,
    machine::Machine,
    measurement::Measurement,
    table::{aligned, grouped, milliseconds, tenths},
};
use anyhow::{Context, Result};
use clap::Args;
use open_loop::Schedule;
use province::{Province, Rebuild, Telling};
use serde::Serialize;
use sqlx::{Connection, PgConnection};
use std::{fs, path::PathBuf};

/// What to measure.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// The built `muctieu` program.
    #[arg(long)]
    program: PathBuf,
    /// Commands per second.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    rate: u32,
    /// How long the commands go on.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=600))]
    seconds: u32,
    /// Size of the synthetic province against the real one.
    #[arg(long, default_value = "1")]
    scale: String,
}

const WARM_UP_SECONDS: u32 = 3;

impl Options {
    fn schedule(&self) -> Schedule {
        Schedule { per_second: self.rate, seconds: self.seconds, warm_up_seconds: WARM_UP_SECONDS }
    }
}

/// How long calls took.
#[derive(Debug, Serialize)]
struct Timing {
    what: String,
    calls: u64,
    measured: Measurement,
    /// Calls without a good answer; they are not among `calls`.
    failed: u64,
    first_failure: Option<String>,
    expected: Option<&'static str>,
}

#[derive(Serialize)]
struct Report {
    machine: Machine,
    commands_per_second: u32,
    seconds: u32,
    commands: Vec<Timing>,
    demo: Telling,
    rebuilds: Vec<Rebuild>,
    queries: Vec<Timing>,
}

pub(crate) async fn run(place: &Place, options: &Options) -> Result<()> {
    fs::create_dir_all(&place.directory)?;
    let mut server = PgConnection::connect(&place.postgres).await.context("PostgreSQL cannot be reached")?;
    let version: String = sqlx::query_scalar("SHOW server_version").fetch_one(&mut server).await?;
    let machine = Machine::look(&place.directory, &version)?;
    println!("{}", machine.line());

    println!("commands at {}/s for {} s, distributed edition", options.rate, options.seconds);
    let commands = freshness::measure(place, options, &mut server).await?;
    println!("the synthetic province at scale {}", options.scale);
    let (province, demo) = Province::tell(options, &place.directory).await?;
    println!("queries");
    let site = province.program().serve(&["serve"]).await?;
    let events = queries::events(&site.channel).await?;
    let queries = queries::measure(&site.channel).await?;
    site.end().await?;
    let of_poverty = *events.get("poverty").context("the poverty registry's log")?;
    let mut rebuilds = Vec::new();
    for (service, events) in [("progress", events.values().sum()), ("poverty-registry", of_poverty)] {
        println!("rebuild of {service} from {} events", grouped(events));
        rebuilds.push(province.rebuild(service, events).await?);
    }
    fs::remove_dir_all(&province.folder)?;

    let report = Report {
        machine,
        commands_per_second: options.rate,
        seconds: options.seconds,
        commands,
        demo,
        rebuilds,
        queries,
    };
    print(&report);
    fs::create_dir_all(&place.output)?;
    let path = place.output.join("progress.json");
    fs::write(&path, serde_json::to_string_pretty(&report)? + "\n")?;
    println!("\nwritten to {}", path.display());
    Ok(())
}

fn print(report: &Report) {
    println!(
        "\ncommands at {}/s for {} s in the distributed edition, from the time each was due\n",
        report.commands_per_second, report.seconds
    );
    println!("{}", timings(&report.commands));
    for Timing { what, failed, first_failure, .. } in &report.commands {
        if let Some(failure) = first_failure {
            println!("{what}: {failed} failed, the first with: {failure}");
        }
    }

    println!("\nembedded edition on SQLite, the synthetic province\n");
    println!("{}", province(&report.demo, &report.rebuilds));
    println!("\nqueries on it, one after the other\n");
    println!("{}", timings(&report.queries));
}

fn timings(timings: &[Timing]) -> String {
    let micros = |value: Option<u64>| value.map_or_else(String::new, milliseconds);
    let cells = |Timing { what, calls, measured, expected, .. }: &Timing| {
        vec![
            what.clone(),
            grouped(*calls),
            grouped(measured.events_per_second),
            micros(measured.p50_us),
            micros(measured.p99_us),
            micros(measured.max_us),
            expected.unwrap_or_default().to_owned(),
        ]
    };
    let head = ["", "calls", "per second", "p50 ms", "p99 ms", "max ms", "expected"];
    aligned(&head, 1, timings.iter().map(cells).collect())
}

fn province(demo: &Telling, rebuilds: &[Rebuild]) -> String {
    let row =
        |what: &str, measured: String, expected: &str| vec![what.to_owned(), measured, expected.to_owned()];
    let mut rows = vec![
        row("from the program's start to the committee's table", seconds(demo.to_table_ms), "under 120 s"),
        row("most memory held", format!("{} MiB", grouped(demo.peak_memory_mib)), "under 1 GB"),
        row("data on disk", format!("{} MiB", grouped(demo.data_mib)), ""),
    ];
    for Rebuild { service, events, took_ms, peak_memory_mib, measured } in rebuilds {
        let what = format!("rebuild {service}, {} events", grouped(*events));
        let memory = grouped(*peak_memory_mib);
        let rate = grouped(measured.events_per_second);
        rows.push(row(
            &what,
            format!("{} = {rate} events/s, {memory} MiB", seconds(*took_ms)),
            "above 100,000/s",
        ));
    }
    aligned(&["", "measured", "expected"], 1, rows)
}

fn seconds(millis: u128) -> String {
    format!("{} s", tenths(u64::try_from(millis / 100).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_timing_shows_what_is_expected_beside_what_was_measured() {
        let mut latencies = hdrhistogram::Histogram::new(3).unwrap();
        latencies.record_n(1_500, 1_000).unwrap();
        let timing = Timing {
            what: "call".to_owned(),
            calls: 1_000,
            measured: Measurement::of(1_000, Duration::from_secs(2)).with_latencies(&latencies),
            failed: 0,
            first_failure: None,
            expected: Some("p99 under 20 ms"),
        };
        let table = timings(&[timing]);
        assert!(
            table.ends_with("call  1,000         500    1.50    1.50    1.50  p99 under 20 ms"),
            "{table}"
        );
    }

    #[test]
    fn seconds_have_one_decimal() {
        assert_eq!(seconds(41_277), "41.2 s");
    }
}
