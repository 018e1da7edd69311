//! Which accounts a question is about, and by what they are summed.

use super::{account, owner_name};
use crate::domain::Ledger;
use api::funding;
use events::funding::{Account, Kind, Stage};
use kernel::{AreaKey, ItemId};
use reference::Reference;
use service::{
    Refusal, reason,
    request::fields::{Faults, area_key, invalid},
};
use std::collections::HashSet;

/// Accounts that agree in everything that is said.
#[derive(Debug)]
pub(crate) struct AccountFilter {
    stage: Option<Stage>,
    /// Codes of the node and of those below it.
    programmes: Option<HashSet<String>>,
    kind: Option<Kind>,
    source: Option<String>,
    vintage: Option<i16>,
    executing_year: Option<i16>,
    area: Option<AreaKey>,
    owner: Option<String>,
    item: Option<ItemId>,
}

impl AccountFilter {
    /// Reads the filter; everything that it names must be known.
    pub(crate) fn read(given: Option<funding::Account>, reference: &Reference) -> Result<Self, Refusal> {
        let given = given.unwrap_or_default();
        let mut faults = Faults::default();
        let said = |text: &str| !text.is_empty();
        let filter = Self {
            stage: faults.keep(account::stage("stage", given.stage)).flatten(),
            programmes: said(&given.programme)
                .then(|| faults.keep(programmes("programme", &given.programme, reference)))
                .flatten(),
            kind: said(&given.kind).then(|| faults.keep(account::kind("kind", &given.kind))).flatten(),
            source: said(&given.source)
                .then(|| faults.keep(source("source", &given.source, reference)))
                .flatten(),
            vintage: year("vintage", given.vintage, &mut faults),
            executing_year: year("executing_year", given.executing_year, &mut faults),
            area: said(&given.area).then(|| faults.keep(area("area", &given.area, reference))).flatten(),
            owner: said(&given.owner).then(|| faults.keep(owner_name("owner", &given.owner))).flatten(),
            item: faults.keep(account::item("item", &given.item)).flatten(),
        };
        faults.none().map(|()| filter).map_err(|refusal| refusal.under("filter"))
    }

    /// Owners come and go with the ledger.
    pub(crate) fn check_owner(&self, ledger: &Ledger) -> Result<(), Refusal> {
        match &self.owner {
            Some(owner) if ledger.parties().owner(owner).is_none() => {
                Err(Refusal::new(&reason::OWNER_UNKNOWN).with("owner", owner).at("filter.owner"))
            }
            _ => Ok(()),
        }
    }

    /// Whether the account agrees.
    pub(crate) fn takes(&self, account: &Account) -> bool {
        fn agrees<T: PartialEq>(wanted: Option<&T>, value: &T) -> bool {
            wanted.is_none_or(|wanted| wanted == value)
        }
        agrees(self.stage.as_ref(), &account.stage)
            && agrees(self.kind.as_ref(), &account.kind)
            && agrees(self.vintage.as_ref(), &account.vintage)
            && agrees(self.executing_year.as_ref(), &account.executing_year)
            && agrees(self.source.as_ref(), &account.source)
            && agrees(self.owner.as_ref(), &account.owner)
            && agrees(self.area.as_ref(), &account.area)
            && (self.item.is_none() || self.item == account.item)
            && self.programmes.as_ref().is_none_or(|codes| codes.contains(&account.programme))
    }

    /// Whether everything but the item is said, so that it may be about one account.
    pub(crate) const fn may_name_one(&self) -> bool {
        self.stage.is_some()
            && self.programmes.is_some()
            && self.kind.is_some()
            && self.source.is_some()
            && self.vintage.is_some()
            && self.executing_year.is_some()
            && self.area.is_some()
            && self.owner.is_some()
    }
}

fn programmes(field: &str, code: &str, reference: &Reference) -> Result<HashSet<String>, Refusal> {
    let programmes = &reference.programmes;
    if programmes.get(code).is_none() {
        return Err(Refusal::new(&reason::PROGRAMME_UNKNOWN).with("value", code).at(field));
    }
    let within = programmes.all().iter().filter(|node| programmes.is_within(&node.code, code));
    Ok(within.map(|node| node.code.clone()).collect())
}

fn source(field: &str, code: &str, reference: &Reference) -> Result<String, Refusal> {
    match reference.funding.source(code) {
        Some(source) => Ok(source.code.clone()),
        None => Err(Refusal::new(&reason::FUNDING_SOURCE_UNKNOWN).with("value", code).at(field)),
    }
}

fn area(field: &str, name: &str, reference: &Reference) -> Result<AreaKey, Refusal> {
    let key = area_key(field, name)?;
    match reference.areas.get(&key) {
        Some(_) => Ok(key),
        None => Err(Refusal::new(&reason::UNKNOWN_AREA).with("area", key).at(field)),
    }
}

fn year(field: &str, given: i32, faults: &mut Faults) -> Option<i16> {
    if given == 0 { None } else { faults.keep(account::year(field, given)) }
}

/// A dimension that balances are summed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dimension {
    Stage,
    Programme,
    ProgrammeRoot,
    Kind,
    Source,
    Vintage,
    ExecutingYear,
    Area,
    Owner,
    Item,
}

impl Dimension {
    const ALL: [(Self, &'static str); 10] = [
        (Self::Stage, "stage"),
        (Self::Programme, "programme"),
        (Self::ProgrammeRoot, "programme_root"),
        (Self::Kind, "kind"),
        (Self::Source, "source"),
        (Self::Vintage, "vintage"),
        (Self::ExecutingYear, "executing_year"),
        (Self::Area, "area"),
        (Self::Owner, "owner"),
        (Self::Item, "item"),
    ];
}

/// Dimensions that balances are summed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dimensions(Vec<Dimension>);

impl Dimensions {
    /// Reads `by`; empty sums by stage.
    pub(crate) fn read(given: &[String]) -> Result<Self, Refusal> {
        let mut faults = Faults::default();
        let mut dimensions = Vec::with_capacity(given.len());
        for (index, name) in given.iter().enumerate() {
            let found = Dimension::ALL.iter().find(|(_, known)| known == name);
            let names = || Dimension::ALL.map(|(_, name)| name).join(", ");
            let field = || format!("by[{index}]");
            let read = found.map(|(found, _)| *found).ok_or_else(|| invalid(&field(), name, &names()));
            dimensions.extend(faults.keep(read));
        }
        faults.none()?;
        let both = [Dimension::Programme, Dimension::ProgrammeRoot];
        if both.iter().all(|dimension| dimensions.contains(dimension)) {
            let exclusive = Refusal::new(&reason::FIELDS_EXCLUSIVE);
            return Err(exclusive.with("field", "programme").with("other", "programme_root").at("by"));
        }
        if dimensions.is_empty() {
            dimensions.push(Dimension::Stage);
        }
        Ok(Self(dimensions))
    }

    pub(crate) fn has(&self, dimension: Dimension) -> bool {
        self.0.contains(&dimension)
    }
}
