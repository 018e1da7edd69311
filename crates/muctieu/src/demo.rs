//! `muctieu demo`: a synthetic province told through the API, the committee's table, then a server to look around in.

use crate::{
    cli::{DemoOptions, Elsewhere},
    demo_clock::DemoClock,
    demo_folder::{DemoFolder, History},
    serve,
};
use anyhow::{Context, bail};
use demo::{Channels, Driven, Plan, table};
use indicatif::{ProgressBar, ProgressStyle};
use kernel::Ratio;
use reference::Reference;
use service::{Settings, health, shutdown};
use std::{
    io::{IsTerminal, Write},
    sync::Arc,
};
use tonic::transport::Channel;

pub(crate) async fn run(settings: Settings, options: &DemoOptions) -> anyhow::Result<()> {
    let scale: Ratio = options.scale.parse().context("--scale is a number such as 0.1")?;
    let plan = plan(demo::Settings { seed: options.seed, scale })?;
    match &options.elsewhere {
        Some(elsewhere) => Box::pin(tell_elsewhere(elsewhere, plan)).await,
        None => Box::pin(tell_here(settings, options, plan)).await,
    }
}

/// Tells the province to services that run elsewhere and prints the committee's page.
async fn tell_elsewhere(elsewhere: &Elsewhere, plan: Arc<Plan>) -> anyhow::Result<()> {
    let Elsewhere { poverty, rural, funding, progress } = elsewhere;
    let channels = Channels {
        poverty: channel_to(poverty).await?,
        rural: channel_to(rural).await?,
        funding: channel_to(funding).await?,
        progress: channel_to(progress).await?,
    };
    let shutdown = shutdown::on_signal()?;
    let shown = async {
        let driven = tell(plan, channels.clone()).await.context(
            "the synthetic history could not be told; the services need demo_clock = true and the demo's villages in \
             reference.dir, and hold nothing else",
        )?;
        let page = table::render(&Box::pin(table::fetch(channels, &driven.consistency_token)).await?);
        anyhow::Ok(format!("{page}{}\n", news_of(&driven)))
    };
    let Some(shown) = shutdown.run_until_cancelled(Box::pin(shown)).await else {
        bail!("interrupted before the page was there; the same command goes on from here");
    };
    print(&shown?)
}

async fn channel_to(url: &str) -> anyhow::Result<Channel> {
    let endpoint = Channel::from_shared(url.to_owned()).with_context(|| format!("'{url}' is no URL"))?;
    endpoint.connect().await.with_context(|| format!("cannot reach {url}"))
}

/// Tells the province to a server of its own over a folder of its own, unless that was done before, and serves on.
async fn tell_here(mut settings: Settings, options: &DemoOptions, plan: Arc<Plan>) -> anyhow::Result<()> {
    let folder = DemoFolder::below(&settings.data_dir, options.seed, &options.scale)?;
    folder.apply(&mut settings);
    plan.write_villages_pack(&folder.packs()).with_context(|| {
        format!("cannot write to {}; choose another folder with --data-dir", folder.path().display())
    })?;
    folder.write_settings()?;

    let shutdown = shutdown::on_signal()?;
    let clock = Arc::new(DemoClock::new());
    let time = serve::Time::told(&clock);
    let site = Box::pin(serve::embedded(&settings, time, &shutdown)).await?;
    let address = health::local_address(site.address());
    let heads = site.log_heads().await?;
    let before = folder.history().filter(|told| told.is_whole(plan.size().requests(), &heads));
    let shown = Box::pin(show(before, plan, address.to_string(), &clock, &folder));
    let Some(shown) = shutdown.run_until_cancelled(shown).await else {
        site.finished().await?;
        bail!("interrupted before the page was there; the same command goes on from here");
    };
    print(&shown?)?;
    if options.once {
        shutdown.cancel();
        return site.finished().await;
    }
    let mut directions =
        format!("gRPC, gRPC-Web, reflection: {address}   (grpcurl -plaintext {address} list)\n");
    if let Some(metrics) = site.metrics_address() {
        directions += &format!("metrics: http://{metrics}/metrics\n");
    }
    print(&(directions + "Ctrl-C ends it.\n"))?;
    site.finished().await
}

fn plan(settings: demo::Settings) -> anyhow::Result<Arc<Plan>> {
    let reference = Arc::new(Reference::embedded()?);
    Ok(Arc::new(Plan::new(settings, reference)?))
}

/// Tells the history, unless an earlier run told it to its end, and reads the committee's page; both through the API, as any
/// client would. Answers with the page and what is to be known about its data.
async fn show(
    before: Option<History>,
    plan: Arc<Plan>,
    address: String,
    clock: &DemoClock,
    folder: &DemoFolder,
) -> anyhow::Result<String> {
    let channels = Channels::to_one(channel_to(&format!("http://{address}")).await?);
    let data = format!("data: {} (synthetic; delete the folder to begin anew)", folder.path().display());
    let (history, news) = if let Some(history) = before {
        (history, "\n      the whole history was there already: nothing was recorded anew".to_owned())
    } else {
        let told = tell(plan, channels.clone()).await;
        clock.stop_telling();
        let driven = told.with_context(|| {
            format!(
                "the synthetic history could not be told into {}; if another release made that folder, delete it or \
                 choose another --seed",
                folder.path().display()
            )
        })?;
        let history = History::from(&driven);
        folder.remember(&history)?;
        (history, news_of(&driven))
    };
    let table = table::render(&Box::pin(table::fetch(channels, &history.consistency_token)).await?);
    Ok(format!("{table}\n{data}{news}\n      to serve it again later: {}\n", folder.serve_command()))
}

fn news_of(driven: &Driven) -> String {
    if driven.replayed == 0 {
        return String::new();
    }
    format!(
        "\n      an earlier run was interrupted: {} of {} requests were recorded then, the others now",
        driven.replayed, driven.requests
    )
}

async fn tell(plan: Arc<Plan>, channels: Channels) -> Result<Driven, demo::Error> {
    let bar = progress_bar(plan.size().requests());
    let on_progress = |progress: demo::Progress| {
        bar.set_position(progress.requests_done);
        bar.set_message(progress.today.to_string());
    };
    let driven = demo::drive(channels, plan, on_progress).await;
    bar.finish_and_clear();
    driven
}

fn progress_bar(requests: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {per_sec} còn {eta}");
    let bar = ProgressBar::new(requests);
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

/// Prints to standard output; a reader that went away (a closed pipe) is no failure.
fn print(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
