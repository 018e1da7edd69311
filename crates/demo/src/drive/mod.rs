//! Tells the history through the API, as any client would: bulk calls where there is bulk, several in flight within one
//! phase of a day, and no request of a new day before every one of the old day is answered.

mod answers;
mod send;

use crate::{Error, Plan, Step};
pub use answers::Positions;
use answers::{Answer, Service};
use kernel::Date;
use send::Sender;
pub(crate) use send::{NOW, TODAY};
use std::sync::Arc;
use tokio::{sync::mpsc, task::JoinSet};
use tonic::transport::Channel;

/// Steps written ahead of their sending.
const STEPS_AHEAD: usize = 8;
/// Bulk calls in flight: enough for some to be decided while others are being committed.
const BATCHES_IN_FLIGHT: usize = 8;
/// Single calls in flight.
const CALLS_IN_FLIGHT: usize = 32;

/// Where the services are. In the embedded edition all are one.
#[derive(Clone, Debug)]
pub struct Channels {
    /// The poverty registry.
    pub poverty: Channel,
    /// The rural criteria service.
    pub rural: Channel,
    /// The funding ledger.
    pub funding: Channel,
    /// The progress service.
    pub progress: Channel,
}

impl Channels {
    /// One channel to all services.
    pub fn to_one(channel: Channel) -> Self {
        Self { poverty: channel.clone(), rural: channel.clone(), funding: channel.clone(), progress: channel }
    }
}

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

/// What the services answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Driven {
    /// Requests carried out, now or before.
    pub requests: u64,
    /// Of these, known from an earlier run: they changed nothing.
    pub replayed: u64,
    /// Of the last event that was written to each service's log.
    pub positions: Positions,
    /// Lets a read wait until it has seen everything: the tokens of all services, separated by spaces.
    pub consistency_token: String,
}

/// Sends the plan's script to the services. Each call names its day in the metadata `x-muctieu-demo-today`; the days only
/// go forward, and all calls of a day are answered before the first of the next is sent. In the end a call to each service
/// names `now`. `on_progress` is called after each answer. What a service was away for is sent again with the same request
/// ids, so that it takes effect once; any other refusal or failure ends the telling.
pub async fn drive(
    channels: Channels,
    plan: Arc<Plan>,
    mut on_progress: impl FnMut(Progress),
) -> Result<Driven, Error> {
    let mut telling = Telling::new(&channels, &plan);
    let (sender, mut steps) = mpsc::channel(STEPS_AHEAD);
    let writing = tokio::task::spawn_blocking(move || {
        for step in plan.script() {
            // A closed channel means that the telling failed and nobody reads on.
            if sender.blocking_send(step).is_err() {
                break;
            }
        }
    });
    while let Some(step) = steps.recv().await {
        telling.take(step?, &mut on_progress).await?;
    }
    telling.settle(1, &mut on_progress).await?;
    writing.await?;
    telling.sender.stop_telling().await;
    Ok(telling.driven())
}

/// The telling on its way.
struct Telling {
    sender: Sender,
    in_flight: JoinSet<Result<Answer, Error>>,
    today: Date,
    requests: u64,
    done: u64,
    replayed: u64,
    positions: Positions,
    /// By service.
    tokens: [String; 3],
}

impl Telling {
    fn new(channels: &Channels, plan: &Arc<Plan>) -> Self {
        Self {
            sender: Sender::new(channels, plan),
            in_flight: JoinSet::new(),
            today: kernel::OPEN_START,
            requests: plan.size().requests(),
            done: 0,
            replayed: 0,
            positions: Positions::default(),
            tokens: Default::default(),
        }
    }

    /// Takes up a step as soon as there is room for it.
    async fn take(&mut self, step: Step, on_progress: &mut impl FnMut(Progress)) -> Result<(), Error> {
        self.settle(room_for(&step), on_progress).await?;
        match step {
            Step::SetToday(day) => {
                self.today = day;
                self.sender.set_today(day);
            }
            Step::Wait => {}
            step => {
                let seen = self.tokens.each_ref().map(String::as_str);
                let sending = self.sender.sending(step, &seen);
                self.in_flight.spawn(sending.send());
            }
        }
        Ok(())
    }

    /// Waits until fewer than `room` steps are in flight.
    async fn settle(&mut self, room: usize, on_progress: &mut impl FnMut(Progress)) -> Result<(), Error> {
        while self.in_flight.len() >= room
            && let Some(answer) = self.in_flight.join_next().await
        {
            self.note(answer??);
            let Self { today, done: requests_done, requests, .. } = *self;
            on_progress(Progress { today, requests_done, requests });
        }
        Ok(())
    }

    fn note(&mut self, answer: Answer) {
        let Answer { service, requests, replayed, position, consistency_token, names } = answer;
        self.done += requests;
        self.replayed += replayed;
        self.sender.remember(names);
        let reached = self.positions.of(service);
        if position >= *reached {
            *reached = position;
            self.tokens[service as usize] = consistency_token;
        }
    }

    fn driven(self) -> Driven {
        let tokens: Vec<String> = self.tokens.into_iter().filter(|token| !token.is_empty()).collect();
        Driven {
            requests: self.done,
            replayed: self.replayed,
            positions: self.positions,
            consistency_token: tokens.join(" "),
        }
    }
}

/// Steps in flight at which the step has to wait.
const fn room_for(step: &Step) -> usize {
    match step {
        Step::SetToday(_) | Step::Wait => 1,
        Step::Register(_)
        | Step::Assess(_)
        | Step::Observe(_)
        | Step::AssessAreas(_)
        | Step::Transfer(_)
        | Step::Detail(_)
        | Step::HandOver(_) => BATCHES_IN_FLIGHT,
        Step::ChangeMembers(_)
        | Step::Move(_)
        | Step::Recognise(_)
        | Step::Acknowledge(_)
        | Step::Revoke(_)
        | Step::List(_)
        | Step::RegisterOwner(_)
        | Step::NameSuccessor(_)
        | Step::RegisterItem(_)
        | Step::Reverse(_)
        | Step::Settle(_) => CALLS_IN_FLIGHT,
    }
}

/// The service that a step is for; `None` where it is for none.
const fn service_of(step: &Step) -> Option<Service> {
    match step {
        Step::SetToday(_) | Step::Wait => None,
        Step::Register(_) | Step::Assess(_) | Step::ChangeMembers(_) | Step::Move(_) => {
            Some(Service::Poverty)
        }
        Step::Observe(_)
        | Step::AssessAreas(_)
        | Step::Recognise(_)
        | Step::Acknowledge(_)
        | Step::Revoke(_)
        | Step::List(_) => Some(Service::Rural),
        Step::RegisterOwner(_)
        | Step::NameSuccessor(_)
        | Step::RegisterItem(_)
        | Step::Transfer(_)
        | Step::Detail(_)
        | Step::Reverse(_)
        | Step::HandOver(_)
        | Step::Settle(_) => Some(Service::Funding),
    }
}
