//! A server of the kit with a service that does what each test needs.

#![allow(dead_code, reason = "each test file uses its own part of the support")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

pub(crate) mod http;

use api::progress::{
    CriteriaView, ExplainFigureRequest, ExplainFigureResponse, FundingView, GetCriteriaRequest,
    GetFundingRequest, GetMovementsRequest, GetOverviewRequest, GetPovertyRequest, ListAreasRequest,
    ListAreasResponse, ListCasesRequest, ListCasesResponse, ListTargetsRequest, ListTargetsResponse,
    MovementsView, Overview, PovertyView, WatchProgressRequest, WatchProgressResponse,
    progress_client::ProgressClient,
    progress_server::{Progress, ProgressServer},
};
use service::{
    Refusal, reason, request,
    server::{self, Options, RunningServer, Services},
    with_wire_limits,
};
use std::{net::SocketAddr, pin::Pin, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::Notify};
use tokio_stream::{Stream, StreamExt};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, transport::Channel};

/// No step of a test takes this long; who waits longer fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) const SERVICE: &str = "muctieu.progress.v1.Progress";

/// A call for this area runs until the test releases it.
pub(crate) const SLOW_AREA: &str = "slow";

/// Answers like the progress service, without figures.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stub {
    /// Notified when a slow call has begun.
    pub(crate) entered: Arc<Notify>,
    /// Lets one slow call answer.
    pub(crate) released: Arc<Notify>,
}

#[tonic::async_trait]
impl Progress for Stub {
    /// Takes the consistency token as a request id, so that tests see where request ids go.
    async fn get_poverty(
        &self,
        request: Request<GetPovertyRequest>,
    ) -> Result<Response<PovertyView>, Status> {
        let GetPovertyRequest { area, consistency_token, .. } = request.into_inner();
        if !consistency_token.is_empty() {
            request::request_id(&consistency_token)?;
        }
        if area == SLOW_AREA {
            self.entered.notify_one();
            self.released.notified().await;
        }
        Ok(Response::new(PovertyView { standard: area, ..Default::default() }))
    }

    async fn get_movements(
        &self,
        _: Request<GetMovementsRequest>,
    ) -> Result<Response<MovementsView>, Status> {
        Err(Refusal::new(&reason::UNKNOWN_AREA).with("area", "99999").at("area").into())
    }

    async fn list_targets(
        &self,
        _: Request<ListTargetsRequest>,
    ) -> Result<Response<ListTargetsResponse>, Status> {
        Ok(Response::new(ListTargetsResponse::default()))
    }

    async fn explain_figure(
        &self,
        _: Request<ExplainFigureRequest>,
    ) -> Result<Response<ExplainFigureResponse>, Status> {
        Err(Status::internal("a cause that callers must not see"))
    }

    type WatchProgressStream = Pin<Box<dyn Stream<Item = Result<WatchProgressResponse, Status>> + Send>>;

    /// One message, then nothing for ever.
    async fn watch_progress(
        &self,
        _: Request<WatchProgressRequest>,
    ) -> Result<Response<Self::WatchProgressStream>, Status> {
        let first = WatchProgressResponse { resume_token: "1".to_owned(), ..Default::default() };
        let stream = tokio_stream::once(Ok(first)).chain(tokio_stream::pending());
        Ok(Response::new(Box::pin(stream)))
    }

    async fn list_areas(&self, _: Request<ListAreasRequest>) -> Result<Response<ListAreasResponse>, Status> {
        Err(Refusal::new(&reason::INTERNAL).into())
    }

    async fn get_overview(&self, _: Request<GetOverviewRequest>) -> Result<Response<Overview>, Status> {
        Ok(Response::new(Overview::default()))
    }

    async fn get_criteria(&self, _: Request<GetCriteriaRequest>) -> Result<Response<CriteriaView>, Status> {
        Ok(Response::new(CriteriaView::default()))
    }

    async fn get_funding(&self, _: Request<GetFundingRequest>) -> Result<Response<FundingView>, Status> {
        Ok(Response::new(FundingView::default()))
    }

    async fn list_cases(&self, _: Request<ListCasesRequest>) -> Result<Response<ListCasesResponse>, Status> {
        Ok(Response::new(ListCasesResponse::default()))
    }
}

/// A server with the stub, on a port of its own.
pub(crate) struct Fixture {
    pub(crate) stub: Stub,
    pub(crate) shutdown: CancellationToken,
    pub(crate) server: RunningServer,
}

pub(crate) fn options() -> Options {
    Options {
        message_bytes_max: 64 * 1024,
        concurrent_requests_max: 64,
        request_time_max: PATIENCE,
        drain: PATIENCE,
        allowed_origins: Vec::new(),
        demo_today: None,
    }
}

impl Fixture {
    pub(crate) async fn start(options: Options) -> Self {
        let stub = Stub::default();
        let shutdown = CancellationToken::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let progress = with_wire_limits!(ProgressServer::new(stub.clone()), options.message_bytes_max);
        let services = Services::new(api::FILE_DESCRIPTOR_SET).with(progress);
        let server = server::start(listener, services, &options, &shutdown).await.unwrap();
        Self { stub, shutdown, server }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    pub(crate) async fn channel(&self) -> Channel {
        let uri = format!("http://{}", self.address());
        Channel::from_shared(uri).unwrap().connect().await.unwrap()
    }

    pub(crate) async fn client(&self) -> ProgressClient<Channel> {
        ProgressClient::new(self.channel().await)
    }

    /// A call that runs by the time this returns.
    pub(crate) async fn slow_call(&self) -> tokio::task::JoinHandle<Result<PovertyView, Status>> {
        let mut client = self.client().await;
        let call =
            tokio::spawn(async move { Ok(client.get_poverty(poverty_of(SLOW_AREA)).await?.into_inner()) });
        within(self.stub.entered.notified()).await;
        call
    }
}

pub(crate) fn poverty_of(area: &str) -> GetPovertyRequest {
    GetPovertyRequest { area: area.to_owned(), ..Default::default() }
}

/// The future's value; the test fails where it takes longer than any step may.
pub(crate) async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(PATIENCE, future).await.expect("this step ends in time")
}

pub(crate) fn reason_of(status: &Status) -> String {
    use tonic_types::StatusExt;
    let details = status.get_error_details();
    details.error_info().map_or_else(|| format!("no reason: {status:?}"), |info| info.reason.clone())
}
