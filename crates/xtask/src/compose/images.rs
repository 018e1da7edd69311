//! The images that the files of `deploy/` name: pulled where they can be, else made from Debian's packages.

use super::engine::{Engine, output};
use crate::{checks::workspace, install, session::Session};
use anyhow::{Context, Result, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Debian's release whose packages are those of the names below: PostgreSQL 17, nats-server 2.10.
const RELEASE: &str = "trixie";
/// Beside what every Debian has.
const PACKAGES: &str = "postgresql-17,nats-server,wget";
/// The image of a whole Debian with these packages, from which the others are made.
const LOCAL_DEBIAN: &str = "muctieu-test/debian";
const PULL_SECONDS_MAX: &str = "120";

/// The images with the Dockerfile that makes a stand-in; a Debian as such needs none.
const BASES: [(&str, Option<&str>); 3] =
    [(DEBIAN, None), ("postgres:17-trixie", Some("postgres")), ("nats:2.10-alpine", Some("nats"))];

/// A small Debian with a shell.
pub(crate) const DEBIAN: &str = "debian:trixie-slim";

/// Sees that the engine has every base image. Stand-ins are removed behind the run from an engine that is not its own.
pub(crate) fn bases(session: &mut Session, engine: &Engine, seen: &mut String) -> Result<()> {
    let missing: Vec<_> = BASES.into_iter().filter(|(name, _)| !is_there(engine, name)).collect();
    let (pulled, missing): (Vec<_>, Vec<_>) = missing.into_iter().partition(|(name, _)| pull(engine, name));
    if !missing.is_empty() {
        let names: Vec<_> = missing.iter().map(|(name, _)| *name).collect();
        println!("made from Debian's packages: {}", names.join(", "));
        import_debian(session, engine)?;
        for (name, dockerfile) in &missing {
            if !engine.is_own() {
                session.guard_in_engine("image", name)?;
            }
            match dockerfile {
                None => drop(output(engine.docker(&["tag", LOCAL_DEBIAN, name]))?),
                Some(dockerfile) => stand_in(engine, name, dockerfile)?,
            }
        }
    }
    let (pulled, made) = (pulled.len(), missing.len());
    *seen =
        format!("{pulled} pulled, {made} made from Debian's packages, {} there", BASES.len() - pulled - made);
    Ok(())
}

/// Builds the program's image from the release build. Its name is of this run alone.
pub(crate) fn program(session: &mut Session, engine: &Engine, name: &str, seen: &mut String) -> Result<()> {
    if !engine.is_own() {
        session.guard_in_engine("image", name)?;
    }
    let arguments =
        ["build", "--network=none", "--file=deploy/Dockerfile", "--target=prebuilt", "--tag", name, "."];
    let mut build = engine.docker(&arguments);
    build.current_dir(workspace());
    output(build).context("the image could not be built")?;
    let version = output(engine.docker(&["run", "--rm", "--network=none", name, "version"]))
        .context("the release build does not run on the C library of debian:trixie-slim")?;
    let bytes = output(engine.docker(&["image", "inspect", "--format", "{{.Size}}", name]))?;
    let megabytes = bytes.trim().parse::<u64>()? / 1_000_000;
    *seen = format!("{}, {megabytes} MB", version.trim());
    Ok(())
}

fn is_there(engine: &Engine, name: &str) -> bool {
    output(engine.docker(&["image", "inspect", name])).is_ok()
}

/// An engine of our own has no way to a registry.
fn pull(engine: &Engine, name: &str) -> bool {
    if engine.is_own() {
        return false;
    }
    let mut pull = Command::new("timeout");
    pull.args([PULL_SECONDS_MAX, "docker", "pull", "--quiet", name]);
    output(pull).is_ok()
}

fn import_debian(session: &mut Session, engine: &Engine) -> Result<()> {
    ensure!(
        install::is_possible(),
        "to make base images takes root on Debian, or a registry to pull them from"
    );
    let root = session.directory().join("debian");
    let downloads = workspace().join("target/debootstrap");
    fs::create_dir_all(&downloads)?;
    // What debootstrap mounts into the folder is seen by itself alone, so that it is never taken for the folder's content.
    let mut debootstrap = Command::new("timeout");
    debootstrap
        .args(["600", "unshare", "--mount", "debootstrap", "--variant=minbase"])
        .arg(format!("--include={PACKAGES}"))
        .arg(format!("--cache-dir={}", fs::canonicalize(&downloads)?.display()))
        .arg(RELEASE)
        .arg(&root);
    ensure!(session.run(debootstrap, |_| {})?.success(), "debootstrap failed");

    if !engine.is_own() {
        session.guard_in_engine("image", LOCAL_DEBIAN)?;
    }
    let mut archive = Command::new("tar")
        .args(["--create", "--exclude=./var/cache/apt/*", "--exclude=./usr/share/doc/*", "--directory"])
        .arg(&root)
        .arg(".")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("tar could not be started")?;
    let files = archive.stdout.take().context("tar has no standard output")?;
    let imported =
        engine.docker(&["import", "-", LOCAL_DEBIAN]).stdin(files).stdout(Stdio::null()).status()?;
    ensure!(archive.wait()?.success() && imported.success(), "docker import failed");
    fs::remove_dir_all(&root).with_context(|| format!("{} could not be removed", root.display()))
}

fn stand_in(engine: &Engine, name: &str, dockerfile: &str) -> Result<()> {
    let folder = images_folder();
    let path = folder.join(format!("{dockerfile}.Dockerfile"));
    let mut build = engine.docker(&["build", "--network=none", "--tag", name, "--file"]);
    build.arg(path).arg(&folder);
    output(build).with_context(|| format!("{name} could not be made"))?;
    Ok(())
}

fn images_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/compose/images")
}
