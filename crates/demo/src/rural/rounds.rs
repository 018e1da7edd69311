//! When communes are observed and assessed.

use kernel::{Date, date};

/// Index of a round.
pub(crate) type RoundNumber = u8;

/// One round of observing and assessing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Round {
    /// The year whose levels count.
    pub(crate) year: i16,
    pub(crate) observed: Date,
    pub(crate) recorded: Date,
    /// Some observations arrive only then, after the assessment.
    pub(crate) recorded_late: Date,
    /// Some observations are corrected then.
    pub(crate) corrected: Date,
    pub(crate) assessed: Date,
    pub(crate) assessment_recorded: Date,
}

/// The last round on the old map.
pub(crate) const LAST_OLD: RoundNumber = 4;
/// The round on the new map.
pub(crate) const NEW_MAP: RoundNumber = 5;

/// All rounds. The set opens on 2022-03-08: the year 2021 is assessed after that. The last round on the old map comes before
/// the merger, the round on the new map at the end of the same year.
pub(crate) const ROUNDS: [Round; 6] = [
    Round {
        year: 2021,
        observed: date(2021, 12, 20),
        recorded: date(2022, 1, 12),
        recorded_late: date(2022, 2, 21),
        corrected: date(2022, 3, 10),
        assessed: date(2022, 3, 25),
        assessment_recorded: date(2022, 3, 28),
    },
    Round {
        year: 2022,
        observed: date(2022, 12, 15),
        recorded: date(2022, 12, 26),
        recorded_late: date(2023, 2, 20),
        corrected: date(2023, 3, 13),
        assessed: date(2022, 12, 28),
        assessment_recorded: date(2022, 12, 29),
    },
    Round {
        year: 2023,
        observed: date(2023, 12, 15),
        recorded: date(2023, 12, 25),
        recorded_late: date(2024, 2, 20),
        corrected: date(2024, 3, 12),
        assessed: date(2023, 12, 27),
        assessment_recorded: date(2023, 12, 28),
    },
    Round {
        year: 2024,
        observed: date(2024, 12, 16),
        recorded: date(2024, 12, 25),
        recorded_late: date(2025, 2, 20),
        corrected: date(2025, 3, 12),
        assessed: date(2024, 12, 27),
        assessment_recorded: date(2024, 12, 30),
    },
    Round {
        year: 2025,
        observed: date(2025, 5, 30),
        recorded: date(2025, 6, 11),
        recorded_late: date(2025, 6, 26),
        corrected: date(2025, 6, 27),
        assessed: date(2025, 6, 20),
        assessment_recorded: date(2025, 6, 23),
    },
    Round {
        year: 2025,
        observed: date(2025, 12, 10),
        recorded: date(2025, 12, 22),
        recorded_late: date(2026, 2, 23),
        corrected: date(2026, 3, 11),
        assessed: date(2025, 12, 26),
        assessment_recorded: date(2025, 12, 29),
    },
];
