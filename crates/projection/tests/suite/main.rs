//! Every read model's promises, held by one suite on SQLite and PostgreSQL.

#[macro_use]
mod common;
mod projecting;
mod rebuilding;
