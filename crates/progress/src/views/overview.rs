//! One page on an area, over all sources.

use super::{
    Grounds, cases, criteria, funding,
    loaded::LoadedRural,
    point::{PointOfView, Portion, area_on_map},
    poverty::{Wanted, provisional},
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
    let named = request.view.as_ref();
    let is_province = area.kind == AreaKind::Province;
    let targets = if is_province {
        targets::Asked::all(grounds, view, named)
    } else {
        targets::Asked::none(grounds, view, named)
    };
    let Snapshots { poverty, rural, funding } = snapshots;
    let of_poverty = async {
        let mut wanted = Wanted::default();
        wanted.add(grounds, view, std::iter::once(area));
        targets.want(&mut wanted);
        let stocks = wanted.read(&mut *poverty, view.known_on).await?;
        let row = stocks.sight(grounds, view).row(&Portion::whole(area));
        Ok::<_, Refusal>((row, targets.compute_poverty(poverty, stocks).await?))
    };
    let of_rural = async {
        let mut loaded = LoadedRural::of(targets.targets());
        let criteria = criteria::summary_of(loaded.sight(grounds, rural, view, area).await?, area);
        Ok((criteria, targets.compute_others(rural, &mut loaded).await?))
    };
    let of_funding = async {
        let money = funding::by_programme(grounds, &mut *funding, area, view).await?;
        let open_cases = cases::open_cases(grounds, funding, area, view).await?;
        Ok((money, open_cases))
    };
    let ((poverty, of_poverty), (criteria, others), (money, open_cases)) =
        tokio::try_join!(of_poverty, of_rural, of_funding)?;
    let mut provisional = caveats([provisional(grounds, view.as_at), criteria.provisional].concat());
    provisional.extend(money.provisional);
    Ok(proto::Overview {
        area: Some(super::areas::to_proto(area)),
        view: Some(view.to_proto()),
        poverty: Some(poverty),
        criteria: Some(criteria.summary),
        funding: money.rows,
        funding_total: Some(money.total),
        targets: is_province.then(|| targets.summary(of_poverty, others)),
        open_cases: Some(open_cases),
        provisional,
        positions: snapshots.positions().await?,
    })
}
