//! `deploy/compose.yaml` as a project of its own in an engine: up, looked at, hurt, down.

use super::{
    SCALE,
    engine::{Engine, output},
    images,
};
use crate::{checks::workspace, session::Session};
use anyhow::{Context, Result, bail, ensure};
use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};

/// The containers that run until somebody stops them.
pub(crate) const CONTAINERS: [&str; 6] =
    ["postgres", "nats", "poverty-registry", "rural-criteria", "funding-ledger", "progress"];

/// The services with what their variables and the demo's flags begin with.
const SERVICES: [(&str, &str); 4] = [
    ("poverty-registry", "poverty"),
    ("rural-criteria", "rural"),
    ("funding-ledger", "funding"),
    ("progress", "progress"),
];

/// After all that is ever recorded here, and not today, for that may end during a run.
const KNOWN_ON: &str = "2099-12-31";
const HEALTHY_WITHIN: Duration = Duration::from_secs(120);
const LOG_LINES: &str = "40";

/// The project and its places.
pub(crate) struct Project<'engine> {
    engine: &'engine Engine,
    name: String,
    environment: Vec<(String, String)>,
    /// An empty file, so that no deploy/.env has a say.
    no_settings: PathBuf,
    /// `host:port` of each of [`SERVICES`], published on the loopback interface.
    addresses: [String; 4],
}

impl<'engine> Project<'engine> {
    /// Makes secrets and chooses ports; nothing runs yet. The project is of this run alone.
    pub(crate) fn prepare(
        session: &mut Session,
        engine: &'engine Engine,
        image: &str,
        packs: &Path,
    ) -> Result<Self> {
        let name = format!("muctieu-test-{}", std::process::id());
        if !engine.is_own() {
            session.guard_in_engine("project", &name)?;
        }
        let no_settings = session.directory().join("no-settings");
        fs::write(&no_settings, "")?;
        let secrets = session.directory().join("secrets");
        let mut make_secrets = Command::new(workspace().join("deploy/make-secrets"));
        make_secrets.arg(&secrets);
        output(make_secrets).context("deploy/make-secrets failed")?;

        let mut environment = vec![
            ("SERVICE_IMAGE".to_owned(), image.to_owned()),
            ("SECRETS_DIR".to_owned(), secrets.display().to_string()),
            ("PACKS_DIR".to_owned(), packs.display().to_string()),
            ("MUCTIEU_DEMO_CLOCK".to_owned(), "true".to_owned()),
            ("DEMO_SCALE".to_owned(), SCALE.to_owned()),
        ];
        let ports = free_ports(2 * SERVICES.len())?;
        let (grpc, metrics) = ports.split_at(SERVICES.len());
        for (((_, prefix), grpc), metrics) in SERVICES.iter().zip(grpc).zip(metrics) {
            let prefix = prefix.to_uppercase();
            environment.push((format!("{prefix}_PORT"), grpc.to_string()));
            environment.push((format!("{prefix}_METRICS_PORT"), metrics.to_string()));
        }
        let address = |at: usize| format!("127.0.0.1:{}", grpc[at]);
        let addresses = [address(0), address(1), address(2), address(3)];
        Ok(Self { engine, name, environment, no_settings, addresses })
    }

    /// Creates and starts everything, and waits until every container is healthy.
    pub(crate) fn up(&self) -> Result<()> {
        output(self.compose(&["up", "--detach"])).context("docker-compose up failed")?;
        for service in CONTAINERS {
            self.wait_until_healthy(service, 0)?;
        }
        Ok(())
    }

    /// Flags that name every service to a client on this machine: `--poverty http://127.0.0.1:…` and so on.
    pub(crate) fn flags(&self) -> Vec<String> {
        let flag = |((_, name), address): (&(&str, &str), &String)| format!("--{name}=http://{address}");
        SERVICES.iter().zip(&self.addresses).map(flag).collect()
    }

    /// The program, run where the published ports are.
    pub(crate) fn client(&self) -> Command {
        self.engine.beside(&program())
    }

    /// Every service answers on its published port that it serves.
    pub(crate) fn answers(&self) -> Result<()> {
        for ((service, _), address) in SERVICES.iter().zip(&self.addresses) {
            let mut healthcheck = self.client();
            healthcheck.args(["healthcheck", "--address", address]);
            output(healthcheck).with_context(|| format!("{service} does not answer from outside"))?;
        }
        Ok(())
    }

    /// Lets the demo profile tell the synthetic province from inside.
    pub(crate) fn demo(&self) -> Result<()> {
        output(self.compose(&["--profile", "demo", "run", "--rm", "demo"]))
            .context("the demo profile failed")?;
        Ok(())
    }

    /// All figures that progress shows, as text.
    pub(crate) fn figures(&self) -> Result<String> {
        let [.., progress] = &self.addresses;
        figures(self.client(), progress)
    }

    /// Kills the container's process as the kernel would, and waits until the engine has started it again and it is healthy.
    pub(crate) fn kill(&self, service: &str) -> Result<()> {
        let container = self.container(service)?;
        let before = self.state(&container)?;
        let process = output(self.engine.docker(&["inspect", "--format", "{{.State.Pid}}", &container]))?;
        let kill = format!("kill -9 {}", process.trim());
        // The engine, told to kill, would not start the container again.
        let with_engines_processes = ["run", "--rm", "--pid=host", "--network=none", "--entrypoint=sh"];
        let mut killer = self.engine.docker(&with_engines_processes);
        killer.args([images::DEBIAN, "-c", &kill]);
        output(killer).with_context(|| format!("{service} could not be killed"))?;
        self.wait_until_healthy(service, before.restarts + 1)
    }

    /// What is less confined than `deploy/README.md` promises, for each container.
    pub(crate) fn weaknesses(&self) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for service in CONTAINERS {
            let container = self.container(service)?;
            let confinement = output(self.engine.docker(&["inspect", "--format", CONFINEMENT, &container]))?;
            found.extend(
                weaknesses(&confinement).into_iter().map(|weakness| format!("{service}: {weakness}")),
            );
        }
        Ok(found)
    }

    /// Stops everything in order, sees that the services ended well, and removes containers, networks and volumes.
    pub(crate) fn down(&self) -> Result<()> {
        output(self.compose(&["stop"])).context("docker-compose stop failed")?;
        for (service, _) in SERVICES {
            let state = self.state(&self.container(service)?)?;
            ensure!(state.exit_code == 0, "{service} ended with {} after SIGTERM", state.exit_code);
        }
        output(self.compose(&["down", "--volumes", "--remove-orphans"]))
            .context("docker-compose down failed")?;
        Ok(())
    }

    /// The last lines of every container, for whoever asks why something failed.
    pub(crate) fn logs(&self) -> String {
        output(self.compose(&["logs", "--no-color", "--tail", LOG_LINES]))
            .unwrap_or_else(|error| error.to_string())
    }

    fn wait_until_healthy(&self, service: &str, restarts_min: u32) -> Result<()> {
        let started = Instant::now();
        let container = self.container(service)?;
        loop {
            let state = self.state(&container)?;
            if state.is_healthy() && state.restarts >= restarts_min {
                return Ok(());
            }
            if started.elapsed() > HEALTHY_WITHIN {
                bail!("{service} is not healthy after {} s: {state:?}", HEALTHY_WITHIN.as_secs());
            }
            sleep(Duration::from_millis(200));
        }
    }

    fn container(&self, service: &str) -> Result<String> {
        let project = format!("label=com.docker.compose.project={}", self.name);
        let service_label = format!("label=com.docker.compose.service={service}");
        let listed = output(self.engine.docker(&[
            "ps",
            "--all",
            "--quiet",
            "--filter",
            &project,
            "--filter",
            &service_label,
        ]))?;
        listed.lines().next().map(str::to_owned).with_context(|| format!("{service} has no container"))
    }

    fn state(&self, container: &str) -> Result<State> {
        let text = output(self.engine.docker(&["inspect", "--format", STATE, container]))?;
        State::read(&text).with_context(|| format!("docker says of a container: {text}"))
    }

    fn compose(&self, arguments: &[&str]) -> Command {
        let mut command = self.engine.compose();
        command
            .arg("--env-file")
            .arg(&self.no_settings)
            .args(["--project-name", &self.name, "--file"])
            .arg(workspace().join("deploy/compose.yaml"))
            .args(arguments)
            .envs(self.environment.iter().map(|(key, value)| (key, value)));
        command
    }
}

/// All figures that the site at that address shows, asked by the program, which `client` runs.
pub(crate) fn figures(mut client: Command, address: &str) -> Result<String> {
    client.args(["export", "figures", "--address", address, "--known-on", KNOWN_ON]);
    output(client).context("the figures cannot be read")
}

/// Ports that nobody uses now.
pub(crate) fn free_ports(count: usize) -> Result<Vec<u16>> {
    let listeners = (0..count).map(|_| TcpListener::bind(("127.0.0.1", 0))).collect::<Result<Vec<_>, _>>()?;
    Ok(listeners
        .iter()
        .map(|listener| Ok(listener.local_addr()?.port()))
        .collect::<Result<_, std::io::Error>>()?)
}

/// The release build.
pub(crate) fn program() -> PathBuf {
    let program = workspace().join("target/release/muctieu");
    fs::canonicalize(&program).unwrap_or(program)
}

const STATE: &str = "{{.State.Status}} {{.RestartCount}} {{.State.ExitCode}} \
                     {{if .State.Health}}{{.State.Health.Status}}{{else}}-{{end}}";

/// How a container is.
#[derive(Debug, PartialEq, Eq)]
struct State {
    status: String,
    restarts: u32,
    exit_code: i32,
    health: String,
}

impl State {
    /// Reads what [`STATE`] asks for.
    fn read(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        Some(Self {
            status: words.next()?.to_owned(),
            restarts: words.next()?.parse().ok()?,
            exit_code: words.next()?.parse().ok()?,
            health: words.next()?.to_owned(),
        })
    }

    fn is_healthy(&self) -> bool {
        self.status == "running" && self.health == "healthy"
    }
}

const CONFINEMENT: &str = "{{.HostConfig.ReadonlyRootfs}}|{{.HostConfig.CapDrop}}|{{.HostConfig.SecurityOpt}}|\
                           {{.HostConfig.Memory}}|{{.HostConfig.PidsLimit}}|{{.HostConfig.NanoCpus}}|\
                           {{range .HostConfig.PortBindings}}{{range .}}{{.HostIp}} {{end}}{{end}}";

/// What the answer to [`CONFINEMENT`] shows to be missing.
fn weaknesses(confinement: &str) -> Vec<&'static str> {
    let fields: Vec<_> = confinement.trim_end_matches('\n').split('|').collect();
    let [read_only, dropped, security, memory, processes, cpus, published] = fields[..] else {
        return vec!["docker does not tell how it is confined"];
    };
    let is_bounded = |limit: &str| limit.parse::<i64>().is_ok_and(|limit| limit > 0);
    let rules = [
        (read_only == "true", "its files can be changed"),
        (dropped.contains("ALL"), "it keeps capabilities"),
        (security.contains("no-new-privileges"), "it may gain privileges"),
        (is_bounded(memory), "its memory is not bounded"),
        (is_bounded(processes), "its processes are not bounded"),
        (is_bounded(cpus), "its share of the processors is not bounded"),
        (published.split_whitespace().all(|ip| ip == "127.0.0.1"), "a port is published off loopback"),
    ];
    rules.into_iter().filter(|(holds, _)| !holds).map(|(_, weakness)| weakness).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_is_healthy_only_while_it_runs_and_says_so() {
        let state = State::read("running 2 0 healthy\n").unwrap();
        assert_eq!(state.restarts, 2);
        assert!(state.is_healthy());
        assert!(!State::read("running 2 0 starting").unwrap().is_healthy());
        assert!(!State::read("exited 0 137 healthy").unwrap().is_healthy());
        assert_eq!(State::read("running"), None);
    }

    #[test]
    fn every_hole_in_a_container_is_named() {
        assert_eq!(
            weaknesses(
                "true|[ALL]|[no-new-privileges:true]|1073741824|256|2000000000|127.0.0.1 127.0.0.1 \n"
            ),
            [""; 0]
        );
        assert_eq!(weaknesses("false|[]|[]|0|<nil>|0|0.0.0.0 \n").len(), 7);
        assert_eq!(weaknesses("true|[ALL]|[no-new-privileges:true]|1|1|1|\n"), [""; 0]);
        assert_eq!(weaknesses("").len(), 1);
    }
}
