//! Sends single steps, each to its service, on its day.

use super::{
    Channels,
    answers::{Answer, Received, Service, bulk, single},
    service_of,
};
use crate::{
    Error, Plan,
    script::{Observing, Reversing, Settling, Step},
};
use api::{
    funding::{
        BatchTransferRequest, HandOverRequest, ListCasesRequest, ListOwnersRequest, TransferRequest,
        funding_ledger_client::FundingLedgerClient,
    },
    poverty::{
        BatchRecordAssessmentsRequest, BatchRegisterHouseholdsRequest, ListHouseholdsRequest,
        poverty_registry_client::PovertyRegistryClient,
    },
    progress::{ListAreasRequest, progress_client::ProgressClient},
    rural::{
        AssessAreaRequest, BatchAssessAreasRequest, BatchRecordObservationsRequest, ListCriteriaSetsRequest,
        RecordObservationRequest, rural_criteria_client::RuralCriteriaClient,
    },
    types::CommandHeader,
};
use kernel::Date;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::time::sleep;
use tonic::{Code, Request, Response, Status, metadata::AsciiMetadataValue, transport::Channel};

/// Times that a step is sent again while a service is away: thirteen seconds, as a restart takes.
const REPEATS_MAX: usize = 6;
/// Before a step is sent again; each further time twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// The metadata in which each call names its day.
pub(crate) const TODAY: &str = "x-muctieu-demo-today";
/// Says that the history is told and the machine's time counts again.
pub(crate) const NOW: &str = "now";
/// Cases on a page.
const CASES_A_PAGE: i32 = 200;

/// Clients of all services, and what is known of the names that services gave.
pub(super) struct Sender {
    clients: Clients,
    plan: Arc<Plan>,
    today: AsciiMetadataValue,
    /// By request id.
    names: HashMap<String, String>,
}

#[derive(Clone)]
struct Clients {
    poverty: PovertyRegistryClient<Channel>,
    rural: RuralCriteriaClient<Channel>,
    funding: FundingLedgerClient<Channel>,
    progress: ProgressClient<Channel>,
}

impl Sender {
    pub(super) fn new(channels: &Channels, plan: &Arc<Plan>) -> Self {
        let Channels { poverty, rural, funding, progress } = channels.clone();
        Self {
            clients: Clients {
                poverty: PovertyRegistryClient::new(poverty),
                rural: RuralCriteriaClient::new(rural),
                funding: FundingLedgerClient::new(funding),
                progress: ProgressClient::new(progress),
            },
            plan: Arc::clone(plan),
            today: AsciiMetadataValue::from_static(NOW),
            names: HashMap::new(),
        }
    }

    /// What is sent from here on is recorded on that day.
    pub(super) fn set_today(&mut self, day: Date) {
        // Invariant: a day is written in digits and hyphens.
        self.today =
            AsciiMetadataValue::try_from(day.to_string()).unwrap_or(AsciiMetadataValue::from_static(NOW));
    }

    pub(super) fn remember(&mut self, names: Vec<(String, String)>) {
        self.names.extend(names);
    }

    /// The step, ready to be sent. `seen` are the consistency tokens of what the services were told before.
    pub(super) fn sending(&self, step: Step, seen: &[&str; 3]) -> Sending {
        let named = match &step {
            Step::Observe(observations) => {
                let corrected = observations.iter().filter_map(|observing| observing.corrects.as_ref());
                corrected.filter_map(|id| Some((id.clone(), self.names.get(id)?.clone()))).collect()
            }
            Step::Reverse(Reversing { reverses, .. }) => {
                self.names.get(reverses).map(|name| (reverses.clone(), name.clone())).into_iter().collect()
            }
            _ => HashMap::new(),
        };
        Sending {
            clients: self.clients.clone(),
            plan: Arc::clone(&self.plan),
            today: self.today.clone(),
            named,
            poverty_seen: seen[Service::Poverty as usize].to_owned(),
            funding_seen: seen[Service::Funding as usize].to_owned(),
            step,
        }
    }

    /// Tells every service that the machine's time counts again. A service that cannot be asked has its clock set by the
    /// next call that names no day of a history.
    pub(super) async fn stop_telling(&mut self) {
        let Clients { poverty, rural, funding, progress } = &mut self.clients;
        let now = &AsciiMetadataValue::from_static(NOW);
        let households = ListHouseholdsRequest { page_size: 1, ..ListHouseholdsRequest::default() };
        let asked = [
            poverty.list_households(on(now, households)).await.err(),
            rural.list_criteria_sets(on(now, ListCriteriaSetsRequest { id: "none".to_owned() })).await.err(),
            funding
                .list_owners(on(now, ListOwnersRequest { page_size: 1, ..Default::default() }))
                .await
                .err(),
            progress.list_areas(on(now, ListAreasRequest::default())).await.err(),
        ];
        drop(asked);
    }
}

/// One step on its way.
#[derive(Clone)]
pub(super) struct Sending {
    clients: Clients,
    plan: Arc<Plan>,
    today: AsciiMetadataValue,
    /// Names that the step refers to, by request id.
    named: HashMap<String, String>,
    poverty_seen: String,
    funding_seen: String,
    step: Step,
}

impl Sending {
    pub(super) async fn send(self) -> Result<Answer, Error> {
        let mut wait = FIRST_WAIT;
        for _ in 0..REPEATS_MAX {
            match Box::pin(self.clone().send_once()).await {
                Err(error) if is_away(&error) => sleep(wait).await,
                answer => return answer,
            }
            wait *= 2;
        }
        Box::pin(self.send_once()).await
    }

    async fn send_once(mut self) -> Result<Answer, Error> {
        // The caller keeps steps without a service to itself.
        let service = service_of(&self.step).unwrap_or(Service::Poverty);
        match service {
            Service::Poverty => self.tell_poverty().await,
            Service::Rural => self.tell_rural().await,
            Service::Funding => self.tell_funding().await,
        }
    }

    async fn tell_poverty(&mut self) -> Result<Answer, Error> {
        let Self { today, clients: Clients { poverty, .. }, .. } = self;
        let service = Service::Poverty;
        match std::mem::replace(&mut self.step, Step::Wait) {
            Step::Register(requests) => {
                let rpc = "BatchRegisterHouseholds";
                let subjects: Vec<String> =
                    requests.iter().map(|request| request.household_id.clone()).collect();
                let request = on(today, BatchRegisterHouseholdsRequest { requests });
                let answer = answered(rpc, poverty.batch_register_households(request).await)?;
                Ok(bulk(rpc, service, &subjects, answer)?.0)
            }
            Step::Assess(requests) => {
                let rpc = "BatchRecordAssessments";
                let subjects: Vec<String> =
                    requests.iter().map(|request| request.household.clone()).collect();
                let request = on(today, BatchRecordAssessmentsRequest { requests });
                let answer = answered(rpc, poverty.batch_record_assessments(request).await)?;
                Ok(bulk(rpc, service, &subjects, answer)?.0)
            }
            Step::ChangeMembers(request) => {
                received("ChangeMembers", service, poverty.change_members(on(today, request)).await)
            }
            Step::Move(request) => {
                received("MoveHousehold", service, poverty.move_household(on(today, request)).await)
            }
            _ => Ok(Answer::none(service)),
        }
    }

    async fn tell_rural(&mut self) -> Result<Answer, Error> {
        let service = Service::Rural;
        let step = std::mem::replace(&mut self.step, Step::Wait);
        let Self { today, clients: Clients { rural, .. }, .. } = self;
        match step {
            Step::Observe(observations) => self.observe(observations).await,
            Step::AssessAreas(requests) => self.assess(requests).await,
            Step::Recognise(request) => {
                received("RecogniseTitle", service, rural.recognise_title(on(today, request)).await)
            }
            Step::Acknowledge(request) => {
                received("AcknowledgeTitle", service, rural.acknowledge_title(on(today, request)).await)
            }
            Step::Revoke(request) => {
                received("RevokeTitle", service, rural.revoke_title(on(today, request)).await)
            }
            Step::List(request) => {
                received("DecideListing", service, rural.decide_listing(on(today, request)).await)
            }
            _ => Ok(Answer::none(service)),
        }
    }

    async fn observe(&mut self, observations: Vec<Observing>) -> Result<Answer, Error> {
        let rpc = "BatchRecordObservations";
        let mut requests = Vec::with_capacity(observations.len());
        for Observing { mut request, corrects } in observations {
            if let Some(earlier) = corrects {
                request.corrects = self.name_of(rpc, &earlier)?;
            }
            requests.push(request);
        }
        let subject = |request: &RecordObservationRequest| {
            format!("{} {} {}", request.area, request.set, request.indicator)
        };
        let subjects: Vec<String> = requests.iter().map(subject).collect();
        let ids: Vec<String> = requests.iter().map(|request| id_of(request.header.as_ref())).collect();
        let request = on(&self.today, BatchRecordObservationsRequest { requests });
        let answer = answered(rpc, self.clients.rural.batch_record_observations(request).await)?;
        let (answer, names) = bulk(rpc, Service::Rural, &subjects, answer)?;
        Ok(self.with_names(answer, ids, names))
    }

    async fn assess(&mut self, mut requests: Vec<AssessAreaRequest>) -> Result<Answer, Error> {
        let rpc = "BatchAssessAreas";
        for request in &mut requests {
            request.consistency_token.clone_from(&self.poverty_seen);
        }
        let subjects: Vec<String> =
            requests.iter().map(|request| format!("{} {}", request.area, request.set)).collect();
        let request = on(&self.today, BatchAssessAreasRequest { requests });
        let answer = answered(rpc, self.clients.rural.batch_assess_areas(request).await)?;
        Ok(bulk(rpc, Service::Rural, &subjects, answer)?.0)
    }

    async fn tell_funding(&mut self) -> Result<Answer, Error> {
        let service = Service::Funding;
        let step = std::mem::replace(&mut self.step, Step::Wait);
        let Self { today, clients: Clients { funding, .. }, .. } = self;
        match step {
            Step::RegisterOwner(request) => {
                received("RegisterOwner", service, funding.register_owner(on(today, request)).await)
            }
            Step::NameSuccessor(request) => {
                received("NameSuccessor", service, funding.name_successor(on(today, request)).await)
            }
            Step::RegisterItem(request) => {
                received("RegisterItem", service, funding.register_item(on(today, request)).await)
            }
            Step::Transfer(requests) => self.transfer(requests).await,
            Step::Detail(mut requests) => {
                for request in &mut requests {
                    request.consistency_token.clone_from(&self.poverty_seen);
                }
                self.transfer(requests).await
            }
            Step::Reverse(Reversing { mut request, reverses }) => {
                let rpc = "ReverseTransfer";
                request.transfer = self.name_of(rpc, &reverses)?;
                let Self { today, clients: Clients { funding, .. }, .. } = self;
                received(rpc, service, funding.reverse_transfer(on(today, request)).await)
            }
            Step::HandOver(requests) => self.hand_over(requests).await,
            Step::Settle(settling) => self.settle(settling).await,
            _ => Ok(Answer::none(service)),
        }
    }

    async fn transfer(&mut self, requests: Vec<TransferRequest>) -> Result<Answer, Error> {
        let rpc = "BatchTransfer";
        let ids: Vec<String> = requests.iter().map(|request| id_of(request.header.as_ref())).collect();
        let subject = |request: &TransferRequest| {
            let number = request.decision.as_ref().map_or("", |decision| &decision.number);
            format!("{} transfers of {number}", request.transfers.len())
        };
        let subjects: Vec<String> = requests.iter().map(subject).collect();
        let request = on(&self.today, BatchTransferRequest { requests });
        let answer = answered(rpc, self.clients.funding.batch_transfer(request).await)?;
        let (answer, names) = bulk(rpc, Service::Funding, &subjects, answer)?;
        Ok(self.with_names(answer, ids, names))
    }

    /// Asks until nothing remains; counted as one request.
    async fn hand_over(&mut self, requests: Vec<HandOverRequest>) -> Result<Answer, Error> {
        let rpc = "HandOver";
        let mut sum = Answer::none(Service::Funding);
        for request in requests {
            let owner = request.owner.clone();
            let answer = answered(rpc, self.clients.funding.hand_over(on(&self.today, request)).await)?;
            let remaining = answer.remaining;
            sum.add(rpc, answer.receipt)?;
            if remaining == 0 {
                let replayed = u64::from(sum.replayed == sum.requests);
                return Ok(Answer { requests: 1, replayed, ..sum });
            }
            if remaining < 0 {
                return Err(Error::Answer { rpc, problem: format!("{remaining} balances left of {owner}") });
            }
        }
        Err(Error::Answer { rpc, problem: "balances left after every request".to_owned() })
    }

    /// Finds the case by its rule and what it rests on, then settles it. It names no version: a repeat finds the case
    /// settled and is the same request.
    async fn settle(&mut self, settling: Settling) -> Result<Answer, Error> {
        let Settling { mut request, rule, about } = settling;
        let mut page_token = String::new();
        loop {
            let list = ListCasesRequest {
                open_only: false,
                rule: rule.clone(),
                page_size: CASES_A_PAGE,
                page_token,
                consistency_token: self.funding_seen.clone(),
            };
            let page = answered("ListCases", self.clients.funding.list_cases(on(&self.today, list)).await)?;
            if let Some(case) = page.cases.into_iter().find(|case| case.lines.contains(&about)) {
                request.case = case.name;
                break;
            }
            page_token = page.next_page_token;
            if page_token.is_empty() {
                let problem = format!("no case of rule {rule} about {about}");
                return Err(Error::Answer { rpc: "ListCases", problem });
            }
        }
        let settled = self.clients.funding.settle_case(on(&self.today, request)).await;
        received("SettleCase", Service::Funding, settled)
    }

    fn name_of(&self, rpc: &'static str, request_id: &str) -> Result<String, Error> {
        self.named.get(request_id).cloned().ok_or_else(|| Error::Answer {
            rpc,
            problem: format!("no name for what request {request_id} recorded"),
        })
    }

    fn with_names(&self, answer: Answer, ids: Vec<String>, names: Vec<String>) -> Answer {
        let named = ids.into_iter().zip(names).filter(|(id, _)| self.plan.is_referred_to(id));
        Answer { names: named.collect(), ..answer }
    }
}

/// The message as a call of that day.
fn on<T>(today: &AsciiMetadataValue, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert(TODAY, today.clone());
    request
}

fn id_of(header: Option<&CommandHeader>) -> String {
    header.map_or(String::new(), |header| header.request_id.clone())
}

fn answered<T>(rpc: &'static str, answer: Result<Response<T>, Status>) -> Result<T, Error> {
    match answer {
        Ok(answer) => Ok(answer.into_inner()),
        Err(status) => Err(Error::Call { rpc, status: Box::new(status) }),
    }
}

fn received<T: Received>(
    rpc: &'static str,
    service: Service,
    answer: Result<Response<T>, Status>,
) -> Result<Answer, Error> {
    single(rpc, service, answered(rpc, answer)?.receipt())
}

/// Whether the service could not answer, and will when it is back.
fn is_away(error: &Error) -> bool {
    match error {
        Error::Call { status, .. } => status.code() == Code::Unavailable,
        Error::Refused { code, .. } => *code == Code::Unavailable,
        _ => false,
    }
}
