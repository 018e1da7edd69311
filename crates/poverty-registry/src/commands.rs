//! Carries commands out: load, decide, append, answer.
//!
//! One command and a batch of a thousand go the same way, in waves: a wave holds the first open command of each household,
//! so that two commands of one batch on one household take effect in their order. A wave costs a handful of round trips,
//! however many commands it holds.

use crate::{
    domain::{self, Command, Context, Fact, Household, NewMember, Person, evolve},
    history::{History, Until, stream_of},
    keys::{KeyState, KeyStore},
    refusals,
    sealing::HouseholdKey,
};
use event_log::{
    AppendError, AppendRequest, Appended, EventLog, Fingerprint, NewEvent, RecordedEvent, RecordedRequest,
    StreamId, StreamWrite,
};
use events::poverty::PovertyEvent;
use futures::future::join_all;
use kernel::{AreaCode, HouseholdId, MemberId, RequestId, SharedClock};
use reference::Reference;
use service::{Refusal, request::fields::Effect};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a command is decided anew while other writers keep coming first. An attempt that began within it counts.
const CONTENTION_MAX: Duration = Duration::from_secs(5);

/// One command with what its caller said about it.
#[derive(Clone, Debug)]
pub struct Intent {
    /// The caller's id.
    pub request_id: RequestId,
    /// Whether it takes effect.
    pub effect: Effect,
    /// The deciding document.
    pub document: Option<String>,
    /// The version that the caller saw.
    pub expected_version: Option<u64>,
    /// What is asked.
    pub command: Command,
    /// Of the request without its id: the same for every repeat. It may tell personal data to whoever guesses well, so it
    /// is recorded as it stands only for commands without any.
    pub fingerprint: Fingerprint,
}

/// How much the answers tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Members with their personal data.
    Members,
    /// No personal data: bulk answers stay small and open no seal.
    Summary,
}

/// A command that was carried out now or before.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The household right after it.
    pub household: Household,
    /// The household's version right after it.
    pub version: u64,
    /// Of the members, as far as it was asked for and is not erased.
    pub people: HashMap<MemberId, Person>,
    /// Where it was recorded; `None` where it was only validated.
    pub recorded: Option<Appended>,
}

/// Carries commands out.
#[derive(Clone, Debug)]
pub struct Commands {
    log: EventLog,
    keys: KeyStore,
    reference: Arc<Reference>,
    clock: SharedClock,
}

/// What one wave made of one command.
enum Step {
    Done(Result<Accepted, Refusal>),
    /// The same request was recorded, or its household's key stored, meanwhile: to be looked at anew.
    Again,
    /// Another writer came first: to be decided anew.
    Contended,
}

/// A decision that waits to be appended.
struct Decided<'a> {
    place: usize,
    intent: &'a Intent,
    history: History,
    facts: Vec<Fact>,
    after: Household,
    fingerprint: Fingerprint,
}

impl Commands {
    /// Commands on this log, with keys from this store.
    pub fn new(log: EventLog, keys: KeyStore, reference: Arc<Reference>, clock: SharedClock) -> Self {
        Self { log, keys, reference, clock }
    }

    /// Carries the commands out; each is accepted or refused on its own. One answer for each, in order.
    pub async fn execute(
        &self,
        actor: &str,
        intents: &[Intent],
        detail: Detail,
    ) -> Vec<Result<Accepted, Refusal>> {
        let mut answers: Vec<Option<Result<Accepted, Refusal>>> = intents.iter().map(|_| None).collect();
        let mut begun: Vec<Option<Instant>> = vec![None; intents.len()];
        loop {
            let wave = next_wave(intents, &answers);
            if wave.is_empty() {
                break;
            }
            let late: Vec<bool> = wave
                .iter()
                .map(|&at| begun[at].get_or_insert_with(Instant::now).elapsed() > CONTENTION_MAX)
                .collect();
            let commands: Vec<&Intent> = wave.iter().map(|&at| &intents[at]).collect();
            match self.run_wave(actor, &commands, detail).await {
                Ok(steps) => {
                    for ((at, late), step) in wave.into_iter().zip(late).zip(steps) {
                        match step {
                            Step::Done(answer) => answers[at] = Some(answer),
                            Step::Contended if late => answers[at] = Some(Err(refusals::contended())),
                            Step::Contended | Step::Again => {}
                        }
                    }
                }
                Err(refusal) => {
                    for answer in answers.iter_mut().filter(|answer| answer.is_none()) {
                        *answer = Some(Err(refusal.clone()));
                    }
                }
            }
        }
        // Invariant: the loop ends when every command has its answer.
        answers.into_iter().flatten().collect()
    }

    async fn run_wave(&self, actor: &str, wave: &[&Intent], detail: Detail) -> Result<Vec<Step>, Refusal> {
        let today = self.clock.now().day();
        let context = Context { reference: &self.reference, today };
        let streams: Vec<StreamId> =
            wave.iter().map(|intent| stream_of(intent.command.household())).collect();
        let requests: Vec<RequestId> = wave.iter().map(|intent| intent.request_id).collect();
        let looked_up = async { Ok(self.log.look_up(&streams, &requests).await?) };
        let (looked_up, keys) = futures::try_join!(looked_up, self.keys_of(wave, detail))?;
        let outcomes: Vec<Outcome> = wave
            .iter()
            .zip(&looked_up.requests)
            .map(|(intent, recorded)| Outcome::of(intent, recorded.as_ref(), &keys))
            .collect();
        let stored_meanwhile = self.keys_stored_meanwhile(wave, &outcomes, &keys).await?;

        let mut steps = Vec::with_capacity(wave.len());
        let mut decided = Vec::with_capacity(wave.len());
        for (place, ((intent, stream), outcome)) in wave.iter().zip(&streams).zip(outcomes).enumerate() {
            let household = intent.command.household();
            let events = looked_up.streams.get(stream).map_or(&[][..], Vec::as_slice);
            let step = match outcome {
                Outcome::Erased => Step::Done(Err(refusals::erased(household))),
                Outcome::Reused(_) if stored_meanwhile.contains(&household) => Step::Again,
                Outcome::Reused(error) => Step::Done(Err(error.into())),
                Outcome::Repeated(first) => Step::Done(repeated(intent, events, first, &keys, detail)),
                Outcome::New(fingerprint) => match judge(intent, events, context) {
                    Err(refusal) => Step::Done(Err(refusal)),
                    Ok((history, facts, after)) => {
                        let decision = Decided { place, intent, history, facts, after, fingerprint };
                        if intent.effect == Effect::Recorded {
                            decided.push(decision);
                            steps.push(None);
                            continue;
                        }
                        Step::Done(Ok(keys.accepted(decision, None, detail)))
                    }
                },
            };
            steps.push(Some(step));
        }
        for (place, step) in self.append_all(actor, decided, keys, detail).await? {
            steps[place] = Some(step);
        }
        // Invariant: a place without a step was decided, and everything decided has come back from the log.
        Ok(steps.into_iter().flatten().collect())
    }

    /// Households whose command was compared by a key that is not theirs: a repeat stored its own in between.
    async fn keys_stored_meanwhile(
        &self,
        wave: &[&Intent],
        outcomes: &[Outcome],
        keys: &WaveKeys,
    ) -> Result<HashSet<HouseholdId>, Refusal> {
        let reused: Vec<HouseholdId> = wave
            .iter()
            .zip(outcomes)
            .filter(|(_, outcome)| matches!(outcome, Outcome::Reused(_)))
            .map(|(intent, _)| intent.command.household())
            .filter(|household| keys.candidates.contains_key(household))
            .collect();
        Ok(self.keys.states(&reused).await?.into_keys().collect())
    }

    async fn append_all(
        &self,
        actor: &str,
        decided: Vec<Decided<'_>>,
        mut keys: WaveKeys,
        detail: Detail,
    ) -> Result<Vec<(usize, Step)>, Refusal> {
        let fresh: Vec<(HouseholdId, HouseholdKey)> = decided
            .iter()
            .map(|decision| decision.intent.command.household())
            .filter_map(|household| keys.candidates.remove(&household).map(|key| (household, key)))
            .collect();
        keys.known.extend(self.keys.keep(&fresh).await?);

        let mut steps = Vec::with_capacity(decided.len());
        let mut waiting = Vec::with_capacity(decided.len());
        for decision in decided {
            match keys.request(&decision, actor) {
                Ok(request) => waiting.push((decision, self.log.append(request))),
                Err(refusal) => steps.push((decision.place, Step::Done(Err(refusal)))),
            }
        }
        let (decided, appends): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
        // All wait at once, so that the log gathers them into few transactions.
        for (decision, outcome) in decided.into_iter().zip(join_all(appends).await) {
            let place = decision.place;
            let step = match outcome {
                Ok(appended) if !appended.replayed => {
                    Step::Done(Ok(keys.accepted(decision, Some(appended), detail)))
                }
                Ok(_) => Step::Again,
                Err(AppendError::Stale { .. }) if decision.intent.expected_version.is_none() => {
                    Step::Contended
                }
                Err(error) => Step::Done(Err(error.into())),
            };
            steps.push((place, step));
        }
        Ok(steps)
    }

    /// The keys that the wave may need: to seal new members, to know repeats of such commands, to show members.
    async fn keys_of(&self, wave: &[&Intent], detail: Detail) -> Result<WaveKeys, Refusal> {
        let seals = |intent: &&&Intent| !intent.command.new_members().is_empty();
        let needed: Vec<HouseholdId> = wave
            .iter()
            .filter(|intent| detail == Detail::Members || seals(intent))
            .map(|intent| intent.command.household())
            .collect();
        let known = self.keys.states(&needed).await?;
        let mut candidates = HashMap::new();
        for intent in wave.iter().filter(seals) {
            let household = intent.command.household();
            if !known.contains_key(&household) {
                let key = HouseholdKey::generate()?;
                candidates.insert(household, key);
            }
        }
        Ok(WaveKeys { known, candidates })
    }
}

/// The first open command of each household, in order.
fn next_wave(intents: &[Intent], answers: &[Option<Result<Accepted, Refusal>>]) -> Vec<usize> {
    let mut households = HashSet::new();
    (0..intents.len())
        .filter(|&at| answers[at].is_none() && households.insert(intents[at].command.household()))
        .collect()
}

/// The answer that the request had when it was recorded.
fn repeated(
    intent: &Intent,
    events: &[RecordedEvent],
    first: Appended,
    keys: &WaveKeys,
    detail: Detail,
) -> Result<Accepted, Refusal> {
    // Invariant: request and stream were looked up at one moment, so the stream holds the request's events.
    let history = History::fold(events, Until::Position(first.last_position))?;
    let people = match detail {
        Detail::Members => history.people(keys.known.get(&intent.command.household())),
        Detail::Summary => HashMap::new(),
    };
    let version = history.version;
    match history.household {
        Some(household) => {
            Ok(Accepted { household, version, people, recorded: Some(Appended { replayed: true, ..first }) })
        }
        None => Err(refusals::not_found(intent.command.household())),
    }
}

fn judge(
    intent: &Intent,
    events: &[RecordedEvent],
    context: Context<'_>,
) -> Result<(History, Vec<Fact>, Household), Refusal> {
    let history = History::fold(events, Until::End)?;
    let unseen = |expected: &u64| history.household.is_some() && *expected != history.version;
    if intent.expected_version.as_ref().is_some_and(unseen) {
        return Err(refusals::stale_etag(history.version));
    }
    let facts = domain::decide(history.household.as_ref(), &intent.command, context)
        .map_err(|rejection| refusals::rejected(&rejection, &intent.command))?;
    let mut after = history.household.clone();
    for fact in &facts {
        let evolved = evolve(after.take(), fact)?;
        after = Some(evolved);
    }
    match after {
        Some(after) => Ok((history, facts, after)),
        None => Err(refusals::not_found(intent.command.household())),
    }
}

/// What the log knows of a command's request.
enum Outcome {
    /// Nothing; the command goes under this fingerprint.
    New(Fingerprint),
    /// It was recorded.
    Repeated(Appended),
    /// Its id was recorded with another content.
    Reused(AppendError),
    /// It cannot be told: the command carries personal data of a household whose key is destroyed.
    Erased,
}

impl Outcome {
    fn of(intent: &Intent, recorded: Option<&RecordedRequest>, keys: &WaveKeys) -> Self {
        let Some(fingerprint) = keys.fingerprint(intent) else { return Self::Erased };
        match recorded.map(|recorded| recorded.answer(intent.request_id, &fingerprint)) {
            None => Self::New(fingerprint),
            Some(Ok(first)) => Self::Repeated(first),
            Some(Err(error)) => Self::Reused(error),
        }
    }
}

/// The keys of a wave's households.
struct WaveKeys {
    known: HashMap<HouseholdId, KeyState>,
    /// For households that have none yet; kept only when a command is accepted.
    candidates: HashMap<HouseholdId, HouseholdKey>,
}

impl WaveKeys {
    /// `None` where the command carries personal data of a household whose key is destroyed.
    fn fingerprint(&self, intent: &Intent) -> Option<Fingerprint> {
        if intent.command.new_members().is_empty() {
            return Some(intent.fingerprint);
        }
        let household = intent.command.household();
        match self.known.get(&household) {
            Some(KeyState::Held(key)) => Some(key.fingerprint(intent.fingerprint)),
            Some(KeyState::Destroyed) => None,
            None => self.candidates.get(&household).map(|key| key.fingerprint(intent.fingerprint)),
        }
    }

    fn request(&self, decision: &Decided<'_>, actor: &str) -> Result<AppendRequest, Refusal> {
        let intent = decision.intent;
        let household = intent.command.household();
        let new_members = intent.command.new_members();
        let mut fingerprint = decision.fingerprint;
        let mut facts = decision.facts.clone();
        if !new_members.is_empty() {
            let Some(KeyState::Held(key)) = self.known.get(&household) else {
                return Err(refusals::erased(household));
            };
            // Another process may have stored its key first; then the repeat must be known by that one.
            fingerprint = key.fingerprint(intent.fingerprint);
            let persons: Vec<&Person> = new_members.iter().map(|new| &new.person).collect();
            let sealed = key.seal(household, &persons)?;
            for fact in &mut facts {
                match &mut fact.event {
                    PovertyEvent::HouseholdRegistered(event) => event.sealed = Some(sealed.clone()),
                    PovertyEvent::MembersChanged(event) => event.sealed = Some(sealed.clone()),
                    PovertyEvent::HouseholdMoved(_) | PovertyEvent::HouseholdAssessed(_) => {}
                }
            }
        }
        let events = facts
            .iter()
            .map(|fact| {
                Ok(NewEvent {
                    event_type: fact.event.event_type(),
                    area: area_of(&fact.event, &decision.after),
                    effective: fact.effective,
                    content: fact.event.encode().map_err(|error| refusals::encoding(&error))?,
                })
            })
            .collect::<Result<Vec<_>, Refusal>>()?;
        let write =
            StreamWrite { stream: stream_of(household), expected_version: decision.history.version, events };
        Ok(AppendRequest {
            request_id: intent.request_id,
            fingerprint,
            actor: actor.into(),
            document: intent.document.clone(),
            correlation_id: None,
            causation_id: None,
            writes: vec![write],
            conditions: Vec::new(),
        })
    }

    fn accepted(&self, decision: Decided<'_>, recorded: Option<Appended>, detail: Detail) -> Accepted {
        let Decided { intent, history, facts, after, .. } = decision;
        let mut people = HashMap::new();
        if detail == Detail::Members {
            people = history.people(self.known.get(&intent.command.household()));
            let new = intent.command.new_members().iter();
            people.extend(new.map(|NewMember { member, person, .. }| (*member, person.clone())));
        }
        let version = history.version + facts.len() as u64;
        Accepted { household: after, version, people, recorded }
    }
}

/// The commune by whose code the event is found on the bus.
fn area_of(event: &PovertyEvent, after: &Household) -> AreaCode {
    match event {
        PovertyEvent::HouseholdRegistered(event) => event.residence.commune.code.clone(),
        PovertyEvent::HouseholdMoved(event) => event.residence.commune.code.clone(),
        PovertyEvent::HouseholdAssessed(event) => event.commune.code.clone(),
        PovertyEvent::MembersChanged(_) => after.residence().commune.code.clone(),
    }
}
