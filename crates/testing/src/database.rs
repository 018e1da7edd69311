//! A PostgreSQL database of one test's own.

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, postgres::PgConnectOptions};
use std::{str::FromStr, thread};
use tokio::runtime;
use uuid::Uuid;

/// An empty database on the server that `MUCTIEU_TEST_POSTGRES` names. Dropping the value drops the database, with
/// whoever is still connected.
#[derive(Debug)]
pub struct TestDatabase {
    server: PgConnectOptions,
    name: String,
    url: String,
}

impl TestDatabase {
    /// Creates it.
    ///
    /// # Panics
    /// When the variable is missing or the server refuses.
    pub async fn create() -> Self {
        let server_url = crate::required_variable("MUCTIEU_TEST_POSTGRES");
        let server = PgConnectOptions::from_str(&server_url)
            .unwrap_or_else(|error| panic!("MUCTIEU_TEST_POSTGRES='{server_url}' is not a URL: {error}"));
        let name = format!("test_{}", Uuid::new_v4().simple());
        run(&server, &format!("CREATE DATABASE {name}"))
            .await
            .unwrap_or_else(|error| panic!("database {name} on {server_url} could not be created: {error}"));
        let url = server.clone().database(&name).to_url_lossy().to_string();
        Self { server, name, url }
    }

    /// `postgres://user@host:port/test_…`
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server, statement) = (self.server.clone(), format!("DROP DATABASE {} WITH (FORCE)", self.name));
        // A thread of its own, because a drop cannot wait inside the runtime of the test.
        let dropping =
            thread::spawn(move || match runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime.block_on(run(&server, &statement)).err(),
                Err(error) => Some(error.into()),
            });
        match dropping.join() {
            Ok(None) => {}
            Ok(Some(error)) => eprintln!("database {} stays behind: {error}", self.name),
            Err(_) => eprintln!("database {} stays behind", self.name),
        }
    }
}

async fn run(server: &PgConnectOptions, statement: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(server).await?;
    connection.execute(AssertSqlSafe(statement.to_owned())).await?;
    connection.close().await
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn names(database: &TestDatabase, name: &str) -> i64 {
        let mut connection = PgConnection::connect_with(&database.server).await.unwrap();
        sqlx::query_scalar("SELECT count(*) FROM pg_database WHERE datname = $1")
            .bind(name)
            .fetch_one(&mut connection)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn each_test_has_a_database_of_its_own_that_goes_with_it() {
        let first = TestDatabase::create().await;
        let second = TestDatabase::create().await;
        assert_ne!(first.url(), second.url());

        let mut connected = PgConnection::connect(first.url()).await.unwrap();
        connected.execute("CREATE TABLE only_here (n int)").await.unwrap();
        let name = first.name.clone();
        assert_eq!(names(&second, &name).await, 1);
        drop(first);
        assert_eq!(names(&second, &name).await, 0);
    }
}
