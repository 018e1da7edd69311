//! Owners and items: who holds money, and what it is detailed on.

use super::{
    Context, Decided, Fault, Ledger, NameSuccessor, Occurrence, RegisterItem, RegisterOwner, Rejection,
    Stream, Write, checks, places,
};
use events::funding::{FundingEvent, Item, ItemRegistered, OwnerRegistered, SuccessorNamed};
use kernel::Money;

pub(super) fn register_owner(
    ledger: &Ledger,
    command: &RegisterOwner,
    context: Context<'_>,
) -> Result<Decided, Vec<Fault>> {
    let RegisterOwner { owner, name, area, effective } = command.clone();
    let mut faults = Vec::new();
    if ledger.parties().owner(&owner).is_some() {
        faults.push(Fault::at("code", Rejection::OwnerExists(owner.clone())));
    }
    faults.extend(checks::not_in_future("effective_date", effective, context).err());
    faults.extend(places::in_force(|| "area".to_owned(), &area, effective, context).err());
    if !faults.is_empty() {
        return Err(faults);
    }
    let stream = Stream::Owner(owner.clone());
    let code = area.code.clone();
    let event = FundingEvent::OwnerRegistered(OwnerRegistered { owner, name, area });
    Ok(one(stream, 0, Occurrence { effective, area: code, event }))
}

pub(super) fn name_successor(
    ledger: &Ledger,
    command: &NameSuccessor,
    context: Context<'_>,
) -> Result<Decided, Vec<Fault>> {
    let NameSuccessor { owner: code, successor: successor_code, effective, decision } = command;
    let fault = |field: &str, rejection| vec![Fault::at(field, rejection)];
    let owner = checks::owner(ledger, || "owner".to_owned(), code).map_err(|fault| vec![fault])?;
    if code == successor_code {
        return Err(fault("successor", Rejection::SuccessorIsOwner(code.clone())));
    }
    if let Some((successor, from)) = &owner.successor {
        let (owner, successor, from) = (code.clone(), successor.clone(), *from);
        return Err(fault("owner", Rejection::SuccessorNamed { owner, successor, from }));
    }
    let mut faults = Vec::new();
    faults.extend(checks::not_in_future("effective_date", *effective, context).err());
    faults.extend(checks::decision("decision", decision, context).err());
    if *effective <= owner.from {
        let (owner, begins, day) = (code.clone(), owner.from, *effective);
        faults.push(Fault::at("effective_date", Rejection::SuccessorTooEarly { owner, begins, day }));
    }
    let successor = checks::in_office(ledger, || "successor".to_owned(), successor_code, *effective);
    let successor = match successor {
        Ok(successor) if faults.is_empty() => successor,
        Ok(_) => return Err(faults),
        Err(fault) => {
            faults.push(fault);
            return Err(faults);
        }
    };
    let event = FundingEvent::SuccessorNamed(SuccessorNamed {
        owner: code.clone(),
        successor: successor_code.clone(),
        decision: decision.clone(),
    });
    let area = owner.area.code.clone();
    let mut decided =
        one(Stream::Owner(code.clone()), owner.version(), Occurrence { effective: *effective, area, event });
    // Two owners cannot become each other's successors: who takes over must still hold office when this is recorded.
    decided.unchanged.push((Stream::Owner(successor_code.clone()), successor.version()));
    Ok(decided)
}

pub(super) fn register_item(
    ledger: &Ledger,
    command: &RegisterItem,
    context: Context<'_>,
) -> Result<Decided, Vec<Fault>> {
    let RegisterItem { item, what, effective } = command;
    let mut faults = Vec::new();
    if ledger.parties().item(*item).is_some() {
        faults.push(Fault::at("item_id", Rejection::ItemExists(*item)));
    }
    faults.extend(checks::not_in_future("effective_date", *effective, context).err());
    let not_positive = |field: &str, value: String| Fault::at(field, Rejection::NotPositive(value));
    let area = match what {
        Item::Works { area, approved_total, .. } => {
            if *approved_total <= Money::ZERO {
                faults.push(not_positive("works.approved_total", approved_total.dong().to_string()));
            }
            faults.extend(places::in_force(|| "works.area".to_owned(), area, *effective, context).err());
            &area.code
        }
        Item::Support { kind, decided_on, quantity, .. } => {
            if context.reference.funding.support_kind(kind).is_none() {
                faults.push(Fault::at("support.kind", Rejection::UnknownSupportKind(kind.clone())));
            }
            if *quantity <= 0 {
                faults.push(not_positive("support.quantity", quantity.to_string()));
            }
            faults.extend(checks::not_in_future("support.decided_on", *decided_on, context).err());
            &context.reference.areas.province().key.code
        }
    };
    if !faults.is_empty() {
        return Err(faults);
    }
    let area = area.clone();
    let event = FundingEvent::ItemRegistered(ItemRegistered { item: *item, what: what.clone() });
    Ok(one(Stream::Item(*item), 0, Occurrence { effective: *effective, area, event }))
}

fn one(stream: Stream, version: u64, fact: Occurrence) -> Decided {
    Decided { writes: vec![Write { stream, version, facts: vec![fact] }], unchanged: Vec::new() }
}
