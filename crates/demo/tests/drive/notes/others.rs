use super::{Notes, writes_only};
use api::progress::{
    CriteriaView, ExplainFigureRequest, ExplainFigureResponse, FundingView, GetCriteriaRequest,
    GetFundingRequest, GetMovementsRequest, GetOverviewRequest, GetPovertyRequest, ListAreasRequest,
    ListAreasResponse, ListCasesRequest, ListCasesResponse, ListTargetsRequest, ListTargetsResponse,
    MovementsView, Overview, PovertyView, WatchProgressRequest, WatchProgressResponse,
    progress_server::Progress,
};
use tokio_stream::Empty;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl Progress for Notes {
    type WatchProgressStream = Empty<Result<WatchProgressResponse, Status>>;

    async fn list_areas(
        &self,
        request: Request<ListAreasRequest>,
    ) -> Result<Response<ListAreasResponse>, Status> {
        self.enter(request);
        self.leave();
        Ok(Response::new(ListAreasResponse::default()))
    }

    async fn get_overview(&self, _: Request<GetOverviewRequest>) -> Result<Response<Overview>, Status> {
        writes_only()
    }

    async fn get_poverty(&self, _: Request<GetPovertyRequest>) -> Result<Response<PovertyView>, Status> {
        writes_only()
    }

    async fn get_movements(
        &self,
        _: Request<GetMovementsRequest>,
    ) -> Result<Response<MovementsView>, Status> {
        writes_only()
    }

    async fn get_criteria(&self, _: Request<GetCriteriaRequest>) -> Result<Response<CriteriaView>, Status> {
        writes_only()
    }

    async fn get_funding(&self, _: Request<GetFundingRequest>) -> Result<Response<FundingView>, Status> {
        writes_only()
    }

    async fn list_cases(&self, _: Request<ListCasesRequest>) -> Result<Response<ListCasesResponse>, Status> {
        writes_only()
    }

    async fn list_targets(
        &self,
        _: Request<ListTargetsRequest>,
    ) -> Result<Response<ListTargetsResponse>, Status> {
        writes_only()
    }

    async fn explain_figure(
        &self,
        _: Request<ExplainFigureRequest>,
    ) -> Result<Response<ExplainFigureResponse>, Status> {
        writes_only()
    }

    async fn watch_progress(
        &self,
        _: Request<WatchProgressRequest>,
    ) -> Result<Response<Self::WatchProgressStream>, Status> {
        writes_only()
    }
}
