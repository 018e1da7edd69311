//! From where one looks: the day whose state is asked, and what had become known by then.

use kernel::{Date, Timestamp};

/// What stands beside an event in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Position in the log.
    pub position: u64,
    /// The day from which it counts.
    pub effective: Date,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The deciding document.
    pub document: Option<String>,
    /// Who asked.
    pub actor: String,
}

/// What counts as known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// All that is recorded.
    Everything,
    /// What was recorded before that instant.
    RecordedBefore(Timestamp),
    /// What stands before that position of the log.
    BeforePosition(u64),
}

impl Known {
    /// What was recorded by the end of that day.
    pub fn by(day: Date) -> Self {
        day.tomorrow().map_or(Self::Everything, |next| Self::RecordedBefore(Timestamp::start_of(next)))
    }

    /// Whether it had become known.
    pub fn includes(self, recorded: &Recorded) -> bool {
        match self {
            Self::Everything => true,
            Self::RecordedBefore(instant) => recorded.recorded_at < instant,
            Self::BeforePosition(position) => recorded.position < position,
        }
    }
}

/// As at a day, as known then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewpoint {
    /// The day whose state is asked.
    pub as_at: Date,
    /// What counts as known.
    pub known: Known,
}

impl Viewpoint {
    /// The state of that day by all that is recorded.
    pub const fn of(as_at: Date) -> Self {
        Self { as_at, known: Known::Everything }
    }

    /// Whether it had taken effect and become known.
    pub fn includes(self, recorded: &Recorded) -> bool {
        recorded.effective <= self.as_at && self.known.includes(recorded)
    }
}
