//! The history as a stream of steps in the order of recording. Only one step is held at a time.

mod tasks;
mod tickets;

use crate::{Error, calibration::Review, plan::Plan, rural::ActRequest};
use api::{
    funding::{
        HandOverRequest, NameSuccessorRequest, RegisterItemRequest, RegisterOwnerRequest,
        ReverseTransferRequest, SettleCaseRequest, TransferRequest,
    },
    poverty::{
        ChangeMembersRequest, MoveHouseholdRequest, RecordAssessmentRequest, RegisterHouseholdRequest,
    },
    rural::{
        AcknowledgeTitleRequest, AssessAreaRequest, DecideListingRequest, RecogniseTitleRequest,
        RecordObservationRequest, RevokeTitleRequest,
    },
};
use kernel::Date;
pub(crate) use tickets::{Ticket, Tickets};

/// Requests in one bulk call, transfers in one bulk call of them; half of what the API takes.
pub const BATCH_MAX: usize = 500;

/// One step of the script.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// From here on it is that day: what follows is recorded on it. Days only go forward.
    SetToday(Date),
    /// Everything before is answered before what follows is sent.
    Wait,
    /// Register these households in one bulk call; at most [`BATCH_MAX`].
    Register(Vec<RegisterHouseholdRequest>),
    /// Record these assessments in one bulk call, each of another household; at most [`BATCH_MAX`].
    Assess(Vec<RecordAssessmentRequest>),
    /// Change the members of a household.
    ChangeMembers(ChangeMembersRequest),
    /// Move a household.
    Move(MoveHouseholdRequest),
    /// Record these observations in one bulk call; at most [`BATCH_MAX`].
    Observe(Vec<Observing>),
    /// Hold these units against their sets in one bulk call, having seen what the poverty registry was told so far.
    AssessAreas(Vec<AssessAreaRequest>),
    /// Recognise a title.
    Recognise(RecogniseTitleRequest),
    /// Acknowledge a title after the merger.
    Acknowledge(AcknowledgeTitleRequest),
    /// Revoke a title.
    Revoke(RevokeTitleRequest),
    /// Enter a unit in a list, or take it off.
    List(DecideListingRequest),
    /// Enter who holds money.
    RegisterOwner(RegisterOwnerRequest),
    /// Name who takes over.
    NameSuccessor(NameSuccessorRequest),
    /// Enter works or a support.
    RegisterItem(RegisterItemRequest),
    /// Move money in one bulk call; at most [`BATCH_MAX`] transfers.
    Transfer(Vec<TransferRequest>),
    /// The same on supports, having seen what the poverty registry was told so far.
    Detail(Vec<TransferRequest>),
    /// Reverse a transfer.
    Reverse(Reversing),
    /// Hand everything over that an owner holds: the same request under several ids, each sent when the one before left
    /// something.
    HandOver(Vec<HandOverRequest>),
    /// Settle a case.
    Settle(Settling),
}

/// An observation, and what it corrects.
#[derive(Clone, Debug, PartialEq)]
pub struct Observing {
    /// Its `corrects` is empty.
    pub request: RecordObservationRequest,
    /// Id of the request that recorded what this one corrects.
    pub corrects: Option<String>,
}

/// The reversal of a transfer.
#[derive(Clone, Debug, PartialEq)]
pub struct Reversing {
    /// Its `transfer` is empty.
    pub request: ReverseTransferRequest,
    /// Id of the request whose first transfer it reverses.
    pub reverses: String,
}

/// The settlement of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Settling {
    /// Its `case` is empty.
    pub request: SettleCaseRequest,
    /// Rule of the case.
    pub rule: String,
    /// What the case rests on, `items/<uuid>`.
    pub about: String,
}

impl Step {
    /// Requests in the step: intended effects, each with a request id of its own.
    pub fn requests(&self) -> u64 {
        match self {
            Self::SetToday(_) | Self::Wait => 0,
            Self::Register(requests) => requests.len() as u64,
            Self::Assess(requests) => requests.len() as u64,
            Self::Observe(requests) => requests.len() as u64,
            Self::AssessAreas(requests) => requests.len() as u64,
            Self::Transfer(requests) | Self::Detail(requests) => requests.len() as u64,
            Self::ChangeMembers(_)
            | Self::Move(_)
            | Self::Recognise(_)
            | Self::Acknowledge(_)
            | Self::Revoke(_)
            | Self::List(_)
            | Self::RegisterOwner(_)
            | Self::NameSuccessor(_)
            | Self::RegisterItem(_)
            | Self::Reverse(_)
            | Self::HandOver(_)
            | Self::Settle(_) => 1,
        }
    }
}

/// The steps, written one by one as they are asked for. A step fails where the reference packs do not bear the plan out;
/// nothing after it can then be relied on.
#[derive(Debug)]
pub struct Script<'a> {
    plan: &'a Plan,
    tickets: Tickets<'a>,
}

impl<'a> Script<'a> {
    pub(crate) fn new(plan: &'a Plan) -> Self {
        Self { plan, tickets: Tickets::new(plan) }
    }
}

impl Iterator for Script<'_> {
    type Item = Result<Step, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let plan = self.plan;
        Some(Ok(match self.tickets.next()? {
            Ticket::Today(day) => Step::SetToday(day),
            Ticket::Wait => Step::Wait,
            Ticket::Register(households) => {
                Step::Register(households.map(|household| plan.registration(household)).collect())
            }
            Ticket::Assess(review, households) => {
                return Some(assessments(plan, review, &households).map(Step::Assess));
            }
            Ticket::Change(number) => {
                Step::ChangeMembers(plan.change(number, plan.history.changes[number as usize]))
            }
            Ticket::Move(number) => Step::Move(plan.relocation(number, plan.history.moves[number as usize])),
            Ticket::Observe(observations) => Step::Observe(
                observations.into_iter().map(|observation| plan.observation(observation)).collect(),
            ),
            Ticket::Reports(year_end, reports) => Step::Observe(
                (0..).zip(reports).map(|(number, report)| plan.report(year_end, number, report)).collect(),
            ),
            Ticket::AssessAreas(round, subjects) => {
                Step::AssessAreas(subjects.map(|subject| plan.area_assessment(round, subject)).collect())
            }
            Ticket::AssessUnderNextSet => Step::AssessAreas(plan.next_assessments()),
            Ticket::Act(number) => match plan.act(number) {
                ActRequest::Recognise(request) => Step::Recognise(request),
                ActRequest::Acknowledge(request) => Step::Acknowledge(request),
                ActRequest::Revoke(request) => Step::Revoke(request),
                ActRequest::List(request) => Step::List(request),
            },
            Ticket::RegisterOwner(number) => Step::RegisterOwner(plan.owner(number)),
            Ticket::NameSuccessor(number) => match plan.successor(number) {
                Some(request) => Step::NameSuccessor(request),
                None => Step::Wait,
            },
            Ticket::RegisterItem(number) => Step::RegisterItem(plan.item(number)),
            Ticket::Transfer(batches) => {
                Step::Transfer(batches.map(|number| plan.transfers(number)).collect())
            }
            Ticket::Detail(batches) => Step::Detail(batches.map(|number| plan.transfers(number)).collect()),
            Ticket::Reverse(number) => Step::Reverse(plan.reversal(plan.funding.reversals[number as usize])),
            Ticket::HandOver(owner) => Step::HandOver(plan.hand_over(owner)),
            Ticket::Settle(number) => {
                Step::Settle(plan.settlement(number, plan.funding.cases[number as usize]))
            }
        }))
    }
}

fn assessments(
    plan: &Plan,
    review: Review,
    households: &[(u32, u16)],
) -> Result<Vec<RecordAssessmentRequest>, Error> {
    households
        .iter()
        .filter_map(|&(household, village)| {
            let outcome = plan.history.outcomes[household as usize].get(review)?;
            Some(plan.assessment(household, village, review, outcome))
        })
        .collect()
}
