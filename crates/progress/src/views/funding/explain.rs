//! From a figure about money to the transfers behind it.

use super::{
    super::{
        Grounds, cases,
        explain::{FactPlace, place, portion, shown},
        from_projection,
        point::{PointOfView, Portion},
        status::{DataStatus, money},
    },
    lens::Lens,
    parts,
    regroup::Regrouping,
    rows::some_missing,
    sums::{Balances, known},
};
use crate::{
    FUNDING_SOURCE,
    figure::{Extent, FigureName, Held, InRate, MoneyColumn, MoneyMeasure, MoneyName, MoneyRate},
    funding::{Cell, Entry, Leg, STAGES, Seen, stage_number, stage_word},
};
use api::progress as proto;
use kernel::Timestamp;
use poverty_view::domain::AreaNumber;
use projection::{Error, Query, Transaction};
use rustc_hash::FxHashSet;
use service::{Refusal, request::Page};
use std::collections::HashMap;

/// The explanation of a figure about money; `None` where the name names none.
pub(crate) async fn explain(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    name: &MoneyName,
    page: &Page<FactPlace>,
) -> Result<Option<proto::ExplainFigureResponse>, Refusal> {
    let scope = &name.scope;
    let Some(portion) = portion(grounds, &scope.area, scope.extent, scope.map) else { return Ok(None) };
    let view = PointOfView { as_at: scope.as_at, known_on: scope.known_on, map: scope.map };
    match name.measure {
        MoneyMeasure::OpenCases => {
            if scope.extent != Extent::Whole || name.held != Held::default() {
                return Ok(None);
            }
            cases::explain(grounds, snapshot, portion.area, view, page).await.map(Some)
        }
        _ if !is_known(grounds, name) => Ok(None),
        MoneyMeasure::Rate(rate) => {
            share(grounds, snapshot, &portion, view, &name.held, rate).await.map(Some)
        }
        MoneyMeasure::Column(column) => {
            let sum = Sum::of(grounds, snapshot, &portion, view, name, column).await?;
            sum.explain(snapshot, page).await.map(Some)
        }
        MoneyMeasure::NotPlaced => {
            let sum = Sum::of(grounds, snapshot, &portion, view, name, MoneyColumn::Plan).await?;
            sum.explain(snapshot, page).await.map(Some)
        }
    }
}

/// Whether the packs know what is held.
fn is_known(grounds: &Grounds, name: &MoneyName) -> bool {
    let reference = &grounds.reference;
    let Held { node, programme, regroup, source, rate, .. } = &name.held;
    let nodes = [node, programme].into_iter().flatten();
    let whole_inside = name.scope.extent == Extent::Whole && *rate == InRate::Inside;
    nodes.into_iter().all(|code| reference.programmes.get(code).is_some())
        && source.as_deref().is_none_or(|code| reference.funding.source(code).is_some())
        && regroup.as_deref().is_none_or(|code| Regrouping::to(&reference.programmes, code).is_some())
        && (name.measure != MoneyMeasure::NotPlaced || whole_inside)
}

/// A rate has no facts of its own: its two amounts have.
async fn share(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    portion: &Portion<'_>,
    view: PointOfView,
    held: &Held,
    rate: MoneyRate,
) -> Result<proto::ExplainFigureResponse, Refusal> {
    let columns = [MoneyColumn::Disbursed, rate.denominator()];
    let mut inputs = Vec::with_capacity(columns.len());
    for column in columns {
        let measure = MoneyMeasure::Column(column);
        let name = MoneyName { measure, held: held.clone(), scope: view.scope(portion) };
        inputs.push(Sum::of(grounds, snapshot, portion, view, &name, column).await?.figure);
    }
    let [numerator, denominator] = columns.map(MoneyColumn::word);
    let formula = format!(
        "{numerator} / {denominator} = {} / {}; the parts' numerators and denominators are added, their rates never averaged",
        shown(&inputs[0]),
        shown(&inputs[1]),
    );
    Ok(proto::ExplainFigureResponse { formula, inputs, ..Default::default() })
}

/// A figure as a sum over transfers.
struct Sum<'a> {
    grounds: &'a Grounds,
    view: PointOfView,
    seen: Seen,
    /// Whether each cell is counted.
    cells: Vec<bool>,
    /// Whether each stage is.
    stages: [bool; STAGES.len()],
    figure: proto::Figure,
    formula: String,
}

impl<'a> Sum<'a> {
    async fn of(
        grounds: &'a Grounds,
        snapshot: &mut Transaction,
        portion: &Portion<'_>,
        view: PointOfView,
        name: &MoneyName,
        column: MoneyColumn,
    ) -> Result<Self, Refusal> {
        let seen = grounds.books.shelf.read(snapshot).await.map_err(from_projection)?;
        let reached = snapshot.reached(FUNDING_SOURCE).await.map_err(from_projection)?;
        let lens = Lens::new(grounds, &seen.journal, name.held.regroup.as_deref());
        let filter = lens.filter(&name.held);
        let agrees = |cell: &Cell| filter.takes(cell) && lens.rate(cell) == name.held.rate;
        let areas = counted_areas(grounds, portion, view, name.measure);
        let takes = |cell: &Cell| areas.contains(&cell.area) && agrees(cell);
        let balances = Balances::of(&seen, view);
        let balance = balances.sum(takes);
        let status = if name.measure == MoneyMeasure::NotPlaced {
            let scope: FxHashSet<_> =
                grounds.books.places.within(AreaNumber::of(&portion.area.key)).collect();
            let anything = balances.sum(|cell| scope.contains(&cell.area) && filter.takes(cell));
            DataStatus::of(balance.recorded || anything.recorded, reached.set_aside == 0)
        } else {
            let missing = some_missing(grounds, portion.area, view, &balances.areas());
            DataStatus::of(balance.recorded, reached.set_aside == 0 && !missing)
        };
        let mut stages = [false; STAGES.len()];
        for stage in column.stages() {
            stages[usize::from(stage_number(*stage))] = true;
        }
        let full_name = FigureName::Money(name.clone());
        Ok(Self {
            grounds,
            view,
            cells: seen.journal.cells.iter().map(takes).collect(),
            stages,
            figure: money(&full_name, status, balance.column(column)),
            formula: formula(portion, name, column),
            seen,
        })
    }

    fn counts(&self, leg: Leg) -> bool {
        self.cells[leg.cell as usize] && self.stages[usize::from(leg.stage)]
    }

    /// The transfers that change the figure, each by one of its ends. One that moves money within it changes nothing.
    fn facts(&self) -> impl Iterator<Item = Change> {
        known(&self.seen, self.view).filter_map(|entry| {
            let Entry { position, amount, from, to, .. } = *entry;
            match (self.counts(from), self.counts(to)) {
                (true, false) => {
                    Some(Change { place: (position, 0), amount: -amount, cell: from.cell, entry: *entry })
                }
                (false, true) => Some(Change { place: (position, 1), amount, cell: to.cell, entry: *entry }),
                _ => None,
            }
        })
    }

    async fn explain(
        self,
        snapshot: &mut Transaction,
        page: &Page<FactPlace>,
    ) -> Result<proto::ExplainFigureResponse, Refusal> {
        let (mut fact_count, mut sum) = (0, 0);
        let mut changes = Vec::new();
        for change in self.facts() {
            fact_count += 1;
            sum += change.amount;
            let follows = page.after.is_none_or(|after| change.place > after);
            if follows && changes.len() <= page.size {
                changes.push(change);
            }
        }
        let more = changes.len() > page.size;
        changes.truncate(page.size);
        let last = changes.last().filter(|_| more).map(|change| change.place);
        let next_page_token = last.map(|place| page.next_token(&place)).transpose()?.unwrap_or_default();
        let facts = self.origins(snapshot, &changes).await.map_err(from_projection)?;
        Ok(proto::ExplainFigureResponse {
            formula: self.formula,
            inputs: Vec::new(),
            sum: self.figure.value.map(|_| sum),
            fact_count,
            facts,
            next_page_token,
        })
    }

    /// The changes with the events that they come from.
    async fn origins(
        &self,
        snapshot: &mut Transaction,
        changes: &[Change],
    ) -> Result<Vec<proto::Fact>, Error> {
        let positions: Vec<u64> = changes.iter().map(|change| change.place.0).collect();
        let query = Query::new(
            "select position, event_id, transfer, recorded_at, document, actor from transfer
             where is_one_of(position, $1, bigint)",
        );
        let rows = snapshot.fetch_all(query.bind_rows(&positions)?).await?;
        let mut origins = HashMap::with_capacity(rows.len());
        for row in &rows {
            origins.insert(row.get_u64("position")?, row);
        }
        let mut facts = Vec::with_capacity(changes.len());
        for change in changes {
            let position = change.place.0;
            let Some(row) = origins.get(&position) else { continue };
            let recorded_at: i64 = row.get("recorded_at")?;
            let recorded_at =
                Timestamp::from_micros(recorded_at).map_err(|_| Error::Negative(recorded_at))?;
            let area = self.seen.journal.cells.get(change.cell as usize).map(|cell| cell.area.key());
            let area = area.and_then(|key| self.grounds.reference.areas.get(&key));
            facts.push(proto::Fact {
                amount: change.amount,
                area: area.map(super::super::areas::to_proto),
                effective_date: change.entry.effective.to_string(),
                recorded_at: recorded_at.to_string(),
                subject: format!("transfers/{}", row.get::<String>("transfer")?),
                event_id: row.get("event_id")?,
                event_type: "funding.transferred.v1".to_owned(),
                position,
                source: FUNDING_SOURCE.to_owned(),
                document: row.get("document")?,
                actor: row.get("actor")?,
            });
        }
        Ok(facts)
    }
}

/// What one transfer adds to a figure.
struct Change {
    place: FactPlace,
    amount: i64,
    /// Of the end that is counted.
    cell: u32,
    entry: Entry,
}

/// The areas whose money the figure adds up.
fn counted_areas(
    grounds: &Grounds,
    portion: &Portion<'_>,
    view: PointOfView,
    measure: MoneyMeasure,
) -> FxHashSet<AreaNumber> {
    let places = &grounds.books.places;
    if measure == MoneyMeasure::NotPlaced {
        let parts = parts(grounds, portion.area, view);
        return places.not_placed(&grounds.reference.areas, portion.area, &parts, view.map);
    }
    let mut areas: FxHashSet<_> = places.within(portion.number()).collect();
    for area in portion.except_numbers().flat_map(|part| places.within(part)) {
        areas.remove(&area);
    }
    areas
}

fn formula(portion: &Portion<'_>, name: &MoneyName, column: MoneyColumn) -> String {
    let stages: Vec<_> = column.stages().iter().map(|stage| stage_word(*stage)).collect();
    let stages = stages.join(" + ");
    let word = name.measure.word();
    let rate = match name.held.rate {
        InRate::Inside => "money inside the rate of disbursement",
        InRate::Outside => "money outside the rate of disbursement",
    };
    let held = if name.held == Held::default() { String::new() } else { format!(", {}", name.held) };
    let place = match name.measure {
        MoneyMeasure::NotPlaced => {
            format!("areas that the map cannot place within the parts of {}", place(portion))
        }
        _ => place(portion),
    };
    let (as_at, known_on) = (name.scope.as_at, name.scope.known_on);
    format!(
        "{word} = {stages} of {rate}{held} in {place} on {as_at}: sum of what transfers effective up to {as_at} and recorded by {known_on} brought less what they took; those that move money within it change nothing"
    )
}
