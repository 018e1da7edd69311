//! The rule book: given these facts, when this is asked, then this follows.
#![allow(clippy::needless_pass_by_value, reason = "cases read best as given(..).when(command)")]

mod any_sequence;
mod assessments;
mod comparison;
mod gap_analysis;
mod lay_nua;
mod listing;
mod mergers;
mod observations;
mod recognition;
mod revocation;

use super::*;
use events::rural::{
    AreaAssessed, CriterionAssessed, Decision, Fraction, Judgement, ListKind, ListingDecided,
    ObservationRecorded, Observed, OfficialState, RuralEvent, State, TitleRecognised, TitleTier,
};
use kernel::{AreaKey, AssessmentId, Date, ObservationId, RequestId, Timestamp, date};
use reference::Reference;
use std::{path::Path, sync::LazyLock};
use uuid::Uuid;

/// The packs of the binary with synthetic sets and two synthetic villages.
static REFERENCE: LazyLock<Reference> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs");
    Reference::load(Some(&folder)).unwrap_or_else(|errors| panic!("{errors}"))
});

/// The present day of all cases but those that name another.
const TODAY: Date = date(2026, 11, 23);

/// Xã Phúc Than until the merger; with Mường Mít it became xã Mường Than.
const PHUC_THAN: &str = "03618@0001-01-01";
/// Xã Mường Mít until the merger.
const MUONG_MIT: &str = "03625@0001-01-01";
/// Xã Mường Than since.
const MUONG_THAN: &str = "03618@2025-07-01";
/// Thị trấn Sìn Hồ until the merger.
const SIN_HO_TOWNSHIP: &str = "03478@0001-01-01";
/// Xã Sìn Hồ since, made of a township and three communes.
const SIN_HO: &str = "03478@2025-07-01";
/// A village of Mường Mít.
const VILLAGE: &str = "03625-001@0001-01-01";
const THAN_UYEN_DISTRICT: &str = "110@0001-01-01";
const PROVINCE: &str = "12@0001-01-01";

/// The national commune set of 2021-2025.
const COMMUNE_SET: &str = "vn-commune-2021-2025";

#[derive(Clone)]
struct Case {
    units: Units,
    position: u64,
    today: Date,
}

fn given_nothing() -> Case {
    Case { units: Units::default(), position: 0, today: TODAY }
}

impl Case {
    fn and(mut self, command: impl Into<Command>) -> Self {
        let decided = self.decide(&command.into()).unwrap_or_else(|no| panic!("not lawful: {no}"));
        for (effective, event) in &decided.events {
            self.apply(*effective, event);
        }
        self
    }

    fn apply(&mut self, effective: Date, event: &RuralEvent) {
        self.position += 1;
        let fact = Fact {
            position: self.position,
            effective,
            recorded_at: Timestamp::start_of(self.today),
            document: Some("15/QĐ-UBND"),
            actor: "officer",
            event,
        };
        self.units.apply(&fact).unwrap();
    }

    fn on(mut self, today: Date) -> Self {
        self.today = today;
        self
    }

    fn decide(&self, command: &Command) -> Result<Decided, Rejection> {
        decide(&self.units, command, self.context())
    }

    fn context(&self) -> Context<'static> {
        Context { reference: &REFERENCE, today: self.today }
    }

    fn when(&self, command: impl Into<Command>) -> Vec<RuralEvent> {
        let decided = self.decide(&command.into()).unwrap_or_else(|no| panic!("should be lawful: {no}"));
        decided.events.into_iter().map(|(_, event)| event).collect()
    }

    fn refuses(&self, command: impl Into<Command>) -> Rejection {
        match self.decide(&command.into()) {
            Err(rejection) => rejection,
            Ok(decided) => panic!("should be refused, gives {decided:?}"),
        }
    }

    fn titles(&self, area: &str, as_at: Date) -> titles::Titles<'_> {
        titles::titles(&self.units, &REFERENCE.areas, &key(area), Viewpoint::of(as_at))
    }

    fn assessed(&self, command: AssessArea) -> AreaAssessed {
        match self.when(command).pop() {
            Some(RuralEvent::AreaAssessed(assessed)) => assessed,
            other => panic!("an assessment comes last: {other:?}"),
        }
    }
}

macro_rules! commands {
    ($($name:ident $variant:ident),+) => {$(
        impl From<$name> for Command {
            fn from(command: $name) -> Self {
                Self::$variant(command)
            }
        }
    )+};
}

commands! {
    RecordObservation Observe, AssessArea Assess, RecogniseTitle Recognise, AcknowledgeTitle Acknowledge,
    RevokeTitle Revoke, DecideListing List
}

fn key(area: &str) -> AreaKey {
    area.parse().unwrap()
}

fn observation_id(number: u128) -> ObservationId {
    ObservationId::from_uuid(Uuid::from_u128(number))
}

fn decision(number: &str, signed_on: Date) -> Decision {
    Decision { number: number.into(), signed_on, issuer: "UBND tỉnh Lai Châu".into(), sha256: None }
}

fn share(n: i64, d: i64) -> Observed {
    Observed::Share(Fraction { n, d })
}

fn mean(n: i64, d: i64) -> Observed {
    Observed::Mean(Fraction { n, d })
}

fn by_sex(men: (i64, i64), women: (i64, i64)) -> Observed {
    Observed::BySex { men: Fraction { n: men.0, d: men.1 }, women: Fraction { n: women.0, d: women.1 } }
}

fn parts(parts: &[(&str, i64, i64)]) -> Observed {
    Observed::Parts(
        parts.iter().map(|(part, n, d)| ((*part).to_owned(), Fraction { n: *n, d: *d })).collect(),
    )
}

/// An observation of Phúc Than with an id of its own for each number.
fn observation(number: u128, indicator: &str, observed_on: Date, value: Observed) -> RecordObservation {
    RecordObservation {
        observation: observation_id(number),
        area: key(PHUC_THAN),
        set: COMMUNE_SET.into(),
        indicator: indicator.into(),
        observed_on,
        value,
        source: "UBND xã".into(),
        corrects: None,
    }
}

/// An assessment of Phúc Than under the national commune set.
fn assessment(number: u128, assessed_on: Date, year: i16) -> AssessArea {
    AssessArea {
        request: RequestId::from_uuid(Uuid::from_u128(7_000 + number)),
        assessment: AssessmentId::from_uuid(Uuid::from_u128(9_000 + number)),
        area: key(PHUC_THAN),
        set: COMMUNE_SET.into(),
        assessed_on,
        year,
        column: None,
        official: Vec::new(),
        poverty: None,
    }
}

/// A recognition of Phúc Than as a new rural commune.
fn recognition(effective: Date) -> RecogniseTitle {
    RecogniseTitle {
        area: key(PHUC_THAN),
        tier: TitleTier::Commune,
        set: COMMUNE_SET.into(),
        year: 2022,
        effective,
        decision: decision("801/QĐ-UBND", effective),
        votes: None,
        assessment: None,
    }
}

fn recognised(area: &str, tier: TitleTier, effective: Date) -> RecogniseTitle {
    let set = match tier {
        TitleTier::Village => "test-village",
        TitleTier::Commune => COMMUNE_SET,
        TitleTier::AdvancedCommune => "test-advanced",
        TitleTier::ModelCommune => "vn-model-commune-2021-2025",
        TitleTier::District => "test-district",
    };
    RecogniseTitle { area: key(area), tier, set: set.into(), ..recognition(effective) }
}

fn revocation(tier: TitleTier, effective: Date) -> RevokeTitle {
    RevokeTitle {
        area: key(PHUC_THAN),
        tier,
        effective,
        decision: decision("77/QĐ-UBND", effective),
        criteria: vec![],
        ground: "mười tiêu chí không đạt".into(),
    }
}

fn official(of: &str, state: Judgement) -> OfficialResult {
    let of = match of.split_once('/') {
        Some(("criteria", number)) => ResultName::Criterion(number.parse().unwrap()),
        Some((_, code)) => ResultName::Indicator(code.into()),
        None => ResultName::Bare(of.into()),
    };
    OfficialResult { of, result: judged(state) }
}

fn judged(state: Judgement) -> OfficialState {
    OfficialState { state, author: "Sở Nông nghiệp và Môi trường".into(), document: None }
}
