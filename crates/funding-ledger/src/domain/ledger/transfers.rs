//! Transfers as they were recorded.

use super::{About, accounts::AccountId, pool::Pool};
use events::funding::{Decision, Movement, Transferred, Valuation};
use foldhash::HashMap;
use kernel::{Date, Money, Timestamp, TransferId};
use std::sync::Arc;

/// All transfers, in the order in which they were recorded.
#[derive(Debug, Default, PartialEq)]
pub struct Transfers {
    numbers: HashMap<TransferId, u32>,
    records: Vec<TransferRecord>,
    decisions: Pool<Decision>,
    actors: Pool<str>,
    volume: i128,
}

/// One transfer.
#[derive(Clone, Debug, PartialEq)]
pub struct TransferRecord {
    /// Its id.
    pub transfer: TransferId,
    /// What kind of movement.
    pub movement: Movement,
    /// Who gave.
    pub from: AccountId,
    /// Who took.
    pub to: AccountId,
    /// Đồng.
    pub amount: Money,
    /// The day from which it counts.
    pub effective: Date,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Where it stands in the log.
    pub position: u64,
    /// Number of the transfer that it undoes.
    pub reversal_of: Option<u32>,
    /// Number of the transfer by which it was undone.
    pub reversed_by: Option<u32>,
    /// What few transfers have.
    pub details: Option<Box<Details>>,
    decision: u32,
    actor: u32,
}

/// What few transfers have.
#[derive(Clone, Debug, PartialEq)]
pub struct Details {
    /// Contract, acceptance record, guarantee.
    pub evidence: Option<String>,
    /// Of a contribution in kind.
    pub valuation: Option<Valuation>,
    /// The decision that let it be paid after the window.
    pub extension: Option<Decision>,
    /// Why it was reversed.
    pub reason: Option<String>,
}

impl Transfers {
    /// The number of the transfer.
    pub fn find(&self, transfer: TransferId) -> Option<u32> {
        self.numbers.get(&transfer).copied()
    }

    /// The transfer with this number.
    pub fn get(&self, number: u32) -> &TransferRecord {
        &self.records[number as usize]
    }

    /// All of them, by number.
    pub fn all(&self) -> &[TransferRecord] {
        &self.records
    }

    /// Đồng of all transfers together, which no sum over some of them exceeds.
    pub const fn volume(&self) -> i128 {
        self.volume
    }

    /// The deciding document.
    pub fn decision(&self, record: &TransferRecord) -> &Arc<Decision> {
        self.decisions.get(record.decision)
    }

    /// Who recorded it.
    pub fn actor(&self, record: &TransferRecord) -> &Arc<str> {
        self.actors.get(record.actor)
    }

    pub(super) fn next_number(&self) -> u32 {
        // Invariant: a transfer takes tens of bytes, so memory ends long before numbers do.
        u32::try_from(self.records.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn add(&mut self, event: &Transferred, from: AccountId, to: AccountId, about: About<'_>) {
        let number = self.next_number();
        let reversal_of = event.reversal_of.and_then(|reversed| self.find(reversed));
        if let Some(reversed) = reversal_of {
            self.records[reversed as usize].reversed_by = Some(number);
        }
        let Transferred { evidence, valuation, extension, reason, .. } = event;
        let has_details =
            evidence.is_some() || valuation.is_some() || extension.is_some() || reason.is_some();
        let details = has_details.then(|| {
            Box::new(Details {
                evidence: evidence.clone(),
                valuation: valuation.clone(),
                extension: extension.clone(),
                reason: reason.clone(),
            })
        });
        self.numbers.insert(event.transfer, number);
        self.volume += i128::from(event.amount.dong());
        self.records.push(TransferRecord {
            transfer: event.transfer,
            movement: event.movement,
            from,
            to,
            amount: event.amount,
            effective: about.effective,
            recorded_at: about.recorded_at,
            position: about.position,
            reversal_of,
            reversed_by: None,
            details,
            decision: self.decisions.hold(&event.decision, |_| Arc::clone(&event.decision)),
            actor: self.actors.hold(about.actor, |actor| actor.into()),
        });
    }

    /// Takes the last transfer back and says between which accounts it was.
    pub(super) fn take_back(&mut self) -> Option<(AccountId, AccountId)> {
        let record = self.records.pop()?;
        self.numbers.remove(&record.transfer);
        self.volume -= i128::from(record.amount.dong());
        if let Some(reversed) = record.reversal_of {
            self.records[reversed as usize].reversed_by = None;
        }
        self.actors.release(record.actor);
        self.decisions.release(record.decision);
        Some((record.from, record.to))
    }
}
