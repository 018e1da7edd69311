//! `muctieu serve`: the embedded edition in one process, or one service of the distributed edition.

use crate::{
    background::Background, cli::Service, places, poverty_side::PovertySide, progress_side::ProgressSide,
    seal,
};
use anyhow::{Context, bail};
use api::{
    poverty::poverty_registry_server::PovertyRegistryServer, progress::progress_server::ProgressServer,
};
use event_bus::{Bus, BusOptions, BusSource, Relay, RelayOptions, StreamLimits};
use kernel::{SharedClock, SystemClock};
use poverty_registry::{CONTEXT, PovertyRegistry};
use progress::Progress;
use projection::LogSource;
use reference::Reference;
use service::{
    Settings,
    config::{Edition, required},
    server::{self, RunningServer, Services},
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
    poverty: Option<PovertySide>,
    progress: Option<ProgressSide>,
    /// Of the data folder in the embedded edition.
    _lock: Option<File>,
}

/// Serves until SIGTERM or SIGINT.
pub(crate) async fn run(settings: &Settings, service: Option<Service>) -> anyhow::Result<()> {
    let shutdown = shutdown::on_signal()?;
    let site = match (settings.edition, service) {
        (Edition::Embedded, None) => {
            if let Err(empty) = places::expect_log(settings) {
                tracing::info!("{empty}; without that, an empty log begins here");
            }
            embedded(settings, Arc::new(SystemClock), &shutdown).await?
        }
        (Edition::Distributed, Some(service)) => distributed(settings, service, &shutdown).await?,
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

/// Both services over SQLite files in the data folder; views are fed straight from the log.
pub(crate) async fn embedded(
    settings: &Settings,
    clock: SharedClock,
    shutdown: &CancellationToken,
) -> anyhow::Result<Site> {
    places::create_data_dir(settings)?;
    let lock = places::lock_data_dir(settings)?;
    let reference = reference(settings)?;
    let background = Background::default();
    let poverty = PovertySide::open(settings, clock.clone()).await?;
    seal::start(settings, &poverty.log).await?;
    let progress = ProgressSide::open(settings, clock.clone()).await?;
    let source = Box::new(LogSource::new(CONTEXT, poverty.log.clone()));
    let registry = poverty.serve(settings, &reference, clock.clone(), &background);
    let views = progress.serve(settings, &reference, clock, source, &background, shutdown);
    let (server, metrics) = listen(settings, Some(registry), Some(views), &background, shutdown).await?;
    Ok(Site {
        server,
        metrics,
        background,
        poverty: Some(poverty),
        progress: Some(progress),
        _lock: Some(lock),
    })
}

async fn distributed(
    settings: &Settings,
    service: Service,
    shutdown: &CancellationToken,
) -> anyhow::Result<Site> {
    let reference = reference(settings)?;
    let clock: SharedClock = Arc::new(SystemClock);
    let background = Background::default();
    let bus = connect(settings, service, &background).await?;
    match service {
        Service::PovertyRegistry => {
            let poverty = PovertySide::open(settings, clock.clone()).await?;
            seal::start(settings, &poverty.log).await?;
            let limits = StreamLimits {
                bytes_max: settings.nats.stream_bytes_max.try_into()?,
                ..StreamLimits::default()
            };
            let options = RelayOptions { limits, ..RelayOptions::default() };
            let relay = Relay::new(bus, CONTEXT, poverty.log.clone(), options);
            background.spawn("the relay to NATS", relay.run(background.stop()));
            let registry = poverty.serve(settings, &reference, clock, &background);
            let (server, metrics) = listen(settings, Some(registry), None, &background, shutdown).await?;
            Ok(Site { server, metrics, background, poverty: Some(poverty), progress: None, _lock: None })
        }
        Service::Progress => {
            let progress = ProgressSide::open(settings, clock.clone()).await?;
            let source = Box::new(BusSource::new(bus, CONTEXT));
            let views = progress.serve(settings, &reference, clock, source, &background, shutdown);
            let (server, metrics) = listen(settings, None, Some(views), &background, shutdown).await?;
            Ok(Site { server, metrics, background, poverty: None, progress: Some(progress), _lock: None })
        }
    }
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

    /// The last position of the poverty registry's log; 0 where this process does not serve it.
    pub(crate) async fn log_head(&self) -> anyhow::Result<u64> {
        match &self.poverty {
            Some(poverty) => Ok(poverty.log.head().await?),
            None => Ok(0),
        }
    }

    /// Waits for the server's end, then ends what runs beside it and closes the databases.
    pub(crate) async fn finished(self) -> anyhow::Result<()> {
        let served = self.server.finished().await;
        self.background.finish().await;
        if let Some(progress) = &self.progress {
            progress.close().await;
        }
        if let Some(poverty) = &self.poverty {
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
        BusOptions { servers: url.expose().to_owned(), client_name: format!("muctieu {service:?}") };
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
    registry: Option<PovertyRegistry>,
    progress: Option<Progress>,
    background: &Background,
    shutdown: &CancellationToken,
) -> anyhow::Result<(RunningServer, Option<SocketAddr>)> {
    let options = server::Options::from(settings);
    let mut services = Services::new(api::FILE_DESCRIPTOR_SET);
    if let Some(registry) = registry {
        services =
            services.with(with_wire_limits!(PovertyRegistryServer::new(registry), options.message_bytes_max));
    }
    if let Some(progress) = progress {
        services = services.with(with_wire_limits!(ProgressServer::new(progress), options.message_bytes_max));
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
