//! One page on an area, over all sources.

use super::{
    Grounds, cases, criteria, funding,
    point::{PointOfView, Portion, area_on_map},
    poverty::{Sight, provisional},
    reading::Groups,
    sources::Snapshots,
    status::caveats,
    targets,
};
use api::progress as proto;
use reference::AreaKind;
use service::Refusal;

/// The page that the request asks for. Targets are the province's.
pub(crate) async fn overview(
    grounds: &Grounds,
    snapshots: &mut Snapshots,
    request: &proto::GetOverviewRequest,
) -> Result<proto::Overview, Refusal> {
    let view = PointOfView::parse(grounds, request.view.as_ref())?;
    let area = area_on_map(&grounds.reference.areas, &request.area, "area", view.map)?;
    let sight =
        Sight::of(grounds, &mut snapshots.poverty, view, std::iter::once(area), Groups::Together).await?;
    let poverty = sight.row(&Portion::whole(area));
    let criteria = criteria::summary(grounds, &mut snapshots.rural, area, view).await?;
    let money = funding::by_programme(grounds, &mut snapshots.funding, area, view).await?;
    let open_cases = cases::open_cases(grounds, &mut snapshots.funding, area, view).await?;
    let mut provisional = caveats([provisional(grounds, view.as_at), criteria.provisional].concat());
    provisional.extend(money.provisional);
    let targets = match area.kind {
        AreaKind::Province => Some(targets::summary(grounds, snapshots, view).await?),
        _ => None,
    };
    Ok(proto::Overview {
        area: Some(super::areas::to_proto(area)),
        view: Some(view.to_proto()),
        poverty: Some(poverty),
        criteria: Some(criteria.summary),
        funding: money.rows,
        funding_total: Some(money.total),
        targets,
        open_cases: Some(open_cases),
        provisional,
        positions: snapshots.positions().await?,
    })
}
