//! The gRPC service: requests in, answers out, one call each.

use crate::{
    RuralModel, answers,
    domain::{Command, Known, Viewpoint},
    lists::{self, ObservationsQuery},
    poverty, request, sets,
    standing::{self, Asked},
    title_answers,
};
use api::rural::{
    AcknowledgeTitleRequest, AssessAreaRequest, AssessAreaResponse, BatchAssessAreaResult,
    BatchAssessAreasRequest, BatchAssessAreasResponse, BatchRecordObservationsRequest,
    BatchWriteObservationResult, BatchWriteObservationsResponse, DecideListingRequest, DecideListingResponse,
    GetStandingRequest, ListCriteriaSetsRequest, ListCriteriaSetsResponse, ListObservationsRequest,
    ListObservationsResponse, RecogniseTitleRequest, RecordObservationRequest, RevokeTitleRequest, Standing,
    WriteObservationResponse, WriteTitleResponse, batch_assess_area_result, batch_write_observation_result,
    rural_criteria_server,
};
use decider::{Accepted, Desk, Intent, View};
use events::rural::RuralEvent;
use kernel::{AreaKey, Date, SharedClock};
use poverty_view::PovertyView;
use reference::Reference;
use service::{
    Refusal, reason,
    request::{ConsistencyToken, Page, PageSizes, QueryHash, actor, fields},
};
use std::{
    mem,
    sync::Arc,
    time::{Duration, Instant},
};
use tonic::{Request, Response, Status, metadata::MetadataMap};

/// The context's name in consistency tokens, checkpoints and on the bus.
pub const CONTEXT: &str = "rural";

const PAGE_SIZE_DEFAULT: usize = 100;

/// Rural criteria as a gRPC service. Cheap to clone.
#[derive(Clone, Debug)]
pub struct RuralCriteria {
    desk: Desk<RuralModel>,
    poverty: PovertyView,
    reference: Arc<Reference>,
    clock: SharedClock,
    batch_items_max: usize,
    page_sizes: PageSizes,
    consistency_wait_max: Duration,
}

type Outcome = Result<Accepted<RuralEvent>, Refusal>;

impl RuralCriteria {
    pub(crate) fn of(
        desk: Desk<RuralModel>,
        poverty: PovertyView,
        reference: Arc<Reference>,
        clock: SharedClock,
        limits: &service::config::Limits,
    ) -> Self {
        Self {
            desk,
            poverty,
            reference,
            clock,
            batch_items_max: limits.batch_items_max,
            page_sizes: PageSizes { default: PAGE_SIZE_DEFAULT, max: limits.page_size_max },
            consistency_wait_max: limits.consistency_wait_max,
        }
    }

    fn today(&self) -> Date {
        self.clock.now().day()
    }

    async fn write(&self, metadata: &MetadataMap, intent: Result<Intent<Command>, Refusal>) -> Outcome {
        self.desk.execute_one(&actor(metadata)?, intent).await
    }

    /// One outcome for each item, in order; what could not be read is refused at its place.
    async fn write_batch(
        &self,
        metadata: &MetadataMap,
        items: Vec<Result<Intent<Command>, Refusal>>,
    ) -> Result<Vec<Outcome>, Refusal> {
        let outcomes = self.desk.execute(&actor(metadata)?, items).await.into_iter().enumerate();
        let at_place = |(index, outcome): (usize, Outcome)| {
            outcome.map_err(|refusal| refusal.under(&format!("requests[{index}]")))
        };
        Ok(outcomes.map(at_place).collect())
    }

    /// The criteria with at least what was recorded.
    async fn after(&self, accepted: &Accepted<RuralEvent>) -> Result<View<'_, RuralModel>, Refusal> {
        self.desk.read_after(accepted, self.consistency_wait_max).await
    }

    fn check_size(&self, count: usize) -> Result<(), Refusal> {
        if count <= self.batch_items_max {
            return Ok(());
        }
        let refusal = Refusal::new(&reason::TOO_MANY_ITEMS);
        Err(refusal.with("count", count).with("max", self.batch_items_max).at("requests"))
    }

    /// An assessment with what the poverty registry says of the unit, for which it waits until the deadline.
    async fn assessment(
        &self,
        request: AssessAreaRequest,
        deadline: Instant,
    ) -> Result<Intent<Command>, Refusal> {
        let token = ConsistencyToken::parse(&request.consistency_token)?;
        let mut intent = request::assessment(request)?;
        let (view, wait_max) = (&self.poverty, deadline.saturating_duration_since(Instant::now()));
        poverty::inform(&mut intent.command, view, &self.reference, &token, wait_max, self.today()).await?;
        Ok(intent)
    }

    fn known_area(&self, name: &str) -> Result<AreaKey, Refusal> {
        let key = fields::area_key("area", name)?;
        if self.reference.areas.get(&key).is_none() {
            return Err(crate::refusals::unknown_area(&key));
        }
        Ok(key)
    }

    async fn standing(&self, request: GetStandingRequest) -> Result<Standing, Refusal> {
        let token = ConsistencyToken::parse(&request.consistency_token)?;
        let today = self.today();
        let area = self.known_area(&request.area)?;
        request::known_set(&self.reference, "set", &request.set)?;
        let as_at = fields::date_or("as_at", &request.as_at, today)?;
        let known_on = fields::date_or("known_on", &request.known_on, today)?;
        let known = if request.known_on.is_empty() { Known::Everything } else { Known::by(known_on) };
        poverty::caught_up(&self.poverty, &token, self.consistency_wait_max).await?;
        let poverty = poverty::seen(&self.poverty, &area, as_at, known_on).await?;
        let position = token.position(CONTEXT).unwrap_or_default();
        let state = self.desk.read_from(position, self.consistency_wait_max).await?;
        let set = (!request.set.is_empty()).then_some(request.set.as_str());
        let asked = Asked { area, set, view: Viewpoint { as_at, known }, poverty };
        Ok(Standing {
            as_at: as_at.to_string(),
            known_on: known_on.to_string(),
            position: state.position(),
            ..standing::standing(state.model().units(), &self.reference, &asked)
        })
    }

    async fn observations(
        &self,
        mut request: ListObservationsRequest,
    ) -> Result<ListObservationsResponse, Refusal> {
        let token = ConsistencyToken::parse(&mem::take(&mut request.consistency_token))?;
        let (page_size, page_token) = (mem::take(&mut request.page_size), mem::take(&mut request.page_token));
        let hash = QueryHash::of("ListObservations", &request);
        let page: Page<u64> = Page::parse(self.page_sizes, page_size, &page_token, hash)?;
        let area = self.known_area(&request.area)?;
        request::known_set(&self.reference, "set", &request.set)?;
        let position = token.position(CONTEXT).unwrap_or_default();
        let state = self.desk.read_from(position, self.consistency_wait_max).await?;
        let query = ObservationsQuery { area: &area, set: &request.set, indicator: &request.indicator };
        lists::observations(state.model().units(), &self.reference, query, &page)
    }
}

/// The token that covers every accepted item; empty where nothing was accepted.
fn batch_token(outcomes: &[Outcome]) -> String {
    let last = last_position(outcomes);
    if last > 0 { ConsistencyToken::of(CONTEXT, last).to_string() } else { String::new() }
}

/// The last position of what was recorded; 0 where nothing was.
fn last_position(outcomes: &[Outcome]) -> u64 {
    outcomes.iter().flatten().map(Accepted::last_position).max().unwrap_or(0)
}

#[tonic::async_trait]
impl rural_criteria_server::RuralCriteria for RuralCriteria {
    async fn record_observation(
        &self,
        request: Request<RecordObservationRequest>,
    ) -> Result<Response<WriteObservationResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        let accepted = self.write(&metadata, request::observation(message)).await?;
        Ok(Response::new(answers::observation_written(&accepted, &self.reference)))
    }

    async fn batch_record_observations(
        &self,
        request: Request<BatchRecordObservationsRequest>,
    ) -> Result<Response<BatchWriteObservationsResponse>, Status> {
        use batch_write_observation_result::Result as Item;
        let (metadata, _, message) = request.into_parts();
        self.check_size(message.requests.len())?;
        let items = message.requests.into_iter().map(request::observation).collect();
        let outcomes = self.write_batch(&metadata, items).await?;
        let consistency_token = batch_token(&outcomes);
        let result = |outcome: Outcome| BatchWriteObservationResult {
            result: Some(match outcome {
                Ok(accepted) => Item::Accepted(answers::observation_written(&accepted, &self.reference)),
                Err(refusal) => Item::Refused(refusal.into()),
            }),
        };
        let results = outcomes.into_iter().map(result).collect();
        Ok(Response::new(BatchWriteObservationsResponse { results, consistency_token }))
    }

    async fn assess_area(
        &self,
        request: Request<AssessAreaRequest>,
    ) -> Result<Response<AssessAreaResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        let intent = self.assessment(message, Instant::now() + self.consistency_wait_max).await;
        let accepted = self.write(&metadata, intent).await?;
        let state = self.after(&accepted).await?;
        Ok(Response::new(answers::assessed(&accepted, state.model().units(), &self.reference)))
    }

    async fn batch_assess_areas(
        &self,
        request: Request<BatchAssessAreasRequest>,
    ) -> Result<Response<BatchAssessAreasResponse>, Status> {
        use batch_assess_area_result::Result as Item;
        let (metadata, _, message) = request.into_parts();
        self.check_size(message.requests.len())?;
        let mut items = Vec::with_capacity(message.requests.len());
        let deadline = Instant::now() + self.consistency_wait_max;
        for request in message.requests {
            items.push(self.assessment(request, deadline).await);
        }
        let outcomes = self.write_batch(&metadata, items).await?;
        let consistency_token = batch_token(&outcomes);
        let position = last_position(&outcomes);
        let state = self.desk.read_from(position, self.consistency_wait_max).await?;
        let result = |outcome: Outcome| BatchAssessAreaResult {
            result: Some(match outcome {
                Ok(accepted) => {
                    Item::Accepted(answers::assessed(&accepted, state.model().units(), &self.reference))
                }
                Err(refusal) => Item::Refused(refusal.into()),
            }),
        };
        let results = outcomes.into_iter().map(result).collect();
        Ok(Response::new(BatchAssessAreasResponse { results, consistency_token }))
    }

    async fn recognise_title(
        &self,
        request: Request<RecogniseTitleRequest>,
    ) -> Result<Response<WriteTitleResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        let accepted = self.write(&metadata, request::recognition(message)).await?;
        let state = self.after(&accepted).await?;
        Ok(Response::new(title_answers::written(&accepted, state.model().units(), &self.reference)))
    }

    async fn acknowledge_title(
        &self,
        request: Request<AcknowledgeTitleRequest>,
    ) -> Result<Response<WriteTitleResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        let accepted = self.write(&metadata, request::acknowledgement(message)).await?;
        let state = self.after(&accepted).await?;
        Ok(Response::new(title_answers::written(&accepted, state.model().units(), &self.reference)))
    }

    async fn revoke_title(
        &self,
        request: Request<RevokeTitleRequest>,
    ) -> Result<Response<WriteTitleResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        let accepted = self.write(&metadata, request::revocation(message)).await?;
        let state = self.after(&accepted).await?;
        Ok(Response::new(title_answers::written(&accepted, state.model().units(), &self.reference)))
    }

    async fn decide_listing(
        &self,
        request: Request<DecideListingRequest>,
    ) -> Result<Response<DecideListingResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        let accepted = self.write(&metadata, request::listing(message)).await?;
        Ok(Response::new(title_answers::listed(&accepted, &self.reference)))
    }

    async fn get_standing(&self, request: Request<GetStandingRequest>) -> Result<Response<Standing>, Status> {
        Ok(Response::new(self.standing(request.into_inner()).await?))
    }

    async fn list_observations(
        &self,
        request: Request<ListObservationsRequest>,
    ) -> Result<Response<ListObservationsResponse>, Status> {
        Ok(Response::new(self.observations(request.into_inner()).await?))
    }

    async fn list_criteria_sets(
        &self,
        request: Request<ListCriteriaSetsRequest>,
    ) -> Result<Response<ListCriteriaSetsResponse>, Status> {
        let id = request.into_inner().id;
        let sets = match request::known_set(&self.reference, "id", &id)? {
            Some(set) => vec![sets::criteria_set(set)],
            None => self.reference.criteria.all().iter().map(sets::criteria_set).collect(),
        };
        Ok(Response::new(ListCriteriaSetsResponse { sets }))
    }
}
