//! What was measured on: processors, memory and how long the disk takes to keep a promise.

use anyhow::{Context, Result};
use serde::Serialize;
use std::{
    fs::{self, File},
    io::{Seek, SeekFrom, Write},
    path::Path,
    thread::available_parallelism,
    time::{Duration, Instant},
};

const FLUSHES: usize = 200;
const BLOCK: [u8; 8192] = [7; 8192];

/// The machine that the figures speak of.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    cores: usize,
    processor: String,
    memory_gib: u64,
    flush_us: u128,
    postgres: String,
}

impl Machine {
    /// Looks at the machine; the disk is the one that holds the folder.
    pub(crate) fn look(folder: &Path, postgres_version: &str) -> Result<Self> {
        Ok(Self {
            cores: available_parallelism()?.get(),
            processor: line_of("/proc/cpuinfo", "model name")
                .unwrap_or_else(|| "unknown processor".to_owned()),
            memory_gib: line_of("/proc/meminfo", "MemTotal")
                .and_then(|text| text.trim_end_matches(" kB").parse::<u64>().ok())
                .map_or(0, |kib| kib / (1024 * 1024)),
            flush_us: flush_time(folder)?.as_micros(),
            postgres: postgres_version.to_owned(),
        })
    }

    /// One line for people.
    pub(crate) fn line(&self) -> String {
        let Self { cores, processor, memory_gib, flush_us, postgres } = self;
        format!(
            "{cores} cores ({processor}), {memory_gib} GiB, flush to disk {}.{:02} ms, PostgreSQL {postgres} with durable \
             commits, SQLite with synchronous=FULL; client and servers share the cores",
            flush_us / 1000,
            flush_us % 1000 / 10,
        )
    }
}

fn line_of(file: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The median time of writing one block in place and flushing it.
fn flush_time(folder: &Path) -> Result<Duration> {
    let path = folder.join("flush-probe");
    let mut file = File::create(&path)?;
    let mut times = Vec::with_capacity(FLUSHES);
    for _ in 0..FLUSHES {
        let started = Instant::now();
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&BLOCK)?;
        file.sync_data()?;
        times.push(started.elapsed());
    }
    fs::remove_file(&path)?;
    times.sort_unstable();
    times.get(FLUSHES / 2).copied().context("no flush was measured")
}
