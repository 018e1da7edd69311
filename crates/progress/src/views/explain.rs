//! From a figure to its facts, the events that made them and the documents behind them.

use super::{
    Grounds, criteria, from_projection, funding,
    movements::{YearOfView, YearSight},
    point::{PointOfView, Portion, is_on_map},
    poverty::{Sight, value},
    reading::Groups,
    sources::Snapshots,
    status::figure,
    targets,
};
use crate::figure::{
    CountName, CountedClass, Extent, FigureName, MovementColumn, MovementName, Scope, ShareName, Sum, Unit,
};
use api::progress as proto;
use kernel::{AreaKey, Date, Timestamp};
use poverty_view::{
    domain::{AreaNumber, Class, TrackedClass},
    model::SOURCE,
};
use projection::{Error, Query, Row, Transaction};
use serde::Serialize;
use service::{
    Refusal, reason,
    request::{Page, PageSizes, QueryHash},
};
use std::collections::HashSet;

/// Facts of a page where the request does not say how many.
const PAGE_SIZE_DEFAULT: usize = 100;

/// Position of the event and the fact's place within it: facts come in this order.
pub(crate) type FactPlace = (u64, u64);

/// The explanation of the figure that the request names.
pub(crate) async fn explain(
    grounds: &Grounds,
    snapshots: &mut Snapshots,
    request: &proto::ExplainFigureRequest,
    page_size_max: usize,
) -> Result<proto::ExplainFigureResponse, Refusal> {
    let query = proto::ExplainFigureRequest { name: request.name.clone(), ..Default::default() };
    let query = QueryHash::of("ExplainFigure", &query);
    let sizes = PageSizes { default: PAGE_SIZE_DEFAULT, max: page_size_max };
    let page = Page::parse(sizes, request.page_size, &request.page_token, query)?;
    let unknown = || Refusal::new(&reason::FIGURE_UNKNOWN).with("figure", &request.name).at("name");
    let name: FigureName = request.name.parse().map_err(|_| unknown())?;
    let snapshot = &mut snapshots.poverty;
    match name {
        FigureName::Count(name) => {
            let Scope { area, extent, map, .. } = &name.scope;
            let portion = portion(grounds, area, *extent, *map).ok_or_else(unknown)?;
            let shown = count(grounds, snapshot, &portion, &name).await?;
            let formula = count_formula(grounds, &portion, &name);
            let sum = Sum::of_count(&name, portion.except_numbers().collect());
            let explained = facts(grounds, snapshot, &sum, name.unit, formula, &shown, &page).await?;
            let groups = &grounds.reference.ethnic_groups;
            let nobodys = name.ethnicity.is_some_and(|group| groups.get(&group.to_string()).is_none());
            if nobodys && explained.fact_count == 0 { Err(unknown()) } else { Ok(explained) }
        }
        FigureName::Movement(name) => {
            let portion = portion(grounds, &name.area, name.extent, name.map).ok_or_else(unknown)?;
            let shown = movement(grounds, snapshot, &portion, &name).await?;
            let formula = movement_formula(grounds, &portion, &name);
            let sum = Sum::of_movement(&name, portion.except_numbers().collect());
            facts(grounds, snapshot, &sum, name.unit, formula, &shown, &page).await
        }
        FigureName::Share(name) => {
            let Scope { area, extent, map, .. } = &name.scope;
            let portion = portion(grounds, area, *extent, *map).ok_or_else(unknown)?;
            share(grounds, snapshot, &portion, &name).await
        }
        FigureName::Lacking(name) => {
            let Scope { area, extent, map, as_at, known_on } = &name.scope;
            let portion = portion(grounds, area, *extent, *map).ok_or_else(unknown)?;
            let view = PointOfView { as_at: *as_at, known_on: *known_on, map: *map };
            let sight = Sight::of(grounds, &mut *snapshot, view, portion.areas(), Groups::Together).await?;
            let status = sight.statuses(&portion).reviewed;
            let shown = figure(FigureName::Lacking(name.clone()).to_string(), status, 0, name.unit);
            let (unit, place) = (name.unit.word(), place(&portion));
            let formula = format!(
                "{unit} of poor and near-poor households in {place} on {as_at} that lack it by their review: sum of all \
                 changes effective up to {as_at} and recorded by {known_on}"
            );
            let sum = Sum::of_lacking(&name, portion.except_numbers().collect());
            facts(grounds, snapshot, &sum, name.unit, formula, &shown, &page).await
        }
        FigureName::Criteria(name) => {
            criteria::explain(grounds, &mut snapshots.rural, &name, &page).await?.ok_or_else(unknown)
        }
        FigureName::Money(name) => {
            funding::explain(grounds, &mut snapshots.funding, &name, &page).await?.ok_or_else(unknown)
        }
        FigureName::Target(name) => {
            let explained = targets::explain(grounds, snapshots, &name).await?.ok_or_else(unknown)?;
            Ok(proto::ExplainFigureResponse {
                formula: explained.formula,
                inputs: explained.inputs,
                ..Default::default()
            })
        }
    }
}

/// What the name is about, where its area is on its map.
pub(super) fn portion<'a>(
    grounds: &'a Grounds,
    area: &AreaKey,
    extent: Extent,
    map: Date,
) -> Option<Portion<'a>> {
    let areas = &grounds.reference.areas;
    let area = areas.get(area).filter(|area| is_on_map(area, map))?;
    Portion::of(areas, area, extent, map)
}

/// The count as views show it, and refused where they refuse.
async fn count(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    portion: &Portion<'_>,
    name: &CountName,
) -> Result<proto::Figure, Refusal> {
    let Scope { as_at, known_on, map, .. } = name.scope;
    let view = PointOfView { as_at, known_on, map };
    let full_name = FigureName::Count(name.clone());
    let groups = if name.ethnicity.is_some() { Groups::Apart } else { Groups::Together };
    let sight = Sight::of(grounds, &mut *snapshot, view, portion.areas(), groups).await?;
    sight.refuse_where_nothing_can_be_placed(portion.area, "name")?;
    let stocks = sight.stocks_of_portion(portion);
    let stocks = name.ethnicity.map_or(stocks.all, |group| stocks.of_group(group));
    let status = sight.statuses(portion).of(name.class);
    Ok(figure(full_name.to_string(), status, value(&stocks, name.unit, name.class), name.unit))
}

async fn movement(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    portion: &Portion<'_>,
    name: &MovementName,
) -> Result<proto::Figure, Refusal> {
    let point = YearOfView { year: name.year, known_on: name.known_on, map: name.map };
    let sight = YearSight::of(grounds, &mut *snapshot, point, portion.areas()).await?;
    sight.refuse_where_nothing_can_be_placed(portion.area, "name")?;
    Ok(sight.column(portion, sight.status(portion), name.unit, name.class, name.column))
}

/// A share has no facts of its own: its two counts have.
async fn share(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    portion: &Portion<'_>,
    name: &ShareName,
) -> Result<proto::ExplainFigureResponse, Refusal> {
    let class = match name.class {
        TrackedClass::Poor => CountedClass::Poor,
        TrackedClass::NearPoor => CountedClass::NearPoor,
    };
    let count_name =
        |class| CountName { unit: Unit::Households, class, scope: name.scope.clone(), ethnicity: None };
    let numerator = count(grounds, snapshot, portion, &count_name(class)).await?;
    let denominator = count(grounds, snapshot, portion, &count_name(CountedClass::Registered)).await?;
    let formula = format!(
        "{} households / all registered households = {} / {}; the parts' numerators and denominators are added, their rates never averaged",
        class.word(),
        shown(&numerator),
        shown(&denominator),
    );
    Ok(proto::ExplainFigureResponse { formula, inputs: vec![numerator, denominator], ..Default::default() })
}

/// The value, or that there is none.
pub(crate) fn shown(figure: &proto::Figure) -> String {
    figure.value.map_or_else(|| "no data".to_owned(), |value| value.to_string())
}

fn count_formula(grounds: &Grounds, portion: &Portion<'_>, name: &CountName) -> String {
    let Scope { as_at, known_on, .. } = &name.scope;
    let (unit, place, class) = (name.unit.word(), place(portion), name.class.word());
    let group = name.ethnicity.map_or_else(String::new, |group| match name.unit {
        Unit::Households => format!(" with a head of ethnic group {group}"),
        Unit::Persons => format!(" of ethnic group {group}"),
    });
    let of_class = match name.class.class() {
        None => "registered".to_owned(),
        Some(Class::NotReviewed) => {
            "registered and not reviewed under the standard in force (registered less poor, near-poor and not poor)".to_owned()
        }
        Some(_) => {
            let standard = grounds.reference.standards.in_force(*as_at);
            format!("{class} under {}", standard.map_or("no standard", |standard| &standard.id))
        }
    };
    format!(
        "{unit} {of_class}{group} in {place} on {as_at}: sum of all changes effective up to {as_at} and recorded by {known_on}"
    )
}

fn movement_formula(grounds: &Grounds, portion: &Portion<'_>, name: &MovementName) -> String {
    let (unit, column, year, known_on) = (name.unit.word(), name.column.word(), name.year, name.known_on);
    let class = match name.class {
        TrackedClass::Poor => "poor",
        TrackedClass::NearPoor => "near-poor",
    };
    let standard = grounds.reference.standards.in_force(kernel::date(year, 12, 31));
    let standard = standard.map_or("no standard", |standard| &standard.id);
    let what = match name.column {
        MovementColumn::Start => {
            format!("level on the eve of {year} and what a change of the standard in the year took or gave")
        }
        MovementColumn::End => format!("level on {year}-12-31"),
        _ => format!("movements of {year}"),
    };
    format!(
        "column {column} of the {class} {unit} in {} under {standard}: {what}, recorded by {known_on}",
        place(portion)
    )
}

/// The portion in words.
pub(super) fn place(portion: &Portion<'_>) -> String {
    let area = portion.area.display_name();
    match portion.extent() {
        Extent::Whole => area,
        Extent::OutsideParts => format!("{area} and in none of its parts on the map"),
    }
}

#[derive(Serialize)]
struct TermRow {
    measure: u8,
    sign: i64,
    first_day: i32,
    last_day: i32,
}

/// The facts of a sum as a table expression with the amount in the unit asked for; binds $1 to $4. SQLite joins in this
/// order and so looks up the measure of each leaf, instead of reading all facts.
const FACTS: &str = "
    from json_rows($1, measure bigint, sign bigint, first_day bigint, last_day bigint) as term
    cross join fact
    where fact.measure = term.measure and fact.effective between term.first_day and term.last_day
      and is_one_of(fact.leaf, $2, bigint) and fact.known <= $3 and ($4 < 0 or fact.ethnicity = $4) and ";

fn bind_sum(grounds: &Grounds, query: Query, sum: &Sum) -> Result<Query, Error> {
    let terms: Vec<_> = (sum.terms.iter())
        .map(|term| TermRow {
            measure: term.measure.number(),
            sign: term.sign,
            first_day: term.effective.from.map_or(0, |day| day.number()),
            last_day: term.effective.to.number(),
        })
        .collect();
    let excepted: HashSet<_> = sum.except.iter().flat_map(|part| grounds.placing.leaves(*part)).collect();
    let leaves = grounds.placing.leaves(sum.area).iter().filter(|leaf| !excepted.contains(leaf));
    let leaves: Vec<&AreaNumber> = leaves.collect();
    let group = sum.ethnicity.map_or(-1, |group| i64::from(group.number()));
    Ok(query.bind_rows(&terms)?.bind_rows(&leaves)?.bind(sum.known_on.number()).bind(group))
}

async fn facts(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    sum: &Sum,
    unit: Unit,
    formula: String,
    figure: &proto::Figure,
    page: &Page<FactPlace>,
) -> Result<proto::ExplainFigureResponse, Refusal> {
    let (fact_count, total) = summed(grounds, snapshot, sum, unit).await.map_err(from_projection)?;
    let mut rows = page_of(grounds, snapshot, sum, unit, page).await.map_err(from_projection)?;
    let more = rows.len() > page.size;
    rows.truncate(page.size);
    let last = rows.last().filter(|_| more).map(|(place, _)| *place);
    let next_page_token = last.map(|place| page.next_token(&place)).transpose()?.unwrap_or_default();
    Ok(proto::ExplainFigureResponse {
        formula,
        inputs: Vec::new(),
        sum: figure.value.map(|_| total),
        fact_count,
        facts: rows.into_iter().map(|(_, fact)| fact).collect(),
        next_page_token,
    })
}

/// Number and sum of all facts.
async fn summed(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    sum: &Sum,
    unit: Unit,
) -> Result<(i64, i64), Error> {
    let amount = amount_column(unit);
    let text = format!(
        "select count(*) as facts, cast(coalesce(sum({amount} * term.sign), 0) as bigint) as total {FACTS} {amount} <> 0"
    );
    let row = snapshot.fetch_one(bind_sum(grounds, Query::new(text), sum)?).await?;
    Ok((row.get("facts")?, row.get("total")?))
}

const fn amount_column(unit: Unit) -> &'static str {
    match unit {
        Unit::Households => "fact.households",
        Unit::Persons => "fact.persons",
    }
}

/// One row more than the page holds, where there is one.
async fn page_of(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    sum: &Sum,
    unit: Unit,
    page: &Page<FactPlace>,
) -> Result<Vec<(FactPlace, proto::Fact)>, Error> {
    let amount = amount_column(unit);
    // The order is by an expression, so that PostgreSQL begins with the facts of the leaves and not with all in their order.
    let text = format!(
        "select given.*, event.event_id, event.type, event.recorded_at, event.household, event.document, event.actor
         from (select fact.position, fact.item, fact.leaf, fact.effective, {amount} * term.sign as amount {FACTS} {amount} <> 0
               and (fact.position > $5 or (fact.position = $5 and fact.item > $6))
               order by fact.position + 0, fact.item limit $7) as given
         join event on event.position = given.position
         order by given.position, given.item"
    );
    let (position, item) = match page.after {
        Some((position, item)) => (signed(position), signed(item)),
        None => (0, -1),
    };
    let limit = i64::try_from(page.size).unwrap_or(i64::MAX).saturating_add(1);
    let asked = bind_sum(grounds, Query::new(text), sum)?.bind(position).bind(item).bind(limit);
    snapshot.fetch_all(asked).await?.iter().map(|row| fact(grounds, row)).collect()
}

fn signed(place: u64) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

fn fact(grounds: &Grounds, row: &Row) -> Result<(FactPlace, proto::Fact), Error> {
    let place = (row.get_u64("position")?, row.get_u64("item")?);
    let (leaf, effective): (i64, i64) = (row.get("leaf")?, row.get("effective")?);
    let leaf = AreaNumber::from_number(leaf).map_err(|_| Error::Negative(leaf))?;
    let recorded_at: i64 = row.get("recorded_at")?;
    let recorded_at = Timestamp::from_micros(recorded_at).map_err(|_| Error::Negative(recorded_at))?;
    let effective =
        i32::try_from(effective).ok().and_then(|day| poverty_view::domain::Day::from_number(day).ok());
    let fact = proto::Fact {
        amount: row.get("amount")?,
        area: grounds.reference.areas.get(&leaf.key()).map(super::areas::to_proto),
        effective_date: effective.map_or_else(String::new, |day| day.to_string()),
        recorded_at: recorded_at.to_string(),
        subject: format!("households/{}", row.get::<String>("household")?),
        event_id: row.get("event_id")?,
        event_type: row.get("type")?,
        position: place.0,
        source: SOURCE.to_owned(),
        document: row.get::<Option<String>>("document")?.unwrap_or_default(),
        actor: row.get("actor")?,
    };
    Ok((place, fact))
}
