//! Names of figures about titles and criteria.

use super::{Scope, name};
use std::fmt;

/// A figure about titles and criteria:
/// `figures/criteria/recognised/areas/12@0001-01-01/as-at/2025-06-30/known-on/2025-07-15/map/0001-01-01`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CriteriaName {
    /// What is counted.
    pub measure: CriteriaMeasure,
    /// Where and from which point of view.
    pub scope: Scope,
}

/// What is counted of titles and criteria.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CriteriaMeasure {
    /// Communes on the map.
    Communes,
    /// Of these with a title.
    Recognised,
}

impl CriteriaMeasure {
    const ALL: [(Self, &'static str); 2] = [(Self::Communes, "communes"), (Self::Recognised, "recognised")];

    /// The word in names.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(measure, _)| *measure == self).map_or("", |(_, word)| word)
    }
}

impl fmt::Display for CriteriaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "figures/criteria/{}/{}", self.measure.word(), self.scope)
    }
}

impl CriteriaName {
    /// Reads what follows `figures/criteria/`.
    pub(super) fn parse(words: &[&str]) -> Option<Self> {
        let (word, scope) = words.split_first()?;
        let (measure, _) = *CriteriaMeasure::ALL.iter().find(|(_, own)| own == word)?;
        Some(Self { measure, scope: name::scope(scope)? })
    }
}
