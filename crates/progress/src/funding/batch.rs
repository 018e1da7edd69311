//! One batch of events, folded in memory into the rows to write.

use super::{
    codes::{kind_word, outcome_word, stage_number},
    decode::{Decoded, Inapplicable, What},
    tables::{
        CaseOpenedRow, CaseSettledRow, CellKey, CellRow, ItemRow, OwnerRow, Rows, SuccessionRow, TransferRow,
    },
};
use event_log::RecordedEvent;
use events::funding::{Account, CaseSettled, Transferred};
use poverty_view::domain::AreaNumber;
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, HashMap, btree_map::Entry},
    sync::Arc,
};

/// What the tables hold and every batch needs. It is made from them and from nothing else.
#[derive(Clone, Debug, Default)]
pub(super) struct Remembered {
    /// The number of each cell.
    pub(super) cells: HashMap<CellKey, i64>,
    /// Of the last transfer.
    pub(super) history: i64,
    /// All amounts together. While it fits, every sum of transfers does.
    pub(super) volume: i64,
}

pub(super) struct Batch {
    remembered: Remembered,
    cells: Vec<CellRow>,
    transfers: Vec<TransferRow>,
    owners: BTreeMap<String, OwnerRow>,
    successions: BTreeMap<String, SuccessionRow>,
    items: BTreeMap<String, ItemRow>,
    cases_opened: BTreeMap<String, CaseOpenedRow>,
    cases_settled: BTreeMap<String, CaseSettledRow>,
}

impl Batch {
    pub(super) fn new(remembered: Remembered) -> Self {
        Self {
            remembered,
            cells: Vec::new(),
            transfers: Vec::new(),
            owners: BTreeMap::new(),
            successions: BTreeMap::new(),
            items: BTreeMap::new(),
            cases_opened: BTreeMap::new(),
            cases_settled: BTreeMap::new(),
        }
    }

    /// Applies the event, or refuses it and changes nothing.
    pub(super) fn apply(&mut self, recorded: &RecordedEvent, decoded: Decoded) -> Result<(), Inapplicable> {
        let Decoded { what, actor, document } = decoded;
        let (effective, known) = (recorded.effective.into(), recorded.recorded_at.day().into());
        match what {
            What::Transferred(transferred) => self.transfer(recorded, *transferred, actor)?,
            // Of two that say it of the same, the later one holds; of two cases of one id the first.
            What::Owner { code, name } => {
                self.owners.insert(code.clone(), OwnerRow { code, name });
            }
            What::Successor { owner, successor } => {
                let row = SuccessionRow { owner: owner.clone(), successor, effective, known };
                self.successions.insert(owner, row);
            }
            What::Item { id, works, kind } => {
                self.items.insert(id.clone(), ItemRow { id, works, kind });
            }
            What::CaseOpened(row) => {
                if let Entry::Vacant(place) = self.cases_opened.entry(row.case_id.clone()) {
                    place.insert(row);
                }
            }
            What::CaseSettled(CaseSettled { case, outcome, explanation }) => {
                if let Entry::Vacant(place) = self.cases_settled.entry(case.to_string()) {
                    place.insert(CaseSettledRow {
                        case_id: case.to_string(),
                        position: recorded.position,
                        outcome: outcome_word(outcome),
                        explanation,
                        effective,
                        known,
                        document,
                        actor,
                    });
                }
            }
            What::Detailed => {}
        }
        Ok(())
    }

    fn transfer(
        &mut self,
        recorded: &RecordedEvent,
        transferred: Transferred,
        actor: String,
    ) -> Result<(), Inapplicable> {
        let Transferred { transfer, from, to, amount, decision, .. } = transferred;
        let amount = amount.dong();
        let volume = self.remembered.volume.checked_add(amount).ok_or(Inapplicable::TooMuch)?;
        self.remembered.volume = volume;
        self.remembered.history = history(self.remembered.history, recorded);
        let (from_stage, to_stage) = (stage_number(from.stage), stage_number(to.stage));
        let (from_cell, to_cell) = (self.cell(from), self.cell(to));
        self.transfers.push(TransferRow {
            position: recorded.position,
            event_id: recorded.event_id,
            transfer,
            from_cell,
            from_stage,
            to_cell,
            to_stage,
            amount,
            effective: recorded.effective.into(),
            recorded_at: recorded.recorded_at.micros(),
            document: Arc::unwrap_or_clone(decision).number,
            actor,
            history: self.remembered.history,
        });
        Ok(())
    }

    /// The number of the account's cell; a new one follows the last.
    fn cell(&mut self, account: Arc<Account>) -> i64 {
        let Account { programme, kind, source, vintage, executing_year, area, owner, .. } =
            Arc::unwrap_or_clone(account);
        let kind = kind_word(kind);
        let area = AreaNumber::of(&area).number();
        let key = CellKey { programme, kind, source, vintage, executing_year, area, owner };
        if let Some(number) = self.remembered.cells.get(&key) {
            return *number;
        }
        let number = i64::try_from(self.remembered.cells.len()).unwrap_or(i64::MAX).saturating_add(1);
        self.cells.push(CellRow { number, key: key.clone() });
        self.remembered.cells.insert(key, number);
        number
    }

    /// All rows, in the order of their keys.
    pub(super) fn into_rows(self) -> (Rows, Remembered) {
        let rows = Rows {
            cells: self.cells,
            transfers: self.transfers,
            owners: self.owners.into_values().collect(),
            successions: self.successions.into_values().collect(),
            items: self.items.into_values().collect(),
            cases_opened: self.cases_opened.into_values().collect(),
            cases_settled: self.cases_settled.into_values().collect(),
        };
        (rows, self.remembered)
    }
}

/// Stands for all transfers up to this one: 64 bits of a hash over the one before and the event.
fn history(before: i64, recorded: &RecordedEvent) -> i64 {
    let hash = Sha256::new().chain_update(before.to_be_bytes()).chain_update(recorded.event_id);
    let mut first = [0; 8];
    first.copy_from_slice(&hash.finalize()[..8]);
    i64::from_be_bytes(first)
}
