//! The bus with real servers: nothing lost, nothing twice, whatever dies.

mod carrying;
mod common;
mod projecting;
