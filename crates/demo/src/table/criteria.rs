//! New rural development: titles on both maps, and communes by the number of criteria that they meet.

use super::{
    Answers,
    layout::{
        Column::{Left, Right},
        line, rule, title, wrapped,
    },
    words::{counted, decimal, rate},
};
use api::progress::{CriteriaSummary, DataStatus, Share};

/// A name and the figure that stands for a map.
type Line = (&'static str, fn(&CriteriaSummary) -> String);

pub(super) fn criteria(answers: &Answers) -> String {
    let before = answers.criteria_before.summary.clone().unwrap_or_default();
    let after = answers.criteria_after.summary.clone().unwrap_or_default();
    let mut out = title("2. NÔNG THÔN MỚI", "new rural development, communes");
    out += &row("", ["đến 30/6/2025", "từ 01/7/2025"], ["Số tiêu chí đạt", "Chính thức", "Theo quy tắc"]);
    out += &row("", ["map until", "map since"], ["criteria met", "official", "strict"]);
    out += &rule('─');
    let titles: [Line; 9] = [
        ("Số xã (communes)", |of| counted(of.communes.as_ref())),
        ("Xã đạt chuẩn (recognised)", |of| counted(of.recognised.as_ref())),
        ("  trong đó nâng cao (advanced)", |of| counted(of.advanced.as_ref())),
        ("  suy từ xã cũ, chưa có quyết định (derived)", |of| counted(of.derived.as_ref())),
        ("  không xác định được (undetermined)", |of| counted(of.undetermined.as_ref())),
        ("Xã được đánh giá (assessed)", |of| counted(of.assessed.as_ref())),
        ("Bình quân tiêu chí, chính thức (mean, official)", |of| mean(of.mean_official.as_ref())),
        ("Bình quân tiêu chí, theo quy tắc (mean, strict)", |of| mean(of.mean_strict.as_ref())),
        ("Bản đạt chuẩn (villages recognised)", |of| counted(of.villages_recognised.as_ref())),
    ];
    let bands = before.bands.iter().map(|band| {
        let range =
            if band.from == band.to { band.from.to_string() } else { format!("{}-{}", band.from, band.to) };
        [range, counted(band.official.as_ref()), counted(band.strict.as_ref())]
    });
    let mut bands = bands.chain(std::iter::repeat_with(Default::default));
    for (name, figure) in titles {
        let [range, official, strict] = bands.next().unwrap_or_default();
        out += &row(name, [&figure(&before), &figure(&after)], [&range, &official, &strict]);
    }
    out += &wrapped(
        "·",
        "Chính thức: cơ quan có thẩm quyền đã kết luận. Theo quy tắc: tính từ số liệu quan sát; tiêu chí thiếu số liệu hoặc \
         chưa có mức đạt thì không được tính là đạt (official: as judged; strict: by the written rule).",
    );
    out
}

fn row(name: &str, [before, after]: [&str; 2], [range, official, strict]: [&str; 3]) -> String {
    line(&[
        Left(name, 47),
        Right(before, 13),
        Right(after, 13),
        Right(range, 16),
        Right(official, 11),
        Right(strict, 12),
    ])
}

/// A mean with two decimals; `°` after it where it is incomplete.
pub(super) fn mean(share: Option<&Share>) -> String {
    let Some(mean) = rate(share) else { return decimal("") };
    let incomplete = share.is_some_and(|share| share.status() == DataStatus::Incomplete);
    decimal(&mean.decimal(2)) + if incomplete { "°" } else { "" }
}
