//! The targets of the resolution, group by group, and the figures that it began with.

use super::{
    layout::{
        Column::{Left, Right},
        line, lines_of, rule, title,
    },
    words::{day, decimal, group, op, source, status},
};
use api::progress::{BaselineRow, DataStatus, ListTargetsResponse, TargetRow, TargetStatus};
use kernel::text::group_digits;
use unicode_width::UnicodeWidthStr;

/// Columns of a name, and lines that it takes at most.
const NAME: usize = 42;
const NAME_LINES: usize = 3;
/// Columns of what a value is made of.
const COUNTS: usize = 20;

pub(super) fn targets(answer: &ListTargetsResponse) -> String {
    let mut out = title("4. CHỈ TIÊU CỦA NGHỊ QUYẾT", "targets of the resolution");
    out += &row(["", "Chỉ tiêu", "Mục tiêu", "Thực tế", "Số liệu", "Ngày", "Nguồn", "Kết quả"]);
    out += &row(["", "target", "wanted", "actual", "of", "as of", "from", "result"]);
    let mut last_group = "";
    for target in &answer.targets {
        if target.group != last_group {
            last_group = &target.group;
            out += &rule('─');
            out += &line(&[Left(group(&target.group), 110)]);
        }
        out += &of(target);
    }
    out += &rule('─');
    out += &line(&[Left(
        "Nguồn: HN sổ hộ nghèo (poverty registry) · TC tiêu chí (criteria service) · BC báo cáo của đơn vị (reported)",
        110,
    )]);
    out += &title("   XUẤT PHÁT ĐIỂM CUỐI NĂM 2020", "where the resolution began");
    for baseline in &answer.baselines {
        out += &base(baseline);
    }
    out
}

fn of(target: &TargetRow) -> String {
    let mark = if target.provisional.is_empty() { "" } else { "*" };
    let incomplete = if target.status_of_data() == DataStatus::Incomplete { "°" } else { "" };
    let names = lines_of(&format!("{}{mark}", target.display_name), NAME, NAME_LINES);
    let counts = counts(target);
    let fits = counts.width() <= COUNTS;
    let as_of = if target.actual_on.is_empty() { String::new() } else { day(&target.actual_on) };
    let mut out = row([
        &target.id,
        names.first().map_or("", String::as_str),
        &format!("{} {}", op(&target.op), grouped(&target.target)),
        &format!("{}{incomplete}", grouped(&target.actual)),
        if fits { &counts } else { "" },
        &as_of,
        source(&target.feeds),
        status(target.status()),
    ]);
    // Below it stands what is longer: the rest of the name, the unit, the strict result, the pace.
    let unit = if target.unit == "%" { "" } else { &target.unit };
    let strict = if target.strict.is_empty() || target.strict == target.actual {
        String::new()
    } else {
        format!("theo quy tắc {}", grouped(&target.strict))
    };
    let beside = if fits { strict } else { counts };
    let pace = match target.status() {
        TargetStatus::OnTrack | TargetStatus::Behind if !target.expected_by_now.is_empty() => {
            format!("tiến độ {}", grouped(&target.expected_by_now))
        }
        _ => String::new(),
    };
    let beside: Vec<String> = [beside, pace].into_iter().filter(|text| !text.is_empty()).collect();
    let beside = beside.join(" · ");
    let lines = names.len().max(if unit.is_empty() && beside.is_empty() { 1 } else { 2 });
    for at in 1..lines {
        let name = names.get(at).map_or("", String::as_str);
        let (unit, beside) = if at == 1 { (unit, beside.as_str()) } else { ("", "") };
        out += &line(&[Left("", 4), Left(name, NAME), Right(unit, 11), Right(beside, 42)]);
    }
    out
}

/// What the value is made of; nothing where that is no count of things, as of yearly means.
fn counts(target: &TargetRow) -> String {
    match (target.numerator, target.denominator) {
        (Some(numerator), Some(denominator)) if !target.unit.contains("năm") => {
            format!("{}/{}", group_digits(numerator), group_digits(denominator))
        }
        _ => String::new(),
    }
}

fn row([id, name, wanted, actual, counts, as_of, from, result]: [&str; 8]) -> String {
    line(&[
        Left(id, 4),
        Left(name, NAME),
        Right(wanted, 11),
        Right(actual, 10),
        Right(counts, COUNTS),
        Right(as_of, 10),
        Left(from, 5),
        Left(result, 9),
    ])
}

fn base(baseline: &BaselineRow) -> String {
    let of = if baseline.of.is_empty() { String::new() } else { format!(" / {}", decimal(&baseline.of)) };
    let value = format!("{}{of} {}", grouped(&baseline.value), baseline.unit);
    line(&[Left(&baseline.id, 4), Left(&baseline.display_name, 60), Right(&value, 30)])
}

/// A decimal with a decimal comma and its whole part in groups; a whole number without decimals.
fn grouped(text: &str) -> String {
    let text = text.strip_suffix(".00").unwrap_or(text);
    let (whole, rest) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    match (whole.parse(), rest) {
        (Ok(whole), Some(rest)) => format!("{},{rest}", group_digits(whole)),
        (Ok(whole), None) => group_digits(whole),
        (Err(_), _) => decimal(text),
    }
}
