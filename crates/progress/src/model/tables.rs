//! The tables and what is written to them.

use super::States;
use crate::domain::{AreaNumber, Day, Ethnicity, History, KnownFact};
use event_log::RecordedEvent;
use kernel::HouseholdId;
use projection::{Error, Query, Transaction};
use serde::Serialize;

/// Days are yyyymmdd, areas and measures their numbers, times microseconds since 1970. A negative area in `figure` is
/// what was recorded in the unit itself without a village.
pub(super) fn create_statements() -> Vec<Query> {
    vec![
        Query::new("create table household (id text primary key, history text not null)"),
        Query::new(
            "create table event (
                position bigint primary key, event_id text not null, type text not null,
                effective bigint not null, recorded_at bigint not null,
                household text not null, document text, actor text not null)",
        ),
        Query::each(
            "create table fact (
                position bigint not null, item bigint not null,
                leaf bigint not null, measure bigint not null, ethnicity bigint not null,
                effective bigint not null, known bigint not null,
                households bigint not null, persons bigint not null,
                primary key (position, item)) without rowid",
            "create table fact (
                position bigint not null, item bigint not null,
                leaf bigint not null, measure bigint not null, ethnicity bigint not null,
                effective bigint not null, known bigint not null,
                households bigint not null, persons bigint not null,
                primary key (position, item))",
        ),
        Query::new("create index fact_of_leaf on fact (leaf, measure)"),
        Query::each(
            "create table figure (
                area bigint not null, measure bigint not null,
                effective bigint not null, known bigint not null, ethnicity bigint not null,
                households bigint not null, persons bigint not null,
                primary key (area, measure, effective, known, ethnicity)) without rowid",
            "create table figure (
                area bigint not null, measure bigint not null,
                effective bigint not null, known bigint not null, ethnicity bigint not null,
                households bigint not null, persons bigint not null,
                primary key (area, measure, effective, known, ethnicity))",
        ),
    ]
}

/// What a batch writes.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) households: Vec<HouseholdRow>,
    pub(super) events: Vec<EventRow>,
    pub(super) facts: Vec<FactRow>,
    pub(super) figures: Vec<FigureRow>,
}

#[derive(Debug, Serialize)]
pub(super) struct HouseholdRow {
    id: HouseholdId,
    history: String,
}

#[derive(Debug, Serialize)]
pub(super) struct EventRow {
    position: u64,
    event_id: uuid::Uuid,
    r#type: String,
    effective: Day,
    recorded_at: i64,
    household: HouseholdId,
    document: Option<String>,
    actor: String,
}

#[derive(Debug, Serialize)]
pub(super) struct FactRow {
    position: u64,
    item: u32,
    leaf: AreaNumber,
    measure: u8,
    ethnicity: Ethnicity,
    effective: Day,
    known: Day,
    households: i64,
    persons: i64,
}

#[derive(Debug, Serialize)]
pub(super) struct FigureRow {
    pub(super) area: i64,
    pub(super) measure: u8,
    pub(super) effective: Day,
    pub(super) known: Day,
    pub(super) ethnicity: Ethnicity,
    pub(super) households: i64,
    pub(super) persons: i64,
}

impl HouseholdRow {
    pub(super) fn new(id: HouseholdId, history: &History) -> Result<Self, Error> {
        Ok(Self { id, history: serde_json::to_string(history).map_err(Error::Rows)? })
    }
}

impl EventRow {
    pub(super) fn new(
        event: &RecordedEvent,
        household: HouseholdId,
        actor: String,
        document: Option<String>,
    ) -> Self {
        Self {
            position: event.position,
            event_id: event.event_id,
            r#type: event.event_type.clone(),
            effective: event.effective.into(),
            recorded_at: event.recorded_at.micros(),
            household,
            document,
            actor,
        }
    }
}

impl FactRow {
    pub(super) fn new(position: u64, item: u32, change: &KnownFact) -> Self {
        let key = change.fact.key;
        Self {
            position,
            item,
            leaf: key.leaf,
            measure: key.measure.number(),
            ethnicity: key.ethnicity,
            effective: key.effective,
            known: change.known,
            households: change.fact.amount.households,
            persons: change.fact.amount.persons,
        }
    }
}

/// The stored histories of the households, in one round trip.
pub(super) async fn households(transaction: &mut Transaction, ids: &[HouseholdId]) -> Result<States, Error> {
    #[derive(Serialize)]
    struct Id {
        id: HouseholdId,
    }
    let ids: Vec<_> = ids.iter().map(|id| Id { id: *id }).collect();
    let asked = Query::new(
        "select household.id, household.history
         from json_rows($1, id text) as asked join household on household.id = asked.id",
    );
    let rows = transaction.fetch_all(asked.bind_rows(&ids)?).await?;
    let mut states = States::with_capacity(rows.len());
    for row in rows {
        // Invariant: only ids of households are written to the column.
        if let Ok(id) = row.get::<String>(0)?.parse() {
            states.insert(id, row.get(1)?);
        }
    }
    Ok(states)
}

/// Writes the batch, one statement for each table.
pub(super) async fn write(transaction: &mut Transaction, rows: Rows) -> Result<(), Error> {
    let households = Query::new(
        "insert into household (id, history)
         select id, history from json_rows($1, id text, history text) as given where true
         on conflict (id) do update set history = excluded.history",
    );
    let events = Query::new(
        "insert into event (position, event_id, type, effective, recorded_at, household, document, actor)
         select position, event_id, type, effective, recorded_at, household, document, actor
         from json_rows($1, position bigint, event_id text, type text, effective bigint, recorded_at bigint,
                        household text, document text, actor text) as given",
    );
    let facts = Query::new(
        "insert into fact (position, item, leaf, measure, ethnicity, effective, known, households, persons)
         select position, item, leaf, measure, ethnicity, effective, known, households, persons
         from json_rows($1, position bigint, item bigint, leaf bigint, measure bigint, ethnicity bigint,
                        effective bigint, known bigint, households bigint, persons bigint) as given",
    );
    let figures = Query::new(
        "insert into figure (area, measure, effective, known, ethnicity, households, persons)
         select area, measure, effective, known, ethnicity, households, persons
         from json_rows($1, area bigint, measure bigint, effective bigint, known bigint, ethnicity bigint,
                        households bigint, persons bigint) as given where true
         on conflict (area, measure, effective, known, ethnicity) do update
         set households = figure.households + excluded.households, persons = figure.persons + excluded.persons",
    );
    if rows.events.is_empty() {
        return Ok(());
    }
    transaction.execute(households.bind_rows(&rows.households)?).await?;
    transaction.execute(events.bind_rows(&rows.events)?).await?;
    if !rows.facts.is_empty() {
        transaction.execute(facts.bind_rows(&rows.facts)?).await?;
        transaction.execute(figures.bind_rows(&rows.figures)?).await?;
    }
    Ok(())
}
