//! A unit observed an indicator, or corrects what it observed.

use super::{
    Context, DayOf, Decided, Kinds, RecordObservation, Rejection, places, units::Units, values,
    viewpoint::Known,
};
use events::rural::{ObservationRecorded, RuralEvent};
use kernel::ObservationId;

pub(super) fn observe(
    units: &Units,
    command: &RecordObservation,
    context: Context<'_>,
) -> Result<Decided, Rejection> {
    context.check_day(DayOf::Effect, command.observed_on)?;
    let set = context.set(&command.set)?;
    let (_, indicator) = set.indicator(&command.indicator).ok_or_else(|| Rejection::UnknownIndicator {
        indicator: command.indicator.clone(),
        set: set.id.clone(),
    })?;
    let kinds = Kinds::that_observe(set);
    places::unit(&context.reference.areas, &command.area, kinds, command.observed_on)?;
    if indicator.derived_from.is_some() {
        return Err(Rejection::DerivedIndicator { indicator: indicator.code.clone(), set: set.id.clone() });
    }
    values::check_kind(indicator, &command.value)?;
    if let Some(corrected) = command.corrects {
        check_correction(units, command, corrected)?;
    }
    let event = ObservationRecorded {
        observation: command.observation,
        area: command.area.clone(),
        set: command.set.clone(),
        indicator: command.indicator.clone(),
        value: command.value.clone(),
        source: command.source.clone(),
        corrects: command.corrects,
        poverty_position: None,
    };
    Ok(Decided::about(&command.area, command.observed_on, RuralEvent::ObservationRecorded(event)))
}

/// What is corrected must be of the same unit, set and indicator, and not be corrected yet.
fn check_correction(
    units: &Units,
    command: &RecordObservation,
    corrected: ObservationId,
) -> Result<(), Rejection> {
    let (unit, entry) = units.observation(corrected).ok_or(Rejection::ObservationNotFound(corrected))?;
    let earlier = &entry.event;
    if (&earlier.area, &earlier.set, &earlier.indicator) != (&command.area, &command.set, &command.indicator)
    {
        return Err(Rejection::ObservationOfAnother {
            observation: corrected,
            area: earlier.area.clone(),
            set: earlier.set.clone(),
            indicator: earlier.indicator.clone(),
        });
    }
    match unit.correction(corrected, Known::Everything) {
        Some(by) => Err(Rejection::ObservationCorrected { observation: corrected, by: by.event.observation }),
        None => Ok(()),
    }
}
