//! What follows from a command.

use super::{
    ClassWanted, Command, Fault, Ledger, Rejection, ReverseTransfer, SettleCase, TransferMoney,
    book::{self, Posting},
    checks, hand_over, parties, suspicions,
};
use events::funding::{CaseSettled, FundingEvent, Transferred};
use kernel::{AreaCode, CaseId, Date, HouseholdId, ItemId};
use reference::Reference;
use std::{fmt, ops::RangeInclusive, sync::Arc};
use uuid::Uuid;

/// What every decision may look at beside the ledger.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Areas, programmes and rules of money.
    pub reference: &'a Reference,
    /// The present day in Việt Nam.
    pub today: Date,
}

/// What follows from a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decided {
    /// At least one, each to another stream.
    pub writes: Vec<Write>,
    /// Streams that were read and must not have changed, with their versions.
    pub unchanged: Vec<(Stream, u64)>,
}

/// Facts for one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The stream.
    pub stream: Stream,
    /// At which it is known.
    pub version: u64,
    /// In order.
    pub facts: Vec<Occurrence>,
}

/// A fact, the day from which it counts, and the area for routing on the bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The day from which it counts.
    pub effective: Date,
    /// For routing.
    pub area: AreaCode,
    /// What happened.
    pub event: FundingEvent,
}

/// A stream of the ledger's log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Stream {
    /// Transfers that one account guards, by its key.
    Account(Uuid),
    /// An owner, by code.
    Owner(String),
    /// Works or a support.
    Item(ItemId),
    /// The supports of a household.
    Household(HouseholdId),
    /// A case.
    Case(CaseId),
}

impl Stream {
    /// Whether it is called so.
    pub(super) fn is(&self, name: &str) -> bool {
        if let Self::Account(key) = self {
            let mut buffer = Uuid::encode_buffer();
            return name.strip_prefix("account/") == Some(key.hyphenated().encode_lower(&mut buffer));
        }
        name == self.to_string()
    }
}

/// As the log calls it.
impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(key) => write!(f, "account/{key}"),
            Self::Owner(code) => write!(f, "owner/{code}"),
            Self::Item(item) => write!(f, "item/{item}"),
            Self::Household(household) => write!(f, "household/{household}"),
            Self::Case(case) => write!(f, "case/{case}"),
        }
    }
}

/// The facts that follow from the command, or everything that is wrong with it.
pub fn decide(ledger: &Ledger, command: &Command, context: Context<'_>) -> Result<Decided, Vec<Fault>> {
    match command {
        Command::RegisterOwner(command) => parties::register_owner(ledger, command, context),
        Command::NameSuccessor(command) => parties::name_successor(ledger, command, context),
        Command::RegisterItem(command) => parties::register_item(ledger, command, context),
        Command::Transfer(command) => transfer(ledger, command, context),
        Command::Reverse(command) => reverse(ledger, command, context),
        Command::HandOver(command) => hand_over::hand_over(ledger, command, context),
        Command::SettleCase(command) => settle(ledger, command, context),
    }
}

/// Where the effect of the command stands already, by another request: a transfer is undone once, however often somebody
/// asks.
pub fn recorded(ledger: &Ledger, command: &Command) -> Option<RangeInclusive<u64>> {
    let Command::Reverse(ReverseTransfer { reversal_of, .. }) = command else { return None };
    let transfers = ledger.transfers();
    let reversed_by = transfers.get(transfers.find(*reversal_of)?).reversed_by?;
    let position = transfers.get(reversed_by).position;
    Some(position..=position)
}

/// Whether the command may bring money onto a support: otherwise [`classes_wanted`] has nothing to say.
pub fn details_items(command: &Command) -> bool {
    match command {
        Command::Transfer(command) => suspicions::details_items(command),
        _ => false,
    }
}

/// Supports on which the command would detail money of a programme that has none on them.
pub fn classes_wanted(ledger: &Ledger, command: &Command, context: Context<'_>) -> Vec<ClassWanted> {
    let Command::Transfer(command) = command else { return Vec::new() };
    suspicions::classes_wanted(ledger, command, context)
}

fn transfer(ledger: &Ledger, command: &TransferMoney, context: Context<'_>) -> Result<Decided, Vec<Fault>> {
    let mut faults: Vec<Fault> =
        checks::decision("decision", &command.decision, context).err().into_iter().collect();
    for (index, transfer) in command.transfers.iter().enumerate() {
        faults.extend(checks::transfer(ledger, transfer, index, context).err());
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let postings = command
        .transfers
        .iter()
        .enumerate()
        .map(|(index, transfer)| Posting {
            field: Field::Transfer(index),
            effective: transfer.effective,
            event: Transferred {
                transfer: transfer.transfer,
                movement: transfer.movement,
                from: Arc::clone(&transfer.from),
                to: Arc::clone(&transfer.to),
                amount: transfer.amount,
                decision: Arc::clone(&command.decision),
                evidence: transfer.evidence.clone(),
                valuation: transfer.valuation.clone(),
                extension: transfer.extension.clone(),
                reversal_of: None,
                reason: None,
            },
        })
        .collect();
    let mut writes = book::book(ledger, postings)?;
    writes.extend(suspicions::raise(ledger, command, context)?);
    Ok(Decided { writes, unchanged: Vec::new() })
}

/// Which field is to be mended where an account falls short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// The amount of a transfer of the request.
    Transfer(usize),
    /// The transfer that is to be undone.
    Reversed,
    /// The owner whose balances are handed over.
    Owner,
}

impl Field {
    pub(super) fn path(self) -> String {
        match self {
            Self::Transfer(index) => format!("transfers[{index}].amount"),
            Self::Reversed => "transfer".to_owned(),
            Self::Owner => "owner".to_owned(),
        }
    }
}

fn reverse(ledger: &Ledger, command: &ReverseTransfer, context: Context<'_>) -> Result<Decided, Vec<Fault>> {
    let ReverseTransfer { transfer, reversal_of, effective, reason } = command;
    let transfers = ledger.transfers();
    let Some(number) = transfers.find(*reversal_of) else {
        return Err(vec![Fault::at("transfer", Rejection::UnknownTransfer(*reversal_of))]);
    };
    let reversed = transfers.get(number);
    if let Some(first) = reversed.reversal_of {
        let reversal_of = transfers.get(first).transfer;
        let transfer = reversed.transfer;
        return Err(vec![Fault::at("transfer", Rejection::ReversalOfReversal { transfer, reversal_of })]);
    }
    if *effective < reversed.effective {
        let too_early = Rejection::ReversalTooEarly { day: *effective, transferred: reversed.effective };
        return Err(vec![Fault::at("effective_date", too_early)]);
    }
    checks::not_in_future("effective_date", *effective, context).map_err(|fault| vec![fault])?;
    let account = |id| Arc::clone(&ledger.accounts().get(id).account);
    let event = Transferred {
        transfer: *transfer,
        movement: reversed.movement,
        from: account(reversed.to),
        to: account(reversed.from),
        amount: reversed.amount,
        decision: Arc::clone(transfers.decision(reversed)),
        evidence: None,
        valuation: None,
        extension: None,
        reversal_of: Some(*reversal_of),
        reason: Some(reason.clone()),
    };
    let posting = Posting { field: Field::Reversed, effective: *effective, event };
    Ok(Decided { writes: book::book(ledger, vec![posting])?, unchanged: Vec::new() })
}

fn settle(ledger: &Ledger, command: &SettleCase, context: Context<'_>) -> Result<Decided, Vec<Fault>> {
    let SettleCase { case: id, expected_version, outcome, explanation, effective } = command;
    let fault = |field: &str, rejection| vec![Fault::at(field, rejection)];
    let Some(case) = ledger.cases().find(*id) else {
        return Err(fault("case", Rejection::UnknownCase(*id)));
    };
    if expected_version.is_some_and(|expected| expected != case.version()) {
        return Err(fault("etag", Rejection::StaleCase { current: case.version() }));
    }
    if let Some(settled) = &case.settled {
        let (on, by) = (settled.on, settled.by.clone());
        return Err(fault("case", Rejection::CaseSettled { case: *id, on, by }));
    }
    checks::not_in_future("effective_date", *effective, context).map_err(|fault| vec![fault])?;
    if *effective < case.opened_on {
        let too_early = Rejection::SettledTooEarly { day: *effective, opened: case.opened_on };
        return Err(fault("effective_date", too_early));
    }
    let event = CaseSettled { case: *id, outcome: *outcome, explanation: explanation.clone() };
    let settled = Occurrence {
        effective: *effective,
        area: context.reference.areas.province().key.code.clone(),
        event: FundingEvent::CaseSettled(event),
    };
    let write = Write { stream: Stream::Case(*id), version: case.version(), facts: vec![settled] };
    Ok(Decided { writes: vec![write], unchanged: Vec::new() })
}
