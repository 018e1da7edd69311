//! Questions about the ledger, answered from memory.

use crate::{
    answers,
    domain::{
        Horizon, Ledger,
        ledger::{AccountBook, AccountId, TransferRecord},
        movements::kind_name,
    },
    request::{AccountFilter, Dimension, Dimensions},
};
use api::funding;
use events::funding::{Account, Kind, Stage};
use kernel::{AreaKey, Date, ItemId};
use reference::Reference;
use serde::{Deserialize, Serialize};
use service::Refusal;
use std::collections::HashMap;

/// What tells one row of a sum from another; a dimension that is not summed by is left out. Shown in this order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Group<Text, Area> {
    stage: Option<Stage>,
    programme: Option<Text>,
    kind: Option<Kind>,
    source: Option<Text>,
    vintage: Option<i16>,
    executing_year: Option<i16>,
    area: Option<Area>,
    owner: Option<Text>,
    item: Option<ItemId>,
}

/// A group as page tokens keep it.
pub(crate) type GroupKey = Group<String, AreaKey>;
type GroupOf<'a> = Group<&'a str, &'a AreaKey>;

/// A part of a list, and the key of its last row where more follow.
pub(crate) struct Found<Item, Key> {
    pub(crate) items: Vec<Item>,
    pub(crate) next: Option<Key>,
}

/// Sums over the accounts that the filter takes, in the order of their groups. Sums of nothing are left out.
pub(crate) fn balances(
    ledger: &Ledger,
    reference: &Reference,
    filter: &AccountFilter,
    by: &Dimensions,
    horizon: Horizon,
    after: Option<&GroupKey>,
    size: usize,
) -> Result<Found<funding::AccountBalance, GroupKey>, Refusal> {
    let mut sums: HashMap<GroupOf<'_>, i128> = HashMap::new();
    for (_, book) in ledger.accounts().all() {
        if filter.takes(&book.account) {
            let balance = book.balance(horizon);
            if balance != 0 {
                *sums.entry(GroupOf::of(&book.account, by, reference)).or_default() += balance;
            }
        }
    }
    let after = after.map(GroupKey::borrowed);
    let mut rows: Vec<(GroupOf<'_>, i128)> = sums
        .into_iter()
        .filter(|(group, sum)| *sum != 0 && after.as_ref().is_none_or(|after| group > after))
        .collect();
    rows.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    let more = rows.len() > size;
    rows.truncate(size);
    let next = rows.last().filter(|_| more).map(|(group, _)| group.owned());
    let items = rows.into_iter().map(|(group, sum)| {
        Ok(funding::AccountBalance { account: Some(group.account()), amount: answers::dong(sum)? })
    });
    Ok(Found { items: items.collect::<Result<_, Refusal>>()?, next })
}

/// Transfers that touch an account that the filter takes, in the order in which they were recorded. Where it is one account,
/// each with the balance before and after it.
pub(crate) fn transfers(
    ledger: &Ledger,
    filter: &AccountFilter,
    known_on: Option<Date>,
    after: Option<u64>,
    size: usize,
) -> Result<Found<funding::Transfer, u64>, Refusal> {
    let accounts = ledger.accounts();
    let taken: Vec<bool> = accounts.all().map(|(_, book)| filter.takes(&book.account)).collect();
    let mut matching = accounts.all().filter(|(id, _)| taken[id.index()]);
    let only = matching.next().filter(|_| filter.may_name_one() && matching.next().is_none());
    let mut found = match only {
        Some((id, book)) => statement(ledger, id, book, known_on, after, size)?,
        None => scan(ledger, &taken, known_on, after, size),
    };
    let more = found.len() > size;
    found.truncate(size);
    let next = found.last().filter(|_| more).map(|transfer| transfer.position);
    Ok(Found { items: found, next })
}

/// The lines of one account after a position, one more than a page.
fn statement(
    ledger: &Ledger,
    id: AccountId,
    book: &AccountBook,
    known_on: Option<Date>,
    after: Option<u64>,
    size: usize,
) -> Result<Vec<funding::Transfer>, Refusal> {
    let mut lines = Vec::new();
    let mut balance = 0_i128;
    for entry in book.entries() {
        if lines.len() > size {
            break;
        }
        if known_on.is_some_and(|known_on| entry.recorded > known_on) {
            continue;
        }
        let record = ledger.transfers().get(entry.transfer);
        debug_assert!(record.from == id || record.to == id, "an entry belongs to a transfer of its account");
        let before = balance;
        balance += i128::from(entry.change);
        if after.is_none_or(|after| record.position > after) {
            lines.push(funding::Transfer {
                balance_before: Some(answers::dong(before)?),
                balance_after: Some(answers::dong(balance)?),
                ..answers::transfer_of_record(record, ledger)
            });
        }
    }
    Ok(lines)
}

/// Transfers after a position that touch one of the accounts, one more than a page.
fn scan(
    ledger: &Ledger,
    taken: &[bool],
    known_on: Option<Date>,
    after: Option<u64>,
    size: usize,
) -> Vec<funding::Transfer> {
    let records = ledger.transfers().all();
    let start = after.map_or(0, |after| records.partition_point(|record| record.position <= after));
    let known = |record: &&TransferRecord| known_on.is_none_or(|day| record.recorded_at.day() <= day);
    let touches = |record: &&TransferRecord| taken[record.from.index()] || taken[record.to.index()];
    records[start..]
        .iter()
        .filter(|record| known(record) && touches(record))
        .take(size + 1)
        .map(|record| answers::transfer_of_record(record, ledger))
        .collect()
}

impl<'a> GroupOf<'a> {
    fn of(account: &'a Account, by: &Dimensions, reference: &'a Reference) -> Self {
        let has = |dimension| by.has(dimension);
        let programme = if has(Dimension::Programme) {
            Some(account.programme.as_str())
        } else if has(Dimension::ProgrammeRoot) {
            let root = reference.programmes.root(&account.programme);
            Some(root.map_or(account.programme.as_str(), |root| root.code.as_str()))
        } else {
            None
        };
        Self {
            stage: has(Dimension::Stage).then_some(account.stage),
            programme,
            kind: has(Dimension::Kind).then_some(account.kind),
            source: has(Dimension::Source).then_some(account.source.as_str()),
            vintage: has(Dimension::Vintage).then_some(account.vintage),
            executing_year: has(Dimension::ExecutingYear).then_some(account.executing_year),
            area: has(Dimension::Area).then_some(&account.area),
            owner: has(Dimension::Owner).then_some(account.owner.as_str()),
            item: account.item.filter(|_| has(Dimension::Item)),
        }
    }

    fn owned(&self) -> GroupKey {
        Group {
            stage: self.stage,
            programme: self.programme.map(str::to_owned),
            kind: self.kind,
            source: self.source.map(str::to_owned),
            vintage: self.vintage,
            executing_year: self.executing_year,
            area: self.area.cloned(),
            owner: self.owner.map(str::to_owned),
            item: self.item,
        }
    }

    fn account(&self) -> funding::Account {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        funding::Account {
            stage: self.stage.map_or(funding::Stage::Unspecified, answers::stage).into(),
            programme: text(self.programme),
            kind: text(self.kind.map(kind_name)),
            source: text(self.source),
            vintage: self.vintage.map_or(0, i32::from),
            executing_year: self.executing_year.map_or(0, i32::from),
            area: self.area.map(|area| format!("areas/{area}")).unwrap_or_default(),
            owner: self.owner.map(|owner| format!("owners/{owner}")).unwrap_or_default(),
            item: self.item.map(answers::item_name).unwrap_or_default(),
        }
    }
}

impl GroupKey {
    fn borrowed(&self) -> GroupOf<'_> {
        Group {
            stage: self.stage,
            programme: self.programme.as_deref(),
            kind: self.kind,
            source: self.source.as_deref(),
            vintage: self.vintage,
            executing_year: self.executing_year,
            area: self.area.as_ref(),
            owner: self.owner.as_deref(),
            item: self.item,
        }
    }
}
