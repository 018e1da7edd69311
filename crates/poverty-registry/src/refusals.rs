//! How the registry says no: each rejection of the domain, and each failure around it, as a row of the one error table.

use crate::{
    domain::{AreaField, Command, Disorder, HeadField, IncomeMeasure, MEMBERS_MAX, Rejection},
    history, keys, sealing,
};
use kernel::HouseholdId;
use service::{Refusal, reason, request::Etag};

/// The refusal for a rejection, with the path of the field to mend.
pub(crate) fn rejected(rejection: &Rejection, command: &Command) -> Refusal {
    match rejection {
        Rejection::HouseholdNotFound(household) => not_found(*household),
        Rejection::HouseholdExists(household) => {
            Refusal::new(&reason::HOUSEHOLD_EXISTS).with("household", household).at("household_id")
        }
        Rejection::DateImplausible(_)
        | Rejection::FutureDate { .. }
        | Rejection::AssessmentTooFarAhead { .. }
        | Rejection::BeforeRegistration { .. }
        | Rejection::DateGoesBackwards { .. } => of_date(rejection),
        Rejection::UnknownArea { .. }
        | Rejection::AreaNotInForce { .. }
        | Rejection::NotACommune { .. }
        | Rejection::VillageElsewhere { .. }
        | Rejection::ResidenceNotPlaced { .. }
        | Rejection::SameResidence(_) => of_place(rejection),
        Rejection::NoMembers
        | Rejection::TooManyMembers(_)
        | Rejection::NoHead(_)
        | Rejection::TwoHeads { .. }
        | Rejection::MemberExists { .. }
        | Rejection::MemberNotFound { .. }
        | Rejection::UnknownEthnicity { .. }
        | Rejection::NameMissing(_)
        | Rejection::NameTooLong { .. }
        | Rejection::NameUnreadable(_)
        | Rejection::BirthDateImplausible(_)
        | Rejection::LastMemberLeaves
        | Rejection::NothingToChange => of_members(rejection, command),
        Rejection::NoStandard(_)
        | Rejection::AssessmentExists { .. }
        | Rejection::IncomeMissing { .. }
        | Rejection::IncomeMeasureWrong { .. }
        | Rejection::NegativeScore(_)
        | Rejection::ScoreOutOfRange { .. }
        | Rejection::NegativeIncome(_)
        | Rejection::IncomeOutOfRange { .. }
        | Rejection::UnknownIndicator { .. }
        | Rejection::AnswerRepeated { .. }
        | Rejection::AnswersMissing { .. } => of_assessment(rejection),
    }
}

fn of_date(rejection: &Rejection) -> Refusal {
    let refusal = match rejection {
        Rejection::FutureDate { effective, today } => {
            Refusal::new(&reason::FUTURE_DATE).with("date", effective).with("today", today)
        }
        Rejection::AssessmentTooFarAhead { effective, latest } => {
            Refusal::new(&reason::ASSESSMENT_TOO_FAR_AHEAD).with("date", effective).with("latest", latest)
        }
        Rejection::BeforeRegistration { effective, registered } => {
            Refusal::new(&reason::DATE_BEFORE_REGISTRATION)
                .with("date", effective)
                .with("registered", registered)
        }
        Rejection::DateGoesBackwards { effective, last_change } => {
            Refusal::new(&reason::DATE_OUT_OF_ORDER).with("date", effective).with("latest", last_change)
        }
        Rejection::DateImplausible(effective) => {
            Refusal::new(&reason::DATE_IMPLAUSIBLE).with("date", effective)
        }
        other => unexpected(other),
    };
    refusal.at("effective_date")
}

fn of_place(rejection: &Rejection) -> Refusal {
    match rejection {
        Rejection::UnknownArea { code, field } => {
            Refusal::new(&reason::UNKNOWN_AREA).with("area", code).at(field_of(*field))
        }
        Rejection::AreaNotInForce { code, day, history, field } => Refusal::new(&reason::AREA_NOT_IN_FORCE)
            .with("area", code)
            .with("date", day)
            .with("in_force", history)
            .at(field_of(*field)),
        Rejection::NotACommune { code, name } => {
            Refusal::new(&reason::NOT_A_COMMUNE).with("area", format!("{code} {name}")).at("commune_code")
        }
        Rejection::VillageElsewhere { village, commune, day } => {
            Refusal::new(&reason::VILLAGE_NOT_IN_COMMUNE)
                .with("village", village)
                .with("commune", commune)
                .with("date", day)
                .at("village_code")
        }
        Rejection::ResidenceNotPlaced { recorded, day } => Refusal::new(&reason::RESIDENCE_NOT_ON_MAP)
            .with("area", recorded)
            .with("date", day)
            .at("effective_date"),
        Rejection::SameResidence(commune) => {
            Refusal::new(&reason::SAME_RESIDENCE).with("area", commune).at("commune_code")
        }
        other => unexpected(other),
    }
}

fn of_members(rejection: &Rejection, command: &Command) -> Refusal {
    let list = if matches!(command, Command::Register(_)) { "members" } else { "add" };
    match rejection {
        Rejection::NoMembers => Refusal::new(&reason::FIELD_MISSING).with("field", list).at(list),
        Rejection::TooManyMembers(count) => {
            Refusal::new(&reason::TOO_MANY_MEMBERS).with("count", count).with("max", MEMBERS_MAX).at(list)
        }
        Rejection::NoHead(field) => Refusal::new(&reason::NO_HEAD).at(head_field(*field)),
        Rejection::TwoHeads { count, field } => {
            Refusal::new(&reason::TWO_HEADS).with("count", count).at(head_field(*field))
        }
        Rejection::MemberExists { member, index } => Refusal::new(&reason::DUPLICATE_MEMBER)
            .with("member", member)
            .at(format!("{list}[{index}].member_id")),
        Rejection::MemberNotFound { member, index } => Refusal::new(&reason::UNKNOWN_MEMBER)
            .with("member", member)
            .at(index.map_or_else(|| "new_head".to_owned(), |index| format!("remove[{index}]"))),
        Rejection::UnknownEthnicity { code, index } => Refusal::new(&reason::UNKNOWN_ETHNICITY)
            .with("value", code)
            .at(format!("{list}[{index}].ethnicity")),
        Rejection::NameMissing(index) => {
            Refusal::new(&reason::NAME_MISSING).at(format!("{list}[{index}].full_name"))
        }
        Rejection::NameTooLong { index, max } => {
            Refusal::new(&reason::NAME_TOO_LONG).with("max", max).at(format!("{list}[{index}].full_name"))
        }
        Rejection::NameUnreadable(index) => {
            Refusal::new(&reason::NAME_UNREADABLE).at(format!("{list}[{index}].full_name"))
        }
        Rejection::BirthDateImplausible(index) => birth_date(&format!("{list}[{index}].birth_date")),
        Rejection::LastMemberLeaves => Refusal::new(&reason::LAST_MEMBER).at("remove"),
        Rejection::NothingToChange => Refusal::new(&reason::NOTHING_TO_CHANGE).at("add"),
        other => unexpected(other),
    }
}

fn of_assessment(rejection: &Rejection) -> Refusal {
    match rejection {
        Rejection::NoStandard(day) => {
            Refusal::new(&reason::NO_STANDARD_IN_FORCE).with("date", day).at("effective_date")
        }
        Rejection::AssessmentExists { effective, standard } => Refusal::new(&reason::ASSESSMENT_EXISTS)
            .with("date", effective)
            .with("standard", standard)
            .at("effective_date"),
        Rejection::IncomeMissing { standard, needed }
        | Rejection::IncomeMeasureWrong { standard, needed } => {
            let field = match needed {
                IncomeMeasure::Score => "b1_score",
                IncomeMeasure::PerPersonMonth => "income_per_person_month",
            };
            Refusal::new(&reason::INCOME_KIND_MISMATCH)
                .with("standard", standard)
                .with("expected", field)
                .at(field)
        }
        Rejection::NegativeScore(points) => {
            Refusal::new(&reason::NEGATIVE_SCORE).with("value", points).at("b1_score")
        }
        Rejection::ScoreOutOfRange { points, max, standard } => Refusal::new(&reason::SCORE_OUT_OF_RANGE)
            .with("value", points)
            .with("max", max)
            .with("standard", standard)
            .at("b1_score"),
        Rejection::NegativeIncome(amount) => {
            Refusal::new(&reason::NEGATIVE_SCORE).with("value", amount).at("income_per_person_month")
        }
        Rejection::IncomeOutOfRange { amount, max, standard } => Refusal::new(&reason::SCORE_OUT_OF_RANGE)
            .with("value", amount)
            .with("max", max)
            .with("standard", standard)
            .at("income_per_person_month"),
        Rejection::UnknownIndicator { indicator, standard, index } => {
            Refusal::new(&reason::UNKNOWN_INDICATOR)
                .with("indicator", indicator)
                .with("standard", standard)
                .at(format!("answers[{index}].indicator"))
        }
        Rejection::AnswerRepeated { indicator, index } => Refusal::new(&reason::DUPLICATE_ANSWER)
            .with("indicator", indicator)
            .at(format!("answers[{index}].indicator")),
        Rejection::AnswersMissing { standard, missing } => {
            let each = missing.iter().map(|indicator| {
                Refusal::new(&reason::MISSING_ANSWER)
                    .with("indicator", indicator)
                    .with("standard", standard)
                    .at("answers")
            });
            Refusal::all(each).unwrap_or_else(|| unexpected(rejection))
        }
        other => unexpected(other),
    }
}

fn field_of(field: AreaField) -> &'static str {
    match field {
        AreaField::Commune => "commune_code",
        AreaField::Village => "village_code",
    }
}

fn head_field(field: HeadField) -> String {
    match field {
        HeadField::Members => "members".to_owned(),
        HeadField::Added(index) => format!("add[{index}].head"),
        HeadField::NewHead => "new_head".to_owned(),
    }
}

/// The value is personal data and is not repeated.
pub(crate) fn birth_date(field: &str) -> Refusal {
    Refusal::new(&reason::BIRTH_DATE_INVALID).at(field)
}

pub(crate) fn not_found(household: HouseholdId) -> Refusal {
    Refusal::new(&reason::HOUSEHOLD_NOT_FOUND).with("household", household).at("household")
}

pub(crate) fn stale_etag(current_version: u64) -> Refusal {
    Refusal::new(&reason::STALE_ETAG).with("current_etag", Etag::of(current_version)).at("etag")
}

/// The command was decided anew for as long as it may be, and another writer came first each time.
pub(crate) fn contended() -> Refusal {
    Refusal::new(&reason::CONCURRENT_CHANGE)
}

/// The command carries personal data of a household whose key is destroyed.
pub(crate) fn erased(household: HouseholdId) -> Refusal {
    Refusal::new(&reason::PERSONAL_DATA_ERASED).with("household", household)
}

pub(crate) fn read_model(error: &projection::Error) -> Refusal {
    tracing::error!(%error, "read model of the registry failed: {error}");
    match error {
        projection::Error::NotTrusted(_) => Refusal::new(&reason::VIEWS_NOT_TRUSTED),
        _ => Refusal::new(&reason::STORE_UNAVAILABLE),
    }
}

impl From<keys::Error> for Refusal {
    fn from(error: keys::Error) -> Self {
        tracing::error!(%error, "key store failed: {error}");
        Self::new(&reason::STORE_UNAVAILABLE)
    }
}

impl From<sealing::Error> for Refusal {
    fn from(error: sealing::Error) -> Self {
        tracing::error!(%error, "personal data could not be sealed: {error}");
        Self::new(&reason::INTERNAL)
    }
}

impl From<history::Error> for Refusal {
    fn from(error: history::Error) -> Self {
        tracing::error!(%error, "history of a household cannot be read: {error}");
        Self::new(&reason::INTERNAL)
    }
}

/// A decision that cannot follow the household's facts: an error of this program.
impl From<Disorder> for Refusal {
    fn from(disorder: Disorder) -> Self {
        tracing::error!(error = %disorder, "decision cannot be applied: {disorder}");
        Self::new(&reason::INTERNAL)
    }
}

pub(crate) fn encoding(error: &serde_json::Error) -> Refusal {
    tracing::error!(%error, "event cannot be encoded: {error}");
    Refusal::new(&reason::INTERNAL)
}

fn unexpected(rejection: &Rejection) -> Refusal {
    tracing::error!(error = %rejection, "rejection without its own texts: {rejection}");
    Refusal::new(&reason::INTERNAL)
}
