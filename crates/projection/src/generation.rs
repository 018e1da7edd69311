//! One generation of a read model: its own schema in PostgreSQL, its own file in SQLite.

use crate::{
    Error, Query, ReadModel, Row, Transaction,
    database::{ReadOptions, ReadStore},
    row::Fetched,
    transaction::{Begun, postgres, sqlite},
};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Executor as _, PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqlitePoolOptions, SqliteSynchronous,
    },
};
use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
};

/// What a read model is called and made of, without its type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Definition {
    pub(crate) name: &'static str,
    pub(crate) schema_version: i64,
    create_statements: fn() -> Vec<Query>,
}

impl Definition {
    pub(crate) fn of<M: ReadModel>() -> Self {
        Self { name: M::NAME, schema_version: M::SCHEMA_VERSION, create_statements: M::create_statements }
    }

    /// The schema of a generation, which is also the key of its lease.
    pub(crate) fn schema(&self, number: i64) -> String {
        format!("{}_{number}", self.name)
    }

    /// Everything that an empty generation consists of.
    pub(crate) fn all_statements(&self) -> Vec<Query> {
        let mut statements = vec![
            Query::new(
                "create table checkpoint (
                     source text primary key, position bigint not null, event_id text not null)",
            ),
            Query::new(
                "create table set_aside (
                     source text not null, position bigint not null, event_id text not null, event_type text not null,
                     reason text not null, set_aside_at bigint not null, primary key (source, position))",
            ),
        ];
        statements.extend((self.create_statements)());
        statements
    }

    /// The folder of a read model in SQLite.
    pub(crate) fn folder(&self, root: &Path) -> PathBuf {
        root.join(self.name)
    }

    pub(crate) fn file(&self, root: &Path, number: i64) -> PathBuf {
        self.folder(root).join(format!("generation-{number}.sqlite"))
    }

    pub(crate) fn lease_file(&self, root: &Path, number: i64) -> PathBuf {
        self.folder(root).join(format!("generation-{number}.lease"))
    }
}

/// Connections to either database.
#[derive(Clone, Debug)]
pub(crate) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Pool {
    /// Begins a transaction that will write; in SQLite it holds the file's only write lock from its start.
    pub(crate) async fn begin_writing(&self) -> Result<Transaction, Error> {
        Ok(Transaction(match self {
            Self::Sqlite(pool) => Begun::Sqlite(pool.begin_with("begin immediate").await?),
            Self::Postgres(pool) => Begun::Postgres(pool.begin().await?),
        }))
    }

    /// Begins a transaction that reads one state of all tables.
    pub(crate) async fn begin_reading(&self) -> Result<Transaction, Error> {
        Ok(Transaction(match self {
            Self::Sqlite(pool) => Begun::Sqlite(pool.begin().await?),
            Self::Postgres(pool) => {
                Begun::Postgres(pool.begin_with("begin isolation level repeatable read read only").await?)
            }
        }))
    }

    pub(crate) async fn fetch_all(&self, query: Query) -> Result<Vec<Row>, Error> {
        Ok(match self {
            Self::Sqlite(pool) => {
                let rows = sqlite(query)?.fetch_all(pool).await?;
                rows.into_iter().map(|row| Row(Fetched::Sqlite(row))).collect()
            }
            Self::Postgres(pool) => {
                let rows = postgres(query)?.fetch_all(pool).await?;
                rows.into_iter().map(|row| Row(Fetched::Postgres(row))).collect()
            }
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// An open generation. While any process has it open its tables are not dropped.
#[derive(Debug)]
pub(crate) struct Generation {
    pub(crate) number: i64,
    pub(crate) writer: Pool,
    pub(crate) readers: Pool,
    /// Locked in shared mode while the generation is open. In PostgreSQL every connection holds such a lock instead.
    _lease: Option<File>,
}

impl Generation {
    /// A generation that is or becomes the live one.
    pub(crate) async fn open(
        options: &ReadOptions,
        definition: &Definition,
        number: i64,
    ) -> Result<Self, Error> {
        match &options.store {
            ReadStore::Sqlite(root) => {
                let lease = shared_lease(&definition.lease_file(root, number))?;
                let file = definition.file(root, number);
                let writer = sqlite_options(&file)
                    .pragma("cache_size", "-65536")
                    // Pages, 64 MiB in all: the usual 1,000 are less than one large batch dirties.
                    .pragma("wal_autocheckpoint", "16384");
                let writer = sqlite_writer(writer).await?;
                let readers = SqlitePoolOptions::new()
                    .test_before_acquire(false)
                    .min_connections(1)
                    .max_connections(options.readers_max)
                    .idle_timeout(None)
                    .connect_with(
                        sqlite_options(&file).pragma("cache_size", "-8192").pragma("query_only", "on"),
                    )
                    .await?;
                Ok(Self { number, writer, readers: Pool::Sqlite(readers), _lease: Some(lease) })
            }
            ReadStore::Postgres(url) => {
                let schema = definition.schema(number);
                // Losing the newest commits in a crash is harmless: rows and checkpoint are lost together and come again.
                let writer = postgres_options(url)?
                    .options([("search_path", schema.as_str()), ("synchronous_commit", "off")]);
                let readers = postgres_options(url)?.options([("search_path", schema.as_str())]);
                let writer = leased_pool(schema.clone(), 1).connect_with(writer).await?;
                let readers = leased_pool(schema, options.readers_max).connect_with(readers).await?;
                let (writer, readers) = (Pool::Postgres(writer), Pool::Postgres(readers));
                Ok(Self { number, writer, readers, _lease: None })
            }
        }
    }

    /// A generation that is being made: nobody reads it yet, and what a crash leaves of it is thrown away. In SQLite nothing
    /// waits for the disk before [`Self::settle`], and each page is written once.
    pub(crate) async fn open_building(
        options: &ReadOptions,
        definition: &Definition,
        number: i64,
    ) -> Result<Self, Error> {
        let ReadStore::Sqlite(root) = &options.store else {
            return Self::open(options, definition, number).await;
        };
        let lease = shared_lease(&definition.lease_file(root, number))?;
        let file = definition.file(root, number);
        let writer = sqlite_options(&file)
            .journal_mode(SqliteJournalMode::Memory)
            .synchronous(SqliteSynchronous::Off)
            .locking_mode(SqliteLockingMode::Exclusive)
            .pragma("cache_size", "-131072");
        let writer = sqlite_writer(writer).await?;
        Ok(Self { number, readers: writer.clone(), writer, _lease: Some(lease) })
    }

    /// Puts everything on the disk, so that the generation can become the live one. It is to be opened anew.
    pub(crate) async fn settle(&self, options: &ReadOptions, definition: &Definition) -> Result<(), Error> {
        let ReadStore::Sqlite(root) = &options.store else { return Ok(()) };
        self.close().await;
        let file = definition.file(root, self.number);
        let failed = |error| Error::File { path: file.display().to_string(), error };
        File::open(&file).and_then(|file| file.sync_all()).map_err(failed)
    }

    /// Lets PostgreSQL know what its tables hold by now: the plans of those that were just filled would be made for empty
    /// ones until it looks by itself.
    pub(crate) async fn analyze(&self) -> Result<(), Error> {
        let mut transaction = self.writer.begin_writing().await?;
        if transaction.is_postgres() {
            let tables = Query::new(
                "select table_name::text from information_schema.tables where table_schema = current_schema()",
            );
            for row in transaction.fetch_all(tables).await? {
                let table: String = row.get(0)?;
                transaction.execute(Query::new(format!("analyze \"{table}\""))).await?;
            }
        }
        transaction.commit().await
    }

    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// A pool of which each connection keeps the schema from being dropped.
fn leased_pool(schema: String, connections_max: u32) -> PgPoolOptions {
    event_log::postgres_pool()
        .min_connections(1)
        .max_connections(connections_max)
        .idle_timeout(None)
        .after_connect(move |connection, _| {
            let lease =
                sqlx::query("select pg_advisory_lock_shared(hashtextextended($1, 0))").bind(schema.clone());
            Box::pin(async move { connection.execute(lease).await.map(|_| ()) })
        })
}

pub(crate) fn postgres_options(url: &str) -> Result<PgConnectOptions, Error> {
    let options: PgConnectOptions = url.parse()?;
    // Queries of read models are short; compiling them costs more than it gives.
    Ok(options
        .options([("jit", "off")])
        .options(event_log::POSTGRES_INDEXED_PLANS)
        .disable_statement_logging())
}

/// Rows that SQLite's thread reads ahead of whoever asked, instead of waiting for each other.
const ROWS_AHEAD: usize = 1024;

pub(crate) fn sqlite_options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .row_buffer_size(ROWS_AHEAD)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .pragma("mmap_size", "33554432")
        .pragma("temp_store", "memory")
        .pragma("journal_size_limit", "67108864")
        .disable_statement_logging()
}

/// The one connection that writes.
async fn sqlite_writer(options: SqliteConnectOptions) -> Result<Pool, Error> {
    let pool = SqlitePoolOptions::new().test_before_acquire(false).max_connections(1);
    Ok(Pool::Sqlite(pool.connect_with(options).await?))
}

fn shared_lease(path: &Path) -> Result<File, Error> {
    let opened = open_lock_file(path)?;
    opened.lock_shared().map_err(|error| Error::File { path: path.display().to_string(), error })?;
    Ok(opened)
}

/// Locks the file for this process alone; `None` where another process or handle holds it.
pub(crate) fn try_exclusive_lock(path: &Path) -> Result<Option<File>, Error> {
    let opened = open_lock_file(path)?;
    match opened.try_lock() {
        Ok(()) => Ok(Some(opened)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(Error::File { path: path.display().to_string(), error }),
    }
}

fn open_lock_file(path: &Path) -> Result<File, Error> {
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(|error| Error::File { path: path.display().to_string(), error })
}

/// Makes the empty tables of a generation. In PostgreSQL they become visible with the given transaction.
pub(crate) async fn create_tables(
    transaction: &mut Transaction,
    options: &ReadOptions,
    definition: &Definition,
    number: i64,
) -> Result<(), Error> {
    match &options.store {
        ReadStore::Sqlite(root) => {
            let file = definition.file(root, number);
            remove_sqlite_files(&file)?;
            let pool = SqlitePoolOptions::new()
                .max_connections(1)
                .connect_with(sqlite_options(&file).create_if_missing(true))
                .await?;
            let pool = Pool::Sqlite(pool);
            let mut creation = pool.begin_writing().await?;
            for statement in definition.all_statements() {
                creation.execute(statement).await?;
            }
            creation.commit().await?;
            pool.close().await;
        }
        ReadStore::Postgres(_) => {
            let schema = definition.schema(number);
            transaction.execute(Query::new(format!("create schema \"{schema}\""))).await?;
            transaction.execute(Query::new(format!("set local search_path to \"{schema}\""))).await?;
            for statement in definition.all_statements() {
                transaction.execute(statement).await?;
            }
            transaction.execute(Query::new("set local search_path to read_models")).await?;
        }
    }
    Ok(())
}

/// Drops the tables of a generation where nobody has it open any more; says whether they are gone.
pub(crate) async fn drop_tables(
    transaction: &mut Transaction,
    options: &ReadOptions,
    definition: &Definition,
    number: i64,
) -> Result<bool, Error> {
    match &options.store {
        ReadStore::Sqlite(root) => {
            let lease_file = definition.lease_file(root, number);
            if try_exclusive_lock(&lease_file)?.is_none() {
                return Ok(false);
            }
            remove_sqlite_files(&definition.file(root, number))?;
            remove(&lease_file)?;
        }
        ReadStore::Postgres(_) => {
            let schema = definition.schema(number);
            let free = Query::new("select pg_try_advisory_xact_lock(hashtextextended($1, 0))::int::bigint")
                .bind(schema.clone());
            if transaction.fetch_one(free).await?.get::<i64>(0)? == 0 {
                return Ok(false);
            }
            transaction.execute(Query::new(format!("drop schema if exists \"{schema}\" cascade"))).await?;
        }
    }
    Ok(true)
}

fn remove_sqlite_files(file: &Path) -> Result<(), Error> {
    for suffix in ["", "-wal", "-shm"] {
        let mut path = file.as_os_str().to_owned();
        path.push(suffix);
        remove(Path::new(&path))?;
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), Error> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::File { path: path.display().to_string(), error })
        }
        _ => Ok(()),
    }
}

/// A session of its own, for locks that last as long as it.
pub(crate) async fn lock_session(url: &str, key: &str) -> Result<Option<sqlx::PgConnection>, Error> {
    let mut session = postgres_options(url)?.connect().await?;
    let locked: bool =
        sqlx::query_scalar(AssertSqlSafe("select pg_try_advisory_lock(hashtextextended($1, 0))"))
            .bind(key)
            .fetch_one(&mut session)
            .await?;
    Ok(locked.then_some(session))
}
