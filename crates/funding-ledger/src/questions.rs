//! What a case asks, and why it may be provisional.

use crate::domain::{K01, K03, K06};
use api::types::Caveat;
use events::funding::CaseOpened;
use reference::Reference;

/// What one rule asks, in Vietnamese and English.
pub(crate) struct Question {
    /// For example `K01`.
    pub(crate) rule: &'static str,
    /// For the officer.
    pub(crate) vi: &'static str,
    /// The same in English.
    pub(crate) en: &'static str,
}

pub(crate) const QUESTIONS: [Question; 3] = [
    Question {
        rule: K01,
        vi: "Hộ này có khoản hỗ trợ cùng loại từ nhiều chương trình. Văn bản nào cho phép hỗ trợ thêm?",
        en: "This household has supports of one kind from several programmes. Which document allows the further one?",
    },
    Question {
        rule: K03,
        vi: "Theo sổ hộ nghèo, hộ cận nghèo, vào ngày quyết định hộ này không thuộc diện được hỗ trợ hoặc chưa được rà soát. Căn cứ nào xác định hộ thuộc diện hỗ trợ?",
        en: "By the poverty registry the household was of no eligible class on the day of the decision, or not reviewed. What showed that it was eligible?",
    },
    Question {
        rule: K06,
        vi: "Tổng vốn từ các nguồn vượt tổng mức đầu tư được duyệt của công trình. Quyết định điều chỉnh nào được áp dụng?",
        en: "The money of all sources is above the approved total of the works. Which decision raised the total?",
    },
];

/// Rules of which there are cases, for texts.
pub(crate) fn rules() -> String {
    QUESTIONS.map(|question| question.rule).join(", ")
}

/// What the case asks; a rule of a later release is asked by its name.
pub(crate) fn asked(rule: &str) -> (String, String) {
    match QUESTIONS.iter().find(|question| question.rule == rule) {
        Some(Question { vi, en, .. }) => ((*vi).to_owned(), (*en).to_owned()),
        None => (rule.to_owned(), rule.to_owned()),
    }
}

/// What the case rests on that nobody has verified.
pub(crate) fn caveats(case: &CaseOpened, reference: &Reference) -> Vec<Caveat> {
    if !case.provisional {
        return Vec::new();
    }
    let kind = case.inputs.get("kind").and_then(|kind| reference.funding.support_kind(kind));
    let source = kind.map_or_else(|| "-".to_owned(), |kind| kind.provenance.to_string());
    vec![Caveat {
        text: format!("the rule on this kind of support is not verified: {source}"),
        text_vi: format!(
            "Quy định về loại hỗ trợ này chưa được xác minh ({source}); không dùng cho báo cáo chính thức."
        ),
    }]
}
