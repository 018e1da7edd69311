//! What the synthetic province tells the rural criteria service from the end of 2020 to 2026: titles, lists, observations,
//! assessments, and what departments report of the resolution's targets.
//!
//! Taken from life are the 39 communes recognised at the end of 2020, the same 39 at the end of 2022, and how many the
//! resolution wants. Which communes they are, everything observed of them, and what came after is invented.

mod acts;
mod indicators;
mod observe;
mod reports;
mod requests;
mod rounds;
mod subjects;

use crate::{Error, calibration::Calibration, province::Province};
pub(crate) use acts::{Act, Deed};
use indicators::Indicators;
pub(crate) use observe::{Observation, Version};
use reference::Reference;
pub(crate) use reports::{Report, YEAR_ENDS, reported_on};
pub(crate) use requests::{ActRequest, NEXT_RECORDED, NEXT_UNITS};
pub(crate) use rounds::{ROUNDS, RoundNumber};
use std::ops::Range;
use subjects::Subjects;

/// Id of the set that communes are held against.
pub(crate) const SET: &str = "vn-commune-2021-2025";

/// A unit of either map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Province,
    /// By index.
    District(u8),
    /// Of the old map, by index.
    Commune(u8),
    /// Of the new map, by index.
    Successor(u8),
    /// By index.
    Village(u16),
}

impl Place {
    /// `areas/<code>@<first day>`
    pub(crate) fn resource(self, province: &Province) -> String {
        let key = match self {
            Self::Province => &province.key,
            Self::District(at) => &province.districts[usize::from(at)].key,
            Self::Commune(at) => &province.communes[usize::from(at)].unit.key,
            Self::Successor(at) => &province.successors[usize::from(at)].key,
            Self::Village(at) => {
                return format!("areas/{}@0001-01-01", province.villages[usize::from(at)].code);
            }
        };
        format!("areas/{key}")
    }

    /// The name with its kind.
    pub(crate) fn name(self, province: &Province) -> &str {
        match self {
            Self::Province => "Tỉnh",
            Self::District(at) => &province.districts[usize::from(at)].name,
            Self::Commune(at) => &province.communes[usize::from(at)].unit.name,
            Self::Successor(at) => &province.successors[usize::from(at)].name,
            Self::Village(at) => &province.villages[usize::from(at)].name,
        }
    }
}

/// Everything about criteria that is decided before the first request is written.
#[derive(Debug)]
pub(crate) struct Rural {
    seed: u64,
    indicators: Indicators,
    subjects: Subjects,
    /// Titles and lists, in the order of recording.
    pub(crate) acts: Vec<Act>,
}

impl Rural {
    pub(crate) fn new(
        seed: u64,
        calibration: Calibration,
        province: &Province,
        reference: &Reference,
    ) -> Result<Self, Error> {
        let indicators = Indicators::of(reference)?;
        let subjects = Subjects::new(seed, calibration, province, reference);
        let acts = acts::acts(seed, province, &subjects);
        Ok(Self { seed, indicators, subjects, acts })
    }

    /// The units that are held against the set in the round, by number.
    pub(crate) fn subjects_of(&self, round: RoundNumber) -> Range<u16> {
        self.subjects.of_round(round)
    }

    /// What is observed in the round, in order, and becomes known in that way.
    pub(crate) fn observations(
        &self,
        round: RoundNumber,
        version: Version,
    ) -> impl Iterator<Item = Observation> {
        let indicators = self.indicators.count();
        self.subjects_of(round)
            .flat_map(move |subject| (0..indicators).map(move |indicator| (subject, indicator)))
            .map(move |(subject, indicator)| Observation { round, subject, indicator, version })
            .filter(|observation| self.is_made(*observation))
    }

    /// Whether the commune of the old map is especially difficult (region III) at the start.
    pub(crate) fn is_difficult(&self, commune: u8) -> bool {
        self.subjects.region_of(commune) == acts::Region::Three
    }
}
