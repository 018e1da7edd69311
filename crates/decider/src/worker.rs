//! The one task that decides what waits, has the log record it and answers.

use crate::{
    Accepted, Answer, Decision, DeskOptions, Disorder, Error, Fact, Model,
    desk::{Shared, State, Waiting},
};
use event_log::{
    AppendError, AppendRequest, Appended, ChainedAppends, EventLog, NewEvent, RecordedEvent, StreamId,
    StreamWrite,
};
use futures::{FutureExt as _, future::BoxFuture};
use kernel::{Date, RequestId, SharedClock, Timestamp};
use service::{Refusal, reason, request::fields::Effect};
use std::{collections::HashSet, mem, ops::RangeInclusive, sync::Arc, time::Duration};
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    sync::mpsc,
};
use tokio_util::sync::CancellationToken;

/// Events read from the log at once.
const READ_EVENTS_MAX: usize = 40_960;
/// The log is asked where something was told, and at least this often, should that be lost.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(1);

pub(crate) struct Worker<M: Model> {
    pub(crate) shared: Arc<Shared<M>>,
    pub(crate) log: EventLog,
    pub(crate) clock: SharedClock,
    pub(crate) options: DeskOptions,
    pub(crate) queue: mpsc::Receiver<Waiting<M>>,
}

/// Facts of one command with the streams that they stand in.
type FactsByStream<E> = Vec<(StreamId, Fact<E>)>;

/// The facts of one decision with the request that records them.
type ToAppend<E> = (FactsByStream<E>, AppendRequest);

/// A decision with its facts by stream.
struct Decided<M: Model> {
    waiting: Waiting<M>,
    facts: FactsByStream<M::Event>,
}

/// Decisions that the log has in hand, and what it will say of each.
struct Portion<M: Model> {
    decided: Vec<Decided<M>>,
    answers: BoxFuture<'static, Vec<Result<Appended, AppendError>>>,
}

/// A decision that the log has taken.
struct Recorded<M: Model> {
    waiting: Waiting<M>,
    facts: FactsByStream<M::Event>,
    appended: Appended,
}

/// A batch after its decisions.
struct Round<M: Model> {
    /// All in one chain, for each was decided on those before it.
    portions: Vec<Portion<M>>,
    /// Number of their events.
    events: u64,
    /// Nothing is written for them.
    unwritten: Vec<(Waiting<M>, Unwritten<M::Event>)>,
    /// They wait for what this batch has yet to record.
    later: Vec<Waiting<M>>,
}

impl<M: Model> Default for Round<M> {
    fn default() -> Self {
        Self { portions: Vec::new(), events: 0, unwritten: Vec::new(), later: Vec::new() }
    }
}

/// A command for which nothing is written. Where its request was recorded before, that is its answer instead.
enum Unwritten<E> {
    /// Refused, on a state that may be behind the log and on decisions that the log may not take.
    Refused(Refusal),
    /// The model does not take what it decided itself: so it is for what is recorded already, and else a fault of ours.
    Untaken(Disorder),
    /// Only to be checked, and found good.
    Validated(Vec<Fact<E>>),
    /// Recorded by another request, at these positions.
    Recorded(RangeInclusive<u64>),
}

/// What the log made of a batch.
struct Outcome<M: Model> {
    again: Vec<Waiting<M>>,
    /// Whether the log took everything, right after the state that it was decided on.
    as_decided: bool,
}

impl<M: Model> Worker<M> {
    /// Runs until it is told to stop, after what waited is answered.
    pub(crate) async fn run(mut self, stop: CancellationToken) -> Result<(), Error> {
        let mut told = self.log.watch();
        let mut again: Vec<Waiting<M>> = Vec::new();
        loop {
            let mut batch = mem::take(&mut again);
            if batch.is_empty() {
                tokio::select! {
                    biased;
                    first = self.queue.recv() => match first {
                        Some(first) => batch.push(first),
                        None => return Ok(()),
                    },
                    _ = told.changed() => {
                        self.catch_up().await?;
                        continue;
                    }
                    () = tokio::time::sleep(ASK_AGAIN_AFTER) => {
                        self.catch_up().await?;
                        continue;
                    }
                    () = stop.cancelled(), if !self.queue.is_closed() => {
                        self.queue.close();
                        continue;
                    }
                }
            }
            while batch.len() < self.options.batch_max {
                let Ok(next) = self.queue.try_recv() else { break };
                batch.push(next);
            }
            again = self.serve(batch).await?;
        }
    }

    /// Serves a batch; what another process overtook comes back, to be decided anew. A request that was recorded before is
    /// not looked for first: the log finds it when it is appended, and what is not appended is looked up.
    async fn serve(&mut self, batch: Vec<Waiting<M>>) -> Result<Vec<Waiting<M>>, Error> {
        let (batch, mut later) = first_of_each_request(batch);
        let Round { portions, unwritten, later: resting, .. } = self.decide(batch);
        let any_decided = !portions.is_empty();
        let (appended, unwritten) = tokio::join!(self.record(portions), self.answer_repeats(unwritten));
        let Outcome { again, as_decided } = appended?;
        let news = match (unwritten.is_empty(), any_decided) {
            (true, _) => false,
            (false, true) => !as_decided,
            (false, false) => self.catch_up().await?,
        };
        for (waiting, unwritten) in unwritten {
            match unwritten {
                Unwritten::Refused(refusal) if !news || self.is_late(&waiting) => {
                    answer(waiting, Err(refusal));
                }
                Unwritten::Untaken(disorder) if !news || self.is_late(&waiting) => {
                    tracing::error!(%disorder, "decision cannot be applied: {disorder}");
                    answer(waiting, Err(Refusal::new(&reason::INTERNAL)));
                }
                Unwritten::Refused(_) | Unwritten::Untaken(_) => later.push(waiting),
                Unwritten::Validated(facts) => answer(waiting, Ok(Accepted { facts, recorded: None })),
                Unwritten::Recorded(positions) => self.answer_repeat(waiting, positions).await,
            }
        }
        later.extend(again);
        later.extend(resting);
        Ok(later)
    }

    fn position(&self) -> u64 {
        *self.shared.applied.borrow()
    }

    /// Whether it was decided anew for as long as it may be.
    fn is_late(&self, waiting: &Waiting<M>) -> bool {
        waiting.begun.elapsed() > self.options.contention_max
    }

    /// Answers those whose request the log has recorded before and gives back the rest.
    async fn answer_repeats<U>(&self, unwritten: Vec<(Waiting<M>, U)>) -> Vec<(Waiting<M>, U)> {
        if unwritten.is_empty() {
            return unwritten;
        }
        let requests: Vec<RequestId> =
            unwritten.iter().map(|(waiting, _)| waiting.intent.request_id()).collect();
        let found = match self.log.look_up(&[], &requests).await {
            Ok(found) => found.requests,
            Err(error) => {
                let refusal = Refusal::from(error);
                for (waiting, _) in unwritten {
                    answer(waiting, Err(refusal.clone()));
                }
                return Vec::new();
            }
        };
        let mut rest = Vec::with_capacity(unwritten.len());
        for ((waiting, unwritten), recorded) in unwritten.into_iter().zip(found) {
            let Some(recorded) = recorded else {
                rest.push((waiting, unwritten));
                continue;
            };
            match recorded.answer(waiting.intent.request_id(), &waiting.intent.fingerprint) {
                Ok(first) => self.answer_repeat(waiting, positions_of(first)).await,
                Err(error) => answer(waiting, Err(error.into())),
            }
        }
        rest
    }

    /// Answers with what was recorded before, by this request or by another one that had the same effect.
    async fn answer_repeat(&self, waiting: Waiting<M>, positions: RangeInclusive<u64>) {
        answer(waiting, self.recorded_at(positions).await);
    }

    /// What was recorded at these positions, together, as the answer of a repeat.
    async fn recorded_at(&self, positions: RangeInclusive<u64>) -> Answer<M::Event> {
        let (first_position, last_position) = (*positions.start(), *positions.end());
        let facts = self.facts_at(positions).await?;
        let recorded_at = facts.last().map(|fact| fact.recorded_at);
        let recorded = recorded_at.map(|recorded_at| Appended {
            first_position,
            last_position,
            recorded_at,
            replayed: true,
        });
        Ok(Accepted { facts, recorded })
    }

    async fn facts_at(&self, positions: RangeInclusive<u64>) -> Result<Vec<Fact<M::Event>>, Refusal> {
        let (first, last) = (*positions.start(), *positions.end());
        let count = usize::try_from(last - first + 1).unwrap_or(usize::MAX);
        let events = self.log.read(first - 1, count).await?;
        let facts: Result<Vec<_>, Disorder> = events.iter().map(fact_of::<M>).collect();
        facts.map_err(|disorder| {
            tracing::error!(%disorder, "recorded request cannot be read: {disorder}");
            Refusal::new(&reason::INTERNAL)
        })
    }

    /// Decides the commands, each on what the ones before it would write, and hands what follows to the log. The model is
    /// left as it was.
    fn decide(&self, batch: Vec<Waiting<M>>) -> Round<M> {
        let now = self.clock.now();
        let mut batch = batch.into_iter();
        let mut round = Round::default();
        let mut chain = self.log.chain();
        let mut state = self.shared.write();
        if self.decide_portion(&mut state, now, &mut batch, &mut chain, &mut round) {
            // The runtime keeps the log's writer, which was woken just now, for this very thread, unless others may go on.
            beside_others(
                || while self.decide_portion(&mut state, now, &mut batch, &mut chain, &mut round) {},
            );
        }
        round.later.extend(batch);
        for decided in round.portions.iter().rev().flat_map(|portion| portion.decided.iter().rev()) {
            take_back(&mut state.model, &decided.facts);
        }
        round
    }

    /// Decides the next commands until there is enough to be handed to the log; false when there are no more.
    fn decide_portion(
        &self,
        state: &mut State<M>,
        now: Timestamp,
        batch: &mut impl Iterator<Item = Waiting<M>>,
        chain: &mut ChainedAppends,
        round: &mut Round<M>,
    ) -> bool {
        let first = round.events;
        let (mut decided, mut requests) = (Vec::new(), Vec::new());
        let mut is_full = false;
        while !is_full
            && round.events < self.options.batch_max as u64
            && let Some(waiting) = batch.next()
        {
            if let Some(positions) = state.model.recorded(&waiting.intent.command) {
                if *positions.end() <= state.position {
                    round.unwritten.push((waiting, Unwritten::Recorded(positions)));
                } else {
                    round.later.push(waiting);
                }
                continue;
            }
            let next = state.position + 1 + round.events;
            match self.decide_one(&mut state.model, &waiting, now, next) {
                Ok((facts, request)) if waiting.intent.header.effect == Effect::Recorded => {
                    round.events += facts.len() as u64;
                    decided.push(Decided { waiting, facts });
                    requests.push(request);
                    is_full = round.events - first >= self.options.portion_max;
                }
                Ok((facts, _)) => {
                    take_back(&mut state.model, &facts);
                    let facts = facts.into_iter().map(|(_, fact)| fact).collect();
                    round.unwritten.push((waiting, Unwritten::Validated(facts)));
                }
                Err(unwritten) => round.unwritten.push((waiting, unwritten)),
            }
        }
        if !requests.is_empty() {
            round.portions.push(Portion { decided, answers: chain.append(requests).boxed() });
        }
        is_full
    }

    /// Decides one command and applies what it would write, from the position on.
    fn decide_one(
        &self,
        model: &mut M,
        waiting: &Waiting<M>,
        now: Timestamp,
        first: u64,
    ) -> Result<ToAppend<M::Event>, Unwritten<M::Event>> {
        let Waiting { actor, intent, .. } = waiting;
        let today: Date = now.day();
        let Decision { writes, conditions } =
            model.decide(&intent.command, today).map_err(Unwritten::Refused)?;
        let mut request = AppendRequest {
            request_id: intent.request_id(),
            fingerprint: intent.fingerprint,
            actor: Arc::clone(actor),
            document: intent.header.document.clone(),
            correlation_id: None,
            causation_id: None,
            writes: Vec::with_capacity(writes.len()),
            conditions,
        };
        let count = writes.iter().map(|write| write.events.len()).sum();
        let mut facts: FactsByStream<M::Event> = Vec::with_capacity(count);
        for write in writes {
            let mut events = Vec::with_capacity(write.events.len());
            for (effective, area, event) in write.events {
                let position = first + facts.len() as u64;
                let document = intent.header.document.clone();
                let fact =
                    Fact { position, effective, recorded_at: now, document, actor: Arc::clone(actor), event };
                let encoded = M::encode(&fact.event)
                    .and_then(|encoded| model.apply(&write.stream, &fact).map(|()| encoded));
                let (event_type, content) = match encoded {
                    Ok(encoded) => encoded,
                    Err(disorder) => {
                        take_back(model, &facts);
                        return Err(Unwritten::Untaken(disorder));
                    }
                };
                events.push(NewEvent { event_type, area, effective, content });
                facts.push((write.stream.clone(), fact));
            }
            request.writes.push(StreamWrite {
                stream: write.stream,
                expected_version: write.version,
                events,
            });
        }
        Ok((facts, request))
    }

    /// Applies what the log recorded and answers, portion by portion.
    async fn record(&self, portions: Vec<Portion<M>>) -> Result<Outcome<M>, Error> {
        let mut overtaken = Vec::new();
        let mut as_decided = true;
        for Portion { decided, answers } in portions {
            let mut recorded = Vec::with_capacity(decided.len());
            for (Decided { waiting, facts }, outcome) in decided.into_iter().zip(answers.await) {
                match outcome {
                    Ok(appended) if !appended.replayed => {
                        recorded.push(Recorded { waiting, facts, appended });
                        continue;
                    }
                    Ok(first) => self.answer_repeat(waiting, positions_of(first)).await,
                    Err(AppendError::Stale { .. } | AppendError::BasisNotRecorded) => {
                        overtaken.push((waiting, ()));
                    }
                    Err(error) => answer(waiting, Err(error.into())),
                }
                as_decided = false;
            }
            as_decided = self.apply_recorded(&mut recorded)? && as_decided;
            if !as_decided {
                self.catch_up().await?;
            }
            for Recorded { waiting, facts, appended } in recorded {
                let facts = facts.into_iter().map(|(_, fact)| fact).collect();
                answer(waiting, Ok(Accepted { facts, recorded: Some(appended) }));
            }
        }
        // Where one command repeats, those after it often do.
        let overtaken = self.answer_repeats(overtaken).await;
        let (late, again): (Vec<_>, Vec<_>) =
            overtaken.into_iter().map(|(waiting, ())| waiting).partition(|waiting| self.is_late(waiting));
        for waiting in late {
            answer(waiting, Err(Refusal::new(&reason::CONCURRENT_CHANGE)));
        }
        Ok(Outcome { again, as_decided })
    }

    /// Gives the facts the places that the log gave them, and applies them as far as they follow one another; false where
    /// the log holds something between them.
    fn apply_recorded(&self, recorded: &mut [Recorded<M>]) -> Result<bool, Error> {
        let mut state = self.shared.write();
        let mut whole = true;
        for Recorded { facts, appended, .. } in recorded {
            for (position, (stream, fact)) in (appended.first_position..).zip(facts) {
                fact.position = position;
                fact.recorded_at = appended.recorded_at;
                whole = whole && position == state.position + 1;
                if whole {
                    state
                        .model
                        .apply(stream, fact)
                        .map_err(|disorder| Error::Disorder { position, disorder })?;
                    state.position = position;
                }
            }
        }
        self.shared.applied.send_replace(state.position);
        Ok(whole)
    }

    /// Applies what the log holds beyond what is applied; whether there was anything. A log that is away is no failure:
    /// commands are refused by it, and what is known stays.
    async fn catch_up(&self) -> Result<bool, Error> {
        let before = self.position();
        match self.fold().await {
            Err(Error::Log(event_log::Error::Store(error))) => {
                tracing::warn!(%error, "log cannot be read just now: {error}");
                Ok(self.position() > before)
            }
            folded => folded,
        }
    }

    /// Applies what the log holds beyond what is applied; whether there was anything.
    pub(crate) async fn fold(&self) -> Result<bool, Error> {
        let mut any = false;
        loop {
            let after = self.position();
            let events = self.log.read(after, READ_EVENTS_MAX).await?;
            if events.is_empty() {
                let head = self.log.head().await.unwrap_or(after);
                if head < after {
                    return Err(Error::WentBack { head, applied: after });
                }
                return Ok(any);
            }
            any = true;
            let ends_here = events.len() < READ_EVENTS_MAX;
            let mut state = self.shared.write();
            for event in &events {
                let position = event.position;
                let disordered = |disorder| Error::Disorder { position, disorder };
                let fact = fact_of::<M>(event).map_err(disordered)?;
                state.model.apply(&event.stream, &fact).map_err(disordered)?;
                state.position = position;
            }
            self.shared.applied.send_replace(state.position);
            drop(state);
            if ends_here {
                return Ok(any);
            }
        }
    }
}

/// Of several commands with one request id the first; the others are looked at when that one is recorded.
fn first_of_each_request<M: Model>(batch: Vec<Waiting<M>>) -> (Vec<Waiting<M>>, Vec<Waiting<M>>) {
    let mut seen = HashSet::with_capacity(batch.len());
    batch.into_iter().partition(|waiting| {
        waiting.intent.header.effect == Effect::ValidatedOnly || seen.insert(waiting.intent.request_id())
    })
}

/// Does long work without keeping the runtime's other tasks from this thread.
fn beside_others(work: impl FnOnce()) {
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::MultiThread => tokio::task::block_in_place(work),
        _ => work(),
    }
}

fn positions_of(appended: Appended) -> RangeInclusive<u64> {
    appended.first_position..=appended.last_position
}

fn take_back<M: Model>(model: &mut M, facts: &[(StreamId, Fact<M::Event>)]) {
    for (stream, fact) in facts.iter().rev() {
        model.undo(stream, fact);
    }
}

/// A caller that has gone away is no failure.
fn answer<M: Model>(waiting: Waiting<M>, answer: Answer<M::Event>) {
    let _ = waiting.answer.send(answer);
}

fn fact_of<M: Model>(recorded: &RecordedEvent) -> Result<Fact<M::Event>, Disorder> {
    let metadata = recorded.read_metadata().map_err(|error| Disorder(format!("metadata: {error}")))?;
    Ok(Fact {
        position: recorded.position,
        effective: recorded.effective,
        recorded_at: recorded.recorded_at,
        document: metadata.document,
        actor: metadata.actor.into(),
        event: M::decode(&recorded.event_type, &recorded.content)?,
    })
}
