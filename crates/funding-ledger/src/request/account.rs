//! Accounts of transfers.

use super::owner_name;
use crate::domain::movements::{kind_of, target};
use api::funding;
use events::funding::{Account, Kind, Movement, Stage};
use kernel::ItemId;
use service::{
    Refusal,
    request::fields::{Faults, area_key, invalid, missing, required, resource},
};

const KINDS: &str = "investment, recurrent, loan, in_kind";
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2100;

/// The account that gives: everything but the item must be there.
pub(super) fn giver(given: Option<funding::Account>) -> Result<Account, Refusal> {
    whole(given.ok_or_else(|| missing("from"))?).map_err(|refusal| refusal.under("from"))
}

fn whole(given: funding::Account) -> Result<Account, Refusal> {
    let mut faults = Faults::default();
    let stage = stage("stage", given.stage).and_then(|stage| stage.ok_or_else(|| missing("stage")));
    let stage = faults.keep(stage);
    let kind = faults.keep(required("kind", &given.kind).and_then(|()| kind("kind", &given.kind)));
    let vintage = faults.keep(required_year("vintage", given.vintage));
    let executing_year = faults.keep(required_year("executing_year", given.executing_year));
    let area = faults.keep(area_key("area", &given.area));
    let owner = faults.keep(owner_name("owner", &given.owner));
    let item = faults.keep(item("item", &given.item));
    faults.keep(required("programme", &given.programme));
    faults.keep(required("source", &given.source));
    let (Some(stage), Some(kind), Some(vintage), Some(executing_year)) =
        (stage, kind, vintage, executing_year)
    else {
        return Err(faults.refusal());
    };
    let (Some(area), Some(owner), Some(item)) = (area, owner, item) else { return Err(faults.refusal()) };
    faults.none()?;
    let funding::Account { programme, source, .. } = given;
    Ok(Account { stage, programme, kind, source, vintage, executing_year, area, owner, item })
}

/// The account that takes: what is left empty is as where the money comes from, and what the movement says.
pub(super) fn taker(
    given: Option<funding::Account>,
    movement: Movement,
    from: &Account,
) -> Result<Account, Refusal> {
    let mut faults = Faults::default();
    let given = given.unwrap_or_default();
    let stage = faults.keep(stage("stage", given.stage)).flatten();
    let kind = (!given.kind.is_empty()).then(|| faults.keep(kind("kind", &given.kind))).flatten();
    let year = |field, year, faults: &mut Faults| {
        (year != 0).then(|| faults.keep(required_year(field, year))).flatten()
    };
    let vintage = year("vintage", given.vintage, &mut faults);
    let executing_year = year("executing_year", given.executing_year, &mut faults);
    let area = (!given.area.is_empty()).then(|| faults.keep(area_key("area", &given.area))).flatten();
    let owner = (!given.owner.is_empty()).then(|| faults.keep(owner_name("owner", &given.owner))).flatten();
    let item = faults.keep(item("item", &given.item)).flatten();
    faults.none().map_err(|refusal| refusal.under("to"))?;

    let text = |given: String, from: &String| if given.is_empty() { from.clone() } else { given };
    let next_year = i16::from(movement == Movement::CarryOver);
    Ok(Account {
        stage: stage.or_else(|| target(movement, from.stage)).unwrap_or(from.stage),
        programme: text(given.programme, &from.programme),
        kind: kind.unwrap_or(from.kind),
        source: text(given.source, &from.source),
        vintage: vintage.unwrap_or(from.vintage),
        executing_year: executing_year.unwrap_or_else(|| from.executing_year.saturating_add(next_year)),
        area: area.unwrap_or_else(|| from.area.clone()),
        owner: owner.unwrap_or_else(|| from.owner.clone()),
        item: item.or(from.item),
    })
}

/// The stage that the API numbers so; `None` where it says nothing.
pub(super) fn stage(field: &str, number: i32) -> Result<Option<Stage>, Refusal> {
    match funding::Stage::try_from(number) {
        Ok(funding::Stage::Unspecified) => Ok(None),
        Ok(funding::Stage::Grantor) => Ok(Some(Stage::Grantor)),
        Ok(funding::Stage::Assigned) => Ok(Some(Stage::Assigned)),
        Ok(funding::Stage::Allocated) => Ok(Some(Stage::Allocated)),
        Ok(funding::Stage::Committed) => Ok(Some(Stage::Committed)),
        Ok(funding::Stage::Advanced) => Ok(Some(Stage::Advanced)),
        Ok(funding::Stage::Paid) => Ok(Some(Stage::Paid)),
        Ok(funding::Stage::Settled) => Ok(Some(Stage::Settled)),
        Ok(funding::Stage::Returned) => Ok(Some(Stage::Returned)),
        Err(_) => Err(invalid(field, &number.to_string(), "GRANTOR, ASSIGNED, …, RETURNED")),
    }
}

/// The movement that the API numbers so.
pub(super) fn movement(field: &str, number: i32) -> Result<Movement, Refusal> {
    match funding::Movement::try_from(number) {
        Ok(funding::Movement::Unspecified) => Err(missing(field)),
        Ok(funding::Movement::Assign) => Ok(Movement::Assign),
        Ok(funding::Movement::Cut) => Ok(Movement::Cut),
        Ok(funding::Movement::HandOver) => Ok(Movement::HandOver),
        Ok(funding::Movement::Allocate) => Ok(Movement::Allocate),
        Ok(funding::Movement::Commit) => Ok(Movement::Commit),
        Ok(funding::Movement::Release) => Ok(Movement::Release),
        Ok(funding::Movement::Advance) => Ok(Movement::Advance),
        Ok(funding::Movement::Pay) => Ok(Movement::Pay),
        Ok(funding::Movement::Recover) => Ok(Movement::Recover),
        Ok(funding::Movement::Repay) => Ok(Movement::Repay),
        Ok(funding::Movement::Refund) => Ok(Movement::Refund),
        Ok(funding::Movement::Settle) => Ok(Movement::Settle),
        Ok(funding::Movement::CarryOver) => Ok(Movement::CarryOver),
        Ok(funding::Movement::Cancel) => Ok(Movement::Cancel),
        Ok(funding::Movement::Contribute) => Ok(Movement::Contribute),
        Ok(funding::Movement::Lend) => Ok(Movement::Lend),
        Ok(funding::Movement::RepayLoan) => Ok(Movement::RepayLoan),
        Err(_) => Err(invalid(field, &number.to_string(), "ASSIGN, CUT, …, REPAY_LOAN")),
    }
}

/// The kind that the API calls so.
pub(super) fn kind(field: &str, name: &str) -> Result<Kind, Refusal> {
    kind_of(name).ok_or_else(|| invalid(field, name, KINDS))
}

/// A year in which a programme can have money.
pub(super) fn year(field: &str, year: i32) -> Result<i16, Refusal> {
    let within = Some(year).filter(|year| YEARS.contains(year)).and_then(|year| i16::try_from(year).ok());
    within.ok_or_else(|| invalid(field, &year.to_string(), "2000–2100"))
}

fn required_year(field: &str, given: i32) -> Result<i16, Refusal> {
    if given == 0 { Err(missing(field)) } else { year(field, given) }
}

/// `items/<uuid>`; `None` where it says nothing.
pub(super) fn item(field: &str, name: &str) -> Result<Option<ItemId>, Refusal> {
    if name.is_empty() { Ok(None) } else { resource(field, "items", name).map(Some) }
}
