//! Brings transfers to the streams that guard them, and sees to it that the money is there.

use super::{
    Fault, Ledger, Occurrence, Rejection, Stream, Write, account_key,
    decide::Field,
    guards_giver,
    ledger::{AccountBook, AccountId, DayChange, Shortfall, change_day, shortfall_of_nothing},
};
use events::funding::{Account, FundingEvent, Stage, Transferred};
use foldhash::{HashMap, HashMapExt as _};
use kernel::{Date, Money};
use uuid::Uuid;

/// A transfer that its own rules allow.
pub(super) struct Posting {
    /// What is to be mended where the money is not there.
    pub(super) field: Field,
    /// The day from which it counts.
    pub(super) effective: Date,
    /// The transfer.
    pub(super) event: Transferred,
}

/// The transfers by the streams that guard them, or every transfer for which the money is not there.
///
/// Within one stream they keep their order; of the streams, those come first from which others take, as far as the
/// accounts form no circle. So within one request money that comes in may go out again, and no account is below zero at
/// any position of the log.
pub(super) fn book(ledger: &Ledger, postings: Vec<Posting>) -> Result<Vec<Write>, Vec<Fault>> {
    countable(ledger, &postings).map_err(|fault| vec![fault])?;
    let streams = givers_first(by_stream(ledger, postings));
    let mut draft = Draft { ledger, changes: HashMap::new() };
    let faults: Vec<Fault> = streams.iter().flatten().filter_map(|leg| draft.post(leg).err()).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let write = |legs: Vec<Leg>| {
        let guard = legs.first()?.guard();
        let version = guard.id.map_or(0, |id| ledger.accounts().get(id).version);
        let facts = legs.into_iter().map(|leg| occurrence(leg.posting)).collect();
        Some(Write { stream: Stream::Account(guard.key), version, facts })
    };
    Ok(streams.into_iter().filter_map(write).collect())
}

/// Every sum over transfers must be a number of 64 bits. Half of them is kept, so that what was recorded can be reversed.
fn countable(ledger: &Ledger, postings: &[Posting]) -> Result<(), Fault> {
    let Some(first) = postings.first() else { return Ok(()) };
    let max = if first.field == Field::Reversed { i64::MAX } else { i64::MAX / 2 };
    let asked: i128 = postings.iter().map(|posting| i128::from(posting.event.amount.dong())).sum();
    if ledger.transfers().volume() + asked <= i128::from(max) {
        return Ok(());
    }
    let money = |dong: i128| Money::from_dong(i64::try_from(dong).unwrap_or(i64::MAX));
    let (recorded, asked, max) = (money(ledger.transfers().volume()), money(asked), Money::from_dong(max));
    Err(Fault::at(first.field.path(), Rejection::TooMuchInAll { recorded, asked, max }))
}

/// A transfer with the accounts that it is between.
struct Leg {
    posting: Posting,
    from: Place,
    to: Place,
}

/// An account, which need not be known yet.
#[derive(Clone, Copy)]
struct Place {
    key: Uuid,
    id: Option<AccountId>,
}

impl Place {
    fn of(account: &Account, ledger: &Ledger) -> Self {
        match ledger.accounts().find(account) {
            Some(id) => Self { key: ledger.accounts().get(id).key, id: Some(id) },
            None => Self { key: account_key(account), id: None },
        }
    }
}

impl Leg {
    /// The account in whose stream the transfer stands.
    fn guard(&self) -> Place {
        if guards_giver(&self.posting.event) { self.from } else { self.to }
    }
}

/// The transfers of each stream, the streams in the order in which they are met.
fn by_stream(ledger: &Ledger, postings: Vec<Posting>) -> Vec<Vec<Leg>> {
    let mut streams: Vec<Vec<Leg>> = Vec::with_capacity(postings.len());
    let mut numbers: HashMap<Uuid, usize> = HashMap::with_capacity(postings.len());
    for posting in postings {
        let from = Place::of(&posting.event.from, ledger);
        let to = Place::of(&posting.event.to, ledger);
        let leg = Leg { posting, from, to };
        let number = *numbers.entry(leg.guard().key).or_insert(streams.len());
        if number == streams.len() {
            streams.push(Vec::with_capacity(1));
        }
        streams[number].push(leg);
    }
    streams
}

/// The streams in an order in which those that give come before those that take, where there is one.
fn givers_first(streams: Vec<Vec<Leg>>) -> Vec<Vec<Leg>> {
    if streams.len() < 2 {
        return streams;
    }
    let numbers: HashMap<Uuid, usize> = streams
        .iter()
        .enumerate()
        .filter_map(|(number, legs)| legs.first().map(|leg| (leg.guard().key, number)))
        .collect();
    let mut givers: Vec<Vec<usize>> = vec![Vec::new(); streams.len()];
    for (number, legs) in streams.iter().enumerate() {
        for taker in legs.iter().filter_map(|leg| numbers.get(&leg.to.key)) {
            givers[*taker].push(number);
        }
    }
    let mut order = Vec::with_capacity(streams.len());
    let mut seen = vec![false; streams.len()];
    for number in 0..streams.len() {
        place(number, &givers, &mut seen, &mut order);
    }
    let mut streams: Vec<Option<Vec<Leg>>> = streams.into_iter().map(Some).collect();
    order.into_iter().filter_map(|number| streams[number].take()).collect()
}

/// Places the stream after those that give to it. It goes as deep as one request has transfers, see
/// [`super::TRANSFERS_MAX`].
fn place(number: usize, givers: &[Vec<usize>], seen: &mut [bool], order: &mut Vec<usize>) {
    if std::mem::replace(&mut seen[number], true) {
        return;
    }
    for &giver in &givers[number] {
        place(giver, givers, seen, order);
    }
    order.push(number);
}

fn occurrence(posting: Posting) -> Occurrence {
    let Posting { effective, event, .. } = posting;
    let area = event.to.area.code.clone();
    Occurrence { effective, area, event: FundingEvent::Transferred(event) }
}

/// What the request has moved so far, over what is known.
struct Draft<'a> {
    ledger: &'a Ledger,
    changes: HashMap<Uuid, Vec<DayChange>>,
}

impl Draft<'_> {
    fn post(&mut self, leg: &Leg) -> Result<(), Fault> {
        let Leg { posting: Posting { field, effective, event }, from, to } = leg;
        let amount = i128::from(event.amount.dong());
        if event.from.stage != Stage::Grantor {
            if let Some(Shortfall { day, available }) = self.shortfall(*from, *effective, amount) {
                let overdrawn = Rejection::Overdrawn {
                    stage: event.from.stage,
                    owner: event.from.owner.clone(),
                    programme: event.from.programme.clone(),
                    // Less than what was asked, so it has room in an amount.
                    available: Money::from_dong(i64::try_from(available).unwrap_or(i64::MIN)),
                    asked: event.amount,
                    day,
                };
                return Err(Fault::at(field.path(), overdrawn));
            }
            change_day(self.changes.entry(from.key).or_default(), *effective, -amount);
        }
        if event.to.stage != Stage::Grantor {
            change_day(self.changes.entry(to.key).or_default(), *effective, amount);
        }
        Ok(())
    }

    fn shortfall(&self, place: Place, from: Date, amount: i128) -> Option<Shortfall> {
        let further = self.changes.get(&place.key).map(Vec::as_slice).unwrap_or_default();
        let book: Option<&AccountBook> = place.id.map(|id| self.ledger.accounts().get(id));
        match book {
            Some(book) => book.shortfall(from, further, amount),
            None => shortfall_of_nothing(from, further, amount),
        }
    }
}
