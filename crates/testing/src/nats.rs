//! A NATS server of one test's own.

use crate::{free_port, required_variable, wait_until};
use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{io::AsyncReadExt, net::TcpStream};

const START_WITHIN: Duration = Duration::from_secs(20);
const STOP_WITHIN: Duration = Duration::from_secs(20);

/// A process of the nats-server that `MUCTIEU_TEST_NATS_SERVER` names, on a free port of the loopback interface, with
/// JetStream in a directory of its own. Dropping the value kills the process and removes the directory.
#[derive(Debug)]
pub struct NatsServer {
    binary: String,
    port: u16,
    directory: TempDir,
    /// A line of its configuration.
    authorization: String,
    process: Option<Child>,
}

impl NatsServer {
    /// Starts one and returns when it takes connections.
    ///
    /// # Panics
    /// When the variable is missing or the server does not start.
    pub async fn start() -> Self {
        Self::start_binary(required_variable("MUCTIEU_TEST_NATS_SERVER"), String::new()).await
    }

    /// Starts one that lets in nobody but that user.
    ///
    /// # Panics
    /// When the variable is missing or the server does not start.
    pub async fn start_for(user: &str, password: &str) -> Self {
        let authorization = format!("authorization {{ user: {user:?}, password: {password:?} }}\n");
        Self::start_binary(required_variable("MUCTIEU_TEST_NATS_SERVER"), authorization).await
    }

    /// Starts the newer server that `MUCTIEU_TEST_NATS_SERVER_NEW` names, 2.12 or later: it knows atomic batches.
    ///
    /// # Panics
    /// When the variable is missing or the server does not start.
    pub async fn start_new_release() -> Self {
        Self::start_binary(required_variable("MUCTIEU_TEST_NATS_SERVER_NEW"), String::new()).await
    }

    async fn start_binary(binary: String, authorization: String) -> Self {
        let directory = TempDir::with_prefix("muctieu-nats-").expect("a temporary directory can be made");
        let mut server = Self { binary, port: free_port(), directory, authorization, process: None };
        server.start_again().await;
        server
    }

    /// `nats://127.0.0.1:port`, the same for the whole life of the value.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Where JetStream keeps its streams.
    pub fn store(&self) -> PathBuf {
        self.directory.path().join("store")
    }

    /// SIGKILL: nothing is flushed, no connection is closed in order.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// SIGTERM, and waits until the process has ended.
    ///
    /// # Panics
    /// When it does not end.
    pub async fn stop(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        let asked = Command::new("sh").args(["-c", &format!("kill -TERM {}", process.id())]).status();
        assert!(asked.is_ok_and(|status| status.success()), "nats-server could not be asked to stop");
        wait_until(STOP_WITHIN, "nats-server to end", || {
            let ended = matches!(process.try_wait(), Ok(Some(_)));
            async move { ended }
        })
        .await;
    }

    /// Starts the server again on the same port and store, after [`kill`](Self::kill) or [`stop`](Self::stop).
    ///
    /// # Panics
    /// When it runs already or does not start.
    pub async fn start_again(&mut self) {
        assert!(self.process.is_none(), "nats-server on port {} runs already", self.port);
        let log_path = self.directory.path().join("log");
        let log =
            File::options().create(true).append(true).open(&log_path).expect("a log file can be opened");
        let child = Command::new(&self.binary)
            .arg("--config")
            .arg(self.write_configuration())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{} could not be started: {error}", self.binary));
        let process = self.process.insert(child);

        let (port, log) = (self.port, log_path);
        wait_until(START_WITHIN, &format!("nats-server to listen on port {port}"), || {
            if let Ok(Some(status)) = process.try_wait() {
                let said = fs::read_to_string(&log).unwrap_or_default();
                panic!("nats-server ended with {status} instead of starting:\n{said}");
            }
            greets(port)
        })
        .await;
    }

    fn write_configuration(&self) -> PathBuf {
        let path = self.directory.path().join("nats.conf");
        let (port, store, authorization) = (self.port, self.store(), &self.authorization);
        let text = format!(
            "listen: \"127.0.0.1:{port}\"\n\
             {authorization}\
             jetstream {{ store_dir: {store:?}, max_memory_store: 64MB, max_file_store: 4GB }}\n"
        );
        fs::write(&path, text).expect("a configuration can be written");
        path
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Whether a NATS server answers on that port: it speaks first, and says INFO.
async fn greets(port: u16) -> bool {
    let mut first = [0_u8; 4];
    match TcpStream::connect(("127.0.0.1", port)).await {
        Ok(mut connection) => connection.read_exact(&mut first).await.is_ok() && &first == b"INFO",
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_comes_back_on_its_port_after_a_kill_and_after_a_stop() {
        let mut server = NatsServer::start().await;
        let url = server.url();
        assert!(greets(server.port).await);

        server.kill();
        assert!(!greets(server.port).await);
        server.start_again().await;
        assert!(greets(server.port).await);

        server.stop().await;
        assert!(!greets(server.port).await);
        server.start_again().await;
        assert_eq!(server.url(), url);
        assert!(server.store().exists());
    }

    #[tokio::test]
    async fn a_dropped_server_leaves_no_process_and_no_directory() {
        let server = NatsServer::start().await;
        let (port, directory) = (server.port, server.directory.path().to_owned());
        drop(server);
        assert!(!greets(port).await);
        assert!(!directory.exists());
    }
}
