//! The committee's page, to the letter.
#![allow(clippy::unwrap_used, reason = "in a test a failed step is a failed test")]

use api::{
    progress::{
        BandCount, BaselineRow, CaseRow, Counts, CriteriaSummary, CriteriaView, DataStatus, Figure,
        FundingRow, FundingView, ListCasesResponse, ListTargetsResponse, MovementColumns, MovementsRow,
        MovementsView, Overview, PointOfView, PovertyRow, PovertyView, Share, SourcePosition, TargetRow,
        TargetStatus, TargetSummary,
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

/// A target as the API tells it: group, name, comparison and value, unit, source.
fn target(
    group: &str,
    id: &str,
    name: &str,
    wanted: [&str; 3],
    feeds: &str,
    status: TargetStatus,
) -> TargetRow {
    let [op, target, unit] = wanted.map(str::to_owned);
    TargetRow {
        id: id.to_owned(),
        group: group.to_owned(),
        display_name: name.to_owned(),
        op,
        target,
        unit,
        feeds: feeds.to_owned(),
        status: status.into(),
        ..TargetRow::default()
    }
}

fn targets() -> Vec<TargetRow> {
    let caveat = Caveat {
        text: "start of 2022: a sum over communes nobody has verified".to_owned(),
        text_vi: "đầu năm 2022: tổng của các xã chưa được kiểm chứng".to_owned(),
    };
    vec![
        TargetRow {
            actual: "1.54".to_owned(),
            numerator: Some(11_661_400_000_000),
            denominator: Some(7_562_000_000_000),
            actual_on: "2025-12-31".to_owned(),
            ..target(
                "economy",
                "T02",
                "Thu nhập bình quân của người dân nông thôn so với năm 2020",
                [">=", "1.5", "lần"],
                "reported",
                TargetStatus::Met,
            )
        },
        TargetRow {
            actual: "52.00".to_owned(),
            numerator: Some(52),
            denominator: Some(94),
            actual_on: "2025-05-15".to_owned(),
            expected_by_now: "53.50".to_owned(),
            ..target(
                "economy",
                "T03",
                "Số xã đạt chuẩn nông thôn mới (57,5% số xã)",
                [">=", "54", "xã"],
                "criteria",
                TargetStatus::Behind,
            )
        },
        TargetRow {
            actual: "16.10".to_owned(),
            strict: "12.52".to_owned(),
            numerator: Some(1_513),
            denominator: Some(94),
            actual_on: "2025-06-20".to_owned(),
            provisional: vec![caveat.clone()],
            ..target(
                "economy",
                "T06",
                "Số tiêu chí nông thôn mới bình quân mỗi xã",
                [">=", "17.3", "tiêu chí/xã"],
                "criteria",
                TargetStatus::Missed,
            )
        },
        TargetRow {
            actual: "3.80".to_owned(),
            numerator: Some(701_885),
            denominator: Some(184_464),
            actual_on: "2025-12-31".to_owned(),
            provisional: vec![caveat],
            ..target(
                "economy",
                "T09",
                "Tỷ lệ hộ nghèo giảm bình quân mỗi năm",
                [">=", "3", "điểm %/năm"],
                "poverty",
                TargetStatus::Met,
            )
        },
        TargetRow {
            actual: "81.23".to_owned(),
            numerator: Some(701),
            denominator: Some(863),
            status_of_data: DataStatus::Incomplete.into(),
            actual_on: "2025-12-31".to_owned(),
            ..target(
                "economy",
                "T23",
                "Bản có nhà sinh hoạt cộng đồng",
                [">=", "80", "%"],
                "reported",
                TargetStatus::Unknown,
            )
        },
        TargetRow {
            status_of_data: DataStatus::NoData.into(),
            ..target(
                "infrastructure",
                "T41",
                "Hộ dân tộc thiểu số ở nơi xa xôi, hẻo lánh, có nguy cơ lũ ống, lũ quét, sạt lở được quy hoạch, sắp xếp, \
                 di dời, bố trí",
                [">=", "60", "%"],
                "reported",
                TargetStatus::Unknown,
            )
        },
    ]
}

fn baselines() -> Vec<BaselineRow> {
    let row = |id: &str, name: &str, value: &str, of: &str, unit: &str| BaselineRow {
        id: id.to_owned(),
        display_name: name.to_owned(),
        value: value.to_owned(),
        of: of.to_owned(),
        unit: unit.to_owned(),
        ..BaselineRow::default()
    };
    vec![
        row("B01", "Thu nhập khu vực nông thôn", "19000000", "", "đồng/người/năm"),
        row("B02", "Số xã đạt chuẩn nông thôn mới", "39", "94", "xã"),
        row("B04", "Trường học đạt chuẩn quốc gia", "52.7", "", "%"),
    ]
}

/// Money that was planned, detailed and disbursed, in đồng.
fn money(key: (&str, &str), name: &str, [plan, allocated, disbursed]: [i64; 3]) -> FundingRow {
    FundingRow {
        key: [(key.0.to_owned(), key.1.to_owned())].into(),
        display_name: name.to_owned(),
        plan: figure(plan),
        unallocated: figure(plan - allocated),
        allocated: figure(allocated),
        disbursed: figure(disbursed),
        remaining: figure(plan - disbursed),
        rate_of_plan: share(disbursed, plan),
        ..FundingRow::default()
    }
}

fn total(amounts: [i64; 3]) -> FundingRow {
    FundingRow { key: [].into(), ..money(("", ""), "", amounts) }
}

fn funding() -> FundingView {
    let by_programme = |code: &str, name: &str, amounts| money(("programme_root", code), name, amounts);
    FundingView {
        total: Some(total([6_033_000_000_000, 5_919_137_000_000, 4_865_802_669_296])),
        rows: vec![
            by_programme(
                "DTTS",
                "Chương trình MTQG phát triển kinh tế - xã hội vùng đồng bào dân tộc thiểu số và miền núi",
                [3_270_810_000_000, 3_207_912_000_000, 2_635_770_939_419],
            ),
            by_programme(
                "GNBV",
                "Chương trình MTQG giảm nghèo bền vững giai đoạn 2021-2025",
                [1_848_869_000_000, 1_810_327_000_000, 1_494_951_746_718],
            ),
            by_programme(
                "NTM",
                "Chương trình MTQG xây dựng nông thôn mới giai đoạn 2021-2025",
                [913_321_000_000, 900_898_000_000, 735_079_983_159],
            ),
        ],
        outside: vec![FundingRow {
            returned: figure(214_000_000_000),
            ..money(
                ("source", "CRE"),
                "Tín dụng chính sách",
                [656_000_000_000, 656_000_000_000, 656_000_000_000],
            )
        }],
        provisional: vec![Caveat {
            text: "how disbursement is counted is not verified".to_owned(),
            text_vi: "cách tính giải ngân chưa được đối chiếu với văn bản".to_owned(),
        }],
        ..FundingView::default()
    }
}

fn funding_by_kind() -> FundingView {
    FundingView {
        rows: vec![
            money(
                ("kind", "investment"),
                "Vốn đầu tư phát triển",
                [3_589_000_000_000, 3_561_121_000_000, 2_937_884_058_958],
            ),
            money(
                ("kind", "recurrent"),
                "Vốn sự nghiệp",
                [2_444_000_000_000, 2_358_016_000_000, 1_927_918_610_338],
            ),
        ],
        ..FundingView::default()
    }
}

fn criteria([communes, recognised, advanced, derived, undetermined, assessed]: [i64; 6]) -> CriteriaView {
    let band = |from, to, official, strict| BandCount {
        from,
        to,
        official: figure(official),
        strict: figure(strict),
    };
    let summary = CriteriaSummary {
        communes: figure(communes),
        recognised: figure(recognised),
        advanced: figure(advanced),
        derived: figure(derived),
        undetermined: figure(undetermined),
        assessed: figure(assessed),
        mean_official: share(1_513, 94),
        mean_strict: share(1_177, 94),
        bands: vec![
            band(19, 19, 42, 0),
            band(15, 18, 22, 26),
            band(10, 14, 25, 50),
            band(5, 9, 5, 18),
            band(0, 4, 0, 0),
        ],
        villages_recognised: figure(107),
        ..CriteriaSummary::default()
    };
    CriteriaView { summary: Some(summary), ..CriteriaView::default() }
}

fn cases() -> ListCasesResponse {
    let case = |rule: &str, question: &str| CaseRow {
        rule: rule.to_owned(),
        opened_on: "2024-03-26".to_owned(),
        question_vi: question.to_owned(),
        provisional: rule == "K01",
        area: Some(Area { display_name: "Xã Noong Hẻo".to_owned(), ..Area::default() }),
        ..CaseRow::default()
    };
    let mut cases = vec![
        case(
            "K01",
            "Một hộ được hỗ trợ nhà ở từ nhiều chương trình (DTTS 40.000.000 đ, GNBV 44.000.000 đ): văn bản nào cho phép \
             cộng dồn?",
        ),
        case("K03", "Căn cứ nào xác định hộ thuộc đối tượng được hỗ trợ?"),
    ];
    cases.extend(std::iter::repeat_n(case("K06", "Văn bản nào duyệt phần vượt?"), 9));
    ListCasesResponse { cases, ..ListCasesResponse::default() }
}

fn overview() -> Overview {
    Overview {
        area: Some(Area { display_name: "Tỉnh Lai Châu".to_owned(), ..Area::default() }),
        view: Some(PointOfView {
            as_at: "2025-12-31".to_owned(),
            known_on: "2026-02-10".to_owned(),
            ..PointOfView::default()
        }),
        poverty: Some(province(108_020, 17_046, 9_614)),
        targets: Some(TargetSummary { met: 2, on_track: 0, behind: 1, missed: 1, unknown: 2 }),
        open_cases: figure(11),
        ..Overview::default()
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
            targets: targets(),
            baselines: baselines(),
            ..ListTargetsResponse::default()
        },
        overview: overview(),
        criteria_before: criteria([94, 52, 4, 0, 0, 94]),
        criteria_after: criteria([36, 10, 0, 3, 7, 17]),
        money: funding(),
        money_by_kind: funding_by_kind(),
        money_published: FundingView {
            total: Some(total([6_033_000_000_000, 5_919_137_000_000, 4_318_000_000_000])),
            ..FundingView::default()
        },
        cases: cases(),
        communes: PovertyView { parts, ..view("2025-12-31", "ND07-2021", province(108_020, 17_046, 9_614)) },
    }
}

#[test]
fn the_page_is_written_as_in_the_golden_file() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/table.txt");
    let golden = std::fs::read_to_string(path).unwrap_or_default();
    let rendered = render(&answers());
    assert!(rendered == golden, "{path} differs from:\n{rendered}");
}

#[test]
fn no_line_is_wider_than_a_terminal_of_120_columns() {
    for line in render(&answers()).lines() {
        assert!(line.width() <= 118, "{} columns: {line}", line.width());
    }
}

#[test]
fn without_any_answer_the_page_shows_no_figure() {
    let rendered = render(&Answers { years: vec![PovertyView::default()], ..Answers::default() });
    assert!(rendered.contains("synthetic") && rendered.contains('—'));
    let row = rendered.lines().find(|line| line.starts_with("—           —")).unwrap();
    assert!(!row.contains(|character: char| character.is_ascii_digit()), "{row}");
    let summary = rendered.lines().find(|line| line.starts_with("HỘ NGHÈO")).unwrap();
    assert!(!summary.contains(|character: char| character.is_ascii_digit()), "{summary}");
}

#[test]
fn printed_parts_of_money_sum_to_the_printed_total() {
    let rendered = render(&answers());
    let plan = |start: &str| -> i64 {
        let line = rendered.lines().find(|line| line.starts_with(start)).unwrap();
        let amount = line.split_whitespace().find(|word| word.ends_with(".000.000")).unwrap();
        amount.replace('.', "").parse().unwrap()
    };
    let total = plan("Tổng vốn ngân sách");
    assert_eq!(["DTTS", "GNBV", "NTM"].map(plan).iter().sum::<i64>(), total);
    assert_eq!(plan("Vốn đầu tư") + plan("Vốn sự nghiệp"), total);
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
    let position = SourcePosition { source: "rural".to_owned(), position: 9, events_set_aside: 1 };
    set_aside.overview.positions.push(position);
    assert!(render(&set_aside).contains("events were set aside"));
}
