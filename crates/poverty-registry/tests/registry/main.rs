//! The registry as its callers meet it: every call with its messages, on SQLite, and the main path on PostgreSQL.

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
