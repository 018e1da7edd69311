//! Starting and ending a server.

use super::{
    front::{Front, Rules},
    gate::Gate,
    origin::OriginCheck,
    services::{Assembled, Health, Services},
};
use crate::Settings;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::transport::{Server, server::TcpIncoming};
use tonic_health::ServingStatus;
use tonic_web::GrpcWebLayer;
use tower::layer::layer_fn;

/// How long a connection may be silent before it is asked whether it lives, and how long it may take to answer.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(60);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(20);
/// Bytes in flight on one stream: a bulk request needs few round trips.
const STREAM_WINDOW_BYTES: u32 = 1 << 20;
const CONNECTION_WINDOW_BYTES: u32 = 4 << 20;
/// After the drain: time in which calls that were cut short still get their answer out.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// Limits of a server.
#[derive(Clone, Debug)]
pub struct Options {
    /// Bytes of one request message.
    pub message_bytes_max: usize,
    /// Calls whose handlers run at once; above it callers get `OVERLOADED`.
    pub concurrent_requests_max: usize,
    /// Time in which a handler must answer, or begin its stream; above it callers get `TIMED_OUT`.
    pub request_time_max: Duration,
    /// Time that running calls have to finish after shutdown began.
    pub drain: Duration,
    /// Web origins whose pages may call, beside those of loopback.
    pub allowed_origins: Vec<String>,
    /// Told the text of [`DEMO_TODAY_METADATA`](super::DEMO_TODAY_METADATA) of each call that carries it, before the call is handled. `None`:
    /// the metadata means nothing.
    pub demo_today: Option<DemoToday>,
}

/// Follows the days that a synthetic history tells.
#[derive(Clone)]
pub struct DemoToday(pub Arc<dyn Fn(&str) + Send + Sync>);

impl std::fmt::Debug for DemoToday {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DemoToday")
    }
}

impl From<&Settings> for Options {
    fn from(settings: &Settings) -> Self {
        Self {
            message_bytes_max: settings.limits.message_bytes_max,
            concurrent_requests_max: settings.limits.concurrent_requests_max,
            request_time_max: settings.limits.request_time_max,
            drain: settings.drain,
            allowed_origins: settings.web_allowed_origins.clone(),
            demo_today: None,
        }
    }
}

/// Why a server did not start or ended early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The listener has no address.
    #[error("cannot read the address of the listener")]
    Address(#[from] std::io::Error),
    /// The descriptors cannot be read.
    #[error("cannot decode the descriptors of the services")]
    Descriptors(#[from] prost::DecodeError),
    /// Reflection cannot be built from the descriptors.
    #[error("cannot build server reflection")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// Accepting connections failed.
    #[error("the server failed")]
    Serve(#[from] tonic::transport::Error),
    /// The server's task panicked.
    #[error("the server's task ended without a result")]
    Task(#[from] tokio::task::JoinError),
}

/// A server that serves. Dropping it begins its shutdown.
#[derive(Debug)]
pub struct RunningServer {
    address: SocketAddr,
    health: Health,
    task: JoinHandle<Result<(), Error>>,
    _shutdown: DropGuard,
}

impl RunningServer {
    /// Where it listens, with the port that the system chose.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Health says `NOT_SERVING` once the token is cancelled: something that the services rest on has ended for good. What
    /// can be answered is still answered.
    pub fn unwell_after(&self, ended: CancellationToken) -> impl Future<Output = ()> + Send + 'static {
        let health = self.health.clone();
        async move {
            ended.cancelled().await;
            health.say(ServingStatus::NotServing).await;
        }
    }

    /// Waits until it has ended: after shutdown was asked for and running calls were finished, or after a failure.
    pub async fn finished(self) -> Result<(), Error> {
        self.task.await?
    }
}

/// Serves the services on the listener until `shutdown`: then health says `NOT_SERVING`, nothing new is accepted, streams
/// that wait are ended, running calls have [`Options::drain`] to finish, and what still runs is refused.
pub async fn start(
    listener: TcpListener,
    services: Services,
    options: &Options,
    shutdown: &CancellationToken,
) -> Result<RunningServer, Error> {
    let address = listener.local_addr()?;
    let shutdown = shutdown.child_token();
    let Assembled { routes, methods, health } = services.assemble().await?;

    let rules = Arc::new(Rules {
        methods,
        unknown_method: Arc::from("unknown"),
        gate: Gate::new(options.concurrent_requests_max, "requests"),
        request_time_max: options.request_time_max,
        message_bytes_max: options.message_bytes_max,
        demo_today: options.demo_today.clone(),
        drains: CancellationToken::new(),
        drained: CancellationToken::new(),
    });
    let allowed_origins: Arc<[String]> = options.allowed_origins.clone().into();
    let front = Arc::clone(&rules);
    let streams_max = u32::try_from(options.concurrent_requests_max).unwrap_or(u32::MAX);
    let server = Server::builder()
        .accept_http1(true)
        .max_concurrent_streams(streams_max)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .http2_keepalive_interval(Some(KEEPALIVE_INTERVAL))
        .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
        .layer(layer_fn(move |inner| OriginCheck::new(inner, Arc::clone(&allowed_origins))))
        .layer(GrpcWebLayer::new())
        .layer(layer_fn(move |inner| Front::new(inner, Arc::clone(&front))));

    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let stops = begin_drain(shutdown.clone(), health.clone(), rules.drains.clone());
    let served = server.serve_with_incoming_shutdown(routes, incoming, stops);
    let bound = end_drain(rules.drains.clone(), options.drain, rules.drained.clone());
    let task = tokio::spawn(async move {
        tokio::select! {
            served = served => Ok(served?),
            () = bound => Ok(()),
        }
    });
    Ok(RunningServer { address, health, task, _shutdown: shutdown.drop_guard() })
}

async fn begin_drain(shutdown: CancellationToken, health: Health, drains: CancellationToken) {
    shutdown.cancelled().await;
    health.say(ServingStatus::NotServing).await;
    drains.cancel();
}

async fn end_drain(drains: CancellationToken, drain: Duration, drained: CancellationToken) {
    drains.cancelled().await;
    tokio::time::sleep(drain).await;
    tracing::warn!("calls still ran after {} ms and were ended", drain.as_millis());
    drained.cancel();
    tokio::time::sleep(LAST_ANSWERS).await;
}
