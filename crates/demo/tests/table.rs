//! The committee's table, to the letter.
#![allow(clippy::unwrap_used, reason = "in a test a failed step is a failed test")]

use api::{
    progress::{
        Counts, DataStatus, Figure, ListTargetsResponse, MovementColumns, MovementsRow, MovementsView,
        PointOfView, PovertyRow, PovertyView, Share, TargetRow, TargetStatus,
    },
    types::{Area, Caveat},
};
use demo::table::{Answers, render};
use kernel::Ratio;
use unicode_width::UnicodeWidthStr;

fn figure(value: i64) -> Option<Figure> {
    Some(Figure { status: DataStatus::Complete.into(), value: Some(value), ..Figure::default() })
}

fn no_data() -> Option<Figure> {
    Some(Figure { status: DataStatus::NoData.into(), ..Figure::default() })
}

fn share(numerator: i64, denominator: i64) -> Option<Share> {
    Some(Share {
        status: DataStatus::Complete.into(),
        numerator: Some(numerator),
        denominator: Some(denominator),
        percent: Ratio::new(numerator, denominator).unwrap().percent(2),
        ..Share::default()
    })
}

fn row(name: &str, total: i64, poor: i64, near_poor: i64) -> PovertyRow {
    let counts = |times: i64| {
        Some(Counts {
            total: figure(total * times),
            poor: figure(poor * times),
            near_poor: figure(near_poor * times),
            ..Counts::default()
        })
    };
    PovertyRow {
        area: Some(Area { display_name: name.to_owned(), ..Area::default() }),
        households: counts(1),
        persons: counts(4),
        poor_rate: share(poor, total),
        near_poor_rate: share(near_poor, total),
        ..PovertyRow::default()
    }
}

fn view(as_at: &str, standard: &str, area: PovertyRow) -> PovertyView {
    PovertyView {
        area: Some(area),
        view: Some(PointOfView { as_at: as_at.to_owned(), ..PointOfView::default() }),
        standard: standard.to_owned(),
        provisional: vec![Caveat {
            text: format!("{standard}: definitions of indicators 4, 6, 7 are not verified"),
            text_vi: format!("{standard}: định nghĩa các chỉ số 4, 6, 7 chưa được kiểm chứng"),
        }],
        ..PovertyView::default()
    }
}

fn province(total: i64, poor: i64, near_poor: i64) -> PovertyRow {
    row("Tỉnh Lai Châu", total, poor, near_poor)
}

fn without_data() -> PovertyRow {
    let empty =
        || Some(Counts { total: no_data(), poor: no_data(), near_poor: no_data(), ..Counts::default() });
    PovertyRow {
        households: empty(),
        persons: empty(),
        poor_rate: None,
        near_poor_rate: None,
        ..province(1, 0, 0)
    }
}

fn movements(year: i32, columns: [i64; 9]) -> MovementsView {
    let [start, eased, above, other_out, fallen, relapse, new, other_in, end] = columns.map(figure);
    let poor = MovementColumns {
        start,
        exit_to_other_class: eased,
        exit_above: above,
        other_out,
        from_other_class: fallen,
        relapse,
        new,
        other_in,
        end,
    };
    let area = MovementsRow { poor_households: Some(poor), ..MovementsRow::default() };
    MovementsView { area: Some(area), year, ..MovementsView::default() }
}

fn target(id: &str, names: [&str; 2], op: &str, values: [&str; 4], status: TargetStatus) -> TargetRow {
    let [target, unit, actual, expected] = values.map(str::to_owned);
    TargetRow {
        id: id.to_owned(),
        display_name: names[0].to_owned(),
        display_name_en: names[1].to_owned(),
        op: op.to_owned(),
        target,
        unit,
        actual,
        expected_by_now: expected,
        status: status.into(),
        provisional: vec![Caveat {
            text: "start of 2022: a sum over communes nobody has verified".to_owned(),
            text_vi: "đầu năm 2022: tổng của các xã chưa được kiểm chứng".to_owned(),
        }],
        ..TargetRow::default()
    }
}

fn answers() -> Answers {
    let mut incomplete = province(107_360, 25_015, 10_414);
    if let Some(persons) = incomplete.persons.as_mut().and_then(|counts| counts.poor.as_mut()) {
        persons.set_status(DataStatus::Incomplete);
    }
    let communes = [
        "Xã Mù Cả",
        "Xã Tà Tổng",
        "Phường Tân Phong",
        "Phường Đoàn Kết",
        "Xã Mường Than",
        "Xã Khoen On",
        "Xã Tủa Sín Chải",
        "Xã Pu Sam Cáp",
        "Xã Sì Lở Lầu",
        "Xã Than Uyên",
        "Xã Hồng Thu",
        "Xã Nậm Mạ",
    ];
    let mut parts: Vec<_> =
        (1..).zip(communes).map(|(at, name)| row(name, 2_000 + at, at * 97, at * 40)).collect();
    parts.push(PovertyRow { area: row("Xã Bum Nưa", 1, 0, 0).area, ..PovertyRow::default() });
    Answers {
        years: vec![
            view("2021-12-31", "QD59-2015", without_data()),
            view("2022-01-01", "ND07-2021", province(106_740, 33_089, 10_887)),
            view("2022-12-31", "ND07-2021", province(107_040, 28_901, 10_704)),
            view("2023-12-31", "ND07-2021", incomplete),
            view("2024-12-31", "ND07-2021", province(107_700, 20_961, 10_053)),
            view("2025-12-31", "ND07-2021", province(108_020, 17_046, 9_614)),
        ],
        movements: vec![
            movements(2024, [25_015, 3_583, 1_795, 0, 759, 215, 350, 0, 20_961]),
            movements(2025, [20_961, 3_074, 1_537, 12, 281, 184, 231, 12, 17_046]),
        ],
        targets: ListTargetsResponse {
            targets: vec![
                target(
                    "T09",
                    ["Tỷ lệ hộ nghèo giảm bình quân mỗi năm", "mean yearly fall of the poverty rate"],
                    ">=",
                    ["3", "điểm %/năm", "3.80", "3"],
                    TargetStatus::Met,
                ),
                target(
                    "T10",
                    [
                        "Tỷ lệ hộ nghèo ở các huyện nghèo giảm bình quân mỗi năm",
                        "mean yearly fall of the poverty rate in poor districts",
                    ],
                    ">",
                    ["4", "điểm %/năm", "", ""],
                    TargetStatus::Unknown,
                ),
                target(
                    "T11",
                    [
                        "Số hộ nghèo so với đầu kỳ",
                        "number of poor households relative to the start of the period",
                    ],
                    "<=",
                    ["0.5", "lần", "0.52", "0.5"],
                    TargetStatus::Missed,
                ),
            ],
            ..ListTargetsResponse::default()
        },
        communes: PovertyView { parts, ..view("2025-12-31", "ND07-2021", province(108_020, 17_046, 9_614)) },
    }
}

#[test]
fn the_table_is_written_as_in_the_golden_file() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/table.txt");
    let golden = std::fs::read_to_string(path).unwrap_or_default();
    let rendered = render(&answers());
    assert!(rendered == golden, "{path} differs from:\n{rendered}");
}

#[test]
fn no_line_is_wider_than_a_terminal_of_100_columns() {
    for line in render(&answers()).lines() {
        assert!(line.width() <= 99, "{} columns: {line}", line.width());
    }
}

#[test]
fn without_any_answer_the_table_shows_no_number() {
    let rendered = render(&Answers { years: vec![PovertyView::default()], ..Answers::default() });
    assert!(rendered.contains("synthetic") && rendered.contains('—'));
    let row = rendered.lines().find(|line| line.starts_with("—          —")).unwrap();
    assert!(!row.contains(|character: char| character.is_ascii_digit()), "{row}");
}

#[test]
fn with_few_communes_none_is_shown_twice() {
    let mut few = answers();
    few.communes.parts.truncate(7);
    let rendered = render(&few);
    assert_eq!(rendered.matches("Xã Khoen On").count(), 1);
    assert!(!rendered.lines().any(|line| line == "…"));
}

#[test]
fn a_figure_that_misses_an_event_is_called_incomplete() {
    let mut set_aside = answers();
    set_aside.years[0].events_set_aside = 1;
    assert!(render(&set_aside).contains("events were set aside"));
}
