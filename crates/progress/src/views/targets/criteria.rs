//! Targets that follow from titles, criteria and lists.

use super::{Computed, Grounds};
use crate::views::point::PointOfView;
use projection::Transaction;
use reference::{Computation, Target};
use service::Refusal;

/// The actual value of the target.
pub(super) async fn compute(
    _grounds: &Grounds,
    _snapshot: &mut Transaction,
    _target: &Target,
    _computation: Computation,
    _view: PointOfView,
) -> Result<Computed, Refusal> {
    Ok(Computed::without_data("not yet".to_owned()))
}
