//! Households and persons by class, of an area and its parts.

use super::{
    Grounds, from_projection,
    placed::NotPlaced,
    point::{PointOfView, Portion, area_on_map, covered_units},
    reading::{AreaStocks, Asked, Groups, StockTable, stocks},
    status::{DataStatus, caveats, figure, share},
};
use crate::figure::{CountedClass, Extent, FigureName, ShareName, Unit, count_name};
use api::progress as proto;
use kernel::{Date, written_day};
use poverty_view::domain::{Amount, AreaNumber, Class, Ethnicity, Stocks, TrackedClass};
use projection::{Reached, Reader};
use reference::{Area, Caveat};
use service::Refusal;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The view that the request asks for, without a resume token.
pub(crate) async fn poverty(
    grounds: &Grounds,
    reader: impl Reader,
    request: &proto::GetPovertyRequest,
) -> Result<proto::PovertyView, Refusal> {
    let view = PointOfView::parse(grounds, request.view.as_ref())?;
    let areas = &grounds.reference.areas;
    let area = area_on_map(areas, &request.area, "area", view.map)?;
    let parts = if request.parts { areas.children(&area.key, view.map) } else { Vec::new() };
    let outside_parts = Portion::outside(area, parts.clone());
    let groups = if request.by_ethnicity { Groups::Apart } else { Groups::Together };
    let rows = std::iter::once(area).chain(parts.iter().copied());
    let sight = Sight::of(grounds, reader, view, rows, groups).await?;
    sight.refuse_where_nothing_can_be_placed(area, "area")?;
    Ok(proto::PovertyView {
        area: Some(sight.row(&Portion::whole(area))),
        parts: parts.iter().map(|part| sight.row(&Portion::whole(part))).collect(),
        outside_parts: outside_parts
            .filter(|portion| sight.has_any(portion))
            .map(|portion| sight.row(&portion)),
        view: Some(view.to_proto()),
        standard: grounds
            .reference
            .standards
            .in_force(view.as_at)
            .map_or_else(String::new, |standard| standard.id.clone()),
        provisional: caveats(provisional(grounds, view.as_at)),
        position: sight.read.position,
        events_set_aside: sight.read.set_aside,
        resume_token: String::new(),
    })
}

/// Why figures under the standard of that day are provisional.
pub(crate) fn provisional(grounds: &Grounds, day: kernel::Date) -> Vec<Caveat> {
    match grounds.reference.standards.in_force(day) {
        Some(standard) => standard.caveats().to_vec(),
        None => vec![Caveat::new(
            format!("ngày {} không có chuẩn nghèo nào có hiệu lực", written_day(day)),
            format!("no poverty standard is in force on {day}"),
        )],
    }
}

/// Which stocks are read at once: of these areas on these days.
#[derive(Debug)]
pub(crate) struct Wanted {
    areas: Asked,
    groups: Groups,
    days: BTreeSet<Date>,
}

impl Wanted {
    /// Nothing yet.
    pub(crate) fn new(groups: Groups) -> Self {
        Self { areas: Asked::default(), groups, days: BTreeSet::new() }
    }

    /// Adds what rows on these areas need on the day and map of the view.
    pub(crate) fn add<'b>(
        &mut self,
        grounds: &Grounds,
        view: PointOfView,
        rows: impl Iterator<Item = &'b Area>,
    ) {
        self.areas.add(grounds, view.map, rows);
        self.days.insert(view.as_at);
    }

    /// Reads it, as known on the day.
    pub(crate) async fn read(&self, reader: impl Reader, known_on: Date) -> Result<StocksRead, Refusal> {
        let Self { areas, groups, days } = self;
        let (read, tables) = stocks(reader, areas, *groups, days, known_on).await.map_err(from_projection)?;
        Ok(StocksRead {
            read,
            tables: tables.into_iter().map(|(day, table)| (day, Arc::new(table))).collect(),
        })
    }
}

/// Stocks of everything that was wanted.
pub(crate) struct StocksRead {
    read: Reached,
    tables: BTreeMap<Date, Arc<StockTable>>,
}

impl StocksRead {
    /// What was read for a view that was wanted.
    pub(crate) fn sight<'a>(&self, grounds: &'a Grounds, view: PointOfView) -> Sight<'a> {
        let table = self.tables.get(&view.as_at).map(Arc::clone).unwrap_or_default();
        Sight { grounds, view, table, read: self.read }
    }
}

/// Everything read for the rows of one view.
pub(crate) struct Sight<'a> {
    grounds: &'a Grounds,
    pub(crate) view: PointOfView,
    table: Arc<StockTable>,
    pub(crate) read: Reached,
}

/// How well an area is covered by data on the map asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Coverage {
    /// Units of commune level.
    pub(crate) units: usize,
    /// Of these with a registered household.
    pub(crate) registered: usize,
    /// Of these with a household reviewed under the standard in force.
    pub(crate) reviewed: usize,
    /// Households recorded in units that the map cannot place, which may be in this area.
    pub(crate) not_placed: i64,
    /// Whether some of them may be missing from the area's own figures.
    pub(crate) some_missing: bool,
}

impl Coverage {
    /// Without a value no unit has data for it, whatever else is known of them.
    pub(crate) fn of_figure(self, status: DataStatus) -> Self {
        match status {
            DataStatus::NoData => Self { registered: 0, reviewed: 0, ..self },
            _ => self,
        }
    }

    pub(crate) fn to_proto(self) -> proto::Coverage {
        let count = |units: usize| i32::try_from(units).unwrap_or(i32::MAX);
        proto::Coverage {
            areas_with_data: count(self.reviewed),
            areas: count(self.units),
            households_not_placed: self.not_placed,
        }
    }
}

impl<'a> Sight<'a> {
    /// Reads what the rows of the areas need.
    pub(crate) async fn of<'b>(
        grounds: &'a Grounds,
        reader: impl Reader,
        view: PointOfView,
        rows: impl Iterator<Item = &'b Area>,
        groups: Groups,
    ) -> Result<Self, Refusal> {
        let mut wanted = Wanted::new(groups);
        wanted.add(grounds, view, rows);
        Ok(wanted.read(reader, view.known_on).await?.sight(grounds, view))
    }

    pub(crate) fn stocks(&self, area: &Area) -> Stocks {
        self.table.of(AreaNumber::of(&area.key))
    }

    pub(crate) fn stocks_of_portion(&self, portion: &Portion<'_>) -> AreaStocks {
        self.table.of_portion(portion)
    }

    /// Whether anything is counted there.
    fn has_any(&self, portion: &Portion<'_>) -> bool {
        self.stocks_of_portion(portion).all != Stocks::default()
    }

    pub(crate) fn coverage(&self, area: &Area) -> Coverage {
        self.coverage_of_all(&[area])
    }

    /// How well the areas together are covered; none of them is a part of another.
    pub(crate) fn coverage_of_all(&self, areas: &[&Area]) -> Coverage {
        let units =
            areas.iter().flat_map(|area| covered_units(&self.grounds.reference.areas, area, self.view.map));
        let units: Vec<_> = units.map(|unit| self.stocks(unit)).collect();
        let not_placed = self.not_placed(areas);
        Coverage {
            units: units.len(),
            registered: units.iter().filter(|stocks| stocks.registered.households != 0).count(),
            reviewed: units.iter().filter(|stocks| stocks.reviewed().households != 0).count(),
            not_placed: not_placed.households,
            some_missing: not_placed.some_missing,
        }
    }

    fn not_placed(&self, areas: &[&Area]) -> NotPlaced {
        NotPlaced::of(self.grounds, areas, self.view.map, |unit| self.table.recorded_directly(unit))
    }

    /// Refuses an area all of whose households were recorded where the map cannot place them.
    pub(crate) fn refuse_where_nothing_can_be_placed(&self, area: &Area, field: &str) -> Result<(), Refusal> {
        let recorded = self.table.recorded(AreaNumber::of(&area.key));
        self.not_placed(&[area]).refuse(area, self.view.map, recorded, field)
    }

    /// Whether registered households are all counted, and whether all units were reviewed. What lies outside the parts of
    /// an area is complete where the area is.
    pub(crate) fn statuses(&self, portion: &Portion<'_>) -> Statuses {
        let (stocks, coverage) = (self.stocks_of_portion(portion).all, self.coverage(portion.area));
        let whole = self.read.set_aside == 0 && !coverage.some_missing;
        Statuses {
            registered: DataStatus::of(
                stocks.registered.households != 0,
                whole && coverage.registered == coverage.units,
            ),
            reviewed: DataStatus::of(
                stocks.reviewed().households != 0,
                whole && coverage.reviewed == coverage.units,
            ),
        }
    }

    pub(crate) fn row(&self, portion: &Portion<'_>) -> proto::PovertyRow {
        let (stocks, statuses) = (self.stocks_of_portion(portion), self.statuses(portion));
        let scope = self.view.scope(portion).to_string();
        let counts = |unit| counts(&scope, unit, &stocks.all, statuses, None);
        let rate = |class: TrackedClass, poor: i64| {
            let name = FigureName::Share(ShareName { class, scope: self.view.scope(portion) });
            share(&name, statuses.reviewed, poor, stocks.all.registered.households)
        };
        let groups = stocks.by_ethnicity.iter().filter(|(_, stocks)| stocks.registered != Amount::ZERO);
        proto::PovertyRow {
            area: Some(super::areas::to_proto(portion.area)),
            households: Some(counts(Unit::Households)),
            persons: Some(counts(Unit::Persons)),
            poor_rate: Some(rate(TrackedClass::Poor, stocks.all.poor.households)),
            near_poor_rate: Some(rate(TrackedClass::NearPoor, stocks.all.near_poor.households)),
            coverage: match portion.extent() {
                Extent::Whole => Some(self.coverage(portion.area).to_proto()),
                Extent::OutsideParts => None,
            },
            by_ethnicity: groups
                .map(|(group, stocks)| self.ethnicity_row(&scope, *group, stocks, statuses))
                .collect(),
        }
    }

    fn ethnicity_row(
        &self,
        scope: &str,
        group: Ethnicity,
        stocks: &Stocks,
        statuses: Statuses,
    ) -> proto::EthnicityRow {
        let code = group.to_string();
        let known = self.grounds.reference.ethnic_groups.get(&code);
        let counts = |unit| counts(scope, unit, stocks, statuses, Some(&code));
        proto::EthnicityRow {
            display_name: known.map_or_else(|| code.clone(), |known| known.name.clone()),
            households: Some(counts(Unit::Households)),
            persons: Some(counts(Unit::Persons)),
            ethnicity: code,
        }
    }
}

fn counts(
    scope: &str,
    unit: Unit,
    stocks: &Stocks,
    statuses: Statuses,
    group: Option<&str>,
) -> proto::Counts {
    let count = |class: CountedClass| {
        let name = count_name(unit, class, scope, group);
        Some(figure(name, statuses.of(class), value(stocks, unit, class), unit))
    };
    proto::Counts {
        total: count(CountedClass::Registered),
        poor: count(CountedClass::Poor),
        near_poor: count(CountedClass::NearPoor),
        not_poor: count(CountedClass::NotPoor),
        not_reviewed: count(CountedClass::NotReviewed),
    }
}

/// The two kinds of data behind an area's counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Statuses {
    /// Households are registered.
    pub(crate) registered: DataStatus,
    /// Some were reviewed under the standard in force.
    pub(crate) reviewed: DataStatus,
}

impl Statuses {
    pub(crate) const fn of(self, class: CountedClass) -> DataStatus {
        match class {
            CountedClass::Registered | CountedClass::NotReviewed => self.registered,
            CountedClass::Poor | CountedClass::NearPoor | CountedClass::NotPoor => self.reviewed,
        }
    }
}

/// The count's value.
pub(crate) fn value(stocks: &Stocks, unit: Unit, class: CountedClass) -> i64 {
    let amount = class.class().map_or(stocks.registered, |class: Class| stocks.of(class));
    match unit {
        Unit::Households => amount.households,
        Unit::Persons => amount.persons,
    }
}
