//! What several targets of one list are computed from, read once.

use crate::views::{
    Grounds,
    criteria::{ReportTable, Sight},
    point::PointOfView,
};
use projection::Transaction;
use reference::{Feed, Target};
use service::Refusal;

/// What was read so far.
#[derive(Debug)]
pub(super) struct Loaded<'a> {
    /// Targets that units report, of those that are asked for.
    reported: Vec<&'a str>,
    sights: Vec<Sight<'a>>,
    reports: Vec<ReportTable<'a>>,
}

impl<'a> Loaded<'a> {
    /// Nothing is read yet; these are the targets that are asked for.
    pub(super) fn of(targets: impl Iterator<Item = &'a Target>) -> Self {
        let reported = targets.filter(|target| {
            target.computed_as.is_some_and(|computation| computation.feed() == Feed::Reported)
        });
        let reported = reported.map(|target| target.id.as_str()).collect();
        Self { reported, sights: Vec::new(), reports: Vec::new() }
    }

    /// Titles, criteria and lists of the province.
    pub(super) async fn sight(
        &mut self,
        grounds: &'a Grounds,
        snapshot: &mut Transaction,
        view: PointOfView,
    ) -> Result<&Sight<'a>, Refusal> {
        let at = match self.sights.iter().position(|sight| sight.view == view) {
            Some(at) => at,
            None => {
                let province = grounds.reference.areas.province();
                self.sights.push(Sight::of(grounds, snapshot, view, province).await?);
                self.sights.len() - 1
            }
        };
        Ok(&self.sights[at])
    }

    /// What units report of the targets that are asked for.
    pub(super) async fn reports(
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
