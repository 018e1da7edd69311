//! Where the households' keys are kept: a SQLite file of its own, or a table in the registry's PostgreSQL database.
//!
//! Keys stand outside the log on purpose: the log never forgets, a key can be destroyed. They are not remembered in memory,
//! so that a key destroyed by one process is gone for all.

use crate::sealing::{self, HouseholdKey};
use kernel::{HouseholdId, text::hexadecimal};
use sqlx::{
    PgPool, SqlitePool,
    postgres::PgConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{collections::HashMap, path::PathBuf, time::Duration};
use uuid::Uuid;

/// Connections of one process.
const CONNECTIONS_MAX: u32 = 4;
const WAIT_FOR_WRITER: Duration = Duration::from_secs(10);

/// Where keys are kept.
#[derive(Clone, Debug)]
pub enum KeyStoreLocation {
    /// A SQLite file, created where it is missing.
    Sqlite(PathBuf),
    /// A PostgreSQL database: `postgres://user:password@host/database`.
    Postgres(String),
}

/// Why keys could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database refused or could not be reached.
    #[error("key store: {0}")]
    Store(#[from] sqlx::Error),
    /// A stored key has not 32 bytes or belongs to no UUID.
    #[error("key store holds a damaged row")]
    Damaged,
    /// No fresh key could be made.
    #[error("key store: {0}")]
    Key(#[from] sealing::Error),
}

/// What the store knows of a household's key. A household without an entry never had one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Its personal data can be read.
    Held(HouseholdKey),
    /// Its personal data is erased for good.
    Destroyed,
}

/// The keys of all households.
#[derive(Clone, Debug)]
pub struct KeyStore(Pool);

#[derive(Clone, Debug)]
enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl KeyStore {
    /// Opens the store, creating its table where it is missing.
    pub async fn open(location: KeyStoreLocation) -> Result<Self, Error> {
        let pool = match location {
            KeyStoreLocation::Sqlite(path) => {
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .busy_timeout(WAIT_FOR_WRITER)
                    // A destroyed key is overwritten in the file.
                    .pragma("secure_delete", "on");
                let pool = SqlitePoolOptions::new()
                    .test_before_acquire(false)
                    .max_connections(CONNECTIONS_MAX)
                    .connect_with(options)
                    .await?;
                sqlx::query(
                    "create table if not exists household_key (household text primary key, key blob) without rowid",
                )
                .execute(&pool)
                .await?;
                Pool::Sqlite(pool)
            }
            KeyStoreLocation::Postgres(url) => {
                let options = url.parse::<PgConnectOptions>()?.options(event_log::POSTGRES_INDEXED_PLANS);
                let pool =
                    event_log::postgres_pool().max_connections(CONNECTIONS_MAX).connect_with(options).await?;
                // Two processes that start together would both try: the lock lets one go first.
                sqlx::query(
                    "do $$ begin
                       perform pg_advisory_xact_lock(hashtext('muctieu.household_key'));
                       create table if not exists household_key (household uuid primary key, key bytea);
                     end $$",
                )
                .execute(&pool)
                .await?;
                Pool::Postgres(pool)
            }
        };
        Ok(Self(pool))
    }

    /// What is known of these households' keys, in one statement.
    pub async fn states(&self, households: &[HouseholdId]) -> Result<HashMap<HouseholdId, KeyState>, Error> {
        if households.is_empty() {
            return Ok(HashMap::new());
        }
        match &self.0 {
            Pool::Sqlite(pool) => {
                let asked = json_list(households.iter().map(|id| format!("\"{id}\"")));
                let rows: Vec<(String, Option<Vec<u8>>)> = sqlx::query_as(
                    "select household, key from household_key where household in (select value from json_each($1))",
                )
                .bind(asked)
                .fetch_all(pool)
                .await?;
                rows.into_iter().map(|(id, key)| sqlite_state(&id, key)).collect()
            }
            Pool::Postgres(pool) => {
                let asked: Vec<Uuid> = households.iter().map(|id| id.uuid()).collect();
                let rows: Vec<(Uuid, Option<Vec<u8>>)> =
                    sqlx::query_as("select household, key from household_key where household = any($1)")
                        .bind(asked)
                        .fetch_all(pool)
                        .await?;
                rows.into_iter().map(|(id, key)| state(id, key)).collect()
            }
        }
    }

    /// Keeps the candidates of households that have no key yet, in one statement, and answers with what holds then:
    /// the candidate, or what another process stored first. A key without events, left by a crash, is used by the repeat.
    pub async fn keep(
        &self,
        candidates: &[(HouseholdId, HouseholdKey)],
    ) -> Result<HashMap<HouseholdId, KeyState>, Error> {
        if candidates.is_empty() {
            return Ok(HashMap::new());
        }
        // In one order for all processes, so that two of them never wait for each other.
        let mut candidates: Vec<_> = candidates.iter().collect();
        candidates.sort_by_key(|(household, _)| *household);
        match &self.0 {
            Pool::Sqlite(pool) => {
                let rows = json_list(candidates.iter().map(|(id, key)| {
                    let digits = hexadecimal(key.bytes());
                    format!("[\"{id}\",\"{digits}\"]")
                }));
                let kept: Vec<(String, Option<Vec<u8>>)> = sqlx::query_as(
                    "insert into household_key (household, key)
                     select value ->> 0, unhex(value ->> 1) from json_each($1) where true
                     on conflict (household) do update set household = excluded.household
                     returning household, key",
                )
                .bind(rows)
                .fetch_all(pool)
                .await?;
                kept.into_iter().map(|(id, key)| sqlite_state(&id, key)).collect()
            }
            Pool::Postgres(pool) => {
                let households: Vec<Uuid> = candidates.iter().map(|(id, _)| id.uuid()).collect();
                let keys: Vec<Vec<u8>> = candidates.iter().map(|(_, key)| key.bytes().to_vec()).collect();
                let kept: Vec<(Uuid, Option<Vec<u8>>)> = sqlx::query_as(
                    "insert into household_key (household, key)
                     select * from unnest($1::uuid[], $2::bytea[])
                     on conflict (household) do update set household = excluded.household
                     returning household, key",
                )
                .bind(households)
                .bind(keys)
                .fetch_all(pool)
                .await?;
                kept.into_iter().map(|(id, key)| state(id, key)).collect()
            }
        }
    }

    /// Destroys the household's key: its personal data can never be read again, by anybody, in any copy of the log. True
    /// where there was a key.
    pub async fn destroy(&self, household: HouseholdId) -> Result<bool, Error> {
        let changed = match &self.0 {
            Pool::Sqlite(pool) => {
                sqlx::query("update household_key set key = null where household = $1 and key is not null")
                    .bind(household.to_string())
                    .execute(pool)
                    .await?
                    .rows_affected()
            }
            Pool::Postgres(pool) => {
                sqlx::query("update household_key set key = null where household = $1 and key is not null")
                    .bind(household.uuid())
                    .execute(pool)
                    .await?
                    .rows_affected()
            }
        };
        Ok(changed > 0)
    }

    /// Closes the connections.
    pub async fn close(&self) {
        match &self.0 {
            Pool::Sqlite(pool) => pool.close().await,
            Pool::Postgres(pool) => pool.close().await,
        }
    }
}

fn json_list(items: impl Iterator<Item = String>) -> String {
    let mut list = String::from("[");
    for (at, item) in items.enumerate() {
        if at > 0 {
            list.push(',');
        }
        list.push_str(&item);
    }
    list.push(']');
    list
}

fn sqlite_state(household: &str, key: Option<Vec<u8>>) -> Result<(HouseholdId, KeyState), Error> {
    let household: HouseholdId = household.parse().map_err(|_| Error::Damaged)?;
    state(household.uuid(), key)
}

fn state(household: Uuid, key: Option<Vec<u8>>) -> Result<(HouseholdId, KeyState), Error> {
    let state = match key {
        None => KeyState::Destroyed,
        Some(bytes) => KeyState::Held(HouseholdKey::from_bytes(&bytes).ok_or(Error::Damaged)?),
    };
    Ok((HouseholdId::from_uuid(household), state))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn household(number: u128) -> HouseholdId {
        HouseholdId::from_uuid(Uuid::from_u128(number))
    }

    async fn holds_the_contract(store: KeyStore) {
        let (first, second) = (household(1), household(2));
        let (key, other) = (HouseholdKey::generate().unwrap(), HouseholdKey::generate().unwrap());
        assert!(store.states(&[first]).await.unwrap().is_empty());

        let kept = store.keep(&[(second, other.clone()), (first, key.clone())]).await.unwrap();
        assert_eq!(kept[&first], KeyState::Held(key.clone()));
        let kept = store.keep(&[(first, other.clone())]).await.unwrap();
        assert_eq!(kept[&first], KeyState::Held(key), "the first key stays");

        assert!(store.destroy(first).await.unwrap());
        assert!(!store.destroy(first).await.unwrap());
        let states = store.states(&[first, second, household(3)]).await.unwrap();
        assert_eq!(states.len(), 2);
        assert_eq!(states[&first], KeyState::Destroyed);
        assert_eq!(states[&second], KeyState::Held(other.clone()));
        let kept = store.keep(&[(first, other)]).await.unwrap();
        assert_eq!(kept[&first], KeyState::Destroyed, "a destroyed key is never made anew");
        store.close().await;
    }

    #[tokio::test]
    async fn keys_are_kept_once_and_stay_destroyed_on_sqlite() {
        let folder = tempfile::tempdir().unwrap();
        let location = KeyStoreLocation::Sqlite(folder.path().join("keys.sqlite"));
        holds_the_contract(KeyStore::open(location).await.unwrap()).await;
    }

    #[tokio::test]
    async fn keys_are_kept_once_and_stay_destroyed_on_postgres() {
        let database = testing::TestDatabase::create().await;
        let location = KeyStoreLocation::Postgres(database.url().to_owned());
        holds_the_contract(KeyStore::open(location).await.unwrap()).await;
    }
}
