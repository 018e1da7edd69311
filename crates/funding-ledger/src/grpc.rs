//! The gRPC service: requests in, answers out, one call each.

use crate::{
    CONTEXT, answers,
    domain::{self, Command, Context},
    eligibility,
    model::FundingModel,
    reference_lists,
    request::{self, Transfers},
};
use api::funding::{
    BatchTransferRequest, BatchTransferResponse, BatchTransferResult, GetBalancesRequest,
    GetBalancesResponse, HandOverRequest, ListCasesRequest, ListCasesResponse, ListOwnersRequest,
    ListOwnersResponse, ListReferenceRequest, ListReferenceResponse, ListTransfersRequest,
    ListTransfersResponse, NameSuccessorRequest, RegisterItemRequest, RegisterItemResponse,
    RegisterOwnerRequest, RegisterOwnerResponse, ReverseTransferRequest, SettleCaseRequest,
    SettleCaseResponse, TransferRequest, TransferResponse, batch_transfer_result, funding_ledger_server,
};
use decider::{Accepted, Desk, Intent, View};
use events::funding::FundingEvent;
use futures::{StreamExt, stream};
use kernel::SharedClock;
use poverty_view::PovertyView;
use reference::Reference;
use service::{
    Refusal,
    config::Limits,
    reason,
    request::{ConsistencyToken, actor},
};
use std::sync::Arc;
use tonic::{Request, Response, Status, metadata::MetadataMap};

/// Requests of a batch for which households are read at once.
const PREPARED_MAX: usize = 16;

/// The funding ledger as a gRPC service. Cheap to clone.
#[derive(Clone, Debug)]
pub struct FundingLedger {
    pub(crate) desk: Desk<FundingModel>,
    poverty: PovertyView,
    pub(crate) reference: Arc<Reference>,
    pub(crate) clock: SharedClock,
    pub(crate) limits: Limits,
}

impl FundingLedger {
    pub(crate) const fn of(
        desk: Desk<FundingModel>,
        poverty: PovertyView,
        reference: Arc<Reference>,
        clock: SharedClock,
        limits: Limits,
    ) -> Self {
        Self { desk, poverty, reference, clock, limits }
    }

    async fn carry_out(
        &self,
        metadata: &MetadataMap,
        intent: Result<Intent<Command>, Refusal>,
    ) -> Result<Accepted<FundingEvent>, Refusal> {
        self.desk.execute_one(&actor(metadata)?, intent).await
    }

    /// The ledger with at least what was recorded.
    async fn after(&self, accepted: &Accepted<FundingEvent>) -> Result<View<'_, FundingModel>, Refusal> {
        self.desk.read_after(accepted, self.limits.consistency_wait_max).await
    }

    /// The ledger with at least what the token covers.
    pub(crate) async fn with(&self, token: &str) -> Result<View<'_, FundingModel>, Refusal> {
        let position = ConsistencyToken::parse(token)?.position(CONTEXT).unwrap_or_default();
        self.desk.read_from(position, self.limits.consistency_wait_max).await
    }

    /// Reads what must be known of households before the transfers are decided; most need nothing.
    async fn prepared(&self, transfers: Result<Transfers, Refusal>) -> Result<Intent<Command>, Refusal> {
        let mut transfers = transfers?;
        if !domain::details_items(&transfers.intent.command) {
            return Ok(transfers.intent);
        }
        let today = self.clock.now().day();
        let wanted = {
            let view = self.desk.read()?;
            let context = Context { reference: &self.reference, today };
            domain::classes_wanted(view.model().ledger(), &transfers.intent.command, context)
        };
        if !wanted.is_empty() {
            let wait_max = self.limits.consistency_wait_max;
            eligibility::read_classes(&self.poverty, &mut transfers, wanted, today, wait_max).await?;
        }
        Ok(transfers.intent)
    }

    async fn transfers_answer(&self, accepted: &Accepted<FundingEvent>) -> Result<TransferResponse, Refusal> {
        let view = self.after(accepted).await?;
        answers::transfers(accepted, view.model().ledger(), &self.reference)
    }

    async fn owner_answer(
        &self,
        code: &str,
        accepted: &Accepted<FundingEvent>,
    ) -> Result<RegisterOwnerResponse, Refusal> {
        let view = self.after(accepted).await?;
        let mut owner = view.model().ledger().parties().owner(code).cloned();
        for fact in &accepted.facts {
            match &fact.event {
                // As it stood right after the command, whatever followed.
                FundingEvent::OwnerRegistered(event) => {
                    owner = Some(domain::ledger::Owner {
                        name: event.name.clone(),
                        area: event.area.clone(),
                        from: fact.effective,
                        successor: None,
                    });
                }
                FundingEvent::SuccessorNamed(event) => {
                    if let Some(owner) = &mut owner {
                        owner.successor = Some((event.successor.clone(), fact.effective));
                    }
                }
                _ => {}
            }
        }
        let owner = owner.map(|owner| answers::owner(code, &owner, &self.reference));
        Ok(RegisterOwnerResponse { owner, receipt: accepted.recorded.map(answers::receipt) })
    }

    async fn register_owner(
        &self,
        metadata: &MetadataMap,
        request: RegisterOwnerRequest,
    ) -> Result<RegisterOwnerResponse, Refusal> {
        let code = request.code.clone();
        let accepted = self.carry_out(metadata, request::register_owner(request)).await?;
        self.owner_answer(&code, &accepted).await
    }

    async fn name_successor(
        &self,
        metadata: &MetadataMap,
        request: NameSuccessorRequest,
    ) -> Result<RegisterOwnerResponse, Refusal> {
        let code = request.owner.trim_start_matches("owners/").to_owned();
        let accepted = self.carry_out(metadata, request::name_successor(request)).await?;
        self.owner_answer(&code, &accepted).await
    }

    async fn register_item(
        &self,
        metadata: &MetadataMap,
        request: RegisterItemRequest,
    ) -> Result<RegisterItemResponse, Refusal> {
        let accepted = self.carry_out(metadata, request::register_item(request)).await?;
        let item = accepted.facts.iter().find_map(|fact| match &fact.event {
            FundingEvent::ItemRegistered(event) => Some(answers::item(event.item, &event.what)),
            _ => None,
        });
        let cases = answers::opened_cases(&accepted, &self.reference);
        Ok(RegisterItemResponse { item, cases, receipt: accepted.recorded.map(answers::receipt) })
    }

    async fn transfer(
        &self,
        metadata: &MetadataMap,
        request: TransferRequest,
    ) -> Result<TransferResponse, Refusal> {
        let intent = self.prepared(request::transfer(request)).await;
        let accepted = self.carry_out(metadata, intent).await?;
        self.transfers_answer(&accepted).await
    }

    /// Unreadable items are refused at their places, the others are carried out.
    async fn batch_transfer(
        &self,
        metadata: &MetadataMap,
        request: BatchTransferRequest,
    ) -> Result<BatchTransferResponse, Refusal> {
        let actor = actor(metadata)?;
        let (count, max) = (request.requests.len(), self.limits.batch_items_max);
        if count > max {
            let refusal = Refusal::new(&reason::TOO_MANY_ITEMS).with("count", count).with("max", max);
            return Err(refusal.at("requests"));
        }
        let prepared = stream::iter(request.requests)
            .map(|item| self.prepared(request::transfer(item)))
            .buffered(PREPARED_MAX)
            .collect::<Vec<_>>();
        let answers = self.desk.execute(&actor, prepared.await).await;
        let mut last_position = 0;
        let mut results = Vec::with_capacity(count);
        for (index, answer) in answers.into_iter().enumerate() {
            let result = match answer {
                Ok(accepted) => {
                    last_position = last_position.max(accepted.last_position());
                    let answer = answers::transfers_in_short(&accepted, &self.reference);
                    batch_transfer_result::Result::Accepted(answer)
                }
                Err(refusal) => batch_transfer_result::Result::Refused(
                    refusal.under(&format!("requests[{index}]")).into(),
                ),
            };
            results.push(BatchTransferResult { result: Some(result) });
        }
        let token = (last_position > 0).then(|| ConsistencyToken::of(CONTEXT, last_position).to_string());
        Ok(BatchTransferResponse { results, consistency_token: token.unwrap_or_default() })
    }

    async fn reverse_transfer(
        &self,
        metadata: &MetadataMap,
        request: ReverseTransferRequest,
    ) -> Result<TransferResponse, Refusal> {
        let accepted = self.carry_out(metadata, request::reverse(request)).await?;
        self.transfers_answer(&accepted).await
    }

    async fn hand_over(
        &self,
        metadata: &MetadataMap,
        request: HandOverRequest,
    ) -> Result<TransferResponse, Refusal> {
        let intent = request::hand_over(request)?;
        let (owner, day) = match &intent.command {
            Command::HandOver(command) => (command.owner.clone(), command.effective),
            _ => return Err(Refusal::new(&reason::INTERNAL)),
        };
        let accepted = self.carry_out(metadata, Ok(intent)).await?;
        let mut answer = self.transfers_answer(&accepted).await?;
        let view = self.after(&accepted).await?;
        let open = domain::open_balances(view.model().ledger(), &owner, day).count();
        let validated_only = if accepted.recorded.is_none() { answer.transfers.len() } else { 0 };
        answer.remaining = i32::try_from(open - validated_only.min(open)).unwrap_or(i32::MAX);
        Ok(answer)
    }

    async fn settle_case(
        &self,
        metadata: &MetadataMap,
        request: SettleCaseRequest,
    ) -> Result<SettleCaseResponse, Refusal> {
        let accepted = self.carry_out(metadata, request::settle_case(request)).await?;
        let view = self.after(&accepted).await?;
        let case = accepted.facts.iter().find_map(|fact| match &fact.event {
            FundingEvent::CaseSettled(event) => {
                let settled = domain::ledger::Settled {
                    outcome: event.outcome,
                    explanation: event.explanation.clone(),
                    document: fact.document.clone(),
                    on: fact.effective,
                    by: fact.actor.to_string(),
                };
                let case = view.model().ledger().cases().find(event.case)?;
                Some(answers::case_of(&case.opened, case.opened_on, Some(&settled), &self.reference))
            }
            _ => None,
        });
        Ok(SettleCaseResponse { case, receipt: accepted.recorded.map(answers::receipt) })
    }
}

#[tonic::async_trait]
impl funding_ledger_server::FundingLedger for FundingLedger {
    async fn register_owner(
        &self,
        request: Request<RegisterOwnerRequest>,
    ) -> Result<Response<RegisterOwnerResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        Ok(Response::new(self.register_owner(&metadata, message).await?))
    }

    async fn name_successor(
        &self,
        request: Request<NameSuccessorRequest>,
    ) -> Result<Response<RegisterOwnerResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        Ok(Response::new(self.name_successor(&metadata, message).await?))
    }

    async fn register_item(
        &self,
        request: Request<RegisterItemRequest>,
    ) -> Result<Response<RegisterItemResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        Ok(Response::new(self.register_item(&metadata, message).await?))
    }

    async fn transfer(
        &self,
        request: Request<TransferRequest>,
    ) -> Result<Response<TransferResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        Ok(Response::new(self.transfer(&metadata, message).await?))
    }

    async fn batch_transfer(
        &self,
        request: Request<BatchTransferRequest>,
    ) -> Result<Response<BatchTransferResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        Ok(Response::new(self.batch_transfer(&metadata, message).await?))
    }

    async fn reverse_transfer(
        &self,
        request: Request<ReverseTransferRequest>,
    ) -> Result<Response<TransferResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        Ok(Response::new(self.reverse_transfer(&metadata, message).await?))
    }

    async fn hand_over(
        &self,
        request: Request<HandOverRequest>,
    ) -> Result<Response<TransferResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        Ok(Response::new(self.hand_over(&metadata, message).await?))
    }

    async fn settle_case(
        &self,
        request: Request<SettleCaseRequest>,
    ) -> Result<Response<SettleCaseResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        Ok(Response::new(self.settle_case(&metadata, message).await?))
    }

    async fn get_balances(
        &self,
        request: Request<GetBalancesRequest>,
    ) -> Result<Response<GetBalancesResponse>, Status> {
        Ok(Response::new(self.balances(request.into_inner()).await?))
    }

    async fn list_transfers(
        &self,
        request: Request<ListTransfersRequest>,
    ) -> Result<Response<ListTransfersResponse>, Status> {
        Ok(Response::new(self.transfers(request.into_inner()).await?))
    }

    async fn list_owners(
        &self,
        request: Request<ListOwnersRequest>,
    ) -> Result<Response<ListOwnersResponse>, Status> {
        Ok(Response::new(self.owners(request.into_inner())?))
    }

    async fn list_cases(
        &self,
        request: Request<ListCasesRequest>,
    ) -> Result<Response<ListCasesResponse>, Status> {
        Ok(Response::new(self.cases(request.into_inner()).await?))
    }

    async fn list_reference(
        &self,
        _: Request<ListReferenceRequest>,
    ) -> Result<Response<ListReferenceResponse>, Status> {
        Ok(Response::new(reference_lists::all(&self.reference)))
    }
}
