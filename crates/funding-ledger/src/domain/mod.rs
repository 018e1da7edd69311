//! The rules of the ledger, pure: a command and what is known make facts, or a rejection.
//!
//! [`Ledger`] is the fold of the facts; [`decide()`] says what follows from a command. [`movements`] is the closed table of
//! what may happen to money.
//!
//! **Invariant:** money moves, it never appears: every transfer takes from one account what it gives to another. No account
//! but the grantor's is below zero on any day.

mod account;
mod book;
mod checks;
mod command;
mod decide;
mod hand_over;
pub mod ledger;
pub mod movements;
mod parties;
mod places;
mod rejection;
mod suspicions;

pub use account::{account_key, guards_giver};
pub use command::{
    AMOUNT_MAX, ClassSeen, ClassWanted, Classes, Command, HandOver, NameSuccessor, NewTransfer, RegisterItem,
    RegisterOwner, ReverseTransfer, SeenClass, SettleCase, TRANSFERS_MAX, TransferMoney,
};
pub use decide::{
    Context, Decided, Occurrence, Stream, Write, classes_wanted, decide, details_items, recorded,
};
pub use hand_over::open_balances;
pub use ledger::{About, Disorder, Horizon, Ledger};
pub use places::keeps_accounts;
pub use rejection::{Fault, Rejection};
pub use suspicions::{K01, K03, K06};

#[cfg(test)]
mod tests;
