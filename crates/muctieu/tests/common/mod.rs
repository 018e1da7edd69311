//! Runs the built program as an operator would: to its end, or as a server beside the test.
#![allow(dead_code, reason = "each test program uses its part")]

pub(crate) mod python;

use std::{
    net::SocketAddr,
    path::Path,
    process::{Child, Command, ExitStatus, Output, Stdio},
    time::Duration,
};
use tonic::transport::Channel;

/// No run and no wait of these tests takes longer.
const DEADLINE: Duration = Duration::from_secs(120);

/// Runs `muctieu ARGUMENTS` to its end, with no settings but those.
pub(crate) async fn muctieu(arguments: &[&str]) -> Finished {
    Launch::of(arguments).finish().await
}

/// A run of the program that has ended.
pub(crate) struct Finished {
    arguments: Vec<String>,
    status: ExitStatus,
    /// Its standard output.
    pub(crate) printed: String,
    /// Its standard error.
    pub(crate) complaint: String,
}

impl Finished {
    /// What it printed; panics where it failed.
    pub(crate) fn succeeded(self) -> String {
        assert!(self.status.success(), "failed: {self}");
        self.printed
    }

    /// The run itself; panics where it did not fail in an orderly way.
    pub(crate) fn refused(self) -> Self {
        assert_eq!(self.status.code(), Some(1), "was to refuse: {self}");
        self
    }

    /// Panics where it ended by itself, well or not, instead of dying.
    pub(crate) fn died(self) {
        assert_eq!(self.status.code(), None, "was to die: {self}");
    }
}

impl std::fmt::Display for Finished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { arguments, status, printed, complaint } = self;
        write!(f, "muctieu {arguments:?}: {status}\n{printed}\n{complaint}")
    }
}

/// One running `muctieu` process. Dropping it kills it.
pub(crate) struct Process {
    child: Child,
    /// Where it serves gRPC.
    pub(crate) address: SocketAddr,
}

/// How a process is started; kept, so that it can be started again after a kill.
#[derive(Clone)]
pub(crate) struct Launch {
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    address: SocketAddr,
}

impl Launch {
    /// `muctieu ARGUMENTS`; whatever serves does so on a free loopback port.
    pub(crate) fn of(arguments: &[&str]) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], testing::free_port()));
        let arguments = arguments.iter().map(|&text| text.to_owned()).collect();
        Self { arguments, environment: Vec::new(), address }
            .with("MUCTIEU_LISTEN", &address.to_string())
            .with("MUCTIEU_METRICS_LISTEN", "")
    }

    /// The same with its data under `data_dir`.
    pub(crate) fn new(arguments: &[&str], data_dir: &Path) -> Self {
        let data_dir = data_dir.to_str().expect("a temporary folder named in UTF-8");
        Self::of(arguments).with("MUCTIEU_DATA_DIR", data_dir)
    }

    /// Adds one environment variable.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Starts the process and waits until it serves.
    pub(crate) async fn start(&self) -> Process {
        let process = self.spawn();
        let serving = || async {
            Channel::from_shared(format!("http://{}", self.address))
                .expect("an address")
                .connect()
                .await
                .is_ok()
        };
        testing::wait_until(DEADLINE, "the process to serve", serving).await;
        process
    }

    /// Starts the process without waiting.
    pub(crate) fn spawn(&self) -> Process {
        let child = self.command().stdout(Stdio::null()).spawn().expect("the built program starts");
        Process { child, address: self.address }
    }

    /// Runs the program to its end.
    pub(crate) async fn finish(&self) -> Finished {
        let mut command = tokio::process::Command::from(self.command());
        let ended = tokio::time::timeout(DEADLINE, command.kill_on_drop(true).output()).await;
        let ended = ended.unwrap_or_else(|_| panic!("muctieu {:?} did not end", self.arguments));
        let Output { status, stdout, stderr } = ended.expect("the built program starts");
        Finished {
            arguments: self.arguments.clone(),
            status,
            printed: String::from_utf8_lossy(&stdout).into_owned(),
            complaint: String::from_utf8_lossy(&stderr).into_owned(),
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_muctieu"));
        command.args(&self.arguments).envs(self.environment.iter().cloned());
        command
    }
}

impl Process {
    /// SIGKILL: no drain, no farewell.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("the process can be killed");
        self.child.wait().expect("the killed process is reaped");
    }

    /// SIGTERM, and how it ended then.
    pub(crate) async fn terminate(&mut self) -> ExitStatus {
        let asked = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.child.id())]).status();
        assert!(asked.is_ok_and(|status| status.success()), "the process can be told to end");
        testing::wait_until(DEADLINE, "the process to end", || {
            let ended = matches!(self.child.try_wait(), Ok(Some(_)));
            async move { ended }
        })
        .await;
        self.child.wait().expect("the ended process is reaped")
    }

    /// A client channel that connects when it is first used and again after a break.
    pub(crate) fn channel(&self) -> Channel {
        Channel::from_shared(format!("http://{}", self.address)).expect("an address").connect_lazy()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }
}
