//! Rural criteria as their callers meet them: every call with its messages, on SQLite, and what concerns the log on
//! PostgreSQL as well.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

mod assessments;
mod bad_input;
mod batches;
mod messages;
mod observations;
mod office;
mod poverty_feed;
mod processes;
mod repeats;
mod standing;
mod titles;
