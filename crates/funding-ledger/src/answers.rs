//! Writes answers: the domain's values as the messages of the API.

use crate::{
    CONTEXT,
    domain::{
        Ledger,
        ledger::{Case, Owner, Settled, TransferRecord},
        movements::kind_name,
    },
    questions, refusals,
};
use api::{funding, types};
use decider::{Accepted, Fact};
use event_log::Appended;
use events::funding::{
    Account, CaseOpened, CaseOutcome, FundingEvent, Item, Movement, Stage, Transferred, Valuation,
};
use kernel::{AreaKey, Date, ItemId, Ratio};
use reference::{Area, AreaKind, Reference};
use service::{
    Refusal,
    request::{Etag, decision_to_proto},
};
use std::collections::HashMap;

/// What a write did.
pub(crate) fn receipt(recorded: Appended) -> types::WriteReceipt {
    service::request::receipt(CONTEXT, recorded)
}

/// The transfers of a command with the balances right after them. The ledger is caught up with them.
pub(crate) fn transfers(
    accepted: &Accepted<FundingEvent>,
    ledger: &Ledger,
    reference: &Reference,
) -> Result<funding::TransferResponse, Refusal> {
    let full = |event: &Transferred, fact: &Fact<FundingEvent>, summary| funding::Transfer {
        from: Some(account(&event.from)),
        to: Some(account(&event.to)),
        decision: Some(decision_to_proto(&event.decision)),
        evidence: event.evidence.clone().unwrap_or_default(),
        valuation: event.valuation.as_ref().map(valuation),
        extension: event.extension.as_ref().map(decision_to_proto),
        reason: event.reason.clone().unwrap_or_default(),
        reversal_of: event.reversal_of.map(transfer_name).unwrap_or_default(),
        actor: fact.actor.to_string(),
        ..summary
    };
    let balances = balances_after(&accepted.facts, ledger)?;
    Ok(funding::TransferResponse { balances, ..response(accepted, reference, full) })
}

/// The same with names, amounts, days and positions alone: answers to bulk stay small.
pub(crate) fn transfers_in_short(
    accepted: &Accepted<FundingEvent>,
    reference: &Reference,
) -> funding::TransferResponse {
    response(accepted, reference, |_, _, summary| summary)
}

fn response(
    accepted: &Accepted<FundingEvent>,
    reference: &Reference,
    complete: impl Fn(&Transferred, &Fact<FundingEvent>, funding::Transfer) -> funding::Transfer,
) -> funding::TransferResponse {
    let receipt = accepted.recorded.map(receipt);
    let transfers = accepted.facts.iter().filter_map(|fact| match &fact.event {
        FundingEvent::Transferred(event) => {
            // What is only validated stands nowhere yet; what is recorded together has one time.
            let recorded = receipt.as_ref().map(|receipt| (receipt.recorded_at.clone(), fact.position));
            let (recorded_at, position) = recorded.unwrap_or_default();
            let summary = funding::Transfer {
                name: transfer_name(event.transfer),
                movement: movement(event.movement).into(),
                amount: event.amount.dong(),
                effective_date: fact.effective.to_string(),
                recorded_at,
                position,
                ..funding::Transfer::default()
            };
            Some(complete(event, fact, summary))
        }
        _ => None,
    });
    funding::TransferResponse {
        transfers: transfers.collect(),
        balances: Vec::new(),
        cases: opened_cases(accepted, reference),
        receipt,
        remaining: 0,
    }
}

/// The cases that the command opened, as they were then.
pub(crate) fn opened_cases(accepted: &Accepted<FundingEvent>, reference: &Reference) -> Vec<funding::Case> {
    let cases = accepted.facts.iter().filter_map(|fact| match &fact.event {
        FundingEvent::CaseOpened(opened) => Some(case_of(opened, fact.effective, None, reference)),
        _ => None,
    });
    cases.collect()
}

/// A case as it stands.
pub(crate) fn case(case: &Case, reference: &Reference) -> funding::Case {
    case_of(&case.opened, case.opened_on, case.settled.as_ref(), reference)
}

/// A case that is or was settled so.
pub(crate) fn case_of(
    opened: &CaseOpened,
    opened_on: Date,
    settled: Option<&Settled>,
    reference: &Reference,
) -> funding::Case {
    let (question_vi, question) = questions::asked(&opened.rule);
    let version = if settled.is_some() { 2 } else { 1 };
    funding::Case {
        name: format!("cases/{}", opened.case),
        rule: opened.rule.clone(),
        question_vi,
        question,
        lines: opened.lines.clone(),
        inputs: opened.inputs.clone().into_iter().collect(),
        provisional: questions::caveats(opened, reference),
        opened_on: opened_on.to_string(),
        outcome: settled.map_or(funding::CaseOutcome::Unspecified, |settled| outcome(settled.outcome)).into(),
        settled_on: settled.map(|settled| settled.on.to_string()).unwrap_or_default(),
        settled_by: settled.map(|settled| settled.by.clone()).unwrap_or_default(),
        explanation: settled.map(|settled| settled.explanation.clone()).unwrap_or_default(),
        document: settled.and_then(|settled| settled.document.clone()).unwrap_or_default(),
        etag: Etag::of(version).to_string(),
    }
}

/// A transfer as it was recorded.
pub(crate) fn transfer_of_record(record: &TransferRecord, ledger: &Ledger) -> funding::Transfer {
    let (accounts, transfers) = (ledger.accounts(), ledger.transfers());
    let other = |number: Option<u32>| {
        number.map(|number| transfer_name(transfers.get(number).transfer)).unwrap_or_default()
    };
    let details = record.details.as_deref();
    funding::Transfer {
        name: transfer_name(record.transfer),
        movement: movement(record.movement).into(),
        from: Some(account(&accounts.get(record.from).account)),
        to: Some(account(&accounts.get(record.to).account)),
        amount: record.amount.dong(),
        effective_date: record.effective.to_string(),
        recorded_at: record.recorded_at.to_string(),
        decision: Some(decision_to_proto(transfers.decision(record))),
        evidence: details.and_then(|details| details.evidence.clone()).unwrap_or_default(),
        valuation: details.and_then(|details| details.valuation.as_ref()).map(valuation),
        extension: details.and_then(|details| details.extension.as_ref()).map(decision_to_proto),
        reason: details.and_then(|details| details.reason.clone()).unwrap_or_default(),
        reversal_of: other(record.reversal_of),
        reversed_by: other(record.reversed_by),
        actor: transfers.actor(record).to_string(),
        position: record.position,
        balance_before: None,
        balance_after: None,
    }
}

/// An account.
pub(crate) fn account(account: &Account) -> funding::Account {
    funding::Account {
        stage: stage(account.stage).into(),
        programme: account.programme.clone(),
        kind: kind_name(account.kind).to_owned(),
        source: account.source.clone(),
        vintage: account.vintage.into(),
        executing_year: account.executing_year.into(),
        area: format!("areas/{}", account.area),
        owner: format!("owners/{}", account.owner),
        item: account.item.map(item_name).unwrap_or_default(),
    }
}

/// An owner.
pub(crate) fn owner(code: &str, owner: &Owner, reference: &Reference) -> funding::Owner {
    funding::Owner {
        name: format!("owners/{code}"),
        display_name: owner.name.clone(),
        area: Some(area(&owner.area, reference)),
        valid_from: owner.from.to_string(),
        valid_to: owner.period().to.map(|day| day.to_string()).unwrap_or_default(),
        successor: owner.successor.as_ref().map(|(code, _)| format!("owners/{code}")).unwrap_or_default(),
    }
}

/// Works or a support.
pub(crate) fn item(item: ItemId, what: &Item) -> funding::Item {
    let what = match what {
        Item::Works { name, area, asset_type, approved_total } => {
            funding::item::What::Works(funding::Works {
                display_name: name.clone(),
                area: format!("areas/{area}"),
                asset_type: asset_type.clone(),
                approved_total: approved_total.dong(),
            })
        }
        Item::Support { kind, household, decided_on, quantity, unit, top_up } => {
            funding::item::What::Support(funding::Support {
                kind: kind.clone(),
                household: format!("households/{household}"),
                decided_on: decided_on.to_string(),
                quantity: *quantity,
                unit: unit.clone(),
                top_up: top_up.clone().unwrap_or_default(),
            })
        }
    };
    funding::Item { name: item_name(item), what: Some(what) }
}

/// Đồng as the API counts them.
pub(crate) fn dong(sum: i128) -> Result<i64, Refusal> {
    i64::try_from(sum).map_err(|_| refusals::sum_too_large(sum))
}

/// `items/<uuid>`
pub(crate) fn item_name(item: ItemId) -> String {
    format!("items/{item}")
}

/// The stage as the API numbers it.
pub(crate) const fn stage(stage: Stage) -> funding::Stage {
    match stage {
        Stage::Grantor => funding::Stage::Grantor,
        Stage::Assigned => funding::Stage::Assigned,
        Stage::Allocated => funding::Stage::Allocated,
        Stage::Committed => funding::Stage::Committed,
        Stage::Advanced => funding::Stage::Advanced,
        Stage::Paid => funding::Stage::Paid,
        Stage::Settled => funding::Stage::Settled,
        Stage::Returned => funding::Stage::Returned,
    }
}

fn transfer_name(transfer: kernel::TransferId) -> String {
    format!("transfers/{transfer}")
}

/// What stands on each account right after the facts, whatever was recorded since.
fn balances_after(
    facts: &[Fact<FundingEvent>],
    ledger: &Ledger,
) -> Result<Vec<funding::AccountBalance>, Refusal> {
    let mut accounts: Vec<(&Account, i128)> = Vec::new();
    let mut places: HashMap<&Account, usize> = HashMap::new();
    let Some(first) = facts.first().map(|fact| fact.position) else { return Ok(Vec::new()) };
    for fact in facts {
        let FundingEvent::Transferred(event) = &fact.event else { continue };
        let amount = i128::from(event.amount.dong());
        for (account, change) in [(&event.from, -amount), (&event.to, amount)] {
            let place = *places.entry(account).or_insert_with(|| {
                accounts.push((account, balance_before(account, first, ledger)));
                accounts.len() - 1
            });
            accounts[place].1 += change;
        }
    }
    let balance = |(of, sum): (&Account, i128)| {
        Ok(funding::AccountBalance { account: Some(account(of)), amount: dong(sum)? })
    };
    accounts.into_iter().map(balance).collect()
}

/// What stood on the account, on the latest day, before that position of the log.
fn balance_before(account: &Account, position: u64, ledger: &Ledger) -> i128 {
    let Some(id) = ledger.accounts().find(account) else { return 0 };
    let book = ledger.accounts().get(id);
    let since = book
        .entries()
        .iter()
        .rev()
        .take_while(|entry| ledger.transfers().get(entry.transfer).position >= position);
    book.total() - since.map(|entry| i128::from(entry.change)).sum::<i128>()
}

fn valuation(valuation: &Valuation) -> funding::Valuation {
    funding::Valuation {
        quantity: exact_decimal(valuation.quantity),
        unit: valuation.unit.clone(),
        unit_price: valuation.unit_price.dong(),
        price_basis: valuation.price_basis.clone(),
        valuer: valuation.valuer.clone(),
        valued_on: valuation.valued_on.to_string(),
    }
}

/// With as many decimals as the number has; what has no end is written as a fraction.
fn exact_decimal(number: Ratio) -> String {
    let ends = |decimals: &u32| 10_i64.pow(*decimals) % number.denominator() == 0;
    (0..=15).find(ends).map_or_else(|| number.to_string(), |decimals| number.decimal(decimals))
}

const fn movement(movement: Movement) -> funding::Movement {
    match movement {
        Movement::Assign => funding::Movement::Assign,
        Movement::Cut => funding::Movement::Cut,
        Movement::HandOver => funding::Movement::HandOver,
        Movement::Allocate => funding::Movement::Allocate,
        Movement::Commit => funding::Movement::Commit,
        Movement::Release => funding::Movement::Release,
        Movement::Advance => funding::Movement::Advance,
        Movement::Pay => funding::Movement::Pay,
        Movement::Recover => funding::Movement::Recover,
        Movement::Repay => funding::Movement::Repay,
        Movement::Refund => funding::Movement::Refund,
        Movement::Settle => funding::Movement::Settle,
        Movement::CarryOver => funding::Movement::CarryOver,
        Movement::Cancel => funding::Movement::Cancel,
        Movement::Contribute => funding::Movement::Contribute,
        Movement::Lend => funding::Movement::Lend,
        Movement::RepayLoan => funding::Movement::RepayLoan,
    }
}

const fn outcome(outcome: CaseOutcome) -> funding::CaseOutcome {
    match outcome {
        CaseOutcome::Explained => funding::CaseOutcome::Explained,
        CaseOutcome::Corrected => funding::CaseOutcome::Corrected,
        CaseOutcome::Recovered => funding::CaseOutcome::Recovered,
        CaseOutcome::Referred => funding::CaseOutcome::Referred,
        CaseOutcome::RuleWrong => funding::CaseOutcome::RuleWrong,
    }
}

fn area(key: &AreaKey, reference: &Reference) -> types::Area {
    let known = reference.areas.get(key);
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    types::Area {
        name: format!("areas/{key}"),
        code: key.code.to_string(),
        display_name: known.map(Area::display_name).unwrap_or_default(),
        kind: known.map_or(types::AreaKind::Unspecified, |area| area_kind(area.kind)).into(),
        valid_from: day(known.and_then(Area::valid_from)),
        valid_to: day(known.and_then(|area| area.valid_to)),
    }
}

const fn area_kind(kind: AreaKind) -> types::AreaKind {
    match kind {
        AreaKind::Province => types::AreaKind::Province,
        AreaKind::ProvincialCity => types::AreaKind::ProvincialCity,
        AreaKind::District => types::AreaKind::District,
        AreaKind::Commune => types::AreaKind::Commune,
        AreaKind::Township => types::AreaKind::Township,
        AreaKind::Ward => types::AreaKind::Ward,
        AreaKind::Village => types::AreaKind::Village,
    }
}
