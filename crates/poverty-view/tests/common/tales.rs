//! Random households over real units of Lai Châu: late documents, moves, births, heads of other groups.

use kernel::{Date, date, parse_date};
use proptest::{collection, prelude::*, sample};

/// One recorded fact, in the order of the log.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    /// Households are numbered from 0.
    pub(crate) household: usize,
    pub(crate) effective: Date,
    /// Never earlier than that of the fact before.
    pub(crate) known: Date,
    pub(crate) what: What,
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    Registered { home: Home, members: Vec<(u32, &'static str)> },
    Members { joined: Vec<(u32, &'static str)>, left: Vec<u32>, head: u32 },
    Moved(Home),
    Assessed(Found, Lacks),
}

/// The commune and, where recorded, the village.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Home {
    pub(crate) commune: &'static str,
    pub(crate) village: Option<&'static str>,
}

impl Home {
    /// The area under which the household is recorded: the village where there is one.
    pub(crate) fn leaf(self) -> String {
        self.village.map_or_else(|| self.commune.to_owned(), |village| format!("{village}@0001-01-01"))
    }
}

/// Which of [`LACKED`] a review found lacking, in its order.
pub(crate) type Lacks = [bool; 4];

/// Indicators that targets of the resolution ask for.
pub(crate) const LACKED: [&str; 4] =
    ["health_insurance", "child_school_attendance", "hygienic_toilet", "telecommunication"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Found {
    Poor,
    NearPoor,
    NotPoor,
}

const fn unit(commune: &'static str) -> Home {
    Home { commune, village: None }
}

const fn village(commune: &'static str, village: &'static str) -> Home {
    Home { commune, village: Some(village) }
}

/// Two parts of one new unit (Mường Than), one of another district and a unit that merged with nothing.
pub(crate) const OLD_HOMES: [Home; 6] = [
    unit("03618@0001-01-01"),
    unit("03625@0001-01-01"),
    village("03625@0001-01-01", "03625-001"),
    village("03619@0001-01-01", "03619-001"),
    unit("03391@0001-01-01"),
    unit("03451@0001-01-01"),
];

/// Mường Than, Đoàn Kết (of two old districts), Mù Cả (merged with nothing), and a village that kept its code.
pub(crate) const NEW_HOMES: [Home; 4] = [
    unit("03618@2025-07-01"),
    unit("03388@2025-07-01"),
    unit("03451@2025-07-01"),
    village("03618@2025-07-01", "03625-001"),
];

pub(crate) const MERGER: Date = date(2025, 7, 1);
const GROUPS: [&str; 3] = ["01", "03", "08"];
const TURNS: [&str; 10] = [
    "2021-12-31",
    "2022-01-01",
    "2022-11-30",
    "2023-11-30",
    "2024-12-31",
    "2025-01-01",
    "2025-06-30",
    "2025-07-01",
    "2026-12-31",
    "2027-01-01",
];

/// A day between 2021 and 2028, often one on which something turns.
pub(crate) fn any_day() -> impl Strategy<Value = Date> {
    prop_oneof![
        sample::select(TURNS.as_slice()).prop_map(|text| parse_date(text).expect("a day")),
        (0_i64..365 * 7).prop_map(|after| days_after(date(2021, 1, 1), after)),
    ]
}

pub(crate) fn days_after(day: Date, days: i64) -> Date {
    day.checked_add(jiff::Span::new().days(days)).expect("a day within the calendar")
}

#[derive(Clone, Debug)]
struct Draft {
    household: usize,
    effective: Date,
    waits: i64,
    kind: u8,
    pick: usize,
    group: usize,
}

/// A log of up to 40 facts about up to five households.
pub(crate) fn tales() -> impl Strategy<Value = Vec<Told>> {
    let draft = (0_usize..5, any_day(), 0_i64..60, 0_u8..10, any::<usize>(), 0_usize..GROUPS.len()).prop_map(
        |(household, effective, waits, kind, pick, group)| Draft {
            household,
            effective,
            waits,
            kind,
            pick,
            group,
        },
    );
    collection::vec(draft, 1..40).prop_map(|drafts| tell(&drafts))
}

/// What the registry would have accepted: the first fact of a household registers it, members who join are new, the head
/// stays, and units are those of the day of effect.
fn tell(drafts: &[Draft]) -> Vec<Told> {
    let mut known = date(2021, 1, 1);
    let mut households: Vec<Option<(Date, Vec<u32>, u32)>> = vec![None; 5];
    let mut next_member = 0;
    let mut told = Vec::new();
    for draft in drafts {
        known = days_after(known, draft.waits);
        let group = GROUPS[draft.group];
        let Some((registered, members, head)) = &mut households[draft.household] else {
            let count = u32::try_from(draft.pick % 4 + 1).expect("a small number");
            let members: Vec<_> = (next_member..next_member + count)
                .map(|member| (member, GROUPS[(draft.group + member as usize / 3) % 3]))
                .collect();
            next_member += count;
            let ids: Vec<_> = members.iter().map(|(member, _)| *member).collect();
            households[draft.household] = Some((draft.effective, ids, members[0].0));
            let home = home_on(draft.effective, draft.pick);
            let what = What::Registered { home, members };
            told.push(Told { household: draft.household, effective: draft.effective, known, what });
            continue;
        };
        let effective = draft.effective.max(*registered);
        let what = match draft.kind {
            0 => {
                next_member += 1;
                members.push(next_member - 1);
                What::Members { joined: vec![(next_member - 1, group)], left: Vec::new(), head: *head }
            }
            1 => {
                let leaver = members[draft.pick % members.len()];
                let left: Vec<_> = (leaver != *head).then_some(leaver).into_iter().collect();
                members.retain(|member| !left.contains(member));
                What::Members { joined: Vec::new(), left, head: *head }
            }
            2 => {
                *head = members[draft.pick % members.len()];
                What::Members { joined: Vec::new(), left: Vec::new(), head: *head }
            }
            3 | 4 => What::Moved(home_on(effective, draft.pick)),
            _ => What::Assessed(
                [Found::Poor, Found::NearPoor, Found::NotPoor][draft.pick % 3],
                [0, 1, 2, 3].map(|bit| ((draft.pick / 3) >> bit) & 1 == 1),
            ),
        };
        told.push(Told { household: draft.household, effective, known, what });
    }
    told
}

fn home_on(day: Date, pick: usize) -> Home {
    if day < MERGER { OLD_HOMES[pick % OLD_HOMES.len()] } else { NEW_HOMES[pick % NEW_HOMES.len()] }
}

/// The standard by which a review of that day is read.
pub(crate) fn standard_of(day: Date) -> &'static str {
    match day.year() {
        ..2022 => "QD59-2015",
        2022..2027 => "ND07-2021",
        _ => "ND351-2025",
    }
}
