//! What an operator runs beside the servers: migrate, rebuild, healthcheck.

use crate::{cli::Service, places, poverty_side::PovertySide, progress_side::ProgressSide, serve, verify};
use anyhow::bail;
use event_log::EventLog;
use kernel::{SharedClock, SystemClock};
use poverty_registry::CONTEXT;
use progress::PovertyModel;
use projection::{LogSource, ReadDatabase, ReadModel, RebuildOptions, Rebuilt, rebuild as rebuild_views};
use service::{Settings, config::Edition, health, shutdown};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

const HEALTH_DEADLINE: Duration = Duration::from_secs(5);

/// Creates or migrates every database that the settings name.
pub(crate) async fn migrate(settings: &Settings) -> anyhow::Result<()> {
    let clock: SharedClock = Arc::new(SystemClock);
    if settings.edition == Edition::Embedded {
        places::create_data_dir(settings)?;
    }
    if names(settings, Service::PovertyRegistry) {
        PovertySide::open(settings, clock.clone()).await?.close().await;
        println!("poverty-registry: ready");
    }
    if names(settings, Service::Progress) {
        ProgressSide::open(settings, clock).await?.close().await;
        println!("progress: ready");
    }
    if !names(settings, Service::PovertyRegistry) && !names(settings, Service::Progress) {
        bail!("the settings name no database; set poverty.database_url or progress.database_url");
    }
    Ok(())
}

/// Folds the log into new views beside the live ones and switches to them; servers go on meanwhile.
pub(crate) async fn rebuild(settings: &Settings, service: Option<Service>) -> anyhow::Result<()> {
    places::expect_log(settings)?;
    let stop = shutdown::on_signal()?;
    let reference = serve::reference(settings)?;
    let clock: SharedClock = Arc::new(SystemClock);
    let wanted = |one| service.map_or_else(|| names(settings, one), |service| service == one);
    if wanted(Service::PovertyRegistry) {
        let side = PovertySide::open(settings, clock.clone()).await?;
        let rebuilt = fold(&side.views, &mut side.model(&reference), side.log.clone(), &stop).await;
        side.close().await;
        report("poverty-registry", &rebuilt?);
    }
    if wanted(Service::Progress) {
        let log = verify::open_log(settings).await?;
        let side = ProgressSide::open(settings, clock).await?;
        let rebuilt = fold(&side.views, &mut PovertyModel::new(&reference), log.clone(), &stop).await;
        side.close().await;
        log.close().await;
        report("progress", &rebuilt?);
    }
    Ok(())
}

/// Asks a running server whether it serves.
pub(crate) async fn healthcheck(settings: &Settings, address: Option<String>) -> anyhow::Result<()> {
    let address = address.unwrap_or_else(|| health::local_address(settings.listen).to_string());
    health::check(&address, "", HEALTH_DEADLINE).await?;
    println!("{address} serves");
    Ok(())
}

/// Whether the settings give the service a place to keep its data.
pub(crate) fn names(settings: &Settings, service: Service) -> bool {
    match (settings.edition, service) {
        (Edition::Embedded, _) => true,
        (Edition::Distributed, Service::PovertyRegistry) => settings.poverty_database_url.is_some(),
        (Edition::Distributed, Service::Progress) => settings.progress_database_url.is_some(),
    }
}

async fn fold<M: ReadModel>(
    views: &ReadDatabase,
    model: &mut M,
    log: EventLog,
    stop: &CancellationToken,
) -> anyhow::Result<Rebuilt> {
    let mut source = LogSource::new(CONTEXT, log);
    Ok(rebuild_views(views, model, &mut source, RebuildOptions::default(), stop).await?)
}

fn report(service: &str, rebuilt: &Rebuilt) {
    let Rebuilt { generation, position, set_aside } = rebuilt;
    println!(
        "{service}: rebuilt as generation {generation} up to position {position}, {set_aside} events set aside"
    );
}
