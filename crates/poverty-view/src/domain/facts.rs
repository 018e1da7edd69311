//! From steps to amounts that can be added up: over households, over areas, over days.

use super::{
    AreaNumber, Class, ClassFlow, Day, Ethnicity, Flow, Measure, Need, Needs, Persons, Step, TrackedClass,
};
use std::ops::{Add, AddAssign, Neg};

/// What an amount is counted under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactKey {
    /// What it measures.
    pub measure: Measure,
    /// Village, or the unit of commune level where no village was recorded.
    pub leaf: AreaNumber,
    /// Households count under the group of their head, persons under their own.
    pub ethnicity: Ethnicity,
    /// The day of effect.
    pub effective: Day,
}

/// Households and persons together, because every movement moves both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Amount {
    /// Households (*hộ*).
    pub households: i64,
    /// Persons (*khẩu*).
    pub persons: i64,
}

/// An amount under its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is counted under.
    pub key: FactKey,
    /// How much; never zero in both.
    pub amount: Amount,
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self { households: 0, persons: 0 };
}

impl Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { households: self.households + other.households, persons: self.persons + other.persons }
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Neg for Amount {
    type Output = Self;

    fn neg(self) -> Self {
        Self { households: -self.households, persons: -self.persons }
    }
}

impl std::iter::Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// The facts of a household that went through these steps, ordered by key, one for each key.
///
/// What happens on one day is told in the order members, move, class: members join and leave in the old place and
/// class, the household moves in its old class, and the class changes in the new place with the new members. On the
/// first day of a standard a class changes because of the standard, whatever a review found on that very day: such a
/// change belongs to the start of the year, it is neither exit nor entry. A class counts as left before, for *tái
/// nghèo*, where a review took the household out of it, not where a standard ended.
pub fn facts(steps: &[Step]) -> Vec<Fact> {
    let mut told = Telling::default();
    let mut place = None;
    let mut finding = Finding { class: Class::NotReviewed, needs: Needs::NONE };
    for step in steps {
        told.day = Some(Day::from(step.from));
        match place {
            None => told.stock(finding, step.leaf, Sign::In, &Group::of(step)),
            Some((leaf, head)) => {
                told.members(finding, leaf, head, step);
                if leaf != step.leaf {
                    told.moved(finding, leaf, step);
                }
            }
        }
        told.found(finding, step);
        place = Some((step.leaf, step.head));
        finding = Finding::of(step);
    }
    combined(told.facts)
}

/// Adds up the amounts of equal keys, orders by key and leaves out what adds up to nothing.
pub(super) fn combined(mut facts: Vec<Fact>) -> Vec<Fact> {
    facts.sort_unstable_by_key(|fact| fact.key);
    facts.dedup_by(|next, kept| {
        let same = next.key == kept.key;
        if same {
            kept.amount += next.amount;
        }
        same
    });
    facts.retain(|fact| fact.amount != Amount::ZERO);
    facts
}

/// What the review in force found of a household.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Finding {
    class: Class,
    needs: Needs,
}

impl Finding {
    const fn of(step: &Step) -> Self {
        Self { class: step.class, needs: step.needs }
    }

    /// The stocks that it puts a household in, beside the registered.
    fn stocks(self) -> impl Iterator<Item = Measure> {
        let tracked = TrackedClass::of(self.class).is_some();
        let lacking = Need::ALL.into_iter().filter(move |need| tracked && self.needs.has(*need));
        Measure::stock_of(self.class).into_iter().chain(lacking.map(Measure::Lacking))
    }
}

/// Households and persons by ethnic group that move together.
struct Group<'a> {
    head: Option<Ethnicity>,
    persons: &'a Persons,
}

impl<'a> Group<'a> {
    fn of(step: &'a Step) -> Self {
        Self { head: Some(step.head), persons: &step.persons }
    }

    fn persons_only(persons: &'a Persons) -> Self {
        Self { head: None, persons }
    }
}

#[derive(Clone, Copy)]
enum Sign {
    In,
    Out,
}

#[derive(Default)]
struct Telling {
    facts: Vec<Fact>,
    day: Option<Day>,
    left_poor: bool,
    left_near_poor: bool,
}

impl Telling {
    /// Members joined and left, or another became head, in the old place and class.
    fn members(&mut self, finding: Finding, leaf: AreaNumber, old_head: Ethnicity, step: &Step) {
        let (joined, left) = (Group::persons_only(&step.joined), Group::persons_only(&step.left));
        self.stock(finding, leaf, Sign::In, &joined);
        self.stock(finding, leaf, Sign::Out, &left);
        if let Some(tracked) = TrackedClass::of(finding.class) {
            self.flow(Flow::Of(tracked, ClassFlow::OtherIn), leaf, Sign::In, &joined);
            self.flow(Flow::Of(tracked, ClassFlow::OtherOut), leaf, Sign::In, &left);
        }
        if old_head != step.head {
            let nobody = Persons::new();
            self.stock(finding, leaf, Sign::Out, &Group { head: Some(old_head), persons: &nobody });
            self.stock(finding, leaf, Sign::In, &Group { head: Some(step.head), persons: &nobody });
        }
    }

    /// The household moved in its old class.
    fn moved(&mut self, finding: Finding, from: AreaNumber, step: &Step) {
        let household = Group::of(step);
        self.stock(finding, from, Sign::Out, &household);
        self.stock(finding, step.leaf, Sign::In, &household);
        if let Some(tracked) = TrackedClass::of(finding.class) {
            self.flow(Flow::Of(tracked, ClassFlow::OtherOut), from, Sign::In, &household);
            self.flow(Flow::Of(tracked, ClassFlow::OtherIn), step.leaf, Sign::In, &household);
        }
    }

    /// A review found something else in the new place, or the standard that gave the class ended.
    fn found(&mut self, old: Finding, step: &Step) {
        let new = Finding::of(step);
        if old == new {
            return;
        }
        let household = Group::of(step);
        for measure in old.stocks().filter(|measure| !new.stocks().any(|stays| stays == *measure)) {
            self.record(measure, step.leaf, Sign::Out, &household);
        }
        for measure in new.stocks().filter(|measure| !old.stocks().any(|stays| stays == *measure)) {
            self.record(measure, step.leaf, Sign::In, &household);
        }
        if old.class != new.class {
            self.reclassified(old.class, step, &household);
        }
    }

    /// The class changed in the new place; section 7 of the registry's rule book.
    fn reclassified(&mut self, old: Class, step: &Step, household: &Group<'_>) {
        let (from, to) = (TrackedClass::of(old), TrackedClass::of(step.class));
        if step.standard_turns {
            for (tracked, sign) in [(from, Sign::Out), (to, Sign::In)] {
                if let Some(tracked) = tracked {
                    self.flow(Flow::Of(tracked, ClassFlow::StandardChange), step.leaf, sign, household);
                }
            }
            return;
        }
        let flow = match (from, to) {
            (Some(TrackedClass::Poor), Some(_)) => Flow::PoorToNear,
            (Some(TrackedClass::NearPoor), Some(_)) => Flow::NearToPoor,
            (Some(tracked), None) => Flow::Of(tracked, ClassFlow::ExitAbove),
            (None, Some(tracked)) if self.left_before(tracked) => Flow::Of(tracked, ClassFlow::Relapse),
            (None, Some(tracked)) => Flow::Of(tracked, ClassFlow::New),
            (None, None) => return,
        };
        self.flow(flow, step.leaf, Sign::In, household);
        match from {
            Some(TrackedClass::Poor) => self.left_poor = true,
            Some(TrackedClass::NearPoor) => self.left_near_poor = true,
            None => {}
        }
    }

    const fn left_before(&self, tracked: TrackedClass) -> bool {
        match tracked {
            TrackedClass::Poor => self.left_poor,
            TrackedClass::NearPoor => self.left_near_poor,
        }
    }

    /// Into or out of the registered and of what the review found.
    fn stock(&mut self, finding: Finding, leaf: AreaNumber, sign: Sign, group: &Group<'_>) {
        for measure in std::iter::once(Measure::Registered).chain(finding.stocks()) {
            self.record(measure, leaf, sign, group);
        }
    }

    fn flow(&mut self, flow: Flow, leaf: AreaNumber, sign: Sign, group: &Group<'_>) {
        self.record(Measure::Flow(flow), leaf, sign, group);
    }

    fn record(&mut self, measure: Measure, leaf: AreaNumber, sign: Sign, group: &Group<'_>) {
        let Some(effective) = self.day else { return };
        let households = group.head.map(|head| (head, Amount { households: 1, persons: 0 }));
        let persons = group.persons.iter().map(|(group, persons)| {
            let amount = Amount { households: 0, persons: *persons };
            (*group, amount)
        });
        self.facts.extend(households.into_iter().chain(persons).map(|(ethnicity, amount)| Fact {
            key: FactKey { measure, leaf, ethnicity, effective },
            amount: match sign {
                Sign::In => amount,
                Sign::Out => -amount,
            },
        }));
    }
}
