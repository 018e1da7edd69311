//! Cases that wait for an officer: they ask, accuse nobody and block nothing.

use super::{
    layout::{Column::Left, WIDTH, line, lines_of, rule, title},
    words::day,
};
use api::progress::{CaseRow, ListCasesResponse};

/// Cases that are shown.
const SHOWN: usize = 8;
/// Columns of a question.
const QUESTION: usize = 82;

pub(super) fn cases(answer: &ListCasesResponse) -> String {
    let mut out = title("5. VỤ VIỆC CẦN RÀ SOÁT", "cases that wait for an officer");
    if answer.cases.is_empty() {
        out += &line(&[Left("Không có vụ việc nào chờ rà soát (none).", WIDTH)]);
        return out;
    }
    out += &row(["Quy tắc", "Mở ngày", "Câu hỏi (question)", "Địa bàn"]);
    out += &rule('─');
    // Cases of one day come in the order in which calls happened to be answered; by name they do so every time.
    let mut cases: Vec<&CaseRow> = answer.cases.iter().collect();
    cases.sort_by(|a, b| (&b.opened_on, &a.name).cmp(&(&a.opened_on, &b.name)));
    for case in cases.into_iter().take(SHOWN) {
        out += &of(case);
    }
    let more = answer.cases.len().saturating_sub(SHOWN);
    if more > 0 || !answer.next_page_token.is_empty() {
        let plus = if answer.next_page_token.is_empty() { "" } else { "+" };
        out += &line(&[Left(&format!("… và {more}{plus} vụ việc khác (more)"), WIDTH)]);
    }
    out
}

fn of(case: &CaseRow) -> String {
    let mark = if case.provisional { "*" } else { "" };
    let area = case.area.as_ref().map_or("", |area| area.display_name.as_str());
    let question = lines_of(&case.question_vi, QUESTION, 3);
    let mut lines = question.iter();
    let first = lines.next().map_or("", String::as_str);
    let mut out = row([&format!("{}{mark}", case.rule), &day(&case.opened_on), first, area]);
    for rest in lines {
        out += &row(["", "", rest, ""]);
    }
    out
}

fn row([rule, opened, question, area]: [&str; 4]) -> String {
    line(&[Left(rule, 7), Left(opened, 10), Left(question, QUESTION), Left(area, 16)])
}
