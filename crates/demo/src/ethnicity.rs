//! Ethnic groups of the synthetic households: shares near those recalled for the province [unverified], bent so that
//! the published "over 85 % minority" holds.

use crate::{dice::Dice, map::Kind};

/// A group as the generator uses it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group {
    /// Code of the national list.
    pub(crate) code: &'static str,
    /// Households of the province in a thousand; only the proportions among the minorities are used.
    share: u32,
    /// Added to or taken from the hardship of its households (invented).
    pub(crate) hardship: i32,
}

const fn group(code: &'static str, share: u32, hardship: i32) -> Group {
    Group { code, share, hardship }
}

/// The groups; Kinh first.
pub(crate) const GROUPS: [Group; 15] = [
    group("01", 0, -190),
    group("03", 315, 0),
    group("08", 245, 100),
    group("09", 133, 40),
    group("35", 36, 20),
    group("25", 31, -60),
    group("41", 27, 140),
    group("29", 18, 100),
    group("42", 16, 40),
    group("45", 11, 160),
    group("37", 6, 20),
    group("02", 6, -80),
    group("33", 5, 100),
    group("48", 4, 60),
    group("50", 2, 100),
];

/// Index of the Kinh in [`GROUPS`].
pub(crate) const KINH: u8 = 0;

/// Weights of the minorities in one commune: some at home there, others hardly found. Kinh has none.
pub(crate) fn taste(dice: &mut Dice) -> [u32; GROUPS.len()] {
    GROUPS.map(|group| group.share * dice.between(1, 12) * dice.between(1, 12))
}

/// The group of a household's head in a village whose dominant group is given.
pub(crate) fn of_household(dice: &mut Dice, kind: Kind, dominant: u8) -> u8 {
    let kinh_per_mille = match kind {
        Kind::Ward => 500,
        Kind::Township => 420,
        Kind::Rural => 60,
    };
    if dice.chance(kinh_per_mille) {
        KINH
    } else if dice.chance(880) {
        dominant
    } else {
        // Invariant: fewer than 256 groups.
        dice.weighted(&GROUPS.map(|group| group.share)) as u8
    }
}
