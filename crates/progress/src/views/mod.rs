//! What readers ask for, computed from one snapshot of the read model and the reference packs.

mod areas;
mod cases;
mod criteria;
mod explain;
mod funding;
mod loaded;
mod movements;
mod overview;
mod placed;
mod point;
mod poverty;
mod reading;
mod refusals;
mod sources;
mod status;
mod targets;
mod watch;

pub(crate) use areas::list_areas;
pub(crate) use cases::list_cases;
pub(crate) use criteria::criteria;
pub(crate) use explain::explain;
pub(crate) use funding::funding;
pub(crate) use movements::movements;
pub(crate) use overview::overview;
pub(crate) use poverty::poverty;
pub(crate) use refusals::{from_projection, from_task};
pub(crate) use sources::Snapshots;
pub use sources::Sources;
pub(crate) use targets::list_targets;
pub(crate) use watch::{Watching, watch};

use crate::funding::Books;
use kernel::{Date, SharedClock};
use poverty_view::model::Placing;
use reference::Reference;
use std::sync::Arc;

/// What every view needs beside a snapshot.
#[derive(Clone, Debug)]
pub(crate) struct Grounds {
    pub(crate) reference: Arc<Reference>,
    pub(crate) placing: Arc<Placing>,
    pub(crate) books: Arc<Books>,
    pub(crate) clock: SharedClock,
}

impl Grounds {
    /// Today in Việt Nam.
    fn today(&self) -> Date {
        self.clock.now().day()
    }
}
