//! The poverty registry put together: log, keys, lists and service.

use crate::{background::Background, cli::Service, context::Context, logs, places};
use anyhow::Context as _;
use event_log::EventLog;
use kernel::SharedClock;
use poverty_registry::{CONTEXT, KeyStore, Parts, PovertyRegistry, ReadModel};
use projection::{LogSource, Projector, ProjectorOptions, ReadDatabase};
use reference::Reference;
use service::Settings;
use std::{sync::Arc, time::Duration};

/// From one batch of the registry's lists to the next: they are for people, and each batch takes time from commands. A list
/// that is asked for with the token of a write may wait that long.
const LISTS_EVERY: Duration = Duration::from_millis(20);

pub(crate) struct PovertySide {
    pub(crate) log: EventLog,
    pub(crate) keys: KeyStore,
    pub(crate) views: ReadDatabase,
}

impl PovertySide {
    /// Opens everything, creating or migrating what is missing.
    pub(crate) async fn open(settings: &Settings, clock: SharedClock) -> anyhow::Result<Self> {
        let log = logs::open(settings, Context::Poverty, clock.clone()).await?;
        let place = places::named(settings, "poverty.database_url");
        let keys = KeyStore::open(places::poverty_keys(settings)?).await;
        let keys = keys.with_context(|| format!("cannot open the key store of poverty-registry {place}"))?;
        let views =
            ReadDatabase::open::<ReadModel>(places::views(settings, Service::PovertyRegistry)?, clock).await;
        let views = views.with_context(|| format!("cannot open the views of poverty-registry {place}"))?;
        Ok(Self { log, keys, views })
    }

    /// The fold of the log into the registry's own lists.
    pub(crate) fn model(&self, reference: &Arc<Reference>) -> ReadModel {
        ReadModel::new(Arc::clone(reference), self.keys.clone())
    }

    /// Starts the fold and gives the service.
    pub(crate) fn serve(
        &self,
        settings: &Settings,
        reference: &Arc<Reference>,
        clock: SharedClock,
        background: &Background,
    ) -> PovertyRegistry {
        let source = Box::new(LogSource::new(CONTEXT, self.log.clone()));
        let options = ProjectorOptions { batch_every: LISTS_EVERY, ..ProjectorOptions::default() };
        let projector = Projector::new(self.views.clone(), self.model(reference), source, options);
        background.spawn("the fold into the registry's lists", projector.run(background.stop()));
        PovertyRegistry::new(Parts {
            log: self.log.clone(),
            read: self.views.clone(),
            keys: self.keys.clone(),
            reference: Arc::clone(reference),
            clock,
            limits: settings.limits.clone(),
        })
    }

    /// Ends writing and reading. To be called when nothing serves any more.
    pub(crate) async fn close(&self) {
        self.log.close().await;
        self.views.close().await;
        self.keys.close().await;
    }
}
