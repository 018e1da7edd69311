//! One run of a chore: a temporary directory and the processes started in it, all gone when it ends, however it ends.

use anyhow::{Context, Result};
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
};

/// A running chore.
///
/// **Invariant:** everything it starts is known to the guard, a process that waits until this one has ended, be it by
/// Ctrl-C or SIGKILL, and then ends what still runs and removes the directory.
pub(crate) struct Session {
    directory: PathBuf,
    servers: Vec<Child>,
    guard: Child,
    to_guard: Option<ChildStdin>,
}

impl Session {
    pub(crate) fn open() -> Result<Self> {
        let mut guard = Command::new("sh")
            .args(["-c", include_str!("guard.sh")])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .process_group(0)
            .spawn()
            .context("sh could not be started")?;
        let to_guard = guard.stdin.take();
        let directory = std::env::temp_dir().join(format!("muctieu-xtask-{}", std::process::id()));
        let mut session = Self { directory, servers: Vec::new(), guard, to_guard };

        session.tell_guard(&format!("directory {}", session.directory.display()))?;
        for path in [session.directory.clone(), session.temporary_files()] {
            fs::create_dir(&path).with_context(|| format!("{} could not be made", path.display()))?;
            // PostgreSQL may run as another user than this process.
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        }
        Ok(session)
    }

    /// Removed at the end.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Where the programs started here put their own temporary files, so that these go too.
    pub(crate) fn temporary_files(&self) -> PathBuf {
        self.directory.join("tmp")
    }

    /// Hands a postmaster to the guard.
    pub(crate) fn guard_postgres(&mut self, process: &Child) -> Result<()> {
        self.tell_guard(&format!("postgres {}", process.id()))
    }

    /// The postmaster has ended.
    pub(crate) fn forget_postgres(&mut self) -> Result<()> {
        self.tell_guard("postgres")
    }

    /// Starts a server that lives as long as the session. Its output goes to the file. Answers with its process id.
    pub(crate) fn serve(&mut self, mut command: Command, log: &Path) -> Result<u32> {
        let server = command
            .stdin(Stdio::null())
            .stdout(fs::File::create(log)?)
            .stderr(fs::File::options().append(true).open(log)?)
            .process_group(0)
            .spawn()
            .with_context(|| format!("{} could not be started", command.get_program().display()))?;
        let process = server.id();
        self.servers.push(server);
        self.tell_guard(&format!("server {process}"))?;
        Ok(process)
    }

    /// Whether that server still runs.
    pub(crate) fn serves(&mut self, process: u32) -> bool {
        let server = self.servers.iter_mut().find(|server| server.id() == process);
        server.is_some_and(|server| matches!(server.try_wait(), Ok(None)))
    }

    /// Hands over a control group that a server makes, so that it goes when the server has ended.
    pub(crate) fn guard_control_group(&mut self, name: &str) -> Result<()> {
        self.tell_guard(&format!("cgroup {name}"))
    }

    /// Hands over what is made in an engine that is not ours: a compose project, or an image.
    pub(crate) fn guard_in_engine(&mut self, kind: &str, name: &str) -> Result<()> {
        self.tell_guard(&format!("{kind} {name}"))
    }

    /// Runs the command to its end in a process group of its own, which then holds no process any more. Each line of its
    /// standard output is printed and shown to `on_line`.
    pub(crate) fn run(&mut self, mut command: Command, mut on_line: impl FnMut(&str)) -> Result<ExitStatus> {
        let mut child = command
            .env("TMPDIR", self.temporary_files())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .with_context(|| format!("{} could not be started", command.get_program().display()))?;
        self.tell_guard(&format!("step {}", child.id()))?;

        if let Some(output) = child.stdout.take() {
            for line in BufReader::new(output).split(b'\n') {
                let line = line?;
                let line = String::from_utf8_lossy(&line);
                println!("{line}");
                on_line(&line);
            }
        }
        let status = child.wait()?;
        signal("KILL", &format!("-{}", child.id()));
        self.tell_guard("step")?;
        Ok(status)
    }

    fn tell_guard(&mut self, line: &str) -> Result<()> {
        let guard = self.to_guard.as_mut().context("the guard has no standard input")?;
        writeln!(guard, "{line}").context("the guard that cleans up has ended")
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        for server in &mut self.servers {
            signal("KILL", &format!("-{}", server.id()));
            let _ = server.wait();
        }
        let _ = self.tell_guard("servers-ended");
        drop(self.to_guard.take());
        let _ = self.guard.wait();
    }
}

/// Sends a signal to a process, or with a leading minus to a process group; one that has ended is no error.
pub(crate) fn signal(name: &str, to: &str) {
    let _ = Command::new("sh").args(["-c", &format!("kill -s {name} -- {to} 2>/dev/null")]).status();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_leaves_no_process_and_a_session_neither_server_nor_directory() {
        let mut session = Session::open().unwrap();
        let directory = session.directory().to_owned();

        let mut left_behind = String::new();
        let mut step = Command::new("sh");
        step.args(["-c", "sleep 600 >/dev/null & echo $!"]);
        assert!(session.run(step, |line| left_behind.push_str(line)).unwrap().success());
        assert!(!runs(&left_behind), "process {left_behind} outlives the step that started it");

        let log = directory.join("log");
        let mut server = Command::new("sh");
        server.args(["-c", "sleep 600 & echo $!; wait"]);
        let server = session.serve(server, &log).unwrap();
        let mut child = String::new();
        while !child.ends_with('\n') {
            child = fs::read_to_string(&log).unwrap();
        }
        assert!(session.serves(server) && runs(child.trim()));

        assert!(directory.exists());
        drop(session);
        assert!(!directory.exists());
        assert!(!runs(&server.to_string()) && !runs(child.trim()), "a server outlives the session");
    }

    /// Whether a process with that id runs; one that has ended and only waits to be reaped does not.
    fn runs(process: &str) -> bool {
        let seen = Command::new("ps").args(["-o", "stat=", "-p", process]).output().unwrap();
        let state = String::from_utf8_lossy(&seen.stdout).trim().to_owned();
        !state.is_empty() && !state.starts_with('Z')
    }
}
