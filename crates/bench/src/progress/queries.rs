//! What a committee asks, one call after the other, on the full synthetic province.

use super::Timing;
use crate::measurement::Measurement;
use anyhow::{Context, Result};
use api::progress::{
    ExplainFigureRequest, Figure, GetCriteriaRequest, GetFundingRequest, GetOverviewRequest,
    GetPovertyRequest, ListCasesRequest, ListTargetsRequest, PointOfView, PovertyRow,
    progress_client::ProgressClient,
};
use hdrhistogram::Histogram;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use tonic::transport::Channel;

const PROVINCE: &str = "12";
/// Of the new map.
const COMMUNE: &str = "03390";
const AS_AT: &str = "2024-12-31";
/// Two weeks after the day that the figures speak of.
const KNOWN_ON: &str = "2025-01-15";
const OLD_MAP: &str = "2024-12-31";
const NEW_MAP: &str = "2025-07-01";
const YEAR_ENDS: [&str; 5] = ["2021-12-31", "2022-12-31", "2023-12-31", "2024-12-31", "2025-12-31"];
const PAGE: i32 = 100;

const WARM_UP_CALLS: u32 = 20;
const CALLS: u32 = 300;
/// A slow query is asked less often than [`CALLS`].
const ASK_AT_MOST: Duration = Duration::from_secs(15);

/// The number of events that each log holds, by the name of the log.
pub(super) async fn events(channel: &Channel) -> Result<BTreeMap<String, u64>> {
    let request = GetOverviewRequest { area: PROVINCE.to_owned(), ..GetOverviewRequest::default() };
    let page = ProgressClient::new(channel.clone()).get_overview(request).await?.into_inner();
    Ok(page.positions.into_iter().map(|source| (source.source, source.position)).collect())
}

/// Times one call, asked again and again.
macro_rules! ask {
    ($client:expr, $what:expr, $call:ident($request:expr)) => {{
        let (what, request) = ($what.to_string(), $request);
        let timed = timed(&what, || {
            let (mut client, request) = ($client.clone(), request.clone());
            async move {
                client.$call(request).await?;
                Ok(())
            }
        });
        timed.await?
    }};
}

/// All queries in turn.
pub(super) async fn measure(channel: &Channel) -> Result<Vec<Timing>> {
    let client = ProgressClient::new(channel.clone());
    let mut timings = vec![
        poverty(
            &client,
            "province, five year-ends in turn",
            &YEAR_ENDS.map(|day| province(day, "", NEW_MAP)),
        )
        .await?,
    ];
    for (map_name, map) in [("old map", OLD_MAP), ("new map", NEW_MAP)] {
        for (known_name, known_on) in [("now", ""), (KNOWN_ON, KNOWN_ON)] {
            let plain = province(AS_AT, known_on, map);
            let full = GetPovertyRequest { parts: true, by_ethnicity: true, ..plain.clone() };
            let point = format!("as at {AS_AT}, known {known_name}, {map_name}");
            timings.push(poverty(&client, &format!("province, {point}"), &[plain]).await?);
            timings.push(poverty(&client, &format!("parts and ethnicity, {point}"), &[full]).await?);
        }
    }
    for (known_name, known_on) in [("now", ""), (KNOWN_ON, KNOWN_ON)] {
        timings.extend(pages(&client, known_name, known_on).await?);
    }
    timings.extend(explanations(&client).await?);
    Ok(timings)
}

/// What a committee opens in a meeting: pages, criteria, money, targets and cases.
async fn pages(client: &ProgressClient<Channel>, known_name: &str, known_on: &str) -> Result<Vec<Timing>> {
    let view = |map: &str| Some(point(AS_AT, known_on, map));
    let named = |what: &str| format!("{what}, as at {AS_AT}, known {known_name}");
    let mut timings = Vec::new();
    for (what, area, map) in
        [("the province's page", PROVINCE, OLD_MAP), ("a new commune's page", COMMUNE, NEW_MAP)]
    {
        let request =
            GetOverviewRequest { area: area.to_owned(), view: view(map), ..GetOverviewRequest::default() };
        timings.push(ask!(client, &named(what), get_overview(request)));
    }
    if known_on.is_empty() {
        let request = GetOverviewRequest { area: PROVINCE.to_owned(), ..GetOverviewRequest::default() };
        timings.push(ask!(client, "the province's page as it opens, of today", get_overview(request)));
    }
    let province = PROVINCE.to_owned();
    for (what, map) in [("criteria of 94 communes", OLD_MAP), ("criteria of 38 communes", NEW_MAP)] {
        let request = GetCriteriaRequest {
            area: province.clone(),
            view: view(map),
            communes: true,
            ..GetCriteriaRequest::default()
        };
        timings.push(ask!(client, &named(what), get_criteria(request)));
    }
    for (what, by) in [("money by programme", "programme"), ("money by owner", "owner")] {
        let request = GetFundingRequest {
            area: province.clone(),
            view: view(OLD_MAP),
            by: vec![by.to_owned()],
            ..GetFundingRequest::default()
        };
        timings.push(ask!(client, &named(what), get_funding(request)));
    }
    let request = ListTargetsRequest { view: view(OLD_MAP), ..ListTargetsRequest::default() };
    timings.push(ask!(client, &named("all 42 targets"), list_targets(request)));
    let request = ListCasesRequest { area: province, view: view(OLD_MAP), ..ListCasesRequest::default() };
    timings.push(ask!(client, &named("cases"), list_cases(request)));
    Ok(timings)
}

async fn poverty(
    client: &ProgressClient<Channel>,
    what: &str,
    requests: &[GetPovertyRequest],
) -> Result<Timing> {
    let mut turns = requests.iter().cycle();
    let timed = timed(what, || {
        let (mut client, request) = (client.clone(), turns.next().cloned());
        async move {
            client.get_poverty(request.context("a request")?).await?;
            Ok(())
        }
    });
    timed.await
}

/// The poor households of a commune and of the whole province.
async fn explanations(client: &ProgressClient<Channel>) -> Result<[Timing; 2]> {
    let request = GetPovertyRequest { parts: true, ..province(AS_AT, "", NEW_MAP) };
    let view = client.clone().get_poverty(request).await?.into_inner();
    let of_province = poor_households(view.area.as_ref()).context("the province's poor households")?;
    let of_commune =
        view.parts.iter().find_map(|part| poor_households(Some(part))).context("a commune's figure")?;
    Ok([
        explanation(client, "why: a commune's poor households, first page", of_commune).await?,
        explanation(client, "why: the province's poor households, first page", of_province).await?,
    ])
}

async fn explanation(client: &ProgressClient<Channel>, what: &str, figure: &Figure) -> Result<Timing> {
    let request = ExplainFigureRequest {
        name: figure.name.clone(),
        page_size: PAGE,
        ..ExplainFigureRequest::default()
    };
    let answer = client.clone().explain_figure(request.clone()).await?.into_inner();
    let what = format!("{what} of {} facts", answer.fact_count);
    Ok(ask!(client, &what, explain_figure(request)))
}

/// The figure of an area that has poor households.
fn poor_households(row: Option<&PovertyRow>) -> Option<&Figure> {
    let poor = row?.households.as_ref()?.poor.as_ref()?;
    poor.value.is_some_and(|value| value > 0).then_some(poor)
}

fn province(as_at: &str, known_on: &str, map: &str) -> GetPovertyRequest {
    let view = Some(point(as_at, known_on, map));
    GetPovertyRequest { area: PROVINCE.to_owned(), view, ..GetPovertyRequest::default() }
}

fn point(as_at: &str, known_on: &str, map: &str) -> PointOfView {
    PointOfView { as_at: as_at.to_owned(), known_on: known_on.to_owned(), map: map.to_owned() }
}

/// Asks again and again after a warm-up.
async fn timed<Call>(what: &str, mut call: impl FnMut() -> Call) -> Result<Timing>
where
    Call: Future<Output = Result<()>>,
{
    let begin = Instant::now();
    for _ in 0..WARM_UP_CALLS {
        if begin.elapsed() < ASK_AT_MOST / 4 {
            call().await?;
        }
    }
    let mut latencies = Histogram::<u64>::new(3)?;
    let begin = Instant::now();
    for _ in 0..CALLS {
        let asked = Instant::now();
        call().await?;
        latencies.record(u64::try_from(asked.elapsed().as_micros())?)?;
        if begin.elapsed() > ASK_AT_MOST {
            break;
        }
    }
    Ok(Timing {
        what: what.to_owned(),
        calls: latencies.len(),
        measured: Measurement::of(latencies.len(), begin.elapsed()).with_latencies(&latencies),
        failed: 0,
        first_failure: None,
        expected: None,
    })
}
