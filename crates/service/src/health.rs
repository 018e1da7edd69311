//! Asks a server whether it serves: what `muctieu healthcheck` does.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use tonic::transport::Endpoint;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

/// Why a server is not known to serve.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text names no place.
    #[error("'{address}' is not an address; give host:port, for example 127.0.0.1:50051")]
    Address {
        /// What was given.
        address: String,
    },
    /// Nobody listens there, or not by gRPC.
    #[error("{address} cannot be reached")]
    Unreachable {
        /// Who was asked.
        address: String,
        /// What the connection met.
        #[source]
        cause: tonic::transport::Error,
    },
    /// No answer in time.
    #[error("{address} did not answer within {} ms", .deadline.as_millis())]
    NoAnswer {
        /// Who was asked.
        address: String,
        /// How long the answer was waited for.
        deadline: Duration,
    },
    /// The server answered with a refusal: it does not know the service, or the health service itself.
    #[error("{address} says{}: {} ({})", about(service), .status.message(), .status.code())]
    Refused {
        /// Who was asked.
        address: String,
        /// About which service.
        service: String,
        /// What it answered.
        status: Box<tonic::Status>,
    },
    /// The server answers and does not serve, for example because it shuts down.
    #[error("{address} does not serve{} now", named(service))]
    NotServing {
        /// Who was asked.
        address: String,
        /// About which service.
        service: String,
    },
}

fn about(service: &str) -> String {
    if service.is_empty() { String::new() } else { format!(" about '{service}'") }
}

fn named(service: &str) -> String {
    if service.is_empty() { String::new() } else { format!(" '{service}'") }
}

/// Asks `grpc.health.v1` at `address` (host:port) for the service; an empty name asks for the server as a whole.
pub async fn check(address: &str, service: &str, deadline: Duration) -> Result<(), Error> {
    let asked = tokio::time::timeout(deadline, ask(address, service)).await;
    asked.unwrap_or_else(|_| Err(Error::NoAnswer { address: address.to_owned(), deadline }))
}

async fn ask(address: &str, service: &str) -> Result<(), Error> {
    let (address, service) = (address.to_owned(), service.to_owned());
    let Ok(endpoint) = Endpoint::from_shared(format!("http://{address}")) else {
        return Err(Error::Address { address });
    };
    let channel = match endpoint.connect().await {
        Ok(channel) => channel,
        Err(cause) => return Err(Error::Unreachable { address, cause }),
    };
    let request = HealthCheckRequest { service: service.clone() };
    match HealthClient::new(channel).check(request).await {
        Ok(answer) if answer.get_ref().status() == ServingStatus::Serving => Ok(()),
        Ok(_) => Err(Error::NotServing { address, service }),
        Err(status) => Err(Error::Refused { address, service, status: Box::new(status) }),
    }
}

/// The address by which a program on the same machine reaches a server that listens on `listen`.
pub fn local_address(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        named => named,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_was_asked_as_a_whole_is_named_without_a_service() {
        let message = |service: &str| {
            let (address, service) = ("127.0.0.1:1".to_owned(), service.to_owned());
            Error::NotServing { address, service }.to_string()
        };
        assert_eq!(message(""), "127.0.0.1:1 does not serve now");
        assert_eq!(message("poverty"), "127.0.0.1:1 does not serve 'poverty' now");
        let (address, status) = ("127.0.0.1:1".to_owned(), Box::new(tonic::Status::not_found("unheard of")));
        let refused = Error::Refused { address, service: String::new(), status }.to_string();
        assert!(refused.starts_with("127.0.0.1:1 says: unheard of ("), "{refused}");
    }

    #[test]
    fn a_server_that_listens_everywhere_is_reached_on_loopback() {
        let reached = |listen: &str| local_address(listen.parse().unwrap()).to_string();
        assert_eq!(reached("0.0.0.0:50051"), "127.0.0.1:50051");
        assert_eq!(reached("[::]:50051"), "[::1]:50051");
        assert_eq!(reached("10.0.0.7:1"), "10.0.0.7:1");
    }
}
