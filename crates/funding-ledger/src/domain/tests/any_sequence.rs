//! Whatever is asked in whatever order: money moves, it never appears, and no account is below zero on any day.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

const DAYS: [Date; 4] = [date(2024, 2, 1), date(2024, 6, 1), date(2024, 9, 1), date(2025, 1, 15)];

/// Money for one of a few accounts.
fn any_assignment() -> impl Strategy<Value = Asked> {
    let programme = prop::sample::select(vec!["GNBV.DA5", "GNBV", "DTTS.DA1"]);
    let owner = prop::sample::select(vec![(FINANCE, PROVINCE), (COMMUNE_OFFICE, COMMUNE_BEFORE)]);
    let kind = prop::sample::select(vec![Kind::Recurrent, Kind::Investment]);
    (programme, owner, kind, 50_i64..500, any_day()).prop_map(
        |(programme, (owner, key), kind, amount, day)| {
            let from =
                Account { programme: programme.to_owned(), kind, ..held_by(at(Stage::Grantor), owner, key) };
            Asked::Assignment(Box::new(moving(Movement::Assign, from, amount).dated(day)))
        },
    )
}

/// Mostly the last of the days, on which everything is there.
fn any_day() -> impl Strategy<Value = Date> {
    prop_oneof![1 => prop::sample::select(DAYS.to_vec()), 3 => Just(DAYS[3])]
}

/// Works with money at two stages, and more to detail.
fn given_money_on_the_way() -> Case {
    let early = |transfer: NewTransfer| transfer.dated(DAYS[0]);
    given_parties().and(transfer(vec![
        early(assign(1_000)),
        early(allocate(WORKS, 600)),
        early(moving(Movement::Commit, on(Stage::Allocated, WORKS), 400)),
    ]))
}

/// A movement of what is there at that moment, or of somewhat more.
#[derive(Clone, Debug)]
struct Move {
    account: usize,
    movement: usize,
    percent: i128,
    day: Date,
}

#[derive(Clone, Debug)]
enum Asked {
    Assignment(Box<NewTransfer>),
    Moves(Vec<Move>),
    Reversal { which: usize, day: Date },
}

fn any_request() -> impl Strategy<Value = Asked> {
    let one = (any::<usize>(), any::<usize>(), 1_i128..=110, any_day())
        .prop_map(|(account, movement, percent, day)| Move { account, movement, percent, day });
    let moves = prop::collection::vec(one, 1..3).prop_map(Asked::Moves);
    let reversal = (any::<usize>(), any_day()).prop_map(|(which, day)| Asked::Reversal { which, day });
    prop_oneof![1 => any_assignment(), 10 => moves, 1 => reversal]
}

/// One of the movements that the table has for one of the accounts.
fn transfer_of(case: &Case, asked: &Move) -> Option<NewTransfer> {
    let with_money = case.ledger.accounts().all().map(|(_, book)| book).filter(|book| book.total() > 0);
    let accounts: Vec<_> = with_money.collect();
    let book = accounts.get(asked.account % accounts.len().max(1))?;
    let from = book.account.as_ref().clone();
    let possible: Vec<_> = movements::possible(from.stage, from.kind).collect();
    let movement = *possible.get(asked.movement % possible.len().max(1))?;
    let amount = i64::try_from(book.total() * asked.percent / 100).ok()?.max(1);
    let mut transfer = moving(movement, from, amount).dated(asked.day);
    match movement {
        Movement::Allocate => transfer.taker().item = Some(item(WORKS)),
        Movement::CarryOver => transfer.taker().executing_year += 1,
        Movement::HandOver if transfer.from.owner == FINANCE => {
            *transfer.taker() = held_by(transfer.taker().clone(), COMMUNE_OFFICE, COMMUNE_BEFORE);
        }
        Movement::HandOver => *transfer.taker() = held_by(transfer.taker().clone(), FINANCE, PROVINCE),
        _ => {}
    }
    Some(transfer)
}

/// The ledger told again in the simplest way: what each account gained and lost, by day.
#[derive(Default)]
struct Plain(BTreeMap<Account, BTreeMap<Date, i128>>);

impl Plain {
    fn of(case: &Case) -> Self {
        let mut plain = Self::default();
        for (_, event, day) in &case.facts {
            if let FundingEvent::Transferred(event) = event {
                let amount = i128::from(event.amount.dong());
                *plain.0.entry(event.from.as_ref().clone()).or_default().entry(*day).or_default() -= amount;
                *plain.0.entry(event.to.as_ref().clone()).or_default().entry(*day).or_default() += amount;
            }
        }
        plain
    }

    fn balance(&self, account: &Account, day: Date) -> i128 {
        self.0[account].iter().filter(|(changed, _)| **changed <= day).map(|(_, change)| change).sum()
    }

    /// By programme, source, vintage and kind: what the grantor gave, and what stands anywhere.
    fn lines(&self) -> BTreeMap<(String, String, i16, Kind), (i128, i128)> {
        let mut lines = BTreeMap::new();
        for (account, changes) in &self.0 {
            let root = REFERENCE.programmes.root(&account.programme).unwrap().code.clone();
            let line = (root, account.source.clone(), account.vintage, account.kind);
            let (given, stands): &mut (i128, i128) = lines.entry(line).or_default();
            let total: i128 = changes.values().sum();
            *(if account.stage == Stage::Grantor { given } else { stands }) += total;
        }
        lines
    }
}

fn holds(case: &Case) -> Result<(), TestCaseError> {
    let plain = Plain::of(case);
    prop_assert_eq!(
        case.ledger.accounts().all().map(|(_, book)| book.total()).sum::<i128>(),
        0,
        "debits are credits"
    );
    for (account, changes) in &plain.0 {
        let book = case.ledger.accounts().get(case.ledger.accounts().find(account).unwrap());
        for day in changes.keys() {
            let balance = plain.balance(account, *day);
            prop_assert_eq!(book.balance(Horizon { as_at: *day, known_on: None }), balance);
            prop_assert!(
                account.stage == Stage::Grantor || balance >= 0,
                "{:?} holds {} on {}",
                account,
                balance,
                day
            );
        }
    }
    for (line, (given, stands)) in plain.lines() {
        prop_assert_eq!(-given, stands, "{:?}", line);
    }
    Ok(())
}

fn command_of(case: &Case, asked: &Asked, number: u128) -> Option<Command> {
    match asked {
        Asked::Assignment(assignment) => Some(transfer(vec![assignment.as_ref().clone()])),
        Asked::Moves(moves) => {
            let transfers: Vec<_> = moves.iter().filter_map(|asked| transfer_of(case, asked)).collect();
            (!transfers.is_empty()).then(|| transfer(transfers))
        }
        Asked::Reversal { which, day } => {
            let known = case.ledger.transfers().all();
            let reversed = known.get(which % known.len().max(1))?;
            Some(reverse(2_000_000 + number, reversed.transfer, *day))
        }
    }
}

proptest! {
    #[test]
    fn money_moves_and_never_appears(requests in prop::collection::vec(any_request(), 1..30)) {
        let mut case = given_money_on_the_way();
        for (number, asked) in requests.iter().enumerate() {
            let Some(command) = command_of(&case, asked, number as u128) else { continue };
            let lines = Plain::of(&case).lines();
            if recorded(&case.ledger, &command).is_some() {
                continue;
            }
            let before = case.facts.len();
            let Ok(events) = case.record(&command) else {
                prop_assert_eq!(case.facts.len(), before, "nothing is recorded of what is refused");
                continue;
            };
            holds(&case)?;
            let moves_on = |event: &FundingEvent| match event {
                FundingEvent::Transferred(event) => {
                    matches!(event.movement, Movement::HandOver | Movement::CarryOver)
                }
                _ => true,
            };
            if events.iter().all(moves_on) {
                let nothing_new = |(line, sums)| lines.get(&line) == Some(&sums);
                prop_assert!(Plain::of(&case).lines().into_iter().all(nothing_new), "no total changes");
            }
        }
        // At every position of the log, not only after every request.
        let mut replayed = Case { facts: Vec::new(), ..given_nothing() };
        for (stream, event, day) in &case.facts {
            replayed.apply(stream, event, *day);
            holds(&replayed)?;
        }
        prop_assert!(replayed.ledger == case.ledger, "the fold of the facts is the ledger");
    }

    #[test]
    fn what_is_taken_back_was_never_there(requests in prop::collection::vec(any_request(), 1..20)) {
        let mut case = given_money_on_the_way();
        for (number, asked) in requests.iter().enumerate() {
            if let Some(command) = command_of(&case, asked, number as u128)
                && recorded(&case.ledger, &command).is_none()
            {
                let _ = case.record(&command);
            }
        }
        for kept in (0..case.facts.len()).rev() {
            case.ledger.undo(&case.facts[kept].1);
            let mut again = Ledger::default();
            for (position, (stream, event, day)) in (1..).zip(&case.facts[..kept]) {
                again.apply(stream, event, about(position, *day)).unwrap();
            }
            prop_assert!(case.ledger == again, "as after the first {} facts", kept);
        }
    }

    #[test]
    fn a_transfer_is_undone_once(amount in 1_i64..1_000, times in 1_usize..5) {
        let assign = assign(amount);
        let id = assign.transfer;
        let mut case = given_parties().and(transfer(vec![assign]));
        for number in 0..times {
            let command = reverse(3_000_000 + number as u128, id, date(2024, 6, 1));
            if recorded(&case.ledger, &command).is_none() {
                case.record(&command).unwrap();
            }
        }
        prop_assert_eq!(case.on(&at(Stage::Assigned), TODAY), 0);
        prop_assert_eq!(case.ledger.transfers().all().len(), 2);
    }
}
