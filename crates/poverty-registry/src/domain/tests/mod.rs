//! The rule book: given these facts, when this is asked, then this follows.
#![allow(clippy::needless_pass_by_value, reason = "cases read best as given(..).when(command)")]

mod any_sequence;
mod assessments;
mod members;
mod residence;

use super::*;
use events::poverty::{AreaType, Income, MemberFact, PovertyClass, PovertyEvent, Residence};
use kernel::{AssessmentId, Date, HouseholdId, MemberId, Money, date};
use reference::Reference;
use std::{path::Path, sync::LazyLock};
use uuid::Uuid;

/// The packs of the binary with two synthetic villages of old commune Mường Mít (03625), now in xã Mường Than (03618).
static REFERENCE: LazyLock<Reference> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs");
    Reference::load(Some(&folder)).unwrap_or_else(|errors| panic!("{errors}"))
});

/// The present day of all cases but those that name another.
const TODAY: Date = date(2026, 11, 23);
/// A day before the merger of 2025-07-01.
const BEFORE: Date = date(2024, 9, 1);
/// A day after it.
const AFTER: Date = date(2025, 9, 1);

/// A rural commune until the merger, inside phường Tân Phong (03408) since.
const SAN_THANG: &str = "03409";
/// A township until the merger, inside the xã of the same name since.
const SIN_HO: &str = "03478";
/// Rural before and after: xã Phúc Than until the merger, xã Mường Than since.
const PHUC_THAN: &str = "03618";

/// The twelve indicators of 2022-2026 (Decree 07/2021, annex).
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

struct Case {
    household: Option<Household>,
    today: Date,
}

fn given_nothing() -> Case {
    Case { household: None, today: TODAY }
}

/// A household of two, Thái and Mông, the first of them head.
fn given_household(commune: &str, since: Date) -> Case {
    given_nothing().and(register(commune, since))
}

impl Case {
    fn and(mut self, command: Command) -> Self {
        for fact in self.decide(&command).unwrap_or_else(|rejection| panic!("not lawful: {rejection}")) {
            self.household = Some(evolve(self.household.take(), &fact).unwrap());
        }
        self
    }

    fn on(mut self, today: Date) -> Self {
        self.today = today;
        self
    }

    fn decide(&self, command: &Command) -> Result<Vec<Fact>, Rejection> {
        decide(self.household.as_ref(), command, Context { reference: &REFERENCE, today: self.today })
    }

    fn when(&self, command: Command) -> Result<PovertyEvent, Rejection> {
        let effective = command.effective();
        self.decide(&command).map(|facts| {
            let [fact] = <[Fact; 1]>::try_from(facts).expect("every command makes one fact");
            assert_eq!(fact.effective, effective);
            fact.event
        })
    }

    fn refuses(&self, command: Command) -> Rejection {
        match self.when(command) {
            Err(rejection) => rejection,
            Ok(event) => panic!("should be refused, gives {event:?}"),
        }
    }

    fn household(&self) -> &Household {
        self.household.as_ref().expect("a registered household")
    }
}

fn household_id() -> HouseholdId {
    HouseholdId::from_uuid(Uuid::from_u128(1))
}

fn member_id(number: u128) -> MemberId {
    MemberId::from_uuid(Uuid::from_u128(1_000 + number))
}

fn new_member(number: u128, ethnicity: &str, head: bool) -> NewMember {
    let person = Person { full_name: "Lò Văn Thử".to_owned(), birth_date: None, sex: None };
    NewMember { member: member_id(number), person, ethnicity: ethnicity.to_owned(), head }
}

fn registration(commune: &str, since: Date) -> RegisterHousehold {
    RegisterHousehold {
        household: household_id(),
        effective: since,
        commune: commune.parse().unwrap(),
        village: None,
        members: vec![new_member(1, "03", true), new_member(2, "08", false)],
    }
}

fn register(commune: &str, since: Date) -> Command {
    Command::Register(registration(commune, since))
}

fn change(effective: Date) -> ChangeMembers {
    ChangeMembers {
        household: household_id(),
        effective,
        add: Vec::new(),
        remove: Vec::new(),
        new_head: None,
    }
}

fn move_to(commune: &str, village: Option<&str>, effective: Date) -> Command {
    Command::Move(MoveHousehold {
        household: household_id(),
        effective,
        commune: commune.parse().unwrap(),
        village: village.map(|code| code.parse().unwrap()),
    })
}

/// An assessment under Decree 07/2021 with the first `deprived` indicators answered "deprived".
fn assessment(effective: Date, b1_score: i64, deprived: usize) -> RecordAssessment {
    RecordAssessment {
        household: household_id(),
        assessment: AssessmentId::from_uuid(Uuid::from_u128(5_000)),
        effective,
        income: Some(Measured::B1Score(b1_score)),
        answers: answers(&INDICATORS, deprived),
    }
}

fn answers(indicators: &[&str], deprived: usize) -> Vec<Answer> {
    let answer =
        |(at, code): (usize, &&str)| Answer { indicator: (*code).to_owned(), deprived: at < deprived };
    indicators.iter().enumerate().map(answer).collect()
}

fn assess(effective: Date, b1_score: i64, deprived: usize) -> Command {
    Command::Assess(assessment(effective, b1_score, deprived))
}
