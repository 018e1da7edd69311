//! How a unit stands: its latest assessment, what the observations would give now, its titles and lists, and the watch on
//! the title it holds.

use crate::{
    answers::{self, Shown},
    domain::{
        Entry, Officials, PovertySeen, TitleEvent, Unit, Units, Used, Viewpoint, evaluate, titles::titles,
        vi, watch,
    },
    title_answers,
};
use api::rural;
use events::rural::{AreaAssessed, IndicatorAssessed, Observed};
use kernel::AreaKey;
use reference::Reference;

/// What is asked.
pub(crate) struct Asked<'a> {
    pub(crate) area: AreaKey,
    /// Only assessments under this set.
    pub(crate) set: Option<&'a str>,
    pub(crate) view: Viewpoint,
    /// What the poverty registry says from the same point of view.
    pub(crate) poverty: Option<PovertySeen>,
}

/// The standing of the unit, but for the days and the position, which the caller knows.
pub(crate) fn standing(units: &Units, reference: &Reference, asked: &Asked<'_>) -> rural::Standing {
    let unit = units.get(&asked.area);
    let latest = unit.and_then(|unit| unit.latest_assessment(asked.set, None, asked.view));
    rural::Standing {
        area: Some(answers::area(&asked.area, reference)),
        assessment: latest.map(|entry| recorded(units, reference, entry, asked.view)),
        now: unit.zip(latest).and_then(|(unit, latest)| now(units, reference, unit, latest, asked)),
        titles: title_answers::all(units, reference, &asked.area, asked.view),
        listings: title_answers::all_listings(units, reference, &asked.area, asked.view),
        watch: watched(units, reference, asked),
        ..Default::default()
    }
}

/// The assessment as it was pinned.
fn recorded(
    units: &Units,
    reference: &Reference,
    entry: &Entry<AreaAssessed>,
    view: Viewpoint,
) -> rural::AssessmentOfArea {
    let shown = Shown {
        event: &entry.event,
        assessed_on: entry.recorded.effective,
        name: format!("assessments/{}", entry.event.assessment),
        recognised: answers::is_recognised(units, &entry.event, view),
    };
    answers::assessment(&shown, reference, |indicator| value_used(units, indicator))
}

fn value_used(units: &Units, indicator: &IndicatorAssessed) -> Option<Observed> {
    let (_, entry) = units.observation(indicator.observation?)?;
    Some(entry.event.value.clone())
}

/// What the observations that count now would give under the same set, year and column, beside the same official results.
/// `None` where the set is no longer in the packs.
fn now(
    units: &Units,
    reference: &Reference,
    unit: &Unit,
    latest: &Entry<AreaAssessed>,
    asked: &Asked<'_>,
) -> Option<rural::AssessmentOfArea> {
    let assessed = &latest.event;
    let set = reference.criteria.get(&assessed.set)?;
    let rate = asked.poverty.and_then(PovertySeen::rate);
    let officials = Officials::of(&assessed.criteria);
    let criteria = evaluate(set, assessed.column.as_deref(), assessed.year, &officials, |indicator| {
        if indicator.derived_from.is_some() {
            return rate.as_ref().map(|value| Used { observation: None, value });
        }
        let entry = unit.counting(&set.id, &indicator.code, asked.view)?;
        Some(Used { observation: Some(entry.event.observation), value: &entry.event.value })
    });
    let event = AreaAssessed { criteria, ..assessed.clone() };
    let shown = Shown {
        event: &event,
        assessed_on: asked.view.as_at,
        name: String::new(),
        recognised: answers::is_recognised(units, &event, asked.view),
    };
    let is_derived = |code: &str| set.indicator(code).is_some_and(|(_, it)| it.derived_from.is_some());
    let value_of = |indicator: &IndicatorAssessed| match &rate {
        Some(rate) if is_derived(&indicator.code) => Some(rate.clone()),
        _ => value_used(units, indicator),
    };
    Some(answers::assessment(&shown, reference, value_of))
}

/// The watch on the highest title held, on the latest assessment under the set of its recognition; empty where none is
/// held.
fn watched(units: &Units, reference: &Reference, asked: &Asked<'_>) -> String {
    let titles = titles(units, &reference.areas, &asked.area, asked.view);
    let Some(tier) = titles.highest() else { return String::new() };
    let Some(TitleEvent::Recognised(title)) = titles.decided.get(&tier).map(|entry| &entry.event) else {
        return format!(
            "Chưa theo dõi thu hồi: danh hiệu {} có từ các đơn vị trước sáp nhập nên không gắn với bộ tiêu chí nào.",
            vi(tier)
        );
    };
    let unit = units.get(&asked.area);
    let Some(latest) = unit.and_then(|unit| unit.latest_assessment(Some(&title.set), None, asked.view))
    else {
        return format!("Chưa theo dõi thu hồi: chưa có đánh giá theo bộ tiêu chí {}.", title.set);
    };
    let set = reference.criteria.get(&title.set);
    match set.and_then(|set| watch(set, &latest.event.criteria)) {
        Some(watch) => watch.in_words(),
        None => format!(
            "Không theo dõi thu hồi theo bộ tiêu chí {}: quy định thu hồi của giai đoạn này chưa được kiểm chứng.",
            title.set
        ),
    }
}
