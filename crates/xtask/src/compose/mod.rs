//! `cargo xtask test-compose`: the files of `deploy/` do what `deploy/README.md` says, on a real Docker engine.

mod engine;
mod images;
mod project;

use crate::{checks::cargo, report::Report, session::Session};
use anyhow::{Context, Result, ensure};
use engine::{Engine, bounded, hindrance, output};
use project::{CONTAINERS, Project, program};
use std::path::{Path, PathBuf};

/// Of the synthetic province: small, for the same requests are made whatever its size.
const SCALE: &str = "0.01";
/// The seed that the demo takes where nobody names one.
const SEED: u32 = 2025;

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
    let build = cargo(&["build", "--release", "--locked", "--quiet", "--package", "muctieu"]);
    ensure!(report.run(session, "release build", build, |_| {}), "the program could not be built");
    let engine = report.step("engine", |seen| Engine::find_or_start(session, seen))?;
    report.step("base images", |seen| images::bases(session, &engine, seen))?;
    let image = format!("muctieu-test:{}", std::process::id());
    report.step("program's image", |seen| images::program(session, &engine, &image, seen))?;
    let embedded = session.directory().join("embedded");
    let packs = report.step("embedded edition", |_| tell_embedded(&embedded))?;

    let project = report.step("secrets", |_| Project::prepare(session, &engine, &image, &packs))?;
    let outcome = stands(&project, report);
    if outcome.is_err() {
        println!("{}", project.logs());
    }
    outcome
}

fn stands(project: &Project<'_>, report: &mut Report) -> Result<()> {
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
    report.step("demo from outside", |_| {
        let mut demo = project.client();
        demo.args(["demo", "--once", "--scale", SCALE]).args(project.flags());
        output(demo).map(drop)
    })?;
    for service in CONTAINERS {
        report.step(&format!("kill {service}"), |seen| {
            project.kill(service)?;
            project.answers()?;
            "started again, healthy, every service answers".clone_into(seen);
            Ok(())
        })?;
    }
    report.step("down", |seen| {
        project.down()?;
        "every service drained and ended with 0".clone_into(seen);
        Ok(())
    })
}

/// Tells the synthetic province to the embedded edition in that folder. Answers with the folder of its villages, which the
/// services must know, too.
fn tell_embedded(folder: &Path) -> Result<PathBuf> {
    let mut demo = bounded(program());
    demo.args(["demo", "--once", "--scale", SCALE, "--set=listen=127.0.0.1:0", "--set=metrics_listen="]);
    demo.arg("--data-dir").arg(folder);
    output(demo).context("the embedded demo failed")?;
    Ok(folder.join(format!("demo-{SEED}-{SCALE}/packs")))
}
