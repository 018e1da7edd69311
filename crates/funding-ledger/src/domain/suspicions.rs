//! Rules that find what somebody must look at. A case accuses nobody and blocks nothing.

use super::{
    ClassSeen, ClassWanted, Context, Fault, Ledger, NewTransfer, Occurrence, Rejection, SeenClass, Stream,
    TransferMoney, Write,
    ledger::Support,
    movements::{LIVE_ON_ITEM, comes_from_outside},
};
use events::funding::{Account, CaseOpened, FundingEvent, Item, SupportDetailed};
use kernel::{AreaCode, CaseId, Date, HouseholdId, ItemId, PovertyClass};
use reference::SupportKind;
use std::collections::BTreeMap;

/// One household, one kind of support, several programmes.
pub const K01: &str = "K01";
/// A household that was not of an eligible class on the day of the decision.
pub const K03: &str = "K03";
/// Money on works above what was approved.
pub const K06: &str = "K06";

/// Whether a transfer brings money onto any item.
pub(super) fn details_items(command: &TransferMoney) -> bool {
    command.transfers.iter().any(|transfer| comes_onto(transfer).is_some())
}

/// Supports on which the command would detail money of a programme that has none on them: for those the class of the
/// household is to be read.
pub(super) fn classes_wanted(
    ledger: &Ledger,
    command: &TransferMoney,
    context: Context<'_>,
) -> Vec<ClassWanted> {
    let detailed = Detailed::of(ledger, command, context);
    let mut wanted: Vec<ClassWanted> = Vec::new();
    for Detailed { item, household, decided_on, .. } in detailed {
        if wanted.iter().all(|known| known.item != item) {
            wanted.push(ClassWanted { item, household, decided_on });
        }
    }
    wanted
}

/// What the transfers say about households' supports, and the cases that follow.
pub(super) fn raise(
    ledger: &Ledger,
    command: &TransferMoney,
    context: Context<'_>,
) -> Result<Vec<Write>, Vec<Fault>> {
    let mut raised = Raised { ledger, command, context, households: Vec::new(), cases: Vec::new() };
    for detailed in Detailed::of(ledger, command, context) {
        raised.detail(&detailed).map_err(|fault| vec![fault])?;
    }
    raised.works();
    let Raised { mut households, cases, .. } = raised;
    households.extend(cases);
    Ok(households)
}

/// Money of a programme comes onto a support that has none of it.
struct Detailed<'a> {
    index: usize,
    item: ItemId,
    household: HouseholdId,
    kind: &'a str,
    decided_on: Date,
    top_up: bool,
    programme: &'a str,
    effective: Date,
    area: &'a AreaCode,
}

impl<'a> Detailed<'a> {
    fn of(ledger: &'a Ledger, command: &'a TransferMoney, context: Context<'a>) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for (index, transfer) in command.transfers.iter().enumerate() {
            let Some(item) = comes_onto(transfer) else { continue };
            let Some(Item::Support { kind, household, decided_on, top_up, .. }) = ledger.parties().item(item)
            else {
                continue;
            };
            let Some(root) = context.reference.programmes.root(&transfer.to.programme) else { continue };
            let programme = root.code.as_str();
            let known = found.iter().any(|known| known.item == item && known.programme == programme);
            if known || live_on(ledger, item, programme, context) != 0 {
                continue;
            }
            found.push(Self {
                index,
                item,
                household: *household,
                kind,
                decided_on: *decided_on,
                top_up: top_up.is_some(),
                programme,
                effective: transfer.effective,
                area: &transfer.to.area.code,
            });
        }
        found
    }
}

/// The item that the transfer brings money onto.
fn comes_onto(transfer: &NewTransfer) -> Option<ItemId> {
    let NewTransfer { movement, from, to, .. } = transfer;
    to.item.filter(|_| from.item != to.item || comes_from_outside(*movement))
}

struct Raised<'a> {
    ledger: &'a Ledger,
    command: &'a TransferMoney,
    context: Context<'a>,
    households: Vec<Write>,
    cases: Vec<Write>,
}

impl<'a> Raised<'a> {
    /// The support is noted with its household, where the supports of all programmes meet: two processes that detail at one
    /// moment cannot miss each other.
    fn detail(&mut self, detailed: &Detailed<'a>) -> Result<(), Fault> {
        let Detailed { item, household, kind, programme, effective, area, .. } = *detailed;
        let Some(support_kind) = self.context.reference.funding.support_kind(kind) else { return Ok(()) };
        self.stacking(detailed, support_kind);
        self.eligibility(detailed, support_kind)?;
        let (kind, programme) = (kind.to_owned(), programme.to_owned());
        let event = FundingEvent::SupportDetailed(SupportDetailed { household, item, kind, programme });
        let fact = Occurrence { effective, area: area.clone(), event };
        let stream = Stream::Household(household);
        match self.households.iter_mut().find(|write| write.stream == stream) {
            Some(write) => write.facts.push(fact),
            None => {
                let version = self.ledger.parties().supports(household).len() as u64;
                self.households.push(Write { stream, version, facts: vec![fact] });
            }
        }
        Ok(())
    }

    /// K01: the household has a support of the kind under another programme, and nobody declared why.
    fn stacking(&mut self, detailed: &Detailed<'a>, kind: &SupportKind) {
        if kind.stackable || detailed.top_up {
            return;
        }
        let others = self.supports_beside(detailed);
        if others.is_empty() {
            return;
        }
        let mut lines = vec![format!("items/{}", detailed.item)];
        let mut amounts: BTreeMap<String, i128> = BTreeMap::new();
        amounts.insert(detailed.programme.to_owned(), self.brought_onto(detailed.item, detailed.programme));
        for (item, programme) in others {
            let line = format!("items/{item}");
            if !lines.contains(&line) {
                lines.push(line);
            }
            let amount =
                live_on(self.ledger, item, &programme, self.context) + self.brought_onto(item, &programme);
            *amounts.entry(programme).or_default() += amount;
        }
        lines.push(format!("households/{}", detailed.household));
        let mut inputs = BTreeMap::from([
            ("kind".to_owned(), kind.code.clone()),
            ("stackable".to_owned(), kind.stackable.to_string()),
        ]);
        inputs
            .extend(amounts.into_iter().map(|(root, amount)| (format!("amount.{root}"), amount.to_string())));
        self.open(K01, lines, inputs, !kind.provenance.verified(), detailed);
    }

    /// Supports of the same kind for the household under other programmes on which there is money, none of them declared a
    /// top-up; those that this request detailed before are among them.
    fn supports_beside(&self, detailed: &Detailed<'a>) -> Vec<(ItemId, String)> {
        let parties = self.ledger.parties();
        let noted = |write: &Write| -> Vec<Support> {
            let supports = write.facts.iter().filter_map(|fact| match &fact.event {
                FundingEvent::SupportDetailed(SupportDetailed { item, kind, programme, .. }) => {
                    Some(Support { item: *item, kind: kind.clone(), programme: programme.clone() })
                }
                _ => None,
            });
            supports.collect()
        };
        let here =
            self.households.iter().filter(|write| write.stream == Stream::Household(detailed.household));
        let here: Vec<Support> = here.flat_map(noted).collect();
        let known = parties.supports(detailed.household).iter();
        let with_money =
            known.filter(|support| live_on(self.ledger, support.item, &support.programme, self.context) != 0);
        let mut beside: Vec<(ItemId, String)> = Vec::new();
        for Support { item, kind, programme } in with_money.chain(&here) {
            let declared = matches!(parties.item(*item), Some(Item::Support { top_up: Some(_), .. }));
            let found = (*item, programme.clone());
            if kind == detailed.kind
                && programme != detailed.programme
                && !declared
                && !beside.contains(&found)
            {
                beside.push(found);
            }
        }
        beside
    }

    /// K03: the household was not of an eligible class on the day of the decision, as far as is known now.
    fn eligibility(&mut self, detailed: &Detailed<'a>, kind: &SupportKind) -> Result<(), Fault> {
        let line = format!("items/{}", detailed.item);
        let open_here = self.cases.iter().any(|write| is_about(write, K03, &line));
        if open_here || self.ledger.cases().about(&line, K03).next().is_some() {
            return Ok(());
        }
        let Some(seen) = self.command.classes.get(&detailed.item) else {
            let field = format!("transfers[{}].to.item", detailed.index);
            return Err(Fault::at(field, Rejection::ClassNotRead(detailed.household)));
        };
        if eligible(seen.now, &kind.eligible) {
            return Ok(());
        }
        let lines = vec![line, format!("households/{}", detailed.household)];
        let inputs = class_inputs(*seen, detailed.decided_on, kind, self.context.today);
        self.open(K03, lines, inputs, !kind.provenance.verified(), detailed);
        Ok(())
    }

    /// K06: the money on works, of all sources together, is above the approved total. Looked at whenever money of the works
    /// moves, so that what two processes brought at one moment is found by the next movement.
    fn works(&mut self) {
        let mut seen: Vec<ItemId> = Vec::new();
        for (index, transfer) in self.command.transfers.iter().enumerate() {
            let Some(item) = transfer.to.item.filter(|item| !seen.contains(item)) else { continue };
            seen.push(item);
            let Some(Item::Works { approved_total, .. }) = self.ledger.parties().item(item) else { continue };
            let sources = self.sources_on(item);
            let total: i128 = sources.values().sum();
            let line = format!("items/{item}");
            if total <= i128::from(approved_total.dong()) || self.known_to_exceed(&line, total) {
                continue;
            }
            let mut inputs = BTreeMap::from([
                ("approved_total".to_owned(), approved_total.dong().to_string()),
                ("total".to_owned(), total.to_string()),
            ]);
            inputs.extend(sources.into_iter().map(|(code, sum)| (format!("source.{code}"), sum.to_string())));
            let lines = vec![line, format!("transfers/{}", transfer.transfer)];
            let (effective, area) = (transfer.effective, &self.command.transfers[index].to.area.code);
            self.open_case(K06, lines, inputs, false, effective, area);
        }
    }

    /// Whether a case about it is open, or was settled when there was as much.
    fn known_to_exceed(&self, line: &str, total: i128) -> bool {
        let seen = |inputs: &BTreeMap<String, String>| {
            inputs.get("total").and_then(|total| total.parse::<i128>().ok()).unwrap_or_default()
        };
        self.ledger
            .cases()
            .about(line, K06)
            .any(|case| case.settled.is_none() || seen(&case.opened.inputs) >= total)
    }

    /// What stands on the item after the request, by source.
    fn sources_on(&self, item: ItemId) -> BTreeMap<String, i128> {
        let mut sources: BTreeMap<String, i128> = BTreeMap::new();
        for book in self.ledger.accounts().of_item(item).filter(|book| live(&book.account, item)) {
            *sources.entry(book.account.source.clone()).or_default() += book.total();
        }
        for NewTransfer { from, to, amount, .. } in &self.command.transfers {
            let amount = i128::from(amount.dong());
            if live(from, item) {
                *sources.entry(from.source.clone()).or_default() -= amount;
            }
            if live(to, item) {
                *sources.entry(to.source.clone()).or_default() += amount;
            }
        }
        sources.retain(|_, sum| *sum != 0);
        sources
    }

    /// What the request brings onto the item for the programme.
    fn brought_onto(&self, item: ItemId, programme: &str) -> i128 {
        let programmes = &self.context.reference.programmes;
        let brings = |transfer: &&NewTransfer| {
            comes_onto(transfer) == Some(item) && programmes.is_within(&transfer.to.programme, programme)
        };
        let amounts = self.command.transfers.iter().filter(brings);
        amounts.map(|transfer| i128::from(transfer.amount.dong())).sum()
    }

    fn open(
        &mut self,
        rule: &str,
        lines: Vec<String>,
        inputs: BTreeMap<String, String>,
        provisional: bool,
        detailed: &Detailed<'_>,
    ) {
        self.open_case(rule, lines, inputs, provisional, detailed.effective, detailed.area);
    }

    fn open_case(
        &mut self,
        rule: &str,
        lines: Vec<String>,
        mut inputs: BTreeMap<String, String>,
        provisional: bool,
        effective: Date,
        area: &AreaCode,
    ) {
        inputs.insert("rule_version".to_owned(), "1".to_owned());
        let case = CaseId::from_uuid(self.command.request.derive("case", self.cases.len()));
        let opened = CaseOpened { case, rule: rule.to_owned(), lines, inputs, provisional };
        let event = FundingEvent::CaseOpened(opened);
        let fact = Occurrence { effective, area: area.clone(), event };
        self.cases.push(Write { stream: Stream::Case(case), version: 0, facts: vec![fact] });
    }
}

fn is_about(write: &Write, rule: &str, line: &str) -> bool {
    write.facts.iter().any(|fact| match &fact.event {
        FundingEvent::CaseOpened(case) => case.rule == rule && case.lines.iter().any(|known| known == line),
        _ => false,
    })
}

/// Whether money of the account stands on the item and has not gone back.
fn live(account: &Account, item: ItemId) -> bool {
    account.item == Some(item) && LIVE_ON_ITEM.contains(&account.stage)
}

/// What stands on the item, of one programme.
fn live_on(ledger: &Ledger, item: ItemId, programme: &str, context: Context<'_>) -> i128 {
    let programmes = &context.reference.programmes;
    let books = ledger.accounts().of_item(item).filter(|book| live(&book.account, item));
    let within = books.filter(|book| programmes.is_within(&book.account.programme, programme));
    within.map(|book| book.total()).sum()
}

fn eligible(class: SeenClass, classes: &[PovertyClass]) -> bool {
    let class = match class {
        SeenClass::Poor => PovertyClass::Poor,
        SeenClass::NearPoor => PovertyClass::NearPoor,
        SeenClass::NotPoor => PovertyClass::NotPoor,
        SeenClass::NotReviewed | SeenClass::NotRegistered => return false,
    };
    classes.contains(&class)
}

fn class_inputs(
    seen: ClassSeen,
    decided_on: Date,
    kind: &SupportKind,
    today: Date,
) -> BTreeMap<String, String> {
    let eligible: Vec<&str> = kind.eligible.iter().map(|&class| poverty_class_name(class)).collect();
    let inputs = [
        ("kind", kind.code.clone()),
        ("decided_on", decided_on.to_string()),
        ("class_known_then", class_name(seen.then).to_owned()),
        ("class_known_now", class_name(seen.now).to_owned()),
        ("known_now", today.to_string()),
        ("eligible", eligible.join(",")),
        ("poverty_position", seen.position.to_string()),
    ];
    inputs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

const fn class_name(class: SeenClass) -> &'static str {
    match class {
        SeenClass::Poor => "POOR",
        SeenClass::NearPoor => "NEAR_POOR",
        SeenClass::NotPoor => "NOT_POOR",
        SeenClass::NotReviewed => "NOT_REVIEWED",
        SeenClass::NotRegistered => "NOT_REGISTERED",
    }
}

const fn poverty_class_name(class: PovertyClass) -> &'static str {
    match class {
        PovertyClass::Poor => "POOR",
        PovertyClass::NearPoor => "NEAR_POOR",
        PovertyClass::NotPoor => "NOT_POOR",
    }
}
