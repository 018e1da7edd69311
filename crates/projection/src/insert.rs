//! Rows written many at a time.

use crate::{
    Error, Transaction, Value,
    transaction::{Begun, postgres_arguments, sqlite_arguments},
};
use sqlx::AssertSqlSafe;
use std::{fmt::Write as _, sync::Arc};

/// Writes rows as bound values, many in one statement: on SQLite a row that is bound costs a fifth of one that is read out
/// of JSON.
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
pub struct Insert<const COLUMNS: usize> {
    /// The table.
    pub table: &'static str,
    /// Its columns, in the order of the values.
    pub columns: [&'static str; COLUMNS],
    /// What becomes of a row whose key is there already; empty where that is an error. No two rows of one run may meet.
    pub on_conflict: &'static str,
}

/// Rows in one statement at most. Its text is the same for all full statements of a table, so it is prepared once.
const STATEMENT_ROWS: usize = 128;

impl<const COLUMNS: usize> Insert<COLUMNS> {
    /// Writes all rows, in their order.
    pub async fn run<R>(
        &self,
        transaction: &mut Transaction,
        rows: Vec<R>,
        values: impl Fn(R) -> [Value; COLUMNS],
    ) -> Result<(), Error> {
        let mut rows = rows.into_iter();
        let mut text = Arc::<str>::from("");
        let mut rows_of_text = 0;
        while rows.len() > 0 {
            let taken = statement_rows(rows.len(), transaction);
            if taken != rows_of_text {
                text = self.text(taken, transaction).into();
                rows_of_text = taken;
            }
            let statement = AssertSqlSafe(text.clone());
            let bound = rows.by_ref().take(taken).flat_map(&values);
            match &mut transaction.0 {
                Begun::Sqlite(begun) => {
                    sqlx::query_with(statement, sqlite_arguments(bound)?).execute(&mut **begun).await?;
                }
                Begun::Postgres(begun) => {
                    sqlx::query_with(statement, postgres_arguments(bound)?).execute(&mut **begun).await?;
                }
            }
        }
        Ok(())
    }

    /// SQLite looks a placeholder with a number up by walking through all of them, so it gets placeholders without.
    fn text(&self, rows: usize, transaction: &Transaction) -> String {
        let Self { table, columns, on_conflict } = self;
        let mut text = format!("insert into {table} ({}) values ", columns.join(", "));
        for row in 0..rows {
            text.push_str(if row == 0 { "(" } else { ", (" });
            for column in 0..COLUMNS {
                text.push_str(if column == 0 { "" } else { ", " });
                if transaction.is_postgres() {
                    // Writing to a String cannot fail.
                    let _ = write!(text, "${}", row * COLUMNS + column + 1);
                } else {
                    text.push('?');
                }
            }
            text.push(')');
        }
        text.push(' ');
        text.push_str(on_conflict);
        text
    }
}

/// How many rows the next statement takes. On PostgreSQL each statement is a round trip, so the rest is one of them. On
/// SQLite preparing a statement costs more than running it, so the rest is cut into sizes that were prepared before.
fn statement_rows(left: usize, transaction: &Transaction) -> usize {
    if left >= STATEMENT_ROWS {
        STATEMENT_ROWS
    } else if transaction.is_postgres() {
        left
    } else {
        // Invariant: asked only while rows are left.
        1 << left.ilog2()
    }
}
