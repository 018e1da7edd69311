//! Accounts and the transfers between them, before they are written as requests.

use super::owners::OwnerNumber;
use api::funding::{Movement, Stage};
use kernel::Date;

/// Number of works or a support.
pub(super) type ItemNumber = u32;

/// An account: everything that tells one from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(super) stage: Stage,
    /// Index of the cell: node, kind, source and vintage.
    pub(super) cell: u16,
    /// On the node below, where money is detailed.
    pub(super) detailed: bool,
    pub(super) executing: i16,
    pub(super) owner: OwnerNumber,
    pub(super) item: Option<ItemNumber>,
}

impl Account {
    /// Money outside the province that is assigned to the owner.
    pub(super) const fn outside(cell: u16, vintage: i16, owner: OwnerNumber) -> Self {
        Self { stage: Stage::Grantor, cell, detailed: false, executing: vintage, owner, item: None }
    }

    pub(super) const fn at(self, stage: Stage) -> Self {
        Self { stage, ..self }
    }
}

/// A transfer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Move {
    pub(super) movement: Movement,
    pub(super) from: Account,
    pub(super) to: Account,
    /// Đồng.
    pub(super) amount: i64,
    pub(super) effective: Date,
    pub(super) recorded: Date,
    /// When within its day.
    pub(super) phase: Phase,
    /// What was given, where it is a contribution in kind: how much, and đồng for one.
    pub(super) valuation: Option<(i64, i64)>,
}

/// When within a day something is sent: all of one phase is answered before the first of the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Owners = 10,
    Items,
    Assign,
    ToDistricts,
    ToCommunes,
    Allocate,
    /// On supports: the household's class is looked up.
    Detail,
    Commit,
    Advance,
    Pay,
    /// A payment that will be reversed stands alone in its request.
    PayWrongly,
    Recover,
    Settle,
    CarryOver,
    GiveBack,
    Reverse,
    HandOver,
    Cases,
}
