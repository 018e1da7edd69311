//! The tables and what is written to them.

use poverty_view::domain::{AreaNumber, Day};
use projection::{Error, Insert, Query, Transaction, Value};

/// Days are yyyymmdd, areas, tiers, lists and states their numbers, times microseconds since 1970. Each fact's key ends with
/// the day from which it counts and its position, so that the latest one of a unit is found along the key.
pub(super) fn create_statements() -> Vec<Query> {
    vec![
        Query::new(
            "create table event (
                position bigint primary key, event_id text not null, type text not null,
                area bigint not null, effective bigint not null, recorded_at bigint not null,
                subject text, document text, actor text not null)",
        ),
        Query::new(
            "create table title (
                area bigint not null, tier bigint not null, effective bigint not null, position bigint not null,
                known bigint not null, change bigint not null, criteria_set text,
                primary key (area, tier, effective, position)) without rowid",
        ),
        Query::new(
            "create table assessment (
                area bigint not null, criteria_set text not null, effective bigint not null, position bigint not null,
                known bigint not null, year bigint not null, criteria bigint not null, applicable bigint not null,
                strict_met bigint not null, official_met bigint, standings text not null,
                primary key (area, criteria_set, effective, position)) without rowid",
        ),
        Query::new(
            "create table listing (
                area bigint not null, list bigint not null, effective bigint not null, position bigint not null,
                known bigint not null, entry text,
                primary key (area, list, effective, position)) without rowid",
        ),
        Query::new(
            "create table observation (
                criteria_set text not null, indicator text not null, area bigint not null,
                effective bigint not null, position bigint not null, known bigint not null,
                observation text not null, corrects text, value text not null, reported_by text not null,
                primary key (criteria_set, indicator, area, effective, position)) without rowid",
        ),
        Query::new("create index correction on observation (corrects) where corrects is not null"),
    ]
}

/// What a batch writes.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) events: Vec<EventRow>,
    pub(super) titles: Vec<TitleRow>,
    pub(super) assessments: Vec<AssessmentRow>,
    pub(super) listings: Vec<ListingRow>,
    pub(super) observations: Vec<ObservationRow>,
}

/// Of which unit, from which day on, at which position of the log, and since which day known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) area: AreaNumber,
    pub(super) effective: Day,
    pub(super) position: u64,
    pub(super) known: Day,
}

#[derive(Debug)]
pub(super) struct EventRow {
    pub(super) place: Place,
    pub(super) event_id: uuid::Uuid,
    pub(super) event_type: String,
    pub(super) recorded_at: i64,
    pub(super) subject: Option<String>,
    pub(super) document: Option<String>,
    pub(super) actor: String,
}

#[derive(Debug)]
pub(super) struct TitleRow {
    pub(super) place: Place,
    pub(super) tier: i64,
    pub(super) change: i64,
    pub(super) set: Option<String>,
}

#[derive(Debug)]
pub(super) struct AssessmentRow {
    pub(super) place: Place,
    pub(super) set: String,
    pub(super) year: i16,
    pub(super) criteria: u64,
    pub(super) applicable: u64,
    pub(super) strict_met: u64,
    pub(super) official_met: Option<u64>,
    pub(super) standings: String,
}

#[derive(Debug)]
pub(super) struct ListingRow {
    pub(super) place: Place,
    pub(super) list: i64,
    pub(super) entry: Option<String>,
}

#[derive(Debug)]
pub(super) struct ObservationRow {
    pub(super) place: Place,
    pub(super) set: String,
    pub(super) indicator: String,
    pub(super) observation: String,
    pub(super) corrects: Option<String>,
    pub(super) value: String,
    pub(super) reported_by: String,
}

/// Writes the batch.
pub(super) async fn write(transaction: &mut Transaction, rows: Rows) -> Result<(), Error> {
    let events = Insert {
        table: "event",
        columns: [
            "position",
            "event_id",
            "type",
            "area",
            "effective",
            "recorded_at",
            "subject",
            "document",
            "actor",
        ],
        on_conflict: "",
    };
    let titles = Insert {
        table: "title",
        columns: ["area", "tier", "effective", "position", "known", "change", "criteria_set"],
        on_conflict: "",
    };
    let assessments = Insert {
        table: "assessment",
        columns: [
            "area",
            "criteria_set",
            "effective",
            "position",
            "known",
            "year",
            "criteria",
            "applicable",
            "strict_met",
            "official_met",
            "standings",
        ],
        on_conflict: "",
    };
    let listings = Insert {
        table: "listing",
        columns: ["area", "list", "effective", "position", "known", "entry"],
        on_conflict: "",
    };
    let observations = Insert {
        table: "observation",
        columns: [
            "criteria_set",
            "indicator",
            "area",
            "effective",
            "position",
            "known",
            "observation",
            "corrects",
            "value",
            "reported_by",
        ],
        on_conflict: "",
    };
    events.run(transaction, rows.events, EventRow::into_values).await?;
    titles.run(transaction, rows.titles, TitleRow::into_values).await?;
    assessments.run(transaction, rows.assessments, AssessmentRow::into_values).await?;
    listings.run(transaction, rows.listings, ListingRow::into_values).await?;
    observations.run(transaction, rows.observations, ObservationRow::into_values).await
}

impl Place {
    fn area(self) -> Value {
        self.area.number().into()
    }

    fn effective(self) -> Value {
        self.effective.number().into()
    }

    fn known(self) -> Value {
        self.known.number().into()
    }
}

impl EventRow {
    fn into_values(self) -> [Value; 9] {
        [
            self.place.position.into(),
            self.event_id.to_string().into(),
            self.event_type.into(),
            self.place.area(),
            self.place.effective(),
            self.recorded_at.into(),
            self.subject.into(),
            self.document.into(),
            self.actor.into(),
        ]
    }
}

impl TitleRow {
    fn into_values(self) -> [Value; 7] {
        let Self { place, tier, change, set } = self;
        [
            place.area(),
            tier.into(),
            place.effective(),
            place.position.into(),
            place.known(),
            change.into(),
            set.into(),
        ]
    }
}

impl AssessmentRow {
    fn into_values(self) -> [Value; 11] {
        [
            self.place.area(),
            self.set.into(),
            self.place.effective(),
            self.place.position.into(),
            self.place.known(),
            i64::from(self.year).into(),
            self.criteria.into(),
            self.applicable.into(),
            self.strict_met.into(),
            self.official_met.into(),
            self.standings.into(),
        ]
    }
}

impl ListingRow {
    fn into_values(self) -> [Value; 6] {
        let Self { place, list, entry } = self;
        [place.area(), list.into(), place.effective(), place.position.into(), place.known(), entry.into()]
    }
}

impl ObservationRow {
    fn into_values(self) -> [Value; 10] {
        [
            self.set.into(),
            self.indicator.into(),
            self.place.area(),
            self.place.effective(),
            self.place.position.into(),
            self.place.known(),
            self.observation.into(),
            self.corrects.into(),
            self.value.into(),
            self.reported_by.into(),
        ]
    }
}
