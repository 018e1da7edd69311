//! What can be asked of the ledger.

use events::funding::{Account, CaseOutcome, Decision, Item, Movement, Valuation};
use kernel::{AreaKey, CaseId, Date, HouseholdId, ItemId, Money, RequestId, TransferId};
use std::{collections::HashMap, sync::Arc};

/// Transfers of one request at most; also open balances that one hand-over takes.
pub const TRANSFERS_MAX: usize = 1_000;

/// Đồng of one transfer at most: a million *tỷ*, above everything that the programmes ever had.
pub const AMOUNT_MAX: Money = Money::from_dong(1_000_000_000_000_000);

/// One command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Enters who holds money.
    RegisterOwner(RegisterOwner),
    /// Names who takes over.
    NameSuccessor(NameSuccessor),
    /// Enters works or a support.
    RegisterItem(RegisterItem),
    /// Moves money.
    Transfer(TransferMoney),
    /// Undoes a transfer.
    Reverse(ReverseTransfer),
    /// Hands every open balance over.
    HandOver(HandOver),
    /// Closes a case.
    SettleCase(SettleCase),
}

/// Enters who holds money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterOwner {
    /// Stable code.
    pub owner: String,
    /// In Vietnamese.
    pub name: String,
    /// For which it works.
    pub area: AreaKey,
    /// First day.
    pub effective: Date,
}

/// Names who takes over from an owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameSuccessor {
    /// Who ends.
    pub owner: String,
    /// Who takes over.
    pub successor: String,
    /// The first day of the successor.
    pub effective: Date,
    /// The decision.
    pub decision: Decision,
}

/// Enters what money is detailed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterItem {
    /// The item.
    pub item: ItemId,
    /// What it is.
    pub what: Item,
    /// The day of its decision.
    pub effective: Date,
}

/// Moves money: everything or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferMoney {
    /// From which ids of cases are derived.
    pub request: RequestId,
    /// In order; 1 to [`TRANSFERS_MAX`].
    pub transfers: Vec<NewTransfer>,
    /// The deciding document.
    pub decision: Arc<Decision>,
    /// What the poverty registry said of households whose supports are detailed here.
    pub classes: Classes,
}

/// One transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTransfer {
    /// Its id.
    pub transfer: TransferId,
    /// What kind of movement.
    pub movement: Movement,
    /// Who gives.
    pub from: Arc<Account>,
    /// Who takes.
    pub to: Arc<Account>,
    /// Đồng.
    pub amount: Money,
    /// Signing, payment or acceptance.
    pub effective: Date,
    /// Contract, acceptance record, guarantee.
    pub evidence: Option<String>,
    /// Of a contribution in kind.
    pub valuation: Option<Valuation>,
    /// The decision that lets it be paid after the window.
    pub extension: Option<Decision>,
}

/// What was seen of households, by the item that supports them.
pub type Classes = HashMap<ItemId, ClassSeen>;

/// The class of a household on the day of a decision, as the poverty registry's events told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassSeen {
    /// As known on the day of the decision.
    pub then: SeenClass,
    /// As known now.
    pub now: SeenClass,
    /// How far the registry's log was read.
    pub position: u64,
}

/// A class, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeenClass {
    /// *Hộ nghèo*
    Poor,
    /// *Hộ cận nghèo*
    NearPoor,
    /// Reviewed, and neither.
    NotPoor,
    /// Registered, never reviewed under the standard of the day.
    NotReviewed,
    /// Not in the registry by then.
    NotRegistered,
}

/// Undoes a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReverseTransfer {
    /// Id of the reversal.
    pub transfer: TransferId,
    /// What it undoes.
    pub reversal_of: TransferId,
    /// From which day.
    pub effective: Date,
    /// Why.
    pub reason: String,
}

/// Hands every open balance of an owner over to its successor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOver {
    /// From which ids of transfers are derived.
    pub request: RequestId,
    /// Who ended.
    pub owner: String,
    /// The hand-over record.
    pub decision: Arc<Decision>,
    /// From which day.
    pub effective: Date,
}

/// Closes a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettleCase {
    /// Which.
    pub case: CaseId,
    /// The version that the caller saw.
    pub expected_version: Option<u64>,
    /// How it ended.
    pub outcome: CaseOutcome,
    /// In words.
    pub explanation: String,
    /// When.
    pub effective: Date,
}

/// A support whose household's class must be known before the command is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassWanted {
    /// The support.
    pub item: ItemId,
    /// Whom it supports.
    pub household: HouseholdId,
    /// The day on which the household must be eligible.
    pub decided_on: Date,
}
