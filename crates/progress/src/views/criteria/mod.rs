//! Titles, criteria met and the matrix of communes by criterion.

mod explain;
mod lists;
mod measures;
mod observations;
mod reading;
mod reports;
mod sight;

pub(crate) use explain::explain;
pub(crate) use measures::{Measured, coverage, figure_from};
pub(crate) use observations::Span;
pub(crate) use reports::{Combined, ReportTable, ReportedValue};
pub(crate) use sight::{Moment, Sight};

use super::{
    Grounds, from_projection,
    point::{PointOfView, area_on_map},
    sources::position_of,
    status::caveats,
};
use crate::{
    RURAL_SOURCE,
    figure::{Band, Basis, CriteriaCount, CriteriaMeasure},
    rural::Standing,
};
use api::{progress as proto, rural};
use events::rural::{ListKind, TitleTier};
use poverty_view::domain::AreaNumber;
use projection::Transaction;
use reference::{Area, AreaKind, Caveat};
use service::{Refusal, reason};
use sight::{Origin, Title};
use std::collections::HashMap;

/// The view that the request asks for.
pub(crate) async fn criteria(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    request: &proto::GetCriteriaRequest,
) -> Result<proto::CriteriaView, Refusal> {
    let view = PointOfView::parse(grounds, request.view.as_ref())?;
    let area = area_on_map(&grounds.reference.areas, &request.area, "area", view.map)?;
    if area.kind == AreaKind::Village {
        return Err(Refusal::new(&reason::AREA_KIND_MISMATCH)
            .with("area", &area.key)
            .with("expected", "xã, phường, thị trấn, huyện, thành phố thuộc tỉnh, tỉnh")
            .at("area"));
    }
    let sight = Sight::of(grounds, snapshot, view, area).await?;
    let Summary { summary, mut provisional } = summary_of(&sight, area);
    let communes = if request.communes { sight.communes(area) } else { Vec::new() };
    let assessed = communes.iter().filter_map(|commune| {
        Some((AreaNumber::of(&commune.key), sight.latest_assessment(commune)?.ground.position))
    });
    let (units, positions): (Vec<_>, Vec<_>) = assessed.unzip();
    let standings = match positions.is_empty() {
        true => HashMap::new(),
        false => reading::standings(snapshot, &units, &positions).await.map_err(from_projection)?,
    };
    let rows = communes.into_iter().map(|commune| row(&sight, commune, &standings, &mut provisional));
    let rows = rows.collect();
    Ok(proto::CriteriaView {
        area: Some(super::areas::to_proto(area)),
        view: Some(view.to_proto()),
        summary: Some(summary),
        communes: rows,
        provisional: caveats(provisional),
        positions: vec![position_of(RURAL_SOURCE, sight.reached())],
    })
}

/// The summary of one area, with why it is provisional.
#[derive(Debug)]
pub(crate) struct Summary {
    pub(crate) summary: proto::CriteriaSummary,
    pub(crate) provisional: Vec<Caveat>,
}

/// The summary of one area.
pub(crate) fn summary_of<'a>(sight: &Sight<'a>, area: &'a Area) -> Summary {
    let mut provisional = Vec::new();
    let mut figure = |count| {
        let measured = sight.measured(count, area);
        let figure = sight.figure_of(count, area, &measured);
        for caveat in measured.provisional {
            caution(&mut provisional, caveat);
        }
        Some(figure)
    };
    let banded = sight.generation.as_ref().is_some_and(|generation| generation.criteria == 19);
    let bands = Band::ALL.into_iter().filter(|_| banded).map(|band| proto::BandCount {
        from: i32::try_from(band.from).unwrap_or_default(),
        to: i32::try_from(band.to).unwrap_or_default(),
        official: figure(CriteriaCount::Band(band, Basis::Official)),
        strict: figure(CriteriaCount::Band(band, Basis::Strict)),
    });
    let bands = bands.collect();
    let summary = proto::CriteriaSummary {
        communes: figure(CriteriaCount::Communes),
        recognised: figure(CriteriaCount::Recognised),
        advanced: figure(CriteriaCount::Advanced),
        model: figure(CriteriaCount::Model),
        derived: figure(CriteriaCount::Derived),
        undetermined: figure(CriteriaCount::Undetermined),
        assessed: figure(CriteriaCount::Assessed(Basis::Strict)),
        mean_official: Some(sight.mean(Basis::Official, area)),
        mean_strict: Some(sight.mean(Basis::Strict, area)),
        bands,
        villages_recognised: figure(CriteriaCount::VillagesRecognised),
    };
    Summary { summary, provisional }
}

fn caution(provisional: &mut Vec<Caveat>, caveat: Caveat) {
    if !provisional.contains(&caveat) {
        provisional.push(caveat);
    }
}

fn row(
    sight: &Sight<'_>,
    commune: &Area,
    standings: &HashMap<u64, Vec<Standing>>,
    provisional: &mut Vec<Caveat>,
) -> proto::CriteriaRow {
    let mut row = proto::CriteriaRow {
        area: Some(super::areas::to_proto(commune)),
        figure: sight.name(CriteriaMeasure::Standing, commune),
        ..Default::default()
    };
    match sight.title(commune, Moment::Now) {
        Title::Held { tier, origin, since, .. } => {
            row.set_tier(tier_on_the_wire(tier));
            row.set_origin(match origin {
                Origin::Recognised => rural::TitleOrigin::Recognised,
                Origin::Acknowledged => rural::TitleOrigin::Acknowledged,
                Origin::Derived => rural::TitleOrigin::Derived,
            });
            // Before a merger its parts are looked at as one unit that holds nothing yet since any day.
            if since <= sight.view.as_at {
                row.title_since = since.to_string();
            }
        }
        Title::NotHeld => {}
        Title::Undetermined => row.set_origin(rural::TitleOrigin::Undetermined),
    }
    if let Some(assessment) = sight.latest_assessment(commune) {
        let count = |criteria: i64| i32::try_from(criteria).unwrap_or(i32::MAX);
        row.set.clone_from(&assessment.set);
        row.assessed_on = assessment.ground.on.to_string();
        row.assessed_year = assessment.year;
        row.strict_met = Some(count(assessment.strict_met));
        row.official_met = assessment.official_met.map(count);
        row.applicable = Some(count(assessment.applicable));
        let cell = |(number, strict, official): &(u16, i32, i32)| proto::CriterionCell {
            number: i32::from(*number),
            strict: *strict,
            official: *official,
        };
        row.criteria = standings.get(&assessment.ground.position).into_iter().flatten().map(cell).collect();
        let set = sight.grounds.reference.criteria.get(&assessment.set);
        for caveat in set.into_iter().flat_map(|set| set.caveats()) {
            caution(provisional, caveat.clone());
        }
    }
    if let Some(listed) = sight.listed(commune, ListKind::Region, Moment::Now) {
        row.region = listed.entry.unwrap_or_default().to_owned();
    }
    row
}

const fn tier_on_the_wire(tier: TitleTier) -> rural::Tier {
    match tier {
        TitleTier::Village => rural::Tier::VillageTitle,
        TitleTier::Commune => rural::Tier::CommuneTitle,
        TitleTier::AdvancedCommune => rural::Tier::AdvancedCommune,
        TitleTier::ModelCommune => rural::Tier::ModelCommune,
        TitleTier::District => rural::Tier::DistrictTitle,
    }
}
