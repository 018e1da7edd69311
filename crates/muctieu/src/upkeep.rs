//! What an operator runs beside the servers: migrate, rebuild, healthcheck.

use crate::{
    cli::Service, context::Context, logs, places, poverty_feed, poverty_side::PovertySide,
    progress_side::ProgressSide, serve,
};
use anyhow::bail;
use event_log::EventLog;
use kernel::{SharedClock, SystemClock};
use poverty_view::PovertyModel;
use progress::{FundingModel, RuralModel, Sources};
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
    let named: Vec<Service> = Service::ALL.into_iter().filter(|service| names(settings, *service)).collect();
    if named.is_empty() {
        bail!(
            "the settings name no database; set poverty.database_url, rural.database_url, funding.database_url or \
             progress.database_url"
        );
    }
    for service in named {
        match service {
            Service::PovertyRegistry => PovertySide::open(settings, clock.clone()).await?.close().await,
            Service::RuralCriteria => migrate_writer(settings, Context::Rural, &clock).await?,
            Service::FundingLedger => migrate_writer(settings, Context::Funding, &clock).await?,
            Service::Progress => ProgressSide::open(settings, clock.clone()).await?.close().await,
        }
        println!("{}: ready", service.name());
    }
    Ok(())
}

async fn migrate_writer(settings: &Settings, context: Context, clock: &SharedClock) -> anyhow::Result<()> {
    logs::open(settings, context, clock.clone()).await?.close().await;
    poverty_feed::open(settings, context.service(), clock.clone()).await?.close().await;
    Ok(())
}

/// Folds the logs into new views beside the live ones and switches to them; servers go on meanwhile.
pub(crate) async fn rebuild(settings: &Settings, service: Option<Service>) -> anyhow::Result<()> {
    places::expect_log(settings)?;
    let stop = shutdown::on_signal()?;
    let reference = serve::reference(settings)?;
    let clock: SharedClock = Arc::new(SystemClock);
    for service in Service::ALL.into_iter().filter(|one| wanted(settings, service, *one)) {
        match service {
            Service::PovertyRegistry => {
                let side = PovertySide::open(settings, clock.clone()).await?;
                let rebuilt =
                    fold(&side.views, &mut side.model(&reference), Context::Poverty, &side.log, &stop).await;
                side.close().await;
                report(service, Context::Poverty, &rebuilt?);
            }
            Service::RuralCriteria | Service::FundingLedger => {
                let views = poverty_feed::open(settings, service, clock.clone()).await?;
                let mut model = PovertyModel::new(&reference);
                let rebuilt = fold_from(settings, &views, &mut model, Context::Poverty, &stop).await;
                views.close().await;
                report(service, Context::Poverty, &rebuilt?);
            }
            Service::Progress => {
                let side = ProgressSide::open(settings, clock.clone()).await?;
                let rebuilt = Box::pin(rebuild_progress(settings, &side.sources, &reference, &stop)).await;
                side.close().await;
                rebuilt?;
            }
        }
    }
    Ok(())
}

/// The views of the three logs, which have nothing to do with each other, at the same time.
async fn rebuild_progress(
    settings: &Settings,
    sources: &Sources,
    reference: &reference::Reference,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let mut poverty = PovertyModel::new(reference);
    let mut rural = RuralModel::new(reference);
    let mut funding = FundingModel::new(reference);
    let (poverty, rural, funding) = tokio::join!(
        fold_from(settings, &sources.poverty, &mut poverty, Context::Poverty, stop),
        fold_from(settings, &sources.rural, &mut rural, Context::Rural, stop),
        fold_from(settings, &sources.funding, &mut funding, Context::Funding, stop),
    );
    for (context, rebuilt) in Context::ALL.into_iter().zip([poverty, rural, funding]) {
        if places::has_log(settings, context) {
            report(Service::Progress, context, &rebuilt?);
        }
    }
    Ok(())
}

/// Whether the service's views are to be made anew: those of the service that was named, or all that the settings give a
/// place and that are not another's.
fn wanted(settings: &Settings, named: Option<Service>, one: Service) -> bool {
    let keeps_own_views = settings.edition == Edition::Distributed
        || matches!(one, Service::PovertyRegistry | Service::Progress);
    named.map_or_else(|| names(settings, one), |named| named == one) && keeps_own_views
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
        (Edition::Distributed, Service::RuralCriteria) => settings.rural_database_url.is_some(),
        (Edition::Distributed, Service::FundingLedger) => settings.funding_database_url.is_some(),
        (Edition::Distributed, Service::Progress) => settings.progress_database_url.is_some(),
    }
}

async fn fold_from<M: ReadModel>(
    settings: &Settings,
    views: &ReadDatabase,
    model: &mut M,
    context: Context,
    stop: &CancellationToken,
) -> anyhow::Result<Rebuilt> {
    let log = logs::open_to_read(settings, context).await?;
    let rebuilt = fold(views, model, context, &log, stop).await;
    log.close().await;
    rebuilt
}

async fn fold<M: ReadModel>(
    views: &ReadDatabase,
    model: &mut M,
    context: Context,
    log: &EventLog,
    stop: &CancellationToken,
) -> anyhow::Result<Rebuilt> {
    let mut source = LogSource::new(context.name(), log.clone());
    Ok(rebuild_views(views, model, &mut source, RebuildOptions::default(), stop).await?)
}

fn report(service: Service, context: Context, rebuilt: &Rebuilt) {
    let Rebuilt { generation, position, set_aside } = rebuilt;
    println!(
        "{}: views of {} rebuilt as generation {generation} up to position {position}, {set_aside} events set aside",
        service.name(),
        context.name()
    );
}
