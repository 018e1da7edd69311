//! Rows of either database.

use crate::Error;
use sqlx::{Decode, Postgres, Row as _, Sqlite, Type, postgres::PgRow, sqlite::SqliteRow};

/// A row that was fetched.
#[derive(Debug)]
pub struct Row(pub(crate) Fetched);

pub(crate) enum Fetched {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl std::fmt::Debug for Fetched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(row) => write!(f, "{} columns of SQLite", row.len()),
            Self::Postgres(row) => write!(f, "{} columns of PostgreSQL", row.len()),
        }
    }
}

/// What a column is read as: `i64`, `String`, `Vec<u8>`, or an `Option` of these where it may be null.
pub trait Column:
    for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

impl Column for i64 {}
impl Column for String {}
impl Column for Vec<u8> {}
impl Column for Option<i64> {}
impl Column for Option<String> {}
impl Column for Option<Vec<u8>> {}

/// How a column is named: by its name (`&str`) or its place (`usize`, from 0).
pub trait ColumnIndex: sqlx::ColumnIndex<SqliteRow> + sqlx::ColumnIndex<PgRow> {}

impl ColumnIndex for &str {}
impl ColumnIndex for usize {}

impl Row {
    /// The column's value. An error where there is no such column, or its type or a null does not fit.
    pub fn get<C: Column>(&self, column: impl ColumnIndex) -> Result<C, Error> {
        Ok(match &self.0 {
            Fetched::Sqlite(row) => row.try_get(column)?,
            Fetched::Postgres(row) => row.try_get(column)?,
        })
    }

    /// A position, version or count, which is never negative.
    pub fn get_u64(&self, column: impl ColumnIndex) -> Result<u64, Error> {
        let value: i64 = self.get(column)?;
        u64::try_from(value).map_err(|_| Error::Negative(value))
    }
}
