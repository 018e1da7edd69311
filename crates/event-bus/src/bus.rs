//! The connection to NATS.

use crate::Error;
use async_nats::{
    ConnectOptions, Event,
    jetstream::{self, context::ContextBuilder},
};
use metrics::counter;
use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

/// How the servers are reached.
#[derive(Clone)]
pub struct BusOptions {
    /// `nats://host:port` or `nats://user:password@host:port`, several separated by commas.
    pub servers: String,
    /// How this process calls itself towards the servers.
    pub client_name: String,
}

/// A connection that comes back by itself. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Bus {
    pub(crate) jetstream: jetstream::Context,
}

/// A server that does not answer within this time is taken to be gone, and asked again.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
const RECONNECT_DELAY_MAX: Duration = Duration::from_secs(1);
/// Publishes whose acknowledgement is awaited at most; relays keep fewer.
const IN_FLIGHT_MAX: usize = 4096;

impl Bus {
    /// Begins to connect. It does not wait for a server to be there: whoever uses the bus tries again until one is.
    pub async fn connect(options: BusOptions) -> Result<Self, Error> {
        let BusOptions { servers, client_name } = options;
        let connecting = ConnectOptions::new()
            .name(client_name)
            .retry_on_initial_connect()
            .max_reconnects(None)
            .request_timeout(Some(ANSWER_WITHIN))
            .connection_timeout(ANSWER_WITHIN)
            .reconnect_delay_callback(|attempts| {
                let doublings = u32::try_from(attempts.min(8)).unwrap_or(8);
                (Duration::from_millis(10) * 2_u32.pow(doublings)).min(RECONNECT_DELAY_MAX)
            })
            .event_callback({
                let connected_before = AtomicBool::new(false);
                move |event| {
                    tell(&event, &connected_before);
                    std::future::ready(())
                }
            });
        let addresses: Vec<&str> = servers.split(',').map(str::trim).collect();
        let client = connecting
            .connect(addresses)
            .await
            .map_err(|error| Error::Connect { servers: servers.clone(), reason: error.to_string() })?;
        let jetstream =
            ContextBuilder::new().timeout(ANSWER_WITHIN).max_ack_inflight(IN_FLIGHT_MAX).build(client);
        Ok(Self { jetstream })
    }

    /// Whether a server is connected now.
    pub fn is_connected(&self) -> bool {
        self.jetstream.client().connection_state() == async_nats::connection::State::Connected
    }

    /// Whether the connected server knows atomic batches: nats-server 2.12 or later.
    pub(crate) fn knows_atomic_batches(&self) -> bool {
        self.jetstream.client().try_server_info().is_some()
            && self.jetstream.client().is_server_compatible(2, 12, 0)
    }
}

impl fmt::Debug for BusOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bus at {}", self.servers)
    }
}

fn tell(event: &Event, connected_before: &AtomicBool) {
    match event {
        Event::Connected => {
            if connected_before.swap(true, Ordering::Relaxed) {
                counter!("muctieu_bus_reconnects_total").increment(1);
            }
            tracing::info!("bus connected");
        }
        other => tracing::warn!("bus: {other}"),
    }
}
