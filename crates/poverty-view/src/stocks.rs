//! Stocks of areas on days, added up from `stock` and, for whole years, from `stock_of_year`.

use crate::{
    domain::{Amount, Day, Ethnicity, Stocks},
    model::{ALL_GROUPS, SOURCE, STOCK_AMOUNTS},
};
use kernel::Date;
use projection::{Error, Query, Reached, Reader, Row};
use std::{collections::BTreeSet, ops::Range};

/// Which stocks are asked for.
#[derive(Clone, Copy, Debug)]
pub struct StocksAsked<'a> {
    /// Numbers of the areas that are asked for with all ethnic groups together.
    pub together: &'a [i64],
    /// Numbers of those that are asked for group by group.
    pub by_group: &'a [i64],
    /// The days on which.
    pub days: &'a BTreeSet<Date>,
    /// The day by the end of which it was known.
    pub known_on: Date,
}

/// What adds to the stocks of an area, or of a group in it, on some of the days.
#[derive(Debug)]
pub struct StocksOn {
    /// Places of these days among those that are asked for.
    pub days: Range<usize>,
    /// The area's number.
    pub area: i64,
    /// `None` of all groups together.
    pub group: Option<Ethnicity>,
    /// What adds to them.
    pub stocks: Stocks,
}

/// What the stocks add up from, in no order. Nothing comes where nothing was recorded; several may add to one area and
/// group on the same day.
pub async fn stocks(reader: impl Reader, asked: StocksAsked<'_>) -> Result<(Reached, Vec<StocksOn>), Error> {
    let parts = parts(asked.days);
    let (reached, rows) = reader.read(SOURCE, query(&parts, asked)?).await?;
    Ok((reached, rows.iter().map(|row| stocks_on(&parts, row)).collect::<Result<_, _>>()?))
}

/// Days whose changes are added up together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Span {
    /// After the first, up to the second, all of one year.
    Days(i32, i32),
    /// From the first year to the second.
    Years(i32, i32),
}

/// A span and the places of the days that it is a part of.
type Part = (Span, Range<usize>);

/// What the stocks on the days are made of. Each is the sum of whole years and of what came after the last of them.
fn parts(days: &BTreeSet<Date>) -> Vec<Part> {
    let days: Vec<(Day, i32)> =
        days.iter().map(|day| Day::from(*day)).map(|day| (day, last_whole_year(day))).collect();
    let mut parts = Vec::new();
    // Before every day and every year.
    let (mut last_day, mut last_whole) = (0, -1);
    for (place, &(day, whole)) in days.iter().enumerate() {
        let mut after = last_day;
        if whole > last_whole {
            parts.push((Span::Years(last_whole + 1, whole), place..days.len()));
            after = Day::last_of(whole).number();
        }
        if after < day.number() {
            let until = days.partition_point(|(_, other)| *other <= whole);
            parts.push((Span::Days(after, day.number()), place..until));
        }
        (last_day, last_whole) = (day.number(), whole);
    }
    parts
}

/// The last year that had ended by the end of the day.
fn last_whole_year(day: Day) -> i32 {
    if day == Day::last_of(day.year()) { day.year() } else { day.year() - 1 }
}

/// Rows as [`stocks_on`] reads them.
fn query(parts: &[Part], asked: StocksAsked<'_>) -> Result<Query, Error> {
    const FIRST_LIST: usize = 2;
    let lists = [(asked.together, format!("= {ALL_GROUPS}")), (asked.by_group, format!("> {ALL_GROUPS}"))];
    let lists: Vec<_> = lists.into_iter().filter(|(areas, _)| !areas.is_empty()).collect();
    let mut selects = Vec::new();
    for (place, (span, _)) in parts.iter().enumerate() {
        let bound = FIRST_LIST + lists.len() + 2 * place;
        for (list, (_, groups)) in (FIRST_LIST..).zip(&lists) {
            selects.extend(span.selects(place, list, groups, bound));
        }
    }
    if selects.is_empty() {
        return Ok(Query::new("select 1 where false"));
    }
    let mut query = Query::new(selects.join(" union all ")).bind(Day::from(asked.known_on).number());
    for (areas, _) in &lists {
        query = query.bind_rows(areas)?;
    }
    Ok(parts.iter().flat_map(|(span, _)| span.bounds()).fold(query, Query::bind))
}

impl Span {
    const fn bounds(self) -> [i32; 2] {
        let (Self::Days(from, to) | Self::Years(from, to)) = self;
        [from, to]
    }

    /// Statements whose first column is the part's place. They read the areas at one placeholder, the bounds at another and
    /// the next, the day of knowledge at the first. A year of which something was known only later is added up by its days.
    fn selects(self, place: usize, list: usize, groups: &str, bound: usize) -> Vec<String> {
        let (from, to) = (format!("${bound}"), format!("${}", bound + 1));
        let sums = STOCK_AMOUNTS.map(|amount| format!("cast(sum(stock.{amount}) as bigint)")).join(", ");
        let select = |tables: String| {
            format!(
                "select cast({place} as bigint), stock.area, stock.ethnicity, {sums} from {tables}
                 group by stock.area, stock.ethnicity"
            )
        };
        let by_days = |years: String, after: &str, to: &str| {
            select(format!(
                "stock_of_year as whole cross join stock
                 where is_one_of(whole.area, ${list}, bigint) and whole.ethnicity {groups} and {years}
                   and stock.area = whole.area and stock.ethnicity = whole.ethnicity
                   and stock.effective > {after} and stock.effective <= {to} and stock.known <= $1"
            ))
        };
        match self {
            Self::Days(..) => vec![by_days(format!("whole.year = {to} / 10000"), &from, &to)],
            Self::Years(..) => vec![
                select(format!(
                    "stock_of_year as stock where is_one_of(stock.area, ${list}, bigint) and stock.ethnicity {groups}
                     and stock.year between {from} and {to} and stock.last_known <= $1"
                )),
                by_days(
                    format!("whole.year between {from} and {to} and whole.last_known > $1"),
                    "whole.year * 10000",
                    "whole.year * 10000 + 9999",
                ),
            ],
        }
    }
}

fn stocks_on(parts: &[Part], row: &Row) -> Result<StocksOn, Error> {
    let (place, group): (i64, i64) = (row.get(0)?, row.get(2)?);
    let part = usize::try_from(place).ok().and_then(|place| parts.get(place));
    let (_, days) = part.ok_or(Error::Negative(place))?;
    let amount =
        |column| Ok::<_, Error>(Amount { households: row.get(column)?, persons: row.get(column + 1)? });
    Ok(StocksOn {
        days: days.clone(),
        area: row.get(1)?,
        // Invariant: beside all groups together, only codes of groups are written.
        group: (group != ALL_GROUPS).then(|| Ethnicity::try_from(group).unwrap_or(Ethnicity::UNKNOWN)),
        stocks: Stocks {
            registered: amount(3)?,
            poor: amount(5)?,
            near_poor: amount(7)?,
            not_poor: amount(9)?,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::date;

    fn contains(span: &Span, day: Date) -> bool {
        match span {
            Span::Days(after, to) => (after + 1..=*to).contains(&Day::from(day).number()),
            Span::Years(first, last) => (*first..=*last).contains(&day.year().into()),
        }
    }

    #[test]
    fn the_parts_of_a_day_hold_every_day_up_to_it_once_and_no_later_one() {
        let ends = [
            date(2020, 12, 30),
            date(2020, 12, 31),
            date(2021, 1, 1),
            date(2021, 6, 30),
            date(2021, 12, 31),
            date(2022, 12, 30),
            date(2023, 12, 31),
            date(2024, 2, 29),
        ];
        for chosen in 1_u32..1 << ends.len() {
            let days: BTreeSet<Date> =
                (0..).zip(ends).filter(|(bit, _)| chosen >> bit & 1 == 1).map(|(_, day)| day).collect();
            let parts = parts(&days);
            for (place, asked) in days.iter().enumerate() {
                let of_day: Vec<_> = parts.iter().filter(|(_, days)| days.contains(&place)).collect();
                for day in date(2020, 12, 29).series(jiff::Span::new().days(1)).take(1_200) {
                    let found = of_day.iter().filter(|(span, _)| contains(span, day)).count();
                    assert_eq!(found, usize::from(day <= *asked), "{day} in {of_day:?} up to {asked}");
                }
            }
        }
    }

    #[test]
    fn whole_years_are_taken_together() {
        let days =
            BTreeSet::from([date(2022, 1, 1), date(2025, 12, 31), date(2026, 6, 30), date(2026, 11, 26)]);
        assert_eq!(
            parts(&days),
            [
                (Span::Years(0, 2021), 0..4),
                (Span::Days(20211231, 20220101), 0..1),
                (Span::Years(2022, 2025), 1..4),
                (Span::Days(20251231, 20260630), 2..4),
                (Span::Days(20260630, 20261126), 3..4),
            ]
        );
    }
}
