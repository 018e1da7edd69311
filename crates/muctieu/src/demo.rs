//! `muctieu demo`: a synthetic province told through the API, the committee's table, then a server to look around in.

use crate::{cli::DemoOptions, demo_clock::DemoClock, serve};
use anyhow::Context;
use demo::{Plan, table};
use indicatif::{ProgressBar, ProgressStyle};
use kernel::Ratio;
use reference::Reference;
use service::{Settings, health, shutdown};
use std::{
    io::{IsTerminal, Write},
    sync::Arc,
};
use tonic::transport::Channel;

pub(crate) async fn run(mut settings: Settings, options: &DemoOptions) -> anyhow::Result<()> {
    let scale: Ratio = options.scale.parse().context("--scale is a number such as 0.1")?;
    let plan = plan(demo::Settings { seed: options.seed, scale })?;
    settings.data_dir =
        settings.data_dir.join(format!("demo-{}-{}", options.seed, options.scale.replace('/', "-of-")));
    let packs = settings.data_dir.join("packs");
    plan.write_villages_pack(&packs)
        .with_context(|| format!("cannot write the villages to {}", packs.display()))?;
    settings.reference_dir = Some(packs);

    let shutdown = shutdown::on_signal()?;
    let clock = Arc::new(DemoClock::new());
    let site = serve::embedded(&settings, Arc::clone(&clock) as _, &shutdown).await?;
    let address = health::local_address(site.address());
    let told = tell(plan, address.to_string(), &clock);
    let page = match shutdown.run_until_cancelled(told).await {
        Some(page) => page?,
        None => return site.finished().await,
    };
    print(&page)?;
    if options.once {
        shutdown.cancel();
        return site.finished().await;
    }
    let data = settings.data_dir.display();
    let mut directions =
        format!("\ngRPC, gRPC-Web, reflection: {address}   (grpcurl -plaintext {address} list)\n");
    if let Some(metrics) = site.metrics_address() {
        directions += &format!("metrics: http://{metrics}/metrics\n");
    }
    directions += &format!("data: {data} (synthetic; delete the folder to begin anew)\nCtrl-C ends it.\n");
    print(&directions)?;
    site.finished().await
}

fn plan(settings: demo::Settings) -> anyhow::Result<Arc<Plan>> {
    let reference = Arc::new(Reference::embedded()?);
    Ok(Arc::new(Plan::new(settings, reference)?))
}

/// Tells the history and reads the table; both through the API, as any client would.
async fn tell(plan: Arc<Plan>, address: String, clock: &DemoClock) -> anyhow::Result<String> {
    let channel = Channel::from_shared(format!("http://{address}"))?.connect().await?;
    let bar = progress_bar(plan.size().requests());
    let set_today = |today| {
        clock.set_today(today);
        std::future::ready(())
    };
    let on_progress = |progress: demo::Progress| {
        bar.set_position(progress.requests_done);
        bar.set_message(progress.today.to_string());
    };
    let driven = demo::drive(channel.clone(), plan, set_today, on_progress).await;
    clock.stop_telling();
    bar.finish_and_clear();
    let answers = table::fetch(channel, &driven?.consistency_token).await?;
    Ok(table::render(&answers))
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
