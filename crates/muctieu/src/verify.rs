//! `muctieu verify`: the log against its seals, and the views against the log.

use crate::{cli::Service, places, poverty_side::PovertySide, progress_side::ProgressSide, serve, upkeep};
use anyhow::{Context, bail};
use event_log::{EventLog, VerifyOptions};
use kernel::{SharedClock, SystemClock};
use poverty_registry::CONTEXT;
use progress::PovertyModel;
use projection::{LogSource, ReadDatabase, ReadModel, RebuildOptions};
use service::{Settings, shutdown};
use std::{path::Path, sync::Arc};
use tokio_util::sync::CancellationToken;

pub(crate) async fn run(settings: &Settings, checkpoint: Option<&Path>, views: bool) -> anyhow::Result<()> {
    let log = EventLog::open_read_only(&places::poverty_log_for_progress(settings)?).await;
    let log = log.context("cannot open the log of poverty-registry")?;
    let outside_note = |path: &Path| {
        std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the checkpoint {}", path.display()))
    };
    let options = VerifyOptions {
        keys: vec![serve::signer(settings)?.public_key()],
        outside_notes: checkpoint.map(outside_note).transpose()?.into_iter().collect(),
    };
    let report = log.verify(options).await?;
    println!(
        "log of poverty-registry: {} events in {} streams, {} of them sealed, {} checkpoints fit",
        report.head, report.streams, report.sealed, report.checkpoints
    );
    for problem in &report.problems {
        println!("  {problem}");
    }
    let mut whole = report.is_whole();
    if views {
        whole &= views_follow_from(settings, &log).await?;
    }
    log.close().await;
    if whole { Ok(()) } else { bail!("verification found what is told above") }
}

async fn views_follow_from(settings: &Settings, log: &EventLog) -> anyhow::Result<bool> {
    let stop = shutdown::on_signal()?;
    let reference = serve::reference(settings)?;
    let clock: SharedClock = Arc::new(SystemClock);
    let mut equal = true;
    if upkeep::names(settings, Service::PovertyRegistry) {
        let side = PovertySide::open(settings, clock.clone()).await?;
        let compared = compare(&side.views, &mut side.model(&reference), log, &stop).await;
        side.close().await;
        equal &= compared?;
    }
    if upkeep::names(settings, Service::Progress) {
        let side = ProgressSide::open(settings, clock).await?;
        let compared = compare(&side.views, &mut PovertyModel::new(&reference), log, &stop).await;
        side.close().await;
        equal &= compared?;
    }
    Ok(equal)
}

async fn compare<M: ReadModel>(
    views: &ReadDatabase,
    model: &mut M,
    log: &EventLog,
    stop: &CancellationToken,
) -> anyhow::Result<bool> {
    let mut source = LogSource::new(CONTEXT, log.clone());
    let verified = projection::verify(views, model, &mut source, RebuildOptions::default(), stop).await?;
    let differing = verified.differing_tables();
    if differing.is_empty() {
        println!("views of {}: equal to the log up to position {}", M::NAME, verified.position);
    } else {
        println!(
            "views of {}: differ from the log in {}; run `muctieu rebuild`",
            M::NAME,
            differing.join(", ")
        );
    }
    Ok(differing.is_empty())
}
