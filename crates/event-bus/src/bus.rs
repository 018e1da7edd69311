//! The connection to NATS.

use crate::Error;
use async_nats::{
    ConnectOptions, Event, ServerAddr,
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
    /// `nats://host:port`, `nats://user:password@host:port` or `nats://token@host:port`, several separated by commas. The
    /// first that names a user or a token names it for all; special characters are percent-encoded.
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
        let addresses = parsed(&servers)?;
        let places = places(&addresses);
        let connecting = identified(&addresses)
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
        let client = connecting
            .connect(addresses)
            .await
            .map_err(|error| Error::Connect { servers: places, reason: error.to_string() })?;
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
        let places =
            parsed(&self.servers).map_or_else(|_| "an unreadable address".to_owned(), |all| places(&all));
        write!(f, "bus at {places}")
    }
}

fn parsed(servers: &str) -> Result<Vec<ServerAddr>, Error> {
    let parse = |(at, address): (usize, &str)| {
        address.trim().parse().map_err(|error: std::io::Error| Error::Connect {
            // Not the address: a password may stand in it.
            servers: format!("the {}. address", at + 1),
            reason: error.to_string(),
        })
    };
    servers.split(',').enumerate().map(parse).collect()
}

/// Hosts and ports, without who asks.
fn places(addresses: &[ServerAddr]) -> String {
    let place = |address: &ServerAddr| format!("{}:{}", address.host(), address.port());
    addresses.iter().map(place).collect::<Vec<_>>().join(", ")
}

/// The client library does not read who it is out of an address.
fn identified(addresses: &[ServerAddr]) -> ConnectOptions {
    let named = addresses.iter().find_map(|address| Some((address.username()?, address.password())));
    match named {
        None => ConnectOptions::new(),
        Some((user, Some(password))) => {
            ConnectOptions::with_user_and_password(decoded(user), decoded(password))
        }
        Some((token, None)) => ConnectOptions::with_token(decoded(token)),
    }
}

/// Undoes the percent-encoding of a part of a URL.
fn decoded(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = match (first, after) {
            (b'%', [high, low, ..]) => hexadecimal(*high).zip(hexadecimal(*low)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => {
                bytes.push(high << 4 | low);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hexadecimal(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
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

#[cfg(test)]
mod tests {
    use super::*;
    use testing::{NatsServer, wait_until};

    #[tokio::test]
    async fn the_user_and_password_of_the_address_open_a_server_that_asks_for_them() {
        let server = NatsServer::start_for("muctieu", "a b@c").await;
        let servers = server.url().replace("nats://", "nats://muctieu:a%20b%40c@");
        let bus = Bus::connect(BusOptions { servers, client_name: "test".to_owned() }).await.unwrap();
        wait_until(Duration::from_secs(20), "the bus to connect", || async { bus.is_connected() }).await;
    }

    #[tokio::test]
    async fn no_message_shows_a_password() {
        for servers in
            ["nats://muctieu:hunter2@127.0.0.1:1", "nats://muctieu:hunter2@[half:1", "http://u:hunter2@bus"]
        {
            let options = BusOptions { servers: servers.to_owned(), client_name: "test".to_owned() };
            assert!(!format!("{options:?}").contains("hunter2"), "{options:?}");
            if let Err(error) = Bus::connect(options).await {
                assert!(!error.to_string().contains("hunter2"), "{error}");
            }
        }
    }

    #[test]
    fn what_is_percent_encoded_in_an_address_is_decoded() {
        assert_eq!(decoded("8bcc"), "8bcc");
        assert_eq!(decoded("a%40b%3A%25%c3%A9"), "a@b:%\u{e9}");
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%zz%4"), "%zz%4");
    }
}
