//! Sums of the registry: stocks, movements and lacks.

use super::{
    Grounds,
    point::{Portion, covered_units},
};
use kernel::Date;
use poverty_view::{
    SOURCE, StocksAsked, StocksOn,
    domain::{Amount, AreaNumber, Day, Ethnicity, Measure, Need, Stocks},
    model::recorded_directly,
};
use projection::{Error, Query, Reached, Reader, Row, Transaction};
use reference::Area;
use rustc_hash::FxHashMap;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Add,
};

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
pub(crate) struct StockTable(FxHashMap<i64, AreaStocks>);

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

/// Whether stocks are read by ethnic group too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Groups {
    Apart,
    Together,
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
}

/// The stocks on each of the days, as known on the other; where groups are read apart, of the areas that are shown.
pub(crate) async fn stocks(
    reader: impl Reader,
    areas: &Asked,
    groups: Groups,
    days: &BTreeSet<Date>,
    known_on: Date,
) -> Result<(Reached, BTreeMap<Date, StockTable>), Error> {
    let by_group: Vec<i64> = match groups {
        Groups::Apart => areas.shown.iter().copied().collect(),
        Groups::Together => Vec::new(),
    };
    let asked = StocksAsked { together: &areas.all(), by_group: &by_group, days, known_on };
    let (reached, parts) = poverty_view::stocks(reader, asked).await?;
    let mut tables: BTreeMap<Date, StockTable> =
        days.iter().map(|day| (*day, StockTable::default())).collect();
    for StocksOn { days, area, group, stocks } in parts {
        for table in tables.values_mut().skip(days.start).take(days.len()) {
            let of_area = table.0.entry(area).or_default();
            match group {
                None => of_area.all += stocks,
                Some(group) => *of_area.by_ethnicity.entry(group).or_default() += stocks,
            }
        }
    }
    Ok((reached, tables))
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
        lacking.0.insert(measure(&row)?, amount(&row)?);
    }
    Ok(lacking)
}

/// What became of one measure in a year. Of movements and lacks only what was within it is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct YearSums {
    /// Up to the eve.
    pub(crate) before: Amount,
    /// On the first of January.
    pub(crate) first_day: Amount,
    /// In the year, its first day included.
    pub(crate) within: Amount,
}

impl YearSums {
    /// On the first day.
    pub(crate) fn at_start(&self) -> Amount {
        self.before + self.first_day
    }

    /// On the last day.
    pub(crate) fn at_end(&self) -> Amount {
        self.before + self.within
    }
}

impl Add for YearSums {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            before: self.before + other.before,
            first_day: self.first_day + other.first_day,
            within: self.within + other.within,
        }
    }
}

/// Sums of all measures over a year, by area.
#[derive(Debug, Default)]
pub(crate) struct YearTable(FxHashMap<(i64, Measure), YearSums>);

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
            before != Amount::ZERO || within != Amount::ZERO
        });
        let registered = sums(Measure::Registered);
        any.then(|| registered.before.households.max(registered.at_end().households))
    }
}

/// The year's sums, as known on the day.
pub(crate) async fn year(
    snapshot: &mut Transaction,
    areas: &Asked,
    year: i16,
    known_on: Date,
) -> Result<(Reached, YearTable), Error> {
    let (first, last) = (kernel::date(year, 1, 1), kernel::date(year, 12, 31));
    let days = BTreeSet::from([kernel::date(year - 1, 12, 31), first, last]);
    let (reached, stocks) = stocks(&mut *snapshot, areas, Groups::Together, &days, known_on).await?;
    let mut table = YearTable::default();
    for (on_day, stocks) in (0..).zip(stocks.into_values()) {
        for (area, stocks) in stocks.0 {
            for (measure, amount) in stocks.all.by_measure() {
                let sums = table.0.entry((area, measure)).or_default();
                match on_day {
                    0 => sums.before = amount,
                    1 => sums.first_day = amount + -sums.before,
                    _ => sums.within = amount + -sums.before,
                }
            }
        }
    }
    let query = Query::new(
        "select figure.area, figure.measure,
                cast(sum(figure.households) as bigint) as households,
                cast(sum(figure.persons) as bigint) as persons
         from figure
         where is_one_of(figure.area, $1, bigint) and figure.effective between $2 and $3 and figure.known <= $4
         group by figure.area, figure.measure",
    )
    .bind_rows(&areas.all())?
    .bind(Day::from(first).number())
    .bind(Day::from(last).number())
    .bind(Day::from(known_on).number());
    for row in snapshot.fetch_all(query).await? {
        let sums = YearSums { within: amount(&row)?, ..YearSums::default() };
        table.0.insert((row.get("area")?, measure(&row)?), sums);
    }
    Ok((reached, table))
}

fn measure(row: &Row) -> Result<Measure, Error> {
    let number: i64 = row.get("measure")?;
    // Invariant: only numbers of measures are written.
    Measure::from_number(number).ok_or(Error::Negative(number))
}

fn amount(row: &Row) -> Result<Amount, Error> {
    Ok(Amount { households: row.get("households")?, persons: row.get("persons")? })
}
