//! The register of generations: which one is live, which is being built, which may go.

use crate::{
    Error, Query, Transaction,
    database::{ReadOptions, ReadStore},
    generation::{
        Definition, Pool, create_tables, drop_tables, lock_session, postgres_options, sqlite_options,
        try_exclusive_lock,
    },
};
use sqlx::{Connection as _, sqlite::SqlitePoolOptions};

/// A generation as it is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Registered {
    pub(crate) number: i64,
    pub(crate) schema_version: i64,
    pub(crate) state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Building,
    Live,
    Retired,
}

impl State {
    const fn text(self) -> &'static str {
        match self {
            Self::Building => "building",
            Self::Live => "live",
            Self::Retired => "retired",
        }
    }
}

/// Held while a read model is being rebuilt; a crash lets it go.
#[derive(Debug)]
pub(crate) enum RebuildLock {
    File { _locked: std::fs::File },
    Session { locked: Box<sqlx::PgConnection> },
}

impl RebuildLock {
    /// Lets the next rebuild begin at once: the server would free the lock only some time after the session's end.
    pub(crate) async fn release(self) -> Result<(), Error> {
        if let Self::Session { mut locked } = self {
            sqlx::query("select pg_advisory_unlock_all()").execute(&mut *locked).await?;
            locked.close().await?;
        }
        Ok(())
    }
}

/// The register's database.
#[derive(Debug)]
pub(crate) struct Control {
    pub(crate) pool: Pool,
    options: ReadOptions,
    definition: Definition,
}

impl Control {
    /// Opens the register, and makes the first generation of a model that has none.
    pub(crate) async fn open(options: &ReadOptions, definition: Definition) -> Result<Self, Error> {
        let pool = match &options.store {
            ReadStore::Sqlite(root) => {
                let folder = definition.folder(root);
                std::fs::create_dir_all(&folder)
                    .map_err(|error| Error::File { path: folder.display().to_string(), error })?;
                let file = sqlite_options(&folder.join("generations.sqlite")).create_if_missing(true);
                Pool::Sqlite(SqlitePoolOptions::new().max_connections(1).connect_with(file).await?)
            }
            ReadStore::Postgres(url) => {
                let session = postgres_options(url)?.options([("search_path", "read_models")]);
                // One for statements, one that listens, one to spare.
                Pool::Postgres(event_log::postgres_pool().max_connections(3).connect_with(session).await?)
            }
        };
        let control = Self { pool, options: options.clone(), definition };
        control.create_first().await?;
        Ok(control)
    }

    async fn create_first(&self) -> Result<(), Error> {
        let mut transaction = self.begin().await?;
        if matches!(self.pool, Pool::Postgres(_)) {
            transaction.execute(Query::new("create schema if not exists read_models")).await?;
        }
        for statement in [
            "create table if not exists generation (
                 model text not null, number bigint not null, schema_version bigint not null,
                 state text not null check (state in ('building', 'live', 'retired')), primary key (model, number))",
            "create unique index if not exists generation_live on generation (model) where state = 'live'",
        ] {
            transaction.execute(Query::new(statement)).await?;
        }
        if !generations(&mut transaction, &self.definition).await?.iter().any(|one| one.state == State::Live)
        {
            self.create(&mut transaction, State::Live).await?;
        }
        transaction.commit().await
    }

    /// Begins a change of the register; one at a time.
    async fn begin(&self) -> Result<Transaction, Error> {
        let mut transaction = self.pool.begin_writing().await?;
        if matches!(self.pool, Pool::Postgres(_)) {
            let alone = "select pg_advisory_xact_lock(hashtextextended('read_models', 0))::text";
            transaction.execute(Query::new(alone)).await?;
        }
        Ok(transaction)
    }

    /// All generations of the model.
    pub(crate) async fn generations(&self) -> Result<Vec<Registered>, Error> {
        generations(&mut self.pool.begin_reading().await?, &self.definition).await
    }

    /// Registers a generation for a rebuild and makes its empty tables.
    pub(crate) async fn create_building(&self) -> Result<i64, Error> {
        let mut transaction = self.begin().await?;
        let number = self.create(&mut transaction, State::Building).await?;
        transaction.commit().await?;
        Ok(number)
    }

    async fn create(&self, transaction: &mut Transaction, state: State) -> Result<i64, Error> {
        let taken = generations(transaction, &self.definition).await?;
        let number = taken.iter().map(|generation| generation.number).max().unwrap_or(0) + 1;
        create_tables(transaction, &self.options, &self.definition, number).await?;
        let registered = Query::new(
            "insert into generation (model, number, schema_version, state) values ($1, $2, $3, $4)",
        )
        .bind(self.definition.name)
        .bind(number)
        .bind(self.definition.schema_version)
        .bind(state.text());
        transaction.execute(registered).await?;
        Ok(number)
    }

    /// The switch: readers go to the new generation from here on.
    pub(crate) async fn switch_to(&self, number: i64) -> Result<(), Error> {
        let mut transaction = self.begin().await?;
        let name = self.definition.name;
        let retire = "update generation set state = 'retired' where model = $1 and state = 'live'";
        transaction.execute(Query::new(retire).bind(name)).await?;
        let enliven = "update generation set state = 'live' where model = $1 and number = $2";
        transaction.execute(Query::new(enliven).bind(name).bind(number)).await?;
        if matches!(self.pool, Pool::Postgres(_)) {
            let notify = Query::new("select pg_notify($1, 'switched')::text").bind(channel(&self.definition));
            transaction.execute(notify).await?;
        }
        transaction.commit().await
    }

    /// Gives up what a rebuild left behind. Only who holds the [`RebuildLock`] may do so.
    pub(crate) async fn abandon_building(&self) -> Result<(), Error> {
        let mut transaction = self.begin().await?;
        let abandon = "update generation set state = 'retired' where model = $1 and state = 'building'";
        transaction.execute(Query::new(abandon).bind(self.definition.name)).await?;
        transaction.commit().await?;
        self.drop_retired().await
    }

    /// Drops the retired generations which nobody has open any more.
    pub(crate) async fn drop_retired(&self) -> Result<(), Error> {
        let mut transaction = self.begin().await?;
        for generation in generations(&mut transaction, &self.definition).await? {
            if generation.state == State::Retired
                && drop_tables(&mut transaction, &self.options, &self.definition, generation.number).await?
            {
                let gone = Query::new("delete from generation where model = $1 and number = $2")
                    .bind(self.definition.name)
                    .bind(generation.number);
                transaction.execute(gone).await?;
                tracing::info!(
                    read_model.name = self.definition.name,
                    read_model.generation = generation.number,
                    "dropped generation {} of {}",
                    generation.number,
                    self.definition.name
                );
            }
        }
        transaction.commit().await
    }

    /// Keeps every other rebuild of the model out, in this process or another.
    pub(crate) async fn lock_rebuild(&self) -> Result<RebuildLock, Error> {
        let name = self.definition.name;
        match &self.options.store {
            ReadStore::Sqlite(root) => {
                let path = self.definition.folder(root).join("rebuild.lock");
                let locked = try_exclusive_lock(&path)?.ok_or(Error::RebuildRunning(name))?;
                Ok(RebuildLock::File { _locked: locked })
            }
            ReadStore::Postgres(url) => {
                let session = lock_session(url, &format!("rebuild/{name}")).await?;
                let locked = Box::new(session.ok_or(Error::RebuildRunning(name))?);
                Ok(RebuildLock::Session { locked })
            }
        }
    }
}

/// The PostgreSQL channel on which a model's progress and switches are told.
pub(crate) fn channel(definition: &Definition) -> String {
    format!("read_model_{}", definition.name)
}

async fn generations(
    transaction: &mut Transaction,
    definition: &Definition,
) -> Result<Vec<Registered>, Error> {
    let asked =
        Query::new("select number, schema_version, state from generation where model = $1 order by number");
    let rows = transaction.fetch_all(asked.bind(definition.name)).await?;
    rows.iter()
        .map(|row| {
            let state = match row.get::<String>("state")?.as_str() {
                "live" => State::Live,
                "retired" => State::Retired,
                _ => State::Building,
            };
            Ok(Registered { number: row.get("number")?, schema_version: row.get("schema_version")?, state })
        })
        .collect()
}
