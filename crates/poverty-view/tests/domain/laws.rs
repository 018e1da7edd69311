//! Laws that hold for every history: the sums of facts are what the oracle finds day by day.

use crate::{
    common::{
        oracle::{self, Columns, Pair},
        tales::{Found, Home, LACKED, Lacks, Told, What, any_day, standard_of, tales},
    },
    story::{calendar, leaf},
};
use kernel::{Date, MemberId, date};
use poverty_view::domain::{
    Amount, Class, ClassFlow, Fact, Flow, History, HistoryEvent, KnownFact, Measure, Member, Need, Needs,
    Roster, TrackedClass, changes, facts, timeline,
};
use proptest::prelude::*;
use std::collections::HashMap;
use uuid::Uuid;

fn member(number: u32) -> MemberId {
    MemberId::from_uuid(Uuid::from_u128(u128::from(number) + 1))
}

fn members(joined: &[(u32, &str)]) -> Vec<Member> {
    joined.iter().map(|(id, group)| Member(member(*id), group.parse().unwrap())).collect()
}

fn class_of(found: Found) -> Class {
    match found {
        Found::Poor => Class::Poor,
        Found::NearPoor => Class::NearPoor,
        Found::NotPoor => Class::NotPoor,
    }
}

fn needs_of(lacks: Lacks) -> Needs {
    let lacked = LACKED.into_iter().zip(lacks).filter(|(_, lacks)| *lacks);
    lacked.filter_map(|(indicator, _)| Need::of_indicator(indicator)).collect()
}

fn event_of(told: &Told) -> HistoryEvent {
    match &told.what {
        What::Registered { home, members: joined } => {
            let roster = Roster { joined: members(joined), left: Vec::new(), head: member(joined[0].0) };
            HistoryEvent::Registered { leaf: leaf(&home.leaf()), roster }
        }
        What::Members { joined, left, head } => HistoryEvent::MembersChanged(Roster {
            joined: members(joined),
            left: left.iter().map(|id| member(*id)).collect(),
            head: member(*head),
        }),
        What::Moved(home) => HistoryEvent::Moved(leaf(&home.leaf())),
        What::Assessed(found, lacks) => HistoryEvent::Assessed {
            standard: standard_of(told.effective).to_owned(),
            class: class_of(*found),
            needs: needs_of(*lacks),
        },
    }
}

/// All changes of facts that the log makes, in its order.
fn fold(log: &[Told]) -> (Vec<KnownFact>, HashMap<usize, History>) {
    let calendar = calendar();
    let mut households: HashMap<usize, (History, Vec<Fact>)> = HashMap::new();
    let mut known = Vec::new();
    for told in log {
        let (history, old) = match households.remove(&told.household) {
            Some((history, old)) => (Some(history), old),
            None => (None, Vec::new()),
        };
        let history = History::with(history, event_of(told), told.effective, told.known).unwrap();
        let (now, changed) = changes(&old, &history, &calendar);
        known.extend(changed);
        households.insert(told.household, (history, now));
    }
    (known, households.into_iter().map(|(household, (history, _))| (household, history)).collect())
}

fn sum(known_facts: &[KnownFact], known: Date, passes: impl Fn(&Fact) -> bool) -> Pair {
    let passing = known_facts.iter().filter(|change| change.known.date() <= known && passes(&change.fact));
    let total: Amount = passing.map(|change| change.fact.amount).sum();
    (total.households, total.persons)
}

fn form(known_facts: &[KnownFact], class: TrackedClass, year: i16, known: Date, place: &str) -> Columns {
    let place = leaf(place);
    let (stock, leaves_to, comes_from) = match class {
        TrackedClass::Poor => (Measure::Poor, Flow::PoorToNear, Flow::NearToPoor),
        TrackedClass::NearPoor => (Measure::NearPoor, Flow::NearToPoor, Flow::PoorToNear),
    };
    let level = |to: Date| {
        sum(known_facts, known, |fact| {
            fact.key.measure == stock && fact.key.leaf == place && fact.key.effective.date() <= to
        })
    };
    let flow = |flow: Flow| {
        sum(known_facts, known, |fact| {
            fact.key.measure == Measure::Flow(flow)
                && fact.key.leaf == place
                && fact.key.effective.date().year() == year
        })
    };
    let eve = level(date(year - 1, 12, 31));
    let standard_change = flow(Flow::Of(class, ClassFlow::StandardChange));
    Columns {
        start: (eve.0 + standard_change.0, eve.1 + standard_change.1),
        exit_to_other_class: flow(leaves_to),
        exit_above: flow(Flow::Of(class, ClassFlow::ExitAbove)),
        other_out: flow(Flow::Of(class, ClassFlow::OtherOut)),
        from_other_class: flow(comes_from),
        relapse: flow(Flow::Of(class, ClassFlow::Relapse)),
        new: flow(Flow::Of(class, ClassFlow::New)),
        other_in: flow(Flow::Of(class, ClassFlow::OtherIn)),
        end: level(date(year, 12, 31)),
    }
}

fn places(log: &[Told]) -> Vec<String> {
    let homes = log.iter().filter_map(|told| match told.what {
        What::Registered { home, .. } | What::Moved(home) => Some(home.leaf()),
        What::Members { .. } | What::Assessed(..) => None,
    });
    let mut places: Vec<_> = homes.collect();
    places.sort();
    places.dedup();
    places
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn a_stock_is_what_the_oracle_counts_on_that_day_as_known_on_that_day(
        log in tales(), day in any_day(), known in any_day(), group in prop::sample::select(vec!["01", "03", "08"]),
    ) {
        let (facts, _) = fold(&log);
        let classes = [
            (Measure::Registered, None),
            (Measure::Poor, Some(Found::Poor)),
            (Measure::NearPoor, Some(Found::NearPoor)),
            (Measure::NotPoor, Some(Found::NotPoor)),
        ];
        for place in places(&log) {
            for (measure, class) in classes {
                let at = |fact: &Fact| {
                    fact.key.measure == measure
                        && fact.key.leaf == leaf(&place)
                        && fact.key.effective.date() <= day
                };
                let within = |home: crate::common::tales::Home| home.leaf() == place;
                prop_assert_eq!(
                    sum(&facts, known, at),
                    oracle::stock(&log, day, known, class, None, within),
                    "{:?} in {} on {} as known on {}", measure, place, day, known
                );
                let of_group = |fact: &Fact| at(fact) && fact.key.ethnicity == group.parse().unwrap();
                prop_assert_eq!(
                    sum(&facts, known, of_group),
                    oracle::stock(&log, day, known, class, Some(group), within),
                    "{:?} of group {} in {} on {} as known on {}", measure, group, place, day, known
                );
            }
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn the_poor_and_near_poor_that_lack_something_are_those_whose_review_in_force_found_it(
        log in tales(), day in any_day(), known in any_day(),
    ) {
        let (facts, _) = fold(&log);
        for place in places(&log) {
            for (at, need) in LACKED.iter().enumerate() {
                let measure = Measure::Lacking(Need::of_indicator(need).unwrap());
                let here = |fact: &Fact| {
                    fact.key.measure == measure
                        && fact.key.leaf == leaf(&place)
                        && fact.key.effective.date() <= day
                };
                prop_assert_eq!(
                    sum(&facts, known, here),
                    lacking(&log, day, known, at, |home| home.leaf() == place),
                    "{} in {} on {} as known on {}", need, place, day, known
                );
            }
        }
    }

    #[test]
    fn the_class_of_a_household_is_what_the_oracle_finds_on_that_day_as_known_on_that_day(
        log in tales(), day in any_day(), known in any_day(),
    ) {
        // Asked of the whole history, as it is stored.
        for (household, history) in fold(&log).1 {
            let expected = oracle::standing(&log, household, day, known);
            let expected = expected.map(|now| now.class.map_or(Class::NotReviewed, class_of));
            prop_assert_eq!(history.class_on(day, known, &calendar()), expected);
        }
    }
}

proptest! {
    // The oracle walks through every day of every household: fewer cases, each of many days.
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_column_of_a_year_is_what_the_oracle_walks_through(
        log in tales(), year in 2021_i16..2028, known in any_day(),
    ) {
        let (facts, _) = fold(&log);
        for place in places(&log) {
            for (class, found) in [(TrackedClass::Poor, Found::Poor), (TrackedClass::NearPoor, Found::NearPoor)] {
                let expected = oracle::columns(&log, found, year, known, |home| home.leaf() == place);
                prop_assert_eq!(
                    form(&facts, class, year, known, &place), expected,
                    "{:?} of {} in {} as known on {}", class, place, year, known
                );
            }
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn end_is_start_less_exits_plus_entries_in_households_and_in_persons(
        log in tales(), year in 2021_i16..2028, known in any_day(),
    ) {
        let (facts, _) = fold(&log);
        for place in places(&log) {
            for class in [TrackedClass::Poor, TrackedClass::NearPoor] {
                let form = form(&facts, class, year, known, &place);
                let identity = |of: fn(Pair) -> i64| {
                    of(form.start) - of(form.exit_to_other_class) - of(form.exit_above) - of(form.other_out)
                        + of(form.from_other_class) + of(form.relapse) + of(form.new) + of(form.other_in)
                };
                prop_assert_eq!(identity(|pair| pair.0), form.end.0, "households, {:?}", form);
                prop_assert_eq!(identity(|pair| pair.1), form.end.1, "persons, {:?}", form);
            }
        }
    }

    #[test]
    fn all_changes_together_are_the_facts_of_the_whole_history(log in tales()) {
        let (known, histories) = fold(&log);
        let mut expected: HashMap<_, (i64, i64)> = HashMap::new();
        for fact in histories.values().flat_map(|history| facts(&timeline(history, &calendar()))) {
            let sum = expected.entry(fact.key).or_default();
            *sum = (sum.0 + fact.amount.households, sum.1 + fact.amount.persons);
        }
        expected.retain(|_, sum| *sum != (0, 0));
        let mut changed: HashMap<_, (i64, i64)> = HashMap::new();
        for fact in known.iter().map(|change| change.fact) {
            let sum = changed.entry(fact.key).or_default();
            *sum = (sum.0 + fact.amount.households, sum.1 + fact.amount.persons);
        }
        changed.retain(|_, sum| *sum != (0, 0));
        prop_assert_eq!(changed, expected);
    }

    #[test]
    fn a_history_survives_its_stored_form(log in tales()) {
        for history in fold(&log).1.values() {
            let stored = serde_json::to_string(history).unwrap();
            prop_assert_eq!(&serde_json::from_str::<History>(&stored).unwrap(), history);
        }
    }
}

/// Poor and near-poor on the day that lack the indicator of that place, in homes that pass.
fn lacking(log: &[Told], day: Date, known: Date, place: usize, within: impl Fn(Home) -> bool) -> Pair {
    let standings =
        oracle::households(log).filter_map(|household| oracle::standing(log, household, day, known));
    let counted = standings.filter(|now| {
        within(now.home) && matches!(now.class, Some(Found::Poor | Found::NearPoor)) && now.lacks[place]
    });
    counted.fold((0, 0), |sum, now| (sum.0 + 1, sum.1 + oracle::persons(&now, None)))
}
