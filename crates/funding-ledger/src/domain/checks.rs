//! The rules that a transfer meets before anybody asks whether the money is there.

use super::{
    AMOUNT_MAX, Context, Fault, Ledger, NewTransfer, Rejection,
    ledger::Owner,
    movements::{Dimension, comes_from_outside, in_book, may_change, plans, possible, target},
    places,
};
use events::funding::{Account, Decision, Kind, Movement, Stage, Valuation};
use kernel::{Date, Money, date};
use reference::{Book, FundingSource, ProgrammeNode};

/// The source of what groups pay back. It is lent again and never comes from outside.
const REVOLVING: &str = "REV";

/// A rule at one transfer: its field below the transfer, made only where something is wrong.
struct Place(usize);

impl Place {
    fn at(&self, field: &str) -> String {
        format!("transfers[{}].{field}", self.0)
    }

    fn fault(&self, field: &str, rejection: Rejection) -> Fault {
        Fault::at(self.at(field), rejection)
    }
}

/// The first rule that the transfer breaks.
pub(super) fn transfer(
    ledger: &Ledger,
    transfer: &NewTransfer,
    index: usize,
    context: Context<'_>,
) -> Result<(), Fault> {
    let place = Place(index);
    amount(&place, transfer.amount)?;
    movement(&place, transfer)?;
    dimensions(&place, transfer)?;
    if transfer.from == transfer.to {
        return Err(place.fault("to", Rejection::SameAccount));
    }
    let node = programme(&place, transfer, context)?;
    source(&place, transfer, context)?;
    not_in_future(&place.at("effective_date"), transfer.effective, context)?;
    years(&place, transfer, node)?;
    areas(&place, transfer, context)?;
    owners(ledger, &place, transfer)?;
    item(ledger, &place, transfer)?;
    valuation(&place, transfer, context)?;
    window(&place, transfer, context)
}

/// A day that has come.
pub(super) fn not_in_future(field: &str, day: Date, context: Context<'_>) -> Result<(), Fault> {
    if day > context.today {
        return Err(Fault::at(field, Rejection::FutureDate { day, today: context.today }));
    }
    Ok(())
}

/// A decision that is signed.
pub(super) fn decision(field: &str, decision: &Decision, context: Context<'_>) -> Result<(), Fault> {
    not_in_future(&format!("{field}.signed_on"), decision.signed_on, context)
}

fn amount(place: &Place, amount: Money) -> Result<(), Fault> {
    if amount <= Money::ZERO {
        return Err(place.fault("amount", Rejection::AmountNotPositive(amount)));
    }
    if amount > AMOUNT_MAX {
        return Err(place.fault("amount", Rejection::AmountTooLarge { amount, max: AMOUNT_MAX }));
    }
    Ok(())
}

fn movement(place: &Place, transfer: &NewTransfer) -> Result<(), Fault> {
    let (movement, stage, kind) = (transfer.movement, transfer.from.stage, transfer.from.kind);
    let Some(target) = target(movement, stage).filter(|_| in_book(movement, kind)) else {
        let possible = possible(stage, kind).collect();
        return Err(
            place.fault("movement", Rejection::MovementNotAllowed { movement, stage, kind, possible })
        );
    };
    let given = transfer.to.stage;
    if given != target {
        return Err(place.fault("to.stage", Rejection::StageMismatch { movement, given, target }));
    }
    Ok(())
}

fn dimensions(place: &Place, transfer: &NewTransfer) -> Result<(), Fault> {
    let NewTransfer { movement, from, to, .. } = transfer;
    let kept = |dimension: Dimension, same: bool, values: &dyn Fn() -> (String, String)| {
        if same || may_change(*movement, dimension) {
            return Ok(());
        }
        let (from, to) = values();
        let dimension = dimension.as_str();
        let changed = Rejection::DimensionChanged { movement: *movement, dimension, from, to };
        Err(place.fault(&format!("to.{dimension}"), changed))
    };
    let texts = |from: &dyn ToString, to: &dyn ToString| (from.to_string(), to.to_string());
    kept(Dimension::Programme, from.programme == to.programme, &|| texts(&from.programme, &to.programme))?;
    kept(Dimension::Kind, from.kind == to.kind, &|| {
        let name = super::movements::kind_name;
        texts(&name(from.kind), &name(to.kind))
    })?;
    kept(Dimension::Source, from.source == to.source, &|| texts(&from.source, &to.source))?;
    kept(Dimension::Vintage, from.vintage == to.vintage, &|| texts(&from.vintage, &to.vintage))?;
    kept(Dimension::ExecutingYear, from.executing_year == to.executing_year, &|| {
        texts(&from.executing_year, &to.executing_year)
    })?;
    kept(Dimension::Area, from.area == to.area, &|| texts(&from.area, &to.area))?;
    kept(Dimension::Owner, from.owner == to.owner, &|| texts(&from.owner, &to.owner))?;
    kept(Dimension::Item, from.item == to.item, &|| {
        let name = |account: &Account| account.item.map_or_else(|| "-".to_owned(), |item| item.to_string());
        (name(from), name(to))
    })?;
    let next = from.executing_year.saturating_add(1);
    if *movement == Movement::CarryOver && to.executing_year != next {
        let years = Rejection::NotTheNextYear { from: from.executing_year, to: to.executing_year, next };
        return Err(place.fault("to.executing_year", years));
    }
    Ok(())
}

/// The node that the money goes to.
fn programme<'a>(
    place: &Place,
    transfer: &NewTransfer,
    context: Context<'a>,
) -> Result<&'a ProgrammeNode, Fault> {
    let programmes = &context.reference.programmes;
    let (from, to) = (&transfer.from.programme, &transfer.to.programme);
    if programmes.get(from).is_none() {
        return Err(place.fault("from.programme", Rejection::UnknownProgramme(from.clone())));
    }
    let Some(node) = programmes.get(to) else {
        return Err(place.fault("to.programme", Rejection::UnknownProgramme(to.clone())));
    };
    if from != to && !programmes.is_within(to, from) {
        let within = Rejection::NodeNotWithin { programme: to.clone(), above: from.clone() };
        return Err(place.fault("to.programme", within));
    }
    Ok(node)
}

/// Books never mix: the kind of the money and the book of its source belong together.
fn source(place: &Place, transfer: &NewTransfer, context: Context<'_>) -> Result<(), Fault> {
    let NewTransfer { movement, from, effective, .. } = transfer;
    let rules = &context.reference.funding;
    let source_code = from.source.clone();
    let Some(source) = rules.source(&from.source) else {
        return Err(place.fault("from.source", Rejection::UnknownSource(source_code)));
    };
    let kinds: &'static [Kind] = match source.book {
        Book::Cash => &[Kind::Investment, Kind::Recurrent],
        Book::Loan => &[Kind::Loan],
        Book::InKind => &[Kind::InKind],
    };
    if !kinds.contains(&from.kind) {
        let (book, kind) = (source.book.as_str(), from.kind);
        return Err(place.fault("from.source", Rejection::SourceMismatch { source_code, book, kind, kinds }));
    }
    if !comes_from_outside(*movement) {
        return Ok(());
    }
    if !brings_in(*movement, source) {
        let taken = rules.sources().iter().filter(|source| brings_in(*movement, source));
        let taken = taken.map(|source| source.code.as_str()).collect::<Vec<_>>().join(", ");
        let not_taken = Rejection::SourceNotTaken { source_code, movement: *movement, taken };
        return Err(place.fault("from.source", not_taken));
    }
    match source.validity.to {
        Some(last) if *effective > last => {
            let ended = Rejection::SourceEnded { source_code, day: *effective, last };
            Err(place.fault("effective_date", ended))
        }
        _ => Ok(()),
    }
}

/// Whether the movement brings in money of that source. Contributions come from outside the budget, in cash or in kind.
fn brings_in(movement: Movement, source: &FundingSource) -> bool {
    source.code != REVOLVING
        && match movement {
            Movement::Contribute => !source.budget && source.book != Book::Loan,
            Movement::Lend => source.book == Book::Loan,
            _ => source.book == Book::Cash,
        }
}

fn years(place: &Place, transfer: &NewTransfer, node: &ProgrammeNode) -> Result<(), Fault> {
    let NewTransfer { movement, to, effective, .. } = transfer;
    let (vintage, executing_year) = (to.vintage, to.executing_year);
    let (first, last) = node.years;
    if !(first..=last).contains(&vintage) {
        let programme = node.code.clone();
        let not_in_years = Rejection::NodeNotInYears { programme, vintage, first, last };
        return Err(place.fault("from.vintage", not_in_years));
    }
    if executing_year < vintage {
        let too_early = Rejection::ExecutingYearTooEarly { executing_year, vintage };
        return Err(place.fault("from.executing_year", too_early));
    }
    // The plan of a year is decided in the year before.
    let year = if plans(*movement) { vintage - 1 } else { vintage };
    let earliest = date(year, 1, 1);
    if *effective < earliest {
        let day = *effective;
        let before = Rejection::BeforeVintage { movement: *movement, day, vintage, earliest };
        return Err(place.fault("effective_date", before));
    }
    Ok(())
}

/// Who takes must exist on the day. Only a hand-over takes from an area that has ended.
fn areas(place: &Place, transfer: &NewTransfer, context: Context<'_>) -> Result<(), Fault> {
    let NewTransfer { from, to, effective, .. } = transfer;
    if from.area != to.area {
        places::begun(|| place.at("from.area"), &from.area, *effective, context)?;
        return places::in_force(|| place.at("to.area"), &to.area, *effective, context).map(drop);
    }
    if transfer.movement == Movement::HandOver {
        return places::begun(|| place.at("from.area"), &from.area, *effective, context)
            .and_then(|_| places::in_force(|| place.at("to.area"), &to.area, *effective, context))
            .map(drop);
    }
    places::in_force(|| place.at("from.area"), &from.area, *effective, context).map(drop)
}

/// Who takes must hold office on the day. Only a hand-over takes from an owner that has ended.
fn owners(ledger: &Ledger, place: &Place, transfer: &NewTransfer) -> Result<(), Fault> {
    let NewTransfer { movement, from, to, effective, .. } = transfer;
    if *movement == Movement::HandOver {
        let owner = owner(ledger, || place.at("from.owner"), &from.owner)?;
        if *effective < owner.from {
            return Err(place.fault("from.owner", not_in_office(&from.owner, owner, *effective)));
        }
        return in_office(ledger, || place.at("to.owner"), &to.owner, *effective).map(drop);
    }
    in_office(ledger, || place.at("from.owner"), &from.owner, *effective).map(drop)
}

/// The owner, who must hold office on the day.
pub(super) fn in_office<'a>(
    ledger: &'a Ledger,
    field: impl Fn() -> String,
    code: &str,
    day: Date,
) -> Result<&'a Owner, Fault> {
    let owner = owner(ledger, &field, code)?;
    if owner.period().contains(day) {
        return Ok(owner);
    }
    Err(Fault::at(field(), not_in_office(code, owner, day)))
}

/// The owner with this code.
pub(super) fn owner<'a>(
    ledger: &'a Ledger,
    field: impl Fn() -> String,
    code: &str,
) -> Result<&'a Owner, Fault> {
    ledger.parties().owner(code).ok_or_else(|| Fault::at(field(), Rejection::UnknownOwner(code.to_owned())))
}

fn not_in_office(code: &str, owner: &Owner, day: Date) -> Rejection {
    Rejection::OwnerNotInOffice {
        owner: code.to_owned(),
        name: owner.name.clone(),
        day,
        from: owner.from,
        to: owner.period().to,
        successor: owner.successor.as_ref().map(|(successor, _)| successor.clone()),
    }
}

fn item(ledger: &Ledger, place: &Place, transfer: &NewTransfer) -> Result<(), Fault> {
    for (field, account) in [("from.item", &transfer.from), ("to.item", &transfer.to)] {
        match (account.stage, account.item) {
            (stage @ Stage::Assigned, Some(_)) => {
                // What the taker was not given it has from the giver.
                let field = if transfer.from.item.is_some() { "from.item" } else { field };
                return Err(place.fault(field, Rejection::ItemTooEarly(stage)));
            }
            (stage @ (Stage::Allocated | Stage::Committed), None) => {
                return Err(place.fault(field, Rejection::ItemMissing(stage)));
            }
            (_, Some(item)) if ledger.parties().item(item).is_none() => {
                return Err(place.fault(field, Rejection::UnknownItem(item)));
            }
            _ => {}
        }
    }
    Ok(())
}

/// A contribution in kind is its quantity at its price, rounded to whole đồng; half of one goes up.
fn valuation(place: &Place, transfer: &NewTransfer, context: Context<'_>) -> Result<(), Fault> {
    let valued = transfer.movement == Movement::Contribute && transfer.from.kind == Kind::InKind;
    let valuation = match (&transfer.valuation, valued) {
        (None, false) => return Ok(()),
        (None, true) => return Err(place.fault("valuation", Rejection::ValuationMissing)),
        (Some(_), false) => return Err(place.fault("valuation", Rejection::ValuationNotTaken)),
        (Some(valuation), true) => valuation,
    };
    let Valuation { quantity, unit_price, valued_on, .. } = valuation;
    if quantity.numerator() <= 0 {
        return Err(place.fault("valuation.quantity", Rejection::NotPositive(quantity.to_string())));
    }
    if *unit_price <= Money::ZERO {
        return Err(
            place.fault("valuation.unit_price", Rejection::NotPositive(unit_price.dong().to_string()))
        );
    }
    not_in_future(&place.at("valuation.valued_on"), *valued_on, context)?;
    let (numerator, denominator) = (i128::from(quantity.numerator()), i128::from(quantity.denominator()));
    // Each factor is below 2^63, so nothing overflows before the doubling is divided by 2 again.
    let exact = numerator * i128::from(unit_price.dong());
    let product = exact / denominator + i128::from(2 * (exact % denominator) >= denominator);
    if product != i128::from(transfer.amount.dong()) {
        let mismatch = Rejection::ValuationMismatch {
            quantity: quantity.decimal(15).trim_end_matches('0').trim_end_matches('.').to_owned(),
            unit_price: *unit_price,
            product: product.to_string(),
            amount: transfer.amount,
        };
        return Err(place.fault("amount", mismatch));
    }
    Ok(())
}

/// Money of a year is advanced and paid until its window closes, or until the day that an extension reaches.
fn window(place: &Place, transfer: &NewTransfer, context: Context<'_>) -> Result<(), Fault> {
    let NewTransfer { movement, from, effective, extension, .. } = transfer;
    if let Some(extension) = extension {
        decision(&place.at("extension"), extension, context)?;
    }
    if !matches!(movement, Movement::Advance | Movement::Pay) {
        return Ok(());
    }
    let Account { programme, vintage, executing_year, .. } = from.as_ref();
    let (day, executing_year) = (*effective, *executing_year);
    let window = context.reference.funding.window(programme, *vintage, executing_year);
    if day <= window.last_day {
        return Ok(());
    }
    let (basis, verified) = (window.provenance.to_string(), window.provenance.verified());
    let (last, extension_last) = (window.last_day, window.extension_last_day);
    if extension.is_none() {
        let after = Rejection::AfterWindow { day, executing_year, last, extension_last, basis, verified };
        return Err(place.fault("effective_date", after));
    }
    if day > extension_last {
        let after = Rejection::AfterExtension { day, executing_year, last: extension_last, basis, verified };
        return Err(place.fault("effective_date", after));
    }
    Ok(())
}
