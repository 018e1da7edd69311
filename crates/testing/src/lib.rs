//! What the tests of other crates share: throw-away PostgreSQL databases, NATS servers of their own, free ports,
//! metrics read back and waiting for a condition. It knows the servers and deliberately nothing of Muctieu.
//!
//! The servers' places come from the environment, which `cargo xtask test` fills. A test that needs a server and has none
//! fails and says so; it never skips.
//!
//! Start with [`TestDatabase::create`], [`NatsServer::start`] and [`wait_until`].

mod database;
mod metrics;
mod nats;
mod waiting;

pub use database::TestDatabase;
pub use metrics::TestMetrics;
pub use nats::NatsServer;
pub use waiting::wait_until;

use std::{net::TcpListener, path::PathBuf};

/// A TCP port of the loopback interface that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("the loopback interface has a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}

/// A Python interpreter with the packages of `tests/python/requirements.txt`, named by `MUCTIEU_TEST_PYTHON`.
///
/// # Panics
/// When the variable is missing.
pub fn python() -> PathBuf {
    required_variable("MUCTIEU_TEST_PYTHON").into()
}

/// The value of a variable that `cargo xtask test` sets.
fn required_variable(name: &str) -> String {
    match std::env::var(name) {
        Ok(value) if !value.is_empty() => value,
        _ => panic!("{name} is not set: run `cargo xtask test`: it starts PostgreSQL and NATS"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    #[should_panic(expected = "run `cargo xtask test`: it starts PostgreSQL and NATS")]
    fn a_missing_server_fails_the_test_and_says_what_to_run() {
        super::required_variable("MUCTIEU_TEST_A_SERVER_NOBODY_HAS");
    }
}
