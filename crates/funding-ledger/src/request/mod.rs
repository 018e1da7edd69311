//! Reads requests: texts become typed values or a refusal that names the field. All faults of one request are told at
//! once.

mod account;
mod filter;
mod transfers;

pub(crate) use filter::{AccountFilter, Dimension, Dimensions};
pub(crate) use transfers::{Transfers, hand_over, reverse, transfer};

use crate::domain::{Command, NameSuccessor, RegisterItem, RegisterOwner, SettleCase};
use api::funding::{
    self, NameSuccessorRequest, RegisterItemRequest, RegisterOwnerRequest, SettleCaseRequest,
    register_item_request::What,
};
use decider::Intent;
use event_log::Fingerprint;
use events::funding::{CaseOutcome, Item};
use kernel::{Date, HouseholdId, ItemId, Money};
use service::{
    Refusal,
    request::{
        self, decision,
        fields::{
            Faults, Header, area_key, check_text, date, id_or_derived, invalid, missing, required,
            required_text, resource, version,
        },
    },
};

const NAME_CHARACTERS_MAX: usize = 200;
const PAPER_CHARACTERS_MAX: usize = 300;
const UNIT_CHARACTERS_MAX: usize = 40;
const WORDS_CHARACTERS_MAX: usize = 2_000;
const CODE_CHARACTERS_MAX: usize = 60;

const CODE_SHAPE: &str = "a–z, 0–9, '-' (ubnd-xa-03618), ≤ 60";
const ASSET_TYPE_SHAPE: &str = "a–z, '_' (road, school, water_supply), ≤ 60";

/// Somebody who holds money.
pub(crate) fn register_owner(mut request: RegisterOwnerRequest) -> Result<Intent<Command>, Refusal> {
    let mut faults = Faults::default();
    let header = Header::read(&mut request.header, &mut faults);
    let fingerprint = request::fingerprint("RegisterOwner", &request);
    let owner = faults.keep(owner_code("code", &request.code));
    let name = faults.keep(required_text("display_name", &request.display_name, NAME_CHARACTERS_MAX));
    let area = faults.keep(area_key("area", &request.area));
    let effective = faults.keep(date("effective_date", &request.effective_date));
    let (Some(owner), Some(name), Some(area), Some(effective)) = (owner, name, area, effective) else {
        return Err(faults.refusal());
    };
    let command = RegisterOwner { owner, name, area, effective };
    intent(header, Command::RegisterOwner(command), fingerprint, faults)
}

/// Who takes over from an owner.
pub(crate) fn name_successor(mut request: NameSuccessorRequest) -> Result<Intent<Command>, Refusal> {
    let mut faults = Faults::default();
    let header = Header::read(&mut request.header, &mut faults);
    let fingerprint = request::fingerprint("NameSuccessor", &request);
    let owner = faults.keep(owner_name("owner", &request.owner));
    let successor = faults.keep(owner_name("successor", &request.successor));
    let effective = faults.keep(date("effective_date", &request.effective_date));
    let decision = faults.keep(decision("decision", request.decision));
    let (Some(owner), Some(successor), Some(effective), Some(decision)) =
        (owner, successor, effective, decision)
    else {
        return Err(faults.refusal());
    };
    let command = NameSuccessor { owner, successor, effective, decision };
    intent(header, Command::NameSuccessor(command), fingerprint, faults)
}

/// Works or a support.
pub(crate) fn register_item(mut request: RegisterItemRequest) -> Result<Intent<Command>, Refusal> {
    let mut faults = Faults::default();
    let header = Header::read(&mut request.header, &mut faults);
    let fingerprint = request::fingerprint("RegisterItem", &request);
    let item = faults.keep(id_or_derived("item_id", &request.item_id, || {
        ItemId::from_uuid(header.request_id.derive("item", 0))
    }));
    let effective = faults.keep(date("effective_date", &request.effective_date));
    let what = match request.what {
        Some(What::Works(given)) => faults.keep(works(given).map_err(|refusal| refusal.under("works"))),
        Some(What::Support(given)) => faults.keep(support(given).map_err(|refusal| refusal.under("support"))),
        None => faults.keep(Err(missing("what"))),
    };
    let (Some(item), Some(effective), Some(what)) = (item, effective, what) else {
        return Err(faults.refusal());
    };
    let command = RegisterItem { item, what, effective };
    intent(header, Command::RegisterItem(command), fingerprint, faults)
}

/// How a case ended.
pub(crate) fn settle_case(mut request: SettleCaseRequest) -> Result<Intent<Command>, Refusal> {
    let mut faults = Faults::default();
    let header = Header::read(&mut request.header, &mut faults);
    let fingerprint = request::fingerprint("SettleCase", &request);
    let case = faults.keep(resource("case", "cases", &request.case));
    let expected_version = faults.keep(version(&request.etag));
    let outcome = faults.keep(case_outcome("outcome", request.outcome));
    let explanation = faults.keep(required_text("explanation", &request.explanation, WORDS_CHARACTERS_MAX));
    let effective = faults.keep(date("effective_date", &request.effective_date));
    if outcome == Some(CaseOutcome::Explained) && header.document.is_none() {
        // What is explained is explained by a paper.
        faults.keep::<()>(Err(missing("header.document")));
    }
    let (Some(case), Some(expected_version), Some(outcome), Some(explanation), Some(effective)) =
        (case, expected_version, outcome, explanation, effective)
    else {
        return Err(faults.refusal());
    };
    let command = SettleCase { case, expected_version, outcome, explanation, effective };
    intent(header, Command::SettleCase(command), fingerprint, faults)
}

fn intent(
    header: Header,
    command: Command,
    fingerprint: Fingerprint,
    faults: Faults,
) -> Result<Intent<Command>, Refusal> {
    faults.none()?;
    Ok(Intent { header, fingerprint, command })
}

fn works(given: funding::Works) -> Result<Item, Refusal> {
    let mut faults = Faults::default();
    let name = faults.keep(required_text("display_name", &given.display_name, NAME_CHARACTERS_MAX));
    let area = faults.keep(area_key("area", &given.area));
    let asset_type = faults.keep(asset_type("asset_type", given.asset_type));
    let (Some(name), Some(area), Some(asset_type)) = (name, area, asset_type) else {
        return Err(faults.refusal());
    };
    Ok(Item::Works { name, area, asset_type, approved_total: Money::from_dong(given.approved_total) })
}

fn support(given: funding::Support) -> Result<Item, Refusal> {
    let mut faults = Faults::default();
    faults.keep(required("kind", &given.kind));
    let household = faults.keep(resource::<HouseholdId>("household", "households", &given.household));
    let decided_on = faults.keep(date("decided_on", &given.decided_on));
    let unit = faults.keep(required_text("unit", &given.unit, UNIT_CHARACTERS_MAX));
    let top_up = faults.keep(optional_text("top_up", &given.top_up, PAPER_CHARACTERS_MAX));
    let (Some(household), Some(decided_on), Some(unit), Some(top_up)) = (household, decided_on, unit, top_up)
    else {
        return Err(faults.refusal());
    };
    faults.none()?;
    Ok(Item::Support { kind: given.kind, household, decided_on, quantity: given.quantity, unit, top_up })
}

fn asset_type(field: &str, given: String) -> Result<String, Refusal> {
    required(field, &given)?;
    let fits = given.len() <= CODE_CHARACTERS_MAX
        && given.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if fits { Ok(given) } else { Err(invalid(field, &given, ASSET_TYPE_SHAPE)) }
}

/// `owners/<code>`
fn owner_name(field: &str, name: &str) -> Result<String, Refusal> {
    required(field, name)?;
    let code = name.strip_prefix("owners/").filter(|code| is_owner_code(code));
    code.map(str::to_owned).ok_or_else(|| invalid(field, name, "owners/ubnd-xa-03618"))
}

fn owner_code(field: &str, code: &str) -> Result<String, Refusal> {
    required(field, code)?;
    if is_owner_code(code) { Ok(code.to_owned()) } else { Err(invalid(field, code, CODE_SHAPE)) }
}

fn is_owner_code(code: &str) -> bool {
    (1..=CODE_CHARACTERS_MAX).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn optional_text(field: &str, given: &str, characters_max: usize) -> Result<Option<String>, Refusal> {
    if given.is_empty() {
        return Ok(None);
    }
    let normal = kernel::text::normalize(given);
    check_text(field, &normal, characters_max)?;
    Ok((!normal.is_empty()).then_some(normal))
}

/// The outcome that the API numbers so.
fn case_outcome(field: &str, number: i32) -> Result<CaseOutcome, Refusal> {
    match funding::CaseOutcome::try_from(number) {
        Ok(funding::CaseOutcome::Explained) => Ok(CaseOutcome::Explained),
        Ok(funding::CaseOutcome::Corrected) => Ok(CaseOutcome::Corrected),
        Ok(funding::CaseOutcome::Recovered) => Ok(CaseOutcome::Recovered),
        Ok(funding::CaseOutcome::Referred) => Ok(CaseOutcome::Referred),
        Ok(funding::CaseOutcome::RuleWrong) => Ok(CaseOutcome::RuleWrong),
        Ok(funding::CaseOutcome::Unspecified) => Err(missing(field)),
        Err(_) => {
            Err(invalid(field, &number.to_string(), "EXPLAINED, CORRECTED, RECOVERED, REFERRED, RULE_WRONG"))
        }
    }
}

/// A day that may be left out.
pub(crate) fn optional_date(field: &str, given: &str) -> Result<Option<Date>, Refusal> {
    if given.is_empty() { Ok(None) } else { date(field, given).map(Some) }
}
