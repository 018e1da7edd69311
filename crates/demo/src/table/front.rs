//! The head of the page: what it is, from which point of view, and the five lines that a reader without time needs.

use super::{
    Answers,
    criteria::mean,
    layout::{Column::Left, WIDTH, line, lines_of, rule},
    money::billions,
    words::{counted, day, percent},
};
use api::progress::{CriteriaSummary, DataStatus, TargetStatus, TargetSummary};

pub(super) fn front(answers: &Answers) -> String {
    let overview = &answers.overview;
    let name = overview.area.as_ref().map_or("—", |area| area.display_name.as_str());
    let view = overview.view.clone().unwrap_or_default();
    let known = if view.known_on.is_empty() { "nay (now)".to_owned() } else { day(&view.known_on) };
    let mut out = rule('═');
    for text in [
        "DỮ LIỆU TỔNG HỢP (synthetic): mọi hộ, người, bản, công trình, khoản tiền và quyết định ở đây đều là hư cấu".to_owned(),
        format!("{name} · Ban Chỉ đạo các Chương trình mục tiêu quốc gia (steering committee), giai đoạn 2021-2025"),
        format!(
            "Số liệu đến (as at) {} · theo những gì đã ghi đến (known on) {known}",
            day(&view.as_at)
        ),
        "* tạm tính (provisional)   ° chưa đủ dữ liệu (incomplete)   — chưa có dữ liệu, không phải bằng không (no data)".to_owned(),
    ] {
        out += &line(&[Left(&text, WIDTH)]);
    }
    out += &rule('═');
    for (what, text) in summary(answers) {
        let lines = lines_of(&text, WIDTH - 15, 3);
        for (at, text) in lines.iter().enumerate() {
            out += &line(&[Left(if at == 0 { what } else { "" }, 14), Left(text, WIDTH - 15)]);
        }
    }
    out
}

fn summary(answers: &Answers) -> Vec<(&'static str, String)> {
    let overview = &answers.overview;
    let money = answers.money.total.clone().unwrap_or_default();
    let published = answers.money_published.total.clone().unwrap_or_default();
    let criteria = answers.criteria_before.summary.clone().unwrap_or_default();
    let poverty = overview.poverty.clone().unwrap_or_default();
    let households = poverty.households.unwrap_or_default();
    vec![
        (
            "VỐN",
            format!(
                "kế hoạch {} tỷ đồng, giải ngân {} tỷ = {}; đến 31/10/2025: {} tỷ = {}",
                billions(money.plan.as_ref()),
                billions(money.disbursed.as_ref()),
                percent(money.rate_of_plan.as_ref()),
                billions(published.disbursed.as_ref()),
                percent(published.rate_of_plan.as_ref()),
            ),
        ),
        ("NÔNG THÔN MỚI", titles(&criteria)),
        (
            "HỘ NGHÈO",
            format!(
                "{} / {} hộ = {}; cận nghèo {} hộ = {}",
                counted(households.poor.as_ref()),
                counted(households.total.as_ref()),
                percent(poverty.poor_rate.as_ref()),
                counted(households.near_poor.as_ref()),
                percent(poverty.near_poor_rate.as_ref()),
            ),
        ),
        ("CHỈ TIÊU", standing(overview.targets.as_ref())),
        (
            "CẦN CHỈ ĐẠO",
            format!(
                "{} vụ việc chờ rà soát; chưa phân bổ chi tiết {} tỷ đồng; {}",
                counted(overview.open_cases.as_ref()),
                billions(money.unallocated.as_ref()),
                without_report(answers),
            ),
        ),
    ]
}

fn titles(criteria: &CriteriaSummary) -> String {
    format!(
        "{} / {} xã đạt chuẩn, {} xã nâng cao (bản đồ đến 30/6/2025); bình quân {} tiêu chí/xã theo kết quả chính thức, {} \
         theo quy tắc",
        counted(criteria.recognised.as_ref()),
        counted(criteria.communes.as_ref()),
        counted(criteria.advanced.as_ref()),
        mean(criteria.mean_official.as_ref()),
        mean(criteria.mean_strict.as_ref()),
    )
}

fn standing(targets: Option<&TargetSummary>) -> String {
    let TargetSummary { met, on_track, behind, missed, unknown } = targets.cloned().unwrap_or_default();
    format!("đạt {met} · đúng tiến độ {on_track} · chậm {behind} · không đạt {missed} · chưa rõ {unknown}")
}

/// Targets that cannot be judged: nothing, or too little, is known of them.
fn without_report(answers: &Answers) -> String {
    let of = |known: DataStatus| {
        let targets = answers.targets.targets.iter();
        let unknown = targets.filter(|target| target.status() == TargetStatus::Unknown);
        let ids: Vec<&str> = unknown
            .filter(|target| target.status_of_data() == known)
            .map(|target| target.id.as_str())
            .collect();
        ids.join(", ")
    };
    let (nothing, too_little) = (of(DataStatus::NoData), of(DataStatus::Incomplete));
    match (nothing.is_empty(), too_little.is_empty()) {
        (true, true) => "mọi chỉ tiêu đều có đủ số liệu".to_owned(),
        (false, true) => format!("chưa có số liệu: {nothing}"),
        (true, false) => format!("chưa đủ số liệu: {too_little}"),
        (false, false) => format!("chưa có số liệu: {nothing}; chưa đủ số liệu: {too_little}"),
    }
}
