//! Areas as readers see them.

use super::{
    Grounds,
    point::{area_on_map, day_or, map_day},
};
use api::{progress as proto, types};
use reference::{Area, AreaKind};
use service::{Refusal, reason};

/// The area as the API shows it.
pub(crate) fn to_proto(area: &Area) -> types::Area {
    let day = |day: Option<kernel::Date>| day.map_or_else(String::new, |day| day.to_string());
    types::Area {
        name: format!("areas/{}", area.key),
        code: area.key.code.to_string(),
        display_name: area.display_name(),
        kind: kind(area.kind).into(),
        valid_from: day(area.valid_from()),
        valid_to: day(area.valid_to),
    }
}

const fn kind(kind: AreaKind) -> types::AreaKind {
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

/// The parts of an area on a map (of the province where none is named), or every area that bears a name.
pub(crate) fn list_areas(
    grounds: &Grounds,
    request: &proto::ListAreasRequest,
) -> Result<proto::ListAreasResponse, Refusal> {
    let areas = &grounds.reference.areas;
    if !request.query.is_empty() && !request.parent.is_empty() {
        return Err(Refusal::new(&reason::FIELDS_EXCLUSIVE)
            .with("field", "parent")
            .with("other", "query")
            .at("query"));
    }
    if !request.query.is_empty() {
        let found = areas.search(&request.query);
        let candidates = found.iter().map(|candidate| proto::AreaCandidate {
            area: Some(to_proto(candidate.area)),
            context: candidate.context.iter().map(|area| to_proto(area)).collect(),
            suggestion: candidate.suggestion,
        });
        return Ok(proto::ListAreasResponse { areas: candidates.collect() });
    }
    let asked = day_or(&request.map, "map", grounds.today())?;
    let map = map_day(areas.geography(asked));
    let parent = if request.parent.is_empty() {
        areas.province()
    } else {
        area_on_map(areas, &request.parent, "parent", map)?
    };
    let parts = areas.children(&parent.key, map).into_iter().map(|part| proto::AreaCandidate {
        area: Some(to_proto(part)),
        context: areas
            .predecessors(&part.key)
            .iter()
            .filter_map(|key| areas.get(key))
            .map(to_proto)
            .collect(),
        suggestion: false,
    });
    Ok(proto::ListAreasResponse { areas: parts.collect() })
}
