//! What is written with `Insert` and read with `Reader`, on either database.

use crate::common::{Counts, MemoryLog, Place, Running, SOURCE, caught_up};
use event_log::RecordedEvent;
use projection::{
    Error, Insert, Query, Reached, ReadDatabase, ReadModel, Reader, Row, SetAside, Transaction,
};
use sqlx::postgres::PgListener;
use std::{collections::BTreeSet, time::Duration};

on_both_databases![
    an_answer_comes_with_how_far_the_model_had_come_and_keeps_its_columns_in_their_places,
    an_answer_without_rows_still_tells_how_far_the_model_had_come,
    an_answer_and_how_far_the_model_had_come_are_of_one_state_while_it_moves_on,
    rows_of_any_number_are_inserted_with_nulls_bytes_and_conflicts,
    keys_find_their_rows_and_no_key_finds_none,
];

async fn asked(database: &ReadDatabase, query: Query) -> (Reached, Vec<Row>) {
    let alone = database.read(SOURCE, query.clone()).await.unwrap();
    let mut snapshot = database.snapshot().await.unwrap();
    let within = snapshot.read(SOURCE, query).await.unwrap();
    assert_eq!(
        (alone.0, alone.1.len()),
        (within.0, within.1.len()),
        "a snapshot answers as the database does"
    );
    alone
}

async fn an_answer_comes_with_how_far_the_model_had_come_and_keeps_its_columns_in_their_places(place: Place) {
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1), ("b", 2)]);
    log.append_at(3, "letters.smudged.v1", "{}");
    let projector = Running::start(&database, <Counts>::default(), &log);
    caught_up(&database, &log).await;

    let query = Query::new("select letter, amount from count where amount >= $1").bind(1_i64);
    let (reached, rows) = asked(&database, query).await;
    assert_eq!(reached, Reached { position: 3, set_aside: 1 });
    let mut read: Vec<(String, i64)> =
        rows.iter().map(|row| (row.get(0).unwrap(), row.get(1).unwrap())).collect();
    read.sort();
    assert_eq!(read, [("a".to_owned(), 1), ("b".to_owned(), 2)]);
    projector.stop().await;
}

async fn an_answer_without_rows_still_tells_how_far_the_model_had_come(place: Place) {
    let database = place.open::<Counts>().await;
    let nothing = || Query::new("select letter from count where letter = $1").bind("z");
    let (reached, rows) = asked(&database, nothing()).await;
    assert_eq!((reached, rows.len()), (Reached { position: 0, set_aside: 0 }, 0));

    let log = MemoryLog::with(&[("a", 1)]);
    let projector = Running::start(&database, <Counts>::default(), &log);
    caught_up(&database, &log).await;
    let (reached, rows) = asked(&database, nothing()).await;
    assert_eq!((reached, rows.len()), (Reached { position: 1, set_aside: 0 }, 0));
    projector.stop().await;
}

async fn an_answer_and_how_far_the_model_had_come_are_of_one_state_while_it_moves_on(place: Place) {
    const EVENTS: u64 = 300;
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1)]);
    let projector = Running::start(&database, <Counts>::default(), &log);
    let appending = tokio::spawn({
        let log = log.clone();
        async move {
            while log.head_now() < EVENTS {
                log.append("a", 1);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    });

    let total = || Query::new("select cast(coalesce(sum(amount), 0) as bigint) from count");
    let mut states = BTreeSet::new();
    while states.last() != Some(&EVENTS) {
        let (reached, rows) = database.read(SOURCE, total()).await.unwrap();
        assert_eq!(rows[0].get_u64(0).unwrap(), reached.position);
        states.insert(reached.position);

        let mut snapshot = database.snapshot().await.unwrap();
        let (reached, rows) = snapshot.read(SOURCE, total()).await.unwrap();
        assert_eq!(rows[0].get_u64(0).unwrap(), reached.position);
        assert_eq!(snapshot.read(SOURCE, total()).await.unwrap().0, reached);
    }
    assert!(states.len() > 2, "the model stood still");
    appending.await.unwrap();
    projector.stop().await;
}

/// Writes as many notes as the event's amount says, from number 0 on; the later note with a number replaces the earlier.
struct Notes;

impl ReadModel for Notes {
    const NAME: &'static str = "notes";
    const SCHEMA_VERSION: i64 = 1;

    fn create_statements() -> Vec<Query> {
        vec![Query::new(
            "create table note (number bigint primary key, words text, seal bytea, written bigint not null)",
        )]
    }

    async fn apply(
        &mut self,
        transaction: &mut Transaction,
        events: &[RecordedEvent],
    ) -> Result<Vec<SetAside>, Error> {
        let notes = Insert {
            table: "note",
            columns: ["number", "words", "seal", "written"],
            on_conflict: "on conflict (number) do update set words = excluded.words, written = excluded.written",
        };
        for event in events {
            let content: serde_json::Value = serde_json::from_str(&event.content).unwrap();
            let numbers: Vec<i64> = (0..content["amount"].as_i64().unwrap()).collect();
            let values = |number: i64| {
                let is_even = number % 2 == 0;
                let words = is_even.then(|| format!("số {number}, '\"\\"));
                let seal = (!is_even).then(|| vec![0, number.to_le_bytes()[0], 0xff]);
                [number.into(), words.into(), seal.into(), event.position.into()]
            };
            notes.run(transaction, numbers, values).await?;
        }
        Ok(Vec::new())
    }
}

async fn rows_of_any_number_are_inserted_with_nulls_bytes_and_conflicts(place: Place) {
    let database = place.open::<Notes>().await;
    // More than one statement holds on either database, and not in whole statements.
    let many = 20_003;
    let log = MemoryLog::with(&[("none", 0), ("one", 1), ("many", many), ("few", 5)]);
    let projector = Running::start(&database, Notes, &log);
    caught_up(&database, &log).await;

    let stored = Query::new("select number, words, seal, written from note order by number");
    let rows = database.fetch_all(stored).await.unwrap();
    assert_eq!(i64::try_from(rows.len()).unwrap(), many);
    for (number, row) in (0_i64..).zip(&rows) {
        assert_eq!(row.get::<i64>("number").unwrap(), number);
        let words = (number % 2 == 0).then(|| format!("số {number}, '\"\\"));
        assert_eq!(row.get::<Option<String>>("words").unwrap(), words);
        let seal = (number % 2 == 1).then(|| vec![0, number.to_le_bytes()[0], 0xff]);
        assert_eq!(row.get::<Option<Vec<u8>>>("seal").unwrap(), seal);
        assert_eq!(row.get_u64("written").unwrap(), if number < 5 { 4 } else { 3 });
    }
    projector.stop().await;
}

async fn keys_find_their_rows_and_no_key_finds_none(place: Place) {
    let database = place.open::<Counts>().await;
    let log = MemoryLog::with(&[("a", 1), ("b", 2), ("c", 2)]);
    let projector = Running::start(&database, <Counts>::default(), &log);
    caught_up(&database, &log).await;

    for (keys, found) in [(&["a", "c", "z", "a"][..], 2), (&[], 0)] {
        let query = Query::new("select letter from count where is_one_of(letter, $1, text)");
        let rows = database.fetch_all(query.bind_rows(keys).unwrap()).await.unwrap();
        assert_eq!(rows.len(), found, "{keys:?}");
    }
    let query = Query::new("select letter from count where is_one_of(amount, $1, bigint)");
    let rows = database.fetch_all(query.bind_rows(&[2, 7]).unwrap()).await.unwrap();
    assert_eq!(rows.len(), 2);
    projector.stop().await;
}

#[tokio::test]
async fn each_move_of_the_checkpoint_is_announced_once() {
    let place = Place::postgres().await;
    let database = place.open::<Counts>().await;
    let Place::Postgres(server) = &place else { unreachable!() };
    let mut listener = PgListener::connect(server.url()).await.unwrap();
    listener.listen("read_model_counts").await.unwrap();

    let log = MemoryLog::new();
    let projector = Running::start(&database, <Counts>::default(), &log);
    for position in 1..=3 {
        log.append("a", 1);
        caught_up(&database, &log).await;
        let told = listener.recv().await.unwrap();
        assert_eq!(told.payload(), format!("1 {position} {SOURCE}"));
    }
    let more = tokio::time::timeout(Duration::from_millis(200), listener.recv()).await;
    assert!(more.is_err(), "{more:?}");
    projector.stop().await;
}
