//! The synthetic households of the load: everything about one follows from its number.

use api::poverty::{
    DeprivationAnswer, NewMember, RecordAssessmentRequest, RegisterHouseholdRequest,
    record_assessment_request::Income,
};
use api::types::CommandHeader;
use uuid::Uuid;

/// The day on which the figures are read: after every household's review.
pub(super) const AS_AT: &str = "2025-12-31";

const REGISTERED: &str = "2025-09-01";
const REVIEWED: &str = "2025-12-10";
const MEMBERS_MAX: usize = 6;
const INDICATORS: [&str; 12] = [
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

/// One household of the load.
#[derive(Clone, Copy, Debug)]
pub(super) struct Household(pub(super) usize);

impl Household {
    /// The commune, one of those, where it lives.
    pub(super) fn commune(self, communes: &[String]) -> &str {
        &communes[self.0 % communes.len()]
    }

    pub(super) fn registration(self, communes: &[String]) -> RegisterHouseholdRequest {
        let members = (0..=self.0 % MEMBERS_MAX).map(|at| NewMember {
            full_name: format!("Người mẫu {}-{at}", self.0),
            ethnicity: "08".to_owned(),
            head: at == 0,
            ..NewMember::default()
        });
        RegisterHouseholdRequest {
            header: self.header("register"),
            effective_date: REGISTERED.to_owned(),
            commune_code: self.commune(communes).to_owned(),
            members: members.collect(),
            household_id: self.id("household"),
            ..RegisterHouseholdRequest::default()
        }
    }

    pub(super) fn assessment(self) -> RecordAssessmentRequest {
        let answer = |(at, indicator): (usize, &&str)| DeprivationAnswer {
            indicator: (*indicator).to_owned(),
            deprived: at < self.0 % 7,
        };
        RecordAssessmentRequest {
            header: self.header("assess"),
            household: format!("households/{}", self.id("household")),
            effective_date: REVIEWED.to_owned(),
            income: Some(Income::B1Score(100 + i32::from(self.0.to_le_bytes()[0] % 90))),
            answers: INDICATORS.iter().enumerate().map(answer).collect(),
            ..RecordAssessmentRequest::default()
        }
    }

    fn header(self, purpose: &str) -> Option<CommandHeader> {
        Some(CommandHeader {
            request_id: self.id(purpose),
            document: "Quyết định 1/QĐ-UBND (dữ liệu thử)".to_owned(),
            ..CommandHeader::default()
        })
    }

    fn id(self, purpose: &str) -> String {
        Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{purpose}/{}", self.0).as_bytes()).to_string()
    }
}
