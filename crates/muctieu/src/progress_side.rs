//! The progress service put together: three sets of views, their feeds and the service.

use crate::{background::Background, cli::Service, places, poverty_feed};
use anyhow::Context as _;
use kernel::SharedClock;
use progress::{FundingModel, Progress, ProgressOptions, RuralModel, Sources};
use projection::{EventSource, Projector, ProjectorOptions, ReadDatabase};
use reference::Reference;
use service::Settings;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

pub(crate) struct ProgressSide {
    pub(crate) sources: Sources,
}

/// Where the events of each context come from.
pub(crate) struct Feeds {
    pub(crate) poverty: Box<dyn EventSource>,
    pub(crate) rural: Box<dyn EventSource>,
    pub(crate) funding: Box<dyn EventSource>,
}

impl ProgressSide {
    /// Opens the views, creating what is missing.
    pub(crate) async fn open(settings: &Settings, clock: SharedClock) -> anyhow::Result<Self> {
        let options = || places::views(settings, Service::Progress);
        let place = places::named(settings, places::views_key(Service::Progress));
        let failed = || format!("cannot open the views of progress {place}");
        let poverty = poverty_feed::open(settings, Service::Progress, clock.clone()).await?;
        let rural = ReadDatabase::open::<RuralModel>(options()?, clock.clone()).await;
        let funding = ReadDatabase::open::<FundingModel>(options()?, clock).await;
        let (rural, funding) = (rural.with_context(failed)?, funding.with_context(failed)?);
        Ok(Self { sources: Sources { poverty, rural, funding } })
    }

    /// Starts the folds of the feeds' events and gives the service.
    pub(crate) fn serve(
        &self,
        settings: &Settings,
        reference: &Arc<Reference>,
        clock: SharedClock,
        feeds: Feeds,
        background: &Background,
        shutdown: &CancellationToken,
    ) -> Progress {
        let Sources { poverty, rural, funding } = &self.sources;
        poverty_feed::follow(poverty, reference, feeds.poverty, background);
        let options = ProjectorOptions::default();
        let fold = Projector::new(rural.clone(), RuralModel::new(reference), feeds.rural, options);
        background.spawn("the fold of rural-criteria's events", fold.run(background.stop()));
        let fold = Projector::new(funding.clone(), FundingModel::new(reference), feeds.funding, options);
        background.spawn("the fold of funding-ledger's events", fold.run(background.stop()));
        let options = ProgressOptions {
            wait_max: settings.limits.consistency_wait_max,
            watches_max: settings.limits.watch_streams_max,
            page_size_max: settings.limits.page_size_max,
            ..ProgressOptions::default()
        };
        Progress::new(self.sources.clone(), Arc::clone(reference), clock, options, shutdown.clone())
    }

    /// Ends reading. To be called when nothing serves any more.
    pub(crate) async fn close(&self) {
        let Sources { poverty, rural, funding } = &self.sources;
        poverty.close().await;
        rural.close().await;
        funding.close().await;
    }
}
