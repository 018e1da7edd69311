//! Sums read from `figure`.

use super::{
    Grounds,
    point::{Portion, covered_units},
};
use kernel::Date;
use poverty_view::{
    domain::{Amount, AreaNumber, Class, Day, Ethnicity, Measure, Need},
    model::{SOURCE, recorded_directly},
};
use projection::{ColumnIndex, Error, Query, Reached, Reader, Row};
use reference::Area;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::SubAssign,
};

/// Households and persons of one area by class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stocks {
    pub(crate) registered: Amount,
    pub(crate) poor: Amount,
    pub(crate) near_poor: Amount,
    pub(crate) not_poor: Amount,
}

impl Stocks {
    /// Those who were reviewed under the standard in force.
    pub(crate) fn reviewed(&self) -> Amount {
        self.poor + self.near_poor + self.not_poor
    }

    /// The rest.
    pub(crate) fn not_reviewed(&self) -> Amount {
        self.registered + -self.reviewed()
    }

    pub(crate) fn of(&self, class: Class) -> Amount {
        match class {
            Class::Poor => self.poor,
            Class::NearPoor => self.near_poor,
            Class::NotPoor => self.not_poor,
            Class::NotReviewed => self.not_reviewed(),
        }
    }

    fn add(&mut self, measure: Measure, amount: Amount) {
        match measure {
            Measure::Registered => self.registered += amount,
            Measure::Poor => self.poor += amount,
            Measure::NearPoor => self.near_poor += amount,
            Measure::NotPoor => self.not_poor += amount,
            Measure::Flow(_) | Measure::Lacking(_) => {}
        }
    }
}

impl SubAssign for Stocks {
    fn sub_assign(&mut self, other: Self) {
        self.registered += -other.registered;
        self.poor += -other.poor;
        self.near_poor += -other.near_poor;
        self.not_poor += -other.not_poor;
    }
}

/// Whether stocks are read by ethnic group too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Groups {
    Apart,
    Together,
}

/// Stocks of one area, in all and, where groups were read apart, by ethnic group in the order of codes.
#[derive(Clone, Debug, Default)]
pub(crate) struct AreaStocks {
    pub(crate) all: Stocks,
    pub(crate) by_ethnicity: BTreeMap<Ethnicity, Stocks>,
}

impl AreaStocks {
    pub(crate) fn of_group(&self, group: Ethnicity) -> Stocks {
        self.by_ethnicity.get(&group).copied().unwrap_or_default()
    }

    /// Of the group, or of all together.
    fn of_mut(&mut self, group: Option<Ethnicity>) -> &mut Stocks {
        match group {
            Some(group) => self.by_ethnicity.entry(group).or_default(),
            None => &mut self.all,
        }
    }
}

/// Stocks of areas; nothing recorded reads as nothing.
#[derive(Debug, Default)]
pub(crate) struct StockTable(HashMap<i64, AreaStocks>);

impl StockTable {
    /// Of the whole area, in all.
    pub(crate) fn of(&self, area: AreaNumber) -> Stocks {
        self.0.get(&area.number()).map_or_else(Stocks::default, |stocks| stocks.all)
    }

    /// Of the area less those of the parts that are left out.
    pub(crate) fn of_portion(&self, portion: &Portion<'_>) -> AreaStocks {
        let mut rest = self.0.get(&portion.number().number()).cloned().unwrap_or_default();
        for part in portion.except_numbers().filter_map(|part| self.0.get(&part.number())) {
            rest.all -= part.all;
            for (group, stocks) in &part.by_ethnicity {
                *rest.by_ethnicity.entry(*group).or_default() -= *stocks;
            }
        }
        rest
    }

    /// Households registered in the area; `None` where there are none.
    pub(crate) fn recorded(&self, area: AreaNumber) -> Option<i64> {
        self.recorded_as(area.number())
    }

    /// Households recorded in the unit itself, without a village; `None` where there are none.
    pub(crate) fn recorded_directly(&self, unit: AreaNumber) -> Option<i64> {
        self.recorded_as(recorded_directly(unit))
    }

    fn recorded_as(&self, number: i64) -> Option<i64> {
        let households = self.0.get(&number)?.all.registered.households;
        Some(households).filter(|households| *households != 0)
    }
}

/// The numbers of the areas of which a view needs sums.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// Which are shown.
    shown: BTreeSet<i64>,
    /// The units by which their coverage is told, and what was recorded directly in units that some map cannot place.
    beside: BTreeSet<i64>,
}

impl Asked {
    /// What rows on these areas need, and no other.
    pub(crate) fn of<'b>(grounds: &Grounds, map: Date, rows: impl Iterator<Item = &'b Area>) -> Self {
        let mut asked = Self::default();
        asked.add(grounds, map, rows);
        asked
    }

    /// Adds what rows on these areas need.
    pub(crate) fn add<'b>(&mut self, grounds: &Grounds, map: Date, rows: impl Iterator<Item = &'b Area>) {
        for area in rows {
            self.shown.insert(AreaNumber::of(&area.key).number());
            let units = covered_units(&grounds.reference.areas, area, map);
            self.beside.extend(units.iter().map(|unit| AreaNumber::of(&unit.key).number()));
        }
        self.beside.extend(grounds.placing.unplaced().map(|(unit, _)| recorded_directly(unit)));
    }

    fn all(&self) -> Vec<i64> {
        self.shown.union(&self.beside).copied().collect()
    }

    fn shown(&self) -> Vec<i64> {
        self.shown.iter().copied().collect()
    }
}

/// The stocks on each of the days, as known on the other: one pass over the figures for all of them.
pub(crate) async fn stocks(
    reader: impl Reader,
    asked: &Asked,
    groups: Groups,
    days: &BTreeSet<Date>,
    known_on: Date,
) -> Result<(Reached, BTreeMap<Date, StockTable>), Error> {
    let latest = days.last().copied().unwrap_or(Date::MIN);
    let mut query = Query::new(stocks_query(groups, days.len()))
        .bind_rows(&asked.all())?
        .bind(i64::from(Measure::Registered.number()))
        .bind(i64::from(Measure::NotPoor.number()))
        .bind(Day::from(latest).number())
        .bind(Day::from(known_on).number());
    for day in days.iter().filter(|day| **day < latest) {
        query = query.bind(Day::from(*day).number());
    }
    if groups == Groups::Apart {
        query = query.bind_rows(&asked.shown())?;
    }
    let (reached, rows) = reader.read(SOURCE, query).await?;
    let mut tables: BTreeMap<Date, StockTable> =
        days.iter().map(|day| (*day, StockTable::default())).collect();
    for row in rows {
        let area: i64 = row.get(0)?;
        let measure = measure_at(&row, 1)?;
        let group: Option<i64> = row.get(2)?;
        let group = group.map(|number| Ethnicity::try_from(number).unwrap_or(Ethnicity::UNKNOWN));
        for (at, table) in tables.values_mut().enumerate() {
            let amount = Amount { households: row.get(3 + 2 * at)?, persons: row.get(4 + 2 * at)? };
            if amount != Amount::ZERO {
                table.0.entry(area).or_default().of_mut(group).add(measure, amount);
            }
        }
    }
    Ok((reached, tables))
}

/// Rows of area, measure, group or null for all together, and for each day households and persons. Its parameters are the
/// areas, the first and the last measure, the latest day, the day of knowledge, the earlier days in order, and where groups
/// are apart the areas of which they are read.
fn stocks_query(groups: Groups, days: usize) -> String {
    const EARLIER_DAYS: usize = 6;
    let earlier_days = EARLIER_DAYS..EARLIER_DAYS + days.saturating_sub(1);
    let up_to = |day: usize| {
        ["households", "persons"].map(|counted| {
            let counts = format!("case when figure.effective <= ${day} then figure.{counted} else 0 end");
            format!("cast(sum({counts}) as bigint)")
        })
    };
    let mut sums: Vec<String> = earlier_days.clone().flat_map(up_to).collect();
    // No figure is read beyond the latest day.
    sums.extend(["households", "persons"].map(|counted| format!("cast(sum(figure.{counted}) as bigint)")));
    let select = |table: &str, areas: usize, (group, by_group): (&str, &str)| {
        format!(
            "select figure.area, figure.measure, {group}, {}
             from {table} as figure
             where is_one_of(figure.area, ${areas}, bigint) and figure.measure between $2 and $3
               and figure.effective <= $4 and figure.known <= $5
             group by figure.area, figure.measure{by_group}",
            sums.join(", ")
        )
    };
    let together = select("figure", 1, ("cast(null as bigint)", ""));
    match groups {
        Groups::Together => together,
        Groups::Apart => {
            let apart = select("group_figure", earlier_days.end, ("figure.ethnicity", ", figure.ethnicity"));
            format!("{together} union all {apart}")
        }
    }
}

/// What poor and near-poor households of an area, and their members, lack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lacking(HashMap<Measure, Amount>);

impl Lacking {
    pub(crate) fn of(&self, need: Need) -> Amount {
        self.0.get(&Measure::Lacking(need)).copied().unwrap_or_default()
    }
}

/// What is lacking in the area on the day, as known on the other.
pub(crate) async fn lacking(
    reader: impl Reader,
    area: &Area,
    as_at: Date,
    known_on: Date,
) -> Result<Lacking, Error> {
    let needs = Need::ALL.map(|need| i64::from(Measure::Lacking(need).number()));
    let query = Query::new(
        "select figure.measure,
                cast(sum(figure.households) as bigint) as households,
                cast(sum(figure.persons) as bigint) as persons
         from figure
         where figure.area = $1 and is_one_of(figure.measure, $2, bigint)
           and figure.effective <= $3 and figure.known <= $4
         group by figure.measure",
    )
    .bind(AreaNumber::of(&area.key).number())
    .bind_rows(&needs)?
    .bind(Day::from(as_at).number())
    .bind(Day::from(known_on).number());
    let (_, rows) = reader.read(SOURCE, query).await?;
    let mut lacking = Lacking::default();
    for row in rows {
        lacking.0.insert(measure(&row)?, amount(&row, "households", "persons")?);
    }
    Ok(lacking)
}

/// What became of one measure in a year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct YearSums {
    /// Up to the eve.
    pub(crate) before: Amount,
    /// On the first of January.
    pub(crate) first_day: Amount,
    /// In the year, its first day included.
    pub(crate) within: Amount,
}

/// Sums of all measures over a year, by area.
#[derive(Debug, Default)]
pub(crate) struct YearTable(HashMap<(i64, Measure), YearSums>);

impl YearTable {
    /// Of the area less those of the parts that are left out.
    pub(crate) fn of(&self, portion: &Portion<'_>, measure: Measure) -> YearSums {
        let of_area = |area: AreaNumber| self.0.get(&(area.number(), measure)).copied().unwrap_or_default();
        let mut rest = of_area(portion.number());
        for part in portion.except_numbers().map(of_area) {
            rest.before += -part.before;
            rest.first_day += -part.first_day;
            rest.within += -part.within;
        }
        rest
    }

    /// Households registered in the area at the year's start or its end, whichever are more; `None` where none were and
    /// none came or went.
    pub(crate) fn recorded(&self, area: AreaNumber) -> Option<i64> {
        self.recorded_as(area.number())
    }

    /// The same of the unit itself, without a village.
    pub(crate) fn recorded_directly(&self, unit: AreaNumber) -> Option<i64> {
        self.recorded_as(recorded_directly(unit))
    }

    fn recorded_as(&self, number: i64) -> Option<i64> {
        let sums = |measure| self.0.get(&(number, measure)).copied().unwrap_or_default();
        let any = Measure::ALL.into_iter().any(|measure| {
            let YearSums { before, within, .. } = sums(measure);
            let stood = !matches!(measure, Measure::Flow(_)) && before != Amount::ZERO;
            stood || within != Amount::ZERO
        });
        let YearSums { before, within, .. } = sums(Measure::Registered);
        any.then(|| before.households.max((before + within).households))
    }
}

/// The year's sums, as known on the day.
pub(crate) async fn year(
    reader: impl Reader,
    asked: &Asked,
    year: i16,
    known_on: Date,
) -> Result<(Reached, YearTable), Error> {
    let query = Query::new(
        "select figure.area, figure.measure,
           cast(sum(case when figure.effective < $2 then figure.households else 0 end) as bigint) as households_before,
           cast(sum(case when figure.effective < $2 then figure.persons else 0 end) as bigint) as persons_before,
           cast(sum(case when figure.effective = $2 then figure.households else 0 end) as bigint) as households_first,
           cast(sum(case when figure.effective = $2 then figure.persons else 0 end) as bigint) as persons_first,
           cast(sum(case when figure.effective >= $2 then figure.households else 0 end) as bigint) as households_within,
           cast(sum(case when figure.effective >= $2 then figure.persons else 0 end) as bigint) as persons_within
         from figure
         where is_one_of(figure.area, $1, bigint) and figure.effective <= $3 and figure.known <= $4
         group by figure.area, figure.measure",
    )
    .bind_rows(&asked.all())?
    .bind(Day::from(kernel::date(year, 1, 1)).number())
    .bind(Day::from(kernel::date(year, 12, 31)).number())
    .bind(Day::from(known_on).number());
    let (reached, rows) = reader.read(SOURCE, query).await?;
    let mut table = YearTable::default();
    for row in rows {
        let sums = YearSums {
            before: amount(&row, "households_before", "persons_before")?,
            first_day: amount(&row, "households_first", "persons_first")?,
            within: amount(&row, "households_within", "persons_within")?,
        };
        table.0.insert((row.get("area")?, measure(&row)?), sums);
    }
    Ok((reached, table))
}

fn measure(row: &Row) -> Result<Measure, Error> {
    measure_at(row, "measure")
}

fn measure_at(row: &Row, column: impl ColumnIndex) -> Result<Measure, Error> {
    let number: i64 = row.get(column)?;
    // Invariant: only numbers of measures are written.
    Measure::from_number(number).ok_or(Error::Negative(number))
}

fn amount(row: &Row, households: &str, persons: &str) -> Result<Amount, Error> {
    Ok(Amount { households: row.get(households)?, persons: row.get(persons)? })
}
