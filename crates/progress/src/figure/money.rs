//! Names of figures about money.

use super::{Scope, name};
use std::fmt;

/// A figure about money:
/// `figures/money/plan/kind=investment,programme=GNBV/areas/12@0001-01-01/as-at/2025-12-31/known-on/2026-01-15/map/2025-07-01`;
/// `-` where no dimension is held.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MoneyName {
    /// Which column.
    pub column: MoneyColumn,
    /// Dimensions held, in the order of their names.
    pub only: Vec<(String, String)>,
    /// Where and from which point of view.
    pub scope: Scope,
}

/// A column of the funding view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MoneyColumn {
    /// Everything but what was returned.
    Plan,
    /// Advanced, paid, settled.
    Disbursed,
}

impl MoneyColumn {
    const ALL: [(Self, &'static str); 2] = [(Self::Plan, "plan"), (Self::Disbursed, "disbursed")];

    /// The word in names.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(column, _)| *column == self).map_or("", |(_, word)| word)
    }
}

impl fmt::Display for MoneyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let only: Vec<_> =
            self.only.iter().map(|(dimension, value)| format!("{dimension}={value}")).collect();
        let only = if only.is_empty() { "-".to_owned() } else { only.join(",") };
        write!(f, "figures/money/{}/{only}/{}", self.column.word(), self.scope)
    }
}

impl MoneyName {
    /// Reads what follows `figures/money/`.
    pub(super) fn parse(words: &[&str]) -> Option<Self> {
        let [word, only, scope @ ..] = words else { return None };
        let (column, _) = *MoneyColumn::ALL.iter().find(|(_, own)| own == word)?;
        let pairs = if *only == "-" { Vec::new() } else { only.split(',').collect() };
        let only = pairs
            .into_iter()
            .map(|pair| {
                pair.split_once('=').map(|(dimension, value)| (dimension.to_owned(), value.to_owned()))
            })
            .collect::<Option<Vec<_>>>()?;
        Some(Self { column, only, scope: name::scope(scope)? })
    }
}
