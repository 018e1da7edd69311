//! One page on an area, over all sources.

use super::{
    Grounds, cases, criteria, from_task,
    funding::{self, ByProgramme},
    loaded::LoadedRural,
    point::{PointOfView, Portion, area_on_map},
    poverty::{Wanted, provisional},
    reading::Groups,
    sources::{Snapshots, position_of},
    status::caveats,
    targets,
};
use crate::{RURAL_SOURCE, SOURCE};
use api::progress as proto;
use projection::Transaction;
use reference::{Area, AreaKind};
use service::Refusal;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument as _;

/// The page that the request asks for. Targets are the province's.
pub(crate) async fn overview(
    grounds: &Grounds,
    snapshots: Snapshots,
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
    let Snapshots { mut poverty, mut rural, funding } = snapshots;
    // What is added up in memory goes on beside the others, on another thread where there is one.
    let of_funding = of_funding(grounds.clone(), funding, area.clone(), view).in_current_span();
    let of_funding = AbortOnDropHandle::new(tokio::spawn(of_funding));
    let of_poverty = async {
        let mut wanted = Wanted::new(Groups::Together);
        wanted.add(grounds, view, std::iter::once(area));
        targets.want(&mut wanted);
        let stocks = wanted.read(&mut poverty, view.known_on).await?;
        let sight = stocks.sight(grounds, view);
        let row = sight.row(&Portion::whole(area));
        Ok::<_, Refusal>((sight.read, row, targets.compute_poverty(&mut poverty, stocks).await?))
    };
    let of_rural = async {
        let mut loaded = LoadedRural::of(targets.targets());
        let sight = loaded.sight(grounds, &mut rural, view, area).await?;
        let (read, criteria) = (sight.reached(), criteria::summary_of(sight, area));
        Ok((read, criteria, targets.compute_others(&mut rural, &mut loaded).await?))
    };
    let of_funding = async { of_funding.await.map_err(from_task)? };
    let ((poverty_read, poverty, of_poverty), (rural_read, criteria, others), (money, open_cases)) =
        tokio::try_join!(of_poverty, of_rural, of_funding)?;
    let mut provisional = caveats([provisional(grounds, view.as_at), criteria.provisional].concat());
    provisional.extend(money.provisional);
    let mut positions = vec![position_of(SOURCE, poverty_read), position_of(RURAL_SOURCE, rural_read)];
    positions.extend(money.positions);
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
        positions,
    })
}

/// The area's money by programme, and how many of its cases are open.
async fn of_funding(
    grounds: Grounds,
    mut snapshot: Transaction,
    area: Area,
    view: PointOfView,
) -> Result<(ByProgramme, proto::Figure), Refusal> {
    let money = funding::by_programme(&grounds, &mut snapshot, &area, view).await?;
    let open_cases = cases::open_cases(&grounds, &mut snapshot, &area, view).await?;
    Ok((money, open_cases))
}
