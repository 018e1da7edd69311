//! What a household's recorded history says about poverty figures: pure, without database, network, clock or chance.
//!
//! [`History`] keeps what was recorded about one household; [`timeline`] turns it into the steps the household went
//! through; [`facts`] turns the steps into amounts that can be added up. Every figure is a sum of facts.

mod calendar;
mod change;
mod codes;
mod facts;
mod history;
mod measure;
mod stocks;
mod timeline;

pub use calendar::{StandardCalendar, StandardPeriod};
pub use change::{KnownFact, changes};
pub use codes::{AreaNumber, Day, Ethnicity, InvalidCode};
pub use facts::{Amount, Fact, FactKey, facts};
pub use history::{Assessed, History, HistoryEvent, Member, NotApplicable, Roster};
pub use measure::{Class, ClassFlow, Flow, Measure, Need, Needs, TrackedClass};
pub use stocks::Stocks;
pub use timeline::{Persons, Step, timeline};
