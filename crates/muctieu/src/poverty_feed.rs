//! What a service keeps of the poverty registry's events for itself.

use crate::{background::Background, cli::Service, places};
use anyhow::Context as _;
use kernel::SharedClock;
use poverty_view::PovertyModel;
use projection::{EventSource, Projector, ProjectorOptions, ReadDatabase};
use reference::Reference;
use service::Settings;

/// Opens the tables, creating what is missing.
pub(crate) async fn open(
    settings: &Settings,
    service: Service,
    clock: SharedClock,
) -> anyhow::Result<ReadDatabase> {
    let views = ReadDatabase::open::<PovertyModel>(places::views(settings, service)?, clock).await;
    let place = places::named(settings, places::views_key(service));
    views.with_context(|| format!("cannot open the views of {} {place}", service.name()))
}

/// Starts the fold of the source's events.
pub(crate) fn follow(
    views: &ReadDatabase,
    reference: &Reference,
    source: Box<dyn EventSource>,
    background: &Background,
) {
    let model = PovertyModel::new(reference);
    let projector = Projector::new(views.clone(), model, source, ProjectorOptions::default());
    background.spawn("the fold of the poverty registry's events", projector.run(background.stop()));
}
