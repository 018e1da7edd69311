//! Targets whose value units report with a document.

use super::{Computed, Grounds};
use crate::views::point::PointOfView;
use projection::Transaction;
use reference::Target;
use service::Refusal;

/// The actual value of the target.
pub(super) async fn compute(
    _grounds: &Grounds,
    _snapshot: &mut Transaction,
    _target: &Target,
    _view: PointOfView,
) -> Result<Computed, Refusal> {
    Ok(Computed::without_data("not yet".to_owned()))
}
