//! Tells the history through the API, as any client would: bulk calls where there is bulk, several in flight within one
//! day, and no request of a new day before every one of the old day is answered.

use crate::{Error, Plan, Step};
use api::{
    poverty::{
        BatchRecordAssessmentsRequest, BatchRegisterHouseholdsRequest, BatchWriteHouseholdsResponse,
        WriteHouseholdResponse, batch_write_result::Result as Item,
        poverty_registry_client::PovertyRegistryClient,
    },
    types::Refusal,
};
use kernel::Date;
use std::{sync::Arc, time::Duration};
use tokio::{sync::mpsc, task::JoinSet, time::sleep};
use tonic::{Code, Status, transport::Channel};

/// Steps written ahead of their sending.
const STEPS_AHEAD: usize = 8;
/// Bulk calls in flight: enough for some to be decided while others are being committed.
const BATCHES_IN_FLIGHT: usize = 8;
/// Single calls in flight.
const CALLS_IN_FLIGHT: usize = 32;
/// Times that a step is sent again while the registry is away: thirteen seconds, as a restart takes.
const REPEATS_MAX: usize = 6;
/// Before a step is sent again; each further time twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// How far the telling has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The simulated day.
    pub today: Date,
    /// Requests answered.
    pub requests_done: u64,
    /// Requests in all.
    pub requests: u64,
}

/// What the registry answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Driven {
    /// Requests carried out, now or before.
    pub requests: u64,
    /// Of these, known from an earlier run: they changed nothing.
    pub replayed: u64,
    /// Position of the last event in the registry's log.
    pub position: u64,
    /// Lets a read wait until it has seen everything.
    pub consistency_token: String,
}

/// Sends the plan's script over the channel. `set_today` is called and awaited at the start of each simulated day, when
/// nothing is in flight; `on_progress` after each answer. What the registry was away for is sent again with the same request
/// ids, so that it takes effect once; any other refusal or failure ends the telling.
pub async fn drive<F>(
    channel: Channel,
    plan: Arc<Plan>,
    mut set_today: impl FnMut(Date) -> F,
    mut on_progress: impl FnMut(Progress),
) -> Result<Driven, Error>
where
    F: Future<Output = ()>,
{
    let client = PovertyRegistryClient::new(channel);
    let mut progress =
        Progress { today: kernel::OPEN_START, requests_done: 0, requests: plan.size().requests() };
    let mut driven = Driven::default();
    let (sender, mut steps) = mpsc::channel(STEPS_AHEAD);
    let writing = tokio::task::spawn_blocking(move || {
        for step in plan.script() {
            // A closed channel means that the telling failed and nobody reads on.
            if sender.blocking_send(step).is_err() {
                break;
            }
        }
    });
    let mut in_flight: JoinSet<Result<Driven, Error>> = JoinSet::new();
    while let Some(step) = steps.recv().await {
        let step = step?;
        let room = match step {
            Step::SetToday(_) => 1,
            Step::Register(_) | Step::Assess(_) => BATCHES_IN_FLIGHT,
            Step::ChangeMembers(_) | Step::Move(_) => CALLS_IN_FLIGHT,
        };
        while in_flight.len() >= room
            && let Some(answer) = in_flight.join_next().await
        {
            take(answer??, &mut driven, &mut progress, &mut on_progress);
        }
        if let Step::SetToday(day) = step {
            progress.today = day;
            set_today(day).await;
        } else {
            in_flight.spawn(send(client.clone(), step));
        }
    }
    while let Some(answer) = in_flight.join_next().await {
        take(answer??, &mut driven, &mut progress, &mut on_progress);
    }
    writing.await?;
    Ok(driven)
}

fn take(
    answer: Driven,
    driven: &mut Driven,
    progress: &mut Progress,
    on_progress: &mut impl FnMut(Progress),
) {
    driven.requests += answer.requests;
    driven.replayed += answer.replayed;
    if answer.position >= driven.position {
        driven.position = answer.position;
        driven.consistency_token = answer.consistency_token;
    }
    progress.requests_done = driven.requests;
    on_progress(*progress);
}

async fn send(client: PovertyRegistryClient<Channel>, step: Step) -> Result<Driven, Error> {
    let mut wait = FIRST_WAIT;
    for _ in 0..REPEATS_MAX {
        match send_once(client.clone(), step.clone()).await {
            Err(error) if is_away(&error) => sleep(wait).await,
            answer => return answer,
        }
        wait *= 2;
    }
    send_once(client, step).await
}

/// Whether the registry could not answer, and will when it is back.
fn is_away(error: &Error) -> bool {
    match error {
        Error::Call { status, .. } => status.code() == Code::Unavailable,
        Error::Refused { code, .. } => *code == Code::Unavailable,
        _ => false,
    }
}

async fn send_once(mut client: PovertyRegistryClient<Channel>, step: Step) -> Result<Driven, Error> {
    match step {
        Step::SetToday(_) => Ok(Driven::default()),
        Step::Register(requests) => {
            let rpc = "BatchRegisterHouseholds";
            let ids: Vec<String> = requests.iter().map(|request| request.household_id.clone()).collect();
            let answer = client.batch_register_households(BatchRegisterHouseholdsRequest { requests }).await;
            batch(rpc, &ids, answer.map_err(|status| failed(rpc, status))?.into_inner())
        }
        Step::Assess(requests) => {
            let rpc = "BatchRecordAssessments";
            let names: Vec<String> = requests.iter().map(|request| request.household.clone()).collect();
            let answer = client.batch_record_assessments(BatchRecordAssessmentsRequest { requests }).await;
            batch(rpc, &names, answer.map_err(|status| failed(rpc, status))?.into_inner())
        }
        Step::ChangeMembers(request) => {
            let rpc = "ChangeMembers";
            let answer = client.change_members(request).await.map_err(|status| failed(rpc, status))?;
            single(rpc, answer.into_inner())
        }
        Step::Move(request) => {
            let rpc = "MoveHousehold";
            let answer = client.move_household(request).await.map_err(|status| failed(rpc, status))?;
            single(rpc, answer.into_inner())
        }
    }
}

fn batch(
    rpc: &'static str,
    subjects: &[String],
    answer: BatchWriteHouseholdsResponse,
) -> Result<Driven, Error> {
    if answer.results.len() != subjects.len() {
        let problem = format!("{} results for {} requests", answer.results.len(), subjects.len());
        return Err(Error::Answer { rpc, problem });
    }
    let mut driven = Driven::default();
    for (subject, result) in subjects.iter().zip(answer.results) {
        let one = match result.result {
            Some(Item::Accepted(accepted)) => single(rpc, accepted)?,
            Some(Item::Refused(refusal)) => return Err(refused(rpc, subject, refusal)),
            None => return Err(Error::Answer { rpc, problem: format!("no result for {subject}") }),
        };
        driven.requests += one.requests;
        driven.replayed += one.replayed;
        driven.position = driven.position.max(one.position);
    }
    driven.consistency_token = answer.consistency_token;
    Ok(driven)
}

fn single(rpc: &'static str, answer: WriteHouseholdResponse) -> Result<Driven, Error> {
    let receipt = answer.receipt.ok_or_else(|| Error::Answer {
        rpc,
        problem: "without a receipt to a request that is to be written".to_owned(),
    })?;
    Ok(Driven {
        requests: 1,
        replayed: u64::from(receipt.replayed),
        position: receipt.position,
        consistency_token: receipt.consistency_token,
    })
}

fn refused(rpc: &'static str, subject: &str, refusal: Refusal) -> Error {
    let Refusal { code, reason, message, .. } = refusal;
    Error::Refused { rpc, subject: subject.to_owned(), code: Code::from_i32(code), reason, message }
}

fn failed(rpc: &'static str, status: Status) -> Error {
    Error::Call { rpc, status: Box::new(status) }
}
