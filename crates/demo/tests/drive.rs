//! The driver against a registry that only takes notes.
#![allow(clippy::unwrap_used, reason = "in a test a failed step is a failed test")]

use api::types::CommandHeader;
use api::{
    poverty::{
        BatchRecordAssessmentsRequest, BatchRegisterHouseholdsRequest, BatchWriteHouseholdsResponse,
        BatchWriteResult, ChangeMembersRequest, GetHouseholdRequest, Household,
        ListHouseholdsRequest, ListHouseholdsResponse, MoveHouseholdRequest, RecordAssessmentRequest,
        RegisterHouseholdRequest, SearchHouseholdsRequest, SearchHouseholdsResponse, WriteHouseholdResponse,
        batch_write_result::Result as Item,
        poverty_registry_server::{PovertyRegistry, PovertyRegistryServer},
    },
    types::{Refusal, WriteReceipt},
};
use demo::{Error, Plan, Progress, Settings, drive};
use kernel::{Date, OPEN_START};
use reference::Reference;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};
use tonic::{
    Request, Response, Status,
    transport::{Channel, Server, server::TcpIncoming},
};

#[derive(Default)]
struct Notes {
    /// Position of each request.
    positions: HashMap<String, u64>,
    /// Days on which requests came, in order.
    days: Vec<Date>,
    today: Option<Date>,
    calls: usize,
    calls_most: usize,
    /// A request that is refused.
    refuse: Option<String>,
    /// Requests that were turned away once, because the registry was away.
    turned_away: HashSet<String>,
    /// Every how many requests one is turned away at first; 0: none.
    away_every: usize,
}

#[derive(Clone, Default)]
struct NoteTaker(Arc<Mutex<Notes>>);

impl NoteTaker {
    fn enter(&self) {
        let mut notes = self.0.lock().unwrap();
        notes.calls += 1;
        notes.calls_most = notes.calls_most.max(notes.calls);
    }

    fn leave(&self) {
        self.0.lock().unwrap().calls -= 1;
    }

    fn note(&self, header: Option<CommandHeader>) -> Result<WriteHouseholdResponse, Refusal> {
        let mut notes = self.0.lock().unwrap();
        let id = header.unwrap().request_id;
        if notes.refuse.as_ref() == Some(&id) {
            return Err(Refusal { code: 3, reason: "UNKNOWN_AREA".to_owned(), ..Refusal::default() });
        }
        let due = notes.away_every > 0 && notes.positions.len() % notes.away_every == 1;
        if due && !notes.positions.contains_key(&id) && notes.turned_away.insert(id.clone()) {
            return Err(Refusal { code: 14, reason: "SHUTTING_DOWN".to_owned(), ..Refusal::default() });
        }
        let today = notes.today.unwrap_or(OPEN_START);
        notes.days.push(today);
        let next = notes.positions.len() as u64 + 1;
        let position = *notes.positions.entry(id).or_insert(next);
        let receipt = WriteReceipt {
            position,
            replayed: position != next,
            consistency_token: position.to_string(),
            ..WriteReceipt::default()
        };
        Ok(WriteHouseholdResponse { receipt: Some(receipt), ..WriteHouseholdResponse::default() })
    }

    async fn batch(&self, headers: Vec<Option<CommandHeader>>) -> Response<BatchWriteHouseholdsResponse> {
        self.enter();
        tokio::task::yield_now().await;
        let items = headers.into_iter().map(|header| match self.note(header) {
            Ok(accepted) => Item::Accepted(accepted),
            Err(refusal) => Item::Refused(refusal),
        });
        let results: Vec<_> = items.map(|item| BatchWriteResult { result: Some(item) }).collect();
        let consistency_token = self.0.lock().unwrap().positions.len().to_string();
        self.leave();
        Response::new(BatchWriteHouseholdsResponse { results, consistency_token })
    }

    async fn single(
        &self,
        header: Option<CommandHeader>,
    ) -> Result<Response<WriteHouseholdResponse>, Status> {
        self.enter();
        tokio::task::yield_now().await;
        let noted = self.note(header);
        self.leave();
        noted.map(Response::new).map_err(|refusal| Status::new(refusal.code.into(), refusal.reason))
    }
}

#[tonic::async_trait]
impl PovertyRegistry for NoteTaker {
    async fn batch_register_households(
        &self,
        request: Request<BatchRegisterHouseholdsRequest>,
    ) -> Result<Response<BatchWriteHouseholdsResponse>, Status> {
        let requests = request.into_inner().requests;
        Ok(self.batch(requests.into_iter().map(|request| request.header).collect()).await)
    }

    async fn batch_record_assessments(
        &self,
        request: Request<BatchRecordAssessmentsRequest>,
    ) -> Result<Response<BatchWriteHouseholdsResponse>, Status> {
        let requests = request.into_inner().requests;
        Ok(self.batch(requests.into_iter().map(|request| request.header).collect()).await)
    }

    async fn change_members(
        &self,
        request: Request<ChangeMembersRequest>,
    ) -> Result<Response<WriteHouseholdResponse>, Status> {
        self.single(request.into_inner().header).await
    }

    async fn move_household(
        &self,
        request: Request<MoveHouseholdRequest>,
    ) -> Result<Response<WriteHouseholdResponse>, Status> {
        self.single(request.into_inner().header).await
    }

    async fn register_household(
        &self,
        _: Request<RegisterHouseholdRequest>,
    ) -> Result<Response<WriteHouseholdResponse>, Status> {
        Err(Status::unimplemented("the demo registers in bulk"))
    }

    async fn record_assessment(
        &self,
        _: Request<RecordAssessmentRequest>,
    ) -> Result<Response<WriteHouseholdResponse>, Status> {
        Err(Status::unimplemented("the demo records reviews in bulk"))
    }

    async fn get_household(&self, _: Request<GetHouseholdRequest>) -> Result<Response<Household>, Status> {
        Err(Status::unimplemented("the demo writes only"))
    }

    async fn list_households(
        &self,
        _: Request<ListHouseholdsRequest>,
    ) -> Result<Response<ListHouseholdsResponse>, Status> {
        Err(Status::unimplemented("the demo writes only"))
    }

    async fn search_households(
        &self,
        _: Request<SearchHouseholdsRequest>,
    ) -> Result<Response<SearchHouseholdsResponse>, Status> {
        Err(Status::unimplemented("the demo writes only"))
    }
}

/// A channel to the note taker, which serves until the test's runtime ends.
async fn serve(notes: &NoteTaker) -> Channel {
    let listener = TcpIncoming::bind(([127, 0, 0, 1], 0).into()).unwrap().with_nodelay(Some(true));
    let address = format!("http://{}", listener.local_addr().unwrap());
    let service = PovertyRegistryServer::new(notes.clone());
    tokio::spawn(Server::builder().add_service(service).serve_with_incoming(listener));
    Channel::from_shared(address).unwrap().connect().await.unwrap()
}

fn plan() -> Arc<Plan> {
    let settings = Settings { seed: 11, scale: "0.01".parse().unwrap() };
    Arc::new(Plan::new(settings, Arc::new(Reference::embedded().unwrap())).unwrap())
}

#[tokio::test]
async fn every_request_is_sent_once_on_its_day_and_a_second_run_changes_nothing() {
    let (plan, notes) = (plan(), NoteTaker::default());
    let channel = serve(&notes).await;
    let set_today = |day| {
        let mut noted = notes.0.lock().unwrap();
        assert_eq!(noted.calls, 0, "nothing may be in flight when the day changes");
        noted.today = Some(day);
        async {}
    };
    let mut seen: Vec<Progress> = Vec::new();
    let first = drive(channel.clone(), Arc::clone(&plan), set_today, |now| seen.push(now)).await.unwrap();
    let requests = plan.size().requests();
    assert_eq!((first.requests, first.replayed, first.position), (requests, 0, requests));
    assert_eq!(first.consistency_token, requests.to_string());
    assert!(seen.is_sorted_by_key(|now| (now.today, now.requests_done)));
    assert_eq!(seen.last().map(|now| (now.requests_done, now.requests)), Some((requests, requests)));
    {
        let noted = notes.0.lock().unwrap();
        assert_eq!(noted.positions.len() as u64, requests);
        assert!(noted.days.is_sorted() && !noted.days.contains(&OPEN_START));
        let distinct: HashSet<_> = noted.days.iter().collect();
        assert!(distinct.len() > 60, "the history is told day by day: {}", distinct.len());
        assert!(noted.calls_most <= 32, "{} calls were in flight", noted.calls_most);
    }
    let second = drive(channel, plan, |_| async {}, |_| {}).await.unwrap();
    assert_eq!((second.requests, second.replayed), (requests, requests));
    assert_eq!(notes.0.lock().unwrap().positions.len() as u64, requests);
}

#[tokio::test]
async fn a_refusal_ends_the_telling_with_its_reason_and_household() {
    let (plan, notes) = (plan(), NoteTaker::default());
    let refused = plan.script().find_map(|step| match step.unwrap() {
        demo::Step::Assess(mut requests) => requests.pop(),
        _ => None,
    });
    let refused = refused.unwrap();
    notes.0.lock().unwrap().refuse = refused.header.map(|header| header.request_id);
    let channel = serve(&notes).await;
    let error = drive(channel, Arc::clone(&plan), |_| async {}, |_| {}).await.unwrap_err();
    assert!(
        matches!(&error, Error::Refused { rpc: "BatchRecordAssessments", subject, reason, .. }
            if *subject == refused.household && reason == "UNKNOWN_AREA"),
        "{error}"
    );
    assert!((notes.0.lock().unwrap().positions.len() as u64) < plan.size().requests());
}

#[tokio::test]
async fn what_the_registry_was_away_for_is_sent_again_and_takes_effect_once() {
    let (plan, notes) = (plan(), NoteTaker::default());
    notes.0.lock().unwrap().away_every = 500;
    let channel = serve(&notes).await;
    let driven = drive(channel, Arc::clone(&plan), |_| async {}, |_| {}).await.unwrap();
    let requests = plan.size().requests();
    assert_eq!((driven.requests, driven.position), (requests, requests));
    let noted = notes.0.lock().unwrap();
    assert_eq!(noted.positions.len() as u64, requests, "each took effect once");
    assert!(!noted.turned_away.is_empty());
}

#[tokio::test]
async fn a_failed_single_call_names_its_method() {
    let (plan, notes) = (plan(), NoteTaker::default());
    let change = plan.script().find_map(|step| match step.unwrap() {
        demo::Step::ChangeMembers(request) => request.header,
        _ => None,
    });
    notes.0.lock().unwrap().refuse = change.map(|header| header.request_id);
    let channel = serve(&notes).await;
    let error = drive(channel, plan, |_| async {}, |_| {}).await.unwrap_err();
    assert!(matches!(&error, Error::Call { rpc: "ChangeMembers", .. }), "{error}");
}
