//! `muctieu verify`: the log against its seals, and the views against the log.

use crate::{
    cli::Service, context::Context, logs, places, poverty_feed, poverty_side::PovertySide,
    progress_side::ProgressSide, seal, serve, upkeep,
};
use anyhow::{Context as _, bail};
use event_log::{EventLog, VerifyOptions};
use kernel::{SharedClock, SystemClock};
use poverty_view::PovertyModel;
use progress::{FundingModel, RuralModel};
use projection::{LogSource, ReadDatabase, ReadModel, RebuildOptions};
use service::{Settings, config::Edition, shutdown};
use std::{path::Path, sync::Arc};
use tokio_util::sync::CancellationToken;

/// Verifies the logs that the settings lead to, or the one of that context. A checkpoint is held against the log that it
/// names.
pub(crate) async fn run(
    settings: &Settings,
    only: Option<Context>,
    checkpoint: Option<&Path>,
    views: bool,
) -> anyhow::Result<()> {
    places::expect_log(settings)?;
    let outside_note = checkpoint
        .map(|path| {
            std::fs::read_to_string(path)
                .with_context(|| format!("cannot read the checkpoint {}", path.display()))
        })
        .transpose()?;
    let mut whole = true;
    let asked = Context::ALL.into_iter().filter(|context| only.is_none_or(|only| only == *context));
    for context in asked.filter(|context| places::has_log(settings, *context)) {
        let log = logs::open_to_read(settings, context).await?;
        let note = outside_note.as_ref().filter(|note| seal::signs(note, context));
        let verified = log_is_whole(settings, context, &log, note).await;
        log.close().await;
        whole &= verified?;
    }
    if let (Some(note), Some(path)) = (&outside_note, checkpoint)
        && !Context::ALL.into_iter().any(|context| seal::signs(note, context))
    {
        bail!("the checkpoint {} is of none of the logs: its first line names the log", path.display());
    }
    if views {
        whole &= Box::pin(views_follow_from(settings)).await?;
    }
    if whole { Ok(()) } else { bail!("verification found what is told above") }
}

async fn log_is_whole(
    settings: &Settings,
    context: Context,
    log: &EventLog,
    outside_note: Option<&String>,
) -> anyhow::Result<bool> {
    let options = VerifyOptions {
        keys: seal::keys(settings, context, log, outside_note.is_some()).await?,
        outside_notes: outside_note.cloned().into_iter().collect(),
    };
    let report = log.verify(options).await?;
    println!(
        "log of {}: {} events in {} streams, {} of them sealed, {} checkpoints fit",
        context.service().name(),
        report.head,
        report.streams,
        report.sealed,
        report.checkpoints
    );
    for problem in &report.problems {
        println!("  {problem}");
    }
    if report.head > 0 && report.sealed == 0 {
        println!(
            "  nothing is sealed: the seals were removed, or the server was killed right after its first event; compare \
             with a checkpoint that was kept elsewhere (--checkpoint) before the server seals what is there"
        );
        return Ok(false);
    }
    Ok(report.is_whole())
}

/// Prints the newest checkpoint of a log as it was signed.
pub(crate) async fn print_checkpoint(settings: &Settings, context: Context) -> anyhow::Result<()> {
    places::expect_log(settings)?;
    let log = logs::open_to_read(settings, context).await?;
    let latest = log.latest_checkpoint().await;
    log.close().await;
    let latest = latest?.context(
        "nothing in the log is sealed yet; the server seals what it records, at the latest when it ends",
    )?;
    print!("{}", latest.note);
    Ok(())
}

async fn views_follow_from(settings: &Settings) -> anyhow::Result<bool> {
    let stop = shutdown::on_signal()?;
    let reference = serve::reference(settings)?;
    let clock: SharedClock = Arc::new(SystemClock);
    let mut equal = true;
    for service in Service::ALL.into_iter().filter(|service| upkeep::names(settings, *service)) {
        match service {
            Service::PovertyRegistry => {
                let side = PovertySide::open(settings, clock.clone()).await?;
                let mut model = side.model(&reference);
                let compared =
                    compare(settings, service, &side.views, &mut model, Context::Poverty, &stop).await;
                side.close().await;
                equal &= compared?;
            }
            Service::RuralCriteria | Service::FundingLedger => {
                // In the embedded edition progress keeps these views for all.
                if settings.edition == Edition::Distributed {
                    let views = poverty_feed::open(settings, service, clock.clone()).await?;
                    let mut model = PovertyModel::new(&reference);
                    let compared =
                        compare(settings, service, &views, &mut model, Context::Poverty, &stop).await;
                    views.close().await;
                    equal &= compared?;
                }
            }
            Service::Progress => {
                let side = ProgressSide::open(settings, clock.clone()).await?;
                let compared = progress_follows_from(settings, &side, &reference, &stop).await;
                side.close().await;
                equal &= compared?;
            }
        }
    }
    Ok(equal)
}

async fn progress_follows_from(
    settings: &Settings,
    side: &ProgressSide,
    reference: &reference::Reference,
    stop: &CancellationToken,
) -> anyhow::Result<bool> {
    let (service, sources) = (Service::Progress, &side.sources);
    let mut equal = true;
    for context in Context::ALL.into_iter().filter(|context| places::has_log(settings, *context)) {
        equal &= match context {
            Context::Poverty => {
                let mut model = PovertyModel::new(reference);
                compare(settings, service, &sources.poverty, &mut model, context, stop).await?
            }
            Context::Rural => {
                let mut model = RuralModel::new(reference);
                compare(settings, service, &sources.rural, &mut model, context, stop).await?
            }
            Context::Funding => {
                let mut model = FundingModel::new(reference);
                compare(settings, service, &sources.funding, &mut model, context, stop).await?
            }
        };
    }
    Ok(equal)
}

async fn compare<M: ReadModel>(
    settings: &Settings,
    service: Service,
    views: &ReadDatabase,
    model: &mut M,
    context: Context,
    stop: &CancellationToken,
) -> anyhow::Result<bool> {
    let log = logs::open_to_read(settings, context).await?;
    let mut source = LogSource::new(context.name(), log.clone());
    let verified = projection::verify(views, model, &mut source, RebuildOptions::default(), stop).await;
    log.close().await;
    let verified = verified?;
    let differing = verified.differing_tables();
    let (service, of) = (service.name(), context.name());
    if differing.is_empty() {
        println!("views of {service}: those of {of} equal to the log up to position {}", verified.position);
    } else {
        let differing = differing.join(", ");
        println!(
            "views of {service}: those of {of} differ from the log in {differing}; run `muctieu rebuild`"
        );
    }
    Ok(differing.is_empty())
}
