//! Random histories of a few real units of Lai Châu: late documents, revocations, second assessments, lists, corrections.

use kernel::{Date, date, parse_date};
use proptest::{collection, prelude::*, sample};

/// One recorded fact, in the order of the log.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    /// Key of the unit.
    pub(crate) unit: &'static str,
    pub(crate) effective: Date,
    /// Never earlier than that of the fact before.
    pub(crate) known: Date,
    pub(crate) what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum What {
    Recognised(Tier),
    Acknowledged(Tier),
    Revoked(Tier),
    Assessed {
        set: &'static str,
        strict: Vec<Strict>,
        official: Vec<Option<Official>>,
    },
    Region(Option<&'static str>),
    PoorDistrict(Option<&'static str>),
    /// A share of T19, or another value; the place in the log of the observation that it corrects.
    Observed {
        indicator: &'static str,
        value: Value,
        corrects: Option<usize>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Tier {
    Village,
    Commune,
    Advanced,
    Model,
    District,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strict {
    Met,
    NotMet,
    NotApplicable,
    NotAssessed,
    NoData,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Official {
    Met,
    Basically,
    NotMet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Share(i64, i64),
    Mean(i64, i64),
    Percent(&'static str),
    NotApplicable,
}

pub(crate) const MERGER: Date = date(2025, 7, 1);
pub(crate) const OLD_MAP: &str = "2025-06-30";
pub(crate) const NEW_MAP: &str = "2025-07-01";
pub(crate) const COMMUNE_SET: &str = "vn-commune-2021-2025";
pub(crate) const EARLIER_SET: &str = "vn-commune-2016-2020";
pub(crate) const ADVANCED_SET: &str = "vn-advanced-commune-2021-2025";
pub(crate) const LATER_SET: &str = "vn-commune-2026-2030";

/// Villages that the tests add to the packs, with the commune of the old map.
pub(crate) const VILLAGES: [(&str, &str); 6] = [
    ("03618-001", "03618"),
    ("03618-002", "03618"),
    ("03625-001", "03625"),
    ("03412-001", "03412"),
    ("03451-001", "03451"),
    ("03394-001", "03394"),
];

/// All parts of three merged communes (the last one with a township), a commune that stayed as it was, a ward.
const OLD_UNITS: [&str; 9] = [
    "03618@0001-01-01",
    "03625@0001-01-01",
    "03394@0001-01-01",
    "03586@0001-01-01",
    "03592@0001-01-01",
    "03390@0001-01-01",
    "03412@0001-01-01",
    "03413@0001-01-01",
    "03451@0001-01-01",
];
const NEW_UNITS: [&str; 4] = ["03618@2025-07-01", "03394@2025-07-01", "03390@2025-07-01", "03451@2025-07-01"];
const DISTRICTS: [&str; 3] = ["106@0001-01-01", "107@0001-01-01", "110@0001-01-01"];
const VILLAGE_KEYS: [&str; 6] = [
    "03618-001@0001-01-01",
    "03618-002@0001-01-01",
    "03625-001@0001-01-01",
    "03412-001@0001-01-01",
    "03451-001@0001-01-01",
    "03394-001@0001-01-01",
];
const PROVINCE: &str = "12@0001-01-01";

const FIRST_DAY: Date = date(2019, 1, 1);

/// Up to sixty facts over nine years.
pub(crate) fn tales() -> impl Strategy<Value = Vec<Told>> {
    collection::vec((any_fact(), 0_i64..90, 0_u32..1_000), 0..60).prop_map(|facts| {
        let mut known = date(2020, 6, 1);
        let mut log: Vec<Told> = Vec::new();
        for ((unit, what), later, place) in facts {
            known = known.checked_add(jiff::Span::new().days(later)).unwrap();
            let (first, last) = life(unit);
            let last = last.map_or(known, |last: Date| last.min(known));
            if last < first {
                continue;
            }
            let days = (last - first).get_days();
            let back = i64::from(place) * i64::from(days) / 1_000;
            let effective = last.checked_sub(jiff::Span::new().days(back)).unwrap();
            let what = corrected(&log, unit, what);
            log.push(Told { unit, effective, known, what });
        }
        log
    })
}

/// A correction names an observation of its own unit and indicator that is not corrected yet; else it corrects nothing.
fn corrected(log: &[Told], unit: &str, what: What) -> What {
    let What::Observed { indicator, value, corrects: Some(_) } = what else { return what };
    let is_corrected = |at: usize| {
        log.iter().any(|told| matches!(told.what, What::Observed { corrects: Some(own), .. } if own == at))
    };
    let earlier = log.iter().enumerate().rev().find(|(at, told)| {
        let same = matches!(told.what, What::Observed { indicator: own, .. } if own == indicator);
        told.unit == unit && same && !is_corrected(*at)
    });
    What::Observed { indicator, value, corrects: earlier.map(|(at, _)| at) }
}

/// First and last day of a unit; districts and units of the old map end with it.
fn life(unit: &str) -> (Date, Option<Date>) {
    let (code, first) = unit.split_once('@').unwrap();
    let first = parse_date(first).unwrap().max(FIRST_DAY);
    let ends = first < MERGER && (code.len() == 5 || code.len() == 3);
    (first, ends.then(|| MERGER.yesterday().unwrap()))
}

fn any_fact() -> impl Strategy<Value = (&'static str, What)> {
    let old = || sample::select(&OLD_UNITS[..]);
    let new = || sample::select(&NEW_UNITS[..]);
    let commune_level = || prop_oneof![3 => old(), 1 => new()];
    let tier = || prop_oneof![4 => Just(Tier::Commune), 2 => Just(Tier::Advanced), 1 => Just(Tier::Model)];
    let on = |yes: &'static str| prop_oneof![2 => Just(Some(yes)), 2 => Just(None)];
    prop_oneof![
        8 => (old(), tier()).prop_map(|(unit, tier)| (unit, What::Recognised(tier))),
        2 => (new(), tier()).prop_map(|(unit, tier)| (unit, What::Recognised(tier))),
        1 => (new(), tier()).prop_map(|(unit, tier)| (unit, What::Acknowledged(tier))),
        2 => (commune_level(), tier()).prop_map(|(unit, tier)| (unit, What::Revoked(tier))),
        8 => (commune_level(), any_assessment()).prop_map(|(unit, what)| (unit, what)),
        3 => (commune_level(), sample::select(vec![Some("I"), Some("II"), Some("III"), Some("III"), None]))
            .prop_map(|(unit, entry)| (unit, What::Region(entry))),
        1 => (sample::select(&DISTRICTS[..]), on("poor")).prop_map(|(unit, entry)| (unit, What::PoorDistrict(entry))),
        1 => sample::select(&DISTRICTS[..]).prop_map(|unit| (unit, What::Recognised(Tier::District))),
        1 => sample::select(&DISTRICTS[..]).prop_map(|unit| (unit, What::Revoked(Tier::District))),
        3 => sample::select(&VILLAGE_KEYS[..]).prop_map(|unit| (unit, What::Recognised(Tier::Village))),
        1 => sample::select(&VILLAGE_KEYS[..]).prop_map(|unit| (unit, What::Revoked(Tier::Village))),
        5 => any_observation(),
    ]
}

fn any_assessment() -> impl Strategy<Value = What> {
    let strict = prop_oneof![
        6 => Just(Strict::Met),
        2 => Just(Strict::NotMet),
        1 => Just(Strict::NotApplicable),
        1 => Just(Strict::NotAssessed),
        1 => Just(Strict::NoData),
    ];
    let official = prop_oneof![
        8 => Just(Some(Official::Met)),
        1 => Just(Some(Official::Basically)),
        1 => Just(Some(Official::NotMet)),
        1 => Just(None),
    ];
    let set = prop_oneof![6 => Just(COMMUNE_SET), 1 => Just(EARLIER_SET), 1 => Just(ADVANCED_SET), 1 => Just(LATER_SET)];
    (set, collection::vec((strict, official), 19), any::<bool>()).prop_map(|(set, results, judged)| {
        let criteria = if set == LATER_SET { 10 } else { 19 };
        let results = &results[..criteria];
        What::Assessed {
            set,
            strict: results.iter().map(|(strict, _)| *strict).collect(),
            official: results.iter().map(|(_, official)| official.filter(|_| judged)).collect(),
        }
    })
}

fn any_observation() -> impl Strategy<Value = (&'static str, What)> {
    let units = vec![
        PROVINCE,
        "106@0001-01-01",
        "03618@0001-01-01",
        "03394@0001-01-01",
        "03618@2025-07-01",
        "03394@2025-07-01",
    ];
    let value = prop_oneof![
        5 => (0_i64..50, 50_i64..100).prop_map(|(n, d)| Value::Share(n, d)),
        1 => Just(Value::Percent("87.5")),
        1 => Just(Value::NotApplicable),
    ];
    (sample::select(units), value, any::<bool>()).prop_map(|(unit, value, corrects)| {
        (unit, What::Observed { indicator: "T19", value, corrects: corrects.then_some(0) })
    })
}

/// Some day from 2020 to 2028.
pub(crate) fn any_day() -> impl Strategy<Value = Date> {
    (2020_i16..2029, 1_i8..13, 1_i8..29).prop_map(|(year, month, day)| date(year, month, day))
}

/// A fact that is recorded on the day from which it counts.
pub(crate) fn told(unit: &'static str, on: &str, what: What) -> Told {
    let day = parse_date(on).unwrap();
    Told { unit, effective: day, known: day, what }
}

/// An assessment under the set of 2021-2025 of which the first criteria are met.
pub(crate) fn assessed(strict: usize, official: Option<usize>) -> What {
    let met = |met: usize, at: usize| if at < met { Official::Met } else { Official::NotMet };
    What::Assessed {
        set: COMMUNE_SET,
        strict: (0..19).map(|at| if at < strict { Strict::Met } else { Strict::NotMet }).collect(),
        official: (0..19).map(|at| official.map(|official| met(official, at))).collect(),
    }
}
