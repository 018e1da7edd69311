//! The bus with real servers: nothing lost, nothing twice, whatever dies.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod carrying;
mod common;
mod projecting;
