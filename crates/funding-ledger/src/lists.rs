//! The lists of the service, page by page.

use crate::{
    FundingLedger, answers,
    domain::Horizon,
    queries::{self, Found, GroupKey},
    questions,
    request::{AccountFilter, Dimensions, optional_date},
};
use api::funding::{
    GetBalancesRequest, GetBalancesResponse, ListCasesRequest, ListCasesResponse, ListOwnersRequest,
    ListOwnersResponse, ListTransfersRequest, ListTransfersResponse,
};
use serde::{Serialize, de::DeserializeOwned};
use service::{
    Refusal,
    request::{Page, PageSizes, QueryHash, fields},
};
use std::mem::take;

const PAGE_SIZE_DEFAULT: usize = 100;

impl FundingLedger {
    pub(crate) async fn balances(
        &self,
        mut request: GetBalancesRequest,
    ) -> Result<GetBalancesResponse, Refusal> {
        let token = take(&mut request.consistency_token);
        let (page_size, page_token) = (take(&mut request.page_size), take(&mut request.page_token));
        let query = QueryHash::of("GetBalances", &request);
        let page: Page<GroupKey> = Page::parse(self.page_sizes(), page_size, &page_token, query)?;
        let as_at = fields::date_or("as_at", &request.as_at, self.clock.now().day())?;
        let known_on = optional_date("known_on", &request.known_on)?;
        let by = Dimensions::read(&request.by)?;
        let filter = AccountFilter::read(request.filter, &self.reference)?;
        let view = self.with(&token).await?;
        let ledger = view.model().ledger();
        filter.check_owner(ledger)?;
        let horizon = Horizon { as_at, known_on };
        let Found { items, next } = queries::balances(
            ledger,
            &self.reference,
            &filter,
            &by,
            horizon,
            page.after.as_ref(),
            page.size,
        )?;
        Ok(GetBalancesResponse {
            balances: items,
            next_page_token: next_token(&page, next)?,
            position: view.position(),
        })
    }

    pub(crate) async fn transfers(
        &self,
        mut request: ListTransfersRequest,
    ) -> Result<ListTransfersResponse, Refusal> {
        let token = take(&mut request.consistency_token);
        let (page_size, page_token) = (take(&mut request.page_size), take(&mut request.page_token));
        let query = QueryHash::of("ListTransfers", &request);
        let page: Page<u64> = Page::parse(self.page_sizes(), page_size, &page_token, query)?;
        let known_on = optional_date("known_on", &request.known_on)?;
        let filter = AccountFilter::read(request.filter, &self.reference)?;
        let view = self.with(&token).await?;
        let ledger = view.model().ledger();
        filter.check_owner(ledger)?;
        let Found { items, next } = queries::transfers(ledger, &filter, known_on, page.after, page.size)?;
        Ok(ListTransfersResponse { transfers: items, next_page_token: next_token(&page, next)? })
    }

    pub(crate) fn owners(&self, mut request: ListOwnersRequest) -> Result<ListOwnersResponse, Refusal> {
        let (page_size, page_token) = (take(&mut request.page_size), take(&mut request.page_token));
        let query = QueryHash::of("ListOwners", &request);
        let page: Page<String> = Page::parse(self.page_sizes(), page_size, &page_token, query)?;
        let view = self.desk.read()?;
        let mut owners = view.model().ledger().parties().owners_after(page.after.as_deref()).peekable();
        let mut shown = Vec::new();
        let mut last = None;
        for (code, owner) in owners.by_ref().take(page.size) {
            shown.push(answers::owner(code, owner, &self.reference));
            last = Some(code.clone());
        }
        let next = last.filter(|_| owners.peek().is_some());
        Ok(ListOwnersResponse { owners: shown, next_page_token: next_token(&page, next)? })
    }

    pub(crate) async fn cases(&self, mut request: ListCasesRequest) -> Result<ListCasesResponse, Refusal> {
        let token = take(&mut request.consistency_token);
        let (page_size, page_token) = (take(&mut request.page_size), take(&mut request.page_token));
        let query = QueryHash::of("ListCases", &request);
        let page: Page<u64> = Page::parse(self.page_sizes(), page_size, &page_token, query)?;
        let rule = request.rule.as_str();
        if !rule.is_empty() && questions::QUESTIONS.iter().all(|question| question.rule != rule) {
            return Err(fields::invalid("rule", rule, &questions::rules()));
        }
        let view = self.with(&token).await?;
        let cases = view.model().ledger().cases().all();
        let start = page.after.map_or(0, |after| cases.partition_point(|case| case.position <= after));
        let mut asked = cases[start..]
            .iter()
            .filter(|case| rule.is_empty() || case.opened.rule == rule)
            .filter(|case| !request.open_only || case.settled.is_none())
            .peekable();
        let mut shown = Vec::new();
        let mut last = None;
        for case in asked.by_ref().take(page.size) {
            shown.push(answers::case(case, &self.reference));
            last = Some(case.position);
        }
        let next = last.filter(|_| asked.peek().is_some());
        Ok(ListCasesResponse { cases: shown, next_page_token: next_token(&page, next)? })
    }

    const fn page_sizes(&self) -> PageSizes {
        PageSizes { default: PAGE_SIZE_DEFAULT, max: self.limits.page_size_max }
    }
}

fn next_token<Key: Serialize + DeserializeOwned>(
    page: &Page<Key>,
    next: Option<Key>,
) -> Result<String, Refusal> {
    Ok(next.map(|last| page.next_token(&last)).transpose()?.unwrap_or_default())
}
