//! Transfers, reversals and hand-overs.

use super::{
    NAME_CHARACTERS_MAX, PAPER_CHARACTERS_MAX, UNIT_CHARACTERS_MAX, WORDS_CHARACTERS_MAX, account, intent,
    optional_text, owner_name,
};
use crate::domain::{Classes, Command, HandOver, NewTransfer, ReverseTransfer, TRANSFERS_MAX, TransferMoney};
use api::funding::{self, HandOverRequest, ReverseTransferRequest, TransferRequest};
use decider::Intent;
use events::funding::Valuation;
use kernel::{Money, Ratio, RequestId, TransferId};
use service::{
    Refusal, reason,
    request::{
        self, ConsistencyToken, decision,
        fields::{Faults, Header, date, invalid, missing, required, required_text, resource},
        optional_decision,
    },
};
use std::sync::Arc;

/// Transfers, and how fresh what is read of households must be.
#[derive(Debug)]
pub(crate) struct Transfers {
    pub(crate) intent: Intent<Command>,
    /// Position of the poverty registry's log that must be seen.
    pub(crate) poverty_position: Option<u64>,
}

/// One or several transfers.
pub(crate) fn transfer(mut request: TransferRequest) -> Result<Transfers, Refusal> {
    let mut faults = Faults::default();
    let header = Header::read(&mut request.header, &mut faults);
    // How fresh a reading is asked to be does not tell one command from another.
    let token = faults.keep(ConsistencyToken::parse(&std::mem::take(&mut request.consistency_token)));
    let fingerprint = request::fingerprint("Transfer", &request);
    let decision = faults.keep(decision("decision", request.decision));
    let count = request.transfers.len();
    if count == 0 {
        faults.keep::<()>(Err(missing("transfers")));
    }
    if count > TRANSFERS_MAX {
        let refusal = Refusal::new(&reason::TOO_MANY_ITEMS).with("count", count).with("max", TRANSFERS_MAX);
        return Err(refusal.at("transfers"));
    }
    let mut transfers = Vec::with_capacity(count);
    for (index, given) in request.transfers.into_iter().enumerate() {
        let read = new_transfer(given, header.request_id, index);
        transfers.extend(faults.keep(read.map_err(|refusal| refusal.under(&format!("transfers[{index}]")))));
    }
    let (Some(token), Some(decision)) = (token, decision) else { return Err(faults.refusal()) };
    let request = header.request_id;
    let decision = Arc::new(decision);
    let command = TransferMoney { request, transfers, decision, classes: Classes::new() };
    let intent = intent(header, Command::Transfer(command), fingerprint, faults)?;
    Ok(Transfers { intent, poverty_position: token.position(poverty_view::SOURCE) })
}

/// The reversal of a transfer.
pub(crate) fn reverse(mut request: ReverseTransferRequest) -> Result<Intent<Command>, Refusal> {
    let mut faults = Faults::default();
    let header = Header::read(&mut request.header, &mut faults);
    let fingerprint = request::fingerprint("ReverseTransfer", &request);
    let reversal_of = faults.keep(resource("transfer", "transfers", &request.transfer));
    let effective = faults.keep(date("effective_date", &request.effective_date));
    let reason = faults.keep(required_text("reason", &request.reason, WORDS_CHARACTERS_MAX));
    let (Some(reversal_of), Some(effective), Some(reason)) = (reversal_of, effective, reason) else {
        return Err(faults.refusal());
    };
    let transfer = transfer_id(header.request_id, 0);
    let command = ReverseTransfer { transfer, reversal_of, effective, reason };
    intent(header, Command::Reverse(command), fingerprint, faults)
}

/// Every open balance of an owner.
pub(crate) fn hand_over(mut request: HandOverRequest) -> Result<Intent<Command>, Refusal> {
    let mut faults = Faults::default();
    let header = Header::read(&mut request.header, &mut faults);
    let fingerprint = request::fingerprint("HandOver", &request);
    let owner = faults.keep(owner_name("owner", &request.owner));
    let decision = faults.keep(decision("decision", request.decision));
    let effective = faults.keep(date("effective_date", &request.effective_date));
    let (Some(owner), Some(decision), Some(effective)) = (owner, decision, effective) else {
        return Err(faults.refusal());
    };
    let command = HandOver { request: header.request_id, owner, decision: Arc::new(decision), effective };
    intent(header, Command::HandOver(command), fingerprint, faults)
}

fn transfer_id(request: RequestId, index: usize) -> TransferId {
    TransferId::from_uuid(request.derive("transfer", index))
}

fn new_transfer(
    given: funding::NewTransfer,
    request: RequestId,
    index: usize,
) -> Result<NewTransfer, Refusal> {
    let mut faults = Faults::default();
    let movement = faults.keep(account::movement("movement", given.movement));
    let from = faults.keep(account::giver(given.from));
    let to = match (movement, &from) {
        (Some(movement), Some(from)) => faults.keep(account::taker(given.to, movement, from)),
        _ => None,
    };
    let effective = faults.keep(date("effective_date", &given.effective_date));
    let evidence = faults.keep(optional_text("evidence", &given.evidence, PAPER_CHARACTERS_MAX));
    let valuation =
        given.valuation.map(|given| valuation(&given).map_err(|refusal| refusal.under("valuation")));
    let valuation = faults.keep(valuation.transpose());
    let extension = faults.keep(optional_decision("extension", given.extension));
    match (movement, from, to, effective, evidence, valuation, extension) {
        (
            Some(movement),
            Some(from),
            Some(to),
            Some(effective),
            Some(evidence),
            Some(valuation),
            Some(extension),
        ) => Ok(NewTransfer {
            transfer: transfer_id(request, index),
            movement,
            from: Arc::new(from),
            to: Arc::new(to),
            amount: Money::from_dong(given.amount),
            effective,
            evidence,
            valuation,
            extension,
        }),
        _ => Err(faults.refusal()),
    }
}

fn valuation(given: &funding::Valuation) -> Result<Valuation, Refusal> {
    let mut faults = Faults::default();
    let quantity = faults.keep(quantity("quantity", &given.quantity));
    let unit = faults.keep(required_text("unit", &given.unit, UNIT_CHARACTERS_MAX));
    let price_basis = faults.keep(required_text("price_basis", &given.price_basis, PAPER_CHARACTERS_MAX));
    let valuer = faults.keep(required_text("valuer", &given.valuer, NAME_CHARACTERS_MAX));
    let valued_on = faults.keep(date("valued_on", &given.valued_on));
    let unit_price = Money::from_dong(given.unit_price);
    match (quantity, unit, price_basis, valuer, valued_on) {
        (Some(quantity), Some(unit), Some(price_basis), Some(valuer), Some(valued_on)) => {
            Ok(Valuation { quantity, unit, unit_price, price_basis, valuer, valued_on })
        }
        _ => Err(faults.refusal()),
    }
}

fn quantity(field: &str, given: &str) -> Result<Ratio, Refusal> {
    required(field, given)?;
    let invalid =
        || invalid(field, given, "số thập phân, tối đa 18 chữ số / exact decimal of up to 18 digits (12.5)");
    if given.contains('/') {
        return Err(invalid());
    }
    given.parse().map_err(|_| invalid())
}
