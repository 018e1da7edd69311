//! Where the settings put every database and file, in either edition.

use crate::demo_folder;
use anyhow::{Context, bail};
use event_log::{LogOptions, LogStore};
use poverty_registry::KeyStoreLocation;
use projection::{ReadOptions, ReadStore};
use service::{
    Settings,
    config::{self, Edition, required},
};
use std::{
    fs::{File, TryLockError},
    path::PathBuf,
};

/// Connections of one process for reading views.
const READERS_MAX: u32 = 8;

/// The poverty registry's log.
pub(crate) fn poverty_log(settings: &Settings) -> Result<LogOptions, config::Error> {
    let store = match settings.edition {
        Edition::Embedded => LogStore::Sqlite(settings.data_dir.join("poverty-log.sqlite")),
        Edition::Distributed => LogStore::Postgres(poverty_database(settings)?),
    };
    let limits = &settings.log;
    Ok(LogOptions {
        queue_max: limits.queue_max,
        batch_events_max: limits.batch_events_max,
        ..LogOptions::new(store)
    })
}

/// Makes the folder of the embedded edition where it is missing.
pub(crate) fn create_data_dir(settings: &Settings) -> anyhow::Result<()> {
    std::fs::create_dir_all(&settings.data_dir).with_context(|| {
        format!(
            "cannot create data_dir {}; choose a folder that this user may write to with --data-dir",
            settings.data_dir.display()
        )
    })
}

/// Keeps a second server of the embedded edition away from the data for as long as the answer lives. The system gives
/// the lock back at the end of the process, however that ends.
pub(crate) fn lock_data_dir(settings: &Settings) -> anyhow::Result<File> {
    let path = settings.data_dir.join("server.lock");
    let opened = File::options().create(true).write(true).truncate(false).open(&path);
    let file = opened.with_context(|| {
        format!("cannot write to data_dir: {}; choose another folder with --data-dir", path.display())
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!(
            "another server uses data_dir {}; end it first, or choose another folder with --data-dir",
            settings.data_dir.display()
        ),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

/// Refuses where the embedded edition has no log: to verify or rebuild nothing would only hide a folder that was
/// mistaken. The distributed edition is told by its database.
pub(crate) fn expect_log(settings: &Settings) -> anyhow::Result<()> {
    match poverty_log_for_progress(settings)? {
        LogStore::Sqlite(path) if !path.exists() => bail!(
            "data_dir {} holds no log; {}",
            settings.data_dir.display(),
            demo_folder::remedy(&settings.data_dir)
        ),
        _ => Ok(()),
    }
}

/// The poverty registry's log as a rebuild of progress reads it.
pub(crate) fn poverty_log_for_progress(settings: &Settings) -> Result<LogStore, config::Error> {
    match settings.edition {
        Edition::Embedded => Ok(poverty_log(settings)?.store),
        Edition::Distributed => {
            let named = settings.progress_source_poverty_database_url.as_ref();
            let url = named.or(settings.poverty_database_url.as_ref());
            Ok(LogStore::Postgres(required("progress.source_poverty_database_url", url)?.expose().to_owned()))
        }
    }
}

/// The setting that leads to the log as [`poverty_log_for_progress`] reads it.
pub(crate) fn source_key(settings: &Settings) -> &'static str {
    match settings.progress_source_poverty_database_url {
        Some(_) => "progress.source_poverty_database_url",
        None => "poverty.database_url",
    }
}

/// The keys that open the households' personal data.
pub(crate) fn poverty_keys(settings: &Settings) -> Result<KeyStoreLocation, config::Error> {
    Ok(match settings.edition {
        Edition::Embedded => KeyStoreLocation::Sqlite(settings.data_dir.join("poverty-keys.sqlite")),
        Edition::Distributed => KeyStoreLocation::Postgres(poverty_database(settings)?),
    })
}

/// The poverty registry's own lists.
pub(crate) fn poverty_views(settings: &Settings) -> Result<ReadOptions, config::Error> {
    let store = match settings.edition {
        Edition::Embedded => ReadStore::Sqlite(settings.data_dir.join("poverty-views")),
        Edition::Distributed => ReadStore::Postgres(poverty_database(settings)?),
    };
    Ok(ReadOptions { store, readers_max: READERS_MAX })
}

/// The committees' views.
pub(crate) fn progress_views(settings: &Settings) -> Result<ReadOptions, config::Error> {
    let store = match settings.edition {
        Edition::Embedded => ReadStore::Sqlite(settings.data_dir.join("progress-views")),
        Edition::Distributed => {
            let url = required("progress.database_url", settings.progress_database_url.as_ref())?;
            ReadStore::Postgres(url.expose().to_owned())
        }
    };
    Ok(ReadOptions { store, readers_max: READERS_MAX })
}

/// Where a database of the service is, as the operator set it.
pub(crate) fn named(settings: &Settings, key: &str) -> String {
    match settings.edition {
        Edition::Embedded => format!("in data_dir {}", settings.data_dir.display()),
        Edition::Distributed => format!(
            "in the PostgreSQL database of {key}; see that the server runs and lets this user in (`muctieu config` shows \
             the address)"
        ),
    }
}

/// The key that signs the log's checkpoints.
pub(crate) fn seal_key(settings: &Settings) -> PathBuf {
    settings.seal_key_file.clone().unwrap_or_else(|| settings.data_dir.join("seal.key"))
}

fn poverty_database(settings: &Settings) -> Result<String, config::Error> {
    Ok(required("poverty.database_url", settings.poverty_database_url.as_ref())?.expose().to_owned())
}
