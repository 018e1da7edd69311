//! The gRPC service: requests in, answers out, one call each.

use crate::{
    answers,
    commands::{Accepted, Commands, Detail, Intent},
    queries::{Found, Hit, ListKey, NameQuery, Queries, SearchKey, Shown},
    read_model::{NOT_ASSESSED, class_text},
    request,
};
use api::{
    poverty::{
        BatchRecordAssessmentsRequest, BatchRegisterHouseholdsRequest, BatchWriteHouseholdsResponse,
        BatchWriteResult, ChangeMembersRequest, GetHouseholdRequest, Household, ListHouseholdsRequest,
        ListHouseholdsResponse, MoveHouseholdRequest, RecordAssessmentRequest, RegisterHouseholdRequest,
        SearchHit, SearchHouseholdsRequest, SearchHouseholdsResponse, WriteHouseholdResponse,
        batch_write_result, poverty_registry_server,
    },
    types,
};
use events::poverty::PovertyClass;
use kernel::AreaKey;
use reference::{AreaKind, Reference};
use service::{
    Refusal, reason,
    request::{ConsistencyToken, Page, PageSizes, QueryHash, actor, fields},
};
use std::sync::Arc;
use tonic::{Request, Response, Status, metadata::MetadataMap};

/// The context's name in consistency tokens, checkpoints and on the bus.
pub const CONTEXT: &str = "poverty";

const PAGE_SIZE_DEFAULT: usize = 100;

/// The poverty registry as a gRPC service.
#[derive(Clone, Debug)]
pub struct PovertyRegistry {
    commands: Commands,
    queries: Queries,
    reference: Arc<Reference>,
    batch_items_max: usize,
    page_sizes: PageSizes,
}

impl PovertyRegistry {
    pub(crate) fn of(
        commands: Commands,
        queries: Queries,
        reference: Arc<Reference>,
        limits: &service::config::Limits,
    ) -> Self {
        let page_sizes = PageSizes { default: PAGE_SIZE_DEFAULT, max: limits.page_size_max };
        Self { commands, queries, reference, batch_items_max: limits.batch_items_max, page_sizes }
    }

    async fn write(
        &self,
        metadata: &MetadataMap,
        intent: Result<Intent, Refusal>,
    ) -> Result<Response<WriteHouseholdResponse>, Status> {
        let actor = actor(metadata)?;
        let answers = self.commands.execute(&actor, &[intent?], Detail::Members).await;
        let answer = answers.into_iter().next().unwrap_or_else(|| Err(Refusal::new(&reason::INTERNAL)));
        Ok(Response::new(self.written(&answer?, Detail::Members)))
    }

    /// Unreadable items are refused at their places, the others are carried out.
    async fn write_batch(
        &self,
        metadata: &MetadataMap,
        items: Vec<Result<Intent, Refusal>>,
    ) -> Result<Response<BatchWriteHouseholdsResponse>, Status> {
        let actor = actor(metadata)?;
        if items.len() > self.batch_items_max {
            let refusal = Refusal::new(&reason::TOO_MANY_ITEMS)
                .with("count", items.len())
                .with("max", self.batch_items_max)
                .at("requests");
            return Err(refusal.into());
        }
        let mut intents = Vec::with_capacity(items.len());
        let mut refused = Vec::with_capacity(items.len());
        for item in items {
            refused.push(item.map(|intent| intents.push(intent)).err());
        }
        let mut answers = self.commands.execute(&actor, &intents, Detail::Summary).await.into_iter();
        let mut last_position = 0;
        let mut results = Vec::with_capacity(refused.len());
        for (index, refusal) in refused.into_iter().enumerate() {
            let answer = match refusal {
                Some(refusal) => Err(refusal),
                None => answers.next().unwrap_or_else(|| Err(Refusal::new(&reason::INTERNAL))),
            };
            let result = match answer {
                Ok(accepted) => {
                    let position = accepted.recorded.map_or(0, |recorded| recorded.last_position);
                    last_position = last_position.max(position);
                    batch_write_result::Result::Accepted(self.written(&accepted, Detail::Summary))
                }
                Err(refusal) => {
                    batch_write_result::Result::Refused(refusal.under(&format!("requests[{index}]")).into())
                }
            };
            results.push(BatchWriteResult { result: Some(result) });
        }
        let token = (last_position > 0).then(|| ConsistencyToken::of(CONTEXT, last_position).to_string());
        Ok(Response::new(BatchWriteHouseholdsResponse {
            results,
            consistency_token: token.unwrap_or_default(),
        }))
    }

    fn written(&self, accepted: &Accepted, detail: Detail) -> WriteHouseholdResponse {
        let Accepted { household, version, people, recorded } = accepted;
        WriteHouseholdResponse {
            household: Some(answers::household(household, *version, people, detail, &self.reference)),
            receipt: recorded.map(answers::receipt),
        }
    }

    fn shown(&self, shown: &Shown) -> Household {
        let Shown { household, version, people } = shown;
        answers::household(household, *version, people, Detail::Members, &self.reference)
    }

    /// `areas/<code>@<first day>` of a commune, ward, township or village of any map.
    fn area(&self, name: &str) -> Result<AreaKey, Refusal> {
        const FIELD: &str = "area";
        let key = fields::area_key(FIELD, name)?;
        let Some(area) = self.reference.areas.get(&key) else {
            return Err(Refusal::new(&reason::UNKNOWN_AREA).with("area", key).at(FIELD));
        };
        if area.kind.is_commune_level() || area.kind == AreaKind::Village {
            return Ok(key);
        }
        Err(Refusal::new(&reason::AREA_KIND_MISMATCH)
            .with("area", format!("{} {}", key.code, area.display_name()))
            .with("expected", "xã, phường, thị trấn, thôn, bản")
            .at(FIELD))
    }

    async fn list(&self, mut request: ListHouseholdsRequest) -> Result<ListHouseholdsResponse, Refusal> {
        let token = ConsistencyToken::parse(&std::mem::take(&mut request.consistency_token))?;
        let (page_size, page_token) =
            (std::mem::take(&mut request.page_size), std::mem::take(&mut request.page_token));
        let query = QueryHash::of("ListHouseholds", &request);
        let page: Page<ListKey> = Page::parse(self.page_sizes, page_size, &page_token, query)?;
        let area = self.area(&request.area)?;
        let class = class_filter(request.poverty_class)?;
        self.queries.caught_up(token.position(CONTEXT)).await?;
        let Found { items, next } = self.queries.list(&area, class, &page).await?;
        Ok(ListHouseholdsResponse {
            households: items.iter().map(|shown| self.shown(shown)).collect(),
            next_page_token: next.map(|last| page.next_token(&last)).transpose()?.unwrap_or_default(),
        })
    }

    async fn search(
        &self,
        mut request: SearchHouseholdsRequest,
    ) -> Result<SearchHouseholdsResponse, Refusal> {
        let token = ConsistencyToken::parse(&std::mem::take(&mut request.consistency_token))?;
        let (page_size, page_token) =
            (std::mem::take(&mut request.page_size), std::mem::take(&mut request.page_token));
        let query = QueryHash::of("SearchHouseholds", &request);
        let page: Page<SearchKey> = Page::parse(self.page_sizes, page_size, &page_token, query)?;
        if page.after.as_ref().is_some_and(|last| !last.may_be_of_a_row()) {
            return Err(Refusal::new(&reason::PAGE_TOKEN_INVALID).at("page_token"));
        }
        let name = NameQuery::parse(&request.query)?;
        let area = if request.area.is_empty() { None } else { Some(self.area(&request.area)?) };
        self.queries.caught_up(token.position(CONTEXT)).await?;
        let Found { items, next } = self.queries.search(&name, area.as_ref(), &page).await?;
        let hit = |Hit { shown, suggestion }: &Hit| SearchHit {
            household: Some(self.shown(shown)),
            suggestion: *suggestion,
        };
        Ok(SearchHouseholdsResponse {
            hits: items.iter().map(hit).collect(),
            next_page_token: next.map(|last| page.next_token(&last)).transpose()?.unwrap_or_default(),
        })
    }
}

/// The class column that the filter asks for; `None` asks for all.
fn class_filter(number: i32) -> Result<Option<&'static str>, Refusal> {
    match types::PovertyClass::try_from(number) {
        Ok(types::PovertyClass::Unspecified) => Ok(None),
        Ok(types::PovertyClass::Poor) => Ok(Some(class_text(PovertyClass::Poor))),
        Ok(types::PovertyClass::NearPoor) => Ok(Some(class_text(PovertyClass::NearPoor))),
        Ok(types::PovertyClass::NotPoor) => Ok(Some(class_text(PovertyClass::NotPoor))),
        Ok(types::PovertyClass::NotReviewed) => Ok(Some(NOT_ASSESSED)),
        Err(_) => {
            let expected = "POOR, NEAR_POOR, NOT_POOR, NOT_REVIEWED";
            Err(fields::invalid("poverty_class", &number.to_string(), expected))
        }
    }
}

#[tonic::async_trait]
impl poverty_registry_server::PovertyRegistry for PovertyRegistry {
    async fn register_household(
        &self,
        request: Request<RegisterHouseholdRequest>,
    ) -> Result<Response<WriteHouseholdResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        self.write(&metadata, request::register(message)).await
    }

    async fn batch_register_households(
        &self,
        request: Request<BatchRegisterHouseholdsRequest>,
    ) -> Result<Response<BatchWriteHouseholdsResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        let items = message.requests.into_iter().map(request::register).collect();
        self.write_batch(&metadata, items).await
    }

    async fn change_members(
        &self,
        request: Request<ChangeMembersRequest>,
    ) -> Result<Response<WriteHouseholdResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        self.write(&metadata, request::change_members(message)).await
    }

    async fn move_household(
        &self,
        request: Request<MoveHouseholdRequest>,
    ) -> Result<Response<WriteHouseholdResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        self.write(&metadata, request::move_household(message)).await
    }

    async fn record_assessment(
        &self,
        request: Request<RecordAssessmentRequest>,
    ) -> Result<Response<WriteHouseholdResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        self.write(&metadata, request::assess(message)).await
    }

    async fn batch_record_assessments(
        &self,
        request: Request<BatchRecordAssessmentsRequest>,
    ) -> Result<Response<BatchWriteHouseholdsResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        let items = message.requests.into_iter().map(request::assess).collect();
        self.write_batch(&metadata, items).await
    }

    async fn get_household(
        &self,
        request: Request<GetHouseholdRequest>,
    ) -> Result<Response<Household>, Status> {
        let household = request::household("name", &request.into_inner().name)?;
        Ok(Response::new(self.shown(&self.queries.get(household).await?)))
    }

    async fn list_households(
        &self,
        request: Request<ListHouseholdsRequest>,
    ) -> Result<Response<ListHouseholdsResponse>, Status> {
        Ok(Response::new(self.list(request.into_inner()).await?))
    }

    async fn search_households(
        &self,
        request: Request<SearchHouseholdsRequest>,
    ) -> Result<Response<SearchHouseholdsResponse>, Status> {
        Ok(Response::new(self.search(request.into_inner()).await?))
    }
}
