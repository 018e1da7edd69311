//! What was recorded about money, and tales of it made by chance: assigned, detailed, spent, given back, carried over,
//! handed over at the merger, reversed, and recorded late.

use events::funding::{
    Account, CaseOpened, CaseOutcome, CaseSettled, Decision, FundingEvent, Kind, Movement, OwnerRegistered,
    Stage, SuccessorNamed, Transferred,
};
use kernel::{CaseId, Date, ItemId, Money, TransferId, date};
use proptest::prelude::*;
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// An event with its two days and the code of the area that it was routed by.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) effective: Date,
    pub(crate) known: Date,
    pub(crate) area: String,
    pub(crate) event: FundingEvent,
}

impl Told {
    pub(crate) fn new(on: &str, event: FundingEvent) -> Self {
        Self { effective: day(on), known: day(on), area: "12".to_owned(), event }
    }

    pub(crate) fn known(self, on: &str) -> Self {
        Self { known: day(on), ..self }
    }

    pub(crate) fn in_area(self, code: &str) -> Self {
        Self { area: code.to_owned(), ..self }
    }

    pub(crate) fn transferred(&self) -> Option<&Transferred> {
        match &self.event {
            FundingEvent::Transferred(transferred) => Some(transferred),
            _ => None,
        }
    }
}

pub(crate) fn day(text: &str) -> Date {
    kernel::parse_date(text).expect("a day")
}

pub(crate) fn decision() -> Decision {
    Decision {
        number: "1487/QĐ-UBND".to_owned(),
        signed_on: date(2022, 1, 5),
        issuer: "UBND tỉnh Lai Châu".to_owned(),
        sha256: None,
    }
}

/// Money of 2024 for a commune, at the stage.
pub(crate) fn account(stage: Stage, programme: &str, kind: Kind, source: &str) -> Account {
    Account {
        stage,
        programme: programme.to_owned(),
        kind,
        source: source.to_owned(),
        vintage: 2024,
        executing_year: 2024,
        area: "03618@0001-01-01".parse().expect("an area"),
        owner: "ubnd-xa-03618".to_owned(),
        item: None,
    }
}

/// From one account to another of the same dimensions.
pub(crate) fn moved(on: &str, movement: Movement, from: &Account, to: &Account, amount: i64) -> Told {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    Told::new(on, FundingEvent::Transferred(transferred(number, movement, from, to, amount, None)))
}

/// The account at another stage.
pub(crate) fn at(stage: Stage, account: &Account) -> Account {
    Account { stage, ..account.clone() }
}

/// Assigned to the account of that stage by way of every stage before it.
pub(crate) fn brought(on: &str, account: &Account, amount: i64) -> Vec<Told> {
    use Stage::{Allocated, Assigned, Committed, Grantor, Paid};
    let way = [
        (Movement::Assign, Grantor, Assigned),
        (Movement::Allocate, Assigned, Allocated),
        (Movement::Commit, Allocated, Committed),
        (Movement::Pay, Committed, Paid),
    ];
    let until = way.iter().position(|(_, _, to)| *to == account.stage).expect("a stage on the way");
    let steps = way[..=until].iter();
    steps
        .map(|(movement, from, to)| moved(on, *movement, &at(*from, account), &at(*to, account), amount))
        .collect()
}

pub(crate) fn owner(on: &str, code: &str, name: &str) -> Told {
    let area = "12@0001-01-01".parse().expect("an area");
    let (owner, name) = (code.to_owned(), name.to_owned());
    Told::new(on, FundingEvent::OwnerRegistered(OwnerRegistered { owner, name, area }))
}

pub(crate) fn succeeded(on: &str, owner: &str, successor: &str) -> Told {
    let (owner, successor) = (owner.to_owned(), successor.to_owned());
    Told::new(on, FundingEvent::SuccessorNamed(SuccessorNamed { owner, successor, decision: decision() }))
}

pub(crate) fn case(number: u128) -> CaseId {
    CaseId::from_uuid(Uuid::from_u128(0xc000_0000 + number))
}

pub(crate) fn opened(on: &str, number: u128, rule: &str, lines: &[String], inputs: &[(&str, &str)]) -> Told {
    let inputs = inputs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Told::new(
        on,
        FundingEvent::CaseOpened(CaseOpened {
            case: case(number),
            rule: rule.to_owned(),
            lines: lines.to_vec(),
            inputs: inputs.collect(),
            provisional: rule == "K03",
        }),
    )
}

pub(crate) fn settled(on: &str, number: u128, outcome: CaseOutcome) -> Told {
    let explanation = "theo biên bản bổ sung".to_owned();
    Told::new(on, FundingEvent::CaseSettled(CaseSettled { case: case(number), outcome, explanation }))
}

fn transferred(
    number: u64,
    movement: Movement,
    from: &Account,
    to: &Account,
    amount: i64,
    reversal_of: Option<TransferId>,
) -> Transferred {
    Transferred {
        transfer: transfer(number),
        movement,
        from: Arc::new(from.clone()),
        to: Arc::new(to.clone()),
        amount: Money::from_dong(amount),
        decision: Arc::new(decision()),
        evidence: None,
        valuation: None,
        extension: None,
        reversal_of,
        reason: reversal_of.map(|_| "ghi nhầm".to_owned()),
    }
}

fn transfer(number: u64) -> TransferId {
    TransferId::from_uuid(Uuid::from_u128(0xd000_0000 + u128::from(number)))
}

/// Areas of the tales.
pub(crate) const AREAS: [&str; 11] = [
    "12@0001-01-01",
    "110@0001-01-01",
    "105@0001-01-01",
    "03618@0001-01-01",
    "03625@0001-01-01",
    "03391@0001-01-01",
    "03388@0001-01-01",
    "03451@0001-01-01",
    "03618@2025-07-01",
    "03388@2025-07-01",
    "03451@2025-07-01",
];

pub(crate) const NODES: [&str; 8] =
    ["DTTS.DA1", "GNBV", "GNBV.DA1", "GNBV.DA1.TDA1", "GNBV.DA5", "NTM", "NTM.ND02", "MTQG2635.HP1"];

pub(crate) const OWNERS: [&str; 3] = ["so-nn", "ubnd-huyen-110", "ubnd-xa-03618"];

/// Sources with the kinds of their books; the last four count in no rate.
pub(crate) const SOURCES: [(&str, &[Kind]); 9] = [
    ("CEN", &[Kind::Investment, Kind::Recurrent]),
    ("PRV", &[Kind::Investment, Kind::Recurrent]),
    ("COM", &[Kind::Recurrent]),
    ("DST", &[Kind::Investment]),
    ("ODA", &[Kind::Investment]),
    ("INT", &[Kind::Recurrent]),
    ("CCA", &[Kind::Recurrent]),
    ("CRE", &[Kind::Loan]),
    ("CLA", &[Kind::InKind]),
];

/// One step of a tale: numbers from which the next transfer is chosen among those that are possible.
type Step = [u16; 6];

/// Tales of up to sixty transfers over five years.
pub(crate) fn tales() -> impl Strategy<Value = Vec<Told>> {
    prop::collection::vec(any::<Step>(), 1..60).prop_map(|steps| tell(&steps))
}

fn pick<T: Clone>(choices: &[T], number: u16) -> T {
    choices[usize::from(number) % choices.len()].clone()
}

/// Every transfer moves money that is there.
fn tell(steps: &[Step]) -> Vec<Told> {
    let mut balances: BTreeMap<Account, i64> = BTreeMap::new();
    let mut tale: Vec<Told> = Vec::new();
    let mut today = date(2022, 2, 1);
    for (number, step) in (1..).zip(steps) {
        today = today.saturating_add(jiff::Span::new().days(i64::from(step[0] % 45)));
        let there: Vec<&Account> =
            balances.iter().filter(|(_, amount)| **amount > 0).map(|(account, _)| account).collect();
        let next = if there.is_empty() || step[1] % 4 == 0 {
            come_in(number, step, today)
        } else if step[1] % 4 == 1 && step[2] % 3 == 0 {
            reverse(number, step, &tale, &balances)
        } else {
            let from = pick(&there, step[2]).clone();
            go_on(number, step, &from, balances[&from])
        };
        let Some(next) = next else { continue };
        *balances.entry(next.from.as_ref().clone()).or_default() -= next.amount.dong();
        *balances.entry(next.to.as_ref().clone()).or_default() += next.amount.dong();
        let lag = if step[5] % 3 == 0 { i64::from(step[5] % 300) } else { 0 };
        tale.push(Told {
            effective: today,
            known: today.saturating_add(jiff::Span::new().days(lag)),
            area: "12".to_owned(),
            event: FundingEvent::Transferred(next),
        });
    }
    // The log is in the order of recording.
    tale.sort_by_key(|told| told.known);
    tale
}

/// From outside.
fn come_in(number: u64, step: &Step, today: Date) -> Option<Transferred> {
    let (source, kinds) = pick(&SOURCES, step[2]);
    let kind = pick(kinds, step[3]);
    let (movement, stage) = match source {
        "CRE" => (Movement::Lend, Stage::Paid),
        "CLA" | "CCA" => (Movement::Contribute, Stage::Paid),
        _ => (Movement::Assign, Stage::Assigned),
    };
    let to = Account {
        stage,
        programme: pick(&NODES, step[3] / 7).to_owned(),
        kind,
        source: source.to_owned(),
        vintage: today.year(),
        executing_year: today.year(),
        area: pick(&AREAS, step[4]).parse().expect("an area"),
        owner: pick(&OWNERS, step[4] / 11).to_owned(),
        item: None,
    };
    let amount = 1 + i64::from(step[5]) * 1_000;
    Some(transferred(number, movement, &at(Stage::Grantor, &to), &to, amount, None))
}

/// On its way, in part or whole.
fn go_on(number: u64, step: &Step, from: &Account, there: i64) -> Option<Transferred> {
    use Stage::{Advanced, Allocated, Assigned, Committed, Grantor, Paid, Returned, Settled};
    let ways: &[(Movement, Stage)] = match (from.kind, from.stage) {
        (Kind::Loan, Paid) => &[(Movement::RepayLoan, Returned), (Movement::HandOver, Paid)],
        (Kind::InKind, Paid) => &[(Movement::Settle, Settled), (Movement::HandOver, Paid)],
        (Kind::Loan | Kind::InKind, _) => &[],
        (_, Assigned) => &[
            (Movement::Allocate, Allocated),
            (Movement::Allocate, Allocated),
            (Movement::Cut, Grantor),
            (Movement::HandOver, Assigned),
            (Movement::CarryOver, Assigned),
            (Movement::Cancel, Returned),
        ],
        (_, Allocated) => &[
            (Movement::Commit, Committed),
            (Movement::HandOver, Allocated),
            (Movement::CarryOver, Allocated),
        ],
        (_, Committed) => &[
            (Movement::Advance, Advanced),
            (Movement::Pay, Paid),
            (Movement::Release, Allocated),
            (Movement::CarryOver, Committed),
            (Movement::Cancel, Returned),
        ],
        (_, Advanced) => {
            &[(Movement::Recover, Paid), (Movement::Refund, Returned), (Movement::HandOver, Advanced)]
        }
        (_, Paid) => &[(Movement::Settle, Settled), (Movement::Repay, Committed), (Movement::HandOver, Paid)],
        (_, Settled) => &[(Movement::Refund, Returned)],
        (_, Grantor | Returned) => &[],
    };
    if ways.is_empty() {
        return None;
    }
    let (movement, stage) = pick(ways, step[3]);
    let mut to = at(stage, from);
    match movement {
        Movement::HandOver => {
            to.area = pick(&AREAS, step[4]).parse().expect("an area");
            to.owner = pick(&OWNERS, step[4] / 11).to_owned();
        }
        Movement::CarryOver => to.executing_year += 1,
        Movement::Allocate => {
            to.item = Some(ItemId::from_uuid(Uuid::from_u128(0xe000_0000 + u128::from(step[4]))));
            if from.programme == "GNBV" {
                to.programme = pick(&["GNBV", "GNBV.DA1.TDA1", "GNBV.DA5"], step[4]).to_owned();
            }
        }
        _ => {}
    }
    let amount = if step[5].is_multiple_of(2) { there } else { 1 + i64::from(step[5]) * there / 70_000 };
    (to != *from).then(|| transferred(number, movement, from, &to, amount, None))
}

/// Undoes an earlier transfer where its money is still there.
fn reverse(
    number: u64,
    step: &Step,
    tale: &[Told],
    balances: &BTreeMap<Account, i64>,
) -> Option<Transferred> {
    let undone =
        |id: TransferId| tale.iter().filter_map(Told::transferred).any(|other| other.reversal_of == Some(id));
    let candidates: Vec<&Transferred> = tale
        .iter()
        .filter_map(Told::transferred)
        .filter(|earlier| earlier.reversal_of.is_none() && !undone(earlier.transfer))
        .filter(|earlier| balances.get(&earlier.to).is_some_and(|there| *there >= earlier.amount.dong()))
        .collect();
    if candidates.is_empty() {
        return None;
    }
    let Transferred { transfer, movement, from, to, amount, .. } = pick(&candidates, step[3]).clone();
    Some(transferred(number, movement, &to, &from, amount.dong(), Some(transfer)))
}
