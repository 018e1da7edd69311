//! A short language for histories.

use kernel::{AreaKey, Date, MemberId, Period, date, parse_date};
use poverty_view::domain::{
    Amount, AreaNumber, Class, Fact, History, HistoryEvent, Measure, Member, Needs, Roster, StandardCalendar,
    StandardPeriod, facts, timeline,
};
use uuid::Uuid;

/// The standards' days of Decision 59/2015 and Decrees 07/2021 and 351/2025.
pub(crate) fn calendar() -> StandardCalendar {
    let standard = |id: &str, first: Date, last: Date| StandardPeriod {
        id: id.to_owned(),
        period: Period { from: first, to: Some(last) },
    };
    StandardCalendar::new(vec![
        standard("QD59-2015", date(2016, 1, 1), date(2021, 12, 31)),
        standard("ND07-2021", date(2022, 1, 1), date(2026, 12, 31)),
        standard("ND351-2025", date(2027, 1, 1), date(2030, 12, 31)),
    ])
}

pub(crate) fn day(text: &str) -> Date {
    parse_date(text).expect("a day")
}

pub(crate) fn leaf(key: &str) -> AreaNumber {
    AreaNumber::of(&key.parse::<AreaKey>().expect("an area key"))
}

pub(crate) const MUONG_MIT: &str = "03625@0001-01-01";
pub(crate) const PHUC_THAN: &str = "03618@0001-01-01";

/// A household told event by event, each recorded on the day of effect unless said otherwise.
pub(crate) struct Story(Option<History>);

impl Story {
    /// Registered in old Mường Mít with a head and members of these ethnic groups.
    pub(crate) fn registered(on: &str, ethnicities: &[&str]) -> Self {
        let joined = members(0, ethnicities);
        let roster = Roster { head: joined[0].0, joined, left: Vec::new() };
        Self(None).then(on, HistoryEvent::Registered { leaf: leaf(MUONG_MIT), roster })
    }

    pub(crate) fn assessed(self, on: &str, class: Class) -> Self {
        let standard = calendar().in_force(day(on)).expect("a standard").id.clone();
        self.then(on, HistoryEvent::Assessed { standard, class, needs: Needs::NONE })
    }

    pub(crate) fn moved(self, on: &str, to: &str) -> Self {
        self.then(on, HistoryEvent::Moved(leaf(to)))
    }

    /// Members numbered from `first` on join, those numbered in `left` leave, and `head` leads.
    pub(crate) fn members(self, on: &str, first: u128, joined: &[&str], left: &[u128], head: u128) -> Self {
        let roster = Roster {
            joined: members(first, joined),
            left: left.iter().map(|number| member_id(*number)).collect(),
            head: member_id(head),
        };
        self.then(on, HistoryEvent::MembersChanged(roster))
    }

    fn then(self, on: &str, event: HistoryEvent) -> Self {
        Self(Some(History::with(self.0, event, day(on), day(on)).expect("an event that fits")))
    }

    pub(crate) fn facts(&self) -> Vec<Fact> {
        facts(&timeline(self.0.as_ref().expect("a registered household"), &calendar()))
    }

    /// Households and persons of the measure, effective from the first to the last day.
    pub(crate) fn sum(&self, measure: Measure, from: &str, to: &str) -> (i64, i64) {
        let total: Amount = (self.facts().iter())
            .filter(|fact| fact.key.measure == measure)
            .filter(|fact| (day(from)..=day(to)).contains(&fact.key.effective.date()))
            .map(|fact| fact.amount)
            .sum();
        (total.households, total.persons)
    }
}

fn members(first: u128, ethnicities: &[&str]) -> Vec<Member> {
    let numbered = ethnicities.iter().zip(first..);
    numbered.map(|(code, number)| Member(member_id(number), code.parse().expect("a code"))).collect()
}

pub(crate) fn member_id(number: u128) -> MemberId {
    MemberId::from_uuid(Uuid::from_u128(number + 1))
}
