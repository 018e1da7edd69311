//! From which point of view, on which map and where: parsed once, with defaults filled in.

use super::Grounds;
use crate::figure::{Extent, Scope};
use api::progress as proto;
use kernel::{AreaCode, AreaKey, Date, parse_date};
use poverty_view::domain::AreaNumber;
use reference::{Area, AreaKind, Areas, Geography, UnknownArea};
use service::{Refusal, reason};

/// A point of view with its defaults filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PointOfView {
    pub(crate) as_at: Date,
    pub(crate) known_on: Date,
    /// A day that stands for the map: its first, or its last where the first is not known.
    pub(crate) map: Date,
}

impl PointOfView {
    /// Reads the request's `view`.
    pub(crate) fn parse(grounds: &Grounds, view: Option<&proto::PointOfView>) -> Result<Self, Refusal> {
        let today = grounds.today();
        let (as_at, known_on, map) =
            view.map_or(("", "", ""), |view| (&*view.as_at, &*view.known_on, &*view.map));
        let as_at = day_or(as_at, "view.as_at", today)?;
        let known_on = day_or(known_on, "view.known_on", today)?;
        let map = day_or(map, "view.map", as_at)?;
        Ok(Self { as_at, known_on, map: map_day(grounds.reference.areas.geography(map)) })
    }

    pub(crate) fn scope(self, portion: &Portion<'_>) -> Scope {
        let Self { as_at, known_on, map } = self;
        Scope { area: portion.area.key.clone(), extent: portion.extent(), as_at, known_on, map }
    }

    pub(crate) fn to_proto(self) -> proto::PointOfView {
        proto::PointOfView {
            as_at: self.as_at.to_string(),
            known_on: self.known_on.to_string(),
            map: self.map.to_string(),
        }
    }
}

/// What one row of a view is about.
#[derive(Clone, Debug)]
pub(crate) struct Portion<'a> {
    pub(crate) area: &'a Area,
    /// Parts of the area that are left out; none of the whole area.
    pub(crate) except: Vec<&'a Area>,
}

impl<'a> Portion<'a> {
    pub(crate) const fn whole(area: &'a Area) -> Self {
        Self { area, except: Vec::new() }
    }

    /// What lies outside these parts of the area; `None` without parts.
    pub(crate) fn outside(area: &'a Area, parts: Vec<&'a Area>) -> Option<Self> {
        (!parts.is_empty()).then_some(Self { area, except: parts })
    }

    /// The portion of that extent; `None` where it would lie outside the parts of an area that has none on the map.
    pub(crate) fn of(areas: &'a Areas, area: &'a Area, extent: Extent, map: Date) -> Option<Self> {
        match extent {
            Extent::Whole => Some(Self::whole(area)),
            Extent::OutsideParts => Self::outside(area, areas.children(&area.key, map)),
        }
    }

    pub(crate) const fn extent(&self) -> Extent {
        if self.except.is_empty() { Extent::Whole } else { Extent::OutsideParts }
    }

    /// The area and the parts that are left out: what has to be read.
    pub(crate) fn areas(&self) -> impl Iterator<Item = &'a Area> {
        std::iter::once(self.area).chain(self.except.iter().copied())
    }

    pub(crate) fn number(&self) -> AreaNumber {
        AreaNumber::of(&self.area.key)
    }

    pub(crate) fn except_numbers(&self) -> impl Iterator<Item = AreaNumber> {
        self.except.iter().map(|part| AreaNumber::of(&part.key))
    }
}

/// The day that stands for the map.
pub(crate) fn map_day(map: &Geography) -> Date {
    map.first_day().or(map.last_day()).unwrap_or(map.period.from)
}

/// The day of the field, or the default where it is empty.
pub(crate) fn day_or(text: &str, field: &str, default: Date) -> Result<Date, Refusal> {
    if text.is_empty() {
        return Ok(default);
    }
    parse_date(text).ok_or_else(|| Refusal::new(&reason::INVALID_DATE).with("value", text).at(field))
}

/// The area that a request names, which must be on the map.
pub(crate) fn area_on_map<'a>(
    areas: &'a Areas,
    text: &str,
    field: &str,
    map: Date,
) -> Result<&'a Area, Refusal> {
    let area = named_area(areas, text, field, map)?;
    if is_on_map(area, map) { Ok(area) } else { Err(not_on_map(areas, area, map).at(field)) }
}

/// The area of a key; a bare code is read as of the map's day.
fn named_area<'a>(areas: &'a Areas, text: &str, field: &str, map: Date) -> Result<&'a Area, Refusal> {
    if text.is_empty() {
        return Err(Refusal::new(&reason::FIELD_MISSING).with("field", field).at(field));
    }
    let name = text.strip_prefix("areas/").unwrap_or(text);
    let unknown = || Refusal::new(&reason::UNKNOWN_AREA).with("area", name).at(field);
    if name.contains('@') {
        let key: AreaKey = name.parse().map_err(|_| unknown())?;
        return areas.get(&key).ok_or_else(unknown);
    }
    let code: AreaCode = name.parse().map_err(|_| unknown())?;
    areas.resolve(&code, map).map_err(|error| match error {
        UnknownArea::NoSuchCode { .. } => unknown(),
        UnknownArea::NotInForce { versions, .. } => Refusal::new(&reason::AREA_NOT_IN_FORCE)
            .with("area", name)
            .with("date", map)
            .with("in_force", versions)
            .at(field),
    })
}

/// Villages keep their code through mergers and are on every map.
pub(crate) fn is_on_map(area: &Area, map: Date) -> bool {
    area.kind == AreaKind::Village || area.in_force(map)
}

/// The refusal names what stands there instead.
fn not_on_map(areas: &Areas, area: &Area, map: Date) -> Refusal {
    let instead = match areas.rebase(&area.key, map) {
        Some(other) => vec![other],
        None => areas.exact_parts(&area.key, map).unwrap_or_default(),
    };
    let instead: Vec<_> = instead.iter().map(|area| format!("areas/{}", area.key)).collect();
    let refusal = Refusal::new(&reason::AREA_NOT_ON_MAP).with("area", &area.key).with("map", map);
    if instead.is_empty() { refusal } else { refusal.with("instead", instead.join(", ")) }
}

/// The units of commune level, or the village, that coverage is told by.
pub(crate) fn covered_units<'a>(areas: &'a Areas, area: &'a Area, map: Date) -> Vec<&'a Area> {
    match area.kind {
        AreaKind::Province => areas.communes(map).collect(),
        kind if kind.is_district_level() => areas.children(&area.key, map),
        _ => vec![area],
    }
}
