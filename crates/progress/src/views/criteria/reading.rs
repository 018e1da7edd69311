//! The facts about titles, criteria and lists that were known by a day, of each unit in the order in which they count.

use crate::rural::{RURAL_SOURCE, Standing, TitleChange, list_number, tier, tier_number};
use events::rural::{ListKind, TitleTier};
use kernel::Date;
use poverty_view::domain::{AreaNumber, Day};
use projection::{Error, Query, Reached, Reader, Row, Transaction};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, HashMap};

/// Where a fact stands in the log, and from which day on it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ground {
    pub(crate) on: Date,
    pub(crate) position: u64,
}

/// What was last decided on a title.
#[derive(Clone, Debug)]
pub(crate) struct TitleFact {
    pub(crate) change: TitleChange,
    pub(crate) ground: Ground,
    /// The set under which it was recognised.
    pub(crate) set: Option<String>,
}

impl TitleFact {
    /// Whether the title is held by it.
    pub(crate) fn grants(&self) -> bool {
        self.change != TitleChange::Revoked
    }
}

/// An assessment under a set.
#[derive(Clone, Debug)]
pub(crate) struct Assessment {
    pub(crate) set: String,
    pub(crate) ground: Ground,
    pub(crate) year: i32,
    /// Criteria of the set.
    pub(crate) criteria: i64,
    pub(crate) applicable: i64,
    pub(crate) strict_met: i64,
    /// `None` where nothing was judged.
    pub(crate) official_met: Option<i64>,
}

/// What was decided on a list.
#[derive(Clone, Debug)]
pub(crate) struct ListFact {
    /// `None`: taken off.
    pub(crate) entry: Option<String>,
    pub(crate) ground: Ground,
}

/// Whether anything was decided by then on titles anywhere: of communes and districts, and of villages. As long as
/// nothing was, no title is no data and not a zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Registers {
    pub(crate) units: bool,
    pub(crate) villages: bool,
}

/// The units of which something is read.
#[derive(Clone, Debug)]
pub(crate) enum Units {
    /// Of whatever unit: fewer rows than names of units of a province.
    All,
    These(Vec<AreaNumber>),
}

impl Units {
    fn condition(&self, column: &str, placeholder: usize) -> String {
        match self {
            Self::All => "true".to_owned(),
            Self::These(_) => format!("is_one_of({column}, ${placeholder}, bigint)"),
        }
    }

    /// Binds the last placeholder, where there is one.
    fn bind(&self, query: Query) -> Result<Query, Error> {
        match self {
            Self::All => Ok(query),
            Self::These(areas) => query.bind_rows(areas),
        }
    }
}

type Titles = FxHashMap<AreaNumber, BTreeMap<TitleTier, Vec<TitleFact>>>;
type Assessments = FxHashMap<AreaNumber, Vec<Assessment>>;
type Listings = FxHashMap<(AreaNumber, i64), Vec<ListFact>>;

/// What was known by a day of some units or of all, whatever day it counts from. Those of one unit are in the order in which
/// they count.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) reached: Reached,
    pub(crate) of_all_units: bool,
    titles: Titles,
    /// From which days on anything was decided on titles anywhere: of communes and districts, and of villages.
    registers_since: (Option<Date>, Option<Date>),
    assessments: Assessments,
    listings: Listings,
}

impl Facts {
    /// What was recorded by the day.
    pub(crate) async fn read(
        snapshot: &mut Transaction,
        known_on: Date,
        units: &Units,
    ) -> Result<Self, Error> {
        let known = Day::from(known_on).number();
        let (reached, titles) = titles(snapshot, known, units).await?;
        Ok(Self {
            reached,
            of_all_units: matches!(units, Units::All),
            titles,
            registers_since: registers_since(snapshot, known).await?,
            assessments: assessments(snapshot, known, units).await?,
            listings: listings(snapshot, known, units).await?,
        })
    }

    /// What was last decided by the day on each title of the unit.
    pub(crate) fn titles(
        &self,
        unit: AreaNumber,
        day: Date,
    ) -> impl Iterator<Item = (TitleTier, &TitleFact)> {
        let of_unit = self.titles.get(&unit).into_iter().flatten();
        of_unit.filter_map(move |(tier, facts)| {
            Some((*tier, facts.iter().rev().find(|fact| fact.ground.on <= day)?))
        })
    }

    pub(crate) fn registers(&self, day: Date) -> Registers {
        let begun = |since: Option<Date>| since.is_some_and(|since| since <= day);
        let (units, villages) = self.registers_since;
        Registers { units: begun(units), villages: begun(villages) }
    }

    /// The assessments of the unit by the day, under whatever set.
    pub(crate) fn assessments(&self, unit: AreaNumber, day: Date) -> impl Iterator<Item = &Assessment> {
        let of_unit = self.assessments.get(&unit).into_iter().flatten();
        of_unit.filter(move |assessment| assessment.ground.on <= day)
    }

    /// What was last decided by the day on the list about the unit.
    pub(crate) fn listing(&self, unit: AreaNumber, list: ListKind, day: Date) -> Option<&ListFact> {
        let facts = self.listings.get(&(unit, list_number(list)))?;
        facts.iter().rev().find(|fact| fact.ground.on <= day)
    }
}

async fn titles(snapshot: &mut Transaction, known: i32, units: &Units) -> Result<(Reached, Titles), Error> {
    let is_asked = units.condition("area", 2);
    let query = Query::new(format!(
        "select area, effective, position, tier, change, criteria_set from title
         where known <= $1 and {is_asked} order by effective, position"
    ))
    .bind(known);
    let (reached, rows) = snapshot.read(RURAL_SOURCE, units.bind(query)?).await?;
    let mut titles = Titles::default();
    for row in rows {
        // Invariant: only numbers of tiers and changes are written.
        let (Some(tier), Some(change)) = (tier(row.get(3)?), TitleChange::from_number(row.get(4)?)) else {
            continue;
        };
        let fact = TitleFact { change, ground: ground(&row)?, set: row.get(5)? };
        titles.entry(area(row.get(0)?)?).or_default().entry(tier).or_default().push(fact);
    }
    Ok((reached, titles))
}

async fn registers_since(
    snapshot: &mut Transaction,
    known: i32,
) -> Result<(Option<Date>, Option<Date>), Error> {
    let query = Query::new(
        "select min(case when tier <> $2 then effective end) as units,
                min(case when tier = $2 then effective end) as villages
         from title where known <= $1",
    )
    .bind(known)
    .bind(tier_number(TitleTier::Village));
    let mut since = (None, None);
    for row in snapshot.fetch_all(query).await? {
        let first = |column| row.get::<Option<i64>>(column)?.map(day).transpose();
        since = (first("units")?, first("villages")?);
    }
    Ok(since)
}

async fn assessments(snapshot: &mut Transaction, known: i32, units: &Units) -> Result<Assessments, Error> {
    let is_asked = units.condition("area", 2);
    let query = Query::new(format!(
        "select area, effective, position, criteria_set, year, criteria, applicable, strict_met, official_met
         from assessment where known <= $1 and {is_asked}"
    ))
    .bind(known);
    let mut assessments = Assessments::default();
    for row in snapshot.fetch_all(units.bind(query)?).await? {
        let assessment = Assessment {
            set: row.get(3)?,
            ground: ground(&row)?,
            year: i32::try_from(row.get::<i64>(4)?).unwrap_or_default(),
            criteria: row.get(5)?,
            applicable: row.get(6)?,
            strict_met: row.get(7)?,
            official_met: row.get(8)?,
        };
        assessments.entry(area(row.get(0)?)?).or_default().push(assessment);
    }
    Ok(assessments)
}

/// The standings of each criterion in the assessments of the units at these positions, by position.
pub(crate) async fn standings(
    snapshot: &mut Transaction,
    units: &[AreaNumber],
    positions: &[u64],
) -> Result<HashMap<u64, Vec<Standing>>, Error> {
    let query = Query::new(
        "select position, standings from assessment
         where is_one_of(area, $1, bigint) and is_one_of(position, $2, bigint)",
    )
    .bind_rows(units)?
    .bind_rows(positions)?;
    let mut standings = HashMap::new();
    for row in snapshot.fetch_all(query).await? {
        let text: String = row.get("standings")?;
        standings.insert(row.get_u64("position")?, serde_json::from_str(&text).map_err(Error::Rows)?);
    }
    Ok(standings)
}

async fn listings(snapshot: &mut Transaction, known: i32, units: &Units) -> Result<Listings, Error> {
    let is_asked = units.condition("area", 2);
    let query = Query::new(format!(
        "select area, effective, position, list, entry from listing
         where known <= $1 and {is_asked} order by effective, position"
    ))
    .bind(known);
    let mut listings = Listings::default();
    for row in snapshot.fetch_all(units.bind(query)?).await? {
        let fact = ListFact { entry: row.get(4)?, ground: ground(&row)? };
        listings.entry((area(row.get(0)?)?, row.get(3)?)).or_default().push(fact);
    }
    Ok(listings)
}

pub(super) fn area(number: i64) -> Result<AreaNumber, Error> {
    AreaNumber::from_number(number).map_err(|_| Error::Negative(number))
}

/// The day in the second column and the position in the third.
fn ground(row: &Row) -> Result<Ground, Error> {
    Ok(Ground { on: day(row.get(1)?)?, position: row.get_u64(2)? })
}

pub(super) fn day(number: i64) -> Result<Date, Error> {
    let day = i32::try_from(number).ok().and_then(|number| Day::from_number(number).ok());
    day.map(Day::date).ok_or(Error::Negative(number))
}
