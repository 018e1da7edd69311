//! `muctieu serve`: the embedded edition in one process, or one service of the distributed edition.

use crate::{
    background::Background,
    cli::Service,
    context::Context,
    demo_clock::DemoClock,
    logs, places, poverty_feed,
    poverty_side::PovertySide,
    progress_side::{Feeds, ProgressSide},
};
use anyhow::{Context as _, bail};
use api::{
    funding::funding_ledger_server::FundingLedgerServer,
    poverty::poverty_registry_server::PovertyRegistryServer, progress::progress_server::ProgressServer,
    rural::rural_criteria_server::RuralCriteriaServer,
};
use event_bus::{Bus, BusOptions, BusSource, Relay, RelayOptions, StreamLimits};
use event_log::EventLog;
use funding_ledger::FundingLedger;
use kernel::{SharedClock, SystemClock};
use poverty_registry::PovertyRegistry;
use poverty_view::PovertyView;
use progress::Progress;
use projection::{LogSource, ReadDatabase};
use reference::Reference;
use rural_criteria::RuralCriteria;
use service::{
    Settings,
    config::{Edition, required},
    server::{self, DemoToday, RunningServer, Services},
    shutdown, telemetry, with_wire_limits,
};
use std::{convert::Infallible, fs::File, net::SocketAddr, sync::Arc, time::Duration};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// A NATS server that has not answered by then is worth a word to the operator.
const NATS_EXPECTED_WITHIN: Duration = Duration::from_secs(5);

/// What runs, from its start to its end.
pub(crate) struct Site {
    server: RunningServer,
    metrics: Option<SocketAddr>,
    background: Background,
    stores: Stores,
    /// Of the data folder in the embedded edition.
    _lock: Option<File>,
}

/// What is closed when nothing serves any more.
#[derive(Default)]
struct Stores {
    poverty: Option<PovertySide>,
    /// Of rural criteria and the funding ledger.
    logs: Vec<(Context, EventLog)>,
    progress: Option<ProgressSide>,
    /// Of a service that follows the poverty registry for itself.
    poverty_feed: Option<ReadDatabase>,
}

/// The services of one process.
#[derive(Default)]
struct Served {
    registry: Option<PovertyRegistry>,
    rural: Option<RuralCriteria>,
    funding: Option<FundingLedger>,
    progress: Option<Progress>,
}

/// Whose time it is.
#[derive(Clone)]
pub(crate) struct Time {
    pub(crate) clock: SharedClock,
    /// Set where calls may name the day.
    demo_today: Option<DemoToday>,
}

impl Time {
    /// The machine's, or with `demo_clock` the one that calls name.
    pub(crate) fn of(settings: &Settings) -> Self {
        if settings.demo_clock {
            tracing::warn!(
                "demo_clock is on: callers date what is recorded; this is for synthetic data alone"
            );
            return Self::told(&Arc::new(DemoClock::new()));
        }
        Self { clock: Arc::new(SystemClock), demo_today: None }
    }

    /// The one that calls name.
    pub(crate) fn told(clock: &Arc<DemoClock>) -> Self {
        Self { clock: clock.clone(), demo_today: Some(clock.follower()) }
    }
}

/// Serves until SIGTERM or SIGINT.
pub(crate) async fn run(settings: &Settings, service: Option<Service>) -> anyhow::Result<()> {
    let shutdown = shutdown::on_signal()?;
    let site = match (settings.edition, service) {
        (Edition::Embedded, None) => {
            if let Err(empty) = places::expect_log(settings) {
                tracing::info!("{empty}; without that, an empty log begins here");
            }
            Box::pin(embedded(settings, Time::of(settings), &shutdown)).await?
        }
        (Edition::Distributed, Some(service)) => Box::pin(distributed(settings, service, &shutdown)).await?,
        (Edition::Embedded, Some(_)) => {
            bail!(
                "one service alone needs the distributed edition: set edition = \"distributed\" (MUCTIEU_EDITION) with its databases and nats.url, or leave out the service"
            )
        }
        (Edition::Distributed, None) => {
            bail!(
                "the distributed edition serves one service per process: name it, for example `muctieu serve poverty-registry`"
            )
        }
    };
    tracing::info!("serving gRPC and gRPC-Web on {}", site.address());
    site.finished().await
}

/// All services over SQLite files in the data folder; views are fed straight from the logs.
pub(crate) async fn embedded(
    settings: &Settings,
    time: Time,
    shutdown: &CancellationToken,
) -> anyhow::Result<Site> {
    places::create_data_dir(settings)?;
    let lock = places::lock_data_dir(settings)?;
    let reference = reference(settings)?;
    let background = Background::default();
    let clock = &time.clock;
    let poverty = PovertySide::open(settings, clock.clone()).await?;
    crate::seal::start(settings, Context::Poverty, &poverty.log).await?;
    let rural_log = logs::open_sealed(settings, Context::Rural, clock.clone()).await?;
    let funding_log = logs::open_sealed(settings, Context::Funding, clock.clone()).await?;
    let progress = ProgressSide::open(settings, clock.clone()).await?;
    let feed = |context: Context, log: &EventLog| Box::new(LogSource::new(context.name(), log.clone()));
    let feeds = Feeds {
        poverty: feed(Context::Poverty, &poverty.log),
        rural: feed(Context::Rural, &rural_log),
        funding: feed(Context::Funding, &funding_log),
    };
    let view = PovertyView::new(progress.sources.poverty.clone(), &reference);
    let served = Served {
        registry: Some(poverty.serve(settings, &reference, clock.clone(), &background)),
        rural: Some(rural(settings, &reference, &time, &rural_log, view.clone(), &background).await?),
        funding: Some(funding(settings, &reference, &time, &funding_log, view, &background).await?),
        progress: Some(progress.serve(settings, &reference, clock.clone(), feeds, &background, shutdown)),
    };
    let (server, metrics) = listen(settings, served, &time, &background, shutdown).await?;
    let stores = Stores {
        poverty: Some(poverty),
        logs: vec![(Context::Rural, rural_log), (Context::Funding, funding_log)],
        progress: Some(progress),
        poverty_feed: None,
    };
    Ok(Site { server, metrics, background, stores, _lock: Some(lock) })
}

async fn distributed(
    settings: &Settings,
    service: Service,
    shutdown: &CancellationToken,
) -> anyhow::Result<Site> {
    let reference = reference(settings)?;
    let time = Time::of(settings);
    let background = Background::default();
    let bus = connect(settings, service, &background).await?;
    let feed = |context: Context| Box::new(BusSource::new(bus.clone(), context.name()));
    let clock = &time.clock;
    let mut stores = Stores::default();
    let mut served = Served::default();
    match service {
        Service::PovertyRegistry => {
            let poverty = PovertySide::open(settings, clock.clone()).await?;
            crate::seal::start(settings, Context::Poverty, &poverty.log).await?;
            relay(settings, &bus, Context::Poverty, &poverty.log, &background)?;
            served.registry = Some(poverty.serve(settings, &reference, clock.clone(), &background));
            stores.poverty = Some(poverty);
        }
        Service::RuralCriteria | Service::FundingLedger => {
            let context = match service {
                Service::RuralCriteria => Context::Rural,
                _ => Context::Funding,
            };
            let log = logs::open_sealed(settings, context, clock.clone()).await?;
            relay(settings, &bus, context, &log, &background)?;
            let views = poverty_feed::open(settings, service, clock.clone()).await?;
            poverty_feed::follow(&views, &reference, feed(Context::Poverty), &background);
            let view = PovertyView::new(views.clone(), &reference);
            match context {
                Context::Rural => {
                    served.rural = Some(rural(settings, &reference, &time, &log, view, &background).await?);
                }
                _ => {
                    served.funding =
                        Some(funding(settings, &reference, &time, &log, view, &background).await?);
                }
            }
            stores.logs.push((context, log));
            stores.poverty_feed = Some(views);
        }
        Service::Progress => {
            let progress = ProgressSide::open(settings, clock.clone()).await?;
            let feeds = Feeds {
                poverty: feed(Context::Poverty),
                rural: feed(Context::Rural),
                funding: feed(Context::Funding),
            };
            let views = progress.serve(settings, &reference, clock.clone(), feeds, &background, shutdown);
            served.progress = Some(views);
            stores.progress = Some(progress);
        }
    }
    let (server, metrics) = listen(settings, served, &time, &background, shutdown).await?;
    Ok(Site { server, metrics, background, stores, _lock: None })
}

/// Starts to publish the log's events.
fn relay(
    settings: &Settings,
    bus: &Bus,
    context: Context,
    log: &EventLog,
    background: &Background,
) -> anyhow::Result<()> {
    let limits =
        StreamLimits { bytes_max: settings.nats.stream_bytes_max.try_into()?, ..StreamLimits::default() };
    let options = RelayOptions { limits, ..RelayOptions::default() };
    let relay = Relay::new(bus.clone(), context.name(), log.clone(), options);
    background.spawn("the relay to NATS", relay.run(background.stop()));
    Ok(())
}

async fn rural(
    settings: &Settings,
    reference: &Arc<Reference>,
    time: &Time,
    log: &EventLog,
    poverty: PovertyView,
    background: &Background,
) -> anyhow::Result<RuralCriteria> {
    let parts = rural_criteria::Parts {
        log: log.clone(),
        poverty,
        reference: Arc::clone(reference),
        clock: time.clock.clone(),
        limits: settings.limits.clone(),
    };
    let (service, work) = RuralCriteria::open(parts, background.stop()).await?;
    background.spawn("the decisions of rural-criteria", work);
    Ok(service)
}

async fn funding(
    settings: &Settings,
    reference: &Arc<Reference>,
    time: &Time,
    log: &EventLog,
    poverty: PovertyView,
    background: &Background,
) -> anyhow::Result<FundingLedger> {
    let parts = funding_ledger::Parts {
        log: log.clone(),
        poverty,
        reference: Arc::clone(reference),
        clock: time.clock.clone(),
        limits: settings.limits.clone(),
    };
    let (service, work) = FundingLedger::open(parts, background.stop()).await?;
    background.spawn("the decisions of funding-ledger", work);
    Ok(service)
}

impl Site {
    /// Where gRPC is served.
    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Where metrics are served, if they are.
    pub(crate) fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics
    }

    /// The last position of each log that this process writes.
    pub(crate) async fn log_heads(&self) -> anyhow::Result<Vec<(Context, u64)>> {
        let poverty = self.stores.poverty.iter().map(|side| (Context::Poverty, &side.log));
        let others = self.stores.logs.iter().map(|(context, log)| (*context, log));
        let mut heads = Vec::new();
        for (context, log) in poverty.chain(others) {
            heads.push((context, log.head().await?));
        }
        Ok(heads)
    }

    /// Waits for the server's end, then ends what runs beside it and closes the databases.
    pub(crate) async fn finished(self) -> anyhow::Result<()> {
        let served = self.server.finished().await;
        self.background.finish().await;
        let Stores { poverty, logs, progress, poverty_feed } = &self.stores;
        if let Some(progress) = progress {
            progress.close().await;
        }
        if let Some(views) = poverty_feed {
            views.close().await;
        }
        for (_, log) in logs {
            log.close().await;
        }
        if let Some(poverty) = poverty {
            poverty.close().await;
        }
        Ok(served?)
    }
}

/// The packs that the settings name.
pub(crate) fn reference(settings: &Settings) -> anyhow::Result<Arc<Reference>> {
    let loaded = Reference::load(settings.reference_dir.as_deref());
    Ok(Arc::new(loaded.context("the reference packs cannot be used; `muctieu reference check` tells more")?))
}

/// Begins to connect. A NATS server that is away is no failure, for commands are recorded without it; the operator is told.
async fn connect(settings: &Settings, service: Service, background: &Background) -> anyhow::Result<Bus> {
    let url = required("nats.url", settings.nats.url.as_ref())?;
    let options =
        BusOptions { servers: url.expose().to_owned(), client_name: format!("muctieu {}", service.name()) };
    let bus = Bus::connect(options).await.context("setting nats.url cannot be used")?;
    let (waiting, stop) = (bus.clone(), background.stop());
    background.spawn::<Infallible>("the look at NATS", async move {
        let in_time = stop.run_until_cancelled(tokio::time::sleep(NATS_EXPECTED_WITHIN)).await;
        if in_time.is_some() && !waiting.is_connected() {
            tracing::warn!(
                "no NATS server answers at nats.url: commands are recorded and views stand still until one does; see that \
                 it runs (`muctieu config` shows the address)"
            );
        }
        Ok(())
    });
    Ok(bus)
}

async fn listen(
    settings: &Settings,
    served: Served,
    time: &Time,
    background: &Background,
    shutdown: &CancellationToken,
) -> anyhow::Result<(RunningServer, Option<SocketAddr>)> {
    let options = server::Options { demo_today: time.demo_today.clone(), ..server::Options::from(settings) };
    let bytes_max = options.message_bytes_max;
    let Served { registry, rural, funding, progress } = served;
    let mut services = Services::new(api::FILE_DESCRIPTOR_SET);
    if let Some(registry) = registry {
        services = services.with(with_wire_limits!(PovertyRegistryServer::new(registry), bytes_max));
    }
    if let Some(rural) = rural {
        services = services.with(with_wire_limits!(RuralCriteriaServer::new(rural), bytes_max));
    }
    if let Some(funding) = funding {
        services = services.with(with_wire_limits!(FundingLedgerServer::new(funding), bytes_max));
    }
    if let Some(progress) = progress {
        services = services.with(with_wire_limits!(ProgressServer::new(progress), bytes_max));
    }
    let metrics = match settings.metrics_listen {
        Some(address) => Some(bind("metrics_listen", address).await?),
        None => None,
    };
    let metrics_address = metrics.as_ref().map(TcpListener::local_addr).transpose()?;
    if let Some(listener) = metrics {
        background.spawn("the metrics page", telemetry::serve_metrics(listener, background.stop()));
    }
    let listener = bind("listen", settings.listen).await?;
    let running = server::start(listener, services, &options, shutdown).await?;
    let (unwell, stop) = (running.unwell_after(background.failed()), background.stop());
    background.spawn::<Infallible>("the look at failures", async move {
        stop.run_until_cancelled(unwell).await;
        Ok(())
    });
    Ok((running, metrics_address))
}

async fn bind(key: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address} ({key}); choose another with --set {key}=127.0.0.1:PORT")
    })
}
