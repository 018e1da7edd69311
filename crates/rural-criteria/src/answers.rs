//! Writes answers: observations and assessments as the messages of the API.

use crate::{
    CONTEXT,
    domain::{self, Known, Recorded, ResultOf, Tally, TitleEvent, Units, Viewpoint, differences, values},
    sets,
};
use api::{rural, types};
use decider::{Accepted, Fact};
use event_log::Appended;
use events::rural::{
    AreaAssessed, CriterionAssessed, Fraction, IndicatorAssessed, Judgement, ObservationRecorded, Observed,
    OfficialState, RuralEvent, State,
};
use kernel::{AreaKey, Date, ObservationId};
use reference::{Area, AreaKind, Caveat, Reference, criteria::CriteriaSet};

/// What the recording of an observation did. It says what was said the first time, so it names no later correction.
pub(crate) fn observation_written(
    accepted: &Accepted<RuralEvent>,
    reference: &Reference,
) -> rural::WriteObservationResponse {
    let observed = accepted.facts.iter().find_map(|fact| match &fact.event {
        RuralEvent::ObservationRecorded(event) => Some(observation(event, &recorded(fact), None, reference)),
        _ => None,
    });
    rural::WriteObservationResponse { observation: observed, receipt: accepted.recorded.map(receipt) }
}

/// What an assessment did.
pub(crate) fn assessed(
    accepted: &Accepted<RuralEvent>,
    units: &Units,
    reference: &Reference,
) -> rural::AssessAreaResponse {
    let new = |id: ObservationId| {
        accepted.facts.iter().find_map(|fact| match &fact.event {
            RuralEvent::ObservationRecorded(event) if event.observation == id => Some(event.value.clone()),
            _ => None,
        })
    };
    let assessment = accepted.facts.iter().find_map(|fact| match &fact.event {
        RuralEvent::AreaAssessed(event) => {
            let shown = Shown {
                event,
                assessed_on: fact.effective,
                name: format!("assessments/{}", event.assessment),
                recognised: is_recognised(
                    units,
                    event,
                    Viewpoint { as_at: Date::MAX, known: Known::BeforePosition(fact.position) },
                ),
            };
            let value_of = |indicator: &IndicatorAssessed| {
                let id = indicator.observation?;
                new(id).or_else(|| units.observation(id).map(|(_, entry)| entry.event.value.clone()))
            };
            Some(assessment(&shown, reference, value_of))
        }
        _ => None,
    });
    rural::AssessAreaResponse { assessment, receipt: accepted.recorded.map(receipt) }
}

/// An assessment to be shown.
pub(crate) struct Shown<'a> {
    pub(crate) event: &'a AreaAssessed,
    pub(crate) assessed_on: Date,
    /// `assessments/<uuid>`; empty where it was never recorded.
    pub(crate) name: String,
    /// Whether a title was recognised under its set and for its year.
    pub(crate) recognised: bool,
}

/// Whether a title was recognised under the assessment's set and for its year.
pub(crate) fn is_recognised(units: &Units, assessed: &AreaAssessed, view: Viewpoint) -> bool {
    let titles = units.get(&assessed.area).map(|unit| unit.titles(view)).unwrap_or_default();
    titles.iter().any(|entry| match &entry.event {
        TitleEvent::Recognised(title) => title.set == assessed.set && title.year == assessed.year,
        _ => false,
    })
}

/// An assessment with names, levels and gaps in words. Levels and states are those that were pinned.
pub(crate) fn assessment(
    shown: &Shown<'_>,
    reference: &Reference,
    value_of: impl Fn(&IndicatorAssessed) -> Option<Observed>,
) -> rural::AssessmentOfArea {
    let event = shown.event;
    let set = reference.criteria.get(&event.set);
    let tally = Tally::of(&event.criteria);
    let criterion = |criterion: &CriterionAssessed| rural::CriterionResult {
        number: criterion.number.into(),
        display_name: set
            .and_then(|set| set.criterion(criterion.number))
            .map(|known| known.vi.clone())
            .unwrap_or_default(),
        strict: strict_state(criterion.strict).into(),
        official: official_state(criterion.official.as_ref()).into(),
        indicators: criterion
            .indicators
            .iter()
            .map(|indicator| indicator_result(event, set, indicator, value_of(indicator)))
            .collect(),
    };
    let difference = |difference: domain::Difference| rural::ResultDifference {
        of: match difference.of {
            ResultOf::Set => "set".to_owned(),
            ResultOf::Criterion(number) => format!("criteria/{number}"),
            ResultOf::Indicator(code) => format!("indicators/{code}"),
        },
        strict: strict_state(difference.strict).into(),
        official: judgement(difference.official).into(),
    };
    rural::AssessmentOfArea {
        name: shown.name.clone(),
        area: Some(area(&event.area, reference)),
        set: event.set.clone(),
        assessed_on: shown.assessed_on.to_string(),
        assessed_year: event.year.into(),
        column: event.column.clone().unwrap_or_default(),
        criteria: event.criteria.iter().map(criterion).collect(),
        strict_met: small(tally.strict_met),
        applicable: small(tally.applicable),
        official_met: tally.official_share().map(|share| small(share.n)),
        strict: strict_state(tally.strict).into(),
        provisional: provisional(set, &event.set),
        differences: differences(&event.criteria, shown.recognised).into_iter().map(difference).collect(),
    }
}

fn indicator_result(
    event: &AreaAssessed,
    set: Option<&CriteriaSet>,
    assessed: &IndicatorAssessed,
    value: Option<Observed>,
) -> rural::IndicatorResult {
    let known = set.and_then(|set| Some((set, set.indicator(&assessed.code)?.1)));
    let (display_name, level, lacking) = known.map_or_else(Default::default, |(set, indicator)| {
        let gaps = domain::gaps(indicator, &assessed.levels, value.as_ref());
        let later = event.year.saturating_add(1)..=set.years.1;
        let column = event.column.as_deref();
        let later = domain::later_gaps(indicator, value.as_ref(), column, later, &assessed.levels);
        let lacking = domain::in_words(indicator, &gaps, &later);
        (indicator.vi.clone(), sets::levels_used(indicator, &assessed.levels), lacking)
    });
    rural::IndicatorResult {
        code: assessed.code.clone(),
        display_name,
        strict: strict_state(assessed.strict).into(),
        official: official_state(assessed.official.as_ref()).into(),
        observation: assessed.observation.map(|id| format!("observations/{id}")).unwrap_or_default(),
        value: value.map(observed_value),
        level,
        lacking,
    }
}

/// Why anything under the set is provisional.
fn provisional(set: Option<&CriteriaSet>, id: &str) -> Vec<types::Caveat> {
    match set {
        Some(set) => set.caveats().iter().map(caveat).collect(),
        None => vec![caveat(&Caveat::new(
            format!("Bộ tiêu chí {id} không còn trong dữ liệu tham chiếu"),
            format!("set {id} is no longer in the reference packs"),
        ))],
    }
}

/// An observation as it was recorded.
pub(crate) fn observation(
    event: &ObservationRecorded,
    recorded: &Recorded,
    corrected_by: Option<ObservationId>,
    reference: &Reference,
) -> rural::Observation {
    let name = |id: ObservationId| format!("observations/{id}");
    rural::Observation {
        name: name(event.observation),
        area: Some(area(&event.area, reference)),
        set: event.set.clone(),
        indicator: event.indicator.clone(),
        observed_on: recorded.effective.to_string(),
        value: Some(observed_value(event.value.clone())),
        source: event.source.clone(),
        document: recorded.document.clone().unwrap_or_default(),
        recorded_at: recorded.recorded_at.to_string(),
        actor: recorded.actor.clone(),
        corrects: event.corrects.map(name).unwrap_or_default(),
        corrected_by: corrected_by.map(name).unwrap_or_default(),
        derived: event.poverty_position.is_some(),
    }
}

fn recorded(fact: &Fact<RuralEvent>) -> Recorded {
    Recorded {
        position: fact.position,
        effective: fact.effective,
        recorded_at: fact.recorded_at,
        document: fact.document.clone(),
        actor: fact.actor.to_string(),
    }
}

fn observed_value(value: Observed) -> rural::ObservedValue {
    use rural::observed_value::Value;
    let fraction = |Fraction { n, d }: Fraction| rural::Fraction { numerator: n, denominator: d };
    let value = match value {
        Observed::Judged(met) => Value::JudgedMet(met),
        Observed::Share(share) => Value::Share(fraction(share)),
        Observed::ReportedPercent(percent) => Value::ReportedPercent(values::percent_text(percent)),
        Observed::BySex { men, women } => {
            Value::BySex(rural::BySex { men: Some(fraction(men)), women: Some(fraction(women)) })
        }
        Observed::Parts(parts) => {
            let part = |(part, share)| rural::Part { part, share: Some(fraction(share)) };
            Value::Parts(rural::Parts { parts: parts.into_iter().map(part).collect() })
        }
        Observed::Mean(mean) => Value::Mean(fraction(mean)),
        Observed::Count(number) => Value::Count(number),
        Observed::NotApplicable(reason) => Value::NotApplicable(reason),
    };
    rural::ObservedValue { value: Some(value) }
}

/// What a write did.
pub(crate) fn receipt(recorded: Appended) -> types::WriteReceipt {
    service::request::receipt(CONTEXT, recorded)
}

pub(crate) fn caveat(caveat: &Caveat) -> types::Caveat {
    types::Caveat { text: caveat.en.clone(), text_vi: caveat.vi.clone() }
}

const fn strict_state(state: State) -> rural::ResultState {
    match state {
        State::Met => rural::ResultState::Met,
        State::NotMet => rural::ResultState::NotMet,
        State::NotApplicable => rural::ResultState::NotApplicable,
        State::NotAssessed => rural::ResultState::NotAssessed,
        State::NoData => rural::ResultState::NoData,
    }
}

fn official_state(official: Option<&OfficialState>) -> rural::ResultState {
    official.map_or(rural::ResultState::Unspecified, |official| judgement(official.state))
}

const fn judgement(judgement: Judgement) -> rural::ResultState {
    match judgement {
        Judgement::Met => rural::ResultState::Met,
        Judgement::BasicallyMet => rural::ResultState::BasicallyMet,
        Judgement::NotMet => rural::ResultState::NotMet,
        Judgement::NotApplicable => rural::ResultState::NotApplicable,
        Judgement::NotAssessed => rural::ResultState::NotAssessed,
    }
}

fn small(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// An area with its name and days.
pub(crate) fn area(key: &AreaKey, reference: &Reference) -> types::Area {
    let known = reference.areas.get(key);
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    types::Area {
        name: format!("areas/{key}"),
        code: key.code.to_string(),
        display_name: known.map(Area::display_name).unwrap_or_default(),
        kind: known.map_or(types::AreaKind::Unspecified, |area| area_kind(area.kind)).into(),
        valid_from: day(known.and_then(Area::valid_from)),
        valid_to: day(known.and_then(|area| area.valid_to)),
    }
}

const fn area_kind(kind: AreaKind) -> types::AreaKind {
    match kind {
        AreaKind::Province => types::AreaKind::Province,
        AreaKind::ProvincialCity => types::AreaKind::ProvincialCity,
        AreaKind::District => types::AreaKind::District,
        AreaKind::Commune => types::AreaKind::Commune,
        AreaKind::Township => types::AreaKind::Township,
        AreaKind::Ward => types::AreaKind::Ward,
        AreaKind::Village => types::AreaKind::Village,
    }
}
