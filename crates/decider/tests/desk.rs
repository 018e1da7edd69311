//! A desk over real logs: what is acknowledged is in the log, what is in the log is what readers see, and two desks on one
//! log never both take what only one of them may.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use decider::{Accepted, Decision, Desk, DeskOptions, Disorder, Fact, Intent, Model, StreamFacts};
use event_log::{EventLog, Fingerprint, LogOptions, LogStore, StreamId};
use kernel::{Date, ManualClock, RequestId, SharedClock, Timestamp, date};
use service::{
    Refusal, reason,
    request::fields::{Effect, Header},
};
use std::{collections::HashMap, ops::RangeInclusive, sync::Arc, time::Duration};
use testing::TestDatabase;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const TODAY: Date = date(2025, 7, 1);
const WAIT: Duration = Duration::from_secs(10);

/// Purses that may never be overdrawn. What is taken out of a purse stands in that purse's stream alone, also where it goes
/// into another. From the poor box it is taken once, whoever asks again has the first answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Purses {
    balances: HashMap<String, i64>,
    versions: HashMap<String, u64>,
    given: HashMap<String, u64>,
}

const POOR_BOX: &str = "poor-box";
/// An amount at which the model fails as a fault of ours would.
const PANICS: i64 = 13;

/// A negative amount puts money in.
#[derive(Clone, Debug)]
struct Take {
    purse: String,
    amount: i64,
    into: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Moved {
    purse: String,
    amount: i64,
    into: Option<String>,
}

impl Purses {
    fn add(&mut self, purse: &str, amount: i64) {
        *self.balances.entry(purse.to_owned()).or_default() += amount;
    }
}

fn stream(purse: &str) -> StreamId {
    format!("purse/{purse}").parse().unwrap()
}

impl Model for Purses {
    type Command = Take;
    type Event = Moved;

    fn decode(event_type: &str, content: &str) -> Result<Moved, Disorder> {
        let unreadable = || Disorder(format!("{event_type}: {content}"));
        let (purses, amount) =
            content.trim_matches(['"', '{', '}']).split_once("\":").ok_or_else(unreadable)?;
        let (purse, into) = purses.split_once('>').ok_or_else(unreadable)?;
        Ok(Moved {
            purse: purse.to_owned(),
            amount: amount.parse().map_err(|_| unreadable())?,
            into: (!into.is_empty()).then(|| into.to_owned()),
        })
    }

    fn encode(event: &Moved) -> Result<(&'static str, String), Disorder> {
        let Moved { purse, amount, into } = event;
        let into = into.as_deref().unwrap_or_default();
        Ok(("test.moved.v1", format!("{{\"{purse}>{into}\":{amount}}}")))
    }

    fn apply(&mut self, _: &StreamId, fact: &Fact<Moved>) -> Result<(), Disorder> {
        let Moved { purse, amount, into } = &fact.event;
        self.add(purse, *amount);
        if let Some(into) = into {
            self.add(into, -amount);
        }
        *self.versions.entry(purse.clone()).or_default() += 1;
        if purse == POOR_BOX && *amount < 0 {
            self.given.insert(purse.clone(), fact.position);
        }
        Ok(())
    }

    fn undo(&mut self, _: &StreamId, fact: &Fact<Moved>) {
        let Moved { purse, amount, into } = &fact.event;
        self.add(purse, -amount);
        if let Some(into) = into {
            self.add(into, *amount);
        }
        *self.versions.entry(purse.clone()).or_default() -= 1;
        if purse == POOR_BOX && *amount < 0 {
            self.given.remove(purse);
        }
    }

    fn recorded(&self, command: &Take) -> Option<RangeInclusive<u64>> {
        self.given.get(&command.purse).map(|&position| position..=position)
    }

    fn decide(&self, command: &Take, today: Date) -> Result<Decision<Moved>, Refusal> {
        let Take { purse, amount, into } = command;
        assert_ne!(*amount, PANICS, "a fault of ours");
        let balance = self.balances.get(purse).copied().unwrap_or_default();
        if balance < *amount {
            return Err(Refusal::new(&reason::FIELD_INVALID).with("value", amount).with("expected", balance));
        }
        let event = Moved { purse: purse.clone(), amount: -amount, into: into.clone() };
        Ok(Decision {
            writes: vec![StreamFacts {
                stream: stream(purse),
                version: self.versions.get(purse).copied().unwrap_or_default(),
                events: vec![(today, "12".parse().unwrap(), event)],
            }],
            conditions: Vec::new(),
        })
    }
}

/// One process on a log.
struct Office {
    desk: Desk<Purses>,
    log: EventLog,
    stop: CancellationToken,
    work: tokio::task::JoinHandle<Result<(), decider::Error>>,
}

impl Office {
    /// Few commands make several portions.
    async fn open(store: LogStore) -> Self {
        Self::with_portions(store, 3).await
    }

    async fn with_portions(store: LogStore, portion_max: u64) -> Self {
        let clock: SharedClock = Arc::new(ManualClock::new(Timestamp::start_of(TODAY)));
        let log = EventLog::open(LogOptions::new(store), clock.clone()).await.unwrap();
        let stop = CancellationToken::new();
        let options = DeskOptions { portion_max, ..DeskOptions::default() };
        let (desk, work) =
            Desk::open(log.clone(), Purses::default(), clock, options, stop.clone()).await.unwrap();
        Self { desk, log, stop, work: tokio::spawn(work) }
    }

    async fn take(&self, id: u128, purse: &str, amount: i64) -> Result<Accepted<Moved>, Refusal> {
        self.desk.execute_one("somebody", Ok(intent(id, purse, amount, Effect::Recorded))).await
    }

    fn balance(&self, purse: &str) -> i64 {
        self.desk.read().unwrap().model().balances.get(purse).copied().unwrap_or_default()
    }

    /// Carries out a batch over which the worker panics: nobody learns what became of it, and nothing is shown any more.
    async fn panics_over(self, batch: Vec<Result<Intent<Take>, Refusal>>) {
        let answers = self.desk.execute("somebody", batch).await;
        let is_unknown = |answer: &Result<_, Refusal>| {
            answer.as_ref().is_err_and(|refused| refused.reason() == "OUTCOME_UNKNOWN")
        };
        assert!(answers.iter().all(is_unknown), "{answers:?}");
        assert_eq!(self.desk.read().err().unwrap().reason(), "INTERNAL");
        assert!(self.work.await.unwrap_err().is_panic());
        self.log.close().await;
    }

    async fn close(self) {
        self.stop.cancel();
        self.work.await.unwrap().unwrap();
        self.log.close().await;
    }
}

fn intent(id: u128, purse: &str, amount: i64, effect: Effect) -> Intent<Take> {
    let request_id = RequestId::from_uuid(Uuid::from_u128(id + 1));
    let mut fingerprint = [0; 32];
    fingerprint[..8].copy_from_slice(&amount.to_be_bytes());
    Intent {
        header: Header { request_id, effect, document: Some("Quyết định 1".to_owned()) },
        fingerprint: Fingerprint(fingerprint),
        command: Take { purse: purse.to_owned(), amount, into: None },
    }
}

fn into(purse: &str, mut intent: Intent<Take>) -> Intent<Take> {
    intent.command.into = Some(purse.to_owned());
    intent
}

async fn filled(office: &Office, purse: &str, amount: i64) {
    office.take(10_000 + u128::from(purse.len() as u64), purse, -amount).await.unwrap();
}

fn sqlite() -> (tempfile::TempDir, LogStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = LogStore::Sqlite(folder.path().join("log.sqlite"));
    (folder, store)
}

#[tokio::test]
async fn commands_of_one_batch_build_on_each_other() {
    let (_folder, store) = sqlite();
    let office = Office::open(store).await;
    filled(&office, "a", 100).await;
    let batch = (0..5).map(|id| Ok(intent(id, "a", 30, Effect::Recorded))).collect();
    let answers = office.desk.execute("somebody", batch).await;
    let taken: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(taken, [true, true, true, false, false], "100 holds three times 30");
    assert_eq!(office.balance("a"), 10);
    assert_eq!(office.log.head().await.unwrap(), 4);
    office.close().await;
}

#[tokio::test]
async fn a_repeat_has_the_first_answer_and_other_content_is_refused() {
    let (_folder, store) = sqlite();
    let office = Office::open(store.clone()).await;
    filled(&office, "a", 100).await;
    let first = office.take(1, "a", 60).await.unwrap();
    // By now the same command could not be decided anew.
    let again = office.take(1, "a", 60).await.unwrap();
    assert_eq!(again.facts, first.facts);
    assert!(again.recorded.unwrap().replayed && !first.recorded.unwrap().replayed);
    assert_eq!(office.take(1, "a", 5).await.unwrap_err().reason(), "REQUEST_ID_REUSED");
    assert_eq!(office.balance("a"), 40);
    office.close().await;

    let reopened = Office::open(store).await;
    assert_eq!(reopened.balance("a"), 40, "the state is the fold of the log");
    assert_eq!(reopened.take(1, "a", 60).await.unwrap().facts, first.facts);
    reopened.close().await;
}

#[tokio::test]
async fn two_commands_with_one_request_id_in_one_batch_are_one() {
    let (_folder, store) = sqlite();
    let office = Office::open(store).await;
    filled(&office, "a", 100).await;
    let twice = vec![Ok(intent(7, "a", 60, Effect::Recorded)), Ok(intent(7, "a", 60, Effect::Recorded))];
    let answers = office.desk.execute("somebody", twice).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(office.balance("a"), 40);
    office.close().await;
}

#[tokio::test]
async fn what_another_request_recorded_is_answered_with_its_facts_and_not_written_again() {
    let (_folder, store) = sqlite();
    let office = Office::open(store).await;
    filled(&office, POOR_BOX, 100).await;
    // The second of one batch rests on what the first has yet to record.
    let batch = vec![
        Ok(intent(1, POOR_BOX, 10, Effect::Recorded)),
        Ok(intent(2, POOR_BOX, 20, Effect::Recorded)),
        Ok(intent(3, POOR_BOX, 30, Effect::ValidatedOnly)),
    ];
    let mut answers = office.desk.execute("somebody", batch).await;
    answers.push(office.take(4, POOR_BOX, 40).await);
    let answers: Vec<Accepted<Moved>> = answers.into_iter().map(Result::unwrap).collect();
    for (answer, replayed) in answers.iter().zip([false, true, true, true]) {
        let recorded = answer.recorded.unwrap();
        assert_eq!((recorded.first_position, recorded.last_position, recorded.replayed), (2, 2, replayed));
        assert_eq!(answer.facts, answers[0].facts);
        assert_eq!(recorded.recorded_at, answers[0].recorded.unwrap().recorded_at);
    }
    assert_eq!(office.balance(POOR_BOX), 90);
    assert_eq!(office.log.head().await.unwrap(), 2);
    office.close().await;
}

#[tokio::test]
async fn what_is_only_validated_leaves_no_trace() {
    let (_folder, store) = sqlite();
    let office = Office::open(store).await;
    filled(&office, "a", 100).await;
    let before = office.desk.read().unwrap().model().balances.clone();
    let answers = office.desk.execute_one("somebody", Ok(intent(1, "a", 60, Effect::ValidatedOnly))).await;
    let validated = answers.unwrap();
    assert_eq!((validated.facts.len(), validated.recorded), (1, None));
    assert_eq!(office.desk.read().unwrap().model().balances, before);
    assert_eq!(office.log.head().await.unwrap(), 1);
    office.close().await;
}

#[tokio::test]
async fn what_is_refused_already_stays_at_its_place() {
    let (_folder, store) = sqlite();
    let office = Office::open(store).await;
    let unreadable = || Err(Refusal::new(&reason::FIELD_INVALID));
    let batch = vec![unreadable(), Ok(intent(1, "a", -5, Effect::Recorded)), unreadable()];
    let answers = office.desk.execute("somebody", batch).await;
    let accepted: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(accepted, [false, true, false]);
    assert_eq!(answers[2].as_ref().unwrap_err().reason(), "FIELD_INVALID");
    office.close().await;
}

#[tokio::test]
async fn nothing_is_shown_after_a_decision_that_panicked() {
    let (_folder, store) = sqlite();
    let office = Office::open(store).await;
    filled(&office, "a", 100).await;
    // The first is decided and not recorded yet when the second panics.
    let batch = vec![Ok(intent(1, "a", 60, Effect::Recorded)), Ok(intent(2, "a", PANICS, Effect::Recorded))];
    office.panics_over(batch).await;
}

/// On several threads, as a server works.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_on_its_way_before_a_decision_panicked_is_recorded_and_nobody_is_told_otherwise() {
    let (_folder, store) = sqlite();
    let office = Office::with_portions(store.clone(), 1).await;
    filled(&office, "a", 100).await;
    let batch = vec![
        Ok(intent(1, "a", 60, Effect::Recorded)),
        Ok(intent(2, "a", 20, Effect::Recorded)),
        Ok(intent(3, "a", PANICS, Effect::Recorded)),
    ];
    office.panics_over(batch).await;
    let office = Office::open(store).await;
    assert_eq!(office.balance("a"), 20);
    office.close().await;
}

#[tokio::test]
async fn a_reader_waits_for_the_position_that_its_token_names() {
    let (_folder, store) = sqlite();
    let office = Office::open(store).await;
    filled(&office, "a", 100).await;
    let position = office.take(1, "a", 60).await.unwrap().recorded.unwrap().last_position;
    assert_eq!(office.desk.read_from(position, WAIT).await.unwrap().position(), position);
    let refused = office.desk.read_from(position + 1, Duration::from_millis(20)).await;
    assert_eq!(refused.err().unwrap().reason(), "NOT_CAUGHT_UP");
    office.close().await;
}

/// What another process took was to be moved on here, and spent from where it went: neither happens.
async fn what_rests_on_an_overtaken_command_is_decided_anew(store: LogStore) {
    // What rests on another is handed to the log after it.
    let (one, other) = (Office::with_portions(store.clone(), 1).await, Office::open(store).await);
    for round in 0..20_u128 {
        let [source, goal] = ["source", "goal"].map(|kind| format!("{kind}-{round}"));
        let filled = one.take(round * 10, &source, -100).await.unwrap().recorded.unwrap();
        drop(other.desk.read_from(filled.last_position, WAIT).await.unwrap());
        other.take(round * 10 + 1, &source, 100).await.unwrap();
        let resting = vec![
            Ok(into(&goal, intent(round * 10 + 2, &source, 100, Effect::Recorded))),
            Ok(intent(round * 10 + 3, &goal, 100, Effect::Recorded)),
        ];
        let answers = one.desk.execute("somebody", resting).await;
        assert!(answers.iter().all(Result::is_err), "round {round}: {answers:?}");
        assert_eq!((one.balance(&source), one.balance(&goal)), (0, 0), "round {round}");
    }
    assert_eq!(one.log.head().await.unwrap(), 40);
    one.close().await;
    other.close().await;
}

#[tokio::test]
async fn what_rests_on_an_overtaken_command_is_decided_anew_on_postgres() {
    let database = TestDatabase::create().await;
    what_rests_on_an_overtaken_command_is_decided_anew(LogStore::Postgres(database.url().to_owned())).await;
}

#[tokio::test]
async fn what_rests_on_an_overtaken_command_is_decided_anew_on_sqlite() {
    let (_folder, store) = sqlite();
    what_rests_on_an_overtaken_command_is_decided_anew(store).await;
}

#[tokio::test]
async fn many_repeats_at_once_have_their_first_answers() {
    let (_folder, store) = sqlite();
    let office = Office::open(store).await;
    filled(&office, "a", 1_000).await;
    let batch = |ids: std::ops::Range<u128>| ids.map(|id| Ok(intent(id, "a", 1, Effect::Recorded))).collect();
    let first = office.desk.execute("somebody", batch(0..200)).await;
    let again = office.desk.execute("somebody", batch(0..300)).await;
    assert_eq!((first.len(), again.len()), (200, 300));
    for (first, again) in first.iter().zip(&again) {
        let (first, again) = (first.as_ref().unwrap(), again.as_ref().unwrap());
        assert_eq!(first.facts, again.facts);
        assert!(again.recorded.unwrap().replayed);
    }
    assert!(again[200..].iter().all(|new| !new.as_ref().unwrap().recorded.unwrap().replayed));
    assert_eq!(office.balance("a"), 700);
    office.close().await;
}

/// Two processes take from one purse at once, 400 times 1 out of 250.
async fn two_desks_never_oversell(store: LogStore) {
    let (one, other) = (Office::open(store.clone()).await, Office::open(store).await);
    filled(&one, "a", 250).await;
    let mut callers = Vec::new();
    for id in 0..400_u128 {
        let desk = if id % 2 == 0 { one.desk.clone() } else { other.desk.clone() };
        callers.push(tokio::spawn(async move {
            desk.execute_one("somebody", Ok(intent(id, "a", 1, Effect::Recorded))).await.is_ok()
        }));
    }
    let mut taken = 0;
    for caller in callers {
        taken += i64::from(caller.await.unwrap());
    }
    let head = one.log.head().await.unwrap();
    for office in [&one, &other] {
        assert_eq!(office.desk.read_from(head, WAIT).await.unwrap().model().balances["a"], 250 - taken);
    }
    assert_eq!(taken, 250, "what is there is given out, and no more");
    assert_eq!(head, 251);
    one.close().await;
    other.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_desks_on_one_log_never_oversell_on_postgres() {
    let database = TestDatabase::create().await;
    two_desks_never_oversell(LogStore::Postgres(database.url().to_owned())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_desks_on_one_log_never_oversell_on_sqlite() {
    let (_folder, store) = sqlite();
    two_desks_never_oversell(store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_sent_to_two_desks_at_once_is_recorded_once() {
    let database = TestDatabase::create().await;
    let store = LogStore::Postgres(database.url().to_owned());
    let (one, other) = (Office::open(store.clone()).await, Office::open(store).await);
    filled(&one, "a", 1_000).await;
    for id in 0..50 {
        let (first, second) = tokio::join!(one.take(id, "a", 1), other.take(id, "a", 1));
        assert_eq!(first.unwrap().facts, second.unwrap().facts);
    }
    assert_eq!(one.log.head().await.unwrap(), 51);
    one.close().await;
    other.close().await;
}
