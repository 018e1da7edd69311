//! The money of the plan against a ledger's rules in small, written anew: no account below zero on any day, every đồng where
//! a stage leads, everybody in office, every window kept; and the published totals to the đồng.
#![allow(clippy::unwrap_used, reason = "in a test a failed step is a failed test")]

use api::funding::{Account, Movement, NewTransfer, Stage, TransferRequest, register_item_request::What};
use demo::{Plan, Settings, Step};
use kernel::{AreaKey, Date, date, parse_date};
use proptest::prelude::*;
use reference::{Reference, funding::Book};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

const MERGER: Date = date(2025, 7, 1);

#[derive(Debug)]
struct Owner {
    from: Date,
    successor: Option<String>,
}

/// What identifies an account; its stage stands first.
type Key = (i32, String, String, String, i32, i32, String, String, String);

struct Ledger {
    reference: Reference,
    today: Date,
    owners: HashMap<String, Owner>,
    areas: HashMap<String, String>,
    /// Approved total of works; `None` of supports.
    items: HashMap<String, Option<i64>>,
    supports: HashMap<String, (String, String, Date)>,
    /// Net changes by day.
    accounts: BTreeMap<Key, BTreeMap<Date, i64>>,
    /// First transfer of each request, with the request's effective day.
    first: HashMap<String, NewTransfer>,
    transfers: usize,
    movements: BTreeMap<i32, usize>,
}

fn key(account: &Account) -> Key {
    let Account { stage, programme, kind, source, vintage, executing_year, area, owner, item } =
        account.clone();
    (stage, programme, kind, source, vintage, executing_year, area, owner, item)
}

fn area_of(resource: &str) -> AreaKey {
    resource.strip_prefix("areas/").unwrap().parse().unwrap()
}

fn day(text: &str) -> Date {
    parse_date(text).unwrap()
}

impl Ledger {
    fn new() -> Self {
        Self {
            reference: Reference::embedded().unwrap(),
            today: date(2020, 1, 1),
            owners: HashMap::new(),
            areas: HashMap::new(),
            items: HashMap::new(),
            supports: HashMap::new(),
            accounts: BTreeMap::new(),
            first: HashMap::new(),
            transfers: 0,
            movements: BTreeMap::new(),
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::SetToday(today) => {
                assert!(today > self.today);
                self.today = today;
            }
            Step::RegisterOwner(request) => {
                assert!(
                    request
                        .code
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
                );
                let from = day(&request.effective_date);
                let area = self.reference.areas.get(&area_of(&request.area)).unwrap();
                assert!(area.in_force(from), "{} on {from}", request.area);
                let name = format!("owners/{}", request.code);
                self.areas.insert(name.clone(), request.area);
                assert!(self.owners.insert(name, Owner { from, successor: None }).is_none());
            }
            Step::NameSuccessor(request) => {
                assert_eq!(day(&request.effective_date), MERGER);
                assert!(self.owners.contains_key(&request.successor));
                self.owners.get_mut(&request.owner).unwrap().successor = Some(request.successor);
            }
            Step::RegisterItem(request) => {
                let decided = day(&request.effective_date);
                assert!(decided <= self.today);
                let name = format!("items/{}", request.item_id);
                let approved = match request.what.unwrap() {
                    What::Works(works) => {
                        assert!(works.display_name.contains("tổng hợp") && works.approved_total > 0);
                        assert!(self.reference.areas.get(&area_of(&works.area)).unwrap().in_force(decided));
                        Some(works.approved_total)
                    }
                    What::Support(support) => {
                        assert!(self.reference.funding.support_kind(&support.kind).is_some());
                        let about = (support.household, support.kind, day(&support.decided_on));
                        self.supports.insert(name.clone(), about);
                        None
                    }
                };
                assert!(self.items.insert(name, approved).is_none());
            }
            Step::Transfer(requests) | Step::Detail(requests) => {
                for request in requests {
                    self.transfer(request);
                }
            }
            Step::Reverse(reversing) => {
                let reversed = self.first[&reversing.reverses].clone();
                let effective = day(&reversing.request.effective_date);
                assert!(day(&reversed.effective_date) <= effective && effective <= self.today);
                let (from, to) = (reversed.to.unwrap(), reversed.from.unwrap());
                self.post(&from, &to, reversed.amount, effective);
            }
            Step::HandOver(requests) => self.hand_over(&requests[0].owner, day(&requests[0].effective_date)),
            Step::Settle(settling) => {
                assert!(day(&settling.request.effective_date) <= self.today);
                assert!(self.supports.contains_key(&settling.about));
            }
            _ => {}
        }
    }

    fn transfer(&mut self, request: TransferRequest) {
        let decision = request.decision.unwrap();
        assert!(decision.number.starts_with("TH-") && decision.issuer.contains("tổng hợp"));
        assert!(day(&decision.signed_on) <= self.today);
        self.first.insert(request.header.unwrap().request_id, request.transfers[0].clone());
        for transfer in request.transfers {
            let effective = day(&transfer.effective_date);
            let movement = transfer.movement();
            let (from, to) = (transfer.from.clone().unwrap(), transfer.to.clone().unwrap());
            assert!(transfer.amount > 0 && effective <= self.today, "{transfer:?}");
            self.check(movement, &from, &to, effective);
            if let Some(valuation) = &transfer.valuation {
                assert_eq!(
                    valuation.quantity.parse::<i64>().unwrap() * valuation.unit_price,
                    transfer.amount
                );
            }
            assert_eq!(transfer.valuation.is_some(), from.kind == "in_kind");
            *self.movements.entry(movement.into()).or_default() += 1;
            self.transfers += 1;
            self.post(&from, &to, transfer.amount, effective);
        }
    }

    fn check(&self, movement: Movement, from: &Account, to: &Account, effective: Date) {
        use Movement as M;
        use Stage as S;
        let stages = (from.stage(), to.stage());
        let allowed: &[(S, S)] = match movement {
            M::Assign => &[(S::Grantor, S::Assigned)],
            M::Cut => &[(S::Assigned, S::Grantor)],
            M::HandOver => &[(S::Assigned, S::Assigned)],
            M::Allocate => &[(S::Assigned, S::Allocated)],
            M::Commit => &[(S::Allocated, S::Committed)],
            M::Advance => &[(S::Committed, S::Advanced)],
            M::Pay => &[(S::Committed, S::Paid)],
            M::Recover => &[(S::Advanced, S::Paid)],
            M::Settle => &[(S::Paid, S::Settled)],
            M::CarryOver => {
                &[(S::Assigned, S::Assigned), (S::Allocated, S::Allocated), (S::Committed, S::Committed)]
            }
            M::Cancel => {
                &[(S::Assigned, S::Returned), (S::Allocated, S::Returned), (S::Committed, S::Returned)]
            }
            M::Refund | M::RepayLoan => &[(S::Paid, S::Returned)],
            M::Contribute | M::Lend => &[(S::Grantor, S::Paid)],
            _ => &[],
        };
        assert!(allowed.contains(&stages), "{movement:?} {stages:?}");
        // Everything but what the movement may change stays.
        let mut expected = Account { stage: to.stage, ..from.clone() };
        match movement {
            M::HandOver => (expected.owner, expected.area) = (to.owner.clone(), to.area.clone()),
            M::CarryOver => expected.executing_year += 1,
            M::Allocate => {
                assert!(self.reference.programmes.is_within(&to.programme, &from.programme));
                assert!(from.item.is_empty() && !to.item.is_empty());
                (expected.programme, expected.item) = (to.programme.clone(), to.item.clone());
            }
            _ => {}
        }
        assert_eq!(&expected, to, "{movement:?}");
        let node = self.reference.programmes.get(&to.programme).unwrap();
        let vintage = i16::try_from(to.vintage).unwrap();
        let executing = i16::try_from(to.executing_year).unwrap();
        assert!((node.years.0..=node.years.1).contains(&vintage), "{} {vintage}", node.code);
        assert!(executing >= vintage && i32::from(effective.year()) >= to.vintage);
        let source = self.reference.funding.source(&to.source).unwrap();
        let book = match to.kind.as_str() {
            "loan" => Book::Loan,
            "in_kind" => Book::InKind,
            _ => Book::Cash,
        };
        assert_eq!(source.book, book);
        if stages.0 == S::Grantor {
            assert!(source.validity.contains(effective), "{} on {effective}", source.code);
        }
        if matches!(movement, M::Advance | M::Pay) {
            let window = self.reference.funding.window(&to.programme, vintage, executing);
            assert!(effective <= window.last_day, "{effective} is after {}", window.last_day);
        }
        for account in [from, to] {
            let owner = &self.owners[&account.owner];
            assert!(owner.from <= effective, "{} on {effective}", account.owner);
            assert!(owner.successor.is_none() || effective < MERGER, "{} on {effective}", account.owner);
            assert_eq!(self.areas[&account.owner], account.area);
            assert!(self.reference.areas.get(&area_of(&account.area)).unwrap().in_force(effective));
            let detailed = !matches!(account.stage(), S::Grantor | S::Assigned | S::Returned);
            assert!(!detailed || self.items.contains_key(&account.item), "{account:?}");
        }
    }

    fn post(&mut self, from: &Account, to: &Account, amount: i64, effective: Date) {
        *self.accounts.entry(key(from)).or_default().entry(effective).or_default() -= amount;
        *self.accounts.entry(key(to)).or_default().entry(effective).or_default() += amount;
        if from.stage() != Stage::Grantor {
            let mut balance = 0;
            for (day, change) in &self.accounts[&key(from)] {
                balance += change;
                assert!(balance >= 0 || *day < effective, "{balance} on {day} in {from:?}");
            }
        }
    }

    fn hand_over(&mut self, owner: &str, effective: Date) {
        let successor = self.owners[owner].successor.clone().unwrap();
        let area = self.areas[&successor].clone();
        let handed = [Stage::Assigned, Stage::Allocated, Stage::Committed, Stage::Advanced, Stage::Paid]
            .map(i32::from);
        let open: Vec<(Key, i64)> = self
            .accounts
            .iter()
            .filter(|(key, _)| key.7 == owner && handed.contains(&key.0))
            .map(|(key, changes)| (key.clone(), changes.range(..=effective).map(|(_, change)| change).sum()))
            .filter(|(_, balance)| *balance != 0)
            .collect();
        assert!(!open.is_empty(), "{owner} has nothing to hand over");
        for (key, balance) in open {
            let mut to = key.clone();
            (to.6, to.7) = (area.clone(), successor.clone());
            *self.accounts.entry(key).or_default().entry(effective).or_default() -= balance;
            *self.accounts.entry(to).or_default().entry(effective).or_default() += balance;
            self.transfers += 1;
        }
    }

    /// Đồng at the stages on the day, of accounts that fit.
    fn sum(&self, stages: &[Stage], as_at: Date, fits: impl Fn(&Key) -> bool) -> i64 {
        let at = |key: &Key| stages.iter().any(|stage| i32::from(*stage) == key.0);
        let of = |(_, changes): (&Key, &BTreeMap<Date, i64>)| -> i64 {
            changes.range(..=as_at).map(|(_, change)| change).sum()
        };
        self.accounts.iter().filter(|(key, _)| at(key) && fits(key)).map(of).sum()
    }

    /// Budget money of the programmes of 2021-2025.
    fn counts(key: &Key) -> bool {
        ["CEN", "PRV", "DST", "COM"].contains(&key.3.as_str()) && key.4 <= 2025
    }
}

fn told(scale: &str, seed: u64) -> Ledger {
    let reference = Arc::new(Reference::embedded().unwrap());
    let plan = Plan::new(Settings { seed, scale: scale.parse().unwrap() }, reference).unwrap();
    let mut ledger = Ledger::new();
    for step in plan.script() {
        ledger.take(step.unwrap());
    }
    ledger
}

const LIVE: [Stage; 6] =
    [Stage::Assigned, Stage::Allocated, Stage::Committed, Stage::Advanced, Stage::Paid, Stage::Settled];
const DISBURSED: [Stage; 3] = [Stage::Advanced, Stage::Paid, Stage::Settled];

/// The totals that the press published at the end of October 2025.
fn assert_published(ledger: &Ledger) {
    let as_at = date(2025, 10, 31);
    let of_kind = |kind: &'static str| move |key: &Key| Ledger::counts(key) && key.2 == kind;
    assert_eq!(ledger.sum(&LIVE, as_at, of_kind("investment")), 3_589_000_000_000);
    assert_eq!(ledger.sum(&LIVE, as_at, of_kind("recurrent")), 2_444_000_000_000);
    assert_eq!(ledger.sum(&LIVE, as_at, Ledger::counts), 6_033_000_000_000);
    assert_eq!(ledger.sum(&DISBURSED, as_at, Ledger::counts), 4_318_000_000_000);
    assert_eq!(ledger.sum(&LIVE, date(2025, 12, 31), Ledger::counts), 6_033_000_000_000);
}

#[test]
fn at_full_size_the_ledgers_rules_hold_and_the_published_totals_are_met_to_the_dong() {
    let ledger = told("1", 2025);
    assert_published(&ledger);
    assert!((10_000..32_000).contains(&ledger.transfers), "{} transfers", ledger.transfers);
    let supports = ledger.supports.len();
    assert!((1500..4000).contains(&supports), "{supports} supports");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn the_totals_do_not_depend_on_size_or_chance(seed: u64, thousandths in 5_u32..400) {
        assert_published(&told(&format!("0.{thousandths:03}"), seed));
    }
}

#[test]
fn nothing_is_left_with_units_that_ended_but_what_was_settled() {
    let ledger = told("0.1", 3);
    for (key, changes) in &ledger.accounts {
        let balance: i64 = changes.values().sum();
        let closed = [Stage::Settled, Stage::Returned, Stage::Grantor].map(i32::from).contains(&key.0);
        let ended = ledger.owners[&key.7].successor.is_some();
        assert!(balance == 0 || !ended || closed, "{balance} đồng are left in {key:?}");
    }
}

#[test]
fn every_kind_of_movement_that_a_committee_asks_about_occurs() {
    let ledger = told("0.05", 7);
    let wanted = [
        Movement::Assign,
        Movement::Cut,
        Movement::HandOver,
        Movement::Allocate,
        Movement::Commit,
        Movement::Advance,
        Movement::Pay,
        Movement::Recover,
        Movement::Refund,
        Movement::Settle,
        Movement::CarryOver,
        Movement::Cancel,
        Movement::Contribute,
        Movement::Lend,
        Movement::RepayLoan,
    ];
    let occurring: BTreeSet<i32> = ledger.movements.keys().copied().collect();
    for movement in wanted {
        assert!(occurring.contains(&i32::from(movement)), "{movement:?} does not occur");
    }
}

#[test]
fn some_payments_of_october_are_known_only_in_november() {
    let reference = Arc::new(Reference::embedded().unwrap());
    let plan = Plan::new(Settings { seed: 2025, scale: "0.2".parse().unwrap() }, reference).unwrap();
    let (mut ledger, mut known) = (Ledger::new(), None);
    for step in plan.script() {
        let step = step.unwrap();
        if matches!(&step, Step::SetToday(today) if *today > date(2025, 10, 31)) && known.is_none() {
            known = Some(ledger.sum(&DISBURSED, date(2025, 10, 31), Ledger::counts));
        }
        ledger.take(step);
    }
    let known = known.unwrap();
    assert!((4_000_000_000_000..4_318_000_000_000).contains(&known), "{known} đồng were known");
}

#[test]
fn works_cost_no_more_than_approved_but_one() {
    let ledger = told("0.2", 5);
    let mut spent: BTreeMap<&str, i64> = BTreeMap::new();
    for (key, changes) in &ledger.accounts {
        if key.0 != i32::from(Stage::Grantor) && key.0 != i32::from(Stage::Returned) && !key.8.is_empty() {
            *spent.entry(&key.8).or_default() += changes.values().sum::<i64>();
        }
    }
    let above =
        spent.iter().filter(|(item, sum)| ledger.items[**item].is_some_and(|approved| **sum > approved));
    assert_eq!(above.count(), 1);
}

#[test]
fn households_are_supported_once_but_for_those_that_raise_a_question() {
    let ledger = told("0.1", 9);
    let mut supports: HashMap<(&str, &str), usize> = HashMap::new();
    for (household, kind, _) in ledger.supports.values() {
        *supports.entry((household, kind)).or_default() += 1;
    }
    assert_eq!(supports.values().filter(|count| **count > 1).count(), 4);
}

#[test]
fn money_outside_the_budget_stands_in_books_and_sources_of_its_own() {
    let ledger = told("0.05", 11);
    let as_at = date(2025, 12, 31);
    for source in ["CRE", "CLA", "CLD", "CCA"] {
        assert!(ledger.sum(&DISBURSED, as_at, |key| key.3 == source) > 0, "nothing of {source}");
    }
    let mixed = ledger.accounts.keys().filter(|key| (key.2 == "loan") != (key.3 == "CRE"));
    assert_eq!(mixed.count(), 0);
}
