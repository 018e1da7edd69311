//! The rule book of movements, told as given, when, then; and the laws that hold for every history.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

#[path = "../common/mod.rs"]
mod common;
mod laws;
mod movements;
mod story;
