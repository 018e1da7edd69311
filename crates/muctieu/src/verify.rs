//! `muctieu verify`: the log against its seals, and the views against the log.

use crate::{
    cli::Service, places, poverty_side::PovertySide, progress_side::ProgressSide, seal, serve, upkeep,
};
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
    let log = open_log(settings).await?;
    let outside_note = |path: &Path| {
        std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the checkpoint {}", path.display()))
    };
    let options = VerifyOptions {
        keys: seal::keys(settings, &log, checkpoint.is_some()).await?,
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
    if report.head > 0 && report.sealed == 0 {
        whole = false;
        println!(
            "  nothing is sealed: the seals were removed, or the server was killed right after its first event; compare \
             with a checkpoint that was kept elsewhere (--checkpoint) before the server seals what is there"
        );
    }
    if views {
        whole &= views_follow_from(settings, &log).await?;
    }
    log.close().await;
    if whole { Ok(()) } else { bail!("verification found what is told above") }
}

/// Prints the newest checkpoint as it was signed.
pub(crate) async fn print_checkpoint(settings: &Settings) -> anyhow::Result<()> {
    let log = open_log(settings).await?;
    let latest = log.latest_checkpoint().await;
    log.close().await;
    let latest = latest?.context(
        "nothing in the log is sealed yet; the server seals what it records, at the latest when it ends",
    )?;
    print!("{}", latest.note);
    Ok(())
}

/// The log as those read it who write nothing.
pub(crate) async fn open_log(settings: &Settings) -> anyhow::Result<EventLog> {
    places::expect_log(settings)?;
    let log = EventLog::open_read_only(&places::poverty_log_for_progress(settings)?).await;
    let place = places::named(settings, places::source_key(settings));
    log.with_context(|| format!("cannot open the log of poverty-registry {place}"))
}

async fn views_follow_from(settings: &Settings, log: &EventLog) -> anyhow::Result<bool> {
    let stop = shutdown::on_signal()?;
    let reference = serve::reference(settings)?;
    let clock: SharedClock = Arc::new(SystemClock);
    let mut equal = true;
    if upkeep::names(settings, Service::PovertyRegistry) {
        let side = PovertySide::open(settings, clock.clone()).await?;
        let compared =
            compare("poverty-registry", &side.views, &mut side.model(&reference), log, &stop).await;
        side.close().await;
        equal &= compared?;
    }
    if upkeep::names(settings, Service::Progress) {
        let side = ProgressSide::open(settings, clock).await?;
        let compared = compare("progress", &side.views, &mut PovertyModel::new(&reference), log, &stop).await;
        side.close().await;
        equal &= compared?;
    }
    Ok(equal)
}

async fn compare<M: ReadModel>(
    service: &str,
    views: &ReadDatabase,
    model: &mut M,
    log: &EventLog,
    stop: &CancellationToken,
) -> anyhow::Result<bool> {
    let mut source = LogSource::new(CONTEXT, log.clone());
    let verified = projection::verify(views, model, &mut source, RebuildOptions::default(), stop).await?;
    let differing = verified.differing_tables();
    if differing.is_empty() {
        println!("views of {service}: equal to the log up to position {}", verified.position);
    } else {
        println!(
            "views of {service}: differ from the log in {}; run `muctieu rebuild`",
            differing.join(", ")
        );
    }
    Ok(differing.is_empty())
}
