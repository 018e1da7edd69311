//! The committee's page: what the progress API says of money, criteria, poverty and the targets of the resolution, on a
//! terminal of 118 columns.
//!
//! [`fetch`] asks, [`render`] writes. The page computes nothing of its own: every number and rate is the API's.

mod cases;
mod criteria;
mod front;
mod layout;
mod money;
mod notes;
mod poverty;
mod targets;
mod words;

use crate::{Channels, Error, calibration::Review, map::MERGER};
use api::progress::{
    CriteriaView, FundingView, GetCriteriaRequest, GetFundingRequest, GetMovementsRequest,
    GetOverviewRequest, GetPovertyRequest, ListCasesRequest, ListCasesResponse, ListTargetsRequest,
    ListTargetsResponse, MovementsView, Overview, PointOfView, PovertyView, progress_client::ProgressClient,
};
use kernel::{Date, date};
use tonic::{Request, Response, Status, metadata::AsciiMetadataValue, transport::Channel};

/// Code of the province whose map the demonstration borrows.
const PROVINCE: &str = "12";
/// The day as at which money was published.
const PUBLISHED: Date = date(2025, 10, 31);
/// The day on which the page looks.
const AS_AT: Date = Review::End2025.as_at();
/// Cases that are asked for.
const CASES_MAX: i32 = 200;

/// What the page shows, as the API answered it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    /// The page on the province.
    pub overview: Overview,
    /// The province at the end of 2021, at the start of 2022 and at the end of each year since, in this order.
    pub years: Vec<PovertyView>,
    /// What changed in 2022, 2023, 2024 and 2025.
    pub movements: Vec<MovementsView>,
    /// All targets and baselines.
    pub targets: ListTargetsResponse,
    /// The province with the communes of the new map as its parts.
    pub communes: PovertyView,
    /// Criteria on the map until 2025-06-30.
    pub criteria_before: CriteriaView,
    /// Criteria on the map since 2025-07-01.
    pub criteria_after: CriteriaView,
    /// Money by programme, on the day of the page.
    pub money: FundingView,
    /// Money by kind, on the day of the page.
    pub money_by_kind: FundingView,
    /// Money at the end of October 2025, for which totals were published.
    pub money_published: FundingView,
    /// Cases that wait for an officer.
    pub cases: ListCasesResponse,
}

/// Asks the progress service for everything that the page shows. Each answer waits, within the service's bound, until it
/// has seen what the consistency token covers.
pub async fn fetch(channels: Channels, consistency_token: &str) -> Result<Answers, Error> {
    let mut asker = Asker { client: ProgressClient::new(channels.progress), token: consistency_token };
    let overview = asker.overview().await?;
    let mut years = Vec::new();
    for review in Review::ALL {
        years.push(asker.poverty(review.as_at(), None).await?);
    }
    let mut movements = Vec::new();
    for year in 2022..=2025 {
        movements.push(asker.movements(year).await?);
    }
    Ok(Answers {
        overview,
        years,
        movements,
        targets: asker.targets().await?,
        communes: asker.poverty(AS_AT, Some(MERGER)).await?,
        criteria_before: asker.criteria(MERGER.yesterday().unwrap_or(MERGER)).await?,
        criteria_after: asker.criteria(MERGER).await?,
        money: asker.money(AS_AT, &["programme_root"]).await?,
        money_by_kind: asker.money(AS_AT, &["kind"]).await?,
        money_published: asker.money(PUBLISHED, &[]).await?,
        cases: asker.cases().await?,
    })
}

struct Asker<'a> {
    client: ProgressClient<Channel>,
    token: &'a str,
}

impl Asker<'_> {
    async fn overview(&mut self) -> Result<Overview, Error> {
        let request = GetOverviewRequest {
            area: PROVINCE.to_owned(),
            view: at(AS_AT),
            consistency_token: self.token.to_owned(),
        };
        answered("GetOverview", self.client.get_overview(now(request)).await)
    }

    /// The province on the day; with its parts on the map, where one is named.
    async fn poverty(&mut self, as_at: Date, parts_on: Option<Date>) -> Result<PovertyView, Error> {
        let map = parts_on.map_or(String::new(), |map| map.to_string());
        let request = GetPovertyRequest {
            area: PROVINCE.to_owned(),
            view: Some(PointOfView { as_at: as_at.to_string(), map, ..PointOfView::default() }),
            parts: parts_on.is_some(),
            consistency_token: self.token.to_owned(),
            ..GetPovertyRequest::default()
        };
        answered("GetPoverty", self.client.get_poverty(now(request)).await)
    }

    async fn movements(&mut self, year: i32) -> Result<MovementsView, Error> {
        let request = GetMovementsRequest {
            area: PROVINCE.to_owned(),
            year,
            consistency_token: self.token.to_owned(),
            ..GetMovementsRequest::default()
        };
        answered("GetMovements", self.client.get_movements(now(request)).await)
    }

    async fn targets(&mut self) -> Result<ListTargetsResponse, Error> {
        let request =
            ListTargetsRequest { view: at(AS_AT), ids: Vec::new(), consistency_token: self.token.to_owned() };
        answered("ListTargets", self.client.list_targets(now(request)).await)
    }

    async fn criteria(&mut self, map: Date) -> Result<CriteriaView, Error> {
        let view = PointOfView { as_at: AS_AT.to_string(), map: map.to_string(), ..PointOfView::default() };
        let request = GetCriteriaRequest {
            area: PROVINCE.to_owned(),
            view: Some(view),
            communes: false,
            consistency_token: self.token.to_owned(),
        };
        answered("GetCriteria", self.client.get_criteria(now(request)).await)
    }

    async fn money(&mut self, as_at: Date, by: &[&str]) -> Result<FundingView, Error> {
        let request = GetFundingRequest {
            area: PROVINCE.to_owned(),
            view: at(as_at),
            by: by.iter().map(|dimension| (*dimension).to_owned()).collect(),
            consistency_token: self.token.to_owned(),
            ..GetFundingRequest::default()
        };
        answered("GetFunding", self.client.get_funding(now(request)).await)
    }

    async fn cases(&mut self) -> Result<ListCasesResponse, Error> {
        let request = ListCasesRequest {
            area: PROVINCE.to_owned(),
            view: at(AS_AT),
            open_only: true,
            page_size: CASES_MAX,
            page_token: String::new(),
            consistency_token: self.token.to_owned(),
        };
        answered("ListCases", self.client.list_cases(now(request)).await)
    }
}

fn at(as_at: Date) -> Option<PointOfView> {
    Some(PointOfView { as_at: as_at.to_string(), ..PointOfView::default() })
}

/// The page is read when the history is told: the services' clocks show the machine's time.
fn now<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert(crate::drive::TODAY, AsciiMetadataValue::from_static(crate::drive::NOW));
    request
}

fn answered<T>(rpc: &'static str, answer: Result<Response<T>, Status>) -> Result<T, Error> {
    match answer {
        Ok(answer) => Ok(answer.into_inner()),
        Err(status) => Err(Error::Call { rpc, status: Box::new(status) }),
    }
}

/// The page as text, Vietnamese first, in the order of a committee's agenda.
pub fn render(answers: &Answers) -> String {
    let mut out = front::front(answers);
    out += &money::money(answers);
    out += &criteria::criteria(answers);
    out += &poverty::poverty(answers);
    out += &targets::targets(&answers.targets);
    out += &cases::cases(&answers.cases);
    out += &notes::notes(answers);
    out
}
