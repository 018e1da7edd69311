//! Cases that wait for an officer, or were settled.

use super::{Grounds, point::PointOfView};
use api::progress as proto;
use projection::Transaction;
use reference::Area;
use service::{Refusal, reason};

/// The cases that the request asks for.
pub(crate) async fn list_cases(
    _grounds: &Grounds,
    _snapshot: &mut Transaction,
    _request: &proto::ListCasesRequest,
    _page_size_max: usize,
) -> Result<proto::ListCasesResponse, Refusal> {
    Err(Refusal::new(&reason::METHOD_UNKNOWN))
}

/// How many cases of the area are open.
pub(crate) async fn open_cases(
    _grounds: &Grounds,
    _snapshot: &mut Transaction,
    _area: &Area,
    _view: PointOfView,
) -> Result<proto::Figure, Refusal> {
    Err(Refusal::new(&reason::METHOD_UNKNOWN))
}
