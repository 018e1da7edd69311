//! Where a household lives. A code resolves only together with a day; a household that did not move is, after a merger, in
//! the successor of the unit in which it was recorded.

use super::{AreaField, Context, Rejection};
use events::poverty::Residence;
use kernel::{AreaCode, AreaKey, Date, VillageCode};
use reference::areas::{Area, UnknownArea};

/// The residence that the codes name on that day.
pub(super) fn resolve(
    commune: &AreaCode,
    village: Option<&VillageCode>,
    day: Date,
    context: Context<'_>,
) -> Result<Residence, Rejection> {
    let areas = &context.reference.areas;
    let unit = areas.resolve(commune, day).map_err(|error| not_resolved(error, AreaField::Commune))?;
    if !unit.kind.is_commune_level() {
        return Err(Rejection::NotACommune { code: commune.to_string(), name: unit.display_name() });
    }
    if let Some(village) = village {
        let code = AreaCode::from(village.clone());
        let found = areas.resolve(&code, day).map_err(|error| not_resolved(error, AreaField::Village))?;
        if areas.parent(&found.key, day).is_none_or(|parent| parent.key != unit.key) {
            return Err(Rejection::VillageElsewhere {
                village: village.to_string(),
                commune: format!("{} ({commune})", unit.display_name()),
                day,
            });
        }
    }
    Ok(Residence { commune: unit.key.clone(), village: village.cloned() })
}

/// The commune, ward or township that contains the residence on that day.
pub(super) fn commune_on<'a>(
    residence: &Residence,
    day: Date,
    context: Context<'a>,
) -> Result<&'a Area, Rejection> {
    let areas = &context.reference.areas;
    let of_village = |village: &VillageCode| areas.parent(&AreaKey::new(village.clone().into(), None), day);
    let by_village = residence.village.as_ref().and_then(of_village);
    by_village
        .or_else(|| areas.rebase(&residence.commune, day))
        .filter(|area| area.kind.is_commune_level())
        .ok_or_else(|| Rejection::ResidenceNotPlaced { recorded: residence.commune.clone(), day })
}

fn not_resolved(error: UnknownArea, field: AreaField) -> Rejection {
    match error {
        UnknownArea::NoSuchCode { code } => Rejection::UnknownArea { code: code.to_string(), field },
        UnknownArea::NotInForce { code, day, versions } => {
            Rejection::AreaNotInForce { code: code.to_string(), day, history: versions, field }
        }
    }
}
