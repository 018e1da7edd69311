//! The rule book: given these facts, when this is asked, then this follows.
#![allow(clippy::needless_pass_by_value, reason = "cases read best as given(..).when(command)")]

mod any_sequence;
mod bad_input;
mod balances;
mod chain;
mod parties;
mod reversals;
mod suspicions;

use super::{movements::target, *};
use events::funding::{Account, Decision, FundingEvent, Item, Kind, Movement, Stage, Transferred, Valuation};
use kernel::{AreaKey, CaseId, Date, HouseholdId, ItemId, Money, RequestId, Timestamp, TransferId, date};
use reference::Reference;
use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};
use uuid::Uuid;

static REFERENCE: LazyLock<Reference> =
    LazyLock::new(|| Reference::embedded().unwrap_or_else(|errors| panic!("{errors}")));

/// The present day of all cases.
const TODAY: Date = date(2025, 11, 23);

const PROVINCE: &str = "12@0001-01-01";
/// Than Uyên, until 2025-06-30.
const DISTRICT: &str = "110@0001-01-01";
/// Xã Phúc Than, until 2025-06-30.
const COMMUNE_BEFORE: &str = "03618@0001-01-01";
/// Xã Mường Than, made of Phúc Than and Mường Mít.
const COMMUNE_SINCE: &str = "03618@2025-07-01";

/// Works for the province.
const FINANCE: &str = "so-tai-chinh";
/// Works for the district until it ended; the commune named then follows.
const DISTRICT_OFFICE: &str = "ubnd-huyen-110";
/// Works for the old commune.
const COMMUNE_OFFICE: &str = "ubnd-xa-03618-cu";
/// Works for the merged commune.
const MERGED_OFFICE: &str = "ubnd-xa-03618";

const WORKS: u128 = 71;
const HOUSE: u128 = 72;
const SECOND_HOUSE: u128 = 73;
const HOUSEHOLD: u128 = 90;

/// What is known, and how it came to be.
struct Case {
    ledger: Ledger,
    facts: Vec<(String, FundingEvent, Date)>,
    requests: u128,
}

fn given_nothing() -> Case {
    Case { ledger: Ledger::default(), facts: Vec::new(), requests: 0 }
}

/// Owners at each level, works approved at 100 and two houses for one household.
fn given_parties() -> Case {
    let mut case = given_nothing();
    for (owner, area, since) in [
        (FINANCE, PROVINCE, date(2020, 1, 1)),
        (DISTRICT_OFFICE, DISTRICT, date(2020, 1, 1)),
        (COMMUNE_OFFICE, COMMUNE_BEFORE, date(2020, 1, 1)),
        (MERGED_OFFICE, COMMUNE_SINCE, date(2025, 7, 1)),
    ] {
        case = case.and(register(owner, area, since));
    }
    case.and(works(WORKS, 100)).and(house(HOUSE, None)).and(house(SECOND_HOUSE, None))
}

/// The parties, and 1,000 đồng of GNBV.DA5 for 2024 assigned to the province.
fn given_money() -> Case {
    given_parties().and(transfer(vec![assign(1_000)]))
}

impl Case {
    fn decide(&self, command: &Command) -> Result<Decided, Vec<Fault>> {
        decide(&self.ledger, command, CONTEXT())
    }

    fn and(mut self, command: Command) -> Self {
        self.record(&command).unwrap_or_else(|faults| panic!("not lawful: {faults:?}"));
        self
    }

    /// Records what follows, and looks at what every fact must leave true.
    fn record(&mut self, command: &Command) -> Result<Vec<FundingEvent>, Vec<Fault>> {
        let decided = self.decide(command)?;
        self.requests += 1;
        let mut events = Vec::new();
        for write in decided.writes {
            let stream = write.stream.to_string();
            let version = self.facts.iter().filter(|(known, ..)| *known == stream).count();
            assert_eq!(write.version, version as u64, "the version of {stream} is known");
            for fact in write.facts {
                self.apply(&stream, &fact.event, fact.effective);
                events.push(fact.event);
            }
        }
        Ok(events)
    }

    fn apply(&mut self, stream: &str, event: &FundingEvent, effective: Date) {
        let about = about(self.facts.len() as u64 + 1, effective);
        self.ledger.apply(stream, event, about).unwrap();
        self.facts.push((stream.to_owned(), event.clone(), effective));
    }

    /// The facts that follow.
    #[track_caller]
    fn when(mut self, command: Command) -> Vec<FundingEvent> {
        self.record(&command).unwrap_or_else(|faults| panic!("should be accepted: {faults:?}"))
    }

    /// What is wrong with it.
    #[track_caller]
    fn refuses(&self, command: Command) -> Vec<(String, Rejection)> {
        let faults = self.decide(&command).expect_err("should be refused");
        faults.into_iter().map(|fault| (fault.field, fault.rejection)).collect()
    }

    fn on(&self, account: &Account, day: Date) -> i128 {
        let horizon = Horizon { as_at: day, known_on: None };
        self.ledger.accounts().find(account).map_or(0, |id| self.ledger.accounts().get(id).balance(horizon))
    }

    /// What stands at a stage over all accounts.
    fn at_stage(&self, stage: Stage) -> i128 {
        self.ledger
            .accounts()
            .all()
            .filter(|(_, book)| book.account.stage == stage)
            .map(|(_, book)| book.total())
            .sum()
    }
}

#[allow(non_snake_case, reason = "stands for a constant that needs the packs")]
fn CONTEXT() -> Context<'static> {
    Context { reference: &REFERENCE, today: TODAY }
}

/// Each fact is recorded on the day after the one before it.
fn about(position: u64, effective: Date) -> About<'static> {
    let recorded_at =
        Timestamp::from_micros(1_600_000_000_000_000 + position as i64 * 86_400_000_000).unwrap();
    About { position, effective, recorded_at, document: None, actor: "tester" }
}

fn area(key: &str) -> AreaKey {
    key.parse().unwrap()
}

fn item(number: u128) -> ItemId {
    ItemId::from_uuid(Uuid::from_u128(number))
}

fn request(number: u128) -> RequestId {
    RequestId::from_uuid(Uuid::from_u128(number << 64 | 0x7000 << 64 | number))
}

fn decision() -> Decision {
    Decision {
        number: "1487/QĐ-UBND".to_owned(),
        signed_on: date(2024, 1, 2),
        issuer: "UBND tỉnh Lai Châu".to_owned(),
        sha256: None,
    }
}

fn register(owner: &str, key: &str, since: Date) -> Command {
    Command::RegisterOwner(RegisterOwner {
        owner: owner.to_owned(),
        name: format!("Đơn vị {owner}"),
        area: area(key),
        effective: since,
    })
}

fn succeed(owner: &str, successor: &str, since: Date) -> Command {
    let (owner, successor) = (owner.to_owned(), successor.to_owned());
    Command::NameSuccessor(NameSuccessor { owner, successor, effective: since, decision: decision() })
}

fn works(number: u128, approved: i64) -> Command {
    Command::RegisterItem(RegisterItem {
        item: item(number),
        what: Item::Works {
            name: "Đường bản Nậm Vai".to_owned(),
            area: area(COMMUNE_BEFORE),
            asset_type: "road".to_owned(),
            approved_total: Money::from_dong(approved),
        },
        effective: date(2024, 1, 5),
    })
}

fn house(number: u128, top_up: Option<&str>) -> Command {
    Command::RegisterItem(RegisterItem {
        item: item(number),
        what: Item::Support {
            kind: "housing".to_owned(),
            household: HouseholdId::from_uuid(Uuid::from_u128(HOUSEHOLD)),
            decided_on: date(2024, 3, 1),
            quantity: 1,
            unit: "nhà".to_owned(),
            top_up: top_up.map(str::to_owned),
        },
        effective: date(2024, 3, 1),
    })
}

/// Recurrent central money of GNBV.DA5 for 2024, held by the province's finance department.
fn at(stage: Stage) -> Account {
    Account {
        stage,
        programme: "GNBV.DA5".to_owned(),
        kind: Kind::Recurrent,
        source: "CEN".to_owned(),
        vintage: 2024,
        executing_year: 2024,
        area: area(PROVINCE),
        owner: FINANCE.to_owned(),
        item: None,
    }
}

/// The same on an item.
fn on(stage: Stage, number: u128) -> Account {
    Account { item: Some(item(number)), ..at(stage) }
}

fn held_by(account: Account, owner: &str, key: &str) -> Account {
    Account { owner: owner.to_owned(), area: area(key), ..account }
}

/// A transfer on 2024-06-01, to the same account one stage on.
fn moving(movement: Movement, from: Account, amount: i64) -> NewTransfer {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let stage = target(movement, from.stage).unwrap_or(from.stage);
    NewTransfer {
        transfer: TransferId::from_uuid(Uuid::from_u128(1_000_000 + u128::from(number))),
        movement,
        to: Arc::new(Account { stage, ..from.clone() }),
        from: Arc::new(from),
        amount: Money::from_dong(amount),
        effective: date(2024, 6, 1),
        evidence: None,
        valuation: None,
        extension: None,
    }
}

fn assign(amount: i64) -> NewTransfer {
    moving(Movement::Assign, at(Stage::Grantor), amount)
}

fn allocate(number: u128, amount: i64) -> NewTransfer {
    moving(Movement::Allocate, at(Stage::Assigned), amount).detailed_on(number)
}

impl NewTransfer {
    fn detailed_on(mut self, number: u128) -> Self {
        self.taker().item = Some(item(number));
        self
    }

    fn dated(mut self, day: Date) -> Self {
        self.effective = day;
        self
    }

    fn to(mut self, change: impl FnOnce(&mut Account)) -> Self {
        change(self.taker());
        self
    }

    fn giver(&mut self) -> &mut Account {
        Arc::make_mut(&mut self.from)
    }

    fn taker(&mut self) -> &mut Account {
        Arc::make_mut(&mut self.to)
    }

    fn both(&mut self, change: impl Fn(&mut Account)) {
        change(self.giver());
        change(self.taker());
    }
}

/// Every household is poor, then and now.
fn transfer(transfers: Vec<NewTransfer>) -> Command {
    transfer_seeing(transfers, SeenClass::Poor, SeenClass::Poor)
}

fn transfer_seeing(transfers: Vec<NewTransfer>, then: SeenClass, now: SeenClass) -> Command {
    let items = transfers.iter().filter_map(|transfer| transfer.to.item);
    let classes = items.map(|item| (item, ClassSeen { then, now, position: 7 })).collect();
    let number = transfers.first().map_or(0, |transfer| transfer.transfer.uuid().as_u128());
    Command::Transfer(TransferMoney {
        request: request(number),
        transfers,
        decision: Arc::new(decision()),
        classes,
    })
}

fn reverse(number: u128, reversal_of: TransferId, effective: Date) -> Command {
    Command::Reverse(ReverseTransfer {
        transfer: TransferId::from_uuid(Uuid::from_u128(number)),
        reversal_of,
        effective,
        reason: "ghi nhầm".to_owned(),
    })
}

fn hand_over_all(owner: &str, effective: Date) -> Command {
    Command::HandOver(HandOver {
        request: request(555),
        owner: owner.to_owned(),
        decision: Arc::new(decision()),
        effective,
    })
}

fn transferred(events: &[FundingEvent]) -> Vec<&Transferred> {
    let transfers = events.iter().filter_map(|event| match event {
        FundingEvent::Transferred(event) => Some(event),
        _ => None,
    });
    transfers.collect()
}

fn opened(events: &[FundingEvent]) -> Vec<&events::funding::CaseOpened> {
    let cases = events.iter().filter_map(|event| match event {
        FundingEvent::CaseOpened(event) => Some(event),
        _ => None,
    });
    cases.collect()
}
