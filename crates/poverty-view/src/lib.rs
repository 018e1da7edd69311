//! What the events of the poverty registry say: facts that can be added up, their sums for every area of every map, and the
//! class of a household on a day as known on another.
//!
//! The services that need this each fold the events into tables of their own; none asks the registry. It deliberately
//! knows no name, birth date or citizen number and decides no class: it takes each from the event that recorded it. Start
//! with [`domain`] for what a fact is, [`PovertyModel`] for the fold, [`stocks()`] for sums of areas, and [`PovertyView`]
//! for what other services ask.

pub mod domain;
pub mod model;
mod stocks;
mod view;

pub use domain::Class;
pub use model::{PovertyModel, SOURCE};
pub use stocks::{StocksAsked, StocksOn, stocks};
pub use view::{Counts, PovertyView, Seen};
