//! Rows written many at a time.

use crate::{
    Error, Transaction, Value,
    transaction::{Begun, sqlite_arguments},
};
use sqlx::{Arguments as _, AssertSqlSafe, Postgres, Sqlite, error::BoxDynError, postgres::PgArguments};
use std::sync::Arc;

/// Writes rows as bound values, many in one statement: on SQLite a row that is bound costs a fifth of one that is read out
/// of JSON. Each column has values of one kind.
///
/// ```
/// # struct HouseholdRow { id: String, members: i64 }
/// # async fn write(transaction: &mut projection::Transaction, rows: Vec<HouseholdRow>) -> Result<(), projection::Error> {
/// let households = projection::Insert {
///     table: "household",
///     columns: ["id", "members"],
///     on_conflict: "on conflict (id) do update set members = excluded.members",
/// };
/// households.run(transaction, rows, |row| [row.id.into(), row.members.into()]).await
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Insert<'c, const COLUMNS: usize> {
    /// The table.
    pub table: &'static str,
    /// Its columns, in the order of the values.
    pub columns: [&'static str; COLUMNS],
    /// What becomes of a row whose key is there already; empty where that is an error. No two rows of one run may have one
    /// key.
    pub on_conflict: &'c str,
}

/// Rows in one statement of SQLite at most. Its text is the same for all full statements of a table, so it is prepared once.
const STATEMENT_ROWS: usize = 512;

/// Rows in one statement of PostgreSQL at most: some megabytes.
const ROUND_TRIP_ROWS: usize = 10_000;

impl<const COLUMNS: usize> Insert<'_, COLUMNS> {
    /// Writes all rows, in their order.
    pub async fn run<R>(
        &self,
        transaction: &mut Transaction,
        rows: Vec<R>,
        values: impl Fn(R) -> [Value; COLUMNS],
    ) -> Result<(), Error> {
        match &mut transaction.0 {
            Begun::Sqlite(begun) => self.run_sqlite(begun, rows, values).await,
            Begun::Postgres(begun) => self.run_postgres(begun, rows, values).await,
        }
    }

    /// Preparing a statement costs more than running it, so the rows are cut into sizes that were prepared before. While
    /// SQLite runs one, the values of the next are bound.
    async fn run_sqlite<R>(
        &self,
        begun: &mut sqlx::Transaction<'static, Sqlite>,
        rows: Vec<R>,
        values: impl Fn(R) -> [Value; COLUMNS],
    ) -> Result<(), Error> {
        let mut rows = rows.into_iter();
        let mut text = Arc::<str>::from("");
        let mut rows_of_text = 0;
        let mut bind_next = || {
            if rows.len() == 0 {
                return Ok(None);
            }
            let taken = 1 << rows.len().min(STATEMENT_ROWS).ilog2();
            if taken != rows_of_text {
                text = self.sqlite_text(taken).into();
                rows_of_text = taken;
            }
            let bound = sqlite_arguments(rows.by_ref().take(taken).flat_map(&values))?;
            Ok::<_, Error>(Some(sqlx::query_with(AssertSqlSafe(text.clone()), bound)))
        };
        let mut next = bind_next()?;
        while let Some(statement) = next {
            let (done, bound) = tokio::join!(statement.execute(&mut **begun), async { bind_next() });
            done?;
            next = bound?;
        }
        Ok(())
    }

    /// One array for each column: the text is the same however many rows there are, so it is prepared once, and many rows
    /// take one round trip.
    async fn run_postgres<R>(
        &self,
        begun: &mut sqlx::Transaction<'static, Postgres>,
        rows: Vec<R>,
        values: impl Fn(R) -> [Value; COLUMNS],
    ) -> Result<(), Error> {
        let mut rows = rows.into_iter().map(values);
        while let Some(first) = rows.next() {
            let mut columns = first.map(Values::starting_with);
            for row in rows.by_ref().take(ROUND_TRIP_ROWS - 1) {
                for (column, value) in columns.iter_mut().zip(row) {
                    column.push(value);
                }
            }
            let text = self.postgres_text(&columns);
            let mut arguments = PgArguments::default();
            for column in columns {
                column.bind(&mut arguments).map_err(sqlx::Error::Encode)?;
            }
            sqlx::query_with(AssertSqlSafe(text), arguments).execute(&mut **begun).await?;
        }
        Ok(())
    }

    /// SQLite looks a placeholder with a number up by walking through all of them, so it gets placeholders without.
    fn sqlite_text(&self, rows: usize) -> String {
        let row = format!("({})", vec!["?"; COLUMNS].join(", "));
        let Self { table, columns, on_conflict } = self;
        format!(
            "insert into {table} ({}) values {} {on_conflict}",
            columns.join(", "),
            vec![row; rows].join(", ")
        )
    }

    fn postgres_text(&self, arrays: &[Values; COLUMNS]) -> String {
        let Self { table, columns, on_conflict } = self;
        let parameters =
            (1..).zip(arrays).map(|(number, array)| format!("${number}::{}[]", array.sql_type()));
        let parameters: Vec<String> = parameters.collect();
        format!(
            "insert into {table} ({}) select * from unnest({}) {on_conflict}",
            columns.join(", "),
            parameters.join(", ")
        )
    }
}

/// The values of one column.
enum Values {
    Integer(Vec<Option<i64>>),
    Text(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

impl Values {
    fn starting_with(value: Value) -> Self {
        match value {
            Value::Integer(value) => Self::Integer(vec![value]),
            Value::Text(value) => Self::Text(vec![value]),
            Value::Bytes(value) => Self::Bytes(vec![value]),
        }
    }

    fn push(&mut self, value: Value) {
        match (self, value) {
            (Self::Integer(column), Value::Integer(value)) => column.push(value),
            (Self::Text(column), Value::Text(value)) => column.push(value),
            (Self::Bytes(column), Value::Bytes(value)) => column.push(value),
            // Invariant: `values` gives each column one kind, for it is the kind of a field.
            _ => unreachable!("a column of two kinds"),
        }
    }

    const fn sql_type(&self) -> &'static str {
        match self {
            Self::Integer(_) => "bigint",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytea",
        }
    }

    fn bind(self, arguments: &mut PgArguments) -> Result<(), BoxDynError> {
        match self {
            Self::Integer(column) => arguments.add(column),
            Self::Text(column) => arguments.add(column),
            Self::Bytes(column) => arguments.add(column),
        }
    }
}
