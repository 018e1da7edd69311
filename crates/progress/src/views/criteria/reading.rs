//! The latest facts of each unit: the ones that had taken effect and were known by the days asked for.

use super::sight::Moment;
use crate::rural::{RURAL_SOURCE, Standing, TitleChange, list_number, tier, tier_number};
use events::rural::{ListKind, TitleTier};
use kernel::Date;
use poverty_view::domain::{AreaNumber, Day};
use projection::{Error, Query, Reached, Reader, Row, Transaction};
use serde::Serialize;
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

/// The latest assessment under a set.
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
    pub(crate) standings: Vec<Standing>,
}

/// What was last decided on a list.
#[derive(Clone, Debug)]
pub(crate) struct ListFact {
    /// `None`: taken off.
    pub(crate) entry: Option<String>,
    pub(crate) ground: Ground,
}

pub(crate) type Titles = HashMap<(Moment, AreaNumber), BTreeMap<TitleTier, TitleFact>>;
pub(crate) type Assessments = HashMap<AreaNumber, Vec<Assessment>>;
pub(crate) type Listings = HashMap<(Moment, AreaNumber, i64), ListFact>;

/// The days for which something is asked, and by when it must have been known.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    days: Vec<MomentRow>,
    now: Date,
    known_on: Date,
}

#[derive(Clone, Debug, Serialize)]
struct MomentRow {
    moment: i64,
    day: i32,
}

impl Asked {
    pub(crate) fn new(days: &[(Moment, Date)], now: Date, known_on: Date) -> Self {
        let row = |(moment, day): &(Moment, Date)| MomentRow {
            moment: moment.number(),
            day: Day::from(*day).number(),
        };
        Self { days: days.iter().map(row).collect(), now, known_on }
    }

    fn known(&self) -> i32 {
        Day::from(self.known_on).number()
    }
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

/// What was last decided on each title of the units.
pub(crate) async fn titles(
    snapshot: &mut Transaction,
    asked: &Asked,
    units: &Units,
) -> Result<(Reached, Titles), Error> {
    let is_asked = units.condition("title.area", 3);
    let query = Query::new(format!(
        "select latest.moment, latest.area, latest.tier, latest.change, latest.effective, latest.position,
                latest.criteria_set
         from (select given.moment, title.area, title.tier, title.change, title.effective, title.position,
                      title.criteria_set,
                      row_number() over (partition by given.moment, title.area, title.tier
                                         order by title.effective desc, title.position desc) as place
               from json_rows($1, moment bigint, day bigint) as given cross join title
               where {is_asked} and title.effective <= given.day and title.known <= $2) as latest
         where latest.place = 1"
    ))
    .bind_rows(&asked.days)?
    .bind(asked.known());
    let (reached, rows) = snapshot.read(RURAL_SOURCE, units.bind(query)?).await?;
    let mut titles = Titles::new();
    for row in rows {
        // Invariant: only numbers of tiers, changes and moments are written.
        let (Some(moment), Some(tier), Some(change)) = (
            Moment::from_number(row.get("moment")?),
            tier(row.get("tier")?),
            TitleChange::from_number(row.get("change")?),
        ) else {
            continue;
        };
        let fact = TitleFact { change, ground: ground(&row)?, set: row.get("criteria_set")? };
        titles.entry((moment, area(&row)?)).or_default().insert(tier, fact);
    }
    Ok((reached, titles))
}

/// Whether anything was decided by then on titles anywhere: of communes and districts, and of villages. As long as
/// nothing was, no title is no data and not a zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Registers {
    pub(crate) units: bool,
    pub(crate) villages: bool,
}

/// The registers of each day.
pub(crate) async fn registers(
    snapshot: &mut Transaction,
    asked: &Asked,
) -> Result<HashMap<Moment, Registers>, Error> {
    let query = Query::new(
        "select given.moment,
           (select count(*) from (select 1 as one from title
              where title.tier <> $3 and title.effective <= given.day and title.known <= $2 limit 1) as any_unit) as units,
           (select count(*) from (select 1 as one from title
              where title.tier = $3 and title.effective <= given.day and title.known <= $2 limit 1) as any_village) as villages
         from json_rows($1, moment bigint, day bigint) as given",
    )
    .bind_rows(&asked.days)?
    .bind(asked.known())
    .bind(tier_number(TitleTier::Village));
    let mut registers = HashMap::new();
    for row in snapshot.fetch_all(query).await? {
        let (units, villages): (i64, i64) = (row.get("units")?, row.get("villages")?);
        if let Some(moment) = Moment::from_number(row.get("moment")?) {
            registers.insert(moment, Registers { units: units > 0, villages: villages > 0 });
        }
    }
    Ok(registers)
}

/// The latest assessment of each unit under each set.
pub(crate) async fn assessments(
    snapshot: &mut Transaction,
    asked: &Asked,
    units: &Units,
) -> Result<Assessments, Error> {
    let is_asked = units.condition("assessment.area", 3);
    let query = Query::new(format!(
        "select latest.*
         from (select assessment.*,
                      row_number() over (partition by assessment.area, assessment.criteria_set
                                         order by assessment.effective desc, assessment.position desc) as place
               from assessment
               where {is_asked} and assessment.effective <= $1 and assessment.known <= $2)
           as latest
         where latest.place = 1"
    ))
    .bind(Day::from(asked.now).number())
    .bind(asked.known());
    let mut assessments = Assessments::new();
    for row in snapshot.fetch_all(units.bind(query)?).await? {
        let standings: String = row.get("standings")?;
        let assessment = Assessment {
            set: row.get("criteria_set")?,
            ground: ground(&row)?,
            year: i32::try_from(row.get::<i64>("year")?).unwrap_or_default(),
            criteria: row.get("criteria")?,
            applicable: row.get("applicable")?,
            strict_met: row.get("strict_met")?,
            official_met: row.get("official_met")?,
            standings: serde_json::from_str(&standings).map_err(Error::Rows)?,
        };
        assessments.entry(area(&row)?).or_default().push(assessment);
    }
    Ok(assessments)
}

/// What was last decided on each list about the units.
pub(crate) async fn listings(
    snapshot: &mut Transaction,
    asked: &Asked,
    units: &Units,
) -> Result<Listings, Error> {
    let is_asked = units.condition("listing.area", 3);
    let query = Query::new(format!(
        "select latest.moment, latest.area, latest.list, latest.entry, latest.effective, latest.position
         from (select given.moment, listing.area, listing.list, listing.entry, listing.effective, listing.position,
                      row_number() over (partition by given.moment, listing.area, listing.list
                                         order by listing.effective desc, listing.position desc) as place
               from json_rows($1, moment bigint, day bigint) as given cross join listing
               where {is_asked} and listing.effective <= given.day and listing.known <= $2)
           as latest
         where latest.place = 1"
    ))
    .bind_rows(&asked.days)?
    .bind(asked.known());
    let mut listings = Listings::new();
    for row in snapshot.fetch_all(units.bind(query)?).await? {
        let Some(moment) = Moment::from_number(row.get("moment")?) else { continue };
        let fact = ListFact { entry: row.get("entry")?, ground: ground(&row)? };
        listings.insert((moment, area(&row)?, row.get("list")?), fact);
    }
    Ok(listings)
}

/// The key of a list in [`Listings`].
pub(crate) const fn list_key(moment: Moment, area: AreaNumber, list: ListKind) -> (Moment, AreaNumber, i64) {
    (moment, area, list_number(list))
}

pub(super) fn area(row: &Row) -> Result<AreaNumber, Error> {
    let number: i64 = row.get("area")?;
    AreaNumber::from_number(number).map_err(|_| Error::Negative(number))
}

fn ground(row: &Row) -> Result<Ground, Error> {
    Ok(Ground { on: day(row.get("effective")?)?, position: row.get_u64("position")? })
}

pub(super) fn day(number: i64) -> Result<Date, Error> {
    let day = i32::try_from(number).ok().and_then(|number| Day::from_number(number).ok());
    day.map(Day::date).ok_or(Error::Negative(number))
}
