//! Where a log of one test lives.

use event_log::{EventLog, LogOptions, LogStore};
use kernel::SystemClock;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{path::PathBuf, sync::Arc};
use tempfile::TempDir;
use testing::TestDatabase;

/// An empty database of the test's own, removed with this value.
pub(crate) enum Place {
    Sqlite(TempDir),
    Postgres(TestDatabase),
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(TempDir::new().unwrap())
    }

    pub(crate) async fn postgres() -> Self {
        Self::Postgres(TestDatabase::create().await)
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

    /// Runs statements as one who may do everything, with the triggers that protect the log out of force.
    pub(crate) async fn tamper(&self, sqlite: &'static str, postgres: &'static str) {
        match self {
            Self::Sqlite(_) => {
                let options = SqliteConnectOptions::new().filename(self.file());
                let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
                connection.execute(sqlx::raw_sql(sqlite)).await.unwrap();
                connection.close().await.unwrap();
            }
            Self::Postgres(database) => {
                let mut connection = PgConnection::connect(database.url()).await.unwrap();
                connection.execute("SET session_replication_role = replica").await.unwrap();
                connection.execute(sqlx::raw_sql(postgres)).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }
}

pub(crate) async fn open(options: LogOptions) -> EventLog {
    EventLog::open(options, Arc::new(SystemClock)).await.unwrap()
}
