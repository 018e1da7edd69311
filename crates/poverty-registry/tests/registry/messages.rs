//! Requests that are lawful as they stand; tests break them. All persons are invented.

use api::poverty::{
    ChangeMembersRequest, DeprivationAnswer, ListHouseholdsRequest, MoveHouseholdRequest, NewMember,
    RecordAssessmentRequest, RegisterHouseholdRequest, SearchHouseholdsRequest, Sex,
    record_assessment_request::Income,
};
use api::types::CommandHeader;
use uuid::Uuid;

/// A rural commune until the merger, inside phường Tân Phong (03408) since.
pub(crate) const SAN_THANG: &str = "03409";
/// A township until the merger, inside the xã of the same name since.
pub(crate) const SIN_HO: &str = "03478";
/// Rural before and after: xã Phúc Than until the merger, xã Mường Than since.
pub(crate) const PHUC_THAN: &str = "03618";

/// The indicators of 2016-2021 (Decision 59/2015).
pub(crate) const TEN_INDICATORS: [&str; 10] = [
    "health_services",
    "health_insurance",
    "adult_education",
    "child_school_attendance",
    "housing_quality",
    "housing_area",
    "clean_water",
    "hygienic_toilet",
    "telecommunication",
    "information_access_assets",
];

/// The indicators of 2022-2026 (Decree 07/2021).
pub(crate) const TWELVE_INDICATORS: [&str; 12] = [
    "employment",
    "dependent_person",
    "nutrition",
    "health_insurance",
    "adult_education",
    "child_school_attendance",
    "housing_quality",
    "housing_area",
    "clean_water",
    "hygienic_toilet",
    "telecommunication",
    "information_access_assets",
];

pub(crate) fn header() -> Option<CommandHeader> {
    let request_id = Uuid::new_v4().to_string();
    Some(CommandHeader {
        request_id, document: "Quyết định 15/QĐ-UBND".to_owned(), ..Default::default()
    })
}

pub(crate) fn member(name: &str, ethnicity: &str, head: bool) -> NewMember {
    NewMember {
        full_name: name.to_owned(),
        birth_date: "1984-02-29".to_owned(),
        sex: Sex::Female.into(),
        ethnicity: ethnicity.to_owned(),
        head,
        ..Default::default()
    }
}

/// A Thái head and a Mông member.
pub(crate) fn registration(commune: &str, since: &str) -> RegisterHouseholdRequest {
    RegisterHouseholdRequest {
        header: header(),
        effective_date: since.to_owned(),
        commune_code: commune.to_owned(),
        members: vec![member("Lò Thị Thử", "03", true), member("Giàng A Thử", "08", false)],
        ..Default::default()
    }
}

pub(crate) fn named(commune: &str, since: &str, names: &[&str]) -> RegisterHouseholdRequest {
    let members = names.iter().enumerate().map(|(at, name)| member(name, "03", at == 0)).collect();
    RegisterHouseholdRequest { members, ..registration(commune, since) }
}

pub(crate) fn change(household: &str, effective: &str) -> ChangeMembersRequest {
    ChangeMembersRequest {
        header: header(),
        household: household.to_owned(),
        effective_date: effective.to_owned(),
        ..Default::default()
    }
}

pub(crate) fn relocation(household: &str, commune: &str, effective: &str) -> MoveHouseholdRequest {
    MoveHouseholdRequest {
        header: header(),
        household: household.to_owned(),
        effective_date: effective.to_owned(),
        commune_code: commune.to_owned(),
        ..Default::default()
    }
}

/// Points under Decree 07/2021 with the first `deprived` indicators answered "deprived".
pub(crate) fn assessment(
    household: &str,
    effective: &str,
    b1: i32,
    deprived: usize,
) -> RecordAssessmentRequest {
    RecordAssessmentRequest {
        header: header(),
        household: household.to_owned(),
        effective_date: effective.to_owned(),
        income: Some(Income::B1Score(b1)),
        answers: answers(&TWELVE_INDICATORS, deprived),
        ..Default::default()
    }
}

pub(crate) fn answers(indicators: &[&str], deprived: usize) -> Vec<DeprivationAnswer> {
    let answer = |(at, code): (usize, &&str)| DeprivationAnswer {
        indicator: (*code).to_owned(),
        deprived: at < deprived,
    };
    indicators.iter().enumerate().map(answer).collect()
}

pub(crate) fn list(area: &str) -> ListHouseholdsRequest {
    ListHouseholdsRequest { area: area.to_owned(), ..Default::default() }
}

pub(crate) fn search(query: &str) -> SearchHouseholdsRequest {
    SearchHouseholdsRequest { query: query.to_owned(), ..Default::default() }
}
