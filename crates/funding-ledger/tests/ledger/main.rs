//! The ledger as its callers meet it: every call with its messages, on SQLite and PostgreSQL.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

mod bad_input;
mod batches;
mod cases;
mod hand_overs;
mod lists;
mod messages;
mod office;
mod processes;
mod repeats;
mod transfers;
