//! Makes a read model anew beside the live one and switches to it at the end.

use crate::{
    Digest, Error, EventSource, Query, ReadDatabase, ReadModel, Transaction,
    apply::{Outcome, Target},
    control::{RebuildLock, State},
    database::{Applied, Shared},
    digest,
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

/// The live model beside one made anew from the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Both have applied exactly the events up to here.
    pub position: u64,
    /// What the live tables hold.
    pub live: Digest,
    /// What they would hold if they were made anew.
    pub rebuilt: Digest,
}

impl Verified {
    /// The tables that differ; none where the live model is what the log says.
    pub fn differing_tables(&self) -> Vec<&str> {
        let tables = self.live.tables.iter().zip(&self.rebuilt.tables);
        tables.filter(|(live, rebuilt)| live != rebuilt).map(|(live, _)| live.table.as_str()).collect()
    }
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
    let rebuilt = match Box::pin(rebuild_once(database, model, source, options, Sums::Kept, stop)).await {
        Err(error) if error.refuses_the_data() => {
            Box::pin(rebuild_once(database, model, source, options, Sums::Written, stop)).await?
        }
        outcome => outcome?,
    };
    database.shared.refresh(Applied::is_news_after).await?;
    let Rebuilt { generation, position, .. } = rebuilt;
    tracing::info!(
        read_model.name = M::NAME,
        "{} goes on as generation {generation} from position {position}",
        M::NAME
    );
    Ok(rebuilt)
}

async fn rebuild_once<M: ReadModel>(
    database: &ReadDatabase,
    model: &mut M,
    source: &mut dyn EventSource,
    options: RebuildOptions,
    sums: Sums,
    stop: &CancellationToken,
) -> Result<Rebuilt, Error> {
    let mut building = Building::begin(database, model, source, options, sums).await?;
    let outcome = building.fill_and_switch(stop).await;
    let rebuilt = building.end().await?;
    outcome.map(|()| rebuilt)
}

/// Makes the model anew from the source up to the live model's position, compares all rows, and throws the copy away. The
/// live model goes on meanwhile.
///
/// Errors: as [`rebuild`].
pub async fn verify<M: ReadModel>(
    database: &ReadDatabase,
    model: &mut M,
    source: &mut dyn EventSource,
    options: RebuildOptions,
    stop: &CancellationToken,
) -> Result<Verified, Error> {
    match Box::pin(verify_once(database, model, source, options, Sums::Kept, stop)).await {
        Err(error) if error.refuses_the_data() => {
            Box::pin(verify_once(database, model, source, options, Sums::Written, stop)).await
        }
        outcome => outcome,
    }
}

async fn verify_once<M: ReadModel>(
    database: &ReadDatabase,
    model: &mut M,
    source: &mut dyn EventSource,
    options: RebuildOptions,
    sums: Sums,
    stop: &CancellationToken,
) -> Result<Verified, Error> {
    let mut building = Building::begin(database, model, source, options, sums).await?;
    let compared = building.fill_and_compare(database, stop).await;
    building.end().await?;
    compared
}

/// What becomes of what later batches would change again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sums {
    /// The model may keep it to the end. Where the database refuses some of the data, nobody can tell whose they are, and
    /// it is done again the other way.
    Kept,
    /// Every batch writes it.
    Written,
}

struct Building<'a, M> {
    shared: &'a Shared,
    /// Held until the end: it keeps other rebuilds out.
    alone: RebuildLock,
    generation: Generation,
    source_name: String,
    model: &'a mut M,
    source: &'a mut dyn EventSource,
    options: RebuildOptions,
    sums: Sums,
    position: u64,
    set_aside: u64,
}

impl<'a, M: ReadModel> Building<'a, M> {
    /// Clears away what a crash left behind and makes an empty generation.
    async fn begin(
        database: &'a ReadDatabase,
        model: &'a mut M,
        source: &'a mut dyn EventSource,
        options: RebuildOptions,
        sums: Sums,
    ) -> Result<Self, Error> {
        let shared = &*database.shared;
        let alone = shared.control.lock_rebuild().await?;
        shared.control.abandon_building().await?;
        model.forget();
        if sums == Sums::Kept {
            model.keep();
        }
        let number = shared.control.create_building().await?;
        let generation = Generation::open_building(&shared.options, &shared.definition, number).await?;
        tracing::info!(read_model.name = M::NAME, "making {} anew as generation {number}", M::NAME);
        let source_name = source.name().to_owned();
        let (position, set_aside) = (0, 0);
        Ok(Self { shared, alone, generation, source_name, model, source, options, sums, position, set_aside })
    }

    /// Lets the generation go, and drops it unless it became the live one.
    async fn end(self) -> Result<Rebuilt, Error> {
        let Self { shared, alone, generation, model, position, set_aside, .. } = self;
        model.forget();
        let number = generation.number;
        generation.close().await;
        drop(generation);
        shared.control.abandon_building().await?;
        alone.release().await?;
        Ok(Rebuilt { generation: number, position, set_aside })
    }

    async fn fill_and_switch(&mut self, stop: &CancellationToken) -> Result<(), Error> {
        loop {
            let head = self.source.head().await.map_err(Error::Source)?;
            if self.position >= head {
                break;
            }
            self.fill_to(head, stop).await?;
        }
        self.generation.analyze().await?;
        let live = self.shared.control.generations().await?.into_iter().find(|one| one.state == State::Live);
        let Some(live) = live else {
            self.generation.settle(&self.shared.options, &self.shared.definition).await?;
            return self.shared.control.switch_to(self.generation.number).await;
        };
        let old = Generation::open(&self.shared.options, &self.shared.definition, live.number).await?;
        let (halted, reached) = halt(&old, &self.source_name).await?;
        // A log restored from an older backup ends below what the old generation had applied.
        let head = self.source.head().await.map_err(Error::Source)?;
        self.fill_to(reached.min(head), stop).await?;
        self.generation.settle(&self.shared.options, &self.shared.definition).await?;
        self.shared.control.switch_to(self.generation.number).await?;
        halted.commit().await?;
        old.close().await;
        Ok(())
    }

    async fn fill_and_compare(
        &mut self,
        database: &ReadDatabase,
        stop: &CancellationToken,
    ) -> Result<Verified, Error> {
        let mut live = database.snapshot().await?;
        let position = live.reached(&self.source_name).await?.position;
        let head = self.source.head().await.map_err(Error::Source)?;
        if position > head {
            let source_name = self.source_name.clone();
            return Err(Error::AheadOfLog { model: M::NAME, source_name, checkpoint: position, head });
        }
        self.fill_to(position, stop).await?;
        let rebuilt = digest::of(self.generation.readers.begin_reading().await?).await?;
        Ok(Verified { position, live: digest::of(live).await?, rebuilt })
    }

    /// Applies everything up to the target, and reads the next batch while one is being written.
    async fn fill_to(&mut self, target: u64, stop: &CancellationToken) -> Result<(), Error> {
        let mut ready = Vec::new();
        while self.position < target {
            let into = Target {
                definition: &self.shared.definition,
                generation: &self.generation,
                source: &self.source_name,
                clock: &self.shared.clock,
                tells_apart: self.sums == Sums::Written,
            };
            let position = self.position + ready.len() as u64;
            let limit = usize::try_from(target - position).map_or(usize::MAX, |missing| missing);
            let limit = limit.min(self.options.batch_events_max);
            let reading = async {
                if limit == 0 {
                    return Ok(Vec::new());
                }
                self.source.next(position, limit).await.map_err(Error::Source)
            };
            let writing = into.apply(self.model, self.position, &ready);
            let both = async { tokio::try_join!(writing, reading) };
            let (written, next) = stop.run_until_cancelled(both).await.ok_or(Error::Cancelled)??;
            match written {
                Outcome::Applied { set_aside } => self.set_aside += set_aside,
                Outcome::Lost => return Err(Error::RebuildRunning(M::NAME)),
            }
            self.position = position;
            ready = next;
        }
        if self.sums == Sums::Kept {
            let mut transaction = self.generation.writer.begin_writing().await?;
            self.model.write_kept(&mut transaction).await?;
            transaction.commit().await?;
        }
        Ok(())
    }
}

/// Halts the old generation's projector, which waits for this transaction and then finds that it has lost. The position
/// stays, for whoever still reads the old generation. Gives it.
async fn halt(old: &Generation, source: &str) -> Result<(Transaction, u64), Error> {
    let mut transaction = old.writer.begin_writing().await?;
    let halted = Query::new(
        "insert into checkpoint (source, position, event_id) values ($1, 0, 'halted')
         on conflict (source) do update set event_id = excluded.event_id returning position",
    );
    let reached = transaction.fetch_one(halted.bind(source)).await?.get_u64(0)?;
    Ok((transaction, reached))
}
