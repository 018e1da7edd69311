//! Where a log of one test lives.

use event_log::{EventLog, LogOptions, LogStore};
use kernel::SystemClock;
use sqlx::{
    AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions,
};
use std::{path::PathBuf, sync::Arc};
use tempfile::TempDir;
use testing::TestDatabase;

/// An empty database of the test's own, removed with this value.
pub(crate) enum Place {
    Sqlite(TempDir),
    Postgres(Box<TestDatabase>),
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(TempDir::new().unwrap())
    }

    pub(crate) async fn postgres() -> Self {
        Self::Postgres(Box::new(TestDatabase::create().await))
    }

    pub(crate) fn store(&self) -> LogStore {
        match self {
            Self::Sqlite(_) => LogStore::Sqlite(self.file()),
            Self::Postgres(database) => LogStore::Postgres(database.url().to_owned()),
        }
    }

    /// The file of a SQLite log.
    pub(crate) fn file(&self) -> PathBuf {
        match self {
            Self::Sqlite(folder) => folder.path().join("log.db"),
            Self::Postgres(_) => panic!("a PostgreSQL log has no file of ours"),
        }
    }

    pub(crate) async fn open(&self) -> EventLog {
        open(LogOptions::new(self.store())).await
    }

    /// Another empty place of the same kind.
    pub(crate) async fn like(other: &Self) -> Self {
        match other {
            Self::Sqlite(_) => Self::sqlite(),
            Self::Postgres(_) => Self::postgres().await,
        }
    }

    /// Runs one statement as the owner of the tables.
    pub(crate) async fn execute(&self, statement: &str) -> Result<(), sqlx::Error> {
        self.run("", statement).await
    }

    /// Runs statements as one who may do everything, with the triggers that protect the log out of force.
    pub(crate) async fn tamper(&self, sqlite: &str, postgres: &str) {
        let statements = match self {
            Self::Sqlite(_) => sqlite,
            Self::Postgres(_) => postgres,
        };
        self.run("SET session_replication_role = replica", statements).await.unwrap();
    }

    /// Removes events behind the back of the triggers.
    pub(crate) async fn delete(&self, condition: &str) {
        let delete = format!("DELETE FROM event WHERE {condition}");
        self.tamper(&format!("DROP TRIGGER event_refuse_delete; {delete}"), &delete).await;
    }

    async fn run(&self, postgres_setting: &'static str, statements: &str) -> Result<(), sqlx::Error> {
        let statements = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()));
        match self {
            Self::Sqlite(_) => {
                let options = SqliteConnectOptions::new().filename(self.file());
                let mut connection = SqliteConnection::connect_with(&options).await?;
                connection.execute(statements).await?;
                connection.close().await
            }
            Self::Postgres(database) => {
                let mut connection = PgConnection::connect(database.url()).await?;
                if !postgres_setting.is_empty() {
                    connection.execute(postgres_setting).await?;
                }
                connection.execute(statements).await?;
                connection.close().await
            }
        }
    }
}

pub(crate) async fn open(options: LogOptions) -> EventLog {
    EventLog::open(options, Arc::new(SystemClock)).await.unwrap()
}
