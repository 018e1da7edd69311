//! What several views of one request are computed from, read once.

use super::{
    Grounds,
    criteria::{ReportTable, Sight},
    point::PointOfView,
};
use projection::Transaction;
use reference::{Area, Feed, Target};
use service::Refusal;

/// What was read so far of the rural criteria.
#[derive(Debug)]
pub(crate) struct LoadedRural<'a> {
    /// Targets that units report, of those that are asked for.
    reported: Vec<&'a str>,
    sights: Vec<(&'a Area, Sight<'a>)>,
    reports: Vec<ReportTable<'a>>,
}

impl<'a> LoadedRural<'a> {
    /// Nothing is read yet; these are the targets that are asked for.
    pub(crate) fn of(targets: impl Iterator<Item = &'a Target>) -> Self {
        let reported = targets.filter(|target| {
            target.computed_as.is_some_and(|computation| computation.feed() == Feed::Reported)
        });
        let reported = reported.map(|target| target.id.as_str()).collect();
        Self { reported, sights: Vec::new(), reports: Vec::new() }
    }

    /// Titles, criteria and lists of the area.
    pub(crate) async fn sight(
        &mut self,
        grounds: &'a Grounds,
        snapshot: &mut Transaction,
        view: PointOfView,
        area: &'a Area,
    ) -> Result<&Sight<'a>, Refusal> {
        let is_it = |(of, sight): &(&Area, Sight<'_>)| sight.view == view && of.key == area.key;
        let at = match self.sights.iter().position(is_it) {
            Some(at) => at,
            None => {
                let sight = match self.sights.iter().find_map(|(_, sight)| sight.seen_from(view)) {
                    Some(seen) => seen,
                    None => Sight::of(grounds, snapshot, view, area).await?,
                };
                self.sights.push((area, sight));
                self.sights.len() - 1
            }
        };
        Ok(&self.sights[at].1)
    }

    /// What units report of the targets that are asked for.
    pub(crate) async fn reports(
        &mut self,
        grounds: &'a Grounds,
        snapshot: &mut Transaction,
        view: PointOfView,
    ) -> Result<&ReportTable<'a>, Refusal> {
        let at = match self.reports.iter().position(|reports| reports.view == view) {
            Some(at) => at,
            None => {
                let province = grounds.reference.areas.province();
                self.reports.push(ReportTable::of(grounds, snapshot, view, province, &self.reported).await?);
                self.reports.len() - 1
            }
        };
        Ok(&self.reports[at])
    }
}
