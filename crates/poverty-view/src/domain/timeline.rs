//! The steps a household went through.

use super::{AreaNumber, Class, Day, Ethnicity, History, Member, Needs, Roster, StandardCalendar};
use kernel::{Date, MemberId};

/// How many persons of which ethnic group, ordered by group, none with zero.
pub type Persons = Vec<(Ethnicity, i64)>;

/// How a household stands from a day on, until the next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The first day.
    pub from: Date,
    /// Village, or the unit of commune level where no village was recorded.
    pub leaf: AreaNumber,
    /// Under the standard in force.
    pub class: Class,
    /// What it lacks by the review that gave the class.
    pub needs: Needs,
    /// Ethnic group of the head.
    pub head: Ethnicity,
    /// All members.
    pub persons: Persons,
    /// Who joined on that day.
    pub joined: Persons,
    /// Who left on that day.
    pub left: Persons,
    /// Whether another standard than on the eve is in force on that day.
    pub standard_turns: bool,
}

/// The household's steps from its registration on. On one day the latest recorded entry counts. The class on a day is
/// that of the latest assessment effective by then under the standard in force on that day; otherwise it is not
/// reviewed. Standards' own first and last days make steps too, as far as the calendar reaches.
pub fn timeline(history: &History, calendar: &StandardCalendar) -> Vec<Step> {
    let residences = in_order_of_effect(&history.residences, |entry| entry.0);
    let rosters = in_order_of_effect(&history.rosters, |entry| entry.0);
    let assessments = in_order_of_effect(&history.assessments, |entry| entry.effective);

    let mut members = Members::default();
    let mut rosters = rosters.into_iter().peekable();
    let mut steps: Vec<Step> = Vec::new();
    for (day, standard_turns) in step_days(history, calendar) {
        let from = day.date();
        while let Some((_, roster)) = rosters.next_if(|(effective, _)| *effective <= day) {
            members.apply(roster);
        }
        let (joined, left) = members.turnover();
        let Some((_, leaf)) = residences.iter().rev().find(|(effective, _)| *effective <= day) else {
            continue;
        };
        let standard = calendar.in_force(from).map(|standard| standard.id.as_str());
        let latest = assessments
            .iter()
            .rev()
            .find(|review| review.effective <= day && Some(review.standard.as_str()) == standard);
        let step = Step {
            from,
            leaf: *leaf,
            class: latest.map_or(Class::NotReviewed, |review| review.class),
            needs: latest.map_or(Needs::NONE, |review| review.needs),
            head: members.head,
            persons: members.counted(),
            joined,
            left,
            standard_turns,
        };
        if steps.last().is_none_or(|last| !continues(last, &step)) {
            steps.push(step);
        }
    }
    steps
}

fn in_order_of_effect<T>(entries: &[T], effective: impl Fn(&T) -> Day) -> Vec<&T> {
    let mut ordered: Vec<_> = entries.iter().collect();
    // Stable: of two entries for one day the later recorded one stays last.
    ordered.sort_by_key(|entry| effective(entry));
    ordered
}

/// Days on which something may change, each with whether the standard turns on it.
fn step_days(history: &History, calendar: &StandardCalendar) -> Vec<(Day, bool)> {
    let recorded = (history.residences.iter().map(|entry| entry.0))
        .chain(history.rosters.iter().map(|entry| entry.0))
        .chain(history.assessments.iter().map(|entry| entry.effective));
    let turning = || calendar.turning_days().iter().map(|day| Day::from(*day));
    let first_assessed = history.assessments.iter().map(|entry| entry.effective).min();
    let turning_after_review = turning().filter(|day| first_assessed.is_some_and(|first| first <= *day));
    let mut days: Vec<_> =
        recorded.chain(turning_after_review).filter(|day| *day >= history.registered).collect();
    days.sort_unstable();
    days.dedup();
    days.into_iter().map(|day| (day, turning().any(|turn| turn == day))).collect()
}

fn continues(last: &Step, next: &Step) -> bool {
    next.joined.is_empty()
        && next.left.is_empty()
        && (last.leaf, last.class, last.needs, last.head) == (next.leaf, next.class, next.needs, next.head)
        && last.persons == next.persons
}

/// The members as the rosters are applied one after the other.
struct Members {
    present: Vec<Member>,
    known: Vec<Member>,
    head: Ethnicity,
    eve: Vec<Member>,
}

impl Default for Members {
    fn default() -> Self {
        Self { present: Vec::new(), known: Vec::new(), head: Ethnicity::UNKNOWN, eve: Vec::new() }
    }
}

impl Members {
    fn apply(&mut self, roster: &Roster) {
        for member in &roster.joined {
            replace(&mut self.present, *member);
            replace(&mut self.known, *member);
        }
        self.present.retain(|member| !roster.left.contains(&member.0));
        // A head who was recorded as gone by a late document still names the group under which the household counts.
        self.head = ethnicity_of(&self.known, roster.head).unwrap_or(self.head);
    }

    fn counted(&self) -> Persons {
        count(self.present.iter().copied())
    }

    /// Who joined and who left since the last call.
    fn turnover(&mut self) -> (Persons, Persons) {
        let joined = count(self.present.iter().filter(|member| !self.eve.contains(member)).copied());
        let left = count(self.eve.iter().filter(|member| !self.present.contains(member)).copied());
        if !(joined.is_empty() && left.is_empty()) {
            self.eve.clone_from(&self.present);
        }
        (joined, left)
    }
}

fn replace(members: &mut Vec<Member>, member: Member) {
    match members.iter_mut().find(|known| known.0 == member.0) {
        Some(known) => *known = member,
        None => members.push(member),
    }
}

fn ethnicity_of(members: &[Member], id: MemberId) -> Option<Ethnicity> {
    members.iter().find(|member| member.0 == id).map(|member| member.1)
}

fn count(members: impl Iterator<Item = Member>) -> Persons {
    let mut persons = Persons::new();
    for Member(_, ethnicity) in members {
        match persons.binary_search_by_key(&ethnicity, |(group, _)| *group) {
            Ok(at) => persons[at].1 += 1,
            Err(at) => persons.insert(at, (ethnicity, 1)),
        }
    }
    persons
}
