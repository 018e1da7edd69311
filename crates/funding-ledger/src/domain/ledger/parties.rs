//! Owners, items and the supports of households.

use events::funding::{Item, OwnerRegistered, SupportDetailed};
use kernel::{AreaKey, Date, HouseholdId, ItemId, Period};
use std::collections::{BTreeMap, HashMap};

/// Owners, items and supports.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parties {
    owners: BTreeMap<String, Owner>,
    items: HashMap<ItemId, Item>,
    supports: HashMap<HouseholdId, Vec<Support>>,
}

/// Who holds money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// In Vietnamese.
    pub name: String,
    /// For which it works.
    pub area: AreaKey,
    /// First day.
    pub from: Date,
    /// Who takes over and on which day, where that is decided.
    pub successor: Option<(String, Date)>,
}

/// Money of a programme stands or stood on a support.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Support {
    /// The support.
    pub item: ItemId,
    /// Code of its kind.
    pub kind: String,
    /// Code of the programme, the root of its tree.
    pub programme: String,
}

impl Owner {
    /// The days on which it holds money.
    pub fn period(&self) -> Period {
        let eve = self.successor.as_ref().map(|(_, first)| first.yesterday().unwrap_or(Date::MIN));
        Period { from: self.from, to: eve }
    }

    /// Version of its stream.
    pub const fn version(&self) -> u64 {
        if self.successor.is_some() { 2 } else { 1 }
    }
}

impl Parties {
    /// The owner with this code.
    pub fn owner(&self, code: &str) -> Option<&Owner> {
        self.owners.get(code)
    }

    /// Owners after the code, by code; all where it is `None`.
    pub fn owners_after(&self, code: Option<&str>) -> impl Iterator<Item = (&String, &Owner)> {
        use std::ops::Bound::{Excluded, Unbounded};
        let start = code.map_or(Unbounded, Excluded);
        self.owners.range::<str, _>((start, Unbounded))
    }

    /// What the item is.
    pub fn item(&self, item: ItemId) -> Option<&Item> {
        self.items.get(&item)
    }

    /// Supports of the household on which money was detailed, in order; also those that it left again.
    pub fn supports(&self, household: HouseholdId) -> &[Support] {
        self.supports.get(&household).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn register_owner(&mut self, event: &OwnerRegistered, from: Date) {
        let OwnerRegistered { owner, name, area } = event.clone();
        self.owners.insert(owner, Owner { name, area, from, successor: None });
    }

    pub(super) fn forget_owner(&mut self, code: &str) {
        self.owners.remove(code);
    }

    pub(super) fn set_successor(&mut self, code: &str, successor: Option<(String, Date)>) {
        if let Some(owner) = self.owners.get_mut(code) {
            owner.successor = successor;
        }
    }

    pub(super) fn register_item(&mut self, item: ItemId, what: &Item) {
        self.items.insert(item, what.clone());
    }

    pub(super) fn forget_item(&mut self, item: ItemId) {
        self.items.remove(&item);
    }

    pub(super) fn detail_support(&mut self, event: &SupportDetailed) {
        let SupportDetailed { household, item, kind, programme } = event.clone();
        self.supports.entry(household).or_default().push(Support { item, kind, programme });
    }

    pub(super) fn forget_support(&mut self, household: HouseholdId) {
        if let Some(supports) = self.supports.get_mut(&household) {
            supports.pop();
            if supports.is_empty() {
                self.supports.remove(&household);
            }
        }
    }
}
