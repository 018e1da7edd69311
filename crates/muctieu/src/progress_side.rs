//! The progress service put together: views, their feed and the service.

use crate::{background::Background, places};
use anyhow::Context;
use kernel::SharedClock;
use progress::{PovertyModel, Progress, ProgressOptions};
use projection::{EventSource, Projector, ProjectorOptions, ReadDatabase};
use reference::Reference;
use service::Settings;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

pub(crate) struct ProgressSide {
    pub(crate) views: ReadDatabase,
}

impl ProgressSide {
    /// Opens the views, creating what is missing.
    pub(crate) async fn open(settings: &Settings, clock: SharedClock) -> anyhow::Result<Self> {
        let views = ReadDatabase::open::<PovertyModel>(places::progress_views(settings)?, clock).await;
        let place = places::named(settings, "progress.database_url");
        Ok(Self { views: views.with_context(|| format!("cannot open the views of progress {place}"))? })
    }

    /// Starts the fold of the source's events and gives the service.
    pub(crate) fn serve(
        &self,
        settings: &Settings,
        reference: &Arc<Reference>,
        clock: SharedClock,
        source: Box<dyn EventSource>,
        background: &Background,
        shutdown: &CancellationToken,
    ) -> Progress {
        let model = PovertyModel::new(reference);
        let projector = Projector::new(self.views.clone(), model, source, ProjectorOptions::default());
        background.spawn("the fold into the committees' views", projector.run(background.stop()));
        let options = ProgressOptions {
            wait_max: settings.limits.consistency_wait_max,
            watches_max: settings.limits.watch_streams_max,
            page_size_max: settings.limits.page_size_max,
            ..ProgressOptions::default()
        };
        Progress::new(self.views.clone(), Arc::clone(reference), clock, options, shutdown.clone())
    }

    /// Ends reading. To be called when nothing serves any more.
    pub(crate) async fn close(&self) {
        self.views.close().await;
    }
}
