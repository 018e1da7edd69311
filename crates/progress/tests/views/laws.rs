//! Laws of the views for random histories, days and maps.

use crate::{
    common::{
        oracle::{self, Columns, Pair},
        tales::{Found, Home, MERGER, Told, any_day, standard_of, tales},
    },
    province::{Province, figures_of_form, key, reason, reference, view},
};
use api::progress as proto;
use kernel::{Date, date};
use poverty_view::{domain::AreaNumber, model::Placing};
use progress::ProgressOptions;
use projection::{ProjectorOptions, ReadStore};
use proptest::{prelude::*, sample};
use std::collections::HashSet;
use tempfile::TempDir;
use testing::TestDatabase;

const OLD_MAP: &str = "2025-06-30";
const NEW_MAP: &str = "2025-07-01";

/// Where each home of the tales lies, written down by hand: on the old map, and on the new.
fn areas_of(home: Home) -> (Vec<&'static str>, Vec<&'static str>) {
    const PROVINCE: &str = "12@0001-01-01";
    let village = match home.village {
        Some("03625-001") => {
            return (
                vec!["03625-001@0001-01-01", "03625@0001-01-01", "110@0001-01-01", PROVINCE],
                vec!["03625-001@0001-01-01", "03618@2025-07-01", PROVINCE],
            );
        }
        Some("03619-001") => {
            return (
                vec!["03619-001@0001-01-01", "03619@0001-01-01", "110@0001-01-01", PROVINCE],
                vec!["03619-001@0001-01-01", "03595@2025-07-01", PROVINCE],
            );
        }
        other => other,
    };
    assert_eq!(village, None, "a village of which the oracle knows nothing");
    match home.commune {
        "03618@0001-01-01" => {
            (vec!["03618@0001-01-01", "110@0001-01-01", PROVINCE], vec!["03618@2025-07-01", PROVINCE])
        }
        "03625@0001-01-01" => {
            (vec!["03625@0001-01-01", "110@0001-01-01", PROVINCE], vec!["03618@2025-07-01", PROVINCE])
        }
        "03391@0001-01-01" => {
            (vec!["03391@0001-01-01", "109@0001-01-01", PROVINCE], vec!["03388@2025-07-01", PROVINCE])
        }
        "03451@0001-01-01" | "03451@2025-07-01" => {
            (vec!["03451@0001-01-01", "107@0001-01-01", PROVINCE], vec!["03451@2025-07-01", PROVINCE])
        }
        // Both parts of Mường Than lay in old district 110; the parts of Đoàn Kết in two districts.
        "03618@2025-07-01" => (vec!["110@0001-01-01", PROVINCE], vec!["03618@2025-07-01", PROVINCE]),
        "03388@2025-07-01" => (vec![PROVINCE], vec!["03388@2025-07-01", PROVINCE]),
        other => panic!("a home of which the oracle knows nothing: {other}"),
    }
}

/// Old areas in which households of these new units may have lived, and that cannot count them.
fn may_hide(area: &str, home: Home) -> bool {
    match (home.village, home.commune) {
        (None, "03618@2025-07-01") => ["03618@0001-01-01", "03625@0001-01-01"].contains(&area),
        (None, "03388@2025-07-01") => {
            ["03391@0001-01-01", "109@0001-01-01", "105@0001-01-01"].contains(&area)
        }
        _ => false,
    }
}

fn any_place() -> impl Strategy<Value = (&'static str, &'static str)> {
    const OLD: [&str; 12] = [
        "12",
        "110",
        "109",
        "107",
        "105",
        "03618",
        "03625",
        "03391",
        "03451",
        "03619",
        "03625-001",
        "03619-001",
    ];
    const NEW: [&str; 7] = ["12", "03618", "03595", "03388", "03451", "03625-001", "03619-001"];
    prop_oneof![
        sample::select(OLD.as_slice()).prop_map(|code| (OLD_MAP, code)),
        sample::select(NEW.as_slice()).prop_map(|code| (NEW_MAP, code)),
    ]
}

fn lies_in(home: Home, area: &str, map: &str) -> bool {
    let (old, new) = areas_of(home);
    if map == OLD_MAP { old.contains(&area) } else { new.contains(&area) }
}

fn full_key(map: &str, code: &str) -> String {
    let merged = map == NEW_MAP && code.len() == 5;
    format!("{code}@{}", if merged { "2025-07-01" } else { "0001-01-01" })
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(future)
}

fn values(counts: &proto::Counts) -> [Option<i64>; 5] {
    let value = |figure: &Option<proto::Figure>| figure.as_ref().expect("a figure").value;
    [&counts.total, &counts.poor, &counts.near_poor, &counts.not_poor, &counts.not_reviewed].map(value)
}

/// What the row of the area must show, households or persons: no data is none, not zero.
fn expected(
    log: &[Told],
    as_at: Date,
    known: Date,
    group: Option<&str>,
    within: &impl Fn(Home) -> bool,
) -> [[Option<i64>; 5]; 2] {
    let stock = |class, group| oracle::stock(log, as_at, known, class, group, within);
    let classes = [Found::Poor, Found::NearPoor, Found::NotPoor];
    let reviewed: i64 = classes.iter().map(|class| stock(Some(*class), None).0).sum();
    let registered = stock(None, None).0;
    [|pair: Pair| pair.0, |pair: Pair| pair.1].map(|unit| {
        let total = unit(stock(None, group));
        let counts = classes.map(|class| unit(stock(Some(class), group)));
        let rest = total - counts.iter().sum::<i64>();
        let of_class = counts.map(|count| (reviewed != 0).then_some(count));
        let any = |count| (registered != 0).then_some(count);
        [any(total), of_class[0], of_class[1], of_class[2], any(rest)]
    })
}

/// The form; a level that is not known as nothing, and no movement known as no form.
fn columns(columns: &proto::MovementColumns, persons: &proto::MovementColumns) -> Option<Columns> {
    let level = |of: fn(&proto::MovementColumns) -> &Option<proto::Figure>| {
        let value = |columns| of(columns).as_ref().expect("a figure").value.unwrap_or_default();
        (value(columns), value(persons))
    };
    let pair = |of: fn(&proto::MovementColumns) -> &Option<proto::Figure>| {
        let value = |columns| of(columns).as_ref().expect("a figure").value;
        Some((value(columns)?, value(persons)?))
    };
    Some(Columns {
        start: level(|form| &form.start),
        exit_to_other_class: pair(|form| &form.exit_to_other_class)?,
        exit_above: pair(|form| &form.exit_above)?,
        other_out: pair(|form| &form.other_out)?,
        from_other_class: pair(|form| &form.from_other_class)?,
        relapse: pair(|form| &form.relapse)?,
        new: pair(|form| &form.new)?,
        other_in: pair(|form| &form.other_in)?,
        end: level(|form| &form.end),
    })
}

fn forms(row: &proto::MovementsRow) -> [Option<Columns>; 2] {
    let of = |households: &Option<proto::MovementColumns>, persons: &Option<proto::MovementColumns>| {
        columns(households.as_ref().expect("a form"), persons.as_ref().expect("a form"))
    };
    [of(&row.poor_households, &row.poor_persons), of(&row.near_poor_households, &row.near_poor_persons)]
}

/// Households and persons of the row, or of one group in it, no data as nothing.
fn row_values(row: &proto::PovertyRow, group: Option<&str>) -> Vec<i64> {
    let of_group = group.map(|group| row.by_ethnicity.iter().find(|row| row.ethnicity == group));
    let [households, persons] = match of_group {
        None => [&row.households, &row.persons],
        Some(None) => return vec![0; 10],
        Some(Some(row)) => [&row.households, &row.persons],
    };
    [households, persons]
        .into_iter()
        .flat_map(|counts| values(counts.as_ref().unwrap()))
        .map(Option::unwrap_or_default)
        .collect()
}

/// Every column of every form in turn, no data as nothing.
fn form_values(row: &proto::MovementsRow) -> Vec<i64> {
    let forms = [&row.poor_households, &row.poor_persons, &row.near_poor_households, &row.near_poor_persons];
    let figures = forms.into_iter().flat_map(figures_of_form);
    figures.map(|figure| figure.value.unwrap_or_default()).collect()
}

fn added(mut sum: Vec<i64>, row: Vec<i64>) -> Vec<i64> {
    assert_eq!(sum.len(), row.len());
    for (sum, value) in sum.iter_mut().zip(row) {
        *sum += value;
    }
    sum
}

fn request(area: &str, as_at: Date, known: Date, map: &str) -> proto::GetPovertyRequest {
    proto::GetPovertyRequest {
        area: area.to_owned(),
        view: view(&as_at.to_string(), &known.to_string(), map),
        by_ethnicity: true,
        parts: true,
        ..Default::default()
    }
}

#[test]
fn on_every_map_a_leaf_lies_in_one_part_of_an_area_at_most_and_then_in_the_area_too() {
    let reference = reference();
    let placing = Placing::new(&reference.areas);
    for map in reference.areas.geographies().iter().map(|map| map.period.from) {
        let mut open = vec![reference.areas.province()];
        while let Some(area) = open.pop() {
            let whole = placing.leaves(AreaNumber::of(&area.key));
            let mut in_parts = HashSet::new();
            for part in reference.areas.children(&area.key, map) {
                for leaf in placing.leaves(AreaNumber::of(&part.key)) {
                    assert!(whole.contains(leaf), "{} of {} is not in {}", leaf.key(), part.key, area.key);
                    assert!(in_parts.insert(*leaf), "{} is in two parts of {}", leaf.key(), area.key);
                }
                open.push(part);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn a_view_shows_what_the_oracle_counts_on_any_day_as_known_on_any_day_on_either_map(
        log in tales(), questions in prop::collection::vec((any_place(), any_day(), any_day()), 8),
    ) {
        run(async {
            let province = Province::told(&log).await;
            for ((map, code), as_at, known) in questions {
                let area = full_key(map, code);
                let within = |home: Home| lies_in(home, &area, map);
                let answer = province.poverty(request(code, as_at, known, map)).await;
                let all = expected(&log, as_at, known, None, &within);
                let hidden = map == OLD_MAP && oracle::stock(&log, as_at, known, None, None, |home| may_hide(&area, home)).0 != 0;
                if hidden && all[0][0].is_none() {
                    prop_assert_eq!(reason(&answer.unwrap_err()), "REBASE_IMPOSSIBLE");
                    continue;
                }
                let row = answer.unwrap().area.unwrap();
                prop_assert_eq!(key(row.area.as_ref()), area.as_str());
                let together = proto::GetPovertyRequest { by_ethnicity: false, ..request(code, as_at, known, map) };
                let together = province.poverty(together).await.unwrap().area.unwrap();
                prop_assert_eq!(&together, &proto::PovertyRow { by_ethnicity: Vec::new(), ..row.clone() });
                let shown = [&row.households, &row.persons].map(|counts| values(counts.as_ref().unwrap()));
                prop_assert_eq!(shown, all, "{} on {} as known on {} on the map of {}", area, as_at, known, map);
                for group in &row.by_ethnicity {
                    let shown = [&group.households, &group.persons].map(|counts| values(counts.as_ref().unwrap()));
                    prop_assert_eq!(shown, expected(&log, as_at, known, Some(&group.ethnicity), &within));
                }
                let by_group = row.by_ethnicity.iter().map(|group| values(group.persons.as_ref().unwrap())[0].unwrap());
                prop_assert_eq!(by_group.sum::<i64>(), all[1][0].unwrap_or(0), "groups add up to all");
                if hidden {
                    let status = row.households.unwrap().total.unwrap().status;
                    prop_assert_eq!(status, i32::from(proto::DataStatus::Incomplete));
                }
            }
            province.end().await;
            Ok(())
        })?;
    }

    #[test]
    fn an_area_is_the_sum_of_its_parts_and_of_what_lies_outside_them(
        log in tales(), (map, code) in any_place(), as_at in any_day(), known in any_day(), year in 2021_i32..2028,
    ) {
        run(async {
            let province = Province::told(&log).await;
            let area = full_key(map, code);
            if let Ok(view) = province.poverty(request(&area, as_at, known, map)).await
                && !view.parts.is_empty()
            {
                let whole = view.area.unwrap();
                let rows: Vec<_> = view.parts.into_iter().chain(view.outside_parts).collect();
                let groups = |row: &proto::PovertyRow| row.by_ethnicity.iter().map(|group| group.ethnicity.clone()).collect::<Vec<_>>();
                let wanted = std::iter::once(None).chain(groups(&whole).into_iter().map(Some));
                for group in wanted {
                    let sum: Vec<i64> = rows.iter().map(|row| row_values(row, group.as_deref())).fold(vec![0; 10], added);
                    prop_assert_eq!(sum, row_values(&whole, group.as_deref()), "{} group {:?}", area, group);
                }
            }
            let forms = province.movements(proto::GetMovementsRequest {
                area: area.clone(), year, known_on: known.to_string(), map: map.to_owned(), parts: true, ..Default::default()
            }).await;
            if let Ok(view) = forms
                && !view.parts.is_empty()
            {
                let rows = view.parts.iter().chain(&view.outside_parts);
                prop_assert_eq!(rows.map(form_values).fold(vec![0; 36], added), form_values(view.area.as_ref().unwrap()), "{}", area);
            }
            province.end().await;
            Ok(())
        })?;
    }

    #[test]
    fn totals_are_conserved_through_the_merger_of_106_units_into_38(log in tales(), known in any_day(), as_at in any_day()) {
        run(async {
            let province = Province::told(&log).await;
            let sum = |rows: &[proto::PovertyRow]| {
                let mut sums = [[0; 5]; 2];
                for row in rows {
                    for (sum, counts) in sums.iter_mut().zip([&row.households, &row.persons]) {
                        for (sum, value) in sum.iter_mut().zip(values(counts.as_ref().unwrap())) {
                            *sum += value.unwrap_or(0);
                        }
                    }
                }
                sums
            };
            let new = province.poverty(request("12", as_at, known, NEW_MAP)).await.unwrap();
            let whole = sum(std::slice::from_ref(new.area.as_ref().unwrap()));
            prop_assert_eq!(new.parts.len(), 38);
            prop_assert_eq!(sum(&new.parts), whole, "38 units make up the province");

            // Before the merger everything was recorded in an old unit.
            let as_at = as_at.min(date(2025, 6, 30));
            let old = province.poverty(request("12", as_at, known, OLD_MAP)).await.unwrap();
            let new = province.poverty(request("12", as_at, known, NEW_MAP)).await.unwrap();
            let whole = sum(std::slice::from_ref(old.area.as_ref().unwrap()));
            let mut units = Vec::new();
            for district in &old.parts {
                units.extend(province.poverty(request(key(district.area.as_ref()), as_at, known, OLD_MAP)).await.unwrap().parts);
            }
            prop_assert_eq!((old.parts.len(), units.len(), new.parts.len()), (8, 106, 38));
            prop_assert_eq!(sum(&old.parts), whole, "8 districts make up the province");
            prop_assert_eq!(sum(&units), whole, "106 units make up the province");
            prop_assert_eq!(sum(&new.parts), whole, "38 units make up the same province");
            prop_assert_eq!(sum(std::slice::from_ref(new.area.as_ref().unwrap())), whole);
            province.end().await;
            Ok(())
        })?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn every_form_of_every_area_and_year_is_what_the_oracle_walks_through_and_keeps_the_identity(
        log in tales(), known in any_day(), walked in any_place(), walked_year in 2021_i16..2028,
    ) {
        run(async {
            let province = Province::told(&log).await;
            for map in [OLD_MAP, NEW_MAP] {
                for year in 2021_i16..2028 {
                    let ask = |area: &str| proto::GetMovementsRequest {
                        area: area.to_owned(),
                        year: year.into(),
                        known_on: known.to_string(),
                        map: map.to_owned(),
                        parts: true,
                        ..Default::default()
                    };
                    let view = province.movements(ask("12")).await.unwrap();
                    let mut rows = vec![view.area.unwrap()];
                    for part in view.parts {
                        match province.movements(ask(key(part.area.as_ref()))).await {
                            Ok(below) => rows.extend(below.parts),
                            // Nothing is hidden: what is refused has no figure in the view of the whole either.
                            Err(refused) => {
                                prop_assert_eq!(reason(&refused), "REBASE_IMPOSSIBLE");
                                prop_assert!(forms(&part).iter().all(Option::is_none), "{:?}", part);
                            }
                        }
                        rows.push(part);
                    }
                    for row in &rows {
                        let area = key(row.area.as_ref());
                        let forms = forms(row);
                        for form in forms.iter().flatten() {
                            for unit in [|pair: Pair| pair.0, |pair: Pair| pair.1] {
                                let end = unit(form.start) - unit(form.exit_to_other_class) - unit(form.exit_above)
                                    - unit(form.other_out) + unit(form.from_other_class) + unit(form.relapse)
                                    + unit(form.new) + unit(form.other_in);
                                prop_assert_eq!(end, unit(form.end), "{} in {} on the map of {}: {:?}", area, year, map, form);
                            }
                        }
                        if map == walked.0 && year == walked_year && area == full_key(map, walked.1) {
                            for (form, class) in forms.iter().zip([Found::Poor, Found::NearPoor]) {
                                let walked = oracle::columns(&log, class, year, known, |home| lies_in(home, area, map));
                                let shown = form.clone().unwrap_or_default();
                                prop_assert_eq!(shown, walked, "{:?} of {} in {} on the map of {}", class, area, year, map);
                            }
                            let as_known = known;
                            let reviewed = |day: Date| {
                                let stock = |class| oracle::stock(&log, day, known, Some(class), None, |home| lies_in(home, area, map));
                                [Found::Poor, Found::NearPoor, Found::NotPoor].map(stock) != [(0, 0); 3]
                            };
                            let known = |figure: fn(&proto::MovementColumns) -> &Option<proto::Figure>| {
                                figure(row.poor_households.as_ref().unwrap()).as_ref().unwrap().value.is_some()
                            };
                            let end = date(year, 12, 31);
                            let all_left = oracle::stock(&log, end, as_known, None, None, |home| lies_in(home, area, map)) == (0, 0);
                            let any = known(|form| &form.new);
                            prop_assert_eq!(known(|form| &form.end), any && (reviewed(end) || all_left));
                            let (eve, first) = (date(year - 1, 12, 31), date(year, 1, 1));
                            if standard_of(eve) == standard_of(first) {
                                prop_assert_eq!(known(|form| &form.start), reviewed(eve) && reviewed(first));
                            }
                        }
                    }
                }
            }
            province.end().await;
            Ok(())
        })?;
    }

    #[test]
    fn a_rebuilt_model_equals_the_live_one_however_the_events_were_batched(
        log in tales(), live_batch in 1_usize..7, rebuilt_batch in 1_usize..50, kept in 0_usize..8,
    ) {
        run(async {
            let folder = TempDir::new().unwrap();
            let store = ReadStore::Sqlite(folder.path().to_owned());
            let projector = ProjectorOptions { batch_events_max: live_batch, ..Default::default() };
            let province = Province::on(store, folder, ProgressOptions::default(), projector).await;
            for part in log.chunks(live_batch) {
                province.tell(part).await;
            }
            province.tell_nonsense().await;
            let live = province.digest().await;
            province.rebuild(rebuilt_batch, kept).await;
            prop_assert_eq!(province.digest().await, live);
            province.end().await;
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a_rebuilt_model_equals_the_live_one_on_postgresql_and_shows_what_sqlite_shows() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let log = tales().new_tree(&mut TestRunner::deterministic()).unwrap().current();
    let database = TestDatabase::create().await;
    let store = ReadStore::Postgres(database.url().to_owned());
    let projector = ProjectorOptions { batch_events_max: 3, ..Default::default() };
    let postgres = Province::on(store, TempDir::new().unwrap(), ProgressOptions::default(), projector).await;
    postgres.tell(&log).await;
    let live = postgres.digest().await;
    postgres.rebuild(7, 5).await;
    assert_eq!(postgres.digest().await, live);

    let sqlite = Province::told(&log).await;
    let days = [(date(2024, 12, 31), OLD_MAP), (MERGER, NEW_MAP), (date(2027, 12, 31), NEW_MAP)];
    // Known later than everything, and before much of it was.
    for known in [date(2028, 1, 1), date(2025, 7, 15), date(2023, 6, 30)] {
        for (as_at, map) in days {
            let ask = || request("12", as_at, known, map);
            assert_eq!(postgres.poverty(ask()).await.unwrap(), sqlite.poverty(ask()).await.unwrap());
            let ask = || proto::GetMovementsRequest {
                area: "12".to_owned(),
                year: as_at.year().into(),
                known_on: known.to_string(),
                parts: true,
                ..Default::default()
            };
            assert_eq!(postgres.movements(ask()).await.unwrap(), sqlite.movements(ask()).await.unwrap());
        }
    }
    sqlite.end().await;
    postgres.end().await;
}
