//! What departments report of the resolution's targets that no service can compute: numerators and denominators of a
//! synthetic province, some targets met, some missed, one without any report.

use super::Place;
use kernel::{Date, date};

/// Id of the set whose indicators are the reported targets.
pub(super) const SET: &str = "lai-chau-resolution-2021-2025";

/// A report of one unit on one target at a year's end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Report {
    pub(super) target: &'static str,
    pub(super) place: Place,
    pub(super) observed: Date,
    pub(super) office: &'static str,
    pub(super) value: Reported,
}

/// What is reported.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reported {
    /// n of d.
    Share(i64, i64),
    /// Đồng in all, persons.
    Income(i64, i64),
    /// A percentage without its counts.
    Percent(&'static str),
}

/// How a share develops: denominators and numerators at the end of 2020 and of 2025, on a straight line between them.
struct Course {
    target: &'static str,
    office: &'static str,
    whole: i64,
    first: i64,
    last: i64,
}

const fn course(target: &'static str, office: &'static str, whole: i64, first: i64, last: i64) -> Course {
    Course { target, office, whole, first, last }
}

const EDUCATION: &str = "Sở Giáo dục và Đào tạo";
const HEALTH: &str = "Sở Y tế";
const LABOUR: &str = "Cơ quan phụ trách lao động của tỉnh";
const CULTURE: &str = "Sở Văn hóa, Thể thao và Du lịch";
const AGRICULTURE: &str = "Cơ quan phụ trách nông nghiệp của tỉnh";
const TRANSPORT: &str = "Cơ quan phụ trách giao thông của tỉnh";
const INDUSTRY: &str = "Sở Công Thương";
const INFORMATION: &str = "Cơ quan phụ trách thông tin, truyền thông của tỉnh";
const CREDIT: &str = "Chi nhánh Ngân hàng Chính sách xã hội tỉnh";
const STATISTICS: &str = "Cơ quan thống kê tỉnh";

/// Shares whose numbers the province reports. T41 is reported by nobody; T23 by the units below; T24 without counts.
const COURSES: [Course; 22] = [
    course("T14", EDUCATION, 10_420, 10_110, 10_298),
    course("T15", EDUCATION, 58_600, 58_190, 58_512),
    course("T16", EDUCATION, 37_900, 35_060, 36_190),
    course("T17", EDUCATION, 21_300, 10_970, 12_460),
    course("T18", EDUCATION, 331_000, 303_200, 311_800),
    course("T19", HEALTH, 408_000, 387_600, 401_500),
    course("T20", HEALTH, 8_150, 5_890, 6_760),
    course("T21", HEALTH, 46_800, 9_590, 7_110),
    course("T22", LABOUR, 232_000, 101_600, 119_250),
    course("T25", LABOUR, 9_640, 7_230, 9_515),
    course("T28", LABOUR, 74_500, 31_290, 38_960),
    course("T30", AGRICULTURE, 398_000, 354_200, 375_900),
    course("T34", TRANSPORT, 94, 92, 94),
    course("T35", TRANSPORT, 954, 889, 937),
    course("T36", INDUSTRY, 107_500, 103_000, 106_300),
    course("T37", EDUCATION, 342, 298, 333),
    course("T38", HEALTH, 106, 97, 106),
    course("T39", INFORMATION, 412_000, 384_400, 408_700),
    course("T40", INFORMATION, 412_000, 391_800, 412_000),
    course("S01", CREDIT, 12_900, 10_100, 12_450),
    course("T29", LABOUR, 38_600, 15_750, 19_220),
    course("T33", INFORMATION, 44_900, 38_200, 42_870),
];
/// Courses of poor districts: after their last day there is nobody to report.
const OF_POOR_DISTRICTS: [&str; 2] = ["T29", "T33"];
/// Income in đồng for a person and year at the end of 2020 and of 2025. T02 begins at the resolution's own baseline (law).
const INCOMES: [(&str, i64, i64, i64); 2] =
    [("T01", 14_200_000, 27_700_000, 408_000), ("T02", 19_000_000, 29_300_000, 398_000)];

/// The days as of which reports are made.
pub(crate) const YEAR_ENDS: [Date; 6] = [
    date(2020, 12, 31),
    date(2021, 12, 31),
    date(2022, 12, 31),
    date(2023, 12, 31),
    date(2024, 12, 31),
    date(2025, 12, 31),
];

/// The day on which reports of that year's end are entered.
pub(crate) fn reported_on(year_end: Date) -> Date {
    date(year_end.year() + 1, 1, 21)
}

/// The reports as of a year's end. `villages` counts those of a unit; districts report until they end, the units of the
/// new map afterwards, and the last four of them have not reported yet.
pub(crate) fn reports(year_end: Date, districts: &[u64], successors: &[u64]) -> Vec<Report> {
    let year = i64::from(year_end.year() - 2020);
    let of_province =
        |target, office, value| Report { target, place: Place::Province, observed: year_end, office, value };
    let between = |first: i64, last: i64| first + (last - first) * year / 5;
    let mut reports: Vec<Report> = INCOMES
        .iter()
        .map(|&(target, first, last, persons)| {
            let income = between(first, last);
            of_province(target, STATISTICS, Reported::Income(income * persons, persons))
        })
        .collect();
    for Course { target, office, whole, first, last } in COURSES {
        let share = Reported::Share(between(first, last), whole);
        let report = of_province(target, office, share);
        let ended = OF_POOR_DISTRICTS.contains(&target) && year == 5;
        reports.push(if ended { Report { observed: date(2025, 6, 30), ..report } } else { report });
    }
    const TROUPES: [&str; 6] = ["88.4", "89.9", "91.2", "92.3", "93.5", "94.6"];
    reports.extend(community_houses(year_end, districts, successors));
    reports.extend(
        TROUPES.get(year as usize).map(|percent| of_province("T24", CULTURE, Reported::Percent(percent))),
    );
    reports
}

/// T23: villages with a community house, from 62 to 83 in a hundred.
fn community_houses(year_end: Date, districts: &[u64], successors: &[u64]) -> Vec<Report> {
    let year = i64::from(year_end.year() - 2020);
    let per_mille = 620 + 42 * year;
    let (units, place): (&[u64], fn(u8) -> Place) = if year < 5 {
        (districts, Place::District)
    } else {
        (&successors[..successors.len().saturating_sub(4)], Place::Successor)
    };
    (0..)
        .zip(units)
        .map(|(at, &villages)| {
            // Invariant: a province has some thousand villages.
            let villages = (villages as i64).max(1);
            let value = Reported::Share(villages * per_mille / 1000, villages);
            Report { target: "T23", place: place(at), observed: year_end, office: CULTURE, value }
        })
        .collect()
}
