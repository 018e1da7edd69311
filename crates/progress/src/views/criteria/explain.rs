//! From a figure about titles, criteria, lists or reports to the facts that it rests on.

use super::{
    Sight,
    observations::Span,
    reading::{Ground, area, day},
    reports::ReportTable,
    sight::Title,
};
use crate::{
    figure::{Band, Basis, CriteriaCount, CriteriaMeasure, CriteriaName, Extent, Reported, Scope},
    rural::RURAL_SOURCE,
    views::{
        Grounds,
        explain::{FactPlace, shown},
        from_projection,
        point::{PointOfView, is_on_map},
    },
};
use api::progress as proto;
use kernel::Timestamp;
use projection::{Error, Query, Row, Transaction};
use reference::Area;
use service::{Refusal, request::Page};

/// The explanation of a figure about titles and criteria; `None` where the name names none.
pub(crate) async fn explain(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    name: &CriteriaName,
    page: &Page<FactPlace>,
) -> Result<Option<proto::ExplainFigureResponse>, Refusal> {
    let Scope { area, extent, as_at, known_on, map } = &name.scope;
    let view = PointOfView { as_at: *as_at, known_on: *known_on, map: *map };
    let area = grounds.reference.areas.get(area).filter(|area| is_on_map(area, view.map));
    let Some(area) = area.filter(|_| *extent == Extent::Whole) else { return Ok(None) };
    if let CriteriaMeasure::Reported(reported) = &name.measure {
        return explain_report(grounds, snapshot, view, area, reported, page).await;
    }
    let sight = Sight::of(grounds, &mut *snapshot, view, area).await?;
    let count = match name.measure {
        CriteriaMeasure::Count(count) => count,
        CriteriaMeasure::Mean(basis) => return Ok(Some(of_mean(&sight, area, basis))),
        CriteriaMeasure::Standing | CriteriaMeasure::Reported(_) => {
            return Ok(Some(of_standing(&sight, area)));
        }
    };
    let measured = sight.measured(count, area);
    let by_packs = measured.contributions.iter().filter(|it| it.ground.is_none() && it.amount != 0).count();
    let additions = measured.contributions.iter().filter_map(|it| Some((it.ground?, it.amount)));
    let mut formula = formula(&sight, area, count);
    if by_packs > 0 {
        formula = format!("{formula}; {by_packs} of them rest on the reference packs and on no event");
    }
    let sum = measured.value().filter(|_| by_packs == 0);
    facts(grounds, snapshot, formula, additions.collect(), sum, page).await.map(Some)
}

async fn explain_report(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    view: PointOfView,
    area: &Area,
    reported: &Reported,
    page: &Page<FactPlace>,
) -> Result<Option<proto::ExplainFigureResponse>, Refusal> {
    let Reported { indicator, part } = reported;
    let known = grounds.reference.targets.get(indicator).is_some();
    let area = grounds.reference.areas.get(&area.key).filter(|_| known);
    let Some(area) = area else { return Ok(None) };
    let table = ReportTable::of(grounds, &mut *snapshot, view, area, &[indicator.as_str()]).await?;
    let combined = table.combined(indicator, area, Span::Now);
    if combined.value.is_some() && !combined.parts_of_value().contains(part) {
        return Ok(None);
    }
    let additions = combined.parts.iter().map(|report| (report.ground, report.amount(*part))).collect();
    let formula = format!(
        "{} of {indicator} in {} on {}, recorded by {}: {}",
        CriteriaMeasure::Reported(reported.clone()),
        area.display_name(),
        view.as_at,
        view.known_on,
        combined.how,
    );
    let sum = combined.status.present(combined.total(*part));
    facts(grounds, snapshot, formula, additions, sum, page).await.map(Some)
}

/// A mean has no facts of its own: its two counts have.
fn of_mean<'a>(sight: &Sight<'a>, area: &'a Area, basis: Basis) -> proto::ExplainFigureResponse {
    let met = sight.figure(CriteriaCount::Met(basis), area);
    let assessed = sight.figure(CriteriaCount::Assessed(basis), area);
    let formula = format!(
        "criteria met {} / communes of which that is known = {} / {}; means of parts are never averaged",
        by(basis),
        shown(&met),
        shown(&assessed),
    );
    proto::ExplainFigureResponse { formula, inputs: vec![met, assessed], ..Default::default() }
}

/// How a unit stands is told by several figures.
fn of_standing<'a>(sight: &Sight<'a>, area: &'a Area) -> proto::ExplainFigureResponse {
    let counts = [
        CriteriaCount::Recognised,
        CriteriaCount::Advanced,
        CriteriaCount::Model,
        CriteriaCount::Derived,
        CriteriaCount::Undetermined,
        CriteriaCount::Met(Basis::Official),
        CriteriaCount::Met(Basis::Strict),
        CriteriaCount::Difficult,
    ];
    proto::ExplainFigureResponse {
        formula: format!(
            "title, latest assessment under the sets in force and region of {} on {}, recorded by {}",
            area.display_name(),
            sight.view.as_at,
            sight.view.known_on,
        ),
        inputs: counts.into_iter().map(|count| sight.figure(count, area)).collect(),
        ..Default::default()
    }
}

const fn by(basis: Basis) -> &'static str {
    match basis {
        Basis::Official => "by official judgement",
        Basis::Strict => "by the written rule",
    }
}

fn formula<'a>(sight: &Sight<'a>, area: &'a Area, count: CriteriaCount) -> String {
    let PointOfView { as_at, known_on, map } = sight.view;
    let (name, start) = (area.display_name(), sight.grounds.reference.targets.period().from);
    let dated = format!("in {name} on {as_at}, recorded by {known_on}");
    let titled = "by decisions in force or, for a merged commune on which nothing was decided, as the lowest title of \
                  its parts on the eve of the merger, for which the deciding part counts 1 and the others 0";
    match count {
        CriteriaCount::Communes => format!("communes of {name} on the map of {map}, by the reference packs"),
        CriteriaCount::Villages => format!("villages of {name} on the map of {map}, by the reference packs"),
        CriteriaCount::Recognised => format!("communes with a title of whatever tier {dated}: {titled}"),
        CriteriaCount::Advanced => {
            format!("communes with the title of the advanced commune or a higher one {dated}: {titled}")
        }
        CriteriaCount::Model => format!("communes with the title of the model commune {dated}: {titled}"),
        CriteriaCount::Derived => format!(
            "merged communes whose title rests on no decision of their own {dated}: the lowest title of their parts on \
             the eve of the merger, for which the deciding part counts 1 and the others 0"
        ),
        CriteriaCount::Undetermined => format!(
            "merged communes whose status cannot be told {dated}, because a part was a township or ward and was never \
             assessed: {}",
            untold(sight, area)
        ),
        CriteriaCount::Assessed(basis) => {
            format!(
                "communes whose latest assessment under {} tells criteria {} {dated}",
                sets(sight),
                by(basis)
            )
        }
        CriteriaCount::Met(basis) => format!(
            "criteria met {} in the latest assessment of each commune under {} {dated}, added up",
            by(basis),
            sets(sight)
        ),
        CriteriaCount::Band(Band { from, to }, basis) => format!(
            "communes that met {from} to {to} of 19 criteria {} in their latest assessment under {} {dated}",
            by(basis),
            sets(sight)
        ),
        CriteriaCount::BelowFifteen(basis) => format!(
            "communes that met fewer than 15 of 19 criteria {} in their latest assessment under {} {dated}",
            by(basis),
            sets(sight)
        ),
        CriteriaCount::VillagesRecognised => format!("villages with a title {dated}"),
        CriteriaCount::DifficultVillages => format!(
            "villages, by the reference packs, of the communes of {name} that were in region III on {start}, recorded \
             by {known_on}"
        ),
        CriteriaCount::DifficultVillagesRecognised => {
            format!("villages with a title {dated}, of the communes that were in region III on {start}")
        }
        CriteriaCount::DistrictsRecognised => format!("districts with a title {dated}"),
        CriteriaCount::Difficult => format!("communes in region III {dated}"),
        CriteriaCount::LeftDifficult => {
            format!("communes that were in region III on {start} and are it no more {dated}")
        }
        CriteriaCount::PoorDistricts => format!("districts on the list of poor districts {dated}"),
        CriteriaCount::LeftPoorList => {
            format!("districts that were on the list of poor districts on {start} and are it no more {dated}")
        }
    }
}

fn sets(sight: &Sight<'_>) -> String {
    let sets = sight.generation.iter().flat_map(|generation| &generation.sets);
    sets.map(|set| set.id.as_str()).collect::<Vec<_>>().join(", ")
}

/// The communes that are not told, each with the parts that leave it so.
fn untold<'a>(sight: &Sight<'a>, area: &'a Area) -> String {
    let communes = sight.communes(area).into_iter();
    let untold = communes.filter(|commune| sight.title(commune, super::Moment::Now) == Title::Undetermined);
    let told = untold.map(|commune| {
        let parts = sight.untold_parts(commune).into_iter().map(Area::display_name);
        format!("{} ({})", commune.display_name(), parts.collect::<Vec<_>>().join(", "))
    });
    told.collect::<Vec<_>>().join("; ")
}

/// One page of the events behind the additions, in the order of the log.
async fn facts(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    formula: String,
    mut additions: Vec<(Ground, i64)>,
    sum: Option<i64>,
    page: &Page<FactPlace>,
) -> Result<proto::ExplainFigureResponse, Refusal> {
    additions.sort_by_key(|(ground, _)| ground.position);
    let fact_count = i64::try_from(additions.len()).unwrap_or(i64::MAX);
    let after = page.after.map_or(0, |(position, _)| position);
    let rest = additions.iter().filter(|(ground, _)| ground.position > after);
    let shown: Vec<_> = rest.take(page.size.saturating_add(1)).collect();
    let more = shown.len() > page.size;
    let shown = &shown[..shown.len().min(page.size)];
    let last = shown.last().filter(|_| more).map(|(ground, _)| (ground.position, 0));
    let next_page_token = last.map(|place| page.next_token(&place)).transpose()?.unwrap_or_default();
    let read = async {
        let positions: Vec<u64> = shown.iter().map(|(ground, _)| ground.position).collect();
        let query = Query::new("select event.* from event where is_one_of(event.position, $1, bigint)");
        let rows = snapshot.fetch_all(query.bind_rows(&positions)?).await?;
        let mut facts = Vec::with_capacity(rows.len());
        for row in &rows {
            let position = row.get_u64("position")?;
            let amount = shown.iter().find(|(ground, _)| ground.position == position);
            facts.push(fact(grounds, row, amount.map_or(0, |(_, amount)| *amount))?);
        }
        facts.sort_by_key(|fact: &proto::Fact| fact.position);
        Ok::<_, Error>(facts)
    };
    Ok(proto::ExplainFigureResponse {
        formula,
        inputs: Vec::new(),
        sum,
        fact_count,
        facts: read.await.map_err(from_projection)?,
        next_page_token,
    })
}

fn fact(grounds: &Grounds, row: &Row, amount: i64) -> Result<proto::Fact, Error> {
    let key = area(row.get("area")?)?.key();
    let recorded_at: i64 = row.get("recorded_at")?;
    let recorded_at = Timestamp::from_micros(recorded_at).map_err(|_| Error::Negative(recorded_at))?;
    let subject = row.get::<Option<String>>("subject")?;
    Ok(proto::Fact {
        amount,
        effective_date: day(row.get("effective")?)?.to_string(),
        recorded_at: recorded_at.to_string(),
        subject: subject.unwrap_or_else(|| format!("areas/{key}")),
        event_id: row.get("event_id")?,
        event_type: row.get("type")?,
        position: row.get_u64("position")?,
        source: RURAL_SOURCE.to_owned(),
        document: row.get::<Option<String>>("document")?.unwrap_or_default(),
        actor: row.get("actor")?,
        area: grounds.reference.areas.get(&key).map(crate::views::areas::to_proto),
    })
}
