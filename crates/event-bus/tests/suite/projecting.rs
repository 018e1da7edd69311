//! From log over bus to read model.

use crate::common::{CONTEXT, DEADLINE, Running, TestLog, connect};
use event_bus::BusSource;
use event_log::RecordedEvent;
use kernel::SystemClock;
use projection::{
    LogSource, Projector, ProjectorOptions, Query, ReadDatabase, ReadModel, ReadOptions, ReadStore,
    RebuildOptions, SetAside, Transaction, rebuild,
};
use std::sync::Arc;
use testing::NatsServer;
use tokio_util::sync::CancellationToken;

/// Keeps each event's content at its position.
struct Contents;

impl ReadModel for Contents {
    const NAME: &'static str = "contents";
    const SCHEMA_VERSION: i64 = 1;

    fn create_statements() -> Vec<Query> {
        vec![Query::new("create table content (position bigint primary key, content text not null)")]
    }

    async fn apply(
        &mut self,
        transaction: &mut Transaction,
        events: &[RecordedEvent],
    ) -> Result<Vec<SetAside>, projection::Error> {
        #[derive(serde::Serialize)]
        struct ContentRow<'a> {
            position: u64,
            content: &'a str,
        }
        let rows: Vec<_> = events
            .iter()
            .map(|event| ContentRow { position: event.position, content: &event.content })
            .collect();
        let insert = "insert into content (position, content)
                      select position, content from json_rows($1, position bigint, content text) as given";
        transaction.execute(Query::new(insert).bind_rows(&rows)?).await?;
        Ok(vec![])
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_fed_by_the_bus_through_a_killed_server_equals_one_rebuilt_from_the_log() {
    let mut server = NatsServer::start().await;
    let log = TestLog::with(500).await;
    let relay = Running::start(server.url(), &log).await;
    let folder = tempfile::TempDir::new().unwrap();
    let options = ReadOptions { store: ReadStore::Sqlite(folder.path().to_owned()), readers_max: 2 };
    let database = ReadDatabase::open::<Contents>(options, Arc::new(SystemClock)).await.unwrap();
    let source = BusSource::new(connect(server.url()).await, CONTEXT);
    let projector = Projector::new(database.clone(), Contents, Box::new(source), ProjectorOptions::default());
    let stop = CancellationToken::new();
    let projecting = tokio::spawn(projector.run(stop.clone()));
    database.wait_for(CONTEXT, 500, DEADLINE).await.unwrap();

    log.append(100).await;
    server.kill();
    let last = log.append(100).await;
    server.start_again().await;
    database.wait_for(CONTEXT, last, DEADLINE).await.unwrap();

    let live = database.digest().await.unwrap();
    let mut source = LogSource::new(CONTEXT, log.log.clone());
    let options = RebuildOptions::default();
    let rebuilt = rebuild(&database, &mut Contents, &mut source, options, &CancellationToken::new()).await;
    assert_eq!(rebuilt.unwrap().position, last);
    assert_eq!(database.generation().unwrap(), 2);
    assert_eq!(database.digest().await.unwrap(), live);
    let next = log.append(1).await;
    database.wait_for(CONTEXT, next, DEADLINE).await.unwrap();
    stop.cancel();
    projecting.await.unwrap().unwrap();
    relay.stop().await;
}
