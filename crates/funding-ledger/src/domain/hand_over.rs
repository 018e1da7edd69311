//! When an owner ends, every open balance goes to the successor.

use super::{
    Context, Decided, Fault, HandOver, Ledger, Rejection, TRANSFERS_MAX,
    book::{self, Posting},
    checks,
    decide::Field,
    ledger::AccountBook,
    movements::HANDED_OVER,
    places,
};
use events::funding::{Account, Movement, Transferred};
use kernel::{AreaKey, Date, Money, TransferId};
use std::sync::Arc;

/// Accounts of the owner at the stages that are handed over, on which anything can be taken from that day on, with what
/// can be taken; by number of the account.
pub fn open_balances<'a>(
    ledger: &'a Ledger,
    owner: &'a str,
    day: Date,
) -> impl Iterator<Item = (&'a AccountBook, i128)> {
    ledger
        .accounts()
        .all()
        .map(|(_, book)| book)
        .filter(move |book| book.account.owner == owner && HANDED_OVER.contains(&book.account.stage))
        .map(move |book| (book, book.lowest_from(day, &[])))
        .filter(|(_, open)| *open > 0)
}

/// One transfer for each open balance, same stage, from the owner to its successor.
pub(super) fn hand_over(
    ledger: &Ledger,
    command: &HandOver,
    context: Context<'_>,
) -> Result<Decided, Vec<Fault>> {
    let HandOver { request, owner: code, decision, effective } = command;
    let owner = checks::owner(ledger, || "owner".to_owned(), code).map_err(|fault| vec![fault])?;
    let Some((successor_code, _)) = &owner.successor else {
        return Err(vec![Fault::at("owner", Rejection::NoSuccessor(code.clone()))]);
    };
    let mut faults = Vec::new();
    faults.extend(checks::decision("decision", decision, context).err());
    faults.extend(checks::not_in_future("effective_date", *effective, context).err());
    let field = || "effective_date".to_owned();
    if owner.period().contains(*effective) {
        // Before the successor's first day nobody takes over.
        let (owner, begins) = (successor_code.clone(), owner.successor.as_ref().map(|(_, first)| *first));
        let day = *effective;
        faults.extend(
            begins.map(|begins| Fault::at(field(), Rejection::SuccessorTooEarly { owner, begins, day })),
        );
    }
    let successor = checks::in_office(ledger, field, successor_code, *effective);
    let successor = match successor {
        Ok(successor) if faults.is_empty() => successor,
        Ok(_) => return Err(faults),
        Err(fault) => {
            faults.push(fault);
            return Err(faults);
        }
    };

    let mut postings = Vec::new();
    for (index, (book, open)) in open_balances(ledger, code, *effective).take(TRANSFERS_MAX).enumerate() {
        let from = Arc::clone(&book.account);
        let area = area_after(&from.area, &successor.area, *effective, context);
        places::in_force(field, &area, *effective, context).map_err(|fault| vec![fault])?;
        let to = Account { area, owner: successor_code.clone(), ..from.as_ref().clone() };
        let event = Transferred {
            transfer: TransferId::from_uuid(request.derive("transfer", index)),
            movement: Movement::HandOver,
            from,
            to: Arc::new(to),
            // Invariant: no sum of amounts of one account comes near 2^63 đồng; what did would be handed over in parts.
            amount: Money::from_dong(i64::try_from(open).unwrap_or(i64::MAX)),
            decision: Arc::clone(decision),
            evidence: None,
            valuation: None,
            extension: None,
            reversal_of: None,
            reason: None,
        };
        postings.push(Posting { field: Field::Owner, effective: *effective, event });
    }
    if postings.is_empty() {
        let nothing = Rejection::NothingToHandOver { owner: code.clone(), day: *effective };
        return Err(vec![Fault::at("owner", nothing)]);
    }
    Ok(Decided { writes: book::book(ledger, postings)?, unchanged: Vec::new() })
}

/// Money for an area that goes on stays there; for one that ended it goes to the unit in its place, and where there is
/// none, as for a district, to the area of the successor.
fn area_after(area: &AreaKey, of_successor: &AreaKey, day: Date, context: Context<'_>) -> AreaKey {
    let areas = &context.reference.areas;
    let in_force = |key: &AreaKey| areas.get(key).is_some_and(|area| area.in_force(day));
    if in_force(area) {
        return area.clone();
    }
    let in_its_place = areas.successor(area).filter(|successor| in_force(successor));
    in_its_place.unwrap_or(of_successor).clone()
}
