//! The full synthetic province of `muctieu demo`: how long it takes to tell, what it needs, and how fast its views are
//! folded again from the log.

use super::Options;
use crate::{measurement::Measurement, program::Program};
use anyhow::{Context, Result};
use serde::Serialize;
use std::{
    fs,
    path::{Path, PathBuf},
};

const SEED: &str = "2025";

/// What telling the province took.
#[derive(Debug, Serialize)]
pub(super) struct Telling {
    scale: String,
    /// From the start of the program to the committee's table.
    pub(super) to_table_ms: u128,
    pub(super) peak_memory_mib: u64,
    pub(super) data_mib: u64,
}

/// How fast the views of a service were folded from the log.
#[derive(Debug, Serialize)]
pub(super) struct Rebuild {
    pub(super) service: &'static str,
    pub(super) events: u64,
    pub(super) took_ms: u128,
    pub(super) peak_memory_mib: u64,
    pub(super) measured: Measurement,
}

/// The demo's data, left behind by a run that has ended.
#[derive(Debug)]
pub(super) struct Province {
    pub(super) folder: PathBuf,
    path_of_program: PathBuf,
}

impl Province {
    /// Runs the demo to its table.
    pub(super) async fn tell(options: &Options, directory: &Path) -> Result<(Self, Telling)> {
        let data_dir = directory.join("demo");
        let program = Program::new(&options.program, &data_dir).set("listen", "127.0.0.1:0");
        let run = program.run(&["demo", "--once", "--seed", SEED, "--scale", &options.scale]).await?;
        let folder = data_dir.join(format!("demo-{SEED}-{}", options.scale.replace('/', "-of-")));
        let telling = Telling {
            scale: options.scale.clone(),
            to_table_ms: run.printed_after.as_millis(),
            peak_memory_mib: run.peak_memory_kib / 1024,
            data_mib: bytes_under(&folder).context("the demo's data")? / (1024 * 1024),
        };
        Ok((Self { folder, path_of_program: options.program.clone() }, telling))
    }

    /// The program over this data.
    pub(super) fn program(&self) -> Program {
        Program::configured(&self.path_of_program, &self.folder.join("muctieu.toml"))
    }

    /// Folds all events of the log into new views.
    pub(super) async fn rebuild(&self, service: &'static str, events: u64) -> Result<Rebuild> {
        let run = self.program().run(&["rebuild", service]).await?;
        Ok(Rebuild {
            service,
            events,
            took_ms: run.took.as_millis(),
            peak_memory_mib: run.peak_memory_kib / 1024,
            measured: Measurement::of(events, run.took),
        })
    }
}

fn bytes_under(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { bytes_under(&entry.path())? } else { metadata.len() };
    }
    Ok(bytes)
}
