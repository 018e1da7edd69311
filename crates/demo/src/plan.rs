//! The whole synthetic province and its history, decided once; about 2 MB at full size.

use crate::{
    Error,
    calibration::{Calibration, REGISTRATION, Review, Totals},
    ethnicity,
    history::{History, Movements},
    province::Province,
    requests::Ids,
    script::{Script, Ticket, Tickets},
    villages,
};
use kernel::{AreaKey, Date, PovertyClass, Ratio};
use reference::{Reference, Standard};
use std::{io, path::Path, sync::Arc};

/// What a synthetic province depends on: the same settings always give the same province, to the last byte.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Another seed is another province with ids of its own.
    pub seed: u64,
    /// Its size against the real one, from 0.005 to 2.
    pub scale: Ratio,
}

/// A synthetic province and everything that happens in it.
#[derive(Debug)]
pub struct Plan {
    pub(crate) settings: Settings,
    pub(crate) reference: Arc<Reference>,
    pub(crate) ids: Ids,
    pub(crate) province: Province,
    pub(crate) history: History,
    calibration: Calibration,
    size: Size,
}

/// How much there is to tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Steps of the script.
    pub steps: u64,
    /// Households registered.
    pub registrations: u64,
    /// Assessments recorded.
    pub assessments: u64,
    /// Changes of members.
    pub member_changes: u64,
    /// Moves to another village.
    pub moves: u64,
}

impl Size {
    /// All requests, one for each thing that is to happen.
    pub const fn requests(self) -> u64 {
        self.registrations + self.assessments + self.member_changes + self.moves
    }
}

/// What a review found, counted from the plan household by household.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Households registered with effect by the day as at which the review is read.
    pub households: u64,
    /// Their members on that day.
    pub persons: u64,
    /// Poor households.
    pub poor: u64,
    /// Near-poor households.
    pub near_poor: u64,
    /// Reviewed, and neither.
    pub not_poor: u64,
    /// Of all these, recorded only in the following February.
    pub late: u64,
}

/// The poor of one unit of the old map at a review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommuneSpread {
    /// The unit.
    pub area: AreaKey,
    /// Households.
    pub households: u64,
    /// Of these, headed by somebody who is not Kinh.
    pub minority: u64,
    /// Poor households.
    pub poor: u64,
    /// Of these, headed by somebody who is not Kinh.
    pub poor_minority: u64,
}

impl Plan {
    /// Decides everything. The reference packs bring the maps and the standards; villages of theirs are not used.
    pub fn new(settings: Settings, reference: Arc<Reference>) -> Result<Self, Error> {
        let bounds = (Ratio::new(5, 1000), Ratio::whole(2));
        if bounds.0.is_ok_and(|least| settings.scale < least) || settings.scale > bounds.1 {
            return Err(Error::Scale(settings.scale));
        }
        let calibration = Calibration::new(settings.scale);
        let province = Province::new(settings.seed, calibration, &reference)?;
        let history = History::new(settings.seed, calibration, &province);
        let ids = Ids::new(settings.seed);
        let mut plan =
            Self { settings, reference, ids, province, history, calibration, size: Size::default() };
        plan.size = plan.measure();
        Ok(plan)
    }

    /// How much there is to tell.
    pub fn size(&self) -> Size {
        self.size
    }

    /// The steps that tell the history, in the order of recording. Each call tells the same from the beginning.
    pub fn script(&self) -> Script<'_> {
        Script::new(self)
    }

    /// The invented villages as the text of a reference pack, all marked unverified.
    pub fn villages_pack(&self) -> String {
        villages::pack(&self.province, self.settings.seed)
    }

    /// Writes `villages.json` into the folder, which it makes where it is missing.
    pub fn write_villages_pack(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join("villages.json"), self.villages_pack())
    }

    /// The totals that the review was to meet, and what they rest on.
    pub fn calibrated(&self, review: Review) -> Totals {
        self.calibration.totals(review)
    }

    /// What the review found, counted household by household.
    pub fn counted(&self, review: Review) -> Counted {
        let day = review.as_at();
        let registered =
            (0..).zip(&self.history.outcomes).filter(|(household, _)| self.registered(*household) <= day);
        let mut counted = Counted::default();
        for (household, outcomes) in registered {
            counted.households += 1;
            counted.persons += u64::from(self.history.sizes[household as usize]);
            let Some(outcome) = outcomes.get(review) else { continue };
            counted.late += u64::from(outcome.late);
            match outcome.class {
                PovertyClass::Poor => counted.poor += 1,
                PovertyClass::NearPoor => counted.near_poor += 1,
                PovertyClass::NotPoor => counted.not_poor += 1,
            }
        }
        let changes = self.history.changes.iter().filter(|change| change.effective <= day);
        let change: i64 = changes.map(|change| change.kind.persons()).sum();
        counted.persons = counted.persons.saturating_add_signed(change);
        counted
    }

    /// How the review's result spreads over the units of the old map, by their codes within each district.
    pub fn spread(&self, review: Review) -> Vec<CommuneSpread> {
        let mut spread: Vec<CommuneSpread> = self
            .province
            .communes
            .iter()
            .map(|commune| CommuneSpread {
                area: commune.unit.key.clone(),
                households: 0,
                minority: 0,
                poor: 0,
                poor_minority: 0,
            })
            .collect();
        let mut villages = self.history.villages.clone();
        for moved in self.history.moves.iter().filter(|moved| moved.effective <= review.as_at()) {
            villages[moved.household as usize] = moved.to;
        }
        for (household, village) in (0..).zip(villages) {
            if self.registered(household) > review.as_at() {
                continue;
            }
            let commune = &mut spread[usize::from(self.province.villages[usize::from(village)].commune)];
            let minority = u64::from(self.history.ethnicity[household as usize] != ethnicity::KINH);
            let outcome = self.history.outcomes[household as usize].get(review);
            let poor = u64::from(outcome.is_some_and(|found| found.class == PovertyClass::Poor));
            commune.households += 1;
            commune.minority += minority;
            commune.poor += poor;
            commune.poor_minority += poor * minority;
        }
        spread
    }

    /// What the reviews of 2022 to 2025 changed.
    pub fn movements(&self) -> &[Movements] {
        &self.history.movements
    }

    /// The day from which the household is registered.
    pub(crate) fn registered(&self, household: u32) -> Date {
        match household.checked_sub(self.history.first) {
            Some(newcomer) => self.history.newcomers[newcomer as usize].effective,
            None => REGISTRATION,
        }
    }

    pub(crate) fn standard(&self, day: Date) -> Result<&Standard, Error> {
        self.reference.standards.in_force(day).ok_or(Error::NoStandard(day))
    }

    fn measure(&self) -> Size {
        let mut size = Size::default();
        for ticket in Tickets::new(self) {
            size.steps += 1;
            match ticket {
                Ticket::Today(_) => {}
                Ticket::Register(households) => size.registrations += households.len() as u64,
                Ticket::Assess(_, households) => size.assessments += households.len() as u64,
                Ticket::Change(_) => size.member_changes += 1,
                Ticket::Move(_) => size.moves += 1,
            }
        }
        size
    }
}
