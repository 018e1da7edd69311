//! Accounts and what stands on them, day by day.

use super::Horizon;
use crate::domain::account_key;
use events::funding::Account;
use foldhash::HashMap;
use kernel::{Date, ItemId};
use std::sync::Arc;
use uuid::Uuid;

/// Number of an account within one ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(u32);

impl AccountId {
    /// The number as an index into [`Accounts::all`].
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// All accounts that anything ever stood on.
#[derive(Debug, Default, PartialEq)]
pub struct Accounts {
    numbers: HashMap<Arc<Account>, AccountId>,
    books: Vec<AccountBook>,
    by_item: HashMap<ItemId, Vec<AccountId>>,
}

/// One account.
#[derive(Debug, PartialEq)]
pub struct AccountBook {
    /// What it is.
    pub account: Arc<Account>,
    /// Names its stream.
    pub key: Uuid,
    /// Version of its stream: how many transfers it guarded.
    pub version: u64,
    /// On the latest day. Sums are wider than amounts, so that they never overflow.
    total: i128,
    /// By day, each once, in order.
    days: Vec<DayChange>,
    /// In the order in which they were recorded.
    entries: Vec<Entry>,
}

/// By how much the balance differs from that of the day before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayChange {
    day: Date,
    change: i128,
    /// How many entries make it; with the last of them the day goes.
    entries: usize,
}

/// One side of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The day from which it counts.
    pub effective: Date,
    /// The day on which it became known.
    pub recorded: Date,
    /// Number of the transfer.
    pub transfer: u32,
    /// Đồng; below zero on the account that gives.
    pub change: i64,
}

/// An account that would go below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortfall {
    /// The first day on which it would.
    pub day: Date,
    /// What can be taken.
    pub available: i128,
}

impl Accounts {
    /// The account, where anything ever stood on it.
    pub fn find(&self, account: &Account) -> Option<AccountId> {
        self.numbers.get(account).copied()
    }

    /// The account with this number.
    pub fn get(&self, id: AccountId) -> &AccountBook {
        &self.books[id.index()]
    }

    /// All of them, by number.
    pub fn all(&self) -> impl ExactSizeIterator<Item = (AccountId, &AccountBook)> {
        self.books.iter().enumerate().map(|(index, book)| (AccountId(number(index)), book))
    }

    /// Accounts on which money of the item stands or stood.
    pub fn of_item(&self, item: ItemId) -> impl Iterator<Item = &AccountBook> {
        self.by_item.get(&item).map(Vec::as_slice).unwrap_or_default().iter().map(|&id| self.get(id))
    }

    /// Adds an entry; the account is opened by its first.
    pub(super) fn post(&mut self, account: &Arc<Account>, entry: Entry) -> AccountId {
        let id = self.find(account).unwrap_or_else(|| self.open(account));
        let book = &mut self.books[id.index()];
        book.total += i128::from(entry.change);
        change_day(&mut book.days, entry.effective, i128::from(entry.change));
        book.entries.push(entry);
        id
    }

    /// Takes the account's last entry back; with its first the account goes, which then is the last that was opened.
    pub(super) fn take_back(&mut self, id: AccountId) {
        let book = &mut self.books[id.index()];
        if let Some(entry) = book.entries.pop() {
            book.total -= i128::from(entry.change);
            take_day_back(&mut book.days, entry);
        }
        if book.entries.is_empty() {
            self.close_last();
        }
    }

    /// The account guarded one transfer more.
    pub(super) fn advance(&mut self, id: AccountId) {
        self.books[id.index()].version += 1;
    }

    /// The account guarded one transfer less.
    pub(super) fn step_back(&mut self, id: AccountId) {
        self.books[id.index()].version -= 1;
    }

    fn open(&mut self, account: &Arc<Account>) -> AccountId {
        let id = AccountId(number(self.books.len()));
        self.numbers.insert(Arc::clone(account), id);
        if let Some(item) = account.item {
            self.by_item.entry(item).or_default().push(id);
        }
        self.books.push(AccountBook {
            account: Arc::clone(account),
            key: account_key(account),
            version: 0,
            total: 0,
            days: Vec::new(),
            entries: Vec::new(),
        });
        id
    }

    fn close_last(&mut self) {
        let Some(book) = self.books.pop() else { return };
        self.numbers.remove(&book.account);
        if let Some(item) = book.account.item
            && let Some(of_item) = self.by_item.get_mut(&item)
        {
            of_item.pop();
            if of_item.is_empty() {
                self.by_item.remove(&item);
            }
        }
    }
}

impl AccountBook {
    /// On the latest day, with everything that is recorded.
    pub const fn total(&self) -> i128 {
        self.total
    }

    /// Its entries in the order in which they were recorded.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What stood on it.
    pub fn balance(&self, horizon: Horizon) -> i128 {
        match horizon.known_on {
            None => {
                let later = self.days.iter().rev().take_while(|day| day.day > horizon.as_at);
                self.total - later.map(|day| day.change).sum::<i128>()
            }
            Some(known_on) => {
                let counts = |entry: &&Entry| entry.effective <= horizon.as_at && entry.recorded <= known_on;
                self.entries.iter().filter(counts).map(|entry| i128::from(entry.change)).sum()
            }
        }
    }

    /// The lowest balance on any day from that one on, together with further changes (by day, in order).
    pub fn lowest_from(&self, from: Date, further: &[DayChange]) -> i128 {
        lowest_from(self.total, &self.days, from, further)
    }

    /// Whether the amount cannot be taken from that day on, together with further changes.
    pub fn shortfall(&self, from: Date, further: &[DayChange], amount: i128) -> Option<Shortfall> {
        shortfall(self.total, &self.days, from, further, amount)
    }
}

/// The same for an account on which nothing ever stood.
pub fn shortfall_of_nothing(from: Date, further: &[DayChange], amount: i128) -> Option<Shortfall> {
    shortfall(0, &[], from, further, amount)
}

fn shortfall(
    total: i128,
    days: &[DayChange],
    from: Date,
    further: &[DayChange],
    amount: i128,
) -> Option<Shortfall> {
    let available = lowest_from(total, days, from, further);
    if available >= amount {
        return None;
    }
    let mut day = from;
    walk_back(total, days, from, further, |since, balance| {
        if balance < amount {
            day = since;
        }
    });
    Some(Shortfall { day, available })
}

fn lowest_from(total: i128, days: &[DayChange], from: Date, further: &[DayChange]) -> i128 {
    let mut lowest = i128::MAX;
    walk_back(total, days, from, further, |_, balance| lowest = lowest.min(balance));
    lowest
}

/// Each balance from `from` on with the day since which it stands, the latest first.
fn walk_back<'a>(
    total: i128,
    mut days: &'a [DayChange],
    from: Date,
    mut further: &'a [DayChange],
    mut each: impl FnMut(Date, i128),
) {
    let mut balance = total + further.iter().map(|day| day.change).sum::<i128>();
    loop {
        let latest = days.last().map(|day| day.day).max(further.last().map(|day| day.day));
        let Some(since) = latest.filter(|&latest| latest > from) else {
            each(from, balance);
            return;
        };
        each(since, balance);
        for changes in [&mut days, &mut further] {
            if let Some((last, earlier)) = changes.split_last()
                && last.day == since
            {
                balance -= last.change;
                *changes = earlier;
            }
        }
    }
}

/// Adds to the change of a day; most are the latest.
pub fn change_day(days: &mut Vec<DayChange>, day: Date, change: i128) {
    let at = days.iter().rposition(|known| known.day <= day);
    match at {
        Some(at) if days[at].day == day => {
            days[at].change += change;
            days[at].entries += 1;
        }
        _ => days.insert(at.map_or(0, |at| at + 1), DayChange { day, change, entries: 1 }),
    }
}

fn take_day_back(days: &mut Vec<DayChange>, entry: Entry) {
    let Some(at) = days.iter().rposition(|known| known.day == entry.effective) else { return };
    days[at].change -= i128::from(entry.change);
    days[at].entries -= 1;
    if days[at].entries == 0 {
        days.remove(at);
    }
}

fn number(index: usize) -> u32 {
    // Invariant: an account takes hundreds of bytes, so memory ends long before numbers do.
    u32::try_from(index).unwrap_or(u32::MAX)
}
