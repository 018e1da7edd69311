//! Tiers, lists and states as the numbers that the tables keep. A number never changes its meaning; those of states are
//! those of `ResultState` in the proto.

use events::rural::{Judgement, ListKind, State, TitleTier};

/// What happened to a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TitleChange {
    /// *Công nhận*
    Recognised,
    /// *Thừa nhận* after a merger.
    Acknowledged,
    /// *Thu hồi*
    Revoked,
}

impl TitleChange {
    pub(crate) const fn number(self) -> i64 {
        match self {
            Self::Recognised => 1,
            Self::Acknowledged => 2,
            Self::Revoked => 3,
        }
    }

    pub(crate) fn from_number(number: i64) -> Option<Self> {
        [Self::Recognised, Self::Acknowledged, Self::Revoked].into_iter().find(|own| own.number() == number)
    }
}

pub(crate) const fn tier_number(tier: TitleTier) -> i64 {
    match tier {
        TitleTier::Village => 1,
        TitleTier::Commune => 2,
        TitleTier::AdvancedCommune => 3,
        TitleTier::ModelCommune => 4,
        TitleTier::District => 5,
    }
}

pub(crate) fn tier(number: i64) -> Option<TitleTier> {
    let all = [
        TitleTier::Village,
        TitleTier::Commune,
        TitleTier::AdvancedCommune,
        TitleTier::ModelCommune,
        TitleTier::District,
    ];
    all.into_iter().find(|tier| tier_number(*tier) == number)
}

pub(crate) const fn list_number(list: ListKind) -> i64 {
    match list {
        ListKind::Region => 1,
        ListKind::PoorDistrict => 2,
    }
}

/// Number of a criterion, its strict and its official state; 0 where nobody judged it.
pub(crate) type Standing = (u16, i32, i32);

pub(super) const fn state_number(state: State) -> i32 {
    match state {
        State::Met => 1,
        State::NotMet => 3,
        State::NotApplicable => 4,
        State::NotAssessed => 5,
        State::NoData => 6,
    }
}

pub(super) const fn judgement_number(judgement: Judgement) -> i32 {
    match judgement {
        Judgement::Met => 1,
        Judgement::BasicallyMet => 2,
        Judgement::NotMet => 3,
        Judgement::NotApplicable => 4,
        Judgement::NotAssessed => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::rural::ResultState;

    #[test]
    fn states_have_the_numbers_of_the_wire() {
        let strict = [
            (State::Met, ResultState::Met),
            (State::NotMet, ResultState::NotMet),
            (State::NotApplicable, ResultState::NotApplicable),
            (State::NotAssessed, ResultState::NotAssessed),
            (State::NoData, ResultState::NoData),
        ];
        for (state, wire) in strict {
            assert_eq!(state_number(state), i32::from(wire));
        }
        let official = [
            (Judgement::Met, ResultState::Met),
            (Judgement::BasicallyMet, ResultState::BasicallyMet),
            (Judgement::NotMet, ResultState::NotMet),
            (Judgement::NotApplicable, ResultState::NotApplicable),
            (Judgement::NotAssessed, ResultState::NotAssessed),
        ];
        for (judgement, wire) in official {
            assert_eq!(judgement_number(judgement), i32::from(wire));
        }
    }

    #[test]
    fn tiers_and_changes_survive_their_numbers() {
        for number in 1..=5 {
            assert_eq!(tier(number).map(tier_number), Some(number));
        }
        for number in 1..=3 {
            assert_eq!(TitleChange::from_number(number).map(TitleChange::number), Some(number));
        }
        assert!(tier(6).is_none() && TitleChange::from_number(0).is_none());
    }
}
