//! The tables, and one statement for each however many events a batch holds.

use super::{
    NameToken,
    batch::{Changes, Names},
};
use kernel::{Date, HouseholdId, parse_date};
use projection::{Error, Query, Transaction};
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
        Query::each(
            "create table placement (area text not null, number bigint not null, primary key (area, number)) without rowid",
            "create table placement (area text not null, number bigint not null, primary key (area, number))",
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
    #[derive(Serialize)]
    struct Asked {
        id: HouseholdId,
    }
    let asked: Vec<Asked> = households.iter().map(|id| Asked { id: *id }).collect();
    let query = Query::new(
        "select household, number, version, assessed_on, class
         from json_rows($1, id text) as asked join household on household = id",
    );
    let mut known = Vec::new();
    for row in transaction.fetch_all(query.bind_rows(&asked)?).await? {
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
    let asked: Vec<Number> = numbers.iter().map(|number| Number { given: *number }).collect();
    let query = Query::new(
        "select number, names from json_rows($1, given bigint) as asked join household_names on number = given",
    );
    let mut known = HashMap::new();
    for row in transaction.fetch_all(query.bind_rows(&asked)?).await? {
        let names = serde_json::from_str(&row.get::<String>("names")?).map_err(Error::Rows)?;
        known.insert(row.get_u64("number")?, names);
    }
    Ok(known)
}

/// Writes a batch's changes.
pub(super) async fn write(transaction: &mut Transaction, changes: &Changes) -> Result<(), Error> {
    write_households(transaction, changes).await?;
    write_placements(transaction, changes).await?;
    write_names(transaction, changes).await
}

async fn write_households(transaction: &mut Transaction, changes: &Changes) -> Result<(), Error> {
    #[derive(Serialize)]
    struct Household<'a> {
        number: u64,
        household: HouseholdId,
        version: u64,
        assessed_on: Option<Date>,
        class: &'a str,
    }
    let rows: Vec<Household<'_>> = changes
        .households
        .iter()
        .map(|row| Household {
            number: row.number,
            household: row.household,
            version: row.version,
            assessed_on: row.assessed_on,
            class: &row.class,
        })
        .collect();
    let upsert = "insert into household (number, household, version, assessed_on, class)
         select number, household, version, assessed_on, class
         from json_rows($1, number bigint, household text, version bigint, assessed_on text, class text) as given
         where true
         on conflict (number) do update set
           version = excluded.version, assessed_on = excluded.assessed_on, class = excluded.class";
    write_rows(transaction, upsert, &rows).await
}

async fn write_placements(transaction: &mut Transaction, changes: &Changes) -> Result<(), Error> {
    #[derive(Serialize)]
    struct Placement<'a> {
        area: &'a str,
        number: u64,
    }
    let moved: Vec<Number> = changes.moved.iter().map(|number| Number { given: *number }).collect();
    let delete =
        "delete from placement where number in (select given from json_rows($1, given bigint) as moved)";
    write_rows(transaction, delete, &moved).await?;
    let placements: Vec<Placement<'_>> =
        changes.placements.iter().map(|(area, number)| Placement { area, number: *number }).collect();
    let insert = "insert into placement (area, number)
         select area, number from json_rows($1, area text, number bigint) as given";
    write_rows(transaction, insert, &placements).await
}

async fn write_names(transaction: &mut Transaction, changes: &Changes) -> Result<(), Error> {
    #[derive(Serialize)]
    struct HouseholdNames {
        number: u64,
        names: String,
    }
    let mut names = Vec::with_capacity(changes.names.len());
    for (number, of_household) in &changes.names {
        let text = serde_json::to_string(of_household).map_err(Error::Rows)?;
        names.push(HouseholdNames { number: *number, names: text });
    }
    let upsert = "insert into household_names (number, names)
         select number, names from json_rows($1, number bigint, names text) as given where true
         on conflict (number) do update set names = excluded.names";
    write_rows(transaction, upsert, &names).await?;

    let delete = "delete from name_token where (bare, folded, number) in (
           select bare, folded, number from json_rows($1, bare text, folded text, number bigint) as gone)";
    write_rows(transaction, delete, &token_rows(&changes.tokens_gone)).await?;

    let insert = "insert into name_token (bare, folded, number)
         select bare, folded, number from json_rows($1, bare text, folded text, number bigint) as given";
    write_rows(transaction, insert, &token_rows(&changes.tokens_new)).await
}

#[derive(Serialize)]
struct Token<'a> {
    bare: &'a str,
    folded: &'a str,
    number: u64,
}

fn token_rows(tokens: &[(NameToken, u64)]) -> Vec<Token<'_>> {
    tokens
        .iter()
        .map(|(token, number)| Token { bare: &token.bare, folded: &token.folded, number: *number })
        .collect()
}

/// A household's number as a parameter.
#[derive(Serialize)]
struct Number {
    given: u64,
}

async fn write_rows<R: Serialize>(
    transaction: &mut Transaction,
    statement: &'static str,
    rows: &[R],
) -> Result<(), Error> {
    if !rows.is_empty() {
        transaction.execute(Query::new(statement).bind_rows(rows)?).await?;
    }
    Ok(())
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
