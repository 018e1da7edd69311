//! What is known of every unit: its observations, assessments, titles and listings, each as it was recorded. Nothing is
//! ever overwritten, so every question "as at E, as known on K" is answered from here.

use super::viewpoint::{Known, Recorded, Viewpoint};
use events::rural::{
    AreaAssessed, Decision, ListKind, ListingDecided, ObservationRecorded, RuralEvent, TitleAcknowledged,
    TitleRecognised, TitleRevoked, TitleTier,
};
use kernel::{AreaKey, AssessmentId, Date, ObservationId, Timestamp};
use std::collections::HashMap;

/// An event with what stands beside it in the log.
#[derive(Clone, Copy, Debug)]
pub struct Fact<'a> {
    /// Position in the log.
    pub position: u64,
    /// The day from which it counts.
    pub effective: Date,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The deciding document.
    pub document: Option<&'a str>,
    /// Who asked.
    pub actor: &'a str,
    /// What happened.
    pub event: &'a RuralEvent,
}

/// Something recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<E> {
    /// What stands beside it.
    pub recorded: Recorded,
    /// What happened.
    pub event: E,
}

/// What happened to a title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TitleEvent {
    /// *Công nhận*
    Recognised(TitleRecognised),
    /// *Thừa nhận* after a merger.
    Acknowledged(TitleAcknowledged),
    /// *Thu hồi*
    Revoked(TitleRevoked),
}

impl TitleEvent {
    /// The unit that it was decided about.
    pub const fn area(&self) -> &AreaKey {
        match self {
            Self::Recognised(event) => &event.area,
            Self::Acknowledged(event) => &event.area,
            Self::Revoked(event) => &event.area,
        }
    }

    /// The title.
    pub const fn tier(&self) -> TitleTier {
        match self {
            Self::Recognised(event) => event.tier,
            Self::Acknowledged(event) => event.tier,
            Self::Revoked(event) => event.tier,
        }
    }

    /// The decision.
    pub const fn decision(&self) -> &Decision {
        match self {
            Self::Recognised(event) => &event.decision,
            Self::Acknowledged(event) => &event.decision,
            Self::Revoked(event) => &event.decision,
        }
    }

    /// Whether the title is held from then on.
    pub const fn grants(&self) -> bool {
        !matches!(self, Self::Revoked(_))
    }
}

/// Why an event cannot follow what is known: the log is not one of this service's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disorder {
    /// An id was used twice.
    #[error("observation {0} is recorded already")]
    ObservationExists(ObservationId),
    /// Nothing to correct.
    #[error("observation {0}, which is corrected, is not recorded in its unit")]
    NothingToCorrect(ObservationId),
    /// Corrected twice.
    #[error("observation {0} is corrected already")]
    CorrectedTwice(ObservationId),
    /// An id was used twice.
    #[error("assessment {0} is recorded already")]
    AssessmentExists(AssessmentId),
}

/// One unit. Every list is in the order in which it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    area: AreaKey,
    observations: Vec<Entry<ObservationRecorded>>,
    /// Indices of observations by set and indicator.
    series: HashMap<String, HashMap<String, Vec<usize>>>,
    /// Index of the observation that corrects another.
    corrections: HashMap<ObservationId, usize>,
    assessments: Vec<Entry<AreaAssessed>>,
    titles: Vec<Entry<TitleEvent>>,
    listings: Vec<Entry<ListingDecided>>,
}

/// Index of a unit, and of something of the unit's.
type Place = (usize, usize);

/// All units of which something was recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Units {
    units: Vec<Unit>,
    by_area: HashMap<AreaKey, usize>,
    observations: HashMap<ObservationId, Place>,
    assessments: HashMap<AssessmentId, Place>,
}

impl Unit {
    fn new(area: AreaKey) -> Self {
        Self {
            area,
            observations: Vec::new(),
            series: HashMap::new(),
            corrections: HashMap::new(),
            assessments: Vec::new(),
            titles: Vec::new(),
            listings: Vec::new(),
        }
    }

    /// Number of facts.
    fn version(&self) -> u64 {
        (self.observations.len() + self.assessments.len() + self.titles.len() + self.listings.len()) as u64
    }

    /// Its observations.
    pub fn observations(&self) -> &[Entry<ObservationRecorded>] {
        &self.observations
    }

    /// The observation that corrects that one, where it is known.
    pub fn correction(&self, corrected: ObservationId, known: Known) -> Option<&Entry<ObservationRecorded>> {
        let by = &self.observations[*self.corrections.get(&corrected)?];
        known.includes(&by.recorded).then_some(by)
    }

    /// The observation of the indicator that counts: the one observed last, of those observed on one day the one recorded
    /// last; one that is known to be corrected never counts.
    pub fn counting(
        &self,
        set: &str,
        indicator: &str,
        view: Viewpoint,
    ) -> Option<&Entry<ObservationRecorded>> {
        let counts = |entry: &&Entry<ObservationRecorded>| {
            view.includes(&entry.recorded) && self.correction(entry.event.observation, view.known).is_none()
        };
        let latest =
            |entry: &&Entry<ObservationRecorded>| (entry.recorded.effective, entry.recorded.position);
        self.series_of(set, indicator).filter(counts).max_by_key(latest)
    }

    /// The observation of the indicator that was derived last for that very day.
    pub fn derived_on(&self, set: &str, indicator: &str, day: Date) -> Option<&Entry<ObservationRecorded>> {
        let of_the_day = |entry: &&Entry<ObservationRecorded>| {
            entry.recorded.effective == day && entry.event.poverty_position.is_some()
        };
        self.series_of(set, indicator).filter(of_the_day).last()
    }

    /// The latest assessment, under the set and for the year where they are given.
    pub fn latest_assessment(
        &self,
        set: Option<&str>,
        year: Option<i16>,
        view: Viewpoint,
    ) -> Option<&Entry<AreaAssessed>> {
        let of = |entry: &&Entry<AreaAssessed>| {
            view.includes(&entry.recorded)
                && set.is_none_or(|set| entry.event.set == set)
                && year.is_none_or(|year| entry.event.year == year)
        };
        let latest = |entry: &&Entry<AreaAssessed>| (entry.recorded.effective, entry.recorded.position);
        self.assessments.iter().filter(of).max_by_key(latest)
    }

    /// What happened to its titles by then, in order of effect.
    pub fn titles(&self, view: Viewpoint) -> Vec<&Entry<TitleEvent>> {
        in_order_of_effect(self.titles.iter().filter(|entry| view.includes(&entry.recorded)))
    }

    /// Everything known of its titles, in order of effect.
    pub fn titles_of_all_days(&self, known: Known) -> Vec<&Entry<TitleEvent>> {
        in_order_of_effect(self.titles.iter().filter(|entry| known.includes(&entry.recorded)))
    }

    /// What was last decided on the list.
    pub fn listing(&self, list: ListKind, view: Viewpoint) -> Option<&Entry<ListingDecided>> {
        let of = |entry: &&Entry<ListingDecided>| entry.event.list == list && view.includes(&entry.recorded);
        self.listings
            .iter()
            .filter(of)
            .max_by_key(|entry| (entry.recorded.effective, entry.recorded.position))
    }

    fn series_of(&self, set: &str, indicator: &str) -> impl Iterator<Item = &Entry<ObservationRecorded>> {
        let indices = self.series.get(set).and_then(|of_set| of_set.get(indicator));
        indices.into_iter().flatten().map(|&index| &self.observations[index])
    }
}

impl Units {
    /// The unit, where something was recorded of it.
    pub fn get(&self, area: &AreaKey) -> Option<&Unit> {
        self.by_area.get(area).map(|&at| &self.units[at])
    }

    /// Number of facts recorded of the unit: the version of its stream.
    pub fn version(&self, area: &AreaKey) -> u64 {
        self.get(area).map_or(0, Unit::version)
    }

    /// The observation with its unit.
    pub fn observation(&self, id: ObservationId) -> Option<(&Unit, &Entry<ObservationRecorded>)> {
        let &(unit, index) = self.observations.get(&id)?;
        Some((&self.units[unit], &self.units[unit].observations[index]))
    }

    /// The assessment.
    pub fn assessment(&self, id: AssessmentId) -> Option<&Entry<AreaAssessed>> {
        let &(unit, index) = self.assessments.get(&id)?;
        Some(&self.units[unit].assessments[index])
    }

    /// Adds the fact. What cannot follow is refused, and nothing is changed.
    pub fn apply(&mut self, fact: &Fact<'_>) -> Result<(), Disorder> {
        match fact.event {
            RuralEvent::ObservationRecorded(event) => self.check_observation(event)?,
            RuralEvent::AreaAssessed(event) if self.assessments.contains_key(&event.assessment) => {
                return Err(Disorder::AssessmentExists(event.assessment));
            }
            _ => {}
        }
        let recorded = Recorded {
            position: fact.position,
            effective: fact.effective,
            recorded_at: fact.recorded_at,
            document: fact.document.map(str::to_owned),
            actor: fact.actor.to_owned(),
        };
        let at = self.place(fact.event.area());
        let unit = &mut self.units[at];
        match fact.event.clone() {
            RuralEvent::ObservationRecorded(event) => {
                let index = unit.observations.len();
                self.observations.insert(event.observation, (at, index));
                if let Some(corrected) = event.corrects {
                    unit.corrections.insert(corrected, index);
                }
                let of_set = unit.series.entry(event.set.clone()).or_default();
                of_set.entry(event.indicator.clone()).or_default().push(index);
                unit.observations.push(Entry { recorded, event });
            }
            RuralEvent::AreaAssessed(event) => {
                self.assessments.insert(event.assessment, (at, unit.assessments.len()));
                unit.assessments.push(Entry { recorded, event });
            }
            RuralEvent::TitleRecognised(event) => {
                unit.titles.push(Entry { recorded, event: TitleEvent::Recognised(event) });
            }
            RuralEvent::TitleAcknowledged(event) => {
                unit.titles.push(Entry { recorded, event: TitleEvent::Acknowledged(event) });
            }
            RuralEvent::TitleRevoked(event) => {
                unit.titles.push(Entry { recorded, event: TitleEvent::Revoked(event) });
            }
            RuralEvent::ListingDecided(event) => unit.listings.push(Entry { recorded, event }),
        }
        Ok(())
    }

    /// Takes back the event that was applied last.
    pub fn undo(&mut self, event: &RuralEvent) {
        let Some(&at) = self.by_area.get(event.area()) else { return };
        let unit = &mut self.units[at];
        match event {
            RuralEvent::ObservationRecorded(event) => {
                unit.take_back_observation(event);
                self.observations.remove(&event.observation);
            }
            RuralEvent::AreaAssessed(event) => {
                unit.assessments.pop();
                self.assessments.remove(&event.assessment);
            }
            RuralEvent::TitleRecognised(_)
            | RuralEvent::TitleAcknowledged(_)
            | RuralEvent::TitleRevoked(_) => {
                unit.titles.pop();
            }
            RuralEvent::ListingDecided(_) => {
                unit.listings.pop();
            }
        }
        // Invariant: facts are taken back last first, so a unit that becomes empty is the one that came last.
        if unit.version() == 0 {
            self.by_area.remove(event.area());
            self.units.truncate(at);
        }
    }

    fn check_observation(&self, event: &ObservationRecorded) -> Result<(), Disorder> {
        if self.observations.contains_key(&event.observation) {
            return Err(Disorder::ObservationExists(event.observation));
        }
        let Some(corrected) = event.corrects else { return Ok(()) };
        match self.observation(corrected) {
            Some((unit, _)) if unit.area != event.area => Err(Disorder::NothingToCorrect(corrected)),
            None => Err(Disorder::NothingToCorrect(corrected)),
            Some((unit, _)) if unit.corrections.contains_key(&corrected) => {
                Err(Disorder::CorrectedTwice(corrected))
            }
            Some(_) => Ok(()),
        }
    }

    fn place(&mut self, area: &AreaKey) -> usize {
        if let Some(&at) = self.by_area.get(area) {
            return at;
        }
        self.units.push(Unit::new(area.clone()));
        self.by_area.insert(area.clone(), self.units.len() - 1);
        self.units.len() - 1
    }
}

impl Unit {
    /// The unit itself.
    pub const fn area(&self) -> &AreaKey {
        &self.area
    }

    fn take_back_observation(&mut self, event: &ObservationRecorded) {
        self.observations.pop();
        if let Some(corrected) = &event.corrects {
            self.corrections.remove(corrected);
        }
        let Some(of_set) = self.series.get_mut(&event.set) else { return };
        if let Some(indices) = of_set.get_mut(&event.indicator) {
            indices.pop();
            if indices.is_empty() {
                of_set.remove(&event.indicator);
            }
        }
        if of_set.is_empty() {
            self.series.remove(&event.set);
        }
    }
}

fn in_order_of_effect<'a>(
    entries: impl Iterator<Item = &'a Entry<TitleEvent>>,
) -> Vec<&'a Entry<TitleEvent>> {
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by_key(|entry| (entry.recorded.effective, entry.recorded.position));
    entries
}
