//! `cargo xtask test-compose`: the files of `deploy/` do what `deploy/README.md` says, on a real Docker engine.

mod engine;
mod images;
mod project;

use crate::{
    checks::{cargo, workspace},
    report::Report,
    session::Session,
};
use anyhow::{Context, Result, bail, ensure};
use engine::{Engine, bounded, hindrance, output};
use project::{CONTAINERS, Project, program};
use std::{
    fs,
    path::PathBuf,
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};

/// Of the synthetic province: small, for the same requests are made whatever its size.
const SCALE: &str = "0.01";
/// The seed that the demo takes where nobody names one.
const SEED: u32 = 2025;
const SERVED_WITHIN: Duration = Duration::from_secs(60);

/// The whole with a table at the end. True where everything is good.
pub(crate) fn run() -> Result<bool> {
    let mut session = Session::open()?;
    let mut report = Report::default();
    let outcome = containers(&mut session, &mut report);
    report.print();
    if let Err(error) = &outcome {
        println!("{error:#}");
    }
    Ok(outcome.is_ok() && report.is_good())
}

/// The same as steps of a longer report; left out, with the reason, where no engine can be had.
pub(crate) fn where_possible(session: &mut Session, report: &mut Report) {
    if let Some(hindrance) = hindrance() {
        report.left_out("containers", &hindrance);
    } else if let Err(error) = containers(session, report) {
        println!("{error:#}");
    }
}

/// Every `?` here is behind a step, so that the report knows of each failure.
fn containers(session: &mut Session, report: &mut Report) -> Result<()> {
    let engine = report.step("engine", |seen| Engine::find_or_start(session, seen))?;
    report.step("base images", |seen| images::bases(session, &engine, seen))?;
    // The Dockerfile takes the program from there, wherever else cargo is told to build.
    let mut build = cargo(&["build", "--release", "--locked", "--quiet", "--package", "muctieu"]);
    build.args(["--target-dir", "target"]);
    ensure!(report.run(session, "release build", build, |_| {}), "the program could not be built");
    let image = format!("muctieu-test:{}", std::process::id());
    report.step("program's image", |seen| images::program(session, &engine, &image, seen))?;
    let embedded = report.step("embedded edition", |seen| Embedded::tell(session, seen))?;
    let project = report.step("secrets", |_| Project::prepare(session, &engine, &image, &embedded.packs))?;
    let outcome = stands(&project, &embedded.figures, report);
    if outcome.is_err() {
        println!("{}", project.logs());
    }
    outcome
}

fn stands(project: &Project<'_>, figures: &str, report: &mut Report) -> Result<()> {
    report.step("up", |seen| {
        project.up()?;
        project.answers()?;
        *seen = format!("{} containers healthy, every service answers on loopback", CONTAINERS.len());
        Ok(())
    })?;
    report.step("confinement", |seen| {
        let weaknesses = project.weaknesses()?;
        ensure!(weaknesses.is_empty(), "{}", weaknesses.join("; "));
        "read-only, no capability, bounded, published on loopback alone".clone_into(seen);
        Ok(())
    })?;
    report.step("demo from outside", |seen| {
        let mut demo = project.client();
        demo.args(["demo", "--once", "--scale", SCALE]).args(project.flags());
        output(demo).context("the demo failed")?;
        equal(figures, &project.figures()?)?;
        "every figure equals the embedded edition's".clone_into(seen);
        Ok(())
    })?;
    report.step("demo profile", |seen| {
        project.demo()?;
        equal(figures, &project.figures()?)?;
        "told once more from inside; nothing was recorded twice".clone_into(seen);
        Ok(())
    })?;
    for service in CONTAINERS {
        report.step(&format!("kill {service}"), |seen| {
            project.kill(service)?;
            project.answers()?;
            equal(figures, &project.figures()?)?;
            "started again, healthy; every service answers, every figure is as before".clone_into(seen);
            Ok(())
        })?;
    }
    report.step("down", |seen| {
        project.down()?;
        "every service drained and ended with 0".clone_into(seen);
        Ok(())
    })
}

/// What the embedded edition makes of the synthetic province.
struct Embedded {
    /// The villages, which the services must know, too.
    packs: PathBuf,
    figures: String,
}

impl Embedded {
    /// Tells the province to the embedded edition and serves it, to ask for its figures.
    fn tell(session: &mut Session, seen: &mut String) -> Result<Self> {
        let data = session.directory().join("embedded");
        let address = format!("127.0.0.1:{}", project::free_ports(1)?[0]);
        let listen = [format!("--set=listen={address}"), "--set=metrics_listen=".to_owned()];
        let mut demo = bounded(program());
        demo.args(["demo", "--once", "--scale", SCALE]).args(&listen).arg("--data-dir").arg(&data);
        output(demo).context("the embedded demo failed")?;

        let folder = data.join(format!("demo-{SEED}-{SCALE}"));
        let mut serve = Command::new(program());
        serve.arg("serve").args(&listen).arg("--config").arg(folder.join("muctieu.toml"));
        let server = session.serve(serve, &session.directory().join("embedded.log"))?;
        wait_until_served(session, server, &address)?;
        let figures = project::figures(bounded(program()), &address)?;
        let valued =
            figures.lines().filter(|line| !line.starts_with('#') && !line.contains("= none")).count();
        ensure!(valued > 0, "no figure of the embedded edition has a value");
        *seen = format!("{} lines of figures, {valued} with a value", figures.lines().count());
        Ok(Self { packs: folder.join("packs"), figures })
    }
}

fn wait_until_served(session: &mut Session, server: u32, address: &str) -> Result<()> {
    let started = Instant::now();
    loop {
        let mut healthcheck = bounded(program());
        healthcheck.args(["healthcheck", "--address", address]);
        match output(healthcheck) {
            Ok(_) => return Ok(()),
            Err(error) if !session.serves(server) || started.elapsed() > SERVED_WITHIN => {
                return Err(error.context("the embedded edition does not serve"));
            }
            Err(_) => sleep(Duration::from_millis(100)),
        }
    }
}

/// Refuses where the figures are not the same bytes, and keeps both for a closer look.
fn equal(embedded: &str, distributed: &str) -> Result<()> {
    let Some((line, ours, theirs)) = first_difference(embedded, distributed) else { return Ok(()) };
    let folder = workspace().join("target/compose");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("embedded.txt"), embedded)?;
    fs::write(folder.join("distributed.txt"), distributed)?;
    bail!(
        "line {line} of the figures is '{ours}' in the embedded edition and '{theirs}' here; see target/compose"
    )
}

/// The number of the first line that differs, and that line of either.
fn first_difference<'text>(one: &'text str, other: &'text str) -> Option<(usize, &'text str, &'text str)> {
    let (mut one, mut other) = (one.lines(), other.lines());
    (1..)
        .map_while(|number| match (one.next(), other.next()) {
            (None, None) => None,
            (left, right) => {
                Some((number, left.unwrap_or_default(), right.unwrap_or_default(), left == right))
            }
        })
        .find_map(|(number, left, right, same)| (!same).then_some((number, left, right)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_told_and_a_missing_line_differs() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\nc\n", "a\nx\nc\n"), Some((2, "b", "x")));
        assert_eq!(first_difference("a\n", "a\nb\n"), Some((2, "", "b")));
        assert_eq!(first_difference("", ""), None);
    }
}
