//! The three read models that views are computed from, one for each source.

use super::from_projection;
use crate::{FUNDING_SOURCE, RURAL_SOURCE, SOURCE};
use api::progress as proto;
use futures::future::try_join_all;
use projection::{Reached, ReadDatabase, Transaction, WaitError};
use service::{
    Refusal, reason,
    request::{ConsistencyToken, not_caught_up},
};
use std::time::Duration;

/// The read models' databases, which projectors carry on elsewhere. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sources {
    /// Of [`PovertyModel`](crate::PovertyModel).
    pub poverty: ReadDatabase,
    /// Of [`RuralModel`](crate::RuralModel).
    pub rural: ReadDatabase,
    /// Of [`FundingModel`](crate::FundingModel).
    pub funding: ReadDatabase,
}

impl Sources {
    /// Each source by its name.
    fn named(&self) -> [(&'static str, &ReadDatabase); 3] {
        [(SOURCE, &self.poverty), (RURAL_SOURCE, &self.rural), (FUNDING_SOURCE, &self.funding)]
    }

    /// Waits until every source is as fresh as the token asks.
    pub(crate) async fn fresh(&self, consistency_token: &str, wait_max: Duration) -> Result<(), Refusal> {
        let token = ConsistencyToken::parse(consistency_token)?;
        for (source, database) in self.named() {
            let Some(position) = token.position(source) else { continue };
            database.wait_for(source, position, wait_max).await.map_err(|error| match error {
                WaitError::TooLate { wanted, applied, .. } => not_caught_up(applied, wanted),
                WaitError::Closed => Refusal::new(&reason::SHUTTING_DOWN),
            })?;
        }
        Ok(())
    }

    /// One state of each source. The sources have no common order: each is as far as it is.
    pub(crate) async fn snapshots(&self) -> Result<Snapshots, Refusal> {
        // In one order for all, so that no two wait for each other's connections.
        Ok(Snapshots {
            poverty: self.poverty.snapshot().await.map_err(from_projection)?,
            rural: self.rural.snapshot().await.map_err(from_projection)?,
            funding: self.funding.snapshot().await.map_err(from_projection)?,
        })
    }
}

/// One state of each source.
pub(crate) struct Snapshots {
    pub(crate) poverty: Transaction,
    pub(crate) rural: Transaction,
    pub(crate) funding: Transaction,
}

impl Snapshots {
    /// How far each source was read.
    pub(crate) async fn positions(&mut self) -> Result<Vec<proto::SourcePosition>, Refusal> {
        let sources = [
            (SOURCE, &mut self.poverty),
            (RURAL_SOURCE, &mut self.rural),
            (FUNDING_SOURCE, &mut self.funding),
        ];
        let positions = sources.map(async |(source, snapshot)| {
            let reached = snapshot.reached(source).await.map_err(from_projection)?;
            Ok(position_of(source, reached))
        });
        try_join_all(positions).await
    }
}

/// How far one source was read.
pub(crate) fn position_of(source: &str, reached: Reached) -> proto::SourcePosition {
    proto::SourcePosition {
        source: source.to_owned(),
        position: reached.position,
        events_set_aside: reached.set_aside,
    }
}
