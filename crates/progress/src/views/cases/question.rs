//! What a case asks an officer, from the rule and the inputs as they were evaluated.

use kernel::{Money, parse_date, written_day};
use reference::Reference;
use std::collections::BTreeMap;

/// The same said twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) vi: String,
    pub(super) en: String,
}

/// The question. It accuses nobody: what is asked for is a paper.
pub(super) fn question(
    reference: &Reference,
    rule: &str,
    inputs: &BTreeMap<String, String>,
    works: Option<&str>,
) -> Words {
    match rule {
        "K01" => stacking(reference, inputs),
        "K03" => eligibility(reference, inputs),
        "K06" => above_approved(inputs, works),
        _ => Words {
            vi: format!("Vụ việc theo quy tắc {rule} cần được rà soát: căn cứ, văn bản nào giải thích?"),
            en: format!("a case under rule {rule} is to be reviewed: which document explains it?"),
        },
    }
}

/// One household, one kind of support, several programmes.
fn stacking(reference: &Reference, inputs: &BTreeMap<String, String>) -> Words {
    let (kind_vi, kind_en) = support_kind(reference, inputs);
    let amounts = inputs.iter().filter_map(|(key, value)| Some((key.strip_prefix("amount.")?, value)));
    let programmes: Vec<_> = amounts.map(|(code, amount)| format!("{code} {}", dong(amount))).collect();
    let programmes = programmes.join(", ");
    Words {
        vi: format!(
            "Một hộ được {kind_vi} từ nhiều chương trình ({programmes}): văn bản nào cho phép cộng dồn?"
        ),
        en: format!(
            "one household has {kind_en} from several programmes ({programmes}): which document allows them to be added up?"
        ),
    }
}

/// Not of an eligible class on the day of the decision.
fn eligibility(reference: &Reference, inputs: &BTreeMap<String, String>) -> Words {
    let (kind_vi, kind_en) = support_kind(reference, inputs);
    let input = |key: &str| inputs.get(key).map_or("?", String::as_str);
    let (day, then, now) = (input("decided_on"), input("class_known_then"), input("class_known_now"));
    Words {
        vi: format!(
            "Tại ngày quyết định {}, hộ nhận {kind_vi} được ghi nhận là {} (nay ghi nhận: {}): căn cứ nào xác định hộ thuộc đối tượng?",
            parse_date(day).map_or_else(|| day.to_owned(), written_day),
            class_vi(then),
            class_vi(now)
        ),
        en: format!(
            "on the day of the decision, {day}, the household with {kind_en} was recorded as {then} (now: {now}): what made it eligible?"
        ),
    }
}

/// Money of all sources above what was approved.
fn above_approved(inputs: &BTreeMap<String, String>, works: Option<&str>) -> Words {
    let amount = |key: &str| inputs.get(key).map_or_else(|| "?".to_owned(), |amount| dong(amount));
    let (total, approved) = (amount("total"), amount("approved_total"));
    let named = works.map_or_else(String::new, |name| format!(" “{name}”"));
    Words {
        vi: format!(
            "Tổng vốn các nguồn của công trình{named} là {total}, vượt tổng mức đầu tư được duyệt {approved}: quyết định nào điều chỉnh tổng mức?"
        ),
        en: format!(
            "money of all sources on the works{named} is {total}, above the approved {approved}: which decision raised it?"
        ),
    }
}

fn support_kind(reference: &Reference, inputs: &BTreeMap<String, String>) -> (String, String) {
    let code = inputs.get("kind").map_or("?", String::as_str);
    match reference.funding.support_kind(code) {
        Some(kind) => (kind.vi.to_lowercase(), kind.en.clone()),
        None => (format!("hỗ trợ “{code}”"), format!("support “{code}”")),
    }
}

/// An amount as officials write it; what is no amount stays as it is.
fn dong(amount: &str) -> String {
    amount.parse().map_or_else(|_| amount.to_owned(), |amount| Money::from_dong(amount).to_string())
}

fn class_vi(class: &str) -> &str {
    match class {
        "POOR" => "hộ nghèo",
        "NEAR_POOR" => "hộ cận nghèo",
        "NOT_POOR" => "hộ không nghèo",
        "NOT_REVIEWED" => "hộ chưa rà soát",
        "NOT_REGISTERED" => "hộ chưa đăng ký",
        other => other,
    }
}
