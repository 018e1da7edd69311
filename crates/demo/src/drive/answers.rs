//! What the services answer, read alike.

use crate::Error;
use api::{
    funding::{
        BatchTransferResponse, RegisterItemResponse, RegisterOwnerResponse, SettleCaseResponse,
        TransferResponse, batch_transfer_result,
    },
    poverty::{BatchWriteHouseholdsResponse, WriteHouseholdResponse, batch_write_result},
    rural::{
        AssessAreaResponse, BatchAssessAreasResponse, BatchWriteObservationsResponse, DecideListingResponse,
        WriteObservationResponse, WriteTitleResponse, batch_assess_area_result,
        batch_write_observation_result,
    },
    types::{Refusal, WriteReceipt},
};
use tonic::Code;

/// A service that is told something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    Poverty,
    Rural,
    Funding,
}

/// Positions of the last events in the services' logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Positions {
    /// Of the poverty registry.
    pub poverty: u64,
    /// Of the rural criteria service.
    pub rural: u64,
    /// Of the funding ledger.
    pub funding: u64,
}

impl Positions {
    pub(super) const fn of(&mut self, service: Service) -> &mut u64 {
        match service {
            Service::Poverty => &mut self.poverty,
            Service::Rural => &mut self.rural,
            Service::Funding => &mut self.funding,
        }
    }
}

/// What a service answered to a step.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) service: Service,
    pub(super) requests: u64,
    pub(super) replayed: u64,
    pub(super) position: u64,
    pub(super) consistency_token: String,
    /// Names of what requests recorded, by request id, where later ones refer to them.
    pub(super) names: Vec<(String, String)>,
}

/// What one request recorded.
#[derive(Debug)]
pub(super) struct Recorded {
    receipt: Option<WriteReceipt>,
    /// Its name, where it has one that later requests may need.
    pub(super) name: String,
}

impl Answer {
    pub(super) const fn none(service: Service) -> Self {
        let consistency_token = String::new();
        Self { service, requests: 0, replayed: 0, position: 0, consistency_token, names: Vec::new() }
    }

    /// Adds what a request recorded.
    pub(super) fn add(&mut self, rpc: &'static str, recorded: Option<WriteReceipt>) -> Result<(), Error> {
        let receipt = recorded.ok_or_else(|| Error::Answer {
            rpc,
            problem: "without a receipt to a request that is to be written".to_owned(),
        })?;
        self.requests += 1;
        self.replayed += u64::from(receipt.replayed);
        if receipt.position >= self.position {
            self.position = receipt.position;
            self.consistency_token = receipt.consistency_token;
        }
        Ok(())
    }
}

/// A bulk answer: one result for each request, and a token that covers them all.
pub(super) trait Bulk {
    /// The results in order and the token.
    fn results(self) -> (Vec<Result<Recorded, Option<Refusal>>>, String);
}

/// Reads a bulk answer to requests about these subjects.
pub(super) fn bulk(
    rpc: &'static str,
    service: Service,
    subjects: &[String],
    answer: impl Bulk,
) -> Result<(Answer, Vec<String>), Error> {
    let (results, consistency_token) = answer.results();
    if results.len() != subjects.len() {
        let problem = format!("{} results for {} requests", results.len(), subjects.len());
        return Err(Error::Answer { rpc, problem });
    }
    let mut sum = Answer::none(service);
    let mut names = Vec::with_capacity(results.len());
    for (subject, result) in subjects.iter().zip(results) {
        match result {
            Ok(Recorded { receipt, name }) => {
                sum.add(rpc, receipt)?;
                names.push(name);
            }
            Err(Some(refusal)) => return Err(refused(rpc, subject, refusal)),
            Err(None) => return Err(Error::Answer { rpc, problem: format!("no result for {subject}") }),
        }
    }
    sum.consistency_token = consistency_token;
    Ok((sum, names))
}

/// Reads the answer to a single call.
pub(super) fn single(
    rpc: &'static str,
    service: Service,
    receipt: Option<WriteReceipt>,
) -> Result<Answer, Error> {
    let mut answer = Answer::none(service);
    answer.add(rpc, receipt)?;
    Ok(answer)
}

fn refused(rpc: &'static str, subject: &str, refusal: Refusal) -> Error {
    let Refusal { code, reason, message, .. } = refusal;
    Error::Refused { rpc, subject: subject.to_owned(), code: Code::from_i32(code), reason, message }
}

impl Bulk for BatchWriteHouseholdsResponse {
    fn results(self) -> (Vec<Result<Recorded, Option<Refusal>>>, String) {
        let read = |result: api::poverty::BatchWriteResult| match result.result {
            Some(batch_write_result::Result::Accepted(WriteHouseholdResponse { receipt, .. })) => {
                Ok(Recorded { receipt, name: String::new() })
            }
            Some(batch_write_result::Result::Refused(refusal)) => Err(Some(refusal)),
            None => Err(None),
        };
        (self.results.into_iter().map(read).collect(), self.consistency_token)
    }
}

impl Bulk for BatchWriteObservationsResponse {
    fn results(self) -> (Vec<Result<Recorded, Option<Refusal>>>, String) {
        let read = |result: api::rural::BatchWriteObservationResult| match result.result {
            Some(batch_write_observation_result::Result::Accepted(accepted)) => {
                let WriteObservationResponse { observation, receipt } = accepted;
                Ok(Recorded {
                    receipt,
                    name: observation.map_or(String::new(), |observation| observation.name),
                })
            }
            Some(batch_write_observation_result::Result::Refused(refusal)) => Err(Some(refusal)),
            None => Err(None),
        };
        (self.results.into_iter().map(read).collect(), self.consistency_token)
    }
}

impl Bulk for BatchAssessAreasResponse {
    fn results(self) -> (Vec<Result<Recorded, Option<Refusal>>>, String) {
        let read = |result: api::rural::BatchAssessAreaResult| match result.result {
            Some(batch_assess_area_result::Result::Accepted(AssessAreaResponse { receipt, .. })) => {
                Ok(Recorded { receipt, name: String::new() })
            }
            Some(batch_assess_area_result::Result::Refused(refusal)) => Err(Some(refusal)),
            None => Err(None),
        };
        (self.results.into_iter().map(read).collect(), self.consistency_token)
    }
}

impl Bulk for BatchTransferResponse {
    fn results(self) -> (Vec<Result<Recorded, Option<Refusal>>>, String) {
        let read = |result: api::funding::BatchTransferResult| match result.result {
            Some(batch_transfer_result::Result::Accepted(TransferResponse {
                transfers, receipt, ..
            })) => {
                let first = transfers.into_iter().next();
                Ok(Recorded { receipt, name: first.map_or(String::new(), |transfer| transfer.name) })
            }
            Some(batch_transfer_result::Result::Refused(refusal)) => Err(Some(refusal)),
            None => Err(None),
        };
        (self.results.into_iter().map(read).collect(), self.consistency_token)
    }
}

/// An answer to a single call, with its receipt.
pub(super) trait Received {
    /// The receipt.
    fn receipt(self) -> Option<WriteReceipt>;
}

macro_rules! received {
    ($($answer:ty),+) => {
        $(impl Received for $answer {
            fn receipt(self) -> Option<WriteReceipt> {
                self.receipt
            }
        })+
    };
}

received!(
    WriteHouseholdResponse,
    WriteTitleResponse,
    DecideListingResponse,
    RegisterOwnerResponse,
    RegisterItemResponse,
    TransferResponse,
    SettleCaseResponse
);
