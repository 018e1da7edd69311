//! From a command to the figure that shows it, in the distributed edition: two processes, PostgreSQL and JetStream. Beside
//! it at the same rate what it cannot be faster than: a bare call, and a commit of one row.

use super::{
    Options, Timing,
    households::{AS_AT, Household},
    open_loop::{self, Outcome, Schedule},
};
use crate::{
    Place,
    database::Database,
    measurement::Measurement,
    program::{Program, Server},
};
use anyhow::{Context, Result, bail, ensure};
use api::{
    poverty::{
        BatchRegisterHouseholdsRequest, batch_write_result, poverty_registry_client::PovertyRegistryClient,
    },
    progress::{GetPovertyRequest, PointOfView, PovertyView, progress_client::ProgressClient},
};
use hdrhistogram::Histogram;
use sqlx::{Executor, PgConnection, PgPool, postgres::PgPoolOptions};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use testing::NatsServer;
use tonic::{Code, transport::Channel};

const PROVINCE: &str = "12";
const BATCH: usize = 500;
const CATCHES_UP_WITHIN: Duration = Duration::from_secs(120);
/// About the size of an assessment's event.
const ROW_BYTES: usize = 500;

/// Measures the limits and then the commands.
pub(super) async fn measure(
    place: &Place,
    options: &Options,
    server: &mut PgConnection,
) -> Result<Vec<Timing>> {
    let registry_database = Database::create(place, server, "registry").await?;
    let progress_database = Database::create(place, server, "progress").await?;
    let nats = NatsServer::start().await;
    let program = Program::new(&options.program, &place.directory.join("distributed"))
        .set("edition", "distributed")
        .set("poverty.database_url", &registry_database.url)
        .set("progress.database_url", &progress_database.url)
        .set("nats.url", nats.url())
        .set("nats.stream_bytes_max", 1_u64 << 30);
    program.run(&["migrate"]).await?;
    let registry = program.serve(&["serve", "poverty-registry"]).await?;
    let progress = program.serve(&["serve", "progress"]).await?;

    let schedule = options.schedule();
    let site = Arc::new(Site::prepare(&registry, &progress, schedule.calls()).await?);
    let mut timings =
        vec![one_row_commits(&registry_database.url, schedule).await?, bare_calls(&site, schedule).await?];
    timings.extend(commands(&site, schedule).await?);

    registry.end().await?;
    progress.end().await?;
    drop(nats);
    registry_database.drop(server).await?;
    progress_database.drop(server).await?;
    Ok(timings)
}

struct Site {
    registry: PovertyRegistryClient<Channel>,
    progress: ProgressClient<Channel>,
    communes: Vec<String>,
}

impl Site {
    /// Registers one household for each call, and waits until the views have seen them all.
    async fn prepare(registry: &Server, progress: &Server, households: usize) -> Result<Self> {
        let mut progress = ProgressClient::new(progress.channel.clone());
        let request = GetPovertyRequest { parts: true, ..poverty_of(PROVINCE, String::new()) };
        let province = progress.get_poverty(request).await?.into_inner();
        let communes: Vec<String> =
            province.parts.into_iter().filter_map(|part| Some(part.area?.code)).collect();
        ensure!(!communes.is_empty(), "the province has no communes on {AS_AT}");

        let mut registry = PovertyRegistryClient::new(registry.channel.clone());
        let mut token = String::new();
        for first in (0..households).step_by(BATCH) {
            let numbers = first..households.min(first + BATCH);
            let requests = numbers.map(|number| Household(number).registration(&communes)).collect();
            let answer =
                registry.batch_register_households(BatchRegisterHouseholdsRequest { requests }).await?;
            let answer = answer.into_inner();
            for result in answer.results {
                if let Some(batch_write_result::Result::Refused(refusal)) = result.result {
                    bail!("a registration was refused: {} {}", refusal.reason, refusal.message);
                }
            }
            token = answer.consistency_token;
        }

        let began = Instant::now();
        while let Err(status) = progress.get_poverty(poverty_of(PROVINCE, token.clone())).await {
            let passing =
                [Code::Unavailable, Code::DeadlineExceeded, Code::FailedPrecondition, Code::Aborted];
            ensure!(passing.contains(&status.code()), "the province's figure was refused: {status}");
            ensure!(began.elapsed() < CATCHES_UP_WITHIN, "the views have not caught up: {status}");
        }
        Ok(Self { registry, progress, communes })
    }

    /// The figures of the household's commune, once they have seen what the token covers.
    async fn figures(&self, household: Household, token: String) -> Result<PovertyView> {
        let request = poverty_of(household.commune(&self.communes), token);
        Ok(self.progress.clone().get_poverty(request).await?.into_inner())
    }
}

fn poverty_of(area: &str, consistency_token: String) -> GetPovertyRequest {
    GetPovertyRequest {
        area: area.to_owned(),
        view: Some(PointOfView { as_at: AS_AT.to_owned(), ..PointOfView::default() }),
        consistency_token,
        ..GetPovertyRequest::default()
    }
}

async fn commands(site: &Arc<Site>, schedule: Schedule) -> Result<Vec<Timing>> {
    let outcome = open_loop::run(schedule, |number, due| {
        let site = Arc::clone(site);
        async move {
            let household = Household(number);
            let written = site.registry.clone().record_assessment(household.assessment()).await?;
            let answered = due.elapsed();
            let receipt = written.into_inner().receipt.context("an answer without a receipt")?;
            let view = site.figures(household, receipt.consistency_token).await?;
            let visible = due.elapsed();
            ensure!(view.position >= receipt.position, "the figure has not seen the command");
            Ok([answered, visible, visible - answered])
        }
    });
    let outcome = outcome.await?;
    let [answered, visible, between] = &outcome.latencies;
    Ok(vec![
        timing("command to its answer", &outcome, answered, None),
        timing("answer to visible figure", &outcome, between, None),
        timing("command to visible figure", &outcome, visible, Some("p99 under 20 ms")),
    ])
}

async fn bare_calls(site: &Arc<Site>, schedule: Schedule) -> Result<Timing> {
    let outcome = open_loop::run(schedule, |number, due| {
        let site = Arc::clone(site);
        async move {
            site.figures(Household(number), String::new()).await?;
            Ok([due.elapsed()])
        }
    });
    let outcome = outcome.await?;
    Ok(timing("limit: the figure alone, without waiting", &outcome, &outcome.latencies[0], None))
}

async fn one_row_commits(url: &str, schedule: Schedule) -> Result<Timing> {
    let pool: PgPool = PgPoolOptions::new().max_connections(16).min_connections(16).connect(url).await?;
    pool.execute("CREATE TABLE limit_row (number bigint PRIMARY KEY, content text NOT NULL)").await?;
    let content: Arc<str> = "x".repeat(ROW_BYTES).into();
    let outcome = open_loop::run(schedule, |number, due| {
        let (pool, content) = (pool.clone(), Arc::clone(&content));
        async move {
            let insert = sqlx::query("INSERT INTO limit_row (number, content) VALUES ($1, $2)");
            insert.bind(i64::try_from(number)?).bind(&*content).execute(&pool).await?;
            Ok([due.elapsed()])
        }
    });
    let outcome = outcome.await?;
    pool.close().await;
    Ok(timing("limit: one row committed in PostgreSQL", &outcome, &outcome.latencies[0], None))
}

fn timing<const MARKS: usize>(
    what: &str,
    outcome: &Outcome<MARKS>,
    latencies: &Histogram<u64>,
    expected: Option<&'static str>,
) -> Timing {
    Timing {
        what: what.to_owned(),
        calls: latencies.len(),
        measured: Measurement::of(latencies.len(), outcome.took).with_latencies(latencies),
        failed: outcome.failed,
        first_failure: outcome.first_failure.clone(),
        expected,
    }
}
