//! Money by the dimensions asked for, from the transfers that were known.

mod caveats;
mod explain;
mod lens;
mod owners;
mod question;
mod regroup;
mod rows;
mod sums;

pub(crate) use explain::explain;
pub(crate) use sums::any_recorded;

use super::{
    Grounds, from_projection,
    point::{PointOfView, area_on_map},
};
use crate::{FUNDING_SOURCE, views::sources::position_of};
use api::{
    progress::{self as proto, FundingView},
    types::Caveat,
};
use lens::Lens;
use projection::Transaction;
use question::{Dimension, Question};
use reference::{Area, AreaKind};
use rows::Table;
use service::Refusal;
use sums::Balances;

/// The view that the request asks for.
pub(crate) async fn funding(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    request: &proto::GetFundingRequest,
) -> Result<proto::FundingView, Refusal> {
    let view = PointOfView::parse(grounds, request.view.as_ref())?;
    let area = area_on_map(&grounds.reference.areas, &request.area, "area", view.map)?;
    let question = Question::parse(grounds, request)?;
    compute(grounds, snapshot, area, view, &question).await
}

/// The money of one area by programme.
pub(crate) struct ByProgramme {
    pub(crate) rows: Vec<proto::FundingRow>,
    pub(crate) total: proto::FundingRow,
    pub(crate) provisional: Vec<Caveat>,
    pub(crate) positions: Vec<proto::SourcePosition>,
}

/// The rows by programme and the total of one area, with what makes them provisional.
pub(crate) async fn by_programme(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    area: &Area,
    view: PointOfView,
) -> Result<ByProgramme, Refusal> {
    let question = Question { by: vec![Dimension::ProgrammeRoot], ..Question::default() };
    let view = compute(grounds, snapshot, area, view, &question).await?;
    let FundingView { rows, total, provisional, positions, .. } = view;
    Ok(ByProgramme { rows, total: total.unwrap_or_default(), provisional, positions })
}

async fn compute(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    area: &Area,
    view: PointOfView,
    question: &Question,
) -> Result<proto::FundingView, Refusal> {
    let seen = grounds.books.shelf.read(snapshot).await.map_err(from_projection)?;
    let reached = snapshot.reached(FUNDING_SOURCE).await.map_err(from_projection)?;
    let lens = Lens::new(grounds, &seen.journal, question.only.regroup.as_deref());
    let table = Table::of(grounds, &lens, Balances::of(&seen, view), area, view, question, reached)?;
    let owners = owners::names(snapshot, table.owners(), view).await.map_err(from_projection)?;
    Ok(proto::FundingView {
        area: Some(super::areas::to_proto(area)),
        view: Some(view.to_proto()),
        total: Some(table.total()),
        rows: table.rows(&owners),
        outside: table.outside(),
        provisional: super::status::caveats(caveats::of(&table)),
        positions: vec![position_of(FUNDING_SOURCE, reached)],
        not_placed: Some(table.not_placed()),
    })
}

/// The parts of the area on the map that money can belong to; villages hold none.
fn parts<'a>(grounds: &'a Grounds, area: &Area, view: PointOfView) -> Vec<&'a Area> {
    let mut parts = grounds.reference.areas.children(&area.key, view.map);
    parts.retain(|part| part.kind != AreaKind::Village);
    parts
}
