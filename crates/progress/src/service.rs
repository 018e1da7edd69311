//! The gRPC service of `progress.proto`.

use crate::funding::Books;
use crate::views::{self, Grounds, Snapshots, Sources, Watching, from_projection, from_task};
use api::progress::{self as proto, progress_server};
use futures::{StreamExt, stream::BoxStream};
use kernel::SharedClock;
use poverty_view::model::Placing;
use reference::Reference;
use service::{Refusal, server::Gate};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};
use tracing::Instrument as _;

/// Bounds of the service.
#[derive(Clone, Copy, Debug)]
pub struct ProgressOptions {
    /// How long a read with a consistency token waits at most.
    pub wait_max: Duration,
    /// After how long without a change a watcher is told that nothing changed.
    pub bookmark_every: Duration,
    /// Watchers at one time at most.
    pub watches_max: usize,
    /// From one view to the next that a watcher is told at least: what came meanwhile is told together.
    pub watch_interval: Duration,
    /// Facts of one page of an explanation at most.
    pub page_size_max: usize,
}

impl Default for ProgressOptions {
    fn default() -> Self {
        Self {
            wait_max: Duration::from_secs(5),
            bookmark_every: Duration::from_secs(5),
            watches_max: 256,
            watch_interval: Duration::from_millis(200),
            page_size_max: 1_000,
        }
    }
}

/// Explanations that are computed at one time, the others wait: one may read a hundred thousand facts, and views find
/// connections beside them.
const EXPLANATIONS_AT_ONCE: usize = 2;

/// Answers from the read models of its sources. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Progress {
    grounds: Grounds,
    sources: Sources,
    options: ProgressOptions,
    watches: Gate,
    explanations: Gate,
    stop: CancellationToken,
}

impl Progress {
    /// The service over the read models' databases, which projectors carry on elsewhere. Cancelling `stop` ends all
    /// watches.
    pub fn new(
        sources: Sources,
        reference: Arc<Reference>,
        clock: SharedClock,
        options: ProgressOptions,
        stop: CancellationToken,
    ) -> Self {
        let placing = Arc::new(Placing::new(&reference.areas));
        let books = Arc::new(Books::new(&reference.areas));
        Self {
            grounds: Grounds { reference, placing, books, clock },
            sources,
            options,
            watches: Gate::new(options.watches_max, "watch streams"),
            explanations: Gate::new(EXPLANATIONS_AT_ONCE, "explanations"),
            stop,
        }
    }

    /// The sources, once they are as fresh as the token asks.
    async fn fresh(&self, consistency_token: &str) -> Result<&Sources, Refusal> {
        self.sources.fresh(consistency_token, self.options.wait_max).await?;
        Ok(&self.sources)
    }

    /// One state of each source.
    async fn snapshots(&self, consistency_token: &str) -> Result<Snapshots, Refusal> {
        self.fresh(consistency_token).await?.snapshots().await
    }
}

#[tonic::async_trait]
impl progress_server::Progress for Progress {
    type WatchProgressStream = BoxStream<'static, Result<proto::WatchProgressResponse, Status>>;

    async fn get_poverty(
        &self,
        request: Request<proto::GetPovertyRequest>,
    ) -> Result<Response<proto::PovertyView>, Status> {
        let request = request.into_inner();
        let sources = self.fresh(&request.consistency_token).await?;
        Ok(Response::new(views::poverty(&self.grounds, &sources.poverty, &request).await?))
    }

    async fn get_movements(
        &self,
        request: Request<proto::GetMovementsRequest>,
    ) -> Result<Response<proto::MovementsView>, Status> {
        let request = request.into_inner();
        let sources = self.fresh(&request.consistency_token).await?;
        let mut snapshot = sources.poverty.snapshot().await.map_err(from_projection)?;
        Ok(Response::new(views::movements(&self.grounds, &mut snapshot, &request).await?))
    }

    async fn list_targets(
        &self,
        request: Request<proto::ListTargetsRequest>,
    ) -> Result<Response<proto::ListTargetsResponse>, Status> {
        let request = request.into_inner();
        let mut snapshots = self.snapshots(&request.consistency_token).await?;
        Ok(Response::new(views::list_targets(&self.grounds, &mut snapshots, &request).await?))
    }

    async fn get_overview(
        &self,
        request: Request<proto::GetOverviewRequest>,
    ) -> Result<Response<proto::Overview>, Status> {
        let request = request.into_inner();
        let snapshots = self.snapshots(&request.consistency_token).await?;
        Ok(Response::new(views::overview(&self.grounds, snapshots, &request).await?))
    }

    async fn get_criteria(
        &self,
        request: Request<proto::GetCriteriaRequest>,
    ) -> Result<Response<proto::CriteriaView>, Status> {
        let request = request.into_inner();
        let sources = self.fresh(&request.consistency_token).await?;
        let mut snapshot = sources.rural.snapshot().await.map_err(from_projection)?;
        Ok(Response::new(views::criteria(&self.grounds, &mut snapshot, &request).await?))
    }

    async fn get_funding(
        &self,
        request: Request<proto::GetFundingRequest>,
    ) -> Result<Response<proto::FundingView>, Status> {
        let request = request.into_inner();
        let sources = self.fresh(&request.consistency_token).await?;
        let mut snapshot = sources.funding.snapshot().await.map_err(from_projection)?;
        Ok(Response::new(views::funding(&self.grounds, &mut snapshot, &request).await?))
    }

    async fn list_cases(
        &self,
        request: Request<proto::ListCasesRequest>,
    ) -> Result<Response<proto::ListCasesResponse>, Status> {
        let request = request.into_inner();
        let sources = self.fresh(&request.consistency_token).await?;
        let mut snapshot = sources.funding.snapshot().await.map_err(from_projection)?;
        let page_size_max = self.options.page_size_max;
        Ok(Response::new(views::list_cases(&self.grounds, &mut snapshot, &request, page_size_max).await?))
    }

    async fn explain_figure(
        &self,
        request: Request<proto::ExplainFigureRequest>,
    ) -> Result<Response<proto::ExplainFigureResponse>, Status> {
        let place = self.explanations.wait().await?;
        let mut snapshots = self.snapshots("").await?;
        let (grounds, request) = (self.grounds.clone(), request.into_inner());
        let page_size_max = self.options.page_size_max;
        // The database ends a statement even where the caller has gone: only then is the place free.
        let explaining = async move {
            let explained = views::explain(&grounds, &mut snapshots, &request, page_size_max).await;
            drop(place);
            explained
        };
        Ok(Response::new(tokio::spawn(explaining.in_current_span()).await.map_err(from_task)??))
    }

    async fn watch_progress(
        &self,
        request: Request<proto::WatchProgressRequest>,
    ) -> Result<Response<Self::WatchProgressStream>, Status> {
        let watching = Watching {
            grounds: self.grounds.clone(),
            sources: self.sources.clone(),
            request: request.into_inner(),
            bookmark_every: self.options.bookmark_every,
            interval: self.options.watch_interval,
            stop: self.stop.clone(),
            _place: self.watches.enter()?,
        };
        let told = views::watch(watching)?;
        Ok(Response::new(told.map(|item| item.map_err(Status::from)).boxed()))
    }

    async fn list_areas(
        &self,
        request: Request<proto::ListAreasRequest>,
    ) -> Result<Response<proto::ListAreasResponse>, Status> {
        Ok(Response::new(views::list_areas(&self.grounds, request.get_ref())?))
    }
}
