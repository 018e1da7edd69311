//! Starts the built program as separate processes, as an operator would.

use std::{
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};
use tonic::transport::Channel;

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
    /// `muctieu ARGUMENTS`, serving on a free loopback port, with its data under `data_dir`.
    pub(crate) fn new(arguments: &[&str], data_dir: &Path) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], testing::free_port()));
        let launch = Self {
            arguments: arguments.iter().map(|&text| text.to_owned()).collect(),
            environment: Vec::new(),
            address,
        };
        let data_dir = data_dir.to_str().expect("a temporary folder named in UTF-8").to_owned();
        launch
            .with("MUCTIEU_DATA_DIR", &data_dir)
            .with("MUCTIEU_LISTEN", &address.to_string())
            .with("MUCTIEU_METRICS_LISTEN", "")
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
        testing::wait_until(Duration::from_secs(60), "the process to serve", serving).await;
        process
    }

    /// Starts the process without waiting.
    pub(crate) fn spawn(&self) -> Process {
        let child = self.command().stdout(Stdio::null()).spawn().expect("the built program starts");
        Process { child, address: self.address }
    }

    /// Runs the program to its end and returns what it printed; panics where it fails.
    pub(crate) fn run(&self) -> String {
        let output = self.command().output().expect("the built program starts");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "muctieu {:?} failed:\n{printed}\n{complaints}", self.arguments);
        printed
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
