//! The funding ledger (*sổ vốn*).

pub mod domain;
