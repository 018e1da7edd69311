//! Consolidated progress for the steering committees (*Ban Chỉ đạo*): every figure as at a date, as known on a date, on
//! the old map or the new, and explainable down to its events.
//!
//! It folds the events of other services and deliberately writes none; it knows no name, birth date or citizen number,
//! and decides no class: it takes each from the event that recorded it. Start with [`poverty_view::domain`] for what a fact is and
//! [`figure`] for the sums that figures are.

pub mod figure;
pub mod funding;
pub mod rural;
mod service;
mod views;

pub use crate::service::{Progress, ProgressOptions};
pub use funding::{FUNDING_SOURCE, FundingModel};
pub use poverty_view::{PovertyModel, SOURCE};
pub use rural::{RURAL_SOURCE, RuralModel};
pub use views::Sources;
