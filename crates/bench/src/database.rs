//! A database that is made for one run.

use crate::Place;
use anyhow::{Context, Result};
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use uuid::Uuid;

pub(crate) struct Database {
    name: String,
    pub(crate) url: String,
}

impl Database {
    pub(crate) async fn create(place: &Place, server: &mut PgConnection, purpose: &str) -> Result<Self> {
        let name = format!("bench_{purpose}_{}", Uuid::new_v4().simple());
        server.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
        let (before, _) = place.postgres.rsplit_once('/').context("the server's URL names no database")?;
        Ok(Self { url: format!("{before}/{name}"), name })
    }

    pub(crate) async fn drop(self, server: &mut PgConnection) -> Result<()> {
        server.execute(AssertSqlSafe(format!("DROP DATABASE {} WITH (FORCE)", self.name))).await?;
        Ok(())
    }
}
