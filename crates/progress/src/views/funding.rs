//! Money by the dimensions asked for.

use super::{Grounds, explain::FactPlace, point::PointOfView};
use crate::figure::MoneyName;
use api::progress as proto;
use projection::Transaction;
use reference::Area;
use service::{Refusal, reason, request::Page};

/// The view that the request asks for.
pub(crate) async fn funding(
    _grounds: &Grounds,
    _snapshot: &mut Transaction,
    _request: &proto::GetFundingRequest,
) -> Result<proto::FundingView, Refusal> {
    Err(Refusal::new(&reason::METHOD_UNKNOWN))
}

/// The rows by programme and the total of one area.
pub(crate) async fn by_programme(
    _grounds: &Grounds,
    _snapshot: &mut Transaction,
    _area: &Area,
    _view: PointOfView,
) -> Result<(Vec<proto::FundingRow>, proto::FundingRow), Refusal> {
    Err(Refusal::new(&reason::METHOD_UNKNOWN))
}

/// The explanation of a figure about money; `None` where the name names none.
pub(crate) async fn explain(
    _grounds: &Grounds,
    _snapshot: &mut Transaction,
    _name: &MoneyName,
    _page: &Page<FactPlace>,
) -> Result<Option<proto::ExplainFigureResponse>, Refusal> {
    Ok(None)
}
