//! When things take effect and when they are recorded. Communes are reviewed in groups, a day each; some results are
//! recorded only in the following February, so that what was known in January differs from what is known today.

use crate::{calibration::Review, days::days_before, history::GROUPS};
use kernel::{Date, date};

/// The group in which the commune with this index is reviewed; neighbours are reviewed together.
pub(crate) fn group(commune: u8, communes: usize) -> u8 {
    // Invariant: the quotient is below GROUPS.
    (usize::from(commune) * usize::from(GROUPS) / communes) as u8
}

/// The day from which the result counts.
pub(crate) const fn effective(review: Review, group: u8) -> Date {
    match review {
        Review::Start2022 => date(2022, 1, 1),
        // Steps by the group, far below 31.
        _ => date(review.year(), 12, 15 + group as i8),
    }
}

/// The day on which the group's results are recorded.
pub(crate) const fn recorded(review: Review, group: u8) -> Date {
    match review {
        Review::Start2022 => date(2021, 12, 24 + group as i8),
        _ => date(review.year(), 12, 16 + group as i8),
    }
}

/// The day on which late results are recorded.
pub(crate) const fn recorded_late(review: Review) -> Date {
    // The start of the period 2022-2025 is recorded after the last review under the standard before it.
    let day = if matches!(review, Review::Start2022) { 16 } else { 11 };
    date(review.year() + 1, 2, day)
}

/// The day on which the deciding document is signed: the day of effect, but never in the year after the review.
pub(crate) fn signed(review: Review, effective: Date) -> Date {
    if review == Review::Start2022 { days_before(effective, 9) } else { effective }
}
