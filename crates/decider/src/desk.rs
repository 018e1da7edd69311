//! What callers hold: commands go in, answers and the state come out.

use crate::{Error, Fact, Intent, Model, worker::Worker};
use event_log::{Appended, EventLog};
use kernel::SharedClock;
use service::{Refusal, reason, request::not_caught_up};
use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::Duration,
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

/// Bounds of a desk.
#[derive(Clone, Copy, Debug)]
pub struct DeskOptions {
    /// Commands that wait at most; more are refused.
    pub queue_max: usize,
    /// Commands decided together at most, each on what the ones before it would write. Once as many events follow from them,
    /// the rest waits for the next time.
    pub batch_max: usize,
    /// Once so many events follow from them, these are handed to the log, while the next are still being decided.
    pub portion_max: u64,
    /// How long a command is decided anew while other processes keep coming first. An attempt that began within it counts.
    pub contention_max: Duration,
}

impl Default for DeskOptions {
    fn default() -> Self {
        Self { queue_max: 10_000, batch_max: 2_000, portion_max: 500, contention_max: Duration::from_secs(5) }
    }
}

/// A command that was carried out now or before.
#[derive(Clone, Debug)]
pub struct Accepted<E> {
    /// Its facts, in order.
    pub facts: Vec<Fact<E>>,
    /// Where it was recorded; `None` where it was only validated.
    pub recorded: Option<Appended>,
}

/// What became of a command.
pub type Answer<E> = Result<Accepted<E>, Refusal>;

impl<E> Accepted<E> {
    /// The position up to which the log must be known for it to be seen; 0 where it was only validated.
    pub fn last_position(&self) -> u64 {
        self.recorded.map_or(0, |recorded| recorded.last_position)
    }
}

/// Carries commands out and answers questions. Cheap to clone.
pub struct Desk<M: Model> {
    shared: Arc<Shared<M>>,
    waiting: mpsc::Sender<Waiting<M>>,
}

pub(crate) struct Shared<M> {
    state: RwLock<State<M>>,
    /// The last position that is applied.
    pub(crate) applied: watch::Sender<u64>,
    stopped: CancellationToken,
}

pub(crate) struct State<M> {
    pub(crate) model: M,
    pub(crate) position: u64,
}

/// The model as the log told it up to a position.
pub struct View<'a, M>(RwLockReadGuard<'a, State<M>>);

/// A command and who waits for its answer.
pub(crate) struct Waiting<M: Model> {
    pub(crate) actor: Arc<str>,
    pub(crate) intent: Intent<M::Command>,
    pub(crate) begun: Instant,
    pub(crate) answer: oneshot::Sender<Answer<M::Event>>,
}

impl<M: Model> Clone for Desk<M> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), waiting: self.waiting.clone() }
    }
}

impl<M: Model> fmt::Debug for Desk<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("position", &*self.shared.applied.borrow()).finish_non_exhaustive()
    }
}

impl<M> View<'_, M> {
    /// What the model is.
    pub fn model(&self) -> &M {
        &self.0.model
    }

    /// The last position that is applied.
    pub fn position(&self) -> u64 {
        self.0.position
    }
}

impl<M: Model> Desk<M> {
    /// Folds the log into the empty model. The future beside the desk does the work from then on: it ends when `stop` is
    /// cancelled, after what waited is answered, or with the error after which nothing can be decided any more.
    pub async fn open(
        log: EventLog,
        model: M,
        clock: SharedClock,
        options: DeskOptions,
        stop: CancellationToken,
    ) -> Result<(Self, impl Future<Output = Result<(), Error>> + Send + 'static), Error> {
        let shared = Arc::new(Shared {
            state: RwLock::new(State { model, position: 0 }),
            applied: watch::channel(0).0,
            stopped: CancellationToken::new(),
        });
        let (waiting, queue) = mpsc::channel(options.queue_max);
        let worker = Worker { shared: Arc::clone(&shared), log, clock, options, queue };
        worker.fold().await?;
        let stopped = shared.stopped.clone();
        let work = async move {
            let _stopped = stopped.drop_guard();
            worker.run(stop).await
        };
        Ok((Self { shared, waiting }, work))
    }

    /// Carries the commands out; each is accepted or refused on its own, and what is refused already stays so. One answer for
    /// each, in order.
    pub async fn execute(
        &self,
        actor: &str,
        intents: Vec<Result<Intent<M::Command>, Refusal>>,
    ) -> Vec<Answer<M::Event>> {
        let (begun, actor) = (Instant::now(), Arc::from(actor));
        let mut waiting = Vec::with_capacity(intents.len());
        for intent in intents {
            waiting.push(intent.and_then(|intent| self.hand_in(Arc::clone(&actor), intent, begun)));
        }
        let mut answers = Vec::with_capacity(waiting.len());
        for answer in waiting {
            answers.push(match answer {
                Ok(answer) => answer.await.unwrap_or_else(|_| Err(Refusal::new(&reason::OUTCOME_UNKNOWN))),
                Err(refusal) => Err(refusal),
            });
        }
        answers
    }

    /// Carries one command out.
    pub async fn execute_one(
        &self,
        actor: &str,
        intent: Result<Intent<M::Command>, Refusal>,
    ) -> Answer<M::Event> {
        let answer = self.hand_in(actor.into(), intent?, Instant::now())?;
        answer.await.unwrap_or_else(|_| Err(Refusal::new(&reason::OUTCOME_UNKNOWN)))
    }

    fn hand_in(
        &self,
        actor: Arc<str>,
        intent: Intent<M::Command>,
        begun: Instant,
    ) -> Result<oneshot::Receiver<Answer<M::Event>>, Refusal> {
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { actor, intent, begun, answer };
        self.waiting.try_send(waiting).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => Refusal::new(&reason::OVERLOADED).with("what", "writes"),
            mpsc::error::TrySendError::Closed(_) => Refusal::new(&reason::SHUTTING_DOWN),
        })?;
        Ok(answered)
    }

    /// The model as it stands. Not to be held over an await. Refused where a fault of ours left it with decisions that may
    /// not be recorded.
    pub fn read(&self) -> Result<View<'_, M>, Refusal> {
        self.shared.state.read().map(View).map_err(|_| Refusal::new(&reason::INTERNAL))
    }

    /// The model once it has applied the position, which it waits for within the bound.
    pub async fn read_from(&self, position: u64, wait_max: Duration) -> Result<View<'_, M>, Refusal> {
        let mut applied = self.shared.applied.subscribe();
        let waited = tokio::time::timeout(wait_max, async {
            tokio::select! {
                reached = applied.wait_for(|applied| *applied >= position) => reached.is_ok(),
                () = self.shared.stopped.cancelled() => false,
            }
        });
        match waited.await {
            Ok(true) => self.read(),
            Ok(false) => Err(Refusal::new(&reason::SHUTTING_DOWN)),
            Err(_) => Err(not_caught_up(*self.shared.applied.borrow(), position)),
        }
    }

    /// The model with at least what was recorded: a repeat may have been recorded by another process just now.
    pub async fn read_after(
        &self,
        accepted: &Accepted<M::Event>,
        wait_max: Duration,
    ) -> Result<View<'_, M>, Refusal> {
        self.read_from(accepted.last_position(), wait_max).await
    }
}

impl<M> Shared<M> {
    /// For the worker alone, which ends with the panic that poisons the lock.
    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, State<M>> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}
