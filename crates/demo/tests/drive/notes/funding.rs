use super::{Notes, writes_only};
use api::funding::{
    BatchTransferRequest, BatchTransferResponse, BatchTransferResult, Case, GetBalancesRequest,
    GetBalancesResponse, HandOverRequest, ListCasesRequest, ListCasesResponse, ListOwnersRequest,
    ListOwnersResponse, ListReferenceRequest, ListReferenceResponse, ListTransfersRequest,
    ListTransfersResponse, NameSuccessorRequest, RegisterItemRequest, RegisterItemResponse,
    RegisterOwnerRequest, RegisterOwnerResponse, ReverseTransferRequest, SettleCaseRequest,
    SettleCaseResponse, Transfer, TransferRequest, TransferResponse, batch_transfer_result,
    funding_ledger_server::FundingLedger, register_item_request::What,
};
use tonic::{Request, Response, Status};

const SERVICE: &str = "funding";
/// Cases of a page.
const PAGE: usize = 7;

#[tonic::async_trait]
impl FundingLedger for Notes {
    async fn register_owner(
        &self,
        request: Request<RegisterOwnerRequest>,
    ) -> Result<Response<RegisterOwnerResponse>, Status> {
        let (_, receipt) = self.single(SERVICE, request, |request| request.header.take()).await?;
        Ok(Response::new(RegisterOwnerResponse {
            receipt: Some(receipt),
            ..RegisterOwnerResponse::default()
        }))
    }

    async fn name_successor(
        &self,
        request: Request<NameSuccessorRequest>,
    ) -> Result<Response<RegisterOwnerResponse>, Status> {
        let (_, receipt) = self.single(SERVICE, request, |request| request.header.take()).await?;
        Ok(Response::new(RegisterOwnerResponse {
            receipt: Some(receipt),
            ..RegisterOwnerResponse::default()
        }))
    }

    async fn register_item(
        &self,
        request: Request<RegisterItemRequest>,
    ) -> Result<Response<RegisterItemResponse>, Status> {
        let (request, receipt) = self.single(SERVICE, request, |request| request.header.take()).await?;
        if let Some(What::Support(_)) = request.what {
            self.write(|noted| noted.supports.push(format!("items/{}", request.item_id)));
        }
        Ok(Response::new(RegisterItemResponse { receipt: Some(receipt), ..RegisterItemResponse::default() }))
    }

    async fn batch_transfer(
        &self,
        request: Request<BatchTransferRequest>,
    ) -> Result<Response<BatchTransferResponse>, Status> {
        use batch_transfer_result::Result as Item;
        let requests = self.enter(request).requests;
        tokio::task::yield_now().await;
        let (mut results, mut last) = (Vec::new(), 0);
        for request in requests {
            if !request.consistency_token.is_empty() {
                self.read_poverty(request.consistency_token);
            }
            let id = request.header.as_ref().unwrap().request_id.clone();
            let result = match self.note(SERVICE, request.header) {
                Ok(receipt) => {
                    last = last.max(receipt.position);
                    let transfers =
                        vec![Transfer { name: format!("transfers/of-{id}"), ..Transfer::default() }];
                    Item::Accepted(TransferResponse {
                        transfers,
                        receipt: Some(receipt),
                        ..TransferResponse::default()
                    })
                }
                Err(refusal) => Item::Refused(refusal),
            };
            results.push(BatchTransferResult { result: Some(result) });
        }
        self.leave();
        let consistency_token = format!("{SERVICE}={last}");
        Ok(Response::new(BatchTransferResponse { results, consistency_token }))
    }

    async fn reverse_transfer(
        &self,
        request: Request<ReverseTransferRequest>,
    ) -> Result<Response<TransferResponse>, Status> {
        let (request, receipt) = self.single(SERVICE, request, |request| request.header.take()).await?;
        let of = request.transfer.strip_prefix("transfers/of-").unwrap();
        self.write(|noted| {
            assert!(noted.recorded.contains_key(of), "{of} was recorded");
            noted.reversed.push(of.to_owned());
        });
        Ok(Response::new(TransferResponse { receipt: Some(receipt), ..TransferResponse::default() }))
    }

    async fn hand_over(
        &self,
        request: Request<HandOverRequest>,
    ) -> Result<Response<TransferResponse>, Status> {
        let (request, receipt) = self.single(SERVICE, request, |request| request.header.take()).await?;
        let remaining = self.write(|noted| {
            let most = noted.hand_over_in.max(1);
            let times = noted.handed_over.entry(request.owner).or_default();
            *times = (*times + 1).min(most);
            most - *times
        });
        Ok(Response::new(TransferResponse {
            receipt: Some(receipt),
            remaining,
            ..TransferResponse::default()
        }))
    }

    async fn settle_case(
        &self,
        request: Request<SettleCaseRequest>,
    ) -> Result<Response<SettleCaseResponse>, Status> {
        let (request, receipt) = self.single(SERVICE, request, |request| request.header.take()).await?;
        self.write(|noted| noted.settled.push(request.case));
        Ok(Response::new(SettleCaseResponse { receipt: Some(receipt), ..SettleCaseResponse::default() }))
    }

    /// A case about every support, page by page.
    async fn list_cases(
        &self,
        request: Request<ListCasesRequest>,
    ) -> Result<Response<ListCasesResponse>, Status> {
        let request = self.enter(request);
        let start: usize = request.page_token.parse().unwrap_or(0);
        let (cases, all) = self.read(|noted| {
            let page = noted.supports.iter().skip(start).take(PAGE);
            let case = |item: &String| Case {
                name: item.replace("items/", "cases/"),
                rule: request.rule.clone(),
                lines: vec![item.clone()],
                ..Case::default()
            };
            (page.map(case).collect(), noted.supports.len())
        });
        self.leave();
        let next = start + PAGE;
        let next_page_token = if next < all { next.to_string() } else { String::new() };
        Ok(Response::new(ListCasesResponse { cases, next_page_token }))
    }

    async fn list_owners(
        &self,
        request: Request<ListOwnersRequest>,
    ) -> Result<Response<ListOwnersResponse>, Status> {
        self.enter(request);
        self.leave();
        Ok(Response::new(ListOwnersResponse::default()))
    }

    async fn transfer(&self, _: Request<TransferRequest>) -> Result<Response<TransferResponse>, Status> {
        writes_only()
    }

    async fn get_balances(
        &self,
        _: Request<GetBalancesRequest>,
    ) -> Result<Response<GetBalancesResponse>, Status> {
        writes_only()
    }

    async fn list_transfers(
        &self,
        _: Request<ListTransfersRequest>,
    ) -> Result<Response<ListTransfersResponse>, Status> {
        writes_only()
    }

    async fn list_reference(
        &self,
        _: Request<ListReferenceRequest>,
    ) -> Result<Response<ListReferenceResponse>, Status> {
        writes_only()
    }
}
