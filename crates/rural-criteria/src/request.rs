//! Reads requests: texts become typed values or a refusal that names the field. All faults of one request are told at
//! once.

use crate::{
    domain::{
        AcknowledgeTitle, AssessArea, Command, DecideListing, RecogniseTitle, RecordObservation, RevokeTitle,
    },
    refusals,
};
use api::rural::{
    self, AcknowledgeTitleRequest, AssessAreaRequest, DecideListingRequest, RecogniseTitleRequest,
    RecordObservationRequest, RevokeTitleRequest,
};
use decider::Intent;
use events::rural::{ListKind, TitleTier};
use kernel::{AssessmentId, ObservationId, parse_date};
use service::{
    Refusal,
    request::{
        self, decision,
        fields::{self, Faults, Header, area_key, date, required_text},
    },
};

use official::official;
use value::value;

mod official;
mod value;

const CODE_CHARACTERS_MAX: usize = 100;
const WORDS_CHARACTERS_MAX: usize = 300;
/// Numbers of criteria that a revocation relies on.
const CRITERIA_MAX: usize = 100;

/// An observation.
pub(crate) fn observation(mut request: RecordObservationRequest) -> Result<Intent<Command>, Refusal> {
    let mut faults = Faults::default();
    let header = Header::read(&mut request.header, &mut faults);
    let fingerprint = request::fingerprint("RecordObservation", &request);
    let area = faults.keep(area_key("area", &request.area));
    let set = faults.keep(code("set", &request.set));
    let indicator = faults.keep(code("indicator", &request.indicator));
    let observed_on = faults.keep(date("observed_on", &request.observed_on));
    let value = value(request.value, &mut faults);
    let source = faults.keep(required_text("source", &request.source, WORDS_CHARACTERS_MAX));
    let corrects = optional(&request.corrects, |name| fields::resource("corrects", "observations", name));
    let corrects = faults.keep(corrects);
    let (Some(area), Some(set), Some(indicator), Some(observed_on)) = (area, set, indicator, observed_on)
    else {
        return Err(faults.refusal());
    };
    let (Some(value), Some(source), Some(corrects)) = (value, source, corrects) else {
        return Err(faults.refusal());
    };
    faults.none()?;
    let observation = ObservationId::from_uuid(header.request_id.derive("observation", 0));
    let command =
        RecordObservation { observation, area, set, indicator, observed_on, value, source, corrects };
    Ok(Intent { header, fingerprint, command: Command::Observe(command) })
}

/// An assessment. What the poverty registry says is not in it yet, and the consistency token is no part of what is asked:
/// a repeat may carry another one.
pub(crate) fn assessment(mut request: AssessAreaRequest) -> Result<Intent<Command>, Refusal> {
    let mut faults = Faults::default();
    let header = Header::read(&mut request.header, &mut faults);
    request.consistency_token.clear();
    let fingerprint = request::fingerprint("AssessArea", &request);
    let area = faults.keep(area_key("area", &request.area));
    let set = faults.keep(code("set", &request.set));
    let assessed_on = faults.keep(date("assessed_on", &request.assessed_on));
    let year = faults.keep(year(request.assessed_year));
    let column = faults.keep(optional(&request.column, |column| code("column", column)));
    let official = official(request.official, &mut faults);
    let (Some(area), Some(set), Some(assessed_on), Some(year), Some(column)) =
        (area, set, assessed_on, year, column)
    else {
        return Err(faults.refusal());
    };
    faults.none()?;
    let command = AssessArea {
        request: header.request_id,
        assessment: AssessmentId::from_uuid(header.request_id.derive("assessment", 0)),
        area,
        set,
        assessed_on,
        year,
        column,
        official,
        poverty: None,
    };
    Ok(Intent { header, fingerprint, command: Command::Assess(command) })
}

/// A recognition.
pub(crate) fn recognition(mut request: RecogniseTitleRequest) -> Result<Intent<Command>, Refusal> {
    let mut faults = Faults::default();
    let header = Header::read(&mut request.header, &mut faults);
    let fingerprint = request::fingerprint("RecogniseTitle", &request);
    let area = faults.keep(area_key("area", &request.area));
    let tier = faults.keep(tier(request.tier));
    let set = faults.keep(code("set", &request.set));
    let year = faults.keep(year(request.assessed_year));
    let effective = faults.keep(date("effective_date", &request.effective_date));
    let decision = faults.keep(decision("decision", request.decision));
    let votes = request.votes.map(|votes| value::share("votes", &votes)).transpose();
    let votes = faults.keep(votes);
    let assessment =
        optional(&request.assessment, |name| fields::resource("assessment", "assessments", name));
    let assessment = faults.keep(assessment);
    let (Some(area), Some(tier), Some(set), Some(year), Some(effective)) = (area, tier, set, year, effective)
    else {
        return Err(faults.refusal());
    };
    let (Some(decision), Some(votes), Some(assessment)) = (decision, votes, assessment) else {
        return Err(faults.refusal());
    };
    faults.none()?;
    let command = RecogniseTitle { area, tier, set, year, effective, decision, votes, assessment };
    Ok(Intent { header, fingerprint, command: Command::Recognise(command) })
}

/// An acknowledgement.
pub(crate) fn acknowledgement(mut request: AcknowledgeTitleRequest) -> Result<Intent<Command>, Refusal> {
    let mut faults = Faults::default();
    let header = Header::read(&mut request.header, &mut faults);
    let fingerprint = request::fingerprint("AcknowledgeTitle", &request);
    let area = faults.keep(area_key("area", &request.area));
    let tier = faults.keep(tier(request.tier));
    let effective = faults.keep(date("effective_date", &request.effective_date));
    let decision = faults.keep(decision("decision", request.decision));
    let (Some(area), Some(tier), Some(effective), Some(decision)) = (area, tier, effective, decision) else {
        return Err(faults.refusal());
    };
    faults.none()?;
    let command = AcknowledgeTitle { area, tier, effective, decision };
    Ok(Intent { header, fingerprint, command: Command::Acknowledge(command) })
}

/// A revocation.
pub(crate) fn revocation(mut request: RevokeTitleRequest) -> Result<Intent<Command>, Refusal> {
    let mut faults = Faults::default();
    let header = Header::read(&mut request.header, &mut faults);
    let fingerprint = request::fingerprint("RevokeTitle", &request);
    let area = faults.keep(area_key("area", &request.area));
    let tier = faults.keep(tier(request.tier));
    let effective = faults.keep(date("effective_date", &request.effective_date));
    let decision = faults.keep(decision("decision", request.decision));
    let ground = faults.keep(required_text("ground", &request.ground, WORDS_CHARACTERS_MAX));
    let criteria = faults.keep(criteria_relied_on(&request.criteria));
    let (Some(area), Some(tier), Some(effective)) = (area, tier, effective) else {
        return Err(faults.refusal());
    };
    let (Some(decision), Some(ground), Some(criteria)) = (decision, ground, criteria) else {
        return Err(faults.refusal());
    };
    faults.none()?;
    let command = RevokeTitle { area, tier, effective, decision, criteria, ground };
    Ok(Intent { header, fingerprint, command: Command::Revoke(command) })
}

/// A decision on a list.
pub(crate) fn listing(mut request: DecideListingRequest) -> Result<Intent<Command>, Refusal> {
    let mut faults = Faults::default();
    let header = Header::read(&mut request.header, &mut faults);
    let fingerprint = request::fingerprint("DecideListing", &request);
    let area = faults.keep(area_key("area", &request.area));
    let list = faults.keep(list(request.list));
    let effective = faults.keep(date("effective_date", &request.effective_date));
    let decision = faults.keep(decision("decision", request.decision));
    let entry = faults.keep(optional(&request.entry, |entry| code("entry", entry)));
    let (Some(area), Some(list), Some(effective), Some(decision), Some(entry)) =
        (area, list, effective, decision, entry)
    else {
        return Err(faults.refusal());
    };
    faults.none()?;
    let command = DecideListing { area, list, entry, effective, decision };
    Ok(Intent { header, fingerprint, command: Command::List(command) })
}

fn tier(number: i32) -> Result<TitleTier, Refusal> {
    match rural::Tier::try_from(number) {
        Ok(rural::Tier::VillageTitle) => Ok(TitleTier::Village),
        Ok(rural::Tier::CommuneTitle) => Ok(TitleTier::Commune),
        Ok(rural::Tier::AdvancedCommune) => Ok(TitleTier::AdvancedCommune),
        Ok(rural::Tier::ModelCommune) => Ok(TitleTier::ModelCommune),
        Ok(rural::Tier::DistrictTitle) => Ok(TitleTier::District),
        Ok(rural::Tier::Unspecified) => Err(fields::missing("tier")),
        Err(_) => {
            let expected = "VILLAGE_TITLE, COMMUNE_TITLE, ADVANCED_COMMUNE, MODEL_COMMUNE, DISTRICT_TITLE";
            Err(fields::invalid("tier", &number.to_string(), expected))
        }
    }
}

fn list(number: i32) -> Result<ListKind, Refusal> {
    match rural::ListKind::try_from(number) {
        Ok(rural::ListKind::Region) => Ok(ListKind::Region),
        Ok(rural::ListKind::PoorDistrict) => Ok(ListKind::PoorDistrict),
        Ok(rural::ListKind::Unspecified) => Err(fields::missing("list")),
        Err(_) => Err(fields::invalid("list", &number.to_string(), "REGION, POOR_DISTRICT")),
    }
}

fn year(number: i32) -> Result<i16, Refusal> {
    if number == 0 {
        return Err(fields::missing("assessed_year"));
    }
    let known = i16::try_from(number).ok().filter(|year| parse_date(&format!("{year:04}-01-01")).is_some());
    known.ok_or_else(|| fields::invalid("assessed_year", &number.to_string(), "2022"))
}

fn criteria_relied_on(numbers: &[i32]) -> Result<Vec<u16>, Refusal> {
    if numbers.len() > CRITERIA_MAX {
        let refusal = Refusal::new(&service::reason::TOO_MANY_ITEMS);
        return Err(refusal.with("count", numbers.len()).with("max", CRITERIA_MAX).at("criteria"));
    }
    let mut read = Vec::with_capacity(numbers.len());
    for (index, number) in numbers.iter().enumerate() {
        let known = u16::try_from(*number).ok().filter(|known| *known > 0 && !read.contains(known));
        let known = known.ok_or_else(|| {
            let expected = "số tiêu chí, mỗi số một lần / the number of a criterion, each once";
            fields::invalid(&format!("criteria[{index}]"), &number.to_string(), expected)
        });
        read.push(known?);
    }
    Ok(read)
}

/// An id or code of the packs.
fn code(field: &str, text: &str) -> Result<String, Refusal> {
    required_text(field, text, CODE_CHARACTERS_MAX)
}

/// What is read where the field is not empty.
fn optional<T>(text: &str, read: impl FnOnce(&str) -> Result<T, Refusal>) -> Result<Option<T>, Refusal> {
    if text.is_empty() { Ok(None) } else { read(text).map(Some) }
}

/// A set that a query names; `None` where it names none.
pub(crate) fn known_set<'a>(
    reference: &'a reference::Reference,
    field: &str,
    id: &str,
) -> Result<Option<&'a reference::criteria::CriteriaSet>, Refusal> {
    if id.is_empty() {
        return Ok(None);
    }
    reference.criteria.get(id).map(Some).ok_or_else(|| refusals::unknown_set(field, id))
}
