//! How the ledger says no: each rejection of the domain, and each failure around it, as a row of the one error table.

use crate::domain::{
    AMOUNT_MAX, Fault, Rejection,
    movements::{kind_name, movement_name, stage_name, stage_vi},
};
use events::funding::{Movement, Stage};
use kernel::Date;
use service::{
    Refusal, reason,
    request::{Etag, fields, not_caught_up},
};

/// The refusal for everything that is wrong with a command.
pub(crate) fn rejected(faults: &[Fault]) -> Refusal {
    Refusal::all(faults.iter().map(|fault| refusal(&fault.rejection, &fault.field)))
        .unwrap_or_else(|| Refusal::new(&reason::INTERNAL))
}

fn refusal(rejection: &Rejection, field: &str) -> Refusal {
    let told = match rejection {
        Rejection::AmountNotPositive(_)
        | Rejection::AmountTooLarge { .. }
        | Rejection::MovementNotAllowed { .. }
        | Rejection::DimensionChanged { .. }
        | Rejection::NotTheNextYear { .. }
        | Rejection::SameAccount
        | Rejection::TooMuchInAll { .. }
        | Rejection::Overdrawn { .. } => of_movement(rejection),
        Rejection::UnknownProgramme(_)
        | Rejection::NodeNotInYears { .. }
        | Rejection::NodeNotWithin { .. }
        | Rejection::UnknownSource(_)
        | Rejection::SourceMismatch { .. }
        | Rejection::SourceEnded { .. }
        | Rejection::SourceNotTaken { .. } => of_budget(rejection),
        Rejection::UnknownArea(_)
        | Rejection::AreaNotInForce { .. }
        | Rejection::AreaKeepsNoAccount { .. } => of_area(rejection),
        Rejection::UnknownOwner(_)
        | Rejection::OwnerNotInOffice { .. }
        | Rejection::OwnerExists(_)
        | Rejection::SuccessorNamed { .. }
        | Rejection::NoSuccessor(_)
        | Rejection::SuccessorIsOwner(_)
        | Rejection::SuccessorTooEarly { .. }
        | Rejection::NothingToHandOver { .. } => of_owner(rejection),
        Rejection::ExecutingYearTooEarly { .. }
        | Rejection::FutureDate { .. }
        | Rejection::BeforeVintage { .. }
        | Rejection::AfterWindow { .. }
        | Rejection::AfterExtension { .. } => of_time(rejection),
        Rejection::ItemMissing(_)
        | Rejection::ItemTooEarly(_)
        | Rejection::UnknownItem(_)
        | Rejection::ItemExists(_)
        | Rejection::UnknownSupportKind(_)
        | Rejection::NotPositive(_)
        | Rejection::ValuationMissing
        | Rejection::ValuationNotTaken
        | Rejection::ValuationMismatch { .. } => of_item(rejection),
        Rejection::UnknownTransfer(_)
        | Rejection::ReversalOfReversal { .. }
        | Rejection::ReversalTooEarly { .. }
        | Rejection::UnknownCase(_)
        | Rejection::CaseSettled { .. }
        | Rejection::StaleCase { .. }
        | Rejection::ClassNotRead(_) => of_record(rejection),
        Rejection::StageMismatch { given, target, .. } => {
            return fields::invalid(field, stage_name(*given), stage_name(*target));
        }
        Rejection::SettledTooEarly { day, opened } => {
            return fields::invalid(field, &day.to_string(), &format!("≥ {opened}"));
        }
    };
    told.at(field)
}

fn of_movement(rejection: &Rejection) -> Refusal {
    match rejection {
        Rejection::AmountNotPositive(amount) | Rejection::AmountTooLarge { amount, .. } => {
            Refusal::new(&reason::AMOUNT_OUT_OF_RANGE).with("value", amount).with("max", AMOUNT_MAX)
        }
        Rejection::MovementNotAllowed { movement, stage, kind, possible } => {
            Refusal::new(&reason::MOVEMENT_NOT_ALLOWED)
                .with("movement", movement_name(*movement))
                .with("stage", stage_text(*stage))
                .with("kind", kind_name(*kind))
                .with("allowed", names(possible))
        }
        Rejection::DimensionChanged { movement, dimension, from, to } => {
            Refusal::new(&reason::DIMENSION_CHANGED)
                .with("movement", movement_name(*movement))
                .with("dimension", dimension)
                .with("from", from)
                .with("to", to)
        }
        Rejection::NotTheNextYear { from, to, next } => Refusal::new(&reason::EXECUTING_YEAR_NOT_NEXT)
            .with("from", from)
            .with("to", to)
            .with("next", next),
        Rejection::SameAccount => Refusal::new(&reason::SAME_ACCOUNT),
        Rejection::TooMuchInAll { recorded, asked, max } => {
            Refusal::new(&reason::BOOKS_FULL).with("recorded", recorded).with("asked", asked).with("max", max)
        }
        Rejection::Overdrawn { stage, owner, programme, available, asked, day } => {
            Refusal::new(&reason::OVERDRAWN)
                .with("stage", stage_text(*stage))
                .with("owner", owner)
                .with("programme", programme)
                .with("available", available)
                .with("asked", asked)
                .with("date", day)
        }
        other => unexpected(other),
    }
}

fn of_budget(rejection: &Rejection) -> Refusal {
    match rejection {
        Rejection::UnknownProgramme(code) => Refusal::new(&reason::PROGRAMME_UNKNOWN).with("value", code),
        Rejection::NodeNotInYears { programme, vintage, first, last } => {
            Refusal::new(&reason::NODE_NOT_IN_YEARS)
                .with("programme", programme)
                .with("vintage", vintage)
                .with("first", first)
                .with("last", last)
        }
        Rejection::NodeNotWithin { programme, above } => {
            Refusal::new(&reason::NODE_NOT_WITHIN).with("programme", programme).with("above", above)
        }
        Rejection::UnknownSource(code) => Refusal::new(&reason::FUNDING_SOURCE_UNKNOWN).with("value", code),
        Rejection::SourceMismatch { source_code, book, kind, kinds } => {
            let kinds: Vec<&str> = kinds.iter().map(|&kind| kind_name(kind)).collect();
            Refusal::new(&reason::FUNDING_SOURCE_MISMATCH)
                .with("source", source_code)
                .with("book", book)
                .with("kind", kind_name(*kind))
                .with("expected", kinds.join(", "))
        }
        Rejection::SourceEnded { source_code, day, last } => Refusal::new(&reason::FUNDING_SOURCE_ENDED)
            .with("source", source_code)
            .with("date", day)
            .with("last", last),
        Rejection::SourceNotTaken { source_code, movement, taken } => {
            Refusal::new(&reason::FUNDING_SOURCE_NOT_TAKEN)
                .with("source", source_code)
                .with("movement", movement_name(*movement))
                .with("allowed", taken)
        }
        other => unexpected(other),
    }
}

fn of_area(rejection: &Rejection) -> Refusal {
    match rejection {
        Rejection::UnknownArea(area) => Refusal::new(&reason::UNKNOWN_AREA).with("area", area),
        Rejection::AreaNotInForce { area, day, history } => Refusal::new(&reason::AREA_NOT_IN_FORCE)
            .with("area", area)
            .with("date", day)
            .with("in_force", history),
        Rejection::AreaKeepsNoAccount { area, name } => Refusal::new(&reason::AREA_KIND_MISMATCH)
            .with("area", format!("{} {name}", area.code))
            .with("expected", "tỉnh, huyện (đến 30/6/2025), xã, phường, thị trấn"),
        other => unexpected(other),
    }
}

fn of_owner(rejection: &Rejection) -> Refusal {
    match rejection {
        Rejection::UnknownOwner(owner) => Refusal::new(&reason::OWNER_UNKNOWN).with("owner", owner),
        Rejection::OwnerNotInOffice { owner, name, day, from, to, successor } => {
            Refusal::new(&reason::OWNER_NOT_IN_OFFICE)
                .with("owner", format!("{name} ({owner})"))
                .with("date", day)
                .with("from", from)
                .with("to", to.as_ref().map_or_else(|| "…".to_owned(), Date::to_string))
                .with("successor", successor.as_deref().unwrap_or("-"))
        }
        Rejection::OwnerExists(owner) => Refusal::new(&reason::OWNER_EXISTS).with("owner", owner),
        Rejection::SuccessorNamed { owner, successor, from } => Refusal::new(&reason::SUCCESSOR_NAMED)
            .with("owner", owner)
            .with("successor", successor)
            .with("date", from),
        Rejection::NoSuccessor(owner) => Refusal::new(&reason::SUCCESSOR_MISSING).with("owner", owner),
        Rejection::SuccessorIsOwner(owner) => Refusal::new(&reason::SUCCESSOR_IS_OWNER).with("owner", owner),
        Rejection::SuccessorTooEarly { owner, begins, day } => Refusal::new(&reason::SUCCESSOR_TOO_EARLY)
            .with("owner", owner)
            .with("begins", begins)
            .with("date", day),
        Rejection::NothingToHandOver { owner, day } => {
            Refusal::new(&reason::NOTHING_TO_HAND_OVER).with("owner", owner).with("date", day)
        }
        other => unexpected(other),
    }
}

fn of_time(rejection: &Rejection) -> Refusal {
    match rejection {
        Rejection::ExecutingYearTooEarly { executing_year, vintage } => {
            Refusal::new(&reason::EXECUTING_YEAR_TOO_EARLY)
                .with("executing_year", executing_year)
                .with("vintage", vintage)
        }
        Rejection::FutureDate { day, today } => {
            Refusal::new(&reason::FUTURE_DATE).with("date", day).with("today", today)
        }
        Rejection::BeforeVintage { movement, day, vintage, earliest } => {
            Refusal::new(&reason::DATE_BEFORE_VINTAGE)
                .with("movement", movement_name(*movement))
                .with("date", day)
                .with("vintage", vintage)
                .with("earliest", earliest)
        }
        Rejection::AfterWindow { day, executing_year, last, extension_last, basis, verified } => {
            Refusal::new(&reason::AFTER_WINDOW)
                .with("date", day)
                .with("executing_year", executing_year)
                .with("last", last)
                .with("extension_last", extension_last)
                .with("basis", basis)
                .with("basis_vi", if *verified { basis.as_str() } else { "chưa được kiểm chứng" })
        }
        Rejection::AfterExtension { day, executing_year, last, basis, verified } => {
            Refusal::new(&reason::AFTER_EXTENSION)
                .with("date", day)
                .with("executing_year", executing_year)
                .with("last", last)
                .with("basis", basis)
                .with("basis_vi", if *verified { basis.as_str() } else { "chưa được kiểm chứng" })
        }
        other => unexpected(other),
    }
}

fn of_item(rejection: &Rejection) -> Refusal {
    match rejection {
        Rejection::ItemMissing(stage) => {
            Refusal::new(&reason::ITEM_MISSING).with("stage", stage_text(*stage))
        }
        Rejection::ItemTooEarly(stage) => {
            Refusal::new(&reason::ITEM_TOO_EARLY).with("stage", stage_text(*stage))
        }
        Rejection::UnknownItem(item) => Refusal::new(&reason::ITEM_UNKNOWN).with("item", item),
        Rejection::ItemExists(item) => Refusal::new(&reason::ITEM_EXISTS).with("item", item),
        Rejection::UnknownSupportKind(kind) => {
            Refusal::new(&reason::SUPPORT_KIND_UNKNOWN).with("value", kind)
        }
        Rejection::NotPositive(value) => Refusal::new(&reason::NUMBER_NOT_POSITIVE).with("value", value),
        Rejection::ValuationMissing => Refusal::new(&reason::VALUATION_MISSING),
        Rejection::ValuationNotTaken => Refusal::new(&reason::VALUATION_NOT_TAKEN),
        Rejection::ValuationMismatch { quantity, unit_price, product, amount } => {
            Refusal::new(&reason::VALUATION_MISMATCH)
                .with("quantity", quantity)
                .with("unit_price", unit_price)
                .with("product", product)
                .with("amount", amount)
        }
        other => unexpected(other),
    }
}

fn of_record(rejection: &Rejection) -> Refusal {
    match rejection {
        Rejection::UnknownTransfer(transfer) => {
            Refusal::new(&reason::TRANSFER_NOT_FOUND).with("transfer", transfer)
        }
        Rejection::ReversalOfReversal { transfer, reversal_of } => {
            Refusal::new(&reason::REVERSAL_OF_REVERSAL)
                .with("transfer", transfer)
                .with("reversal_of", reversal_of)
        }
        Rejection::ReversalTooEarly { day, transferred } => {
            Refusal::new(&reason::REVERSAL_TOO_EARLY).with("date", day).with("transferred", transferred)
        }
        Rejection::UnknownCase(case) => Refusal::new(&reason::CASE_NOT_FOUND).with("case", case),
        Rejection::CaseSettled { case, on, by } => {
            Refusal::new(&reason::CASE_SETTLED).with("case", case).with("date", on).with("by", by)
        }
        Rejection::StaleCase { current } => {
            Refusal::new(&reason::STALE_ETAG).with("current_etag", Etag::of(*current))
        }
        // Registered by another process between the reading of the class and the decision: a repeat reads it.
        Rejection::ClassNotRead(_) => Refusal::new(&reason::CONCURRENT_CHANGE),
        other => unexpected(other),
    }
}

/// The poverty view did not answer.
pub(crate) fn poverty_view(error: &projection::Error) -> Refusal {
    tracing::error!(%error, "view of the poverty registry failed: {error}");
    match error {
        projection::Error::NotTrusted(_) => Refusal::new(&reason::VIEWS_NOT_TRUSTED),
        _ => Refusal::new(&reason::STORE_UNAVAILABLE),
    }
}

/// The poverty view is not as fresh as it was asked to be.
pub(crate) fn poverty_behind(error: &projection::WaitError) -> Refusal {
    match error {
        projection::WaitError::TooLate { wanted, applied, .. } => not_caught_up(*applied, *wanted),
        projection::WaitError::Closed => Refusal::new(&reason::SHUTTING_DOWN),
    }
}

/// A sum that no amount of the API holds.
pub(crate) fn sum_too_large(sum: i128) -> Refusal {
    tracing::error!(%sum, "sum of amounts does not fit into 64 bits: {sum}");
    Refusal::new(&reason::INTERNAL)
}

/// In both languages: what officials call it, and what the API calls it.
fn stage_text(stage: Stage) -> String {
    format!("{} ({})", stage_vi(stage), stage_name(stage))
}

fn names(movements: &[Movement]) -> String {
    if movements.is_empty() {
        return "-".to_owned();
    }
    movements.iter().map(|&movement| movement_name(movement)).collect::<Vec<_>>().join(", ")
}

fn unexpected(rejection: &Rejection) -> Refusal {
    tracing::error!(error = %rejection, "rejection without its own texts: {rejection}");
    Refusal::new(&reason::INTERNAL)
}
