//! What a batch of events changes in the tables, worked out in memory.

use super::{NameToken, tables::KnownRow, tokens};
use crate::keys::KeyState;
use event_log::RecordedEvent;
use events::poverty::{MemberFact, PovertyClass, PovertyEvent, Residence, Sealed};
use kernel::{AreaKey, Date, HouseholdId, MemberId};
use projection::SetAside;
use reference::{AreaKind, Reference};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The names of a household's members.
pub(super) type Names = BTreeMap<MemberId, String>;

/// The class column of a household that was never assessed.
pub(crate) const NOT_ASSESSED: &str = "not_assessed";

/// The class as the tables and queries have it.
pub(crate) const fn class_text(class: PovertyClass) -> &'static str {
    match class {
        PovertyClass::Poor => "poor",
        PovertyClass::NearPoor => "near_poor",
        PovertyClass::NotPoor => "not_poor",
    }
}

/// An event of the batch, decoded.
#[derive(Debug)]
pub(super) struct DecodedEvent {
    position: u64,
    version: u64,
    effective: Date,
    event: PovertyEvent,
}

/// The rows of one or several batches as they change.
#[derive(Debug, Default)]
pub(super) struct Batch {
    rows: HashMap<HouseholdId, Row>,
}

/// One household's row, and what must be written of it.
#[derive(Debug)]
struct Row {
    number: u64,
    version: u64,
    assessed_on: Option<Date>,
    class: String,
    touched: bool,
    /// Areas in which it is listed, where these change.
    placed: Option<BTreeSet<AreaKey>>,
    /// Names before the batch, where they were read.
    names_before: Option<Names>,
    /// Names after it, where they change.
    names: Option<Names>,
    is_new: bool,
}

/// Everything that a batch writes.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) households: Vec<HouseholdRow>,
    /// Households whose placements are written anew.
    pub(super) moved: Vec<u64>,
    pub(super) placements: Vec<(String, u64)>,
    pub(super) names: Vec<(u64, Names)>,
    pub(super) tokens_gone: Vec<(NameToken, u64)>,
    pub(super) tokens_new: Vec<(NameToken, u64)>,
}

/// A row of the table `household`.
#[derive(Debug)]
pub(super) struct HouseholdRow {
    pub(super) number: u64,
    pub(super) household: HouseholdId,
    pub(super) version: u64,
    pub(super) assessed_on: Option<Date>,
    pub(super) class: String,
}

/// The events, and those that cannot be read.
pub(super) fn decode(events: &[RecordedEvent]) -> (Vec<DecodedEvent>, Vec<SetAside>) {
    let (mut decoded, mut set_aside) = (Vec::with_capacity(events.len()), Vec::new());
    for recorded in events {
        let (position, version, effective) = (recorded.position, recorded.version, recorded.effective);
        match PovertyEvent::decode(&recorded.event_type, &recorded.content) {
            Ok(event) => decoded.push(DecodedEvent { position, version, effective, event }),
            Err(error) => set_aside.push(SetAside { position, reason: error.to_string() }),
        }
    }
    (decoded, set_aside)
}

pub(super) fn households_with_new_names(events: &[DecodedEvent]) -> Vec<HouseholdId> {
    let with_names = events.iter().filter(|decoded| match &decoded.event {
        PovertyEvent::HouseholdRegistered(event) => event.sealed.is_some(),
        PovertyEvent::MembersChanged(event) => event.sealed.is_some(),
        PovertyEvent::HouseholdMoved(_) | PovertyEvent::HouseholdAssessed(_) => false,
    });
    distinct(with_names.map(|decoded| decoded.event.household()))
}

impl Batch {
    /// The number of households that it holds.
    pub(super) fn households(&self) -> usize {
        self.rows.len()
    }

    /// Households of the events whose rows may stand in the tables.
    pub(super) fn missing(&self, events: &[DecodedEvent]) -> Vec<HouseholdId> {
        let unknown = events.iter().map(|decoded| decoded.event.household());
        distinct(unknown.filter(|household| !self.rows.contains_key(household)))
    }

    /// Numbers of households whose members change and whose names stand in the tables alone.
    pub(super) fn missing_names(&self, events: &[DecodedEvent]) -> Vec<u64> {
        let changed =
            events.iter().filter(|decoded| matches!(decoded.event, PovertyEvent::MembersChanged(_)));
        let households: Vec<HouseholdId> = distinct(changed.map(|decoded| decoded.event.household()));
        let rows = households.iter().filter_map(|household| self.rows.get(household));
        rows.filter(|row| !row.is_new && row.names_before.is_none()).map(|row| row.number).collect()
    }

    pub(super) fn remember(&mut self, rows: Vec<KnownRow>) {
        for KnownRow { household, number, version, assessed_on, class } in rows {
            let row = Row {
                number,
                version,
                assessed_on,
                class,
                touched: false,
                placed: None,
                names_before: None,
                names: None,
                is_new: false,
            };
            self.rows.insert(household, row);
        }
    }

    pub(super) fn remember_names(&mut self, mut names: HashMap<u64, Names>) {
        for row in self.rows.values_mut() {
            if let Some(names) = names.remove(&row.number) {
                row.names_before = Some(names);
            }
        }
    }

    /// Applies the event, or tells why not and changes nothing.
    pub(super) fn apply(
        &mut self,
        decoded: &DecodedEvent,
        reference: &Reference,
        keys: &HashMap<HouseholdId, KeyState>,
    ) -> Result<(), SetAside> {
        let DecodedEvent { position, version, effective, event } = decoded;
        let household = event.household();
        let aside = |reason: &str| SetAside { position: *position, reason: reason.to_owned() };
        if let PovertyEvent::HouseholdRegistered(_) = event {
            if self.rows.contains_key(&household) {
                return Err(aside("the household is registered a second time"));
            }
            self.rows.insert(household, Row::registered(*position));
        }
        let Some(row) = self.rows.get_mut(&household) else {
            return Err(aside("the household's registration is missing or was set aside"));
        };
        row.version = *version;
        row.touched = true;
        match event {
            PovertyEvent::HouseholdRegistered(event) => {
                row.placed = Some(places(&event.residence, reference));
                row.name(household, &event.members, event.sealed.as_ref(), &[], keys);
            }
            PovertyEvent::MembersChanged(event) => {
                row.name(household, &event.added, event.sealed.as_ref(), &event.removed, keys);
            }
            PovertyEvent::HouseholdMoved(event) => row.placed = Some(places(&event.residence, reference)),
            PovertyEvent::HouseholdAssessed(event) => {
                if row.assessed_on.is_none_or(|known| known <= *effective) {
                    row.assessed_on = Some(*effective);
                    row.class = class_text(event.class).to_owned();
                }
            }
        }
        Ok(())
    }

    /// The same in parts of so many households, in the order of the tables' keys.
    pub(super) fn into_parts(self, households: usize) -> Vec<Self> {
        let mut rows: Vec<_> = self.rows.into_iter().collect();
        rows.sort_unstable_by_key(|(_, row)| row.number);
        let mut parts = Vec::with_capacity(rows.len() / households + 1);
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            parts.push(Self { rows: rows.by_ref().take(households).collect() });
        }
        parts
    }

    /// What is to be written.
    pub(super) fn finish(self) -> Changes {
        let mut changes = Changes::default();
        let mut rows: Vec<_> = self.rows.into_iter().filter(|(_, row)| row.touched).collect();
        // In the order of the tables' keys: neighbours are written together.
        rows.sort_by_key(|(_, row)| row.number);
        for (household, row) in rows {
            let number = row.number;
            if let Some(areas) = row.placed {
                if !row.is_new {
                    changes.moved.push(number);
                }
                changes.placements.extend(areas.into_iter().map(|area| (area.to_string(), number)));
            }
            if let Some(names) = row.names {
                let before = tokens(row.names_before.iter().flat_map(BTreeMap::values).map(String::as_str));
                let after = tokens(names.values().map(String::as_str));
                changes.tokens_gone.extend(before.difference(&after).map(|token| (token.clone(), number)));
                changes.tokens_new.extend(after.difference(&before).map(|token| (token.clone(), number)));
                changes.names.push((number, names));
            }
            changes.households.push(HouseholdRow {
                number,
                household,
                version: row.version,
                assessed_on: row.assessed_on,
                class: row.class,
            });
        }
        changes.placements.sort_unstable();
        changes.tokens_new.sort_unstable();
        changes
    }
}

impl Row {
    /// The position of its registration is the household's number: small, stable and in the order of registration.
    fn registered(position: u64) -> Self {
        Self {
            number: position,
            version: 0,
            assessed_on: None,
            class: NOT_ASSESSED.to_owned(),
            touched: true,
            placed: None,
            names_before: None,
            names: None,
            is_new: true,
        }
    }

    fn name(
        &mut self,
        household: HouseholdId,
        joined: &[MemberFact],
        sealed: Option<&Sealed>,
        left: &[MemberId],
        keys: &HashMap<HouseholdId, KeyState>,
    ) {
        let mut names = self.names.take().or_else(|| self.names_before.clone()).unwrap_or_default();
        names.retain(|member, _| !left.contains(member));
        // A seal that does not open leaves the member without a name; reading the household tells of the damage.
        if let (Some(KeyState::Held(key)), Some(sealed)) = (keys.get(&household), sealed)
            && let Ok(persons) = key.open(household, sealed)
        {
            names.extend(joined.iter().zip(persons).map(|(fact, person)| (fact.member, person.full_name)));
        }
        self.names = Some(names);
    }
}

/// Every village and every commune, ward or township of any map whose list shows a household of this residence: a merged
/// commune lists the households of its parts.
fn places(residence: &Residence, reference: &Reference) -> BTreeSet<AreaKey> {
    let listed = |key: &&AreaKey| {
        let kind = reference.areas.get(key).map(|area| area.kind);
        kind.is_some_and(|kind| kind == AreaKind::Village || kind.is_commune_level())
    };
    let village = residence.village.as_ref().map(|village| AreaKey::new(village.clone().into(), None));
    let mut places: BTreeSet<AreaKey> = BTreeSet::from([residence.commune.clone()]);
    for key in village.iter().chain([&residence.commune]) {
        places.extend(reference.areas.ancestors_on_every_map(key).iter().filter(listed).cloned());
    }
    places
}

fn distinct<T: Copy + Eq + std::hash::Hash>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = HashSet::new();
    all.filter(|one| seen.insert(*one)).collect()
}
