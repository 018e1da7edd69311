//! Numbers and states in the words of the committee.

use api::progress::{DataStatus, Figure, Share, TargetStatus};
use kernel::{Ratio, parse_date, text::group_digits, written_day};

/// What stands where nothing is known.
const NO_DATA: &str = "—";

/// A count with Vietnamese grouping; `°` after it where it is incomplete.
pub(super) fn counted(figure: Option<&Figure>) -> String {
    let Some(figure) = figure else { return NO_DATA.to_owned() };
    match (figure.status(), figure.value) {
        (DataStatus::NoData, _) | (_, None) => NO_DATA.to_owned(),
        (DataStatus::Incomplete, Some(value)) => group_digits(value) + "°",
        (_, Some(value)) => group_digits(value),
    }
}

/// A rate with a decimal comma.
pub(super) fn percent(share: Option<&Share>) -> String {
    match share {
        Some(share) if !share.percent.is_empty() => decimal(&share.percent) + " %",
        _ => NO_DATA.to_owned(),
    }
}

/// The exact rate, for ranking.
pub(super) fn rate(share: Option<&Share>) -> Option<Ratio> {
    let share = share?;
    Ratio::new(share.numerator?, share.denominator?).ok()
}

/// A decimal with a decimal comma.
pub(super) fn decimal(text: &str) -> String {
    if text.is_empty() { NO_DATA.to_owned() } else { text.replace('.', ",") }
}

/// An ISO day as it is written in Việt Nam: `31/12/2024`.
pub(super) fn day(iso: &str) -> String {
    match parse_date(iso) {
        Some(day) => written_day(day),
        None => NO_DATA.to_owned(),
    }
}

/// A comparison as one sign.
pub(super) fn op(op: &str) -> &str {
    match op {
        ">=" => "≥",
        "<=" => "≤",
        other => other,
    }
}

/// The state of a target.
pub(super) fn status(status: TargetStatus) -> &'static str {
    match status {
        TargetStatus::Met => "ĐẠT",
        TargetStatus::OnTrack => "ĐÚNG TĐ",
        TargetStatus::Behind => "CHẬM",
        TargetStatus::Missed => "KHÔNG ĐẠT",
        TargetStatus::Unknown | TargetStatus::Unspecified => "CHƯA RÕ",
    }
}

/// A group of targets.
pub(super) fn group(group: &str) -> &str {
    match group {
        "economy" => "Kinh tế - xã hội (economy and society)",
        "services" => "Tiếp cận dịch vụ xã hội cơ bản (basic social services)",
        "infrastructure" => "Hạ tầng thiết yếu (essential infrastructure)",
        "tasks" => "Nhiệm vụ, giải pháp (tasks and measures)",
        other => other,
    }
}

/// Where the actual value of a target comes from.
pub(super) fn source(feeds: &str) -> &str {
    match feeds {
        "poverty" => "HN",
        "criteria" => "TC",
        "reported" => "BC",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(status: DataStatus, value: Option<i64>) -> Figure {
        Figure { status: status.into(), value, ..Figure::default() }
    }

    #[test]
    fn no_data_is_shown_apart_from_zero() {
        assert_eq!(counted(Some(&figure(DataStatus::Complete, Some(0)))), "0");
        assert_eq!(counted(Some(&figure(DataStatus::NoData, None))), "—");
        assert_eq!(counted(None), "—");
        assert_eq!(percent(Some(&Share::default())), "—");
    }

    #[test]
    fn an_incomplete_count_is_marked() {
        assert_eq!(counted(Some(&figure(DataStatus::Incomplete, Some(107_700)))), "107.700°");
    }

    #[test]
    fn rates_have_a_decimal_comma() {
        assert_eq!(percent(Some(&Share { percent: "19.46".to_owned(), ..Share::default() })), "19,46 %");
    }
}
