//! SQL texts for both databases, and the values bound to them.

use crate::Error;
use serde::Serialize;
use std::borrow::Cow;

/// A statement with its values. Placeholders are `$1`, `$2` … in both databases.
///
/// Most texts serve both databases as they stand. A batch of rows comes in as one JSON parameter through
/// `json_rows($1, column type, …)`, which is a table in either dialect:
///
/// ```
/// # #[derive(serde::Serialize)] struct HouseholdRow { id: String, members: i64 }
/// # let rows = [HouseholdRow { id: "a".into(), members: 3 }];
/// let upsert = projection::Query::new(
///     "insert into household (id, members)
///      select id, members from json_rows($1, id text, members bigint) as given where true
///      on conflict (id) do update set members = excluded.members",
/// )
/// .bind_rows(&rows)?;
/// # Ok::<(), projection::Error>(())
/// ```
///
/// Rows are found by their keys with `is_one_of(column, $1, type)`, whose parameter is a JSON array of `bigint` or `text`.
/// Either database then reads them by the column's index.
///
/// A table that its SQLite keeps in the order of its key is created `without rowid`; PostgreSQL does without.
///
/// Columns are `bigint`, `text` or `bytea` in both databases; truth values are 0 and 1; `sum` and `avg` are cast back to
/// `bigint`.
#[derive(Clone, Debug)]
pub struct Query {
    pub(crate) sqlite: Cow<'static, str>,
    pub(crate) postgres: Cow<'static, str>,
    pub(crate) values: Vec<Value>,
}

/// A value bound to a placeholder; each kind may be null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `bigint`.
    Integer(Option<i64>),
    /// `text`.
    Text(Option<String>),
    /// `bytea`.
    Bytes(Option<Vec<u8>>),
}

impl Query {
    /// A statement whose text serves both databases. Text that came from outside belongs into [`Query::bind`].
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        let text = text.into();
        let postgres = match text.split_once(WITHOUT_ROWID) {
            Some((before, after)) => Cow::Owned(format!("{before}{after}")),
            None => text.clone(),
        };
        Self::each(text, postgres)
    }

    /// A statement with a text for each database.
    pub fn each(sqlite: impl Into<Cow<'static, str>>, postgres: impl Into<Cow<'static, str>>) -> Self {
        Self {
            sqlite: expand(expand(sqlite.into(), ROWS, sqlite_rows), ONE_OF, sqlite_one_of),
            postgres: expand(expand(postgres.into(), ROWS, postgres_rows), ONE_OF, postgres_one_of),
            values: Vec::new(),
        }
    }

    /// Binds the next placeholder.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Binds the next placeholder to a JSON array, of objects for `json_rows` or of keys for `is_one_of`.
    pub fn bind_rows<R: Serialize>(self, rows: &[R]) -> Result<Self, Error> {
        let json = serde_json::to_string(rows).map_err(Error::Rows)?;
        Ok(self.bind(json))
    }
}

const ROWS: &str = "json_rows(";
const ONE_OF: &str = "is_one_of(";
const WITHOUT_ROWID: &str = " without rowid";

/// Replaces each call by what `written` makes of its arguments. A call that is unclosed or has too few of them stays as it
/// is, and the database refuses it.
fn expand(text: Cow<'static, str>, call: &str, written: fn(&[&str]) -> Option<String>) -> Cow<'static, str> {
    if !text.contains(call) {
        return text;
    }
    let mut expanded = String::with_capacity(text.len() * 2);
    let mut rest = text.as_ref();
    while let Some(start) = rest.find(call) {
        let Some((inside, after)) = rest[start + call.len()..].split_once(')') else { break };
        let arguments: Vec<&str> = inside.split(',').map(str::trim).collect();
        let Some(written) = written(&arguments) else { break };
        expanded.push_str(&rest[..start]);
        expanded.push_str(&written);
        rest = after;
    }
    expanded.push_str(rest);
    Cow::Owned(expanded)
}

fn sqlite_rows(arguments: &[&str]) -> Option<String> {
    let (parameter, columns) = arguments.split_first()?;
    let names = columns.iter().filter_map(|column| column.split_whitespace().next());
    let selected: Vec<String> = names.map(|name| format!("value ->> '{name}' as {name}")).collect();
    Some(format!("(select {} from json_each({parameter}))", selected.join(", ")))
}

fn postgres_rows(arguments: &[&str]) -> Option<String> {
    let (parameter, columns) = arguments.split_first()?;
    let columns = columns.join(", ");
    Some(format!("(select * from json_to_recordset({parameter}::json) as json_row({columns}))"))
}

fn sqlite_one_of(arguments: &[&str]) -> Option<String> {
    let [column, parameter, _] = arguments else { return None };
    Some(format!("{column} in (select value from json_each({parameter}))"))
}

fn postgres_one_of(arguments: &[&str]) -> Option<String> {
    let [column, parameter, key_type] = arguments else { return None };
    Some(format!("{column} = any(array(select json_array_elements_text({parameter}::json)::{key_type}))"))
}

macro_rules! values {
    ($($from:ty => $kind:ident($convert:expr);)+) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$kind(Some($convert(value)))
            }
        }

        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self {
                Self::$kind(value.map($convert))
            }
        }
    )+};
}

values! {
    i64 => Integer(i64::from);
    i32 => Integer(i64::from);
    u32 => Integer(i64::from);
    bool => Integer(i64::from);
    u64 => Integer(position);
    String => Text(String::from);
    &str => Text(String::from);
    Vec<u8> => Bytes(Vec::from);
}

/// Positions, versions and counts stay far below 2^63.
fn position(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_given_as_json_become_a_table_in_either_dialect() {
        let query = Query::new("select a, b from json_rows($1, a text, b bigint) as given where a <> $2");
        assert_eq!(
            query.sqlite,
            "select a, b from (select value ->> 'a' as a, value ->> 'b' as b from json_each($1)) as given where a <> $2"
        );
        assert_eq!(
            query.postgres,
            "select a, b from (select * from json_to_recordset($1::json) as json_row(a text, b bigint)) as given where a <> $2"
        );
    }

    #[test]
    fn keys_given_as_json_find_rows_in_either_dialect() {
        let query = Query::new("select a from t where is_one_of(t.a, $1, bigint) and b = $2");
        assert_eq!(query.sqlite, "select a from t where t.a in (select value from json_each($1)) and b = $2");
        assert_eq!(
            query.postgres,
            "select a from t where t.a = any(array(select json_array_elements_text($1::json)::bigint)) and b = $2"
        );
    }

    #[test]
    fn a_table_in_the_order_of_its_key_is_an_ordinary_one_in_postgres() {
        let query = Query::new("create table t (a bigint primary key) without rowid");
        assert_eq!(query.sqlite, "create table t (a bigint primary key) without rowid");
        assert_eq!(query.postgres, "create table t (a bigint primary key)");
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        let text = "select ')' from household where id = $1";
        assert_eq!((&*Query::new(text).sqlite, &*Query::new(text).postgres), (text, text));
    }
}
