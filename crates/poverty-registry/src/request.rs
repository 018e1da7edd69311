//! Reads requests: texts become typed values or a refusal that names the field. All faults of one request are told at
//! once.

use crate::{
    commands::Intent,
    domain::{
        Answer, BirthDate, ChangeMembers, Command, Measured, MoveHousehold, NewMember, Person,
        RecordAssessment, RegisterHousehold, Sex,
    },
    refusals,
};
use api::poverty::{
    ChangeMembersRequest, MoveHouseholdRequest, RecordAssessmentRequest, RegisterHouseholdRequest,
    record_assessment_request,
};
use event_log::Fingerprint;
use kernel::{AreaCode, AssessmentId, HouseholdId, MemberId, Money, RequestId, VillageCode};
use service::{
    Refusal,
    request::{
        self,
        fields::{self, Faults, Header, area_code, date, id, id_or_derived},
    },
};

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
    intent(header, Command::Register(command), "", fingerprint, faults)
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
    intent(header, Command::ChangeMembers(command), &request.etag, fingerprint, faults)
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
    intent(header, Command::Move(command), &request.etag, fingerprint, faults)
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
    intent(header, Command::Assess(command), &request.etag, fingerprint, faults)
}

/// `households/<uuid>`
pub(crate) fn household(field: &str, name: &str) -> Result<HouseholdId, Refusal> {
    fields::resource(field, "households", name)
}

fn intent(
    header: Header,
    command: Command,
    etag: &str,
    fingerprint: Fingerprint,
    mut faults: Faults,
) -> Result<Intent, Refusal> {
    let expected_version = faults.keep(fields::version(etag)).flatten();
    faults.none()?;
    let Header { request_id, effect, document } = header;
    Ok(Intent { request_id, effect, document, expected_version, command, fingerprint })
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
            faults.keep::<()>(Err(fields::missing(&at("ethnicity"))));
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
        Err(_) => Err(fields::invalid(field, &number.to_string(), "FEMALE, MALE")),
    }
}

fn commune(text: &str) -> Result<AreaCode, Refusal> {
    area_code("commune_code", text)
}

fn village(text: &str) -> Result<Option<VillageCode>, Refusal> {
    if text.is_empty() { Ok(None) } else { area_code("village_code", text).map(Some) }
}
