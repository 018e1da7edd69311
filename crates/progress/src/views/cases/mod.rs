//! Cases that wait for an officer, or were settled. A case is the area's to which the money belongs that it is about.

mod question;

use super::{
    Grounds,
    areas::to_proto,
    explain::FactPlace,
    from_projection,
    funding::any_recorded,
    point::{PointOfView, Portion, area_on_map},
    sources::position_of,
    status::DataStatus,
};
use crate::{
    FUNDING_SOURCE,
    figure::{FigureName, Held, MoneyMeasure, MoneyName},
};
use api::progress as proto;
use kernel::Timestamp;
use poverty_view::domain::{AreaNumber, Day};
use projection::{Error, Query, Reached, Reader as _, Row, Transaction};
use question::{Words, question};
use reference::Area;
use rustc_hash::FxHashSet;
use service::{
    Refusal,
    request::{Page, PageSizes, QueryHash},
};
use std::collections::{BTreeMap, HashMap};

/// Cases of a page where the request does not say how many.
const PAGE_SIZE_DEFAULT: usize = 100;

/// Cases of the areas that were opened by the day and known, with how they had been settled by then; binds $1 to $3.
const CASES: &str = "
    from case_opened as opened
    left join case_settled as settled on settled.case_id = opened.case_id
      and settled.effective <= $2 and settled.known <= $3
    where is_one_of(opened.area, $1, bigint) and opened.effective <= $2 and opened.known <= $3";

/// The cases that the request asks for, the latest recorded first.
pub(crate) async fn list_cases(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    request: &proto::ListCasesRequest,
    page_size_max: usize,
) -> Result<proto::ListCasesResponse, Refusal> {
    let view = PointOfView::parse(grounds, request.view.as_ref())?;
    let area = area_on_map(&grounds.reference.areas, &request.area, "area", view.map)?;
    let query = proto::ListCasesRequest {
        page_size: 0,
        page_token: String::new(),
        consistency_token: String::new(),
        ..request.clone()
    };
    let query = QueryHash::of("ListCases", &query);
    let sizes = PageSizes { default: PAGE_SIZE_DEFAULT, max: page_size_max };
    let page: Page<u64> = Page::parse(sizes, request.page_size, &request.page_token, query)?;
    let (mut rows, reached) =
        page_of(grounds, snapshot, area, view, request.open_only, &page).await.map_err(from_projection)?;
    let more = rows.len() > page.size;
    rows.truncate(page.size);
    let last = rows.last().filter(|_| more).map(|case| case.position);
    let next_page_token = last.map(|place| page.next_token(&place)).transpose()?.unwrap_or_default();
    let works = works(snapshot, &rows).await.map_err(from_projection)?;
    Ok(proto::ListCasesResponse {
        cases: rows.into_iter().map(|case| case.into_proto(grounds, &works)).collect(),
        next_page_token,
        positions: vec![position_of(FUNDING_SOURCE, reached)],
    })
}

/// How many cases of the area are open. Without money there are no cases to speak of.
pub(crate) async fn open_cases(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    area: &Area,
    view: PointOfView,
) -> Result<proto::Figure, Refusal> {
    let seen = grounds.books.shelf.read(snapshot).await.map_err(from_projection)?;
    let text = format!(
        "select count(*) as opened,
                cast(coalesce(sum(case when settled.case_id is null then 1 else 0 end), 0) as bigint) as open {CASES}"
    );
    let counted = bind(grounds, Query::new(text), area, view).map_err(from_projection)?;
    let (reached, rows) = snapshot.read(FUNDING_SOURCE, counted).await.map_err(from_projection)?;
    let (opened, open) = counts(&rows).map_err(from_projection)?;
    let areas: FxHashSet<_> = grounds.books.places.within(AreaNumber::of(&area.key)).collect();
    let any = opened > 0 || any_recorded(&seen, view, &areas);
    let status = DataStatus::of(any, reached.set_aside == 0);
    let scope = view.scope(&Portion::whole(area));
    let name =
        FigureName::Money(MoneyName { measure: MoneyMeasure::OpenCases, held: Held::default(), scope });
    Ok(proto::Figure {
        name: name.to_string(),
        status: status.number(),
        value: status.present(open),
        unit: "case".to_owned(),
    })
}

fn counts(rows: &[Row]) -> Result<(i64, i64), Error> {
    rows.first().map_or(Ok((0, 0)), |row| Ok((row.get("opened")?, row.get("open")?)))
}

/// The open cases behind their number.
pub(super) async fn explain(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    area: &Area,
    view: PointOfView,
    page: &Page<FactPlace>,
) -> Result<proto::ExplainFigureResponse, Refusal> {
    let figure = open_cases(grounds, snapshot, area, view).await?;
    let mut facts = open_facts(grounds, snapshot, area, view, page).await.map_err(from_projection)?;
    let more = facts.len() > page.size;
    facts.truncate(page.size);
    let last = facts.last().filter(|_| more).map(|fact| (fact.position, 0));
    let next_page_token = last.map(|place| page.next_token(&place)).transpose()?.unwrap_or_default();
    let (name, as_at, known_on) = (area.display_name(), view.as_at, view.known_on);
    Ok(proto::ExplainFigureResponse {
        formula: format!(
            "cases about money of {name} opened up to {as_at} and not settled by then, as recorded by {known_on}"
        ),
        inputs: Vec::new(),
        sum: figure.value,
        fact_count: figure.value.unwrap_or(0),
        facts,
        next_page_token,
    })
}

/// One more than the page holds, where there is one.
async fn open_facts(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    area: &Area,
    view: PointOfView,
    page: &Page<FactPlace>,
) -> Result<Vec<proto::Fact>, Error> {
    let text = format!(
        "select opened.* {CASES} and settled.case_id is null and opened.position > $4
         order by opened.position limit $5"
    );
    let after = page.after.map_or(0, |(position, _)| position);
    let asked = bind(grounds, Query::new(text), area, view)?.bind(after).bind(one_more(page.size));
    snapshot.fetch_all(asked).await?.iter().map(|row| fact(grounds, row)).collect()
}

fn fact(grounds: &Grounds, row: &Row) -> Result<proto::Fact, Error> {
    let recorded_at: i64 = row.get("recorded_at")?;
    let recorded_at = Timestamp::from_micros(recorded_at).map_err(|_| Error::Negative(recorded_at))?;
    Ok(proto::Fact {
        amount: 1,
        area: area_of(grounds, row)?,
        effective_date: day(row.get("effective")?)?,
        recorded_at: recorded_at.to_string(),
        subject: format!("cases/{}", row.get::<String>("case_id")?),
        event_id: row.get("event_id")?,
        event_type: "funding.case_opened.v1".to_owned(),
        position: row.get_u64("position")?,
        source: FUNDING_SOURCE.to_owned(),
        document: row.get::<Option<String>>("document")?.unwrap_or_default(),
        actor: row.get("actor")?,
    })
}

/// A case and how it had been settled.
struct Case {
    position: u64,
    id: String,
    rule: String,
    lines: Vec<String>,
    inputs: BTreeMap<String, String>,
    provisional: bool,
    area: Option<api::types::Area>,
    opened_on: String,
    outcome: Option<String>,
    settled_on: Option<String>,
    explanation: Option<String>,
}

/// One more than the page holds, where there is one.
async fn page_of(
    grounds: &Grounds,
    snapshot: &mut Transaction,
    area: &Area,
    view: PointOfView,
    open_only: bool,
    page: &Page<u64>,
) -> Result<(Vec<Case>, Reached), Error> {
    let open = if open_only { "and settled.case_id is null" } else { "" };
    let text = format!(
        "select opened.position, opened.case_id, opened.rule, opened.lines, opened.inputs, opened.provisional,
                opened.area, opened.effective, settled.outcome, settled.effective as settled_on, settled.explanation
         {CASES} {open} and opened.position < $4 order by opened.position desc limit $5"
    );
    let before = page.after.map_or(i64::MAX, |position| i64::try_from(position).unwrap_or(i64::MAX));
    let asked = bind(grounds, Query::new(text), area, view)?.bind(before).bind(one_more(page.size));
    let (reached, rows) = snapshot.read(FUNDING_SOURCE, asked).await?;
    let mut cases = rows.iter().map(|row| Case::read(grounds, row)).collect::<Result<Vec<_>, _>>()?;
    // A statement that is read together with the position has no order.
    cases.sort_unstable_by_key(|case| std::cmp::Reverse(case.position));
    Ok((cases, reached))
}

impl Case {
    fn read(grounds: &Grounds, row: &Row) -> Result<Self, Error> {
        let settled_on: Option<i64> = row.get("settled_on")?;
        Ok(Self {
            position: row.get_u64("position")?,
            id: row.get("case_id")?,
            rule: row.get("rule")?,
            lines: serde_json::from_str(&row.get::<String>("lines")?).map_err(Error::Rows)?,
            inputs: serde_json::from_str(&row.get::<String>("inputs")?).map_err(Error::Rows)?,
            provisional: row.get::<i64>("provisional")? != 0,
            area: area_of(grounds, row)?,
            opened_on: day(row.get("effective")?)?,
            outcome: row.get("outcome")?,
            settled_on: settled_on.map(day).transpose()?,
            explanation: row.get("explanation")?,
        })
    }

    fn into_proto(self, grounds: &Grounds, works: &HashMap<String, String>) -> proto::CaseRow {
        let named = self.lines.iter().find_map(|line| works.get(line));
        let Words { vi, en } =
            question(&grounds.reference, &self.rule, &self.inputs, named.map(String::as_str));
        proto::CaseRow {
            name: format!("cases/{}", self.id),
            rule: self.rule,
            question_vi: vi,
            question: en,
            lines: self.lines,
            inputs: self.inputs.into_iter().collect(),
            provisional: self.provisional,
            opened_on: self.opened_on,
            outcome: self.outcome.unwrap_or_default(),
            settled_on: self.settled_on.unwrap_or_default(),
            explanation: self.explanation.unwrap_or_default(),
            area: self.area,
        }
    }
}

/// Names of the works that the cases rest on, by line.
async fn works(snapshot: &mut Transaction, cases: &[Case]) -> Result<HashMap<String, String>, Error> {
    let lines = cases.iter().flat_map(|case| &case.lines);
    let items: Vec<&str> = lines.filter_map(|line| line.strip_prefix("items/")).collect();
    if items.is_empty() {
        return Ok(HashMap::new());
    }
    let query = Query::new("select id, works from item where works is not null and is_one_of(id, $1, text)");
    let mut works = HashMap::new();
    for row in snapshot.fetch_all(query.bind_rows(&items)?).await? {
        works.insert(format!("items/{}", row.get::<String>("id")?), row.get("works")?);
    }
    Ok(works)
}

fn bind(grounds: &Grounds, query: Query, area: &Area, view: PointOfView) -> Result<Query, Error> {
    let mut areas: Vec<_> = grounds.books.places.within(AreaNumber::of(&area.key)).collect();
    areas.sort_unstable();
    let (as_at, known_on) = (Day::from(view.as_at).number(), Day::from(view.known_on).number());
    Ok(query.bind_rows(&areas)?.bind(as_at).bind(known_on))
}

fn one_more(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1)
}

fn area_of(grounds: &Grounds, row: &Row) -> Result<Option<api::types::Area>, Error> {
    let area: i64 = row.get("area")?;
    let area = AreaNumber::from_number(area).map_err(|_| Error::Negative(area))?;
    Ok(grounds.reference.areas.get(&area.key()).map(to_proto))
}

fn day(number: i64) -> Result<String, Error> {
    let day = i32::try_from(number).ok().and_then(|number| Day::from_number(number).ok());
    day.map(|day| day.to_string()).ok_or(Error::Negative(number))
}
