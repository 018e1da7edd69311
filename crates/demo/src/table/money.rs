//! Where the money is: by programme and by kind, and what stands outside the rate. Amounts are whole đồng, for rounded ones
//! would not add up to their totals.

use super::{
    Answers,
    layout::{
        Column::{Left, Right},
        WIDTH, line, lines_of, rule, title,
    },
    words::{counted, percent},
};
use api::progress::{Figure, FundingRow};
use kernel::text::group_digits;

const BILLION: i64 = 1_000_000_000;
/// Columns of a name.
const NAME: usize = 30;

pub(super) fn money(answers: &Answers) -> String {
    let mut out = title("1. VỐN CÁC CHƯƠNG TRÌNH", "money of the programmes, đồng");
    out += &row(["", "Kế hoạch", "Phân bổ chi tiết", "Giải ngân", "% KH", "Còn lại"]);
    out += &row(["", "plan", "allocated", "disbursed", "%", "remaining"]);
    out += &rule('─');
    for programme in &answers.money.rows {
        out += &of(&short_name(programme), programme);
    }
    out += &rule('─');
    for kind in &answers.money_by_kind.rows {
        out += &of(&kind.display_name, kind);
    }
    out += &rule('─');
    if let Some(total) = &answers.money.total {
        out += &of("Tổng vốn ngân sách", total);
    }
    if let Some(published) = &answers.money_published.total {
        out += &of("đến 31/10/2025", published);
    }
    if !answers.money.outside.is_empty() {
        out += &line(&[Left("", WIDTH)]);
        let heading = "Ngoài tỷ lệ giải ngân, không cộng vào trên (outside the rate, never added):";
        out += &line(&[Left(heading, WIDTH)]);
        for source in &answers.money.outside {
            let cells = [
                Left("", 3),
                Left(&source.display_name, 50),
                Right(&counted(source.disbursed.as_ref()), 21),
                Left("đồng", 6),
                Right(&back(source), 34),
            ];
            out += &line(&cells);
        }
    }
    out
}

/// What came back, for example of credit.
fn back(row: &FundingRow) -> String {
    match row.returned.as_ref().and_then(|returned| returned.value) {
        Some(returned) if returned > 0 => format!("đã thu hồi {}", group_digits(returned)),
        _ => String::new(),
    }
}

fn of(name: &str, money: &FundingRow) -> String {
    let names = lines_of(name, NAME, 3);
    let mut out = row([
        names.first().map_or("", String::as_str),
        &counted(money.plan.as_ref()),
        &counted(money.allocated.as_ref()),
        &counted(money.disbursed.as_ref()),
        &percent(money.rate_of_plan.as_ref()),
        &counted(money.remaining.as_ref()),
    ]);
    for rest in names.iter().skip(1) {
        out += &row([rest, "", "", "", "", ""]);
    }
    out
}

fn row([name, plan, allocated, disbursed, rate, remaining]: [&str; 6]) -> String {
    line(&[
        Left(name, NAME),
        Right(plan, 19),
        Right(allocated, 19),
        Right(disbursed, 19),
        Right(rate, 8),
        Right(remaining, 18),
    ])
}

/// The code of the programme and its name without the words that all of them share.
fn short_name(row: &FundingRow) -> String {
    let code = row.key.get("programme_root").map_or("", String::as_str);
    let name = row.display_name.trim_start_matches("Chương trình MTQG ");
    format!("{code} {name}")
}

/// An amount in billions of đồng, rounded half up, for running text.
pub(super) fn billions(figure: Option<&Figure>) -> String {
    match figure.and_then(|figure| figure.value) {
        Some(dong) => group_digits((dong + BILLION / 2).div_euclid(BILLION)),
        None => counted(figure),
    }
}
