//! Lists that change what a unit is entitled to: what was decided, and before the first decision what the packs say.

use super::{units::Units, viewpoint::Viewpoint};
use events::rural::ListKind;
use kernel::{AreaKey, Date};
use reference::{Areas, areas::RegionClass};

/// The one entry of the list of poor districts.
pub const POOR: &str = "poor";

/// Entries that a list has.
pub const fn entries(list: ListKind) -> &'static [&'static str] {
    match list {
        ListKind::Region => &["I", "II", "III"],
        ListKind::PoorDistrict => &[POOR],
    }
}

/// Where a unit stands on a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing<'a> {
    /// The entry; `None`: taken off.
    pub entry: Option<&'a str>,
    /// Since when, where that is known.
    pub since: Option<Date>,
    /// Whether it was decided here; else it is what the packs say.
    pub decided: bool,
}

/// Where the unit stands on the list; `None` where nothing is known.
pub fn standing<'a>(
    units: &'a Units,
    areas: &'a Areas,
    area: &AreaKey,
    list: ListKind,
    view: Viewpoint,
) -> Option<Standing<'a>> {
    if let Some(entry) = units.get(area).and_then(|unit| unit.listing(list, view)) {
        let since = Some(entry.recorded.effective);
        return Some(Standing { entry: entry.event.entry.as_deref(), since, decided: true });
    }
    match list {
        ListKind::Region => {
            let fact = areas.region(area, view.as_at)?;
            let entry = match fact.class? {
                RegionClass::I => "I",
                RegionClass::II => "II",
                RegionClass::III => "III",
            };
            Some(Standing { entry: Some(entry), since: Some(fact.period.from), decided: false })
        }
        ListKind::PoorDistrict => {
            let listed = areas.poor_districts(view.as_at);
            listed.iter().any(|(district, _)| *district == area).then_some(Standing {
                entry: Some(POOR),
                since: None,
                decided: false,
            })
        }
    }
}
