//! The built program as processes of its own, as an operator runs it. Each wait has a deadline; a process that is still
//! running when its value is dropped is killed.

use anyhow::{Context, Result, bail, ensure};
use std::{
    fmt::Display,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::{
    io::AsyncReadExt,
    process::{Child, Command},
    time::{interval, sleep, timeout},
};
use tonic::transport::Channel;

const SERVES_WITHIN: Duration = Duration::from_secs(60);
const RUNS_AT_MOST: Duration = Duration::from_secs(600);
const LOOK_AT_MEMORY_EVERY: Duration = Duration::from_millis(20);

/// The program with its settings.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    path: PathBuf,
    settings: Vec<String>,
}

/// A process that serves.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    /// One connection to it.
    pub(crate) channel: Channel,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

/// A process that has ended well.
#[derive(Debug)]
pub(crate) struct Run {
    /// From its start to the first byte that it printed.
    pub(crate) printed_after: Duration,
    pub(crate) took: Duration,
    /// The most memory that it held at one time; zero where the system does not tell.
    pub(crate) peak_memory_kib: u64,
}

impl Program {
    /// With its data in that folder.
    pub(crate) fn new(path: &Path, data_dir: &Path) -> Self {
        Self::given(path, format!("--data-dir={}", data_dir.display()))
    }

    /// With a settings file.
    pub(crate) fn configured(path: &Path, file: &Path) -> Self {
        Self::given(path, format!("--config={}", file.display()))
    }

    fn given(path: &Path, flag: String) -> Self {
        let program = Self { path: path.to_owned(), settings: vec![flag] };
        program.set("metrics_listen", "").set("telemetry.filter", "warn")
    }

    pub(crate) fn set(mut self, key: &str, value: impl Display) -> Self {
        self.settings.push(format!("--set={key}={value}"));
        self
    }

    /// Starts it with those arguments and waits until it takes connections on a free port.
    pub(crate) async fn serve(&self, arguments: &[&str]) -> Result<Server> {
        let address = SocketAddr::from(([127, 0, 0, 1], testing::free_port()));
        let mut command = self.clone().set("listen", address).command(arguments);
        let mut process = command.stdout(Stdio::null()).spawn().context("muctieu could not be started")?;
        let endpoint = Channel::from_shared(format!("http://{address}"))?;
        let asked = Instant::now();
        loop {
            if let Ok(channel) = endpoint.connect().await {
                return Ok(Server { process, channel, address });
            }
            if let Some(status) = process.try_wait()? {
                bail!("muctieu {arguments:?} ended with {status} instead of serving");
            }
            ensure!(asked.elapsed() < SERVES_WITHIN, "muctieu {arguments:?} does not serve {address}");
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Runs it with those arguments to its end.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Result<Run> {
        let run = timeout(RUNS_AT_MOST, self.run_on(arguments)).await;
        run.with_context(|| format!("muctieu {arguments:?} ran longer than {RUNS_AT_MOST:?}"))?
    }

    async fn run_on(&self, arguments: &[&str]) -> Result<Run> {
        let started = Instant::now();
        let mut process = self.command(arguments).stdout(Stdio::piped()).spawn()?;
        let mut output = process.stdout.take().context("a piped output")?;
        let status_file =
            PathBuf::from(format!("/proc/{}/status", process.id().context("a running process")?));
        let mut look = interval(LOOK_AT_MEMORY_EVERY);
        let (mut printed_after, mut peak_memory_kib) = (None, 0);
        let mut buffer = [0; 4096];
        loop {
            tokio::select! {
                read = output.read(&mut buffer) => {
                    if read? == 0 {
                        break;
                    }
                    printed_after.get_or_insert(started.elapsed());
                }
                _ = look.tick() => peak_memory_kib = peak_memory_kib.max(peak_memory(&status_file)),
            }
        }
        let status = process.wait().await?;
        ensure!(status.success(), "muctieu {arguments:?} failed with {status}");
        let took = started.elapsed();
        Ok(Run { printed_after: printed_after.unwrap_or(took), took, peak_memory_kib })
    }

    /// Only what is set here counts, not what whoever measures has in the environment.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(arguments).args(&self.settings).stdin(Stdio::null()).kill_on_drop(true);
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("MUCTIEU_"))
        {
            command.env_remove(name);
        }
        command
    }
}

impl Server {
    /// Kills it and waits until it is gone.
    pub(crate) async fn end(mut self) -> Result<()> {
        Ok(self.process.kill().await?)
    }
}

/// The highest resident memory so far, in KiB.
fn peak_memory(status_file: &Path) -> u64 {
    let text = fs::read_to_string(status_file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell() -> Program {
        Program { path: "sh".into(), settings: Vec::new() }
    }

    #[tokio::test]
    async fn a_run_tells_when_it_printed_and_when_it_ended() {
        let run = shell().run(&["-c", "echo printed; read nothing; exec true"]).await.unwrap();
        assert!(run.printed_after <= run.took);
    }

    #[tokio::test]
    async fn a_run_that_fails_is_an_error_that_names_the_command() {
        let error = shell().run(&["-c", "exit 3"]).await.unwrap_err().to_string();
        assert!(error.contains("exit 3"), "{error}");
    }

    #[tokio::test]
    async fn a_server_that_ends_instead_of_serving_is_an_error() {
        let error = shell().serve(&["-c", "exit 4"]).await.unwrap_err().to_string();
        assert!(error.contains("instead of serving"), "{error}");
    }
}
