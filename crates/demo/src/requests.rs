//! The requests that tell the history. Each is a function of the plan alone: told twice, it is the same to the last byte.

mod people;

use crate::{
    Error,
    answers::{self, Case},
    calibration::Review,
    ethnicity,
    history::{Change, ChangeKind, Move, Outcome},
    plan::Plan,
    schedule,
};
use api::poverty::{
    ChangeMembersRequest, DeprivationAnswer, MoveHouseholdRequest, NewMember, RecordAssessmentRequest,
    RegisterHouseholdRequest, record_assessment_request::Income,
};
use api::types::CommandHeader;
use kernel::Date;
use people::Person;
use reference::IncomeMeasure;

impl Plan {
    /// Registers a household with all its members.
    pub(crate) fn registration(&self, household: u32) -> RegisterHouseholdRequest {
        let at = household as usize;
        let village = self.history.villages[at];
        let effective = self.registered(household);
        let ethnicity = ethnicity::GROUPS[usize::from(self.history.ethnicity[at])].code;
        let people = people::household(self.settings.seed, household, self.history.sizes[at], effective);
        let members =
            (0..).zip(people).map(|(number, person)| self.member(household, number, person, ethnicity));
        RegisterHouseholdRequest {
            header: self.header("register", household, 0, String::new()),
            effective_date: effective.to_string(),
            commune_code: self.province.commune_code(village, effective).to_owned(),
            village_code: self.province.villages[usize::from(village)].code.clone(),
            members: members.collect(),
            household_id: self.ids.household(household),
        }
    }

    /// Records what a review found in a household that lives in the village.
    pub(crate) fn assessment(
        &self,
        household: u32,
        village: u16,
        review: Review,
        outcome: Outcome,
    ) -> Result<RecordAssessmentRequest, Error> {
        let reviewer = self.province.reviewer(village, review);
        let effective = schedule::effective(review, schedule::group(reviewer, self.province.communes.len()));
        let area_type = self.province.area_type(village, effective);
        let unit = &self.province.commune_of(village).unit;
        let flipped = review == Review::End2025 && unit.area_type != unit.successor_area_type;
        let case = Case { household, review: review as u8, class: outcome.class, area_type, flipped };
        let standard = self.standard(effective)?;
        let answers = answers::draw(self.settings.seed, standard, case)?;
        let income = match answers.income {
            // Invariant: scores are drawn around limits of a few hundred.
            IncomeMeasure::B1Score(points) => Income::B1Score(points.cast_signed()),
            IncomeMeasure::IncomePerPersonMonth(amount) => Income::IncomePerPersonMonth(amount.dong()),
        };
        let indicators = standard.indicators.iter().zip(answers.deprived);
        Ok(RecordAssessmentRequest {
            header: self.header(
                "assess",
                household,
                review as usize,
                document(usize::from(reviewer) + 1, schedule::signed(review, effective)),
            ),
            household: format!("households/{}", self.ids.household(household)),
            etag: String::new(),
            effective_date: effective.to_string(),
            income: Some(income),
            answers: indicators
                .map(|(indicator, deprived)| DeprivationAnswer {
                    indicator: indicator.code.clone(),
                    deprived,
                })
                .collect(),
        })
    }

    /// Records the change with this number.
    pub(crate) fn change(&self, number: u32, change: Change) -> ChangeMembersRequest {
        let household = change.household;
        let ethnicity = ethnicity::GROUPS[usize::from(self.history.ethnicity[household as usize])].code;
        let seed = self.settings.seed;
        let (mut add, mut remove, mut new_head) = (Vec::new(), Vec::new(), String::new());
        match change.kind {
            ChangeKind::Born { member } => {
                let child = people::newborn(seed, household, member, change.effective);
                add.push(self.member(household, member, child, ethnicity));
            }
            ChangeKind::Joined { member } => {
                let adult = people::adult(seed, household, member, change.effective);
                add.push(self.member(household, member, adult, ethnicity));
            }
            ChangeKind::Gone { member, new_head: next } => {
                remove.push(self.ids.member(household, member));
                new_head = next.map_or(String::new(), |next| self.ids.member(household, next));
            }
        }
        ChangeMembersRequest {
            header: self.header("change", number, 0, String::new()),
            household: format!("households/{}", self.ids.household(household)),
            etag: String::new(),
            effective_date: change.effective.to_string(),
            add,
            remove,
            new_head,
        }
    }

    /// Records the move with this number.
    pub(crate) fn relocation(&self, number: u32, moved: Move) -> MoveHouseholdRequest {
        MoveHouseholdRequest {
            header: self.header("move", number, 0, String::new()),
            household: format!("households/{}", self.ids.household(moved.household)),
            etag: String::new(),
            effective_date: moved.effective.to_string(),
            commune_code: self.province.commune_code(moved.to, moved.effective).to_owned(),
            village_code: self.province.villages[usize::from(moved.to)].code.clone(),
        }
    }

    fn member(&self, household: u32, number: u8, person: Person, ethnicity: &str) -> NewMember {
        NewMember {
            member_id: self.ids.member(household, number),
            full_name: person.full_name,
            birth_date: person.birth_date,
            sex: person.sex.into(),
            ethnicity: ethnicity.to_owned(),
            head: person.head,
        }
    }

    fn header(&self, kind: &str, index: u32, review: usize, document: String) -> Option<CommandHeader> {
        let request_id = self.ids.request(kind, index, review);
        Some(CommandHeader { request_id, validate_only: false, document })
    }
}

/// The decision of the commune's chairman that recognised the result: it says that it is synthetic.
fn document(number: usize, signed: Date) -> String {
    let (day, month, year) = (signed.day(), signed.month(), signed.year());
    format!("Quyết định (tổng hợp) {number}/QĐ-UBND ngày {day:02}/{month:02}/{year}")
}
