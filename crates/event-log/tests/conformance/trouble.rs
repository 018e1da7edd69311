//! Too much work, lost connections, narrow rights, several openers.

use crate::{
    place::{Place, open},
    request::{RequestParts, request},
};
use event_log::{AppendError, EventLog, LogOptions, LogStore};
use futures::future::join_all;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

on_both_stores! {
    too_many_waiting_appends_are_refused_and_the_others_recorded,
    a_log_can_be_opened_by_many_at_once,
    what_waits_when_the_log_closes_is_recorded,
    a_caller_that_gives_up_does_not_stop_the_append,
}

/// Somebody else who holds the lock under which appends happen.
enum Blocker {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Blocker {
    async fn of(place: &Place) -> Self {
        match place {
            Place::Sqlite(_) => {
                let options = SqliteConnectOptions::new().filename(place.file());
                let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
                connection.execute("BEGIN IMMEDIATE").await.unwrap();
                Self::Sqlite(connection)
            }
            Place::Postgres(database) => {
                let mut connection = PgConnection::connect(database.url()).await.unwrap();
                connection.execute("SELECT pg_advisory_lock(7308895132)").await.unwrap();
                Self::Postgres(connection)
            }
        }
    }

    async fn release(self) {
        match self {
            Self::Sqlite(connection) => connection.close().await.unwrap(),
            Self::Postgres(connection) => connection.close().await.unwrap(),
        }
    }
}

async fn too_many_waiting_appends_are_refused_and_the_others_recorded(place: Place) {
    let (queue_max, batch_events_max) = (2, 4);
    let log = open(LogOptions { store: place.store(), queue_max, batch_events_max }).await;
    let blocker = Blocker::of(&place).await;

    // The blocked writer takes one batch at most, and the queue holds two more.
    let asked = 2 * (queue_max + batch_events_max);
    let appends: Vec<_> = (0..asked)
        .map(|n| {
            let log = log.clone();
            tokio::spawn(async move { log.append(request().writing(&format!("household/{n}"), 0, 1)).await })
        })
        .collect();
    let refused = || appends.iter().filter(|append| append.is_finished()).count();
    testing::wait_until(Duration::from_secs(20), "refusals", || async {
        refused() >= asked - queue_max - batch_events_max
    })
    .await;
    blocker.release().await;

    let outcomes: Vec<_> = join_all(appends).await.into_iter().map(Result::unwrap).collect();
    let overloaded =
        outcomes.iter().filter(|outcome| matches!(outcome, Err(AppendError::Overloaded))).count();
    let recorded = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(overloaded + recorded, asked);
    assert!(recorded > queue_max, "what waited is recorded");
    assert_eq!(log.head().await.unwrap(), recorded as u64);
    log.close().await;
}

async fn a_log_can_be_opened_by_many_at_once(place: Place) {
    let logs = join_all((0..6).map(|_| {
        let store = place.store();
        tokio::spawn(async move { open(LogOptions::new(store)).await })
    }))
    .await;
    for (n, log) in logs.into_iter().enumerate() {
        let log = log.unwrap();
        log.append(request().writing("household/a", n as u64, 1)).await.unwrap();
        log.close().await;
    }
}

async fn what_waits_when_the_log_closes_is_recorded(place: Place) {
    let log = place.open().await;
    let blocker = Blocker::of(&place).await;
    let appends: Vec<_> = (0..8)
        .map(|n| {
            let log = log.clone();
            tokio::spawn(async move { log.append(request().writing(&format!("household/{n}"), 0, 1)).await })
        })
        .collect();
    // A request that was taken in is answered Overloaded, Closed or recorded; nothing hangs and nothing is lost.
    let closing = tokio::spawn({
        let log = log.clone();
        async move { log.close().await }
    });
    blocker.release().await;
    closing.await.unwrap();
    let outcomes = join_all(appends).await;
    let recorded = outcomes.iter().filter(|outcome| outcome.as_ref().unwrap().is_ok()).count();
    let closed = outcomes
        .iter()
        .filter(|outcome| matches!(outcome.as_ref().unwrap(), Err(AppendError::Closed)))
        .count();
    assert_eq!(recorded + closed, 8);

    let log = EventLog::open_read_only(&place.store()).await.unwrap();
    assert_eq!(log.head().await.unwrap(), recorded as u64);
    log.close().await;
}

async fn a_caller_that_gives_up_does_not_stop_the_append(place: Place) {
    let log = place.open().await;
    let blocker = Blocker::of(&place).await;
    let asked = request().writing("household/a", 0, 1);
    let impatient = tokio::time::timeout(Duration::ZERO, log.append(asked.clone())).await;
    assert!(impatient.is_err());
    blocker.release().await;

    let mut head = log.watch();
    tokio::time::timeout(Duration::from_secs(20), head.wait_for(|head| *head == 1)).await.unwrap().unwrap();
    assert!(log.append(asked).await.unwrap().replayed);
    log.close().await;
}

#[tokio::test]
async fn a_connection_that_the_server_ended_is_replaced() {
    let place = Place::postgres().await;
    let log = place.open().await;
    log.append(request().writing("household/a", 0, 1)).await.unwrap();
    end_connections(&place).await;
    let appended = log.append(request().writing("household/a", 1, 1)).await.unwrap();
    assert_eq!((appended.first_position, appended.replayed), (2, false));

    // The listener comes back, too.
    let other = place.open().await;
    other.append(request().writing("household/a", 2, 1)).await.unwrap();
    let mut head = log.watch();
    tokio::time::timeout(Duration::from_secs(20), head.wait_for(|head| *head == 3)).await.unwrap().unwrap();
    other.close().await;
    log.close().await;
}

#[tokio::test]
async fn a_writer_forgets_what_the_database_lost_when_it_came_back() {
    let place = Place::postgres().await;
    let log = place.open().await;
    log.append(request().writing("household/a", 0, 2)).await.unwrap();
    place.delete("position = 2").await;
    end_connections(&place).await;
    let stale = log.append(request().writing("household/a", 2, 1)).await;
    assert!(matches!(stale, Err(AppendError::Stale { expected: 2, actual: 1, .. })), "got {stale:?}");
    log.close().await;
}

async fn end_connections(place: &Place) {
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    place.execute(end).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_was_lost_on_the_way_is_found_out_and_nothing_is_written_twice() {
    let place = Place::postgres().await;
    let proxy = Proxy::before(&place).await;
    let log = open(LogOptions::new(LogStore::Postgres(proxy.url.clone()))).await;
    log.append(request().writing("household/a", 0, 1)).await.unwrap();

    for version in 1..6 {
        // The next append reaches the server and is committed; its answer does not come back.
        proxy.swallow_next_answer();
        let appended = log.append(request().writing("household/a", version, 1)).await.unwrap();
        assert_eq!((appended.first_position, appended.last_position), (version + 1, version + 1));
        assert!(appended.replayed, "the answer came from the repeated attempt");
    }
    assert_eq!(log.head().await.unwrap(), 6);
    log.close().await;
}

/// On one thread, so that the writer begins when all of the chain waits.
#[tokio::test]
async fn a_chain_whose_answer_was_lost_on_the_way_is_written_once_and_found_by_its_ids() {
    let place = Place::postgres().await;
    let proxy = Proxy::before(&place).await;
    let log = open(LogOptions::new(LogStore::Postgres(proxy.url.clone()))).await;
    log.append(request().writing("account/a", 0, 1)).await.unwrap();

    proxy.swallow_next_answer();
    let chain = [1, 2, 3].map(|version| request().writing("account/a", version, 1));
    let ids = chain.each_ref().map(|request| request.request_id);
    let answers = log.chain().append(chain.into()).await;
    assert!(answers[0].as_ref().unwrap().replayed, "the answer came from the repeated attempt");
    // A repeat is no basis; whether these were recorded is asked by their ids.
    assert!(answers[1..].iter().all(|answer| matches!(answer, Err(AppendError::BasisNotRecorded))));
    let recorded = log.look_up(&[], &ids).await.unwrap().requests;
    assert!(recorded.iter().all(Option::is_some), "{recorded:?}");
    assert_eq!(log.head().await.unwrap(), 4);
    log.close().await;
}

/// Stands between a log and its server.
struct Proxy {
    url: String,
    swallow: Arc<AtomicBool>,
}

impl Proxy {
    async fn before(place: &Place) -> Self {
        let LogStore::Postgres(url) = place.store() else {
            panic!("only PostgreSQL has a connection to cut")
        };
        let (front, database) = url.rsplit_once('/').unwrap();
        let (user, server) = front.strip_prefix("postgres://").unwrap().rsplit_once('@').unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let swallow = Arc::new(AtomicBool::new(false));
        let (server, cut) = (server.to_owned(), Arc::clone(&swallow));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let upstream = TcpStream::connect(&server).await.unwrap();
                tokio::spawn(carry(client, upstream, Arc::clone(&cut)));
            }
        });
        Self { url: format!("postgres://{user}@127.0.0.1:{port}/{database}"), swallow }
    }

    /// The connection that asks for the next append is cut when its answer comes.
    fn swallow_next_answer(&self) {
        self.swallow.store(true, Ordering::SeqCst);
    }
}

/// Carries bytes both ways until one side ends or an answer to an append is swallowed.
async fn carry(mut client: TcpStream, mut server: TcpStream, swallow: Arc<AtomicBool>) {
    let (mut question, mut answer) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    let mut cut_here = false;
    loop {
        tokio::select! {
            read = client.read(&mut question) => {
                let Ok(length @ 1..) = read else { return };
                // Only the writer sends an actor.
                let appends = question[..length].windows(15).any(|window| window == b"commune officer");
                cut_here |= appends && swallow.swap(false, Ordering::SeqCst);
                if server.write_all(&question[..length]).await.is_err() { return }
            }
            read = server.read(&mut answer) => {
                let Ok(length @ 1..) = read else { return };
                if cut_here { return }
                if client.write_all(&answer[..length]).await.is_err() { return }
            }
        }
    }
}

#[tokio::test]
async fn a_role_that_may_only_insert_and_select_serves_a_migrated_log() {
    let place = Place::postgres().await;
    place.open().await.close().await;
    let role = format!("serving_{}", uuid::Uuid::new_v4().simple());
    for statement in [
        format!("CREATE ROLE {role} LOGIN"),
        format!("GRANT SELECT, INSERT ON event, merkle_tile, checkpoint TO {role}"),
        format!("GRANT SELECT ON event_log_migration TO {role}"),
    ] {
        place.execute(&statement).await.unwrap();
    }
    let LogStore::Postgres(url) = place.store() else { unreachable!("made on PostgreSQL") };
    let (_, address) = url.rsplit_once('@').unwrap();
    let log = open(LogOptions::new(LogStore::Postgres(format!("postgres://{role}@{address}")))).await;
    let signer = event_log::Signer::new("example.vn/test", &[7; 32]).unwrap();
    log.start_sealing(signer).unwrap();
    log.append(request().writing("household/a", 0, 3)).await.unwrap();
    assert_eq!(log.seal_now().await.unwrap().unwrap().checkpoint.size, 3);
    log.close().await;

    place.execute(&format!("DROP OWNED BY {role}")).await.unwrap();
    place.execute(&format!("DROP ROLE {role}")).await.unwrap();
}
