//! A PostgreSQL cluster of this run's own: on a free port of the loopback interface, with durable commits.

use crate::{
    install::is_root,
    session::{Session, signal},
};
use anyhow::{Context, Result, bail, ensure};
use std::{
    fs::{self, File},
    net::TcpListener,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

const START_WITHIN: Duration = Duration::from_secs(60);
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// A running cluster; dropping it ends it.
pub(crate) struct Postgres {
    postmaster: Child,
    port: u16,
}

impl Postgres {
    /// Makes the cluster in the session's directory and starts it.
    pub(crate) fn start(session: &mut Session, programs: &Path) -> Result<Self> {
        let folder = session.directory().join("postgres");
        fs::create_dir(&folder)?;
        let user = match is_root() {
            true => Some(unprivileged_user()?),
            false => None,
        };
        if let Some(user) = &user {
            let owned = Command::new("chown").arg(user).arg(&folder).status()?;
            ensure!(owned.success(), "{} could not be given to user {user}", folder.display());
        }

        let data = folder.join("data");
        let made = program_as(user.as_deref(), &programs.join("initdb"))
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"])
            .arg("--pgdata")
            .arg(&data)
            .current_dir(&folder)
            .stdout(Stdio::null())
            .status()
            .context("initdb could not be started")?;
        ensure!(made.success(), "initdb failed");

        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let log = session.directory().join("postgres.log");
        let mut command = program_as(user.as_deref(), &programs.join("postgres"));
        command.arg("-D").arg(&data).args(["-p", &port.to_string()]);
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=300",
            "shared_buffers=256MB",
            "max_wal_size=4GB",
        ] {
            command.args(["-c", setting]);
        }
        let postmaster = command
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(File::create(&log)?)
            .stderr(File::options().append(true).open(&log)?)
            .process_group(0)
            .spawn()
            .context("postgres could not be started")?;
        let mut cluster = Self { postmaster, port };
        session.guard_postgres(&cluster.postmaster)?;
        cluster.wait_until_ready(&data.join("postmaster.pid"), &log)?;
        Ok(cluster)
    }

    /// The administrator's URL.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Ends the cluster at once; nobody needs its data any more.
    pub(crate) fn stop(mut self, session: &mut Session) -> Result<()> {
        self.end();
        session.forget_postgres()
    }

    fn wait_until_ready(&mut self, status_file: &Path, log: &Path) -> Result<()> {
        let started = Instant::now();
        while !fs::read_to_string(status_file).is_ok_and(|text| text.trim_end().ends_with("ready")) {
            let ended = self.postmaster.try_wait()?.is_some();
            if ended || started.elapsed() > START_WITHIN {
                bail!("PostgreSQL did not start:\n{}", fs::read_to_string(log).unwrap_or_default());
            }
            sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn end(&mut self) {
        // Immediate shutdown: the postmaster ends its children, which are in process groups of their own.
        signal("QUIT", &self.postmaster.id().to_string());
        let asked = Instant::now();
        while matches!(self.postmaster.try_wait(), Ok(None)) && asked.elapsed() < STOP_WITHIN {
            sleep(Duration::from_millis(20));
        }
        let _ = self.postmaster.kill();
        let _ = self.postmaster.wait();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if matches!(self.postmaster.try_wait(), Ok(None)) {
            self.end();
        }
    }
}

/// PostgreSQL refuses to run as root.
fn unprivileged_user() -> Result<String> {
    let users = fs::read_to_string("/etc/passwd").context("/etc/passwd")?;
    ["postgres", "nobody"]
        .into_iter()
        .find(|user| users.lines().any(|line| line.split(':').next() == Some(user)))
        .map(str::to_owned)
        .context("PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody")
}

fn program_as(user: Option<&str>, program: &Path) -> Command {
    let Some(user) = user else { return Command::new(program) };
    let mut command = Command::new("setpriv");
    command.args(["--reuid", user, "--regid", group_of(user), "--clear-groups", "--"]).arg(program);
    command
}

/// Debian calls the group of nobody nogroup.
fn group_of(user: &str) -> &str {
    if user == "nobody" { "nogroup" } else { user }
}
