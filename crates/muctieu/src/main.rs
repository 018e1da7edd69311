//! The `muctieu` program. It alone knows all services and all adapters; which are used is decided by the settings.

mod background;
mod cli;
mod complaint;
mod context;
mod demo;
mod demo_clock;
mod demo_folder;
mod export;
mod logs;
mod places;
mod poverty_feed;
mod poverty_side;
mod progress_side;
mod seal;
mod seal_key;
mod serve;
mod upkeep;
mod verify;

use clap::Parser;
use cli::{Cli, Command, Configuration, ExportCommand, ReferenceCommand, Service};
use context::Context;
use service::{
    Settings,
    config::{self, Sources},
    telemetry,
};
use std::{path::Path, process::ExitCode};

/// Asks the system for memory less often than the usual one, and SQLite through it: the demo takes a sixth less time, a replay a
/// tenth, and with pages of the usual size a rebuild another eighth.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = runtime.map_err(anyhow::Error::from).and_then(|runtime| runtime.block_on(run(cli)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("muctieu: {}", complaint::in_one_line(&error));
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    if matches!(cli.command, Command::Version) {
        println!("muctieu {}", env!("CARGO_PKG_VERSION"));
        return Ok(());
    }
    let configuration = config::load(&sources(cli.configuration))?;
    let settings = configuration.settings.clone();
    match cli.command {
        Command::Serve { service } => {
            observe(&settings)?;
            serve::run(&settings, service).await
        }
        Command::Demo(options) => {
            observe(&settings)?;
            demo::run(settings, &options).await
        }
        Command::Migrate => upkeep::migrate(&settings).await,
        Command::Verify { log, checkpoint, views } => {
            let only = log.map(context_of).transpose()?;
            Box::pin(verify::run(&settings, only, checkpoint.as_deref(), views)).await
        }
        Command::Checkpoint { log } => verify::print_checkpoint(&settings, context_of(log)?).await,
        Command::Export { what: ExportCommand::Figures { address, known_on } } => {
            Box::pin(export::figures(&settings, address, known_on)).await
        }
        Command::Rebuild { service } => Box::pin(upkeep::rebuild(&settings, service)).await,
        Command::Healthcheck { address } => upkeep::healthcheck(&settings, address).await,
        Command::Config => {
            print!("{configuration}");
            Ok(())
        }
        Command::Reference { command: ReferenceCommand::Check { dir } } => {
            check_reference(dir.as_deref().or(settings.reference_dir.as_deref()))
        }
        Command::Version => Ok(()),
    }
}

/// The context whose log the service writes.
fn context_of(service: Service) -> anyhow::Result<Context> {
    let of = Context::ALL.into_iter().find(|context| context.service() == service);
    of.ok_or_else(|| anyhow::anyhow!("{} writes no log", service.name()))
}

fn sources(configuration: Configuration) -> Sources {
    let Configuration { config, mut set, data_dir } = configuration;
    set.extend(data_dir.map(|dir| format!("data_dir={}", dir.display())));
    Sources::of_process(config, set)
}

fn observe(settings: &Settings) -> anyhow::Result<()> {
    telemetry::log(&settings.telemetry_filter, settings.telemetry_format)?;
    telemetry::measure()?;
    Ok(())
}

fn check_reference(dir: Option<&Path>) -> anyhow::Result<()> {
    let report = reference::check(dir);
    print!("{report}");
    anyhow::ensure!(report.is_clean(), "the packs have {} findings", report.findings.len());
    Ok(())
}
