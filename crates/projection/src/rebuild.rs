//! Makes a read model anew beside the live one and switches to it at the end.

use crate::{
    Error, EventSource, Query, ReadDatabase, ReadModel, Transaction,
    apply::{Outcome, Target},
    control::State,
    database::Shared,
    generation::Generation,
};
use tokio_util::sync::CancellationToken;

/// How a rebuild works.
#[derive(Clone, Copy, Debug)]
pub struct RebuildOptions {
    /// Events in one transaction at most.
    pub batch_events_max: usize,
}

impl Default for RebuildOptions {
    fn default() -> Self {
        Self { batch_events_max: 10_000 }
    }
}

/// A rebuild that came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// The new generation.
    pub generation: i64,
    /// The position that it had applied when it became the live one.
    pub position: u64,
    /// Events that were set aside.
    pub set_aside: u64,
}

/// Reads the source from its first event into a new generation, catches up with the live one, and makes the new one the
/// live one: readers and projectors of every process go on there, and the old one is dropped when none of them has it
/// open any more. The live generation is untouched until then, whatever happens; what a crash leaves behind is cleared
/// away by the next rebuild.
///
/// Errors: [`Error::RebuildRunning`] where another one is under way, [`Error::Cancelled`].
pub async fn rebuild<M: ReadModel>(
    database: &ReadDatabase,
    model: &mut M,
    source: &mut dyn EventSource,
    options: RebuildOptions,
    stop: &CancellationToken,
) -> Result<Rebuilt, Error> {
    let shared = &*database.shared;
    let _alone = shared.control.lock_rebuild().await?;
    shared.control.drop_all(State::Building).await?;
    model.forget();
    let number = shared.control.create_building().await?;
    let generation = Generation::open(&shared.options, &shared.definition, number).await?;
    let source_name = source.name().to_owned();
    let mut building = Building {
        shared,
        generation: &generation,
        source_name,
        model,
        source,
        options,
        position: 0,
        set_aside: 0,
    };
    tracing::info!(read_model.name = M::NAME, "rebuilding {} as generation {number}", M::NAME);
    let outcome = building.fill_and_switch(stop).await;
    let (position, set_aside) = (building.position, building.set_aside);
    model.forget();
    generation.close().await;
    drop(generation);
    match outcome {
        Ok(()) => {
            shared.refresh().await?;
            tracing::info!(
                read_model.name = M::NAME,
                "{} goes on as generation {number} from position {position}",
                M::NAME
            );
            Ok(Rebuilt { generation: number, position, set_aside })
        }
        Err(error) => {
            shared.control.drop_all(State::Building).await?;
            Err(error)
        }
    }
}

struct Building<'a, M> {
    shared: &'a Shared,
    generation: &'a Generation,
    source_name: String,
    model: &'a mut M,
    source: &'a mut dyn EventSource,
    options: RebuildOptions,
    position: u64,
    set_aside: u64,
}

impl<M: ReadModel> Building<'_, M> {
    async fn fill_and_switch(&mut self, stop: &CancellationToken) -> Result<(), Error> {
        loop {
            let head = self.source.head().await.map_err(Error::Source)?;
            if self.position >= head {
                break;
            }
            self.fill_to(head, stop).await?;
        }
        let live = self.shared.control.generations().await?.into_iter().find(|one| one.state == State::Live);
        let old = match live {
            Some(live) => {
                Some(Generation::open(&self.shared.options, &self.shared.definition, live.number).await?)
            }
            None => None,
        };
        let mut halted = None;
        if let Some(old) = &old {
            let (transaction, reached) = halt(old, &self.source_name).await?;
            halted = Some(transaction);
            // A log restored from an older backup ends below what the old generation had applied.
            let head = self.source.head().await.map_err(Error::Source)?;
            self.fill_to(reached.min(head), stop).await?;
        }
        self.shared.control.switch_to(self.generation.number).await?;
        if let Some(transaction) = halted {
            transaction.commit().await?;
        }
        if let Some(old) = old {
            old.close().await;
        }
        Ok(())
    }

    async fn fill_to(&mut self, target: u64, stop: &CancellationToken) -> Result<(), Error> {
        while self.position < target {
            let next = self.source.next(self.position, self.options.batch_events_max);
            let events =
                stop.run_until_cancelled(next).await.ok_or(Error::Cancelled)?.map_err(Error::Source)?;
            let target = Target {
                definition: &self.shared.definition,
                generation: self.generation,
                source: &self.source_name,
                clock: &self.shared.clock,
            };
            match target.apply(self.model, self.position, &events).await? {
                Outcome::Applied { set_aside } => self.set_aside += set_aside,
                Outcome::Lost => return Err(Error::RebuildRunning(M::NAME)),
            }
            self.position += events.len() as u64;
        }
        Ok(())
    }
}

/// Takes the checkpoint away from the old generation's projector, which waits for this transaction and then finds that it
/// has lost. Gives the position that the old generation had reached.
async fn halt(old: &Generation, source: &str) -> Result<(Transaction, u64), Error> {
    let mut transaction = old.writer.begin_writing().await?;
    let taken = Query::new("delete from checkpoint where source = $1 returning position").bind(source);
    let reached = transaction.fetch_optional(taken).await?.map_or(Ok(0), |row| row.get_u64(0))?;
    Ok((transaction, reached))
}
