//! Words and numbers of what events call stages, kinds and outcomes.

use events::funding::{CaseOutcome, Kind, Stage};

/// All stages by their number in the tables, in the order in which money passes them.
pub(crate) const STAGES: [Stage; 8] = [
    Stage::Grantor,
    Stage::Assigned,
    Stage::Allocated,
    Stage::Committed,
    Stage::Advanced,
    Stage::Paid,
    Stage::Settled,
    Stage::Returned,
];

/// Place of the stage among [`STAGES`].
pub(crate) const fn stage_number(stage: Stage) -> u8 {
    match stage {
        Stage::Grantor => 0,
        Stage::Assigned => 1,
        Stage::Allocated => 2,
        Stage::Committed => 3,
        Stage::Advanced => 4,
        Stage::Paid => 5,
        Stage::Settled => 6,
        Stage::Returned => 7,
    }
}

/// The stage in explanations.
pub(crate) const fn stage_word(stage: Stage) -> &'static str {
    match stage {
        Stage::Grantor => "grantor",
        Stage::Assigned => "assigned",
        Stage::Allocated => "allocated",
        Stage::Committed => "committed",
        Stage::Advanced => "advanced",
        Stage::Paid => "paid",
        Stage::Settled => "settled",
        Stage::Returned => "returned",
    }
}

/// All kinds of capital, in the order of the views.
pub(crate) const KINDS: [Kind; 4] = [Kind::Investment, Kind::Recurrent, Kind::Loan, Kind::InKind];

/// The kind as the API calls it.
pub(crate) const fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Investment => "investment",
        Kind::Recurrent => "recurrent",
        Kind::Loan => "loan",
        Kind::InKind => "in_kind",
    }
}

/// The kind that the API calls so.
pub(crate) fn kind_of(word: &str) -> Option<Kind> {
    KINDS.into_iter().find(|&kind| kind_word(kind) == word)
}

/// The kind as officials call it.
pub(crate) const fn kind_vi(kind: Kind) -> &'static str {
    match kind {
        Kind::Investment => "Vốn đầu tư phát triển",
        Kind::Recurrent => "Vốn sự nghiệp",
        Kind::Loan => "Tín dụng chính sách",
        Kind::InKind => "Hiện vật, ngày công, đất hiến",
    }
}

/// The outcome of a case as the API calls it.
pub(crate) const fn outcome_word(outcome: CaseOutcome) -> &'static str {
    match outcome {
        CaseOutcome::Explained => "EXPLAINED",
        CaseOutcome::Corrected => "CORRECTED",
        CaseOutcome::Recovered => "RECOVERED",
        CaseOutcome::Referred => "REFERRED",
        CaseOutcome::RuleWrong => "RULE_WRONG",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_has_the_number_of_its_place() {
        for (place, stage) in STAGES.into_iter().enumerate() {
            assert_eq!(usize::from(stage_number(stage)), place);
        }
    }
}
