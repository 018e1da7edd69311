//! Lists of observations, newest first.

use crate::{
    answers,
    domain::{Known, Units},
};
use api::rural::ListObservationsResponse;
use kernel::AreaKey;
use reference::Reference;
use service::{Refusal, request::Page};

/// Which observations are asked for; an empty set or indicator asks for all.
#[derive(Clone, Copy)]
pub(crate) struct ObservationsQuery<'a> {
    pub(crate) area: &'a AreaKey,
    pub(crate) set: &'a str,
    pub(crate) indicator: &'a str,
}

/// One page, by position in the log from the last on; a page goes on below the position at which the one before ended.
pub(crate) fn observations(
    units: &Units,
    reference: &Reference,
    query: ObservationsQuery<'_>,
    page: &Page<u64>,
) -> Result<ListObservationsResponse, Refusal> {
    let Some(unit) = units.get(query.area) else { return Ok(ListObservationsResponse::default()) };
    let all = unit.observations();
    let below =
        page.after.map_or(all.len(), |after| all.partition_point(|entry| entry.recorded.position < after));
    let wanted = |text: &str, own: &str| text.is_empty() || text == own;
    let mut found = all[..below].iter().rev().filter(|entry| {
        wanted(query.set, &entry.event.set) && wanted(query.indicator, &entry.event.indicator)
    });
    let rows: Vec<_> = found.by_ref().take(page.size).collect();
    let next = found.next().and(rows.last()).map(|last| page.next_token(&last.recorded.position));
    let shown = rows.iter().map(|entry| {
        let correction = unit.correction(entry.event.observation, Known::Everything);
        let corrected_by = correction.map(|by| by.event.observation);
        answers::observation(&entry.event, &entry.recorded, corrected_by, reference)
    });
    Ok(ListObservationsResponse {
        observations: shown.collect(),
        next_page_token: next.transpose()?.unwrap_or_default(),
    })
}
