//! One transaction on either database.

use crate::{Error, Query, Reached, Reader as _, Row, Value, row::Fetched};
use futures::TryStreamExt as _;
use sqlx::{
    Arguments as _, AssertSqlSafe, Postgres, Sqlite, postgres::PgArguments, query::Query as Statement,
    sqlite::SqliteArguments,
};

/// A transaction: either the one in which a batch of events is applied, or a snapshot for reading, which sees one state
/// of all tables however long it lasts. Dropped without a commit it changes nothing.
#[derive(Debug)]
pub struct Transaction(pub(crate) Begun);

#[derive(Debug)]
pub(crate) enum Begun {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Transaction {
    /// Runs the statement and gives the number of rows that it changed, or answered with.
    pub async fn execute(&mut self, query: Query) -> Result<u64, Error> {
        Ok(match &mut self.0 {
            Begun::Sqlite(begun) => sqlite(query)?.execute(&mut **begun).await?.rows_affected(),
            Begun::Postgres(begun) => postgres(query)?.execute(&mut **begun).await?.rows_affected(),
        })
    }

    /// All rows of the answer: the statement itself bounds their number.
    pub async fn fetch_all(&mut self, query: Query) -> Result<Vec<Row>, Error> {
        Ok(match &mut self.0 {
            Begun::Sqlite(begun) => {
                let rows = sqlite(query)?.fetch_all(&mut **begun).await?;
                rows.into_iter().map(|row| Row(Fetched::Sqlite(row))).collect()
            }
            Begun::Postgres(begun) => {
                let rows = postgres(query)?.fetch_all(&mut **begun).await?;
                rows.into_iter().map(|row| Row(Fetched::Postgres(row))).collect()
            }
        })
    }

    /// The first row of the answer, if there is one.
    pub async fn fetch_optional(&mut self, query: Query) -> Result<Option<Row>, Error> {
        Ok(match &mut self.0 {
            Begun::Sqlite(begun) => {
                sqlite(query)?.fetch_optional(&mut **begun).await?.map(|row| Row(Fetched::Sqlite(row)))
            }
            Begun::Postgres(begun) => {
                postgres(query)?.fetch_optional(&mut **begun).await?.map(|row| Row(Fetched::Postgres(row)))
            }
        })
    }

    /// The first row of an answer that always has one, such as a count.
    pub async fn fetch_one(&mut self, query: Query) -> Result<Row, Error> {
        self.fetch_optional(query).await?.ok_or(Error::Database(sqlx::Error::RowNotFound))
    }

    /// How far the model has come with the source, as this transaction sees it.
    pub async fn reached(&mut self, source: &str) -> Result<Reached, Error> {
        Ok(self.read(source, Query::new("select 1 where false")).await?.0)
    }

    /// Gives the rows one after another, so that a whole table need not fit into memory.
    pub(crate) async fn for_each(
        &mut self,
        query: Query,
        mut take: impl FnMut(Row) -> Result<(), Error> + Send,
    ) -> Result<(), Error> {
        match &mut self.0 {
            Begun::Sqlite(begun) => {
                let mut rows = sqlite(query)?.fetch(&mut **begun);
                while let Some(row) = rows.try_next().await? {
                    take(Row(Fetched::Sqlite(row)))?;
                }
            }
            Begun::Postgres(begun) => {
                let mut rows = postgres(query)?.fetch(&mut **begun);
                while let Some(row) = rows.try_next().await? {
                    take(Row(Fetched::Postgres(row)))?;
                }
            }
        }
        Ok(())
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.0, Begun::Postgres(_))
    }

    pub(crate) async fn commit(self) -> Result<(), Error> {
        match self.0 {
            Begun::Sqlite(begun) => begun.commit().await?,
            Begun::Postgres(begun) => begun.commit().await?,
        }
        Ok(())
    }
}

pub(crate) fn sqlite(query: Query) -> Result<Statement<'static, Sqlite, SqliteArguments>, Error> {
    Ok(sqlx::query_with(AssertSqlSafe(query.sqlite), sqlite_arguments(query.values)?))
}

pub(crate) fn postgres(query: Query) -> Result<Statement<'static, Postgres, PgArguments>, Error> {
    Ok(sqlx::query_with(AssertSqlSafe(query.postgres), postgres_arguments(query.values)?))
}

pub(crate) fn sqlite_arguments(values: impl IntoIterator<Item = Value>) -> Result<SqliteArguments, Error> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        let added = match value {
            Value::Integer(value) => arguments.add(value),
            Value::Text(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
        };
        added.map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

pub(crate) fn postgres_arguments(values: impl IntoIterator<Item = Value>) -> Result<PgArguments, Error> {
    let mut arguments = PgArguments::default();
    for value in values {
        let added = match value {
            Value::Integer(value) => arguments.add(value),
            Value::Text(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
        };
        added.map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}
