//! Titles and lists: who is recognised, acknowledged after the merger, revoked, and listed.

use super::{
    Place,
    subjects::{CRITERIA, Career, RECOGNISED_BEFORE, Subject, Subjects, WAVES},
};
use crate::{
    apportion::apportion,
    days::days_after,
    dice::{Dice, Purpose},
    province::Province,
};
use api::rural::{ListKind, Tier};
use kernel::{Date, date};

/// Something that was decided about a unit.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    pub(crate) place: Place,
    pub(crate) effective: Date,
    /// When the decision was signed.
    pub(crate) signed: Date,
    pub(crate) recorded: Date,
    pub(crate) deed: Deed,
}

/// What was decided.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Recognise {
        tier: Tier,
        set: &'static str,
        year: i16,
        /// In favour, of how many; where it is known.
        votes: Option<(u8, u8)>,
    },
    Acknowledge(Tier),
    Revoke {
        tier: Tier,
        /// Numbers of the criteria relied on.
        criteria: Vec<u8>,
    },
    /// The entry; empty takes the unit off the list.
    List(ListKind, &'static str),
}

/// Region of ethnic-minority and mountain areas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Region {
    One,
    Two,
    Three,
}

impl Region {
    const fn entry(self) -> &'static str {
        match self {
            Self::One => "I",
            Self::Two => "II",
            Self::Three => "III",
        }
    }
}

/// Recognitions before 2021: up to how many communes, when, and the year that was assessed. 24 by June 2018 (press).
const EARLY: [(usize, Date, i16); 5] = [
    (8, date(2016, 12, 20), 2016),
    (16, date(2017, 7, 14), 2016),
    (24, date(2018, 5, 18), 2017),
    (31, date(2019, 8, 9), 2018),
    (RECOGNISED_BEFORE, date(2020, 10, 16), 2019),
];
/// Communes that are recognised as advanced, and when.
const ADVANCED: [(Date, i16); 4] = [
    (date(2023, 11, 20), 2023),
    (date(2024, 10, 15), 2023),
    (date(2024, 10, 15), 2023),
    (date(2025, 4, 18), 2024),
];
/// Villages of especially difficult communes that are recognised, of a thousand: short of the target of 25 %.
const VILLAGES_PER_MILLE: usize = 226;
/// When villages are recognised, the year that was assessed, and how many of a hundred.
const VILLAGE_DAYS: [(Date, i16, u64); 4] = [
    (date(2022, 11, 18), 2022, 15),
    (date(2023, 11, 17), 2023, 25),
    (date(2024, 11, 15), 2024, 30),
    (date(2025, 6, 10), 2025, 30),
];
/// When communes leave region III by a decision of their own, without being recognised.
const LEAVING: [Date; 3] = [date(2023, 12, 5), date(2023, 12, 5), date(2024, 11, 20)];
/// The period of the resolution begins.
const START: Date = date(2021, 1, 1);

/// Everything that is decided, in the order of recording.
pub(super) fn acts(seed: u64, province: &Province, subjects: &Subjects) -> Vec<Act> {
    let mut acts = early_titles(subjects);
    acts.extend(regions(province, subjects));
    acts.extend(poor_districts(province));
    acts.extend(later_titles(seed, province, subjects));
    acts.extend(villages(seed, province, subjects));
    acts.sort_by_key(|act| act.recorded);
    acts
}

fn recognised(place: Place, tier: Tier, set: &'static str, year: i16, effective: Date) -> Act {
    let deed = Deed::Recognise { tier, set, year, votes: None };
    Act { place, effective, signed: effective, recorded: days_after(effective, 5), deed }
}

fn early_titles(subjects: &Subjects) -> Vec<Act> {
    let early =
        subjects.old().iter().filter(|subject| matches!(subject.career, Career::Early | Career::Revoked));
    let mut acts = Vec::new();
    for (rank, subject) in early.enumerate() {
        let Some((_, effective, year)) = EARLY.iter().find(|(upto, ..)| rank < *upto) else { break };
        let act = recognised(subject.place, Tier::CommuneTitle, "vn-commune-2016-2020", *year, *effective);
        acts.push(Act { recorded: date(2021, 1, 20), ..act });
    }
    acts
}

/// Where every unit of commune level stands at the start, and who leaves region III without being recognised.
fn regions(province: &Province, subjects: &Subjects) -> Vec<Act> {
    let listed = |place, region: Region| Act {
        place,
        effective: START,
        signed: date(2021, 6, 4),
        recorded: date(2021, 6, 10),
        deed: Deed::List(ListKind::Region, region.entry()),
    };
    // Invariant: a map has at most 250 communes.
    let units = 0..province.communes.len() as u8;
    let mut acts: Vec<Act> =
        units.map(|unit| listed(Place::Commune(unit), subjects.region_of(unit))).collect();
    let staying = subjects.old().iter().filter(|subject| subject.career == Career::None);
    for (subject, effective) in staying.skip(3).zip(LEAVING) {
        let recorded = days_after(effective, 6);
        acts.push(Act { effective, signed: effective, recorded, ..listed(subject.place, Region::Two) });
    }
    acts
}

/// The decision on poor districts came in 2022 and counts from 2021; one district leaves the list.
fn poor_districts(province: &Province) -> Vec<Act> {
    let mut acts = Vec::new();
    let mut last = None;
    for (at, district) in (0..).zip(&province.districts) {
        if district.poor {
            last = Some(at);
            acts.push(Act {
                place: Place::District(at),
                effective: START,
                signed: date(2022, 3, 15),
                recorded: date(2022, 3, 22),
                deed: Deed::List(ListKind::PoorDistrict, "poor"),
            });
        }
    }
    acts.extend(last.map(|district| Act {
        place: Place::District(district),
        effective: date(2024, 12, 31),
        signed: date(2024, 12, 31),
        recorded: date(2025, 1, 14),
        deed: Deed::List(ListKind::PoorDistrict, ""),
    }));
    acts
}

fn later_titles(seed: u64, province: &Province, subjects: &Subjects) -> Vec<Act> {
    let mut dice = Dice::new(seed, Purpose::Criteria, 1);
    let mut acts = Vec::new();
    for subject in subjects.old() {
        match subject.career {
            Career::Later(wave) => {
                let wave = WAVES[wave];
                let act =
                    recognised(subject.place, Tier::CommuneTitle, super::SET, wave.year, wave.effective);
                let of = 20 + dice.below(5) as u8;
                let votes = Some((of - u8::from(dice.chance(200)), of));
                let deed =
                    Deed::Recognise { tier: Tier::CommuneTitle, set: super::SET, year: wave.year, votes };
                acts.push(Act { recorded: wave.recorded, deed, ..act });
            }
            Career::Revoked => acts.push(revoked(subject)),
            Career::Early | Career::None => {}
        }
    }
    let best = subjects.old().iter().filter(|subject| subject.career == Career::Early);
    for (subject, (effective, year)) in best.zip(ADVANCED) {
        let tier = Tier::AdvancedCommune;
        acts.push(recognised(subject.place, tier, "vn-advanced-commune-2021-2025", year, effective));
    }
    if let Some(district) = subjects.best_district {
        let (place, effective) = (Place::District(district), date(2025, 3, 20));
        acts.push(recognised(place, Tier::DistrictTitle, "vn-district-2021-2025", 2024, effective));
    }
    // Some merged units are acknowledged; the others keep what follows from their parts.
    let whole = subjects.whole_units(province);
    let acknowledged = whole.len() - whole.len() / 3;
    acts.extend(whole.into_iter().take(acknowledged).map(|unit| Act {
        place: Place::Successor(unit),
        effective: date(2025, 10, 1),
        signed: date(2025, 9, 29),
        recorded: date(2025, 10, 8),
        deed: Deed::Acknowledge(Tier::CommuneTitle),
    }));
    acts
}

/// The title is revoked on the criteria that the commune did not meet at the end of 2023.
fn revoked(subject: &Subject) -> Act {
    let criteria = (1..=CRITERIA).filter(|criterion| !subject.meets(*criterion, 2)).collect();
    Act {
        place: subject.place,
        effective: date(2024, 3, 15),
        signed: date(2024, 3, 15),
        recorded: date(2024, 3, 20),
        deed: Deed::Revoke { tier: Tier::CommuneTitle, criteria },
    }
}

fn villages(seed: u64, province: &Province, subjects: &Subjects) -> Vec<Act> {
    let difficult: Vec<u16> = (0..)
        .zip(&province.villages)
        .filter(|(_, village)| subjects.region_of(village.commune) == Region::Three)
        .map(|(at, _)| at)
        .collect();
    let mut dice = Dice::new(seed, Purpose::VillageTitles, 0);
    let count = difficult.len() * VILLAGES_PER_MILLE / 1000;
    let drawn = dice.sample(difficult.len() as u32, count);
    let shares = VILLAGE_DAYS.map(|(.., share)| share);
    let parts = apportion(count as u64, &shares, &[count as u64; VILLAGE_DAYS.len()]);
    let mut days = VILLAGE_DAYS
        .iter()
        .zip(parts)
        .flat_map(|((day, year, _), count)| std::iter::repeat_n((*day, *year), count as usize));
    let mut acts = Vec::with_capacity(count);
    for at in drawn {
        let Some((effective, year)) = days.next() else { break };
        let place = Place::Village(difficult[at as usize]);
        acts.push(recognised(place, Tier::VillageTitle, "lai-chau-village", year, effective));
    }
    acts
}
