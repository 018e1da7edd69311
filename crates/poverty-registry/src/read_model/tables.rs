//! The tables, and a few statements for each however many events a batch holds.

use super::{
    NameToken,
    batch::{Changes, HouseholdRow, Names},
};
use kernel::{Date, HouseholdId, parse_date};
use projection::{Error, Insert, Query, Transaction};
use serde::Serialize;
use std::collections::HashMap;

/// A household that stands in the tables.
#[derive(Debug)]
pub(super) struct KnownRow {
    pub(super) household: HouseholdId,
    pub(super) number: u64,
    pub(super) version: u64,
    pub(super) assessed_on: Option<Date>,
    pub(super) class: String,
}

/// `household.number` is the position of its registration. Texts compare by bytes in both databases, so that a prefix is a
/// range.
pub(super) fn create() -> Vec<Query> {
    vec![
        Query::new(
            "create table household (
               number bigint primary key,
               household text not null unique,
               version bigint not null,
               assessed_on text,
               class text not null
             )",
        ),
        Query::new("create table household_names (number bigint primary key, names text not null)"),
        Query::new(
            "create table placement (area text not null, number bigint not null, primary key (area, number)) without rowid",
        ),
        Query::new("create index placement_by_household on placement (number)"),
        Query::each(
            "create table name_token (
               bare text not null, folded text not null, number bigint not null, primary key (bare, folded, number)
             ) without rowid",
            r#"create table name_token (
               bare text collate "C" not null, folded text collate "C" not null, number bigint not null,
               primary key (bare, folded, number)
             )"#,
        ),
    ]
}

/// The rows of those of the households that are registered already.
pub(super) async fn known_rows(
    transaction: &mut Transaction,
    households: &[HouseholdId],
) -> Result<Vec<KnownRow>, Error> {
    let query = Query::new(
        "select household, number, version, assessed_on, class from household where is_one_of(household, $1, text)",
    )
    .bind_rows(households)?;
    let mut known = Vec::new();
    for row in transaction.fetch_all(query).await? {
        let assessed_on: Option<String> = row.get("assessed_on")?;
        known.push(KnownRow {
            household: household_id(&row.get::<String>("household")?)?,
            number: row.get_u64("number")?,
            version: row.get_u64("version")?,
            assessed_on: assessed_on.as_deref().map(day).transpose()?,
            class: row.get("class")?,
        });
    }
    Ok(known)
}

/// The id of a stored household. Only ids that were written here come back: another text is a broken table, never a
/// household that is left out.
pub(crate) fn household_id(text: &str) -> Result<HouseholdId, Error> {
    text.parse().map_err(|_| unreadable("the id of a household", text))
}

fn day(text: &str) -> Result<Date, Error> {
    parse_date(text).ok_or_else(|| unreadable("a day", text))
}

fn unreadable(what: &str, text: &str) -> Error {
    Error::Database(sqlx::Error::Decode(format!("'{text}' is stored where {what} should be").into()))
}

/// The names of the members of these households.
pub(super) async fn known_names(
    transaction: &mut Transaction,
    numbers: &[u64],
) -> Result<HashMap<u64, Names>, Error> {
    if numbers.is_empty() {
        return Ok(HashMap::new());
    }
    let query = Query::new("select number, names from household_names where is_one_of(number, $1, bigint)")
        .bind_rows(numbers)?;
    let mut known = HashMap::new();
    for row in transaction.fetch_all(query).await? {
        let names = serde_json::from_str(&row.get::<String>("names")?).map_err(Error::Rows)?;
        known.insert(row.get_u64("number")?, names);
    }
    Ok(known)
}

/// Writes a batch's changes.
pub(super) async fn write(transaction: &mut Transaction, changes: Changes) -> Result<(), Error> {
    write_households(transaction, changes.households).await?;
    write_placements(transaction, &changes.moved, changes.placements).await?;
    write_names(transaction, changes.names).await?;
    write_tokens(transaction, &changes.tokens_gone, changes.tokens_new).await
}

async fn write_households(transaction: &mut Transaction, rows: Vec<HouseholdRow>) -> Result<(), Error> {
    let households = Insert {
        table: "household",
        columns: ["number", "household", "version", "assessed_on", "class"],
        on_conflict: "on conflict (number) do update set
           version = excluded.version, assessed_on = excluded.assessed_on, class = excluded.class",
    };
    let values = |row: HouseholdRow| {
        [
            row.number.into(),
            row.household.to_string().into(),
            row.version.into(),
            row.assessed_on.map(|day| day.to_string()).into(),
            row.class.into(),
        ]
    };
    households.run(transaction, rows, values).await
}

async fn write_placements(
    transaction: &mut Transaction,
    moved: &[u64],
    placements: Vec<(String, u64)>,
) -> Result<(), Error> {
    if !moved.is_empty() {
        let delete = Query::new("delete from placement where is_one_of(number, $1, bigint)");
        transaction.execute(delete.bind_rows(moved)?).await?;
    }
    let insert = Insert { table: "placement", columns: ["area", "number"], on_conflict: "" };
    insert.run(transaction, placements, |(area, number)| [area.into(), number.into()]).await
}

async fn write_names(transaction: &mut Transaction, names: Vec<(u64, Names)>) -> Result<(), Error> {
    let mut texts = Vec::with_capacity(names.len());
    for (number, of_household) in names {
        texts.push((number, serde_json::to_string(&of_household).map_err(Error::Rows)?));
    }
    let insert = Insert {
        table: "household_names",
        columns: ["number", "names"],
        on_conflict: "on conflict (number) do update set names = excluded.names",
    };
    insert.run(transaction, texts, |(number, text)| [number.into(), text.into()]).await
}

async fn write_tokens(
    transaction: &mut Transaction,
    gone: &[(NameToken, u64)],
    new: Vec<(NameToken, u64)>,
) -> Result<(), Error> {
    #[derive(Serialize)]
    struct Gone<'a> {
        bare: &'a str,
        folded: &'a str,
        number: u64,
    }
    if !gone.is_empty() {
        let gone: Vec<Gone<'_>> = gone
            .iter()
            .map(|(token, number)| Gone { bare: &token.bare, folded: &token.folded, number: *number })
            .collect();
        let delete = Query::new(
            "delete from name_token where (bare, folded, number) in (
               select bare, folded, number from json_rows($1, bare text, folded text, number bigint) as gone)",
        );
        transaction.execute(delete.bind_rows(&gone)?).await?;
    }
    let insert = Insert { table: "name_token", columns: ["bare", "folded", "number"], on_conflict: "" };
    let values = |(token, number): (NameToken, u64)| [token.bare.into(), token.folded.into(), number.into()];
    insert.run(transaction, new, values).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_id_or_day_is_an_error_that_names_it() {
        let id = "2f1c7c1e-8f0b-5c3a-9a57-0d6c1f2e3b4a";
        assert_eq!(household_id(id).unwrap().to_string(), id);
        let wrong = household_id("2f1c").unwrap_err().to_string();
        assert!(wrong.contains("'2f1c' is stored where the id of a household should be"), "{wrong}");
        assert!(day("2025-02-30").unwrap_err().to_string().contains("'2025-02-30'"));
    }
}
