//! The Docker engine: the one that runs on this machine, else one of this run's own, in namespaces that end with it.

use crate::{install, session::Session};
use anyhow::{Context, Result, bail, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

const START_WITHIN: Duration = Duration::from_secs(60);
/// Bounds every call of docker and docker-compose.
const CALL_SECONDS_MAX: &str = "300";
/// What an engine of our own needs, by program and Debian package.
const NEEDED: [(&str, &str); 7] = [
    ("dockerd", "docker.io"),
    ("docker", "docker.io"),
    ("docker-compose", "docker-compose"),
    ("debootstrap", "debootstrap"),
    ("ip", "iproute2"),
    ("iptables", "iptables"),
    ("nsenter", "util-linux"),
];

/// An engine that answers.
pub(crate) struct Engine {
    own: Option<OwnEngine>,
    compose: &'static [&'static str],
}

/// The engine, its containers, their network, firewall rules and mounts are in namespaces of their own, so that this machine
/// notices nothing of them and they are gone with the first process of these namespaces.
struct OwnEngine {
    /// The first process of the namespaces, as this machine counts processes.
    first: u32,
    socket: PathBuf,
}

/// Why no engine of our own can be started here; nothing where one can, or where an engine runs already.
pub(crate) fn hindrance() -> Option<String> {
    if answers(Command::new("docker")) {
        return None;
    }
    if !install::is_possible() {
        return Some("no Docker engine answers, and to start one takes root on Debian".to_owned());
    }
    let namespaces = "mount -t tmpfs none /mnt && mkdir /mnt/lower /mnt/upper /mnt/work /mnt/merged && mount -t overlay \
                      -o lowerdir=/mnt/lower,upperdir=/mnt/upper,workdir=/mnt/work none /mnt/merged";
    let tried = unshared(namespaces).stdin(Stdio::null()).output();
    if !tried.is_ok_and(|tried| tried.status.success()) {
        return Some(
            "no Docker engine answers, and none can be started: this machine lets root make no namespaces or mounts"
                .to_owned(),
        );
    }
    let group = PathBuf::from(control_groups()).join(format!("muctieu-probe-{}", std::process::id()));
    let writable = fs::create_dir(&group).and_then(|()| fs::remove_dir(&group));
    writable.err().map(|error| {
        format!("no Docker engine answers, and none can be started: control groups cannot be made ({error})")
    })
}

impl Engine {
    /// The engine that runs, else one of our own. `seen` is told which.
    pub(crate) fn find_or_start(session: &mut Session, seen: &mut String) -> Result<Self> {
        if answers(Command::new("docker")) {
            let engine = Self { own: None, compose: compose_program()? };
            *seen = format!("the engine of this machine, {}", engine.version()?);
            return Ok(engine);
        }
        if let Some(hindrance) = hindrance() {
            bail!("{hindrance}");
        }
        let missing: Vec<_> = NEEDED.iter().filter(|(program, _)| !is_installed(program)).collect();
        if !missing.is_empty() {
            let mut packages: Vec<_> = missing.iter().map(|(_, package)| *package).collect();
            packages.dedup();
            install::packages(&packages)?;
        }
        if !is_installed("docker") {
            // Since Debian 13 the client is a package of its own.
            install::packages(&["docker-cli"])?;
        }
        let own = OwnEngine::start(session)?;
        let engine = Self { own: Some(own), compose: compose_program()? };
        *seen = format!("one of this run's own, {}", engine.version()?);
        Ok(engine)
    }

    /// Whether it is of this run alone. Such an engine has no way out of this machine and ends with everything in it.
    pub(crate) fn is_own(&self) -> bool {
        self.own.is_some()
    }

    /// `docker` with these arguments.
    pub(crate) fn docker(&self, arguments: &[&str]) -> Command {
        let mut command = bounded("docker");
        command.args(arguments);
        self.address(&mut command);
        command
    }

    /// `docker-compose`, of either generation.
    pub(crate) fn compose(&self) -> Command {
        let [program, arguments @ ..] = self.compose else { return bounded("docker-compose") };
        let mut command = bounded(program);
        command.args(arguments);
        self.address(&mut command);
        command
    }

    /// The program where the published ports of the containers are.
    pub(crate) fn beside(&self, program: &Path) -> Command {
        let Some(own) = &self.own else { return bounded(program) };
        let mut command = bounded("nsenter");
        command.arg(format!("--net=/proc/{}/ns/net", own.first)).arg("--").arg(program);
        command
    }

    fn address(&self, command: &mut Command) {
        if let Some(own) = &self.own {
            command.env("DOCKER_HOST", address(&own.socket));
        }
    }

    fn version(&self) -> Result<String> {
        let version = output(self.docker(&["version", "--format", "{{.Server.Version}}"]))?;
        Ok(format!("Docker {}", version.trim()))
    }
}

impl OwnEngine {
    fn start(session: &mut Session) -> Result<Self> {
        let folder = session.directory().join("engine");
        fs::create_dir(&folder)?;
        let socket = folder.join("socket");
        let log = folder.join("log");
        let control_group = format!("muctieu-{}", std::process::id());
        // The shell stays the first process of the namespaces: it buries what the containers leave, and dockerd would not.
        let script = format!(
            "ip link set lo up && dockerd --data-root {folder}/data --exec-root {folder}/exec --pidfile {folder}/pid \
             --host unix://{socket} --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent /{control_group}; exit $?",
            folder = folder.display(),
            socket = socket.display()
        );
        session.guard_control_group(&control_group)?;
        // unshare takes everything with it when it ends.
        let unshare = session.serve(unshared(&script), &log)?;
        wait_until_ready(session, unshare, &socket, &log)?;
        let children = fs::read_to_string(format!("/proc/{unshare}/task/{unshare}/children"))?;
        let first = children.trim().parse().context("unshare has no child")?;
        Ok(Self { first, socket })
    }
}

fn wait_until_ready(session: &mut Session, unshare: u32, socket: &Path, log: &Path) -> Result<()> {
    let started = Instant::now();
    loop {
        let mut docker = Command::new("docker");
        docker.env("DOCKER_HOST", address(socket));
        if answers(docker) {
            return Ok(());
        }
        if !session.serves(unshare) || started.elapsed() > START_WITHIN {
            let said = fs::read_to_string(log).unwrap_or_default();
            let lines: Vec<_> = said.lines().collect();
            bail!("dockerd did not start:\n{}", lines[lines.len().saturating_sub(15)..].join("\n"));
        }
        sleep(Duration::from_millis(100));
    }
}

fn address(socket: &Path) -> String {
    format!("unix://{}", socket.display())
}

/// The command's standard output; an error with what it said where it failed.
pub(crate) fn output(mut command: Command) -> Result<String> {
    let done = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} could not be started", command.get_program().display()))?;
    let said = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success(), "{} ({})", said.trim(), words(&command));
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

/// The command as one would type it.
fn words(command: &Command) -> String {
    let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
    format!("{} {}", command.get_program().display(), words.join(" "))
}

/// The script in network, mount and process namespaces of its own, whose first process it is.
fn unshared(script: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", script]);
    command
}

/// Where a control group for containers can be made: one of the hierarchies of version 1, or the only one of version 2.
fn control_groups() -> &'static str {
    if Path::new("/sys/fs/cgroup/memory").is_dir() { "/sys/fs/cgroup/memory" } else { "/sys/fs/cgroup" }
}

fn answers(mut docker: Command) -> bool {
    docker
        .args(["version", "--format", "{{.Server.Version}}"])
        .stdin(Stdio::null())
        .output()
        .is_ok_and(|answer| answer.status.success())
}

/// Ends the program where it takes too long; it stays in the process group it is started in.
pub(crate) fn bounded(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new("timeout");
    command.args(["--kill-after=10", CALL_SECONDS_MAX]).arg(program);
    command
}

fn compose_program() -> Result<&'static [&'static str]> {
    let candidates: [&'static [&'static str]; 2] = [&["docker-compose"], &["docker", "compose"]];
    candidates
        .into_iter()
        .find(|program| {
            let [program, arguments @ ..] = program else { return false };
            let version = Command::new(program).args(arguments).arg("version").output();
            version.is_ok_and(|version| version.status.success())
        })
        .context("docker-compose is missing. Debian, Ubuntu: apt-get install docker-compose")
}

fn is_installed(program: &str) -> bool {
    let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).output();
    found.is_ok_and(|found| found.status.success())
}
