//! The registry as its callers meet it: every call with its messages, on SQLite, and the main path on PostgreSQL.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

mod bad_input;
mod batches;
mod classification;
mod lists;
mod messages;
mod office;
mod postgres;
mod privacy;
mod repeats;
mod searches;
mod wire;
