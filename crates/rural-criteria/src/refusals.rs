//! How the service says no: each rejection of the domain, and each failure around it, as a row of the one error table.

use crate::domain::{Command, DayOf, Rejection, values::Impossible};
use decider::Disorder;
use kernel::AreaKey;
use service::{Refusal, reason};

/// The refusal for a rejection, with the path of the field to mend.
pub(crate) fn rejected(rejection: &Rejection, command: &Command) -> Refusal {
    match rejection {
        Rejection::UnknownArea(area) => unknown_area(area),
        Rejection::AreaNotInForce { area, day, versions } => Refusal::new(&reason::AREA_NOT_IN_FORCE)
            .with("area", area)
            .with("date", day)
            .with("in_force", versions)
            .at("area"),
        Rejection::AreaKind { area, expected } => Refusal::new(&reason::AREA_KIND_MISMATCH)
            .with("area", area)
            .with("expected", expected.named())
            .at("area"),
        Rejection::NotMerged(area) => Refusal::new(&reason::NOT_A_MERGED_AREA).with("area", area).at("area"),
        Rejection::FutureDate { of, date, today } => Refusal::new(&reason::FUTURE_DATE)
            .with("date", date)
            .with("today", today)
            .at(day_field(*of, command)),
        Rejection::DateImplausible { of, date } => {
            Refusal::new(&reason::DATE_IMPLAUSIBLE).with("date", date).at(day_field(*of, command))
        }
        Rejection::UnknownIndicator { .. }
        | Rejection::DerivedIndicator { .. }
        | Rejection::ValueKind { .. }
        | Rejection::UnknownPart { .. }
        | Rejection::ObservationNotFound(_)
        | Rejection::ObservationOfAnother { .. }
        | Rejection::ObservationCorrected { .. } => of_observation(rejection),
        Rejection::UnknownSet(_)
        | Rejection::SetHasNoCriteria(_)
        | Rejection::SetSuperseded { .. }
        | Rejection::SetNotOpen { .. }
        | Rejection::YearOutsideSet { .. }
        | Rejection::UnknownColumn { .. }
        | Rejection::UnknownCriterion { .. }
        | Rejection::OfficialAmbiguous { .. }
        | Rejection::OfficialRepeated { .. }
        | Rejection::TierOfAnotherSet { .. } => of_set(rejection, command),
        Rejection::TitleHeld { .. }
        | Rejection::TitleNeeded { .. }
        | Rejection::TitleNotHeld { .. }
        | Rejection::AssessmentNotFound(_)
        | Rejection::AssessmentOfAnother { .. } => of_title(rejection),
        Rejection::UnknownEntry { entry, expected } => {
            service::request::fields::invalid("entry", entry, expected)
        }
        Rejection::ListingUnchanged { area, entry, day } => Refusal::new(&reason::LISTING_UNCHANGED)
            .with("area", area)
            .with("entry", entry)
            .with("date", day)
            .at("entry"),
    }
}

/// No area of any map has the key.
pub(crate) fn unknown_area(area: &AreaKey) -> Refusal {
    Refusal::new(&reason::UNKNOWN_AREA).with("area", area).at("area")
}

/// No set has the id.
pub(crate) fn unknown_set(field: &str, set: &str) -> Refusal {
    Refusal::new(&reason::UNKNOWN_CRITERIA_SET).with("set", set).at(field)
}

/// Numbers that cannot have been counted, at a fraction or a count.
pub(crate) fn impossible(field: &str, impossible: Impossible) -> Refusal {
    match impossible {
        Impossible::Denominator(denominator) => Refusal::new(&reason::DENOMINATOR_NOT_POSITIVE)
            .with("denominator", denominator)
            .at(format!("{field}.denominator")),
        Impossible::Numerator { numerator, denominator } => Refusal::new(&reason::NUMERATOR_OUT_OF_RANGE)
            .with("numerator", numerator)
            .with("denominator", denominator)
            .at(format!("{field}.numerator")),
        Impossible::Negative(number) => Refusal::new(&reason::NEGATIVE_SCORE).with("value", number).at(field),
    }
}

/// What was decided cannot be written down: an error of this program.
pub(crate) fn unrecordable(disorder: &Disorder) -> Refusal {
    tracing::error!(%disorder, "decision cannot be recorded: {disorder}");
    Refusal::new(&reason::INTERNAL)
}

/// The view of the poverty registry's events failed.
pub(crate) fn poverty_view(error: &projection::Error) -> Refusal {
    tracing::error!(%error, "view of the poverty registry failed: {error}");
    match error {
        projection::Error::NotTrusted(_) => Refusal::new(&reason::VIEWS_NOT_TRUSTED),
        _ => Refusal::new(&reason::STORE_UNAVAILABLE),
    }
}

fn of_observation(rejection: &Rejection) -> Refusal {
    match rejection {
        Rejection::UnknownIndicator { indicator, set } => {
            Refusal::new(&reason::UNKNOWN_CRITERION).with("of", indicator).with("set", set).at("indicator")
        }
        Rejection::DerivedIndicator { indicator, set } => Refusal::new(&reason::DERIVED_INDICATOR)
            .with("indicator", indicator)
            .with("set", set)
            .at("indicator"),
        Rejection::ValueKind { indicator, expected } => Refusal::new(&reason::VALUE_KIND_MISMATCH)
            .with("indicator", indicator)
            .with("expected", expected.fields())
            .at("value"),
        Rejection::UnknownPart { part, expected } => {
            service::request::fields::invalid("value.parts", part, expected)
        }
        Rejection::ObservationNotFound(observation) => Refusal::new(&reason::OBSERVATION_NOT_FOUND)
            .with("observation", format!("observations/{observation}"))
            .at("corrects"),
        Rejection::ObservationOfAnother { observation, area, set, indicator } => {
            Refusal::new(&reason::OBSERVATION_OF_ANOTHER)
                .with("observation", format!("observations/{observation}"))
                .with("area", area)
                .with("set", set)
                .with("indicator", indicator)
                .at("corrects")
        }
        Rejection::ObservationCorrected { observation, by } => Refusal::new(&reason::OBSERVATION_CORRECTED)
            .with("observation", format!("observations/{observation}"))
            .with("corrected_by", format!("observations/{by}"))
            .at("corrects"),
        other => unexpected(other),
    }
}

fn of_set(rejection: &Rejection, command: &Command) -> Refusal {
    match rejection {
        Rejection::UnknownSet(set) => unknown_set("set", set),
        Rejection::SetHasNoCriteria(set) => {
            Refusal::new(&reason::SET_HAS_NO_CRITERIA).with("set", set).at("set")
        }
        Rejection::SetSuperseded { set, day, successor } => Refusal::new(&reason::SET_SUPERSEDED)
            .with("set", set)
            .with("date", day)
            .with("successor", successor)
            .at("set"),
        Rejection::SetNotOpen { set, day, from, to } => Refusal::new(&reason::SET_NOT_OPEN)
            .with("set", set)
            .with("date", day)
            .with("from", from)
            .with("to", to.as_deref().unwrap_or("…"))
            .at("set"),
        Rejection::YearOutsideSet { set, year, first, last } => Refusal::new(&reason::YEAR_OUTSIDE_SET)
            .with("set", set)
            .with("year", year)
            .with("first", first)
            .with("last", last)
            .at("assessed_year"),
        Rejection::UnknownColumn { column, set, columns } => Refusal::new(&reason::SET_COLUMN_INVALID)
            .with("column", column)
            .with("set", set)
            .with("columns", if columns.is_empty() { "–" } else { columns })
            .at("column"),
        Rejection::UnknownCriterion { of, set, index } => {
            let field = match command {
                Command::Revoke(_) => format!("criteria[{index}]"),
                _ => format!("official[{index}].of"),
            };
            Refusal::new(&reason::UNKNOWN_CRITERION).with("of", of).with("set", set).at(field)
        }
        Rejection::OfficialAmbiguous { of, index } => {
            let expected = format!("criteria/{of}, indicators/{of}");
            service::request::fields::invalid(&format!("official[{index}].of"), of, &expected)
        }
        Rejection::OfficialRepeated { of, index } => {
            Refusal::new(&reason::OFFICIAL_RESULT_REPEATED).with("of", of).at(format!("official[{index}].of"))
        }
        Rejection::TierOfAnotherSet { tier, set, set_tier } => Refusal::new(&reason::TITLE_TIER_MISMATCH)
            .with("tier", tier)
            .with("set", set)
            .with("set_tier", set_tier)
            .at("set"),
        other => unexpected(other),
    }
}

fn of_title(rejection: &Rejection) -> Refusal {
    match rejection {
        Rejection::TitleHeld { area, tier, since, decision } => Refusal::new(&reason::TITLE_HELD)
            .with("area", area)
            .with("tier", tier)
            .with("since", since)
            .with("decision", decision)
            .at("tier"),
        Rejection::TitleNeeded { area, tier, needed, day } => Refusal::new(&reason::TITLE_NEEDED)
            .with("area", area)
            .with("tier", tier)
            .with("needed", needed)
            .with("date", day)
            .at("tier"),
        Rejection::TitleNotHeld { area, tier, day, recorded } => Refusal::new(&reason::TITLE_NOT_HELD)
            .with("area", area)
            .with("tier", tier)
            .with("date", day)
            .with("recorded", recorded)
            .at("tier"),
        Rejection::AssessmentNotFound(assessment) => Refusal::new(&reason::AREA_ASSESSMENT_NOT_FOUND)
            .with("assessment", format!("assessments/{assessment}"))
            .at("assessment"),
        Rejection::AssessmentOfAnother { assessment, area, set, year } => {
            Refusal::new(&reason::AREA_ASSESSMENT_OF_ANOTHER)
                .with("assessment", format!("assessments/{assessment}"))
                .with("area", area)
                .with("set", set)
                .with("year", year)
                .at("assessment")
        }
        other => unexpected(other),
    }
}

const fn day_field(of: DayOf, command: &Command) -> &'static str {
    match (of, command) {
        (DayOf::Signing, _) => "decision.signed_on",
        (DayOf::Effect, Command::Observe(_)) => "observed_on",
        (DayOf::Effect, Command::Assess(_)) => "assessed_on",
        (DayOf::Effect, _) => "effective_date",
    }
}

fn unexpected(rejection: &Rejection) -> Refusal {
    tracing::error!(error = %rejection, "rejection without its own texts: {rejection}");
    Refusal::new(&reason::INTERNAL)
}
