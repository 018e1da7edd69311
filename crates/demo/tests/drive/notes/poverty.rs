use super::{Notes, writes_only};
use api::{
    poverty::{
        BatchRecordAssessmentsRequest, BatchRegisterHouseholdsRequest, BatchWriteHouseholdsResponse,
        BatchWriteResult, ChangeMembersRequest, GetHouseholdRequest, Household, ListHouseholdsRequest,
        ListHouseholdsResponse, MoveHouseholdRequest, RecordAssessmentRequest, RegisterHouseholdRequest,
        SearchHouseholdsRequest, SearchHouseholdsResponse, WriteHouseholdResponse,
        batch_write_result::Result as Item, poverty_registry_server::PovertyRegistry,
    },
    types::{CommandHeader, WriteReceipt},
};
use tonic::{Request, Response, Status};

fn written(receipt: WriteReceipt) -> WriteHouseholdResponse {
    WriteHouseholdResponse { receipt: Some(receipt), ..WriteHouseholdResponse::default() }
}

impl Notes {
    async fn batch(&self, headers: Vec<Option<CommandHeader>>) -> Response<BatchWriteHouseholdsResponse> {
        tokio::task::yield_now().await;
        let mut last = 0;
        let items = headers.into_iter().map(|header| match self.note("poverty", header) {
            Ok(receipt) => {
                last = last.max(receipt.position);
                Item::Accepted(written(receipt))
            }
            Err(refusal) => Item::Refused(refusal),
        });
        let results: Vec<_> = items.map(|item| BatchWriteResult { result: Some(item) }).collect();
        self.leave();
        Response::new(BatchWriteHouseholdsResponse { results, consistency_token: format!("poverty={last}") })
    }
}

#[tonic::async_trait]
impl PovertyRegistry for Notes {
    async fn batch_register_households(
        &self,
        request: Request<BatchRegisterHouseholdsRequest>,
    ) -> Result<Response<BatchWriteHouseholdsResponse>, Status> {
        let requests = self.enter(request).requests;
        Ok(self.batch(requests.into_iter().map(|request| request.header).collect()).await)
    }

    async fn batch_record_assessments(
        &self,
        request: Request<BatchRecordAssessmentsRequest>,
    ) -> Result<Response<BatchWriteHouseholdsResponse>, Status> {
        let requests = self.enter(request).requests;
        Ok(self.batch(requests.into_iter().map(|request| request.header).collect()).await)
    }

    async fn change_members(
        &self,
        request: Request<ChangeMembersRequest>,
    ) -> Result<Response<WriteHouseholdResponse>, Status> {
        let (_, receipt) = self.single("poverty", request, |request| request.header.take()).await?;
        Ok(Response::new(written(receipt)))
    }

    async fn move_household(
        &self,
        request: Request<MoveHouseholdRequest>,
    ) -> Result<Response<WriteHouseholdResponse>, Status> {
        let (_, receipt) = self.single("poverty", request, |request| request.header.take()).await?;
        Ok(Response::new(written(receipt)))
    }

    async fn register_household(
        &self,
        _: Request<RegisterHouseholdRequest>,
    ) -> Result<Response<WriteHouseholdResponse>, Status> {
        writes_only()
    }

    async fn record_assessment(
        &self,
        _: Request<RecordAssessmentRequest>,
    ) -> Result<Response<WriteHouseholdResponse>, Status> {
        writes_only()
    }

    async fn get_household(&self, _: Request<GetHouseholdRequest>) -> Result<Response<Household>, Status> {
        writes_only()
    }

    async fn list_households(
        &self,
        request: Request<ListHouseholdsRequest>,
    ) -> Result<Response<ListHouseholdsResponse>, Status> {
        self.enter(request);
        self.leave();
        Ok(Response::new(ListHouseholdsResponse::default()))
    }

    async fn search_households(
        &self,
        _: Request<SearchHouseholdsRequest>,
    ) -> Result<Response<SearchHouseholdsResponse>, Status> {
        writes_only()
    }
}
