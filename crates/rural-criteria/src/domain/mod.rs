//! The rules of the service as pure functions: [`decide()`] says which facts follow from a command, [`Units`] is what is known
//! after the facts, [`evaluate`](evaluate()) holds values against levels.
//!
//! **Invariant:** nothing here reads a clock, a store, a network or a random source. Today, the reference packs and what the
//! poverty registry says are given.

mod assess;
mod command;
mod decide;
mod doubts;
mod evaluate;
mod gap;
mod listing;
pub mod listings;
mod observe;
mod places;
mod rejection;
mod result;
mod title;
pub mod titles;
mod units;
pub mod values;
mod viewpoint;
mod watch;

pub use assess::POVERTY_SOURCE;
pub use command::{
    AcknowledgeTitle, AssessArea, Command, DecideListing, OfficialResult, PovertySeen, RecogniseTitle,
    RecordObservation, ResultName, RevokeTitle,
};
pub use decide::{Context, Decided, decide};
pub use doubts::{Doubt, doubts_of_acknowledgement, doubts_of_recognition, doubts_of_revocation};
pub use evaluate::{PartLevels, Used, evaluate, judge, levels, roll_up};
pub use gap::{Gap, Lacking, gaps, in_words, later_gaps};
pub use places::Kinds;
pub use rejection::{DayOf, Rejection};
pub use result::{Difference, Officials, ResultOf, Tally, differences};
pub use title::vi;
pub use units::{Disorder, Entry, Fact, TitleEvent, Unit, Units};
pub use values::ValueKind;
pub use viewpoint::{Known, Recorded, Viewpoint};
pub use watch::{Failing, Ground, Watch, ground, watch};

#[cfg(test)]
mod tests;
