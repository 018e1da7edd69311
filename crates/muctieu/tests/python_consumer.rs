//! Events seen from outside: a story is written through the API of four separate processes, and a consumer in another
//! language that knows nothing but the catalogue reads all streams of JetStream and comes to the same figures.

mod common;

use common::{Launch, Process, python};
use testing::{NatsServer, TestDatabase};

/// The services as processes of their own, each with its own database and folder.
struct Site {
    processes: Vec<Process>,
    nats: NatsServer,
    _databases: Vec<TestDatabase>,
    _folders: Vec<tempfile::TempDir>,
}

impl Site {
    async fn start() -> Self {
        const SERVICES: [(&str, &str); 4] = [
            ("poverty-registry", "MUCTIEU_POVERTY_DATABASE_URL"),
            ("rural-criteria", "MUCTIEU_RURAL_DATABASE_URL"),
            ("funding-ledger", "MUCTIEU_FUNDING_DATABASE_URL"),
            ("progress", "MUCTIEU_PROGRESS_DATABASE_URL"),
        ];
        let nats = NatsServer::start().await;
        let (mut processes, mut databases, mut folders) = (Vec::new(), Vec::new(), Vec::new());
        for (service, database_variable) in SERVICES {
            let database = TestDatabase::create().await;
            let folder = tempfile::tempdir().expect("a temporary folder");
            let launch = |arguments: &[&str]| {
                Launch::new(arguments, folder.path())
                    .with("MUCTIEU_EDITION", "distributed")
                    .with("MUCTIEU_NATS_URL", &nats.url())
                    // The server of a test may have little room for three streams.
                    .with("MUCTIEU_NATS_STREAM_BYTES_MAX", "67108864")
                    .with(database_variable, database.url())
            };
            launch(&["migrate"]).finish().await.succeeded();
            processes.push(launch(&["serve", service]).start().await);
            databases.push(database);
            folders.push(folder);
        }
        Self { processes, nats, _databases: databases, _folders: folders }
    }

    async fn run(&self, script: &str, arguments: &[&str]) -> String {
        python::run(script, &self.processes.iter().collect::<Vec<_>>(), arguments).await
    }
}

#[tokio::test]
async fn a_python_consumer_of_the_events_comes_to_the_figures_of_the_api() {
    let site = Site::start().await;
    site.run("tests/python/first_call.py", &[]).await;
    let tokens = site.run("tests/python/small_story.py", &[]).await;
    let again = site.run("tests/python/small_story.py", &[]).await;
    assert_eq!(again, tokens, "a story that is told twice happens once");
    let nats = site.nats.url();
    let arguments = ["--nats", &nats, "--every-type", "--consistency-token", tokens.trim()];
    let said = site.run("tests/python/consume_events.py", &arguments).await;
    assert!(said.contains("the events add up to what the API says"), "{said}");
}
