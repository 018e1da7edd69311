//! The tables and what is written to them.

use super::States;
use crate::domain::{Amount, Day, Ethnicity, Fact, History, KnownFact, Stocks};
use event_log::RecordedEvent;
use kernel::HouseholdId;
use projection::{Error, Insert, Query, Transaction, Value};

/// The ethnicity under which `stock` and `stock_of_year` keep all groups together.
pub(crate) const ALL_GROUPS: i64 = -1;

/// The columns of amounts of `stock` and `stock_of_year`: households and persons of each stock in turn.
pub(crate) const STOCK_AMOUNTS: [&str; 8] = [
    "registered_households",
    "registered_persons",
    "poor_households",
    "poor_persons",
    "near_poor_households",
    "near_poor_persons",
    "not_poor_households",
    "not_poor_persons",
];

/// Days are yyyymmdd, areas and measures their numbers, times microseconds since 1970. A negative area among the
/// stocks is what was recorded in the unit itself without a village.
pub(super) fn create_statements() -> Vec<Query> {
    let amounts = STOCK_AMOUNTS.map(|amount| format!("{amount} bigint not null")).join(", ");
    vec![
        Query::new("create table household (id text primary key, history text not null)"),
        Query::new(
            "create table event (
                position bigint primary key, event_id text not null, type text not null,
                effective bigint not null, recorded_at bigint not null,
                household text not null, document text, actor text not null)",
        ),
        Query::new(
            "create table fact (
                position bigint not null, item bigint not null,
                leaf bigint not null, measure bigint not null, ethnicity bigint not null,
                effective bigint not null, known bigint not null,
                households bigint not null, persons bigint not null,
                primary key (leaf, measure, position, item)) without rowid",
        ),
        Query::new(
            "create table figure (
                area bigint not null, measure bigint not null,
                effective bigint not null, known bigint not null,
                households bigint not null, persons bigint not null,
                primary key (area, measure, effective, known)) without rowid",
        ),
        Query::new(format!(
            "create table stock (
                area bigint not null, ethnicity bigint not null,
                effective bigint not null, known bigint not null, {amounts},
                primary key (area, ethnicity, effective, known)) without rowid"
        )),
        Query::new(format!(
            "create table stock_of_year (
                area bigint not null, ethnicity bigint not null,
                year bigint not null, last_known bigint not null, {amounts},
                primary key (area, ethnicity, year)) without rowid"
        )),
    ]
}

/// Rows that tell of single events.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) events: Vec<EventRow>,
    pub(super) facts: Vec<FactRow>,
}

/// What a whole batch sums up to.
#[derive(Debug)]
pub(super) struct Sums {
    pub(super) figures: Vec<FigureRow>,
    pub(super) stocks: Vec<StockRow>,
    pub(super) years: Vec<YearRow>,
}

#[derive(Debug)]
pub(super) struct HouseholdRow {
    id: HouseholdId,
    history: String,
}

#[derive(Debug)]
pub(super) struct EventRow {
    position: u64,
    event_id: uuid::Uuid,
    event_type: String,
    effective: Day,
    recorded_at: i64,
    household: HouseholdId,
    document: Option<String>,
    actor: String,
}

#[derive(Debug)]
pub(super) struct FactRow {
    pub(super) position: u64,
    pub(super) item: u32,
    pub(super) change: KnownFact,
}

/// A movement or a lack.
#[derive(Clone, Copy, Debug)]
pub(super) struct FigureRow {
    pub(super) area: i64,
    pub(super) measure: u8,
    pub(super) effective: Day,
    pub(super) known: Day,
    pub(super) amount: Amount,
}

/// Stocks of one ethnic group, or of all together.
#[derive(Clone, Copy, Debug)]
pub(super) struct StockRow {
    pub(super) area: i64,
    pub(super) group: Option<Ethnicity>,
    pub(super) effective: Day,
    pub(super) known: Day,
    pub(super) stocks: Stocks,
}

/// The same of all days of effect in a year.
#[derive(Debug)]
pub(super) struct YearRow {
    area: i64,
    group: Option<Ethnicity>,
    year: i32,
    last_known: Day,
    stocks: Stocks,
}

impl HouseholdRow {
    pub(super) fn new(id: HouseholdId, history: &History) -> Result<Self, Error> {
        Ok(Self { id, history: serde_json::to_string(history).map_err(Error::Rows)? })
    }
}

impl EventRow {
    pub(super) const fn position(&self) -> u64 {
        self.position
    }

    pub(super) fn new(
        event: &RecordedEvent,
        household: HouseholdId,
        actor: String,
        document: Option<String>,
    ) -> Self {
        Self {
            position: event.position,
            event_id: event.event_id,
            event_type: event.event_type.clone(),
            effective: event.effective.into(),
            recorded_at: event.recorded_at.micros(),
            household,
            document,
            actor,
        }
    }
}

/// The stored histories of the households, in one round trip.
pub(super) async fn households(transaction: &mut Transaction, ids: &[HouseholdId]) -> Result<States, Error> {
    let asked = Query::new("select id, history from household where is_one_of(id, $1, text)");
    let rows = transaction.fetch_all(asked.bind_rows(ids)?).await?;
    let mut states = States::with_capacity(rows.len());
    for row in rows {
        // Invariant: only ids of households are written to the column.
        if let Ok(id) = row.get::<String>(0)?.parse() {
            states.insert(id, row.get(1)?);
        }
    }
    Ok(states)
}

/// Writes rows that tell of single events.
pub(super) async fn write_told(transaction: &mut Transaction, told: Told) -> Result<(), Error> {
    let events = Insert {
        table: "event",
        columns: [
            "position",
            "event_id",
            "type",
            "effective",
            "recorded_at",
            "household",
            "document",
            "actor",
        ],
        on_conflict: "",
    };
    let facts = Insert {
        table: "fact",
        columns: [
            "position",
            "item",
            "leaf",
            "measure",
            "ethnicity",
            "effective",
            "known",
            "households",
            "persons",
        ],
        on_conflict: "",
    };
    events.run(transaction, told.events, EventRow::into_values).await?;
    facts.run(transaction, told.facts, |row| row.to_values()).await
}

/// Writes households as they are now.
pub(super) async fn write_households(
    transaction: &mut Transaction,
    rows: Vec<HouseholdRow>,
) -> Result<(), Error> {
    let households = Insert {
        table: "household",
        columns: ["id", "history"],
        on_conflict: "on conflict (id) do update set history = excluded.history",
    };
    households.run(transaction, rows, HouseholdRow::into_values).await
}

/// Writes what a batch sums up to.
pub(super) async fn write_sums(transaction: &mut Transaction, sums: Sums) -> Result<(), Error> {
    let figures = Insert {
        table: "figure",
        columns: ["area", "measure", "effective", "known", "households", "persons"],
        on_conflict: "on conflict (area, measure, effective, known) do update
             set households = figure.households + excluded.households,
                 persons = figure.persons + excluded.persons",
    };
    let added =
        format!("on conflict (area, ethnicity, effective, known) do update set {}", stocks_added("stock"));
    let stocks = Insert {
        table: "stock",
        columns: stock_columns(["area", "ethnicity", "effective", "known"]),
        on_conflict: &added,
    };
    let added = format!(
        "on conflict (area, ethnicity, year) do update set {},
         last_known = case when excluded.last_known > stock_of_year.last_known
                           then excluded.last_known else stock_of_year.last_known end",
        stocks_added("stock_of_year")
    );
    let years = Insert {
        table: "stock_of_year",
        columns: stock_columns(["area", "ethnicity", "year", "last_known"]),
        on_conflict: &added,
    };
    figures.run(transaction, sums.figures, FigureRow::into_values).await?;
    stocks.run(transaction, sums.stocks, StockRow::into_values).await?;
    years.run(transaction, sums.years, YearRow::into_values).await
}

/// The columns of a table of stocks, in the order of [`stock_values`].
const fn stock_columns([a, b, c, d]: [&'static str; 4]) -> [&'static str; 12] {
    let [e, f, g, h, i, j, k, l] = STOCK_AMOUNTS;
    [a, b, c, d, e, f, g, h, i, j, k, l]
}

/// Assignments that add the new amounts to those of the table.
fn stocks_added(table: &str) -> String {
    STOCK_AMOUNTS.map(|amount| format!("{amount} = {table}.{amount} + excluded.{amount}")).join(", ")
}

impl HouseholdRow {
    fn into_values(self) -> [Value; 2] {
        [self.id.to_string().into(), self.history.into()]
    }
}

impl EventRow {
    fn into_values(self) -> [Value; 8] {
        [
            self.position.into(),
            self.event_id.to_string().into(),
            self.event_type.into(),
            self.effective.number().into(),
            self.recorded_at.into(),
            self.household.to_string().into(),
            self.document.into(),
            self.actor.into(),
        ]
    }
}

impl FactRow {
    /// The table's key.
    pub(super) fn place(&self) -> (i64, u8, u64, u32) {
        let key = self.change.fact.key;
        (key.leaf.number(), key.measure.number(), self.position, self.item)
    }

    fn to_values(&self) -> [Value; 9] {
        let KnownFact { fact: Fact { key, amount }, known } = self.change;
        [
            self.position.into(),
            self.item.into(),
            key.leaf.number().into(),
            u32::from(key.measure.number()).into(),
            u32::from(key.ethnicity.number()).into(),
            key.effective.number().into(),
            known.number().into(),
            amount.households.into(),
            amount.persons.into(),
        ]
    }
}

impl FigureRow {
    /// The table's key.
    pub(super) const fn place(&self) -> (i64, u8, Day, Day) {
        (self.area, self.measure, self.effective, self.known)
    }

    fn into_values(self) -> [Value; 6] {
        [
            self.area.into(),
            u32::from(self.measure).into(),
            self.effective.number().into(),
            self.known.number().into(),
            self.amount.households.into(),
            self.amount.persons.into(),
        ]
    }
}

impl StockRow {
    /// The table's key.
    pub(super) const fn place(&self) -> (i64, Option<Ethnicity>, Day, Day) {
        (self.area, self.group, self.effective, self.known)
    }

    fn into_values(self) -> [Value; 12] {
        let key =
            [self.area, group_number(self.group), self.effective.number().into(), self.known.number().into()];
        stock_values(key, self.stocks)
    }
}

impl YearRow {
    pub(super) fn of(row: &StockRow) -> Self {
        let StockRow { area, group, effective, known, stocks } = *row;
        Self { area, group, year: effective.year(), last_known: known, stocks }
    }

    /// The table's key.
    pub(super) const fn place(&self) -> (i64, Option<Ethnicity>, i32) {
        (self.area, self.group, self.year)
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.last_known = self.last_known.max(other.last_known);
        self.stocks += other.stocks;
    }

    fn into_values(self) -> [Value; 12] {
        let key = [self.area, group_number(self.group), self.year.into(), self.last_known.number().into()];
        stock_values(key, self.stocks)
    }
}

fn group_number(group: Option<Ethnicity>) -> i64 {
    group.map_or(ALL_GROUPS, |group| group.number().into())
}

fn stock_values([a, b, c, d]: [i64; 4], stocks: Stocks) -> [Value; 12] {
    let Stocks { registered, poor, near_poor, not_poor } = stocks;
    [
        a.into(),
        b.into(),
        c.into(),
        d.into(),
        registered.households.into(),
        registered.persons.into(),
        poor.households.into(),
        poor.persons.into(),
        near_poor.households.into(),
        near_poor.persons.into(),
        not_poor.households.into(),
        not_poor.persons.into(),
    ]
}
