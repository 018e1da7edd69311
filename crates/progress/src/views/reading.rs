//! Sums read from `figure` and `group_stock`.

use super::{
    Grounds,
    point::{Portion, covered_units},
};
use kernel::Date;
use poverty_view::{
    domain::{Amount, AreaNumber, Day, Ethnicity, Measure, Need, Stocks},
    model::{SOURCE, recorded_directly},
};
use projection::{ColumnIndex, Error, Query, Reached, Reader, Row};
use reference::Area;
use std::collections::{BTreeMap, BTreeSet, HashMap};

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

/// The stocks on each of the days, as known on the other: each figure is read once for all of them.
pub(crate) async fn stocks(
    reader: impl Reader,
    asked: &Asked,
    days: &BTreeSet<Date>,
    known_on: Date,
) -> Result<(Reached, BTreeMap<Date, StockTable>), Error> {
    let (reached, rows) = reader.read(SOURCE, stocks_query(asked, days, known_on)?).await?;
    Ok((reached, stock_tables(rows, days)?))
}

/// What [`stocks_query`] gives, as it stands on each of the days.
fn stock_tables(rows: Vec<Row>, days: &BTreeSet<Date>) -> Result<BTreeMap<Date, StockTable>, Error> {
    let mut tables: BTreeMap<Date, StockTable> =
        days.iter().map(|day| (*day, StockTable::default())).collect();
    for row in rows {
        let first_day = usize::try_from(row.get_u64(0)?).unwrap_or(usize::MAX);
        let (area, measure, amount) = (row.get(1)?, measure_at(&row, 2)?, amount_at(&row, 3)?);
        for table in tables.values_mut().skip(first_day) {
            table.0.entry(area).or_default().all.add(measure, amount);
        }
    }
    Ok(tables)
}

/// Statements among which the areas whose groups are read are dealt out: the sums take most of a view's time.
const GROUPS_READ_AT_ONCE: usize = 2;

/// The stocks on the day, as known on the other, of the areas that are shown by ethnic group too.
pub(crate) async fn stocks_by_group(
    reader: impl Reader,
    asked: &Asked,
    day: Date,
    known_on: Date,
) -> Result<(Reached, StockTable), Error> {
    let (days, shown) = (BTreeSet::from([day]), asked.shown());
    let mut queries = vec![stocks_query(asked, &days, known_on)?];
    for areas in shown.chunks(shown.len().div_ceil(GROUPS_READ_AT_ONCE).max(1)) {
        queries.push(groups_query(areas, day, known_on)?);
    }
    let (reached, answers) = reader.read_all(SOURCE, queries).await?;
    let mut answers = answers.into_iter();
    let together = stock_tables(answers.next().unwrap_or_default(), &days)?;
    let mut table = together.into_values().next().unwrap_or_default();
    for row in answers.flatten() {
        let group = Ethnicity::try_from(row.get::<i64>(1)?).unwrap_or(Ethnicity::UNKNOWN);
        let stocks = Stocks {
            registered: amount_at(&row, 2)?,
            poor: amount_at(&row, 4)?,
            near_poor: amount_at(&row, 6)?,
            not_poor: amount_at(&row, 8)?,
        };
        if stocks != Stocks::default() {
            *table.0.entry(row.get(0)?).or_default().by_ethnicity.entry(group).or_default() += stocks;
        }
    }
    Ok((reached, table))
}

/// Rows of the day's place among the days from 0, area, measure, and what came since the earlier of the days: households
/// and persons.
fn stocks_query(asked: &Asked, days: &BTreeSet<Date>, known_on: Date) -> Result<Query, Error> {
    const FIRST_DAY: usize = 3;
    if days.is_empty() {
        return Ok(Query::new("select 1 where false"));
    }
    let measures = Measure::STOCKS.map(|measure| measure.number().to_string()).join(", ");
    let changes = days.iter().enumerate().map(|(at, _)| {
        let day = FIRST_DAY + at;
        let since = if at == 0 { String::new() } else { format!("and figure.effective > ${}", day - 1) };
        format!(
            "select cast({at} as bigint), figure.area, figure.measure,
                    cast(sum(figure.households) as bigint), cast(sum(figure.persons) as bigint)
             from figure
             where is_one_of(figure.area, $1, bigint) and figure.measure in ({measures})
               {since} and figure.effective <= ${day} and figure.known <= $2
             group by figure.area, figure.measure"
        )
    });
    let text = changes.collect::<Vec<_>>().join(" union all ");
    let query = Query::new(text).bind_rows(&asked.all())?.bind(Day::from(known_on).number());
    Ok(days.iter().fold(query, |query, day| query.bind(Day::from(*day).number())))
}

/// Rows of area, ethnic group, and households and persons of each stock.
fn groups_query(areas: &[i64], day: Date, known_on: Date) -> Result<Query, Error> {
    Ok(Query::new(
        "select stock.area, stock.ethnicity,
                cast(sum(stock.registered_households) as bigint), cast(sum(stock.registered_persons) as bigint),
                cast(sum(stock.poor_households) as bigint), cast(sum(stock.poor_persons) as bigint),
                cast(sum(stock.near_poor_households) as bigint), cast(sum(stock.near_poor_persons) as bigint),
                cast(sum(stock.not_poor_households) as bigint), cast(sum(stock.not_poor_persons) as bigint)
         from group_stock as stock
         where is_one_of(stock.area, $1, bigint) and stock.effective <= $2 and stock.known <= $3
         group by stock.area, stock.ethnicity",
    )
    .bind_rows(areas)?
    .bind(Day::from(day).number())
    .bind(Day::from(known_on).number()))
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

/// Households in this column, persons in the next.
fn amount_at(row: &Row, column: usize) -> Result<Amount, Error> {
    Ok(Amount { households: row.get(column)?, persons: row.get(column + 1)? })
}

fn measure_at(row: &Row, column: impl ColumnIndex) -> Result<Measure, Error> {
    let number: i64 = row.get(column)?;
    // Invariant: only numbers of measures are written.
    Measure::from_number(number).ok_or(Error::Negative(number))
}

fn amount(row: &Row, households: &str, persons: &str) -> Result<Amount, Error> {
    Ok(Amount { households: row.get(households)?, persons: row.get(persons)? })
}
