//! One batch: rows, set-aside events and checkpoint in one transaction.

use crate::{
    Error, Query, ReadModel, SetAside, Transaction,
    control::channel,
    database::Applied,
    follower::progress_payload,
    generation::{Definition, Generation},
};
use event_log::RecordedEvent;
use kernel::SharedClock;
use serde::Serialize;

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is committed; so many of its events were set aside.
    Applied { set_aside: u64 },
    /// The checkpoint is not where this projector left it: another one works on the model, or a rebuilt generation has
    /// taken its place. Nothing was written.
    Lost,
}

/// Where a batch goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) definition: &'a Definition,
    pub(crate) generation: &'a Generation,
    pub(crate) source: &'a str,
    pub(crate) clock: &'a SharedClock,
    /// Whether events are told apart when the database refuses the data of their batch.
    pub(crate) tells_apart: bool,
}

/// A rebuild halts the projector of a generation that it replaces; see `rebuild::halt`.
const MOVE: &str = "
    update checkpoint set position = $3, event_id = $4 where source = $1 and position = $2 and event_id <> 'halted'";

impl Target<'_> {
    /// Applies the events that follow the position. When the database refuses the data of the batch, its events are told
    /// apart: each is applied on its own, and one that is refused is set aside.
    pub(crate) async fn apply<M: ReadModel>(
        self,
        model: &mut M,
        after: u64,
        events: &[RecordedEvent],
    ) -> Result<Outcome, Error> {
        self.check_order(after, events)?;
        match self.try_batch(model, after, events).await {
            Err(error) if error.refuses_the_data() && self.tells_apart => {
                model.forget();
                self.apply_singly(model, after, events).await
            }
            outcome => outcome,
        }
    }

    fn check_order(self, after: u64, events: &[RecordedEvent]) -> Result<(), Error> {
        match (after + 1..).zip(events).find(|(expected, event)| *expected != event.position) {
            None => Ok(()),
            Some((expected, event)) => Err(Error::Gap {
                model: self.definition.name,
                source_name: self.source.to_owned(),
                expected,
                found: event.position,
            }),
        }
    }

    async fn apply_singly<M: ReadModel>(
        self,
        model: &mut M,
        after: u64,
        events: &[RecordedEvent],
    ) -> Result<Outcome, Error> {
        let mut set_aside_in_all = 0;
        for (after, event) in (after..).zip(events) {
            let single = std::slice::from_ref(event);
            let outcome = match self.try_batch(model, after, single).await {
                Err(error) if error.refuses_the_data() => {
                    model.forget();
                    let refused = SetAside { position: event.position, reason: error.to_string() };
                    match self.begin(after, event).await? {
                        Some(transaction) => self.finish(transaction, single, vec![refused]).await,
                        None => Ok(Outcome::Lost),
                    }
                }
                outcome => outcome,
            };
            match outcome? {
                Outcome::Applied { set_aside } => set_aside_in_all += set_aside,
                Outcome::Lost => return Ok(Outcome::Lost),
            }
        }
        Ok(Outcome::Applied { set_aside: set_aside_in_all })
    }

    async fn try_batch<M: ReadModel>(
        self,
        model: &mut M,
        after: u64,
        events: &[RecordedEvent],
    ) -> Result<Outcome, Error> {
        let Some(last) = events.last() else { return Ok(Outcome::Applied { set_aside: 0 }) };
        let Some(mut transaction) = self.begin(after, last).await? else { return Ok(Outcome::Lost) };
        let set_aside = model.apply(&mut transaction, events).await?;
        self.finish(transaction, events, set_aside).await
    }

    /// Moves the checkpoint first: whoever comes second waits for the row and then finds it moved.
    async fn begin(self, from: u64, to: &RecordedEvent) -> Result<Option<Transaction>, Error> {
        let mut transaction = self.generation.writer.begin_writing().await?;
        if from == 0 {
            let start = "insert into checkpoint (source, position, event_id) values ($1, 0, '') on conflict do nothing";
            transaction.execute(Query::new(start).bind(self.source)).await?;
        }
        let advance = self.advance(&transaction, from, to);
        let advanced = transaction.execute(advance).await? == 1;
        Ok(advanced.then_some(transaction))
    }

    /// Concerns one row, or none where the checkpoint is elsewhere. PostgreSQL tells everybody of the move when it commits.
    fn advance(self, transaction: &Transaction, from: u64, to: &RecordedEvent) -> Query {
        let bound =
            |query: Query| query.bind(self.source).bind(from).bind(to.position).bind(to.event_id.to_string());
        if !transaction.is_postgres() {
            return bound(Query::new(MOVE));
        }
        let notify = format!("with moved as ({MOVE} returning 1) select pg_notify($5, $6)::text from moved");
        let applied = Applied { generation: self.generation.number, position: to.position };
        bound(Query::new(notify)).bind(channel(self.definition)).bind(progress_payload(applied, self.source))
    }

    async fn finish(
        self,
        mut transaction: Transaction,
        events: &[RecordedEvent],
        set_aside: Vec<SetAside>,
    ) -> Result<Outcome, Error> {
        let count = set_aside.len() as u64;
        if count > 0 {
            transaction.execute(self.store_set_aside(events, &set_aside)?).await?;
        }
        transaction.commit().await?;
        for SetAside { position, reason } in set_aside {
            let (name, source) = (self.definition.name, self.source);
            tracing::error!(
                read_model.name = name,
                event.position = position,
                "{name} set aside event {position} of {source}: {reason}"
            );
        }
        Ok(Outcome::Applied { set_aside: count })
    }

    fn store_set_aside(self, events: &[RecordedEvent], set_aside: &[SetAside]) -> Result<Query, Error> {
        #[derive(Serialize)]
        struct SetAsideRow<'a> {
            position: u64,
            event_id: String,
            event_type: &'a str,
            reason: &'a str,
        }
        let rows: Vec<SetAsideRow<'_>> = set_aside
            .iter()
            .filter_map(|SetAside { position, reason }| {
                let event = events.iter().find(|event| event.position == *position)?;
                let event_id = event.event_id.to_string();
                Some(SetAsideRow { position: *position, event_id, event_type: &event.event_type, reason })
            })
            .collect();
        Query::new(
            "insert into set_aside (source, position, event_id, event_type, reason, set_aside_at)
             select $2, position, event_id, event_type, reason, $3
             from json_rows($1, position bigint, event_id text, event_type text, reason text) as refused",
        )
        .bind_rows(&rows)
        .map(|query| query.bind(self.source).bind(self.clock.now().micros()))
    }
}
