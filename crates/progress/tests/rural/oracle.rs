//! A second reading of the resolution and of the rule book. It walks through the days one by one and reads map and lineage
//! from the pack files by itself: it shares no rule with what it judges.

use crate::tales::{
    ADVANCED_SET, COMMUNE_SET, EARLIER_SET, LATER_SET, Official, Strict, Tier, Told, VILLAGES, Value, What,
};
use kernel::{Date, date};
use serde_json::Value as Json;
use std::{collections::BTreeMap, sync::OnceLock};

/// The lists of poor districts of 2021-2025, before anything was decided.
const POOR_DISTRICTS: [&str; 4] = ["107@0001-01-01", "108@0001-01-01", "109@0001-01-01", "112@0001-01-01"];
/// "By the end of 2025".
const LAST_DAY: Date = date(2025, 12, 31);
const FIRST_DAY: Date = date(2021, 1, 1);
/// From this day communes are held against the set of the resolution's period.
const COMMUNE_SET_FROM: Date = date(2022, 3, 8);
/// From this day communes are held against the ten criteria of the next period.
const LATER_SET_FROM: Date = date(2026, 2, 15);

/// Units of one map.
#[derive(Debug)]
pub(crate) struct Map {
    /// Keys of all communes (xã): 94 and 36.
    pub(crate) communes: Vec<String>,
    pub(crate) new: bool,
}

#[derive(Debug)]
struct Packs {
    /// Kind by key.
    kinds: BTreeMap<String, String>,
    /// District by key of an old unit.
    parents: BTreeMap<String, String>,
    /// Parts by key of the merged unit.
    parts: BTreeMap<String, Vec<String>>,
}

fn packs() -> &'static Packs {
    static PACKS: OnceLock<Packs> = OnceLock::new();
    PACKS.get_or_init(|| {
        let records = |name: &str| -> Vec<Json> {
            let path = format!("{}/../reference/packs/{name}.json", env!("CARGO_MANIFEST_DIR"));
            let pack: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
            pack["records"].as_array().unwrap().clone()
        };
        let text = |json: &Json| json.as_str().unwrap().to_owned();
        let mut read = Packs { kinds: BTreeMap::new(), parents: BTreeMap::new(), parts: BTreeMap::new() };
        for area in records("areas") {
            let key =
                format!("{}@{}", text(&area["code"]), area["valid_from"].as_str().unwrap_or("0001-01-01"));
            if let Some(parent) = area["parent"].as_str() {
                read.parents.insert(key.clone(), parent.to_owned());
            }
            read.kinds.insert(key, text(&area["kind"]));
        }
        for merger in records("lineage") {
            let mut parts: Vec<_> = merger["from"].as_array().unwrap().iter().map(text).collect();
            parts.sort();
            read.parts.insert(text(&merger["into"]), parts);
        }
        read
    })
}

/// The old map or the new one.
pub(crate) fn map(new: bool) -> Map {
    let on_map = |key: &String| key.ends_with("@2025-07-01") == new;
    let communes = packs().kinds.iter().filter(|(key, kind)| *kind == "commune" && on_map(key));
    Map { communes: communes.map(|(key, _)| key.clone()).collect(), new }
}

impl Map {
    /// Only the communes of that district.
    pub(crate) fn of_district(&self, district: &str) -> Self {
        let within =
            self.communes.iter().filter(|key| packs().parents.get(*key).is_some_and(|own| own == district));
        Self { communes: within.cloned().collect(), new: self.new }
    }
}

/// How a unit stands on one day.
#[derive(Clone, Debug, Default)]
struct State {
    /// Whether each title that was ever decided upon is held.
    titles: BTreeMap<Tier, bool>,
    acknowledged: BTreeMap<Tier, bool>,
    assessments: BTreeMap<&'static str, (Vec<Strict>, Vec<Option<Official>>)>,
    /// The set of the latest assessment of communes.
    latest: Option<&'static str>,
    region: Option<Option<&'static str>>,
    poor_district: Option<Option<&'static str>>,
}

/// What is so on the day, by what was recorded up to the other one.
#[derive(Debug)]
pub(crate) struct World {
    units: BTreeMap<&'static str, State>,
    /// Whether any title of a commune or district, or of a village, was decided upon.
    any_title: bool,
    any_village_title: bool,
}

/// Walks through the days.
pub(crate) fn walk(log: &[Told], day: Date, known: Date) -> World {
    let mut world = World { units: BTreeMap::new(), any_title: false, any_village_title: false };
    let mut today = date(2018, 12, 31);
    while today < day {
        today = today.tomorrow().unwrap();
        for told in log.iter().filter(|told| told.effective == today && told.known <= known) {
            world.happen(told);
        }
    }
    world
}

impl World {
    fn happen(&mut self, told: &Told) {
        if let What::Recognised(tier) | What::Acknowledged(tier) | What::Revoked(tier) = told.what {
            match tier {
                Tier::Village => self.any_village_title = true,
                _ => self.any_title = true,
            }
        }
        let unit = self.units.entry(told.unit).or_default();
        match &told.what {
            What::Recognised(tier) | What::Acknowledged(tier) => {
                unit.titles.insert(*tier, true);
                unit.acknowledged.insert(*tier, matches!(told.what, What::Acknowledged(_)));
            }
            What::Revoked(tier) => {
                unit.titles.insert(*tier, false);
            }
            What::Assessed { set, strict, official } => {
                unit.assessments.insert(set, (strict.clone(), official.clone()));
                if *set != ADVANCED_SET {
                    unit.latest = Some(set);
                }
            }
            What::Region(entry) => unit.region = Some(*entry),
            What::PoorDistrict(entry) => unit.poor_district = Some(*entry),
            What::Observed { .. } => {}
        }
    }

    fn unit(&self, key: &str) -> Option<&State> {
        self.units.get(key)
    }
}

/// The status of a commune.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Held { tier: Tier, origin: &'static str },
    None,
    CannotBeTold,
}

/// "Status of the new unit = lowest status of its parts"; a township or ward that was never assessed leaves it open; a unit
/// that stayed as it was stays what it was.
pub(crate) fn status(world: &World, key: &str) -> Status {
    let own = world.unit(key).map(|state| &state.titles).filter(|titles| !titles.is_empty());
    if let Some(titles) = own {
        let highest = titles.iter().rev().find(|(_, held)| **held).map(|(tier, _)| *tier);
        return highest.map_or(Status::None, |tier| {
            let acknowledged = world.unit(key).unwrap().acknowledged[&tier];
            Status::Held { tier, origin: if acknowledged { "acknowledged" } else { "recognised" } }
        });
    }
    let parts = packs().parts.get(key).map_or(&[][..], Vec::as_slice);
    match parts {
        [] => Status::None,
        [same] => status(world, same),
        _ => {
            let mut lowest = Some(Tier::Model);
            for part in parts {
                let urban = packs().kinds[part] != "commune";
                let touched = world
                    .unit(part)
                    .is_some_and(|state| !state.titles.is_empty() || !state.assessments.is_empty());
                if urban && !touched {
                    return Status::CannotBeTold;
                }
                match status(world, part) {
                    Status::Held { tier, .. } => lowest = lowest.map(|lowest| lowest.min(tier)),
                    Status::None => lowest = None,
                    Status::CannotBeTold => return Status::CannotBeTold,
                }
            }
            lowest.map_or(Status::None, |tier| Status::Held { tier, origin: "derived" })
        }
    }
}

/// What a figure or target must show: `None` without data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) fraction: Option<(i64, i64)>,
    pub(crate) actual: String,
    pub(crate) strict: String,
    pub(crate) complete: bool,
}

/// Counts for the summary of communes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) communes: i64,
    pub(crate) recognised: i64,
    pub(crate) advanced: i64,
    pub(crate) model: i64,
    pub(crate) derived: i64,
    pub(crate) undetermined: i64,
    pub(crate) any_title: bool,
    /// Criteria met of each commune that was assessed.
    pub(crate) strict: Vec<i64>,
    pub(crate) official: Vec<i64>,
}

fn criteria_met(world: &World, key: &str, set: &str) -> Option<(i64, Option<i64>)> {
    let (strict, official) = world.unit(key)?.assessments.get(set)?;
    let strict = strict.iter().filter(|state| **state == Strict::Met).count();
    let met = official.iter().filter(|state| **state == Some(Official::Met)).count();
    let judged = official.iter().any(Option::is_some);
    Some((i64::try_from(strict).unwrap(), judged.then(|| i64::try_from(met).unwrap())))
}

/// The set in force: nineteen criteria until 2026-02-14, of two periods, and ten since.
pub(crate) fn set_in_force(day: Date) -> &'static str {
    if day >= LATER_SET_FROM {
        LATER_SET
    } else if day >= COMMUNE_SET_FROM {
        COMMUNE_SET
    } else {
        EARLIER_SET
    }
}

pub(crate) fn counts(world: &World, map: &Map, set: &str) -> Counts {
    let mut counts = Counts { any_title: world.any_title, ..Counts::default() };
    for key in &map.communes {
        counts.communes += 1;
        match status(world, key) {
            Status::Held { tier, origin } => {
                counts.recognised += 1;
                counts.advanced += i64::from(tier >= Tier::Advanced);
                counts.model += i64::from(tier >= Tier::Model);
                counts.derived += i64::from(origin == "derived");
            }
            Status::None => {}
            Status::CannotBeTold => counts.undetermined += 1,
        }
        if let Some((strict, official)) = criteria_met(world, key, set) {
            counts.strict.push(strict);
            counts.official.extend(official);
        }
    }
    counts
}

/// What a row of the matrix must show: set, strict and official count.
pub(crate) fn latest(world: &World, key: &str) -> Option<(&'static str, i64, Option<i64>)> {
    let set = world.unit(key)?.latest?;
    let (strict, official) = criteria_met(world, key, set)?;
    Some((set, strict, official))
}

/// n/d as a decimal with two places, rounded half away from zero.
pub(crate) fn decimal(n: i64, d: i64) -> String {
    let hundredths = (n * 200 + d) / (2 * d);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn whole(n: i64, d: i64, complete: bool) -> Expected {
    Expected { fraction: Some((n, d)), actual: decimal(n, 1), complete, ..Expected::default() }
}

fn percent(n: i64, d: i64, complete: bool) -> Expected {
    Expected { fraction: Some((n, d)), actual: decimal(n * 100, d), complete, ..Expected::default() }
}

fn is_difficult(world: &World, key: &str) -> Option<bool> {
    world.unit(key)?.region.map(|entry| entry == Some("III"))
}

fn is_poor_district(world: &World, key: &str) -> bool {
    let decided = world.unit(key).and_then(|state| state.poor_district);
    decided.map_or(POOR_DISTRICTS.contains(&key), |entry| entry == Some("poor"))
}

/// The target as the resolution words it, on the day and as known on the other.
pub(crate) fn target(log: &[Told], id: &str, day: Date, known: Date, map: &Map) -> Expected {
    if day < FIRST_DAY {
        return Expected::default();
    }
    let now = walk(log, day.min(LAST_DAY), known);
    let counts = counts(&now, map, set_in_force(day.min(LAST_DAY)));
    let old = self::map(false);
    let start = walk(log, FIRST_DAY, known);
    let all_told = counts.undetermined == 0;
    match id {
        // "54 xã đạt chuẩn nông thôn mới"
        "T03" if counts.any_title => whole(counts.recognised, counts.communes, all_told),
        // "4 xã nông thôn mới nâng cao"
        "T04" if counts.any_title => whole(counts.advanced, counts.communes, all_told),
        // "Huyện Tam Đường và huyện Than Uyên đạt chuẩn"
        "T05" if now.any_title => {
            let held = |key: &&str| {
                now.unit(key).is_some_and(|state| state.titles.get(&Tier::District) == Some(&true))
            };
            let both = ["106@0001-01-01", "110@0001-01-01"];
            whole(i64::try_from(both.iter().filter(|key| held(key)).count()).unwrap(), 2, true)
        }
        // "17,3 tiêu chí/xã"
        "T06" => {
            let mean = |met: &[i64]| (met.iter().sum::<i64>(), i64::try_from(met.len()).unwrap());
            let shown = |(sum, communes): (i64, i64)| {
                if communes == 0 { String::new() } else { decimal(sum, communes) }
            };
            let (official, strict) = (mean(&counts.official), mean(&counts.strict));
            Expected {
                fraction: (official.1 > 0).then_some(official),
                actual: shown(official),
                strict: shown(strict),
                complete: official.1 == counts.communes,
            }
        }
        // "không còn xã dưới 15 tiêu chí"
        "T07" => {
            let below = |met: &[i64]| i64::try_from(met.iter().filter(|met| **met < 15).count()).unwrap();
            let judged = i64::try_from(counts.official.len()).unwrap();
            let strict = (!counts.strict.is_empty()).then(|| decimal(below(&counts.strict), 1));
            let strict = strict.unwrap_or_default();
            if judged == 0 {
                return Expected { strict, ..Expected::default() };
            }
            Expected { strict, ..whole(below(&counts.official), judged, judged == counts.communes) }
        }
        // "25% số bản thuộc xã đặc biệt khó khăn"
        "T08" if now.any_village_title => {
            let difficult =
                |commune: &str| is_difficult(&start, &format!("{commune}@0001-01-01")) == Some(true);
            let villages = VILLAGES.iter().filter(|(_, commune)| difficult(commune));
            let held = |code: &str| {
                let state = now.unit_of_village(code);
                state.is_some_and(|state| state.titles.get(&Tier::Village) == Some(&true))
            };
            let (all, recognised) = villages
                .fold((0, 0), |(all, recognised), (code, _)| (all + 1, recognised + i64::from(held(code))));
            let without_villages = old.communes.iter().any(|key| {
                is_difficult(&start, key) == Some(true)
                    && !VILLAGES.iter().any(|(_, commune)| key.starts_with(commune))
            });
            if all == 0 { Expected::default() } else { percent(recognised, all, !without_villages) }
        }
        // "ít nhất 1 huyện thoát khỏi tình trạng nghèo"
        "T12" => {
            let districts =
                packs().kinds.iter().filter(|(_, kind)| *kind == "district" || *kind == "provincial_city");
            let poor: Vec<_> =
                districts.map(|(key, _)| key).filter(|key| is_poor_district(&start, key)).collect();
            let left = poor.iter().filter(|key| !is_poor_district(&now, key)).count();
            // As long as nothing was decided on the list nobody can tell that no district has left it.
            let kept = now.units.values().any(|state| state.poor_district.is_some());
            if poor.is_empty() || !kept {
                return Expected::default();
            }
            whole(i64::try_from(left).unwrap(), i64::try_from(poor.len()).unwrap(), true)
        }
        // "31% số xã ra khỏi địa bàn đặc biệt khó khăn"
        "T13" => {
            let difficult: Vec<_> =
                old.communes.iter().filter(|key| is_difficult(&start, key) == Some(true)).collect();
            let left = difficult.iter().filter(|key| is_difficult(&now, key) == Some(false)).count();
            if difficult.is_empty() {
                return Expected::default();
            }
            percent(i64::try_from(left).unwrap(), i64::try_from(difficult.len()).unwrap(), true)
        }
        _ => Expected::default(),
    }
}

impl World {
    fn unit_of_village(&self, code: &str) -> Option<&State> {
        self.units.iter().find(|(key, _)| key.split('@').next() == Some(code)).map(|(_, state)| state)
    }
}

/// The observation of the unit that counts: the last one, on the last day, that nobody has corrected by then.
fn report(log: &[Told], unit: &str, day: Date, known: Date) -> Option<Value> {
    let known_by_then = |at: &usize| log[*at].known <= known;
    let corrected = |at: usize| {
        (0..log.len())
            .filter(known_by_then)
            .any(|by| matches!(log[by].what, What::Observed { corrects: Some(own), .. } if own == at))
    };
    let mut counting = None;
    let mut today = date(2018, 12, 31);
    while today < day {
        today = today.tomorrow().unwrap();
        for at in (0..log.len()).filter(known_by_then) {
            if let What::Observed { value, .. } = log[at].what
                && log[at].unit == unit
                && log[at].effective == today
                && !corrected(at)
            {
                counting = Some(value);
            }
        }
    }
    counting
}

/// What T19 must show: the province's own report, or what its parts on the map add up to.
pub(crate) fn reported_share(log: &[Told], day: Date, known: Date, new: bool) -> Expected {
    if day < FIRST_DAY {
        return Expected::default();
    }
    let day = day.min(LAST_DAY);
    match report(log, "12@0001-01-01", day, known) {
        Some(Value::Share(n, d)) => return percent(n, d, true),
        Some(Value::Percent(percent)) => {
            return Expected { actual: format!("{percent}0"), complete: true, ..Expected::default() };
        }
        Some(_) => return Expected::default(),
        None => {}
    }
    let units = packs().kinds.iter().filter(|(key, kind)| {
        key.ends_with("@2025-07-01") == new && ["commune", "township", "ward"].contains(&kind.as_str())
    });
    let (mut n, mut d, mut covered, mut all) = (0, 0, 0, 0);
    let mut districts_added = Vec::new();
    for (key, _) in units {
        all += 1;
        // A district's own report stands for all of its communes.
        let district = packs().parents.get(key).filter(|parent| parent.len() > "12@0001-01-01".len());
        let by_district = district.and_then(|district| Some((district, report(log, district, day, known)?)));
        let value = match by_district {
            Some((district, value)) if !districts_added.contains(district) => {
                districts_added.push(district.clone());
                covered += i64::from(!matches!(value, Value::Percent(_)));
                Some(value)
            }
            Some((_, value)) => {
                covered += i64::from(!matches!(value, Value::Percent(_)));
                None
            }
            None => {
                let value = report(log, key, day, known);
                covered += i64::from(value.is_some_and(|value| !matches!(value, Value::Percent(_))));
                value
            }
        };
        if let Some(Value::Share(numerator, denominator)) = value {
            n += numerator;
            d += denominator;
        }
    }
    if d == 0 { Expected::default() } else { percent(n, d, covered == all) }
}
