//! Installs Debian packages, without letting them start services.

use anyhow::{Context, Result, ensure};
use std::{fs, io, os::unix::fs::PermissionsExt, path::Path, process::Command};

/// Debian's switch that forbids packages to start their services while it exists.
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// Whether we are root on Debian or one of its kin.
pub(crate) fn is_possible() -> bool {
    is_root() && Path::new("/usr/bin/apt-get").is_file()
}

/// Whether this process runs as root.
pub(crate) fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

/// `apt-get install`, after `apt-get update` where the package lists are missing or too old.
pub(crate) fn packages(names: &[&str]) -> Result<()> {
    println!("installing {} with apt-get", names.join(", "));
    let _no_services = ServicesHeld::hold()?;
    if !apt_get("install", names)? {
        ensure!(apt_get("update", &[])?, "apt-get update failed");
        ensure!(apt_get("install", names)?, "apt-get install {} failed", names.join(" "));
    }
    Ok(())
}

fn apt_get(action: &str, names: &[&str]) -> Result<bool> {
    let status = Command::new("apt-get")
        .args(["--yes", "--quiet=2", "--no-install-recommends", action])
        .args(names)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .status()
        .context("apt-get could not be started")?;
    Ok(status.success())
}

/// While it lives no package starts a service. An administrator's own policy is left as it is.
struct ServicesHeld {
    ours: bool,
}

impl ServicesHeld {
    fn hold() -> Result<Self> {
        match fs::File::create_new(POLICY) {
            Ok(_) => {
                let held = Self { ours: true };
                fs::write(POLICY, "#!/bin/sh\nexit 101\n")?;
                fs::set_permissions(POLICY, fs::Permissions::from_mode(0o755))?;
                Ok(held)
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Self { ours: false }),
            Err(error) => Err(error).context(POLICY),
        }
    }
}

impl Drop for ServicesHeld {
    fn drop(&mut self) {
        if self.ours {
            let _ = fs::remove_file(POLICY);
        }
    }
}
