//! Every read model's promises, held by one suite on SQLite and PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[macro_use]
mod common;
mod projecting;
mod properties;
mod reading;
mod rebuilding;
