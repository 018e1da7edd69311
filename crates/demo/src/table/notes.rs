//! What a reader must know before quoting the page.

use super::{
    Answers,
    layout::{rule, wrapped},
};
use api::{
    progress::{DataStatus, PovertyRow, SourcePosition},
    types::Caveat,
};

/// Reasons for provisional figures that are spelt out for each part of the page.
const REASONS_SHOWN: usize = 5;
/// What the totals of the synthetic data rest on.
const CALIBRATION: [&str; 3] = [
    "Hộ nghèo: cuối 2024 theo số liệu báo chí; cuối 2025 tính từ mức giảm đề ra; 2022-2023 nội suy, chưa kiểm chứng; cuối \
     2021 hư cấu (press figures for the end of 2024; the aimed fall for 2025; interpolation for 2022 and 2023; 2021 invented).",
    "Vốn: tổng 6.033 = 3.589 + 2.444 tỷ đồng và giải ngân 4.318 tỷ đến 31/10/2025 theo báo chí; cách chia hư cấu (totals of the \
     press; how they divide is invented).",
    "Nông thôn mới: 39/94 xã cuối 2020 theo nghị quyết; xã nào đạt và diễn biến sau đó hư cấu (39 of 94 of the resolution; \
     which communes, and what came after, is invented).",
];
/// What a committee's agenda has and the system does not keep yet.
const NOT_KEPT: &str = "Ban Chỉ đạo các cấp, văn bản chỉ đạo, kế hoạch kiểm tra, giám sát: hệ thống chưa theo dõi (boards, directives, \
     inspection plans are not kept here yet).";

pub(super) fn notes(answers: &Answers) -> String {
    let mut out = String::from("\n") + &rule('─');
    let views = answers.years.iter().chain([&answers.communes]);
    let set_aside =
        answers.overview.positions.iter().any(|source: &SourcePosition| source.events_set_aside > 0);
    if set_aside || views.clone().any(|view| view.events_set_aside > 0) {
        out += &wrapped(
            "!",
            "Có sự kiện chưa áp dụng được: không số liệu nào dựa trên nguồn đó là đầy đủ (events were set aside: no figure that rests on their source is complete).",
        );
    }
    if views.clone().flat_map(|view| view.area.iter().chain(&view.parts)).any(incomplete) {
        out += &wrapped("°", "Chưa đủ dữ liệu của mọi địa bàn (incomplete: some areas have no data).");
    }
    out += &provisional(answers);
    for text in CALIBRATION {
        out += &wrapped("·", text);
    }
    out += &wrapped("·", NOT_KEPT);
    out
}

/// Why figures are provisional, part by part.
fn provisional(answers: &Answers) -> String {
    let poverty = answers.years.iter().chain([&answers.communes]).flat_map(|view| &view.provisional);
    let poverty = poverty.chain(answers.movements.iter().flat_map(|view| &view.provisional));
    let criteria = answers.criteria_before.provisional.iter().chain(&answers.criteria_after.provisional);
    let money = answers.money.provisional.iter().chain(&answers.money_by_kind.provisional);
    let targets = answers.targets.targets.iter().flat_map(|target| &target.provisional);
    let parts: [(&str, Vec<&Caveat>); 4] = [
        ("Vốn (money)", money.collect()),
        ("Nông thôn mới (criteria)", criteria.collect()),
        ("Hộ nghèo (poverty)", poverty.collect()),
        ("Chỉ tiêu (targets)", targets.collect()),
    ];
    let mut told: Vec<&str> = Vec::new();
    let mut out = String::new();
    for (part, caveats) in parts {
        let mut reasons: Vec<&str> = Vec::new();
        for caveat in caveats {
            if !told.contains(&caveat.text_vi.as_str()) {
                told.push(&caveat.text_vi);
                reasons.push(&caveat.text_vi);
            }
        }
        if reasons.is_empty() {
            continue;
        }
        out += &wrapped(
            "*",
            &format!(
                "{part}: tạm tính, dựa trên điều chưa ai kiểm chứng (rests on what nobody has verified):"
            ),
        );
        for reason in reasons.iter().take(REASONS_SHOWN) {
            out += &wrapped("  -", reason);
        }
        let more = reasons.len().saturating_sub(REASONS_SHOWN);
        if more > 0 {
            out += &wrapped("  -", &format!("và {more} lý do khác (and {more} more)"));
        }
    }
    out
}

fn incomplete(row: &PovertyRow) -> bool {
    [&row.households, &row.persons]
        .into_iter()
        .flatten()
        .flat_map(|counts| [&counts.total, &counts.poor, &counts.near_poor])
        .flatten()
        .any(|figure| figure.status() == DataStatus::Incomplete)
}
