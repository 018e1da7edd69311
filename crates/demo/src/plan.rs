//! The whole synthetic province and its history, decided once; some megabytes at full size.

use crate::{
    Error,
    calibration::{Calibration, REGISTRATION, Review, Totals},
    ethnicity,
    funding::Funding,
    history::{History, Movements},
    ids::Ids,
    province::Province,
    rural::{Observation, ROUNDS, Rural, Version},
    script::{Script, Ticket, Tickets},
    villages,
};
use kernel::{AreaKey, Date, PovertyClass, Ratio};
use reference::{Reference, Standard};
use std::{collections::HashSet, io, path::Path, sync::Arc};

/// What a synthetic province depends on: the same settings always give the same province, to the last byte.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Another seed is another province with ids of its own.
    pub seed: u64,
    /// Its size against the real one, from 0.005 to 2: how many households there are, and how many works and supports money
    /// is spent on. The communes are always the real ones, and what is published of money holds at every scale.
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
    pub(crate) rural: Rural,
    pub(crate) funding: Funding,
    /// Ids of requests that later ones refer to by the name of what they recorded.
    referred_to: HashSet<String>,
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
    /// What the rural criteria service is told: observations, assessments of communes, titles and lists.
    pub criteria: u64,
    /// What the funding ledger is told: owners, items, requests of transfers, hand-overs, cases.
    pub money: u64,
}

impl Size {
    /// All requests, one for each thing that is to happen.
    pub const fn requests(self) -> u64 {
        self.registrations + self.assessments + self.member_changes + self.moves + self.criteria + self.money
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
        let rural = Rural::new(settings.seed, calibration, &province, &reference)?;
        let funding = Funding::new(settings.seed, calibration, &province, &history, &rural)?;
        let ids = Ids::new(settings.seed);
        let size = Size::default();
        let referred_to = HashSet::new();
        let mut plan = Self {
            settings,
            reference,
            ids,
            province,
            history,
            rural,
            funding,
            referred_to,
            calibration,
            size,
        };
        plan.referred_to = plan.references();
        plan.size = plan.measure();
        Ok(plan)
    }

    /// How much there is to tell.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Whether a later request refers to what the request with this id records, by its name.
    pub fn is_referred_to(&self, request_id: &str) -> bool {
        self.referred_to.contains(request_id)
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

    /// Observations that are corrected later, and payments that are reversed.
    fn references(&self) -> HashSet<String> {
        let rounds = (0..).zip(ROUNDS).map(|(round, _)| round);
        let corrected = rounds.flat_map(|round| self.rural.observations(round, Version::Corrected));
        let corrected = corrected
            .map(|observation| Observation { version: Version::First, ..observation }.request_id(self.ids));
        let reversed = self.funding.reversals.iter().map(|reversal| reversal.reversed(self));
        corrected.chain(reversed).collect()
    }

    fn measure(&self) -> Size {
        let mut size = Size::default();
        for ticket in Tickets::new(self) {
            size.steps += 1;
            let requests = ticket.requests();
            match ticket {
                Ticket::Today(_) | Ticket::Wait => {}
                Ticket::Register(_) => size.registrations += requests,
                Ticket::Assess(..) => size.assessments += requests,
                Ticket::Change(_) => size.member_changes += requests,
                Ticket::Move(_) => size.moves += requests,
                Ticket::Observe(_)
                | Ticket::Reports(..)
                | Ticket::AssessAreas(..)
                | Ticket::AssessUnderNextSet
                | Ticket::Act(_) => size.criteria += requests,
                Ticket::RegisterOwner(_)
                | Ticket::NameSuccessor(_)
                | Ticket::RegisterItem(_)
                | Ticket::Transfer(_)
                | Ticket::Detail(_)
                | Ticket::Reverse(_)
                | Ticket::HandOver(_)
                | Ticket::Settle(_) => size.money += requests,
            }
        }
        size
    }
}
