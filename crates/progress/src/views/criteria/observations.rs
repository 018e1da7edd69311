//! The latest observations of indicators by units.

use super::reading::{Ground, day};
use crate::{
    rural::RURAL_SOURCE,
    views::{Grounds, point::PointOfView},
};
use events::rural::Observed;
use kernel::{Date, date};
use poverty_view::domain::{AreaNumber, Day};
use projection::{Error, Query, Reached, Reader, Transaction};
use serde::Serialize;
use std::collections::HashMap;

/// The set whose indicators are the resolution's targets.
const SET: &str = "lai-chau-resolution-2021-2025";

/// Of which days an observation is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Span {
    /// Up to the day of the view: the latest one counts.
    Now,
    /// The year before the resolution's period, from which it starts.
    YearBefore,
}

impl Span {
    pub(super) const fn number(self) -> i64 {
        match self {
            Self::YearBefore => 0,
            Self::Now => 1,
        }
    }

    /// Its days.
    fn row(self, grounds: &Grounds, as_at: Date) -> SpanRow {
        let number = |day: Date| Day::from(day).number();
        match self {
            Self::Now => SpanRow { span: self.number(), first: 0, last: number(as_at) },
            Self::YearBefore => {
                let year = grounds.reference.targets.period().from.year().saturating_sub(1).max(1);
                let (first, last) = (date(year, 1, 1), date(year, 12, 31).min(as_at));
                SpanRow { span: self.number(), first: number(first), last: number(last) }
            }
        }
    }
}

/// An observation that counts.
#[derive(Clone, Debug)]
pub(super) struct Report {
    pub(super) ground: Ground,
    pub(super) value: Observed,
    pub(super) reported_by: String,
}

/// By the number of the span, the indicator and the unit.
pub(super) type Reports = HashMap<(i64, String, AreaNumber), Report>;

#[derive(Serialize)]
struct SpanRow {
    span: i64,
    first: i32,
    last: i32,
}

#[derive(Serialize)]
struct IndicatorRow<'a> {
    indicator: &'a str,
}

#[derive(Serialize)]
struct AreaRow {
    area: AreaNumber,
}

/// Of each span, indicator and unit the latest observation that is not known to be corrected: one look into the table's key
/// each. They come in one row, for thousands of rows cost more than what is in them.
pub(super) async fn read(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    view: PointOfView,
    spans: &[Span],
    areas: &[AreaNumber],
    indicators: &[&str],
) -> Result<(Reached, Reports), Error> {
    const LATEST: &str = "from observation as latest
         where latest.criteria_set = $4 and latest.indicator = asked.indicator and latest.area = unit.area
           and latest.effective between given.first and given.last and latest.known <= $5
           and not exists (select 1 from observation as correction
                           where correction.corrects = latest.observation and correction.known <= $5)
         order by latest.effective desc, latest.position desc limit 1";
    const ASKED: &str = "from json_rows($1, span bigint, first bigint, last bigint) as given
         cross join json_rows($2, indicator text) as asked cross join json_rows($3, area bigint) as unit";
    let query = Query::each(
        format!(
            "select json_group_array(json_array(given.span, found.indicator, found.area, found.effective,
                                                found.position, json(found.value), found.reported_by)) as reports
             {ASKED} cross join observation as found
             where found.criteria_set = $4 and found.indicator = asked.indicator and found.area = unit.area
               and (found.effective, found.position) = (select latest.effective, latest.position {LATEST})"
        ),
        format!(
            "select coalesce(json_agg(json_build_array(given.span, found.indicator, found.area, found.effective,
                                                       found.position, found.value::json, found.reported_by)),
                             '[]'::json)::text as reports
             {ASKED} cross join lateral (select latest.* {LATEST}) as found"
        ),
    );
    let spans: Vec<_> = spans.iter().map(|span| span.row(grounds, view.as_at)).collect();
    let indicators: Vec<_> = indicators.iter().map(|indicator| IndicatorRow { indicator }).collect();
    let areas: Vec<_> = areas.iter().map(|area| AreaRow { area: *area }).collect();
    let query = query
        .bind_rows(&spans)?
        .bind_rows(&indicators)?
        .bind_rows(&areas)?
        .bind(SET)
        .bind(Day::from(view.known_on).number());
    let (reached, rows) = snapshot.read(RURAL_SOURCE, query).await?;
    let mut reports = Reports::new();
    for row in rows {
        let found: String = row.get("reports")?;
        let found: Vec<(i64, String, AreaNumber, i64, u64, Observed, String)> =
            serde_json::from_str(&found).map_err(Error::Rows)?;
        for (span, indicator, area, effective, position, value, reported_by) in found {
            let ground = Ground { on: day(effective)?, position };
            reports.insert((span, indicator, area), Report { ground, value, reported_by });
        }
    }
    Ok((reached, reports))
}
