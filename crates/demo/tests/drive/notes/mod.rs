//! Services that note what they are told, and answer as services do.

mod funding;
mod others;
mod poverty;
mod rural;

use api::{
    funding::funding_ledger_server::FundingLedgerServer,
    poverty::poverty_registry_server::PovertyRegistryServer,
    progress::progress_server::ProgressServer,
    rural::rural_criteria_server::RuralCriteriaServer,
    types::{CommandHeader, Refusal, WriteReceipt},
};
use kernel::{Date, parse_date};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};
use tonic::{
    Request, Status,
    transport::{Channel, Server, server::TcpIncoming},
};

/// What was noted.
#[derive(Default)]
pub(crate) struct Noted {
    /// Service and position of each request.
    pub(crate) recorded: HashMap<String, (&'static str, u64)>,
    heads: HashMap<&'static str, u64>,
    /// Days that calls named, in order.
    pub(crate) days: Vec<Date>,
    /// What is wrong with the calls.
    pub(crate) problems: Vec<String>,
    /// Services that were told that the telling has ended.
    pub(crate) told_now: usize,
    /// The next day that is named begins another telling.
    ended: bool,
    pub(crate) calls: usize,
    pub(crate) calls_most: usize,
    /// Tokens with which criteria and money were to read the poverty registry, and its position at that time.
    pub(crate) seen_of_poverty: Vec<(String, u64)>,
    pub(crate) corrected: Vec<String>,
    pub(crate) reversed: Vec<String>,
    pub(crate) settled: Vec<String>,
    /// Hand-overs that were asked for, by owner.
    pub(crate) handed_over: HashMap<String, i32>,
    /// Supports on which money is detailed.
    pub(crate) supports: Vec<String>,
    /// A request that is refused.
    pub(crate) refuse: Option<String>,
    /// Requests that were turned away once, because the service was away.
    pub(crate) turned_away: HashSet<String>,
    /// Every how many requests one is turned away at first; 0: none.
    pub(crate) away_every: usize,
    /// In how many requests everything is handed over; 0: in one.
    pub(crate) hand_over_in: i32,
}

/// All services.
#[derive(Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<Noted>>);

impl Notes {
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Noted) -> T) -> T {
        read(&self.0.lock().unwrap())
    }

    pub(crate) fn write<T>(&self, write: impl FnOnce(&mut Noted) -> T) -> T {
        write(&mut self.0.lock().unwrap())
    }

    /// Requests that took effect.
    pub(crate) fn recorded(&self) -> u64 {
        self.read(|noted| noted.recorded.len() as u64)
    }

    /// A call begins: it names its day, and the days only go forward.
    fn enter<T>(&self, request: Request<T>) -> T {
        let today =
            request.metadata().get("x-muctieu-demo-today").map(|today| today.to_str().unwrap().to_owned());
        self.write(|noted| {
            match today.as_deref().map(parse_date) {
                Some(Some(day)) => {
                    if std::mem::take(&mut noted.ended) {
                        noted.days.clear();
                    }
                    if noted.days.last().is_some_and(|last| *last != day) && noted.calls > 0 {
                        noted.problems.push(format!("calls were in flight when {day} began"));
                    }
                    noted.days.push(day);
                }
                _ if today.as_deref() == Some("now") => {
                    noted.told_now += 1;
                    noted.ended = true;
                }
                _ => noted.problems.push(format!("a call names its day as {today:?}")),
            }
            noted.calls += 1;
            noted.calls_most = noted.calls_most.max(noted.calls);
        });
        request.into_inner()
    }

    fn leave(&self) {
        self.write(|noted| noted.calls -= 1);
    }

    /// Records a request once.
    fn note(&self, service: &'static str, header: Option<CommandHeader>) -> Result<WriteReceipt, Refusal> {
        self.write(|noted| {
            let id = header.unwrap().request_id;
            if noted.refuse.as_ref() == Some(&id) {
                return Err(Refusal { code: 3, reason: "UNKNOWN_AREA".to_owned(), ..Refusal::default() });
            }
            let due = noted.away_every > 0 && noted.recorded.len() % noted.away_every == 1;
            if due && !noted.recorded.contains_key(&id) && noted.turned_away.insert(id.clone()) {
                return Err(Refusal { code: 14, reason: "SHUTTING_DOWN".to_owned(), ..Refusal::default() });
            }
            let next = noted.head(service) + 1;
            let (_, position) = *noted.recorded.entry(id).or_insert((service, next));
            if position == next {
                noted.heads.insert(service, next);
            }
            Ok(WriteReceipt {
                position,
                replayed: position != next,
                consistency_token: format!("{service}={position}"),
                ..WriteReceipt::default()
            })
        })
    }

    /// Notes with which token the poverty registry was to be read.
    fn read_poverty(&self, token: String) {
        self.write(|noted| {
            let head = noted.head("poverty");
            noted.seen_of_poverty.push((token, head));
        });
    }

    async fn single<T>(
        &self,
        service: &'static str,
        request: Request<T>,
        header: impl FnOnce(&mut T) -> Option<CommandHeader>,
    ) -> Result<(T, WriteReceipt), Status> {
        let mut message = self.enter(request);
        tokio::task::yield_now().await;
        let noted = self.note(service, header(&mut message));
        self.leave();
        let receipt = noted.map_err(|refusal| Status::new(refusal.code.into(), refusal.reason))?;
        Ok((message, receipt))
    }
}

impl Noted {
    fn head(&self, service: &str) -> u64 {
        self.heads.get(service).copied().unwrap_or(0)
    }
}

/// A channel to the services, which serve until the test's runtime ends.
pub(crate) async fn serve(notes: &Notes) -> Channel {
    let listener = TcpIncoming::bind(([127, 0, 0, 1], 0).into()).unwrap().with_nodelay(Some(true));
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = Server::builder()
        .add_service(PovertyRegistryServer::new(notes.clone()))
        .add_service(RuralCriteriaServer::new(notes.clone()))
        .add_service(FundingLedgerServer::new(notes.clone()))
        .add_service(ProgressServer::new(notes.clone()));
    tokio::spawn(server.serve_with_incoming(listener));
    Channel::from_shared(address).unwrap().connect().await.unwrap()
}

fn writes_only<T>() -> Result<T, Status> {
    Err(Status::unimplemented("the demo does not ask for that"))
}
