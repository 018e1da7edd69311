use super::{Notes, writes_only};
use api::rural::{
    AcknowledgeTitleRequest, AssessAreaRequest, AssessAreaResponse, BatchAssessAreaResult,
    BatchAssessAreasRequest, BatchAssessAreasResponse, BatchRecordObservationsRequest,
    BatchWriteObservationResult, BatchWriteObservationsResponse, DecideListingRequest, DecideListingResponse,
    GetStandingRequest, ListCriteriaSetsRequest, ListCriteriaSetsResponse, ListObservationsRequest,
    ListObservationsResponse, Observation, RecogniseTitleRequest, RecordObservationRequest,
    RevokeTitleRequest, Standing, WriteObservationResponse, WriteTitleResponse, batch_assess_area_result,
    batch_write_observation_result, rural_criteria_server::RuralCriteria,
};
use tonic::{Request, Response, Status};

const SERVICE: &str = "rural";

#[tonic::async_trait]
impl RuralCriteria for Notes {
    async fn batch_record_observations(
        &self,
        request: Request<BatchRecordObservationsRequest>,
    ) -> Result<Response<BatchWriteObservationsResponse>, Status> {
        use batch_write_observation_result::Result as Item;
        let requests = self.enter(request).requests;
        tokio::task::yield_now().await;
        let (mut results, mut last) = (Vec::new(), 0);
        for request in requests {
            let id = request.header.as_ref().unwrap().request_id.clone();
            let result = match self.note(SERVICE, request.header) {
                Ok(receipt) => {
                    last = last.max(receipt.position);
                    if !request.corrects.is_empty() {
                        let of = request.corrects.strip_prefix("observations/of-").unwrap();
                        self.write(|noted| {
                            assert!(noted.recorded.contains_key(of), "{of} was recorded");
                            noted.corrected.push(of.to_owned());
                        });
                    }
                    let name = format!("observations/of-{id}");
                    let observation = Some(Observation { name, ..Observation::default() });
                    Item::Accepted(WriteObservationResponse { observation, receipt: Some(receipt) })
                }
                Err(refusal) => Item::Refused(refusal),
            };
            results.push(BatchWriteObservationResult { result: Some(result) });
        }
        self.leave();
        let consistency_token = format!("{SERVICE}={last}");
        Ok(Response::new(BatchWriteObservationsResponse { results, consistency_token }))
    }

    async fn batch_assess_areas(
        &self,
        request: Request<BatchAssessAreasRequest>,
    ) -> Result<Response<BatchAssessAreasResponse>, Status> {
        use batch_assess_area_result::Result as Item;
        let requests = self.enter(request).requests;
        tokio::task::yield_now().await;
        let (mut results, mut last) = (Vec::new(), 0);
        for request in requests {
            self.read_poverty(request.consistency_token);
            let result = match self.note(SERVICE, request.header) {
                Ok(receipt) => {
                    last = last.max(receipt.position);
                    Item::Accepted(AssessAreaResponse {
                        receipt: Some(receipt),
                        ..AssessAreaResponse::default()
                    })
                }
                Err(refusal) => Item::Refused(refusal),
            };
            results.push(BatchAssessAreaResult { result: Some(result) });
        }
        self.leave();
        let consistency_token = format!("{SERVICE}={last}");
        Ok(Response::new(BatchAssessAreasResponse { results, consistency_token }))
    }

    async fn recognise_title(
        &self,
        request: Request<RecogniseTitleRequest>,
    ) -> Result<Response<WriteTitleResponse>, Status> {
        let (_, receipt) = self.single(SERVICE, request, |request| request.header.take()).await?;
        Ok(Response::new(WriteTitleResponse { receipt: Some(receipt), ..WriteTitleResponse::default() }))
    }

    async fn acknowledge_title(
        &self,
        request: Request<AcknowledgeTitleRequest>,
    ) -> Result<Response<WriteTitleResponse>, Status> {
        let (_, receipt) = self.single(SERVICE, request, |request| request.header.take()).await?;
        Ok(Response::new(WriteTitleResponse { receipt: Some(receipt), ..WriteTitleResponse::default() }))
    }

    async fn revoke_title(
        &self,
        request: Request<RevokeTitleRequest>,
    ) -> Result<Response<WriteTitleResponse>, Status> {
        let (_, receipt) = self.single(SERVICE, request, |request| request.header.take()).await?;
        Ok(Response::new(WriteTitleResponse { receipt: Some(receipt), ..WriteTitleResponse::default() }))
    }

    async fn decide_listing(
        &self,
        request: Request<DecideListingRequest>,
    ) -> Result<Response<DecideListingResponse>, Status> {
        let (_, receipt) = self.single(SERVICE, request, |request| request.header.take()).await?;
        Ok(Response::new(DecideListingResponse {
            receipt: Some(receipt),
            ..DecideListingResponse::default()
        }))
    }

    async fn list_criteria_sets(
        &self,
        request: Request<ListCriteriaSetsRequest>,
    ) -> Result<Response<ListCriteriaSetsResponse>, Status> {
        self.enter(request);
        self.leave();
        Ok(Response::new(ListCriteriaSetsResponse::default()))
    }

    async fn record_observation(
        &self,
        _: Request<RecordObservationRequest>,
    ) -> Result<Response<WriteObservationResponse>, Status> {
        writes_only()
    }

    async fn assess_area(
        &self,
        _: Request<AssessAreaRequest>,
    ) -> Result<Response<AssessAreaResponse>, Status> {
        writes_only()
    }

    async fn get_standing(&self, _: Request<GetStandingRequest>) -> Result<Response<Standing>, Status> {
        writes_only()
    }

    async fn list_observations(
        &self,
        _: Request<ListObservationsRequest>,
    ) -> Result<Response<ListObservationsResponse>, Status> {
        writes_only()
    }
}
