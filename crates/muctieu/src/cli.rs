//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Muctieu: one true picture of a province's national target programmes.
#[derive(Debug, Parser)]
#[command(name = "muctieu", version, about, disable_version_flag = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) configuration: Configuration,
}

/// Where settings come from besides the environment (`MUCTIEU_…`).
#[derive(Debug, Args)]
pub(crate) struct Configuration {
    /// Settings file (TOML).
    #[arg(long, global = true, value_name = "FILE", env = "MUCTIEU_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// One setting, for example `--set log.queue_max=5000`; beats the file and the environment. May be repeated.
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Folder for all data of the embedded edition; short for `--set data_dir=DIR`.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve: everything in one process on SQLite, or one service on PostgreSQL and JetStream.
    Serve {
        /// One service of the distributed edition; without it everything, embedded.
        service: Option<Service>,
    },
    /// Build a synthetic province through the API, print the committee's table, then serve it.
    Demo(DemoOptions),
    /// Create or migrate the databases that the settings name, then stop.
    Migrate,
    /// Recompute every proof of the log from its content; with --views also compare the read models with it.
    Verify {
        /// Whose log; without it every log that the settings lead to.
        log: Option<Service>,
        /// A signed checkpoint that was kept elsewhere: shows a log that was cut or rewritten as a whole.
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
        /// Also fold the log into a second set of views and compare it with the live one.
        #[arg(long)]
        views: bool,
    },
    /// Print the newest signed checkpoint of a log. Kept by somebody else, `verify --checkpoint` shows with it whether the
    /// log was cut or rewritten since.
    Checkpoint {
        /// Whose log.
        #[arg(default_value = "poverty-registry")]
        log: Service,
    },
    /// Ask a running site for all figures and print them, one a line, in an order that never changes: two sites with the
    /// same history print the same bytes.
    Export {
        #[command(subcommand)]
        what: ExportCommand,
    },
    /// Fold the log into new views beside the live ones, then switch to them.
    Rebuild {
        /// Which service's views; without it those of every service.
        service: Option<Service>,
    },
    /// Ask a running server whether it serves; exit code 0 where it does.
    Healthcheck {
        /// host:port; without it the address that the settings name.
        #[arg(long)]
        address: Option<String>,
    },
    /// Print every setting, where it came from, and what it does; secrets are not shown.
    Config,
    /// Work with reference packs.
    Reference {
        #[command(subcommand)]
        command: ReferenceCommand,
    },
    /// Print the version.
    Version,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Service {
    /// Households, members, assessments.
    PovertyRegistry,
    /// Observations of indicators, assessments of communes and villages, titles.
    RuralCriteria,
    /// Where every đồng of the programmes is.
    FundingLedger,
    /// The committees' consolidated views.
    Progress,
}

impl Service {
    pub(crate) const ALL: [Self; 4] =
        [Self::PovertyRegistry, Self::RuralCriteria, Self::FundingLedger, Self::Progress];

    /// As the command line names it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::PovertyRegistry => "poverty-registry",
            Self::RuralCriteria => "rural-criteria",
            Self::FundingLedger => "funding-ledger",
            Self::Progress => "progress",
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct DemoOptions {
    /// Size against the real province of about 107,700 households, for example 0.1.
    #[arg(long, default_value = "1")]
    pub(crate) scale: String,
    /// Another seed is another synthetic province.
    #[arg(long, default_value_t = 2025)]
    pub(crate) seed: u64,
    /// Exit after the page instead of serving.
    #[arg(long)]
    pub(crate) once: bool,
    #[command(flatten)]
    pub(crate) elsewhere: Option<Elsewhere>,
}

/// Services that run elsewhere with demo_clock on, and hold nothing but synthetic data: the province is told to them instead
/// of to a server of its own.
#[derive(Debug, Args)]
#[group(requires_all = ["poverty", "rural", "funding", "progress"])]
pub(crate) struct Elsewhere {
    /// Where the poverty registry is, for example http://127.0.0.1:50051.
    #[arg(long, required = false, value_name = "URL")]
    pub(crate) poverty: String,
    /// Where the rural criteria service is.
    #[arg(long, required = false, value_name = "URL")]
    pub(crate) rural: String,
    /// Where the funding ledger is.
    #[arg(long, required = false, value_name = "URL")]
    pub(crate) funding: String,
    /// Where the progress service is.
    #[arg(long, required = false, value_name = "URL")]
    pub(crate) progress: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ExportCommand {
    /// Poverty, criteria, money, targets and cases, as at the ends of years, as known then and now, on both maps.
    Figures {
        /// host:port of progress; without it the address that the settings name.
        #[arg(long)]
        address: Option<String>,
        /// What was recorded after this day is left out; without it today.
        #[arg(long, value_name = "DAY")]
        known_on: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReferenceCommand {
    /// Validate the embedded packs together with the operator's and print what they hold.
    Check {
        /// Folder of the operator's packs; without it the one that the settings name.
        #[arg(long)]
        dir: Option<PathBuf>,
    },
}
