//! When the money of an item moves: allocated, contracted, advanced, paid, settled.

use super::{
    lines::{Capital, Cell},
    works::Leg,
};
use crate::{
    apportion::apportion,
    days::{days_after, days_between},
    dice::Dice,
};
use kernel::{Date, date};

/// The last day of effect of what the published total counts, early enough to be entered before it was published.
const LAST_COUNTED: Date = date(2025, 10, 24);
/// Days until a payment that was made by mistake is reversed.
pub(super) const DAYS_TO_REVERSAL: u32 = 24;

/// How fast an item gets on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// Finished within its payment window.
    Quick,
    /// Finished a year later.
    Slow,
    /// Not finished by the end.
    Going,
    /// Not begun.
    Idle,
}

impl Pace {
    /// By turns, so that every year has its share of each at every scale.
    pub(super) fn of(line: u8, vintage: i16, place: usize) -> Self {
        let turn = (place * 37 + usize::from(line) * 23 + vintage.unsigned_abs() as usize * 11) % 100;
        let (quick, slow, going) = match vintage {
            2022 => (52, 84, 100),
            2023 => (44, 70, 100),
            2024 => (24, 38, 97),
            _ => (0, 3, 78),
        };
        match turn {
            _ if turn < quick => Self::Quick,
            _ if turn < slow => Self::Slow,
            _ if turn < going => Self::Going,
            _ => Self::Idle,
        }
    }
}

/// Something that happens to the money of a leg; amounts in đồng.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Allocate,
    Commit,
    Advance(i64),
    Pay(i64),
    /// Paid by mistake and reversed [`DAYS_TO_REVERSAL`] later, so that nothing is left of it.
    PayWrongly(i64),
    Recover(i64),
    Settle,
    /// Cancels what is allocated and not contracted.
    Cancel(i64),
    /// Paid back into the budget.
    Refund(i64),
}

/// What happens to a leg, in the order of effect.
pub(super) type Course = Vec<(Date, Step)>;

/// The course of works.
pub(super) fn course(dice: &mut Dice, leg: &Leg, cell: &Cell) -> Course {
    let vintage = cell.vintage;
    let start = if vintage == 2022 { date(2022, 7, 20) } else { date(vintage, 2, 14) };
    let allocated = days_after(start, dice.below(35));
    let mut steps = vec![(allocated, Step::Allocate)];
    if leg.pace == Pace::Idle {
        later_payments(dice, leg, cell, &mut steps);
        return steps;
    }
    let contracted = days_after(allocated, 16 + dice.below(34));
    steps.push((contracted, Step::Commit));
    let first = days_after(contracted, 12 + dice.below(24));
    let advance = if cell.kind == Capital::Investment && dice.chance(760) { leg.committed / 4 } else { 0 };
    let advance = advance.min(leg.disbursed);
    if advance > 0 {
        steps.push((days_after(contracted, 6), Step::Advance(advance)));
    }
    let last = last_payment(dice, leg.pace, cell.source, vintage).max(first);
    let payments = payments(dice, leg.disbursed - advance, cell.kind);
    let span = days_between(first, last);
    let mut paid_last = first;
    for (at, &amount) in payments.iter().enumerate() {
        let whole = payments.len().saturating_sub(1).max(1) as u32;
        let day = open(days_after(first, span * at as u32 / whole), vintage);
        paid_last = paid_last.max(day);
        steps.push((day, Step::Pay(amount)));
    }
    // An advance is absorbed when four fifths of the contract are disbursed.
    if advance > 0 && leg.disbursed / 4 >= leg.committed / 5 {
        steps.push((paid_last, Step::Recover(advance)));
    }
    if matches!(leg.pace, Pace::Quick | Pace::Slow) && paid_last < date(2024, 9, 1) {
        steps.push((days_after(date(2024, 11, 4), dice.below(20)), Step::Settle));
    }
    if leg.cancelled > 0 {
        steps.push((date(2024, 12, 20), Step::Cancel(leg.cancelled)));
    }
    if leg.pace == Pace::Going {
        later_payments(dice, leg, cell, &mut steps);
    }
    steps
}

/// After the published total: some of what is left is paid by the end of 2025, and of its own year until the window closes.
fn later_payments(dice: &mut Dice, leg: &Leg, cell: &Cell, steps: &mut Course) {
    if leg.pace == Pace::Idle {
        steps.push((days_after(date(2025, 11, 3), dice.below(10)), Step::Commit));
    }
    let left = leg.committed - leg.disbursed;
    let (first, second) = (left / 1000 * i64::from(dice.between(150, 560)), left / 8);
    if first > 0 {
        steps.push((days_after(date(2025, 11, 15), dice.below(35)), Step::Pay(first)));
    }
    if second > 0 && cell.vintage == 2025 && dice.chance(400) {
        steps.push((days_after(date(2026, 1, 6), dice.below(20)), Step::Pay(second)));
    }
}

fn last_payment(dice: &mut Dice, pace: Pace, source: &str, vintage: i16) -> Date {
    match pace {
        Pace::Quick if dice.chance(300) => days_after(date(vintage + 1, 1, 3), dice.below(20)),
        Pace::Quick => days_after(date(vintage, 12, 1), dice.below(22)),
        Pace::Slow if source == "DST" && vintage == 2024 => date(2025, 6, 10),
        Pace::Slow if vintage >= 2024 => days_after(date(2025, 8, 1), dice.below(80)),
        Pace::Slow => days_after(date(vintage + 1, 5, 10), dice.below(200)),
        Pace::Going | Pace::Idle => days_after(date(2025, 8, 20), dice.below(64)),
    }
}

/// The amount in one to four payments.
fn payments(dice: &mut Dice, amount: i64, kind: Capital) -> Vec<i64> {
    let most = if kind == Capital::Investment { 3 } else { 2 };
    let count = 1 + dice.below(most);
    let weights: Vec<u64> = (0..count).map(|_| u64::from(dice.between(50, 150))).collect();
    let amount = amount.unsigned_abs();
    let parts = apportion(amount, &weights, &vec![amount; weights.len()]);
    parts.into_iter().filter(|&part| part > 0).map(|part| part as i64).collect()
}

/// The day, or the next on which money of that vintage can be paid and its owner enters things: not while books are closed
/// at the turn of the year, nor while the merger goes on.
pub(super) fn open(day: Date, vintage: i16) -> Date {
    let (year, month) = (day.year(), day.month());
    let moved = match month {
        1 if year == vintage + 1 && day.day() <= 27 => day,
        1 | 2 if year > vintage => date(year, 3, 3 + day.day() % 20),
        12 if day.day() > 22 => date(year, 12, 22),
        _ => day,
    };
    if (date(2025, 6, 27)..date(2025, 7, 13)).contains(&moved) {
        date(2025, 7, 13 + moved.day() % 6)
    } else {
        moved
    }
}

/// Whether the day counts for the published total.
pub(super) fn is_counted(day: Date) -> bool {
    day <= LAST_COUNTED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_payment_falls_where_the_books_are_closed() {
        assert_eq!(open(date(2023, 1, 15), 2022), date(2023, 1, 15), "the window of its own year");
        assert_eq!(open(date(2024, 1, 15), 2022).month(), 3, "carried money waits");
        assert_eq!(open(date(2023, 2, 10), 2022).month(), 3);
        assert_eq!(open(date(2023, 2, 10), 2023), date(2023, 2, 10));
        assert_eq!(open(date(2025, 7, 1), 2024), date(2025, 7, 14));
        assert_eq!(open(date(2024, 12, 30), 2024), date(2024, 12, 22));
    }
}
