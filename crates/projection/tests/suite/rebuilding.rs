//! What holds while a read model is made anew beside the live one, on either database.

use crate::common::{Counts, DEADLINE, MemoryLog, Place, Running, SOURCE, caught_up, counted};
use projection::{Error, Query, Reader as _, RebuildOptions, Status, rebuild, verify};
use testing::wait_until;
use tokio_util::sync::CancellationToken;

on_both_databases![
    a_rebuilt_model_equals_the_live_one_while_events_still_arrive,
    readers_elsewhere_go_on_with_the_rebuilt_generation,
    the_old_generation_stays_until_its_readers_let_go,
    a_reader_that_has_not_followed_yet_still_learns_how_far_it_reads,
    a_rebuild_that_dies_leaves_the_live_model_untouched_and_the_next_one_clears_up,
    a_second_rebuild_at_the_same_time_is_refused,
    a_cancelled_rebuild_changes_nothing,
    a_model_ahead_of_a_restored_log_is_rebuilt_to_the_log,
    a_new_schema_version_is_made_anew_before_it_is_read,
    a_changed_row_is_found_by_comparing_with_the_log,
];

const SMALL: RebuildOptions = RebuildOptions { batch_events_max: 11 };

async fn rebuild_now(database: &projection::ReadDatabase, log: &MemoryLog) -> projection::Rebuilt {
    let mut source = log.clone();
    rebuild(database, &mut <Counts>::default(), &mut source, SMALL, &CancellationToken::new()).await.unwrap()
}

/// Tables are dropped when the last connection to them has ended.
async fn only_generation(place: &Place, number: &str) {
    let what = format!("generation {number} to be the only one");
    wait_until(DEADLINE, &what, || async { place.generations().await == [number] }).await;
}

async fn a_rebuilt_model_equals_the_live_one_while_events_still_arrive(place: Place) {
    let database = place.open::<Counts>().await;
    let log = MemoryLog::new();
    log.append_at(1, "letters.smudged.v1", "{}");
    let projector = Running::start(&database, <Counts>::default(), &log);
    let writer = {
        let log = log.clone();
        tokio::spawn(async move {
            for round in 0..400 {
                log.append(["a", "b", "c", "d"][round % 4], 1);
                tokio::task::yield_now().await;
            }
        })
    };
    let rebuilt = rebuild_now(&database, &log).await;
    writer.await.unwrap();
    caught_up(&database, &log).await;
    assert_eq!((rebuilt.generation, rebuilt.set_aside), (2, 1));
    assert_eq!(database.generation().unwrap(), 2);
    assert_eq!(counted(&database).await, log.fold());

    let live = database.digest().await.unwrap();
    rebuild_now(&database, &log).await;
    assert_eq!(database.generation().unwrap(), 3);
    assert_eq!(database.digest().await.unwrap(), live);
    assert_eq!(live.tables.iter().map(|table| table.rows).collect::<Vec<_>>(), [1, 4, 1]);
    projector.stop().await;
}

async fn readers_elsewhere_go_on_with_the_rebuilt_generation(place: Place) {
    let (here, there) = (place.open::<Counts>().await, place.open::<Counts>().await);
    let log = MemoryLog::with(&[("a", 1), ("b", 2)]);
    let projector = Running::start(&there, <Counts>::default(), &log);
    caught_up(&there, &log).await;

    rebuild_now(&here, &log).await;

    let mut applied = there.watch(SOURCE);
    tokio::time::timeout(DEADLINE, applied.wait_for(|applied| applied.generation == 2))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(there.generation().unwrap(), 2);
    log.append("c", 3);
    caught_up(&there, &log).await;
    caught_up(&here, &log).await;
    assert_eq!(counted(&there).await, log.fold());
    assert_eq!(counted(&here).await, log.fold());
    projector.stop().await;
}

async fn the_old_generation_stays_until_its_readers_let_go(place: Place) {
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1), ("b", 2)]);
    let projector = Running::start(&database, <Counts>::default(), &log);
    caught_up(&database, &log).await;
    let mut snapshot = database.snapshot().await.unwrap();
    assert_eq!(snapshot.reached(SOURCE).await.unwrap().position, 2);

    rebuild_now(&database, &log).await;
    log.append("a", 7);
    caught_up(&database, &log).await;
    assert_eq!(place.generations().await, ["1", "2"]);
    let rows = snapshot.fetch_all(Query::new("select amount from count order by letter")).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.get::<i64>(0).unwrap()).collect::<Vec<_>>(), [1, 2]);

    drop(snapshot);
    only_generation(&place, "2").await;
    assert_eq!(counted(&database).await, log.fold());
    projector.stop().await;
}

async fn a_reader_that_has_not_followed_yet_still_learns_how_far_it_reads(place: Place) {
    let (here, there) = (place.open::<Counts>().await, place.open::<Counts>().await);
    let letters = vec![("a", 1); 30];
    let log = MemoryLog::with(&letters);
    let projector = Running::start(&here, <Counts>::default(), &log);
    caught_up(&there, &log).await;

    let stop = CancellationToken::new();
    let reader = tokio::spawn({
        let (there, stop) = (there.clone(), stop.clone());
        async move {
            while !stop.is_cancelled() {
                let query = Query::new("select amount from count");
                let (reached, rows) = there.read(SOURCE, query).await.unwrap();
                assert_eq!((reached.position, rows[0].get::<i64>(0).unwrap()), (30, 30));
            }
        }
    });
    for _ in 0..5 {
        rebuild_now(&here, &log).await;
        wait_until(DEADLINE, "the other handle to follow", || async {
            there.generation().unwrap() == here.generation().unwrap()
        })
        .await;
    }
    stop.cancel();
    reader.await.unwrap();
    projector.stop().await;
}

async fn a_rebuild_that_dies_leaves_the_live_model_untouched_and_the_next_one_clears_up(place: Place) {
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1), ("b", 2), ("c", 3)]);
    let projector = Running::start(&database, <Counts>::default(), &log);
    caught_up(&database, &log).await;
    let before = database.digest().await.unwrap();

    let mut model: Counts = Counts { hangs_at: Some(3), ..Counts::default() };
    let hanging = model.hanging.clone();
    let dying = {
        let (database, mut source) = (database.clone(), log.clone());
        tokio::spawn(async move {
            rebuild(&database, &mut model, &mut source, SMALL, &CancellationToken::new()).await
        })
    };
    tokio::time::timeout(DEADLINE, hanging.notified()).await.unwrap();
    dying.abort();
    assert!(dying.await.unwrap_err().is_cancelled());
    assert_eq!(database.generation().unwrap(), 1);
    assert_eq!(database.digest().await.unwrap(), before);
    assert_eq!(place.generations().await, ["1", "2"]);

    wait_until(DEADLINE, "the dead rebuild's lock to be free and a rebuild to succeed", || async {
        let mut source = log.clone();
        let outcome =
            rebuild(&database, &mut <Counts>::default(), &mut source, SMALL, &CancellationToken::new()).await;
        !matches!(outcome, Err(Error::RebuildRunning(_)))
    })
    .await;
    wait_until(DEADLINE, "all other generations to be dropped", || async {
        place.generations().await.len() == 1
    })
    .await;
    assert_eq!(database.digest().await.unwrap(), before);
    projector.stop().await;
}

async fn a_second_rebuild_at_the_same_time_is_refused(place: Place) {
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1)]);
    let mut model: Counts = Counts { hangs_at: Some(1), ..Counts::default() };
    let hanging = model.hanging.clone();
    let first = {
        let (database, mut source) = (database.clone(), log.clone());
        tokio::spawn(async move {
            rebuild(&database, &mut model, &mut source, SMALL, &CancellationToken::new()).await
        })
    };
    tokio::time::timeout(DEADLINE, hanging.notified()).await.unwrap();
    let other = place.open::<Counts>().await;
    let mut source = log.clone();
    let second =
        rebuild(&other, &mut <Counts>::default(), &mut source, SMALL, &CancellationToken::new()).await;
    assert!(matches!(second, Err(Error::RebuildRunning("counts"))), "{second:?}");
    first.abort();
}

async fn a_cancelled_rebuild_changes_nothing(place: Place) {
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1)]);
    let projector = Running::start(&database, <Counts>::default(), &log);
    caught_up(&database, &log).await;
    let stop = CancellationToken::new();
    stop.cancel();
    let mut source = log.clone();
    let outcome = rebuild(&database, &mut <Counts>::default(), &mut source, SMALL, &stop).await;
    assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
    only_generation(&place, "1").await;
    assert_eq!(counted(&database).await, log.fold());
    projector.stop().await;
}

async fn a_model_ahead_of_a_restored_log_is_rebuilt_to_the_log(place: Place) {
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1), ("b", 2)]);
    let projector = Running::start(&database, <Counts>::default(), &log);
    caught_up(&database, &log).await;
    projector.stop().await;

    let restored = MemoryLog::with(&[("a", 1)]);
    assert_eq!(rebuild_now(&database, &restored).await.position, 1);
    let projector = Running::start(&database, <Counts>::default(), &restored);
    restored.append("c", 1);
    caught_up(&database, &restored).await;
    assert_eq!(counted(&database).await, restored.fold());
    assert_eq!(database.watch(SOURCE).borrow().position, 2);
    projector.stop().await;
}

async fn a_new_schema_version_is_made_anew_before_it_is_read(place: Place) {
    let earlier = place.open::<Counts<1>>().await;
    let log = MemoryLog::with(&[("a", 1), ("b", 2)]);
    let projector = Running::start(&earlier, Counts::<1>::default(), &log);
    caught_up(&earlier, &log).await;

    let later = place.open::<Counts<2>>().await;
    let refused = later.snapshot().await.unwrap_err();
    assert!(matches!(refused, Error::SchemaVersion { expected: 2, found: 1, .. }), "{refused}");
    let upgraded = Running::start(&later, Counts::<2>::default(), &log);
    caught_up(&later, &log).await;
    assert_eq!(counted(&later).await, log.fold());

    let mut status = projector.status.clone();
    let told = |status: &Status| matches!(status, Status::Waiting(why) if why.contains("schema version 2"));
    tokio::time::timeout(DEADLINE, status.wait_for(told)).await.unwrap().unwrap();
    log.append("c", 3);
    caught_up(&later, &log).await;
    assert_eq!(counted(&later).await, log.fold());
    projector.stop().await;
    upgraded.stop().await;
}

async fn a_changed_row_is_found_by_comparing_with_the_log(place: Place) {
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1), ("b", 2), ("c", 3)]);
    log.append_at(4, "letters.smudged.v1", "{}");
    let projector = Running::start(&database, <Counts>::default(), &log);
    caught_up(&database, &log).await;
    projector.stop().await;
    log.append("d", 4);

    let stop = CancellationToken::new();
    let mut source = log.clone();
    let sound = verify(&database, &mut <Counts>::default(), &mut source, SMALL, &stop).await.unwrap();
    assert_eq!((sound.position, sound.differing_tables()), (4, vec![]));
    only_generation(&place, "1").await;

    place.execute("update {generation 1}.count set amount = 9 where letter = 'b'").await;
    let changed = verify(&database, &mut <Counts>::default(), &mut source, SMALL, &stop).await.unwrap();
    assert_eq!(changed.differing_tables(), ["count"]);
}

#[tokio::test]
async fn the_tables_of_a_rebuilt_generation_are_analysed_before_they_are_read() {
    let place = Place::postgres().await;
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1), ("b", 2)]);
    rebuild_now(&database, &log).await;
    let rows = Query::new("select reltuples::bigint from pg_class where oid = 'counts_2.count'::regclass");
    let rows = database.fetch_all(rows).await.unwrap();
    assert_eq!(rows[0].get::<i64>(0).unwrap(), 2);
}
