//! The oracle: it knows a household only as "what is so on this day, by what was recorded up to that day".

use super::tales::{Found, Home, Lacks, Told, What, standard_of};
use kernel::{Date, date};
use std::collections::{BTreeMap, HashMap};

/// Households and persons.
pub(crate) type Pair = (i64, i64);

/// How a household stands on one day.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Standing {
    pub(crate) home: Home,
    pub(crate) class: Option<Found>,
    pub(crate) lacks: Lacks,
    pub(crate) head_group: &'static str,
    pub(crate) members: BTreeMap<u32, &'static str>,
}

/// The household on that day, by what was recorded up to `known`; `None` before it was registered.
pub(crate) fn standing(log: &[Told], household: usize, day: Date, known: Date) -> Option<Standing> {
    let own = || log.iter().filter(|told| told.household == household && told.known <= known);
    let registered = own().find(|told| matches!(told.what, What::Registered { .. }))?;
    if registered.effective > day {
        return None;
    }
    let mut home: Option<(Date, Home)> = None;
    let mut review: Option<(Date, Found, Lacks)> = None;
    let mut changes: Vec<&Told> = Vec::new();
    for told in own().filter(|told| told.effective <= day) {
        match &told.what {
            What::Registered { home: at, .. } | What::Moved(at) => {
                if home.is_none_or(|(since, _)| since <= told.effective) {
                    home = Some((told.effective, *at));
                }
            }
            What::Assessed(found, lacks) => {
                let in_force = standard_of(told.effective) == standard_of(day);
                if in_force && review.is_none_or(|(since, ..)| since <= told.effective) {
                    review = Some((told.effective, *found, *lacks));
                }
            }
            What::Members { .. } => {}
        }
        if matches!(told.what, What::Registered { .. } | What::Members { .. }) {
            changes.push(told);
        }
    }
    changes.sort_by_key(|told| told.effective);
    let mut groups: HashMap<u32, &'static str> = HashMap::new();
    let mut present = BTreeMap::new();
    let mut head_group = "";
    for change in changes {
        let (joined, left, head) = match &change.what {
            What::Registered { members, .. } => (members.clone(), Vec::new(), members[0].0),
            What::Members { joined, left, head } => (joined.clone(), left.clone(), *head),
            What::Moved(_) | What::Assessed(..) => continue,
        };
        for (member, group) in joined {
            groups.insert(member, group);
            present.insert(member, group);
        }
        for member in left {
            present.remove(&member);
        }
        if let Some(group) = groups.get(&head) {
            head_group = group;
        }
    }
    let class = review.map(|(_, found, _)| found);
    let lacks = review.map_or([false; 4], |(_, _, lacks)| lacks);
    Some(Standing { home: home?.1, class, lacks, head_group, members: present })
}

/// Registered, poor, near-poor and not poor on the day, in homes and groups that pass.
pub(crate) fn stock(
    log: &[Told],
    day: Date,
    known: Date,
    class: Option<Found>,
    group: Option<&str>,
    within: impl Fn(Home) -> bool,
) -> Pair {
    let standings = households(log).filter_map(|household| standing(log, household, day, known));
    let counted = standings.filter(|now| within(now.home) && (class.is_none() || now.class == class));
    counted.fold((0, 0), |sum, now| {
        let household = i64::from(group.is_none_or(|group| now.head_group == group));
        (sum.0 + household, sum.1 + persons(&now, group))
    })
}

pub(crate) fn persons(now: &Standing, group: Option<&str>) -> i64 {
    let counted = now.members.values().filter(|own| group.is_none_or(|group| **own == group));
    counted.count().try_into().expect("a small number")
}

pub(crate) fn households(log: &[Told]) -> impl Iterator<Item = usize> {
    let last = log.iter().map(|told| told.household).max();
    0..last.map_or(0, |last| last + 1)
}

/// The columns of a form on movements, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Columns {
    pub(crate) start: Pair,
    pub(crate) exit_to_other_class: Pair,
    pub(crate) exit_above: Pair,
    pub(crate) other_out: Pair,
    pub(crate) from_other_class: Pair,
    pub(crate) relapse: Pair,
    pub(crate) new: Pair,
    pub(crate) other_in: Pair,
    pub(crate) end: Pair,
}

/// The form of the class for the year, in homes that pass.
pub(crate) fn columns(
    log: &[Told],
    class: Found,
    year: i16,
    known: Date,
    within: impl Fn(Home) -> bool,
) -> Columns {
    let eve = date(year - 1, 12, 31);
    let end = date(year, 12, 31);
    let mut columns = Columns {
        start: stock(log, eve, known, Some(class), None, &within),
        end: stock(log, end, known, Some(class), None, &within),
        ..Columns::default()
    };
    for household in households(log) {
        walk(log, household, class, year, known, &within, &mut columns);
    }
    columns
}

fn add(to: &mut Pair, households: i64, persons: usize) {
    *to = (to.0 + households, to.1 + i64::try_from(persons).expect("a small number"));
}

fn walk(
    log: &[Told],
    household: usize,
    class: Found,
    year: i16,
    known: Date,
    within: &impl Fn(Home) -> bool,
    columns: &mut Columns,
) {
    let mut eve: Option<Standing> = None;
    let mut left_before = false;
    let mut day = date(2021, 1, 1);
    while day.year() <= year {
        let now = standing(log, household, day, known);
        if now != eve
            && let Some(now) = &now
        {
            let counts = day.year() == year;
            let turns = standard_of(day) != standard_of(day.yesterday().expect("a day"));
            let before = eve.as_ref();
            let old_class = before.and_then(|before| before.class);
            if let Some(before) = before.filter(|before| counts && before.class == Some(class)) {
                // Members first, in the old place and class.
                let joined = now.members.iter().filter(|(id, group)| before.members.get(id) != Some(group));
                let left = before.members.iter().filter(|(id, group)| now.members.get(id) != Some(group));
                if within(before.home) {
                    add(&mut columns.other_in, 0, joined.count());
                    add(&mut columns.other_out, 0, left.count());
                }
                // Then the move, in the old class.
                if before.home.leaf() != now.home.leaf() {
                    if within(before.home) {
                        add(&mut columns.other_out, 1, now.members.len());
                    }
                    if within(now.home) {
                        add(&mut columns.other_in, 1, now.members.len());
                    }
                }
            }
            // Then the class, in the new place.
            let inside = counts && within(now.home);
            let whole = now.members.len();
            let other =
                |found: Option<Found>| found.is_some_and(|found| found != class && found != Found::NotPoor);
            if old_class != now.class && (old_class == Some(class)) != (now.class == Some(class)) {
                let enters = now.class == Some(class);
                if turns {
                    if inside {
                        let sign = if enters { 1 } else { -1 };
                        columns.start.0 += sign;
                        columns.start.1 += sign * i64::try_from(whole).expect("a small number");
                    }
                } else {
                    let column = match enters {
                        false if other(now.class) => &mut columns.exit_to_other_class,
                        false => &mut columns.exit_above,
                        true if other(old_class) => &mut columns.from_other_class,
                        true if left_before => &mut columns.relapse,
                        true => &mut columns.new,
                    };
                    if inside {
                        add(column, 1, whole);
                    }
                    left_before |= !enters;
                }
            }
        }
        eve = now;
        day = day.tomorrow().expect("a day");
    }
}
