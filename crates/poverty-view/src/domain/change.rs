//! What one event changes in a household's facts.

use super::facts::combined;
use super::{Day, Fact, History, StandardCalendar, facts, timeline};

/// A change of the facts and the day on which it became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownFact {
    /// What is added (or taken away, where the amount is negative).
    pub fact: Fact,
    /// The day of recording.
    pub known: Day,
}

/// The facts of `new` less those of `old`, known from the day on which `new` was recorded. Late and corrected documents
/// need nothing of their own: a figure as known on day K is the sum of all changes known by K.
pub fn changes(old: &[Fact], new: &History, calendar: &StandardCalendar) -> (Vec<Fact>, Vec<KnownFact>) {
    let now = facts(&timeline(new, calendar));
    let taken_back = old.iter().map(|fact| Fact { key: fact.key, amount: -fact.amount });
    let difference = combined(now.iter().copied().chain(taken_back).collect());
    let known = difference.into_iter().map(|fact| KnownFact { fact, known: new.known }).collect();
    (now, known)
}
