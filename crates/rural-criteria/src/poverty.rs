//! Asks the view of the poverty registry's events what criterion 11 needs. It is asked before a command is decided, so that
//! the decision itself reads nothing.

use crate::{
    domain::{Command, PovertySeen},
    refusals,
};
use kernel::{AreaKey, Date};
use poverty_view::{PovertyView, SOURCE};
use projection::WaitError;
use reference::{Reference, criteria::CriteriaSet};
use service::{
    Refusal, reason,
    request::{ConsistencyToken, not_caught_up},
};
use std::time::Duration;

/// Waits until the view has seen what the token asks for.
pub(crate) async fn caught_up(
    view: &PovertyView,
    token: &ConsistencyToken,
    wait_max: Duration,
) -> Result<(), Refusal> {
    let Some(position) = token.position(SOURCE) else { return Ok(()) };
    view.wait_for(position, wait_max).await.map_err(|error| match error {
        WaitError::TooLate { wanted, applied, .. } => not_caught_up(applied, wanted),
        WaitError::Closed => Refusal::new(&reason::SHUTTING_DOWN),
    })
}

/// Households of the unit on a day, as known by the end of another; `None` where none was registered there by then.
pub(crate) async fn seen(
    view: &PovertyView,
    area: &AreaKey,
    as_at: Date,
    known_on: Date,
) -> Result<Option<PovertySeen>, Refusal> {
    let seen = view.counts(area, as_at, known_on).await.map_err(|error| refusals::poverty_view(&error))?;
    Ok(seen.value.map(|counts| PovertySeen {
        position: seen.position,
        registered: counts.registered,
        reviewed: counts.reviewed,
        poor_and_near_poor: counts.poor + counts.near_poor,
    }))
}

/// Puts into an assessment what the registry says, where its set has an indicator that follows from it.
pub(crate) async fn inform(
    command: &mut Command,
    view: &PovertyView,
    reference: &Reference,
    token: &ConsistencyToken,
    wait_max: Duration,
    today: Date,
) -> Result<(), Refusal> {
    let Command::Assess(command) = command else { return Ok(()) };
    if reference.criteria.get(&command.set).is_some_and(derives) {
        caught_up(view, token, wait_max).await?;
        command.poverty = seen(view, &command.area, command.assessed_on, today).await?;
    }
    Ok(())
}

fn derives(set: &CriteriaSet) -> bool {
    let mut indicators = set.criteria.iter().flat_map(|criterion| &criterion.indicators);
    indicators.any(|indicator| indicator.derived_from.is_some())
}
