//! Finds the servers that the tests run against; installs them where that is allowed, and says what is missing where not.

use crate::install;
use anyhow::{Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where the servers' programs are.
pub(crate) struct Tools {
    /// The folder that holds `initdb` and `postgres`.
    pub(crate) postgres: PathBuf,
    /// The `nats-server` program.
    pub(crate) nats_server: PathBuf,
}

impl Tools {
    /// Finds them, after installing what is missing where this is Debian and we are root.
    pub(crate) fn find() -> Result<Self> {
        let missing = missing_packages();
        if !missing.is_empty() && install::is_possible() {
            install::packages(&missing)?;
        }
        match (postgres_folder(), nats_server()) {
            (Some(postgres), Some(nats_server)) => Ok(Self { postgres, nats_server }),
            _ => bail!(
                "missing for the tests: {}. Debian, Ubuntu: apt-get install {}. macOS: brew install postgresql@17 \
                 nats-server. Elsewhere: PostgreSQL 15 or newer with initdb, and nats-server 2.9 or newer, both on PATH",
                missing_packages().join(" and "),
                missing_packages().join(" "),
            ),
        }
    }
}

/// Names of the Debian packages.
fn missing_packages() -> Vec<&'static str> {
    let found = [("postgresql", postgres_folder().is_some()), ("nats-server", nats_server().is_some())];
    found.into_iter().filter(|(_, found)| !found).map(|(package, _)| package).collect()
}

/// The newest of the places where distributions put PostgreSQL; else the first folder on PATH.
fn postgres_folder() -> Option<PathBuf> {
    let distributions = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"];
    let mut versions: Vec<(u32, PathBuf)> = distributions
        .iter()
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flat_map(|entries| entries.filter_map(Result::ok))
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let version = name.strip_prefix("postgresql@").unwrap_or(&name).parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, folder)| holds_postgres(folder))
        .collect();
    versions.sort();
    versions.pop().map(|(_, folder)| folder).or_else(|| path_folders().find(|folder| holds_postgres(folder)))
}

fn holds_postgres(folder: &Path) -> bool {
    folder.join("initdb").is_file() && folder.join("postgres").is_file()
}

fn nats_server() -> Option<PathBuf> {
    path_folders().map(|folder| folder.join("nats-server")).find(|file| file.is_file())
}

/// PATH, and the folder of servers that an unprivileged user's PATH lacks on Debian.
fn path_folders() -> impl Iterator<Item = PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]).collect::<Vec<_>>().into_iter()
}
