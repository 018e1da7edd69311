//! What several targets of one list are computed from, read once.

use crate::views::{
    Grounds,
    criteria::{ReportTable, Sight},
    point::PointOfView,
};
use projection::Transaction;
use reference::Feed;
use service::Refusal;

/// What was read so far.
#[derive(Debug, Default)]
pub(super) struct Loaded<'a> {
    sights: Vec<Sight<'a>>,
    reports: Vec<ReportTable<'a>>,
}

impl<'a> Loaded<'a> {
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

    /// What units report of all targets.
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
                let reported = grounds.reference.targets.all().iter().filter(|target| {
                    target.computed_as.is_some_and(|computation| computation.feed() == Feed::Reported)
                });
                let indicators: Vec<&str> = reported.map(|target| target.id.as_str()).collect();
                self.reports.push(ReportTable::of(grounds, snapshot, view, province, &indicators).await?);
                self.reports.len() - 1
            }
        };
        Ok(&self.reports[at])
    }
}
