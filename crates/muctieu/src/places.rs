//! Where the settings put every database and file, in either edition.

use event_log::{LogOptions, LogStore};
use poverty_registry::KeyStoreLocation;
use projection::{ReadOptions, ReadStore};
use service::{
    Settings,
    config::{self, Edition, required},
};
use std::path::PathBuf;

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

/// The key that signs the log's checkpoints.
pub(crate) fn seal_key(settings: &Settings) -> PathBuf {
    settings.seal_key_file.clone().unwrap_or_else(|| settings.data_dir.join("seal.key"))
}

fn poverty_database(settings: &Settings) -> Result<String, config::Error> {
    Ok(required("poverty.database_url", settings.poverty_database_url.as_ref())?.expose().to_owned())
}
