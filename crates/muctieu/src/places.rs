//! Where the settings put every database and file, in either edition.

use crate::{cli::Service, context::Context, demo_folder};
use anyhow::{Context as _, bail};
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

/// The log of a context, to be written.
pub(crate) fn log(settings: &Settings, context: Context) -> Result<LogOptions, config::Error> {
    let store = match settings.edition {
        Edition::Embedded => LogStore::Sqlite(log_file(settings, context)),
        Edition::Distributed => LogStore::Postgres(database(settings, context)?),
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
/// mistaken. The distributed edition is told by its databases.
pub(crate) fn expect_log(settings: &Settings) -> anyhow::Result<()> {
    let any = Context::ALL.into_iter().any(|context| log_file(settings, context).exists());
    if settings.edition == Edition::Embedded && !any {
        bail!(
            "data_dir {} holds no log; {}",
            settings.data_dir.display(),
            demo_folder::remedy(&settings.data_dir)
        );
    }
    Ok(())
}

/// Whether the settings lead to the log of the context.
pub(crate) fn has_log(settings: &Settings, context: Context) -> bool {
    match settings.edition {
        Edition::Embedded => log_file(settings, context).exists(),
        Edition::Distributed => context.source(settings).is_some(),
    }
}

/// The log of a context as those read it who write nothing.
pub(crate) fn log_to_read(settings: &Settings, context: Context) -> Result<LogStore, config::Error> {
    match settings.edition {
        Edition::Embedded => Ok(LogStore::Sqlite(log_file(settings, context))),
        Edition::Distributed => {
            let url = required(context.source_key(), context.source(settings))?;
            Ok(LogStore::Postgres(url.expose().to_owned()))
        }
    }
}

/// The setting that leads to the log as [`log_to_read`] reads it.
pub(crate) fn source_key(settings: &Settings, context: Context) -> &'static str {
    let own = context.database(settings);
    if context.source(settings) == own { context.database_key() } else { context.source_key() }
}

fn log_file(settings: &Settings, context: Context) -> PathBuf {
    settings.data_dir.join(format!("{}-log.sqlite", context.name()))
}

/// The keys that open the households' personal data.
pub(crate) fn poverty_keys(settings: &Settings) -> Result<KeyStoreLocation, config::Error> {
    Ok(match settings.edition {
        Edition::Embedded => KeyStoreLocation::Sqlite(settings.data_dir.join("poverty-keys.sqlite")),
        Edition::Distributed => KeyStoreLocation::Postgres(database(settings, Context::Poverty)?),
    })
}

/// The views that a service keeps for itself. In the embedded edition those of the poverty registry's events are kept once,
/// by progress, for all that ask them.
pub(crate) fn views(settings: &Settings, service: Service) -> Result<ReadOptions, config::Error> {
    let store = match (settings.edition, service) {
        (Edition::Embedded, Service::PovertyRegistry) => {
            ReadStore::Sqlite(settings.data_dir.join("poverty-views"))
        }
        (Edition::Embedded, _) => ReadStore::Sqlite(settings.data_dir.join("progress-views")),
        (Edition::Distributed, Service::Progress) => {
            let url = required("progress.database_url", settings.progress_database_url.as_ref())?;
            ReadStore::Postgres(url.expose().to_owned())
        }
        (Edition::Distributed, Service::PovertyRegistry) => {
            ReadStore::Postgres(database(settings, Context::Poverty)?)
        }
        (Edition::Distributed, Service::RuralCriteria) => {
            ReadStore::Postgres(database(settings, Context::Rural)?)
        }
        (Edition::Distributed, Service::FundingLedger) => {
            ReadStore::Postgres(database(settings, Context::Funding)?)
        }
    };
    Ok(ReadOptions { store, readers_max: READERS_MAX })
}

/// The setting that names where a service keeps its views.
pub(crate) const fn views_key(service: Service) -> &'static str {
    match service {
        Service::PovertyRegistry => Context::Poverty.database_key(),
        Service::RuralCriteria => Context::Rural.database_key(),
        Service::FundingLedger => Context::Funding.database_key(),
        Service::Progress => "progress.database_url",
    }
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

fn database(settings: &Settings, context: Context) -> Result<String, config::Error> {
    Ok(required(context.database_key(), context.database(settings))?.expose().to_owned())
}
