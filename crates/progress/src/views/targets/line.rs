//! The straight line that a value would follow from where it starts to its target.

use kernel::{Date, Ratio};

/// The value on the day, on the line from `start` on the first day to `target` on the last; `None` where the days lie in no
/// order or the value does not fit.
pub(super) fn straight_line(
    start: Ratio,
    target: Ratio,
    (first, last): (Date, Date),
    day: Date,
) -> Option<Ratio> {
    let days = |to: Date| i64::from((to - first).get_days());
    let (elapsed, whole) = (days(day), days(last));
    if elapsed < 0 || elapsed > whole || whole == 0 {
        return None;
    }
    let fall = start.checked_sub(target)?.checked_mul(elapsed)?.checked_div(Ratio::whole(whole))?;
    start.checked_sub(fall)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::date;

    fn ratio(text: &str) -> Ratio {
        text.parse().unwrap()
    }

    #[test]
    fn the_line_falls_from_one_to_the_target() {
        let days @ (first, last) = (date(2022, 1, 1), date(2025, 12, 31));
        let line = |day| straight_line(ratio("1"), ratio("0.5"), days, day).unwrap();
        assert_eq!(line(first), ratio("1"));
        assert_eq!(line(last), ratio("0.5"));
        // 730 of 1,460 days.
        assert_eq!(line(date(2024, 1, 1)), ratio("0.75"));
    }

    #[test]
    fn the_line_rises_from_the_baseline_to_the_target_and_has_no_value_outside_its_days() {
        let days = (date(2021, 1, 1), date(2025, 12, 31));
        let line = |day| straight_line(ratio("39"), ratio("54"), days, day);
        // 730 of 1,825 days: two fifths of the way of 15.
        assert_eq!(line(date(2023, 1, 1)), Some(ratio("45")));
        assert_eq!((line(date(2020, 12, 31)), line(date(2026, 1, 1))), (None, None));
    }
}
