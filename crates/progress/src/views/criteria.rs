//! Titles, criteria met and the matrix of communes by criterion.

use super::{Grounds, explain::FactPlace, point::PointOfView};
use crate::figure::CriteriaName;
use api::progress as proto;
use projection::Transaction;
use reference::Area;
use service::{Refusal, reason, request::Page};

/// The view that the request asks for.
pub(crate) async fn criteria(
    _grounds: &Grounds,
    _snapshot: &mut Transaction,
    _request: &proto::GetCriteriaRequest,
) -> Result<proto::CriteriaView, Refusal> {
    Err(Refusal::new(&reason::METHOD_UNKNOWN))
}

/// The summary of one area.
pub(crate) async fn summary(
    _grounds: &Grounds,
    _snapshot: &mut Transaction,
    _area: &Area,
    _view: PointOfView,
) -> Result<proto::CriteriaSummary, Refusal> {
    Err(Refusal::new(&reason::METHOD_UNKNOWN))
}

/// The explanation of a figure about titles and criteria; `None` where the name names none.
pub(crate) async fn explain(
    _grounds: &Grounds,
    _snapshot: &mut Transaction,
    _name: &CriteriaName,
    _page: &Page<FactPlace>,
) -> Result<Option<proto::ExplainFigureResponse>, Refusal> {
    Ok(None)
}
