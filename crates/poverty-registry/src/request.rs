//! Reads requests: texts become typed values or a refusal that names the field. All faults of one request are told at
//! once.

use crate::{
    commands::{Effect, Intent},
    domain::{
        Answer, BirthDate, ChangeMembers, Command, Measured, MoveHousehold, NewMember, Person,
        RecordAssessment, RegisterHousehold, Sex,
    },
    refusals,
};
use api::poverty::{
    ChangeMembersRequest, CommandHeader, MoveHouseholdRequest, RecordAssessmentRequest,
    RegisterHouseholdRequest, record_assessment_request,
};
use event_log::Fingerprint;
use kernel::{
    AreaCode, AssessmentId, Date, HouseholdId, MemberId, Money, RequestId, VillageCode, parse_date,
};
use service::{Refusal, reason, request};
use std::str::FromStr;

/// How ids are written, for refusals.
const UUID_SHAPE: &str = "UUID (2f1c7c1e-8f0b-5c3a-9a57-0d6c1f2e3b4a)";
const HOUSEHOLD_SHAPE: &str = "households/2f1c7c1e-8f0b-5c3a-9a57-0d6c1f2e3b4a";
const DOCUMENT_CHARACTERS_MAX: usize = 300;

/// A registration.
pub(crate) fn register(mut request: RegisterHouseholdRequest) -> Result<Intent, Refusal> {
    let mut faults = Faults::default();
    let header = Header::read(&mut request.header, &mut faults);
    let fingerprint = request::fingerprint("RegisterHousehold", &request);
    let effective = faults.keep(date("effective_date", &request.effective_date));
    let commune = faults.keep(commune(&request.commune_code));
    let village = faults.keep(village(&request.village_code));
    let request_id = header.request_id;
    let household = faults.keep(id_or_derived("household_id", &request.household_id, || {
        HouseholdId::from_uuid(request_id.derive("household", 0))
    }));
    let members = members("members", request.members, request_id, &mut faults);
    let (Some(effective), Some(commune), Some(village), Some(household)) =
        (effective, commune, village, household)
    else {
        return Err(faults.refusal());
    };
    let command = RegisterHousehold { household, effective, commune, village, members };
    header.intent(Command::Register(command), "", fingerprint, faults)
}

/// A change of members.
pub(crate) fn change_members(mut request: ChangeMembersRequest) -> Result<Intent, Refusal> {
    let mut faults = Faults::default();
    let header = Header::read(&mut request.header, &mut faults);
    let fingerprint = request::fingerprint("ChangeMembers", &request);
    let household = faults.keep(household("household", &request.household));
    let effective = faults.keep(date("effective_date", &request.effective_date));
    let add = members("add", request.add, header.request_id, &mut faults);
    let mut remove = Vec::with_capacity(request.remove.len());
    for (index, member) in request.remove.iter().enumerate() {
        remove.extend(faults.keep(id::<MemberId>(&format!("remove[{index}]"), member)));
    }
    let new_head = match request.new_head.as_str() {
        "" => None,
        member => faults.keep(id::<MemberId>("new_head", member)),
    };
    let (Some(household), Some(effective)) = (household, effective) else { return Err(faults.refusal()) };
    let command = ChangeMembers { household, effective, add, remove, new_head };
    header.intent(Command::ChangeMembers(command), &request.etag, fingerprint, faults)
}

/// A move.
pub(crate) fn move_household(mut request: MoveHouseholdRequest) -> Result<Intent, Refusal> {
    let mut faults = Faults::default();
    let header = Header::read(&mut request.header, &mut faults);
    let fingerprint = request::fingerprint("MoveHousehold", &request);
    let household = faults.keep(household("household", &request.household));
    let effective = faults.keep(date("effective_date", &request.effective_date));
    let commune = faults.keep(commune(&request.commune_code));
    let village = faults.keep(village(&request.village_code));
    let (Some(household), Some(effective), Some(commune), Some(village)) =
        (household, effective, commune, village)
    else {
        return Err(faults.refusal());
    };
    let command = MoveHousehold { household, effective, commune, village };
    header.intent(Command::Move(command), &request.etag, fingerprint, faults)
}

/// An assessment.
pub(crate) fn assess(mut request: RecordAssessmentRequest) -> Result<Intent, Refusal> {
    use record_assessment_request::Income;
    let mut faults = Faults::default();
    let header = Header::read(&mut request.header, &mut faults);
    let fingerprint = request::fingerprint("RecordAssessment", &request);
    let household = faults.keep(household("household", &request.household));
    let effective = faults.keep(date("effective_date", &request.effective_date));
    let (Some(household), Some(effective)) = (household, effective) else { return Err(faults.refusal()) };
    let income = request.income.map(|income| match income {
        Income::B1Score(points) => Measured::B1Score(points.into()),
        Income::IncomePerPersonMonth(amount) => Measured::IncomePerPersonMonth(Money::from_dong(amount)),
    });
    let answers = request
        .answers
        .into_iter()
        .map(|answer| Answer { indicator: answer.indicator, deprived: answer.deprived })
        .collect();
    let assessment = AssessmentId::from_uuid(header.request_id.derive("assessment", 0));
    let command = RecordAssessment { household, assessment, effective, income, answers };
    header.intent(Command::Assess(command), &request.etag, fingerprint, faults)
}

/// `households/<uuid>`
pub(crate) fn household(field: &str, name: &str) -> Result<HouseholdId, Refusal> {
    if name.is_empty() {
        return Err(missing(field));
    }
    let id = name.strip_prefix("households/").and_then(|id| id.parse().ok());
    id.ok_or_else(|| invalid(field, name, HOUSEHOLD_SHAPE))
}

/// What every command says about itself, read.
struct Header {
    request_id: RequestId,
    effect: Effect,
    document: Option<String>,
}

impl Header {
    /// Reads the header and leaves in the request only what tells one command from another.
    fn read(header: &mut Option<CommandHeader>, faults: &mut Faults) -> Self {
        let CommandHeader { request_id, validate_only, document } = header.take().unwrap_or_default();
        let document = kernel::text::normalize(&document);
        if document.chars().count() > DOCUMENT_CHARACTERS_MAX {
            let shape = format!("≤ {DOCUMENT_CHARACTERS_MAX} ký tự / characters");
            faults.keep::<()>(Err(invalid("header.document", &document, &shape)));
        } else if !kernel::text::is_readable(&document) {
            let shape = "không có ký tự ẩn / no control or invisible characters";
            faults.keep::<()>(Err(invalid("header.document", &document.escape_debug().to_string(), shape)));
        }
        let request_id = faults.keep(request::request_id(&request_id));
        *header = Some(CommandHeader { document: document.clone(), ..CommandHeader::default() });
        Self {
            // Invariant: without a request id there is a fault, and the intent is never made.
            request_id: request_id.unwrap_or(RequestId::from_uuid(uuid::Uuid::nil())),
            effect: if validate_only { Effect::ValidatedOnly } else { Effect::Recorded },
            document: (!document.is_empty()).then_some(document),
        }
    }

    fn intent(
        self,
        command: Command,
        etag: &str,
        fingerprint: Fingerprint,
        mut faults: Faults,
    ) -> Result<Intent, Refusal> {
        let etag = faults.keep(request::Etag::parse(etag)).flatten();
        faults.none()?;
        Ok(Intent {
            request_id: self.request_id,
            effect: self.effect,
            document: self.document,
            expected_version: etag.map(request::Etag::version),
            command,
            fingerprint,
        })
    }
}

/// The faults found so far.
#[derive(Default)]
struct Faults(Vec<Refusal>);

impl Faults {
    fn keep<T>(&mut self, read: Result<T, Refusal>) -> Option<T> {
        read.map_err(|refusal| self.0.push(refusal)).ok()
    }

    fn none(self) -> Result<(), Refusal> {
        Refusal::all(self.0).map_or(Ok(()), Err)
    }

    /// For a request in which something could not be read.
    fn refusal(self) -> Refusal {
        Refusal::all(self.0).unwrap_or_else(|| Refusal::new(&reason::INTERNAL))
    }
}

fn members(
    field: &str,
    members: Vec<api::poverty::NewMember>,
    request_id: RequestId,
    faults: &mut Faults,
) -> Vec<NewMember> {
    let mut read = Vec::with_capacity(members.len());
    for (index, member) in members.into_iter().enumerate() {
        let at = |name: &str| format!("{field}[{index}].{name}");
        let id = faults.keep(id_or_derived(&at("member_id"), &member.member_id, || {
            MemberId::from_uuid(request_id.derive("member", index))
        }));
        let birth_date = match member.birth_date.as_str() {
            "" => None,
            text => {
                faults.keep(BirthDate::parse(text).ok_or_else(|| refusals::birth_date(&at("birth_date"))))
            }
        };
        let sex = faults.keep(sex(&at("sex"), member.sex)).flatten();
        if member.ethnicity.is_empty() {
            faults.keep::<()>(Err(missing(&at("ethnicity"))));
        }
        let full_name = kernel::text::normalize(&member.full_name);
        read.extend(id.map(|id| NewMember {
            member: id,
            person: Person { full_name, birth_date, sex },
            ethnicity: member.ethnicity,
            head: member.head,
        }));
    }
    read
}

fn sex(field: &str, number: i32) -> Result<Option<Sex>, Refusal> {
    match api::poverty::Sex::try_from(number) {
        Ok(api::poverty::Sex::Unspecified) => Ok(None),
        Ok(api::poverty::Sex::Female) => Ok(Some(Sex::Female)),
        Ok(api::poverty::Sex::Male) => Ok(Some(Sex::Male)),
        Err(_) => Err(invalid(field, &number.to_string(), "FEMALE, MALE")),
    }
}

fn date(field: &str, text: &str) -> Result<Date, Refusal> {
    if text.is_empty() {
        return Err(missing(field));
    }
    parse_date(text).ok_or_else(|| Refusal::new(&reason::INVALID_DATE).with("value", text).at(field))
}

fn commune(text: &str) -> Result<AreaCode, Refusal> {
    const FIELD: &str = "commune_code";
    if text.is_empty() { Err(missing(FIELD)) } else { code(FIELD, text) }
}

fn village(text: &str) -> Result<Option<VillageCode>, Refusal> {
    if text.is_empty() { Ok(None) } else { code("village_code", text).map(Some) }
}

fn code<T: FromStr>(field: &str, text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| Refusal::new(&reason::INVALID_AREA_CODE).with("value", text).at(field))
}

fn id<T: FromStr>(field: &str, text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| invalid(field, text, UUID_SHAPE))
}

fn id_or_derived<T: FromStr>(field: &str, text: &str, derived: impl FnOnce() -> T) -> Result<T, Refusal> {
    if text.is_empty() { Ok(derived()) } else { id(field, text) }
}

pub(crate) fn missing(field: &str) -> Refusal {
    Refusal::new(&reason::FIELD_MISSING).with("field", field).at(field)
}

pub(crate) fn invalid(field: &str, value: &str, expected: &str) -> Refusal {
    Refusal::new(&reason::FIELD_INVALID)
        .with("field", field)
        .with("value", value)
        .with("expected", expected)
        .at(field)
}
