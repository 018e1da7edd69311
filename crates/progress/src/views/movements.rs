//! How the poor and near-poor of an area changed in a year: forms 2 and 3.

use super::{
    Grounds, from_projection,
    placed::NotPlaced,
    point::{Portion, area_on_map, covered_units, day_or, map_day},
    poverty::provisional,
    reading::{Asked, YearSums, YearTable, year},
    status::{DataStatus, caveats, figure},
};
use crate::figure::{Days, FigureName, MovementColumn, MovementName, Term, Unit, column_terms};
use api::progress as proto;
use kernel::{Date, date};
use poverty_view::domain::{Amount, AreaNumber, ClassFlow, Flow, Measure, TrackedClass};
use projection::{Reached, Transaction};
use reference::Area;
use service::{Refusal, reason};

/// The forms that the request asks for.
pub(crate) async fn movements(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    request: &proto::GetMovementsRequest,
) -> Result<proto::MovementsView, Refusal> {
    let year = parse_year(request.year)?;
    let year_end = date(year, 12, 31);
    let known_on = day_or(&request.known_on, "known_on", grounds.today())?;
    let areas = &grounds.reference.areas;
    let map = map_day(areas.geography(day_or(&request.map, "map", year_end)?));
    let area = area_on_map(areas, &request.area, "area", map)?;
    let parts = if request.parts { areas.children(&area.key, map) } else { Vec::new() };
    let outside_parts = Portion::outside(area, parts.clone());
    let point = YearOfView { year, known_on, map };
    let rows = std::iter::once(area).chain(parts.iter().copied());
    let sight = YearSight::of(grounds, snapshot, point, rows).await?;
    sight.refuse_where_nothing_can_be_placed(area, "area")?;
    Ok(proto::MovementsView {
        area: Some(sight.row(&Portion::whole(area))),
        parts: parts.iter().map(|part| sight.row(&Portion::whole(part))).collect(),
        outside_parts: outside_parts
            .filter(|portion| sight.has_data(portion))
            .map(|portion| sight.row(&portion)),
        year: request.year,
        standard: grounds
            .reference
            .standards
            .in_force(year_end)
            .map_or_else(String::new, |standard| standard.id.clone()),
        provisional: caveats(provisional(grounds, year_end)),
        position: sight.read.position,
        events_set_aside: sight.read.set_aside,
    })
}

fn parse_year(year: i32) -> Result<i16, Refusal> {
    let read = i16::try_from(year).ok().filter(|year| (1..=9999).contains(year));
    read.ok_or_else(|| {
        Refusal::new(&reason::FIELD_INVALID)
            .with("field", "year")
            .with("value", year)
            .with("expected", "1 – 9999")
            .at("year")
    })
}

/// A year, seen from a day on a map.
#[derive(Clone, Copy, Debug)]
pub(crate) struct YearOfView {
    pub(crate) year: i16,
    pub(crate) known_on: Date,
    pub(crate) map: Date,
}

/// Everything read for the rows of one view.
pub(crate) struct YearSight<'a> {
    grounds: &'a Grounds,
    point: YearOfView,
    table: YearTable,
    pub(crate) read: Reached,
}

impl<'a> YearSight<'a> {
    pub(crate) async fn of<'b>(
        grounds: &'a Grounds,
        snapshot: &mut Transaction,
        point: YearOfView,
        rows: impl Iterator<Item = &'b Area>,
    ) -> Result<Self, Refusal> {
        let mut areas = Asked::default();
        areas.add(grounds, point.map, rows);
        let (read, table) =
            year(snapshot, &areas, point.year, point.known_on).await.map_err(from_projection)?;
        Ok(Self { grounds, point, table, read })
    }

    /// There are data where somebody was reviewed under the standard of the year, at its start or its end, or where
    /// anything moved; they are complete where that holds for every unit of the area and all are placed.
    pub(crate) fn status(&self, portion: &Portion<'_>) -> DataStatus {
        let units = covered_units(&self.grounds.reference.areas, portion.area, self.point.map);
        let all = units.iter().all(|unit| self.has_data(&Portion::whole(unit)));
        let whole = self.read.set_aside == 0 && !self.not_placed(portion.area).some_missing;
        DataStatus::of(self.has_data(portion), whole && all)
    }

    fn has_data(&self, portion: &Portion<'_>) -> bool {
        let reviewed = self.reviewed(portion);
        reviewed.at_start().households != 0
            || reviewed.at_end().households != 0
            || Measure::ALL.into_iter().any(|measure| match measure {
                Measure::Flow(Flow::Of(_, ClassFlow::StandardChange)) => false,
                Measure::Flow(_) => self.moved(portion, measure),
                _ => false,
            })
    }

    /// Whether the level with which the year begins is known: somebody was reviewed by then, or what was known of them went
    /// over to the standard of the year, and is not void under it.
    fn knows_start(&self, portion: &Portion<'_>) -> bool {
        let reviewed = self.reviewed(portion);
        let went_over = [TrackedClass::Poor, TrackedClass::NearPoor]
            .into_iter()
            .any(|class| self.moved(portion, Measure::Flow(Flow::Of(class, ClassFlow::StandardChange))));
        reviewed.at_start() != Amount::ZERO && (reviewed.before != Amount::ZERO || went_over)
    }

    /// Whether the level with which the year ends is known: somebody is reviewed then, or all have left.
    fn knows_end(&self, portion: &Portion<'_>) -> bool {
        let registered = self.table.of(portion, Measure::Registered);
        self.reviewed(portion).at_end() != Amount::ZERO || registered.at_end() == Amount::ZERO
    }

    fn moved(&self, portion: &Portion<'_>, measure: Measure) -> bool {
        self.table.of(portion, measure).within != Amount::ZERO
    }

    /// Those reviewed under the standard of the day.
    fn reviewed(&self, portion: &Portion<'_>) -> YearSums {
        [Measure::Poor, Measure::NearPoor, Measure::NotPoor]
            .into_iter()
            .map(|stock| self.table.of(portion, stock))
            .fold(YearSums::default(), |sum, stock| sum + stock)
    }

    fn not_placed(&self, area: &Area) -> NotPlaced {
        NotPlaced::of(self.grounds, &[area], self.point.map, |unit| self.table.recorded_directly(unit))
    }

    /// Refuses an area all of whose households of the year were recorded where the map cannot place them.
    pub(crate) fn refuse_where_nothing_can_be_placed(&self, area: &Area, field: &str) -> Result<(), Refusal> {
        let recorded = self.table.recorded(AreaNumber::of(&area.key));
        self.not_placed(area).refuse(area, self.point.map, recorded, field)
    }

    fn row(&self, portion: &Portion<'_>) -> proto::MovementsRow {
        let status = self.status(portion);
        let columns = |unit, class| Some(self.columns(portion, status, unit, class));
        proto::MovementsRow {
            area: Some(super::areas::to_proto(portion.area)),
            poor_households: columns(Unit::Households, TrackedClass::Poor),
            poor_persons: columns(Unit::Persons, TrackedClass::Poor),
            near_poor_households: columns(Unit::Households, TrackedClass::NearPoor),
            near_poor_persons: columns(Unit::Persons, TrackedClass::NearPoor),
        }
    }

    fn columns(
        &self,
        portion: &Portion<'_>,
        status: DataStatus,
        unit: Unit,
        class: TrackedClass,
    ) -> proto::MovementColumns {
        let column = |column| Some(self.column(portion, status, unit, class, column));
        proto::MovementColumns {
            start: column(MovementColumn::Start),
            exit_to_other_class: column(MovementColumn::ExitToOtherClass),
            exit_above: column(MovementColumn::ExitAbove),
            other_out: column(MovementColumn::OtherOut),
            from_other_class: column(MovementColumn::FromOtherClass),
            relapse: column(MovementColumn::Relapse),
            new: column(MovementColumn::New),
            other_in: column(MovementColumn::OtherIn),
            end: column(MovementColumn::End),
        }
    }

    /// One column of one form, with the status of the portion. A level that nobody reviewed is no zero.
    pub(crate) fn column(
        &self,
        portion: &Portion<'_>,
        status: DataStatus,
        unit: Unit,
        class: TrackedClass,
        column: MovementColumn,
    ) -> proto::Figure {
        let YearOfView { year, known_on, map } = self.point;
        let name = FigureName::Movement(MovementName {
            unit,
            class,
            column,
            area: portion.area.key.clone(),
            extent: portion.extent(),
            year,
            known_on,
            map,
        });
        let terms = column_terms(class, column, year);
        let sum: Amount = terms.iter().map(|term| self.term(portion, term)).sum();
        let is_known = match column {
            MovementColumn::Start => self.knows_start(portion),
            MovementColumn::End => self.knows_end(portion),
            _ => true,
        };
        let status = if is_known || sum != Amount::ZERO { status } else { DataStatus::NoData };
        let value = match unit {
            Unit::Households => sum.households,
            Unit::Persons => sum.persons,
        };
        figure(name.to_string(), status, value, unit)
    }

    fn term(&self, portion: &Portion<'_>, term: &Term) -> Amount {
        let sums = self.table.of(portion, term.measure);
        let of_the_year = Days::of_year(self.point.year);
        let amount = if term.effective == of_the_year {
            sums.within
        } else if term.effective.to == of_the_year.to {
            sums.at_end()
        } else {
            sums.before
        };
        if term.sign < 0 { -amount } else { amount }
    }
}
