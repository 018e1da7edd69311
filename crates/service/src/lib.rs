//! What every service shares: configuration, the one error table, paging, request ids, the server around the gRPC
//! services, telemetry, health and shutdown.
//!
//! It deliberately knows no household, no figure and no store's tables: only how a service is configured, how it refuses
//! and how it is served. Start with [`config::load`], [`Refusal`] and [`server::start`].

pub mod config;
pub mod health;
pub mod refusal;
pub mod request;
pub mod server;
pub mod shutdown;
pub mod telemetry;

pub use config::Settings;
pub use refusal::{Refusal, reason};
