//! The rule book of movements, told as given, when, then; and the laws that hold for every history.

#[path = "../common/mod.rs"]
mod common;
mod laws;
mod movements;
mod story;
