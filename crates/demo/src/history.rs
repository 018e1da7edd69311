//! What happened to the synthetic households from 2021 to 2025: who was formed, who moved, what each review found.
//! Totals come first and households are chosen to meet them, by rank, so that no total depends on luck.

mod flows;
mod members;

use crate::{
    apportion::{apportion, proportion},
    calibration::{Calibration, Review, YEARS},
    days::days_before,
    dice::{Dice, Purpose},
    ethnicity,
    province::Province,
};
use flows::Standing;
use kernel::{Date, PovertyClass, date};
pub(crate) use members::{Change, ChangeKind};

/// Reviews of a commune are decided on the same day; communes are reviewed in this many groups, a day each.
pub(crate) const GROUPS: u8 = 8;
/// Reviews recorded only in the following February, in thousandths.
const LATE_PER_MILLE: u32 = 6;
/// Households that move in a year, in ten-thousandths.
const MOVES_BASIS_POINTS: u64 = 15;

/// Everything that is decided before the first request is written.
#[derive(Debug)]
pub(crate) struct History {
    /// Households registered at the start; those formed later follow.
    pub(crate) first: u32,
    /// Village of each household at its registration.
    pub(crate) villages: Vec<u16>,
    /// Index of the head's ethnic group.
    pub(crate) ethnicity: Vec<u8>,
    /// Members at registration.
    pub(crate) sizes: Vec<u8>,
    /// What each review found.
    pub(crate) outcomes: Vec<Outcomes>,
    /// Households formed later, in the order of recording.
    pub(crate) newcomers: Vec<Newcomer>,
    /// In the order of recording.
    pub(crate) moves: Vec<Move>,
    /// In the order of recording.
    pub(crate) changes: Vec<Change>,
    /// What each review under Decree 07/2021 but the first changed.
    pub(crate) movements: Vec<Movements>,
}

/// What the six reviews found of one household, in three bits each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcomes(u32);

/// One finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) class: PovertyClass,
    /// Recorded only in the following February.
    pub(crate) late: bool,
}

impl Outcomes {
    /// `None` where the household was not reviewed.
    pub(crate) fn get(self, review: Review) -> Option<Outcome> {
        let bits = self.0 >> (3 * review as u32);
        let class = match bits & 0b11 {
            0 => return None,
            1 => PovertyClass::Poor,
            2 => PovertyClass::NearPoor,
            _ => PovertyClass::NotPoor,
        };
        Some(Outcome { class, late: bits & 0b100 != 0 })
    }

    fn set(&mut self, review: Review, class: PovertyClass, late: bool) {
        let class: u32 = match class {
            PovertyClass::Poor => 1,
            PovertyClass::NearPoor => 2,
            PovertyClass::NotPoor => 3,
        };
        let shift = 3 * review as u32;
        self.0 = self.0 & !(0b111 << shift) | (class | u32::from(late) << 2) << shift;
    }
}

/// A household formed after the start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Newcomer {
    pub(crate) effective: Date,
    pub(crate) recorded: Date,
}

/// A household went to live in another village.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Move {
    pub(crate) household: u32,
    pub(crate) to: u16,
    pub(crate) effective: Date,
    pub(crate) recorded: Date,
}

/// What a year's review changed, in households of the province.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Movements {
    /// The review at the year's end.
    pub review: Review,
    /// Poor at the start of the year.
    pub poor_at_start: u64,
    /// Poor to near-poor.
    pub to_near_poor: u64,
    /// Poor to neither.
    pub above: u64,
    /// Near-poor to poor.
    pub from_near_poor: u64,
    /// Poor again after having left poverty.
    pub relapsed: u64,
    /// Poor for the first time.
    pub new: u64,
}

impl History {
    pub(crate) fn new(seed: u64, calibration: Calibration, province: &Province) -> Self {
        let mut telling = Telling::begin(seed, calibration, province);
        for year in YEARS {
            telling.settle_newcomers(year);
            telling.move_households(year);
            telling.review(year);
        }
        let mut history = telling.history;
        members::fill(&mut history, seed, calibration);
        history
    }
}

/// The history while it is being told.
struct Telling<'a> {
    seed: u64,
    calibration: Calibration,
    province: &'a Province,
    history: History,
    /// Where each household lives now.
    villages: Vec<u16>,
    standings: Vec<Standing>,
}

impl<'a> Telling<'a> {
    fn begin(seed: u64, calibration: Calibration, province: &'a Province) -> Self {
        let villages: Vec<u16> = (0_u16..)
            .zip(&province.villages)
            .flat_map(|(at, village)| std::iter::repeat_n(at, village.households as usize))
            .collect();
        let history = History {
            first: villages.len() as u32,
            villages: Vec::new(),
            ethnicity: Vec::new(),
            sizes: Vec::new(),
            outcomes: Vec::new(),
            newcomers: Vec::new(),
            moves: Vec::new(),
            changes: Vec::new(),
            movements: Vec::new(),
        };
        let mut telling =
            Self { seed, calibration, province, history, villages: Vec::new(), standings: Vec::new() };
        for village in villages {
            telling.settle(village);
        }
        telling
    }

    fn settle(&mut self, village: u16) {
        let mut dice = Dice::new(self.seed, Purpose::Household, self.villages.len() as u64);
        let kind = self.province.commune_of(village).unit.kind;
        let dominant = self.province.villages[usize::from(village)].dominant;
        self.history.ethnicity.push(ethnicity::of_household(&mut dice, kind, dominant));
        self.history.villages.push(village);
        self.history.outcomes.push(Outcomes::default());
        self.villages.push(village);
        self.standings.push(Standing::default());
    }

    fn settle_newcomers(&mut self, year: i16) {
        let mut dice = Dice::new(self.seed, Purpose::Newcomers, year as u64);
        let count = self.calibration.newcomers(year);
        for at in 0..count {
            let recorded = if at < count / 2 { date(year, 4, 8) } else { date(year, 9, 9) };
            // A village is as likely as it is large.
            let village = self.villages[dice.below(self.history.first) as usize];
            self.settle(village);
            let effective = days_before(recorded, dice.between(5, 45));
            self.history.newcomers.push(Newcomer { effective, recorded });
        }
    }

    fn move_households(&mut self, year: i16) {
        let mut dice = Dice::new(self.seed, Purpose::Moves, year as u64);
        let settled = self.villages.len() as u64 - self.calibration.newcomers(year);
        let movers = dice.sample(settled as u32, proportion(settled, MOVES_BASIS_POINTS, 10_000) as usize);
        let half = movers.len() / 2;
        for (at, household) in movers.into_iter().enumerate() {
            // In 2025 the first half takes effect on both sides of the merger.
            let recorded = if at < half { date(year, 7, 10) } else { date(year, 10, 12) };
            let effective = days_before(recorded, dice.between(1, 20));
            let from = self.villages[household as usize];
            let to = self.destination(&mut dice, from);
            self.villages[household as usize] = to;
            self.history.moves.push(Move { household, to, effective, recorded });
        }
    }

    /// Where somebody would move: as likely as it is large, towns twice over; never the same village.
    fn destination(&self, dice: &mut Dice, from: u16) -> u16 {
        loop {
            let to = self.history.villages[dice.below(self.history.first) as usize];
            let rural = self.province.commune_of(to).unit.kind == crate::map::Kind::Rural;
            if to != from && (!rural || dice.chance(500)) {
                return to;
            }
        }
    }

    fn review(&mut self, year: i16) {
        let communes = self.by_commune();
        let review = Review::at_end_of(year);
        if review == Review::Start2022 {
            self.first_reviews(&communes);
        } else {
            self.later_review(review, &communes);
        }
    }

    /// The households of each commune of the old map.
    fn by_commune(&self) -> Vec<Vec<u32>> {
        let mut communes = vec![Vec::new(); self.province.communes.len()];
        for (household, &village) in (0..).zip(&self.villages) {
            let commune = self.province.villages[usize::from(village)].commune;
            communes[usize::from(commune)].push(household);
        }
        communes
    }

    /// The reviews of December 2021 under both standards. Whoever is poor or near-poor under Decision 59/2015 is also
    /// on the list that starts the period 2022-2025, whose line is higher.
    fn first_reviews(&mut self, communes: &[Vec<u32>]) {
        let (totals, old_totals) =
            (self.calibration.totals(Review::Start2022), self.calibration.totals(Review::End2021));
        let households: Vec<u64> = communes.iter().map(|commune| commune.len() as u64).collect();
        let odds = self.odds();
        let poor = flows::poor_targets(totals.poor, &households, &odds);
        let near_poor = flows::near_poor_targets(totals.near_poor, &households, &poor);
        let listed: Vec<u64> = poor.iter().zip(&near_poor).map(|(poor, near)| poor + near).collect();
        let old_poor = apportion(old_totals.poor, &poor, &poor);
        let room: Vec<u64> = listed.iter().zip(&old_poor).map(|(listed, poor)| listed - poor).collect();
        let old_near = apportion(old_totals.near_poor, &room, &room);
        for (at, commune) in communes.iter().enumerate() {
            let ranked = self.hardest_first(commune, Review::Start2022);
            let old_listed = old_poor[at] + old_near[at];
            // Left the list of 2020, which the registry does not know: reviewed and not poor under the old standard. Every
            // commune reviews somebody, so that "no poor" is not mistaken for "no data".
            let old_left = (old_listed + (listed[at] - old_listed) / 3).max(1);
            let filers = listed[at] + (households[at] * 2 / 100).max(1);
            for (rank, household) in (0..).zip(ranked) {
                let class = |poor: u64, listed: u64, reviewed: u64| match rank {
                    _ if rank < poor => Some(PovertyClass::Poor),
                    _ if rank < listed => Some(PovertyClass::NearPoor),
                    _ if rank < reviewed => Some(PovertyClass::NotPoor),
                    _ => None,
                };
                if let Some(class) = class(old_poor[at], old_listed, old_left) {
                    self.find(Review::End2021, household, class);
                }
                if let Some(class) = class(poor[at], listed[at], filers) {
                    self.find(Review::Start2022, household, class);
                    self.standings[household as usize].enter(class);
                }
            }
        }
    }

    fn find(&mut self, review: Review, household: u32, class: PovertyClass) {
        // Both reviews of December 2021 draw the same lot: they are late together or not at all.
        let index = u64::from(household) << 16 | review.year() as u64;
        let late = Dice::new(self.seed, Purpose::Reviews, index).chance(LATE_PER_MILLE);
        self.history.outcomes[household as usize].set(review, class, late);
    }

    fn odds(&self) -> Vec<u64> {
        self.province.communes.iter().map(|commune| commune.odds).collect()
    }

    fn hardest_first(&self, households: &[u32], review: Review) -> Vec<u32> {
        let mut ranked: Vec<(i32, u32)> =
            households.iter().map(|&household| (-self.hardship(household, review), household)).collect();
        ranked.sort_unstable();
        ranked.into_iter().map(|(_, household)| household).collect()
    }

    /// How hard life is for the household that year: mostly lasting, partly the year's luck.
    fn hardship(&self, household: u32, review: Review) -> i32 {
        let index = u64::from(household);
        let lasting = Dice::new(self.seed, Purpose::Hardship, index).below(1000);
        let luck = Dice::new(self.seed, Purpose::Luck, index << 8 | review as u64).below(350);
        let group = ethnicity::GROUPS[usize::from(self.history.ethnicity[household as usize])];
        // Invariant: both draws are below 2^31.
        (lasting + luck) as i32 + group.hardship
    }
}
