//! A Python environment of the project's own under `target/`, for the clients that the tests run.

use crate::install;
use anyhow::{Context, Result, bail, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const MISSING: &str = "the tests of the Python clients need python3 (3.10 or newer) with venv. Debian, Ubuntu: apt-get install python3-venv";

/// The environment's programs.
pub(crate) struct Python {
    folder: PathBuf,
}

impl Python {
    /// Makes the environment with the packages of `tests/python/requirements.txt`, unless it stands already.
    pub(crate) fn prepare(workspace: &Path) -> Result<Self> {
        let python = Self { folder: workspace.join("target/python") };
        let required = fs::read_to_string(workspace.join("tests/python/requirements.txt"))
            .context("tests/python/requirements.txt")?;
        let installed = python.folder.join("installed-requirements.txt");
        if fs::read_to_string(&installed).is_ok_and(|text| text == required) && python.interpreter().is_file()
        {
            return Ok(python);
        }

        make_environment(&python.folder)?;
        let status = Command::new(python.interpreter())
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(workspace.join("tests/python/requirements.txt"))
            .stdin(Stdio::null())
            .status()?;
        ensure!(
            status.success(),
            "pip could not install tests/python/requirements.txt: is the network there?"
        );
        fs::write(installed, required)?;
        Ok(python)
    }

    /// `python`
    pub(crate) fn interpreter(&self) -> PathBuf {
        self.folder.join("bin/python")
    }

    /// A nats-server that knows atomic batches.
    pub(crate) fn new_nats_server(&self) -> PathBuf {
        self.folder.join("bin/nats-server")
    }
}

fn make_environment(folder: &Path) -> Result<()> {
    if !try_environment("python3", folder) {
        if !install::is_possible() {
            bail!(MISSING);
        }
        install::packages(&["python3-venv"])?;
        ensure!(try_environment("/usr/bin/python3", folder), MISSING);
    }
    Ok(())
}

fn try_environment(python: &str, folder: &Path) -> bool {
    Command::new(python)
        .args(["-m", "venv", "--clear"])
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
