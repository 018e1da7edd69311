//! Random tales against the oracle.

use crate::{
    oracle::{self, Expected, Status},
    province::{Province, key, reference, view},
    tales::{MERGER, NEW_MAP, OLD_MAP, Tier, any_day, tales},
};
use api::{
    progress::{self as proto, DataStatus},
    rural,
};
use kernel::{Date, date};
use projection::{ProjectorOptions, ReadStore};
use proptest::prelude::*;
use tempfile::TempDir;
use testing::TestDatabase;

/// Derived from titles, criteria and lists.
const DERIVED: [&str; 8] = ["T03", "T04", "T05", "T06", "T07", "T08", "T12", "T13"];

fn run(story: impl Future<Output = Result<(), TestCaseError>>) -> Result<(), TestCaseError> {
    tokio::runtime::Runtime::new().unwrap().block_on(Box::pin(story))
}

fn shown(row: &proto::TargetRow) -> Expected {
    Expected {
        fraction: row.numerator.zip(row.denominator),
        actual: row.actual.clone(),
        strict: row.strict.clone(),
        complete: row.status_of_data() == DataStatus::Complete,
    }
}

/// Without data nothing is complete.
fn expected(found: Expected) -> Expected {
    Expected { complete: found.complete && !found.actual.is_empty(), ..found }
}

fn value(figure: &Option<proto::Figure>) -> Option<i64> {
    figure.as_ref().and_then(|figure| figure.value)
}

fn is_complete(figure: &Option<proto::Figure>) -> bool {
    figure.as_ref().unwrap().status() == DataStatus::Complete
}

fn mean(share: &Option<proto::Share>) -> Option<(i64, i64)> {
    share.as_ref().and_then(|share| share.numerator.zip(share.denominator))
}

/// How many of them lie in the band.
fn within(met: &[i64], from: i32, to: i32) -> i64 {
    i64::try_from(met.iter().filter(|met| (i64::from(from)..=i64::from(to)).contains(met)).count()).unwrap()
}

fn check_summary(
    summary: &proto::CriteriaSummary,
    counts: &oracle::Counts,
    day: Date,
) -> Result<(), TestCaseError> {
    let titles = |value: i64| counts.any_title.then_some(value);
    prop_assert_eq!(value(&summary.communes), Some(counts.communes));
    prop_assert_eq!(value(&summary.recognised), titles(counts.recognised));
    prop_assert_eq!(value(&summary.advanced), titles(counts.advanced));
    prop_assert_eq!(value(&summary.model), titles(counts.model));
    prop_assert_eq!(value(&summary.derived), titles(counts.derived));
    prop_assert_eq!(value(&summary.undetermined), titles(counts.undetermined));
    prop_assert_eq!(is_complete(&summary.recognised), counts.any_title && counts.undetermined == 0);
    let number = |met: &[i64]| i64::try_from(met.len()).unwrap();
    let any = |met: &[i64]| !met.is_empty();
    prop_assert_eq!(value(&summary.assessed), any(&counts.strict).then(|| number(&counts.strict)));
    prop_assert_eq!(
        is_complete(&summary.assessed),
        counts.communes > 0 && number(&counts.strict) == counts.communes
    );
    let mean_of = |met: &[i64]| any(met).then(|| (met.iter().sum::<i64>(), number(met)));
    prop_assert_eq!(mean(&summary.mean_strict), mean_of(&counts.strict));
    prop_assert_eq!(mean(&summary.mean_official), mean_of(&counts.official));
    // Ten criteria are not shown in bands of nineteen.
    prop_assert_eq!(summary.bands.is_empty(), oracle::set_in_force(day) == crate::tales::LATER_SET);
    for band in &summary.bands {
        let (strict, official) = (&counts.strict, &counts.official);
        prop_assert_eq!(value(&band.strict), any(strict).then(|| within(strict, band.from, band.to)));
        prop_assert_eq!(value(&band.official), any(official).then(|| within(official, band.from, band.to)));
    }
    if !summary.bands.is_empty() && any(&counts.strict) {
        let sum: Option<i64> = summary.bands.iter().map(|band| value(&band.strict)).sum();
        prop_assert_eq!(sum, value(&summary.assessed), "every commune assessed is in one band");
    }
    Ok(())
}

fn check_row(row: &proto::CriteriaRow, world: &oracle::World) -> Result<(), TestCaseError> {
    let key = key(row.area.as_ref());
    let (tier, origin) = match oracle::status(world, key) {
        Status::Held { tier, origin } => {
            let tier = match tier {
                Tier::Advanced => rural::Tier::AdvancedCommune,
                Tier::Model => rural::Tier::ModelCommune,
                _ => rural::Tier::CommuneTitle,
            };
            let origin = match origin {
                "derived" => rural::TitleOrigin::Derived,
                "acknowledged" => rural::TitleOrigin::Acknowledged,
                _ => rural::TitleOrigin::Recognised,
            };
            (tier, origin)
        }
        Status::None => (rural::Tier::Unspecified, rural::TitleOrigin::Unspecified),
        Status::CannotBeTold => (rural::Tier::Unspecified, rural::TitleOrigin::Undetermined),
    };
    prop_assert_eq!((row.tier(), row.origin()), (tier, origin), "{}", key);
    let assessed = oracle::latest(world, key);
    let assessed = assessed.map(|(set, strict, official)| (set.to_owned(), Some(strict), official));
    let own = (!row.set.is_empty())
        .then(|| (row.set.clone(), row.strict_met.map(i64::from), row.official_met.map(i64::from)));
    prop_assert_eq!(own, assessed, "{}", key);
    let cells = row.criteria.iter().filter(|cell| cell.strict() == rural::ResultState::Met).count();
    prop_assert_eq!(cells, usize::try_from(row.strict_met.unwrap_or(0)).unwrap());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_derived_target_is_what_the_oracle_reads_from_the_resolution(
        log in tales(), as_at in any_day(), known in any_day(), everything in any::<bool>(),
    ) {
        run(async {
            let known = if everything { date(2028, 12, 31) } else { known };
            let province = Province::told(&log).await;
            for day in [as_at, date(2025, 6, 30), MERGER, date(2025, 12, 31)] {
                for (map, new) in [("", false), (OLD_MAP, false), (NEW_MAP, true)] {
                    let ids: Vec<&str> = DERIVED.into_iter().chain(["T19"]).collect();
                    let rows = province.targets(view(&day.to_string(), &known.to_string(), map), &ids).await;
                    for row in &rows[..DERIVED.len()] {
                        let found = oracle::target(&log, &row.id, day, known, &oracle::map(new));
                        prop_assert_eq!(shown(row), expected(found), "{} on {} as known on {} on map '{}': {}", row.id, day, known, map, row.formula);
                    }
                    let on_new_map = if map.is_empty() { day >= MERGER } else { new };
                    let found = oracle::reported_share(&log, day, known, on_new_map);
                    prop_assert_eq!(shown(&rows[DERIVED.len()]), expected(found), "T19 on {} as known on {} on map '{}': {}", day, known, map, rows[DERIVED.len()].formula);
                }
            }
            province.end().await;
            Ok(())
        })?;
    }

    #[test]
    fn summary_and_matrix_are_what_the_oracle_finds_on_both_maps(
        log in tales(), as_at in any_day(), known in any_day(), everything in any::<bool>(),
    ) {
        run(async {
            let known = if everything { date(2028, 12, 31) } else { known };
            let province = Province::told(&log).await;
            let world = oracle::walk(&log, as_at, known);
            for (map, new) in [(OLD_MAP, false), (NEW_MAP, true)] {
                let shown = province.criteria("12", view(&as_at.to_string(), &known.to_string(), map)).await.unwrap();
                let own = oracle::map(new);
                let counts = oracle::counts(&world, &own, oracle::set_in_force(as_at));
                check_summary(shown.summary.as_ref().unwrap(), &counts, as_at)?;
                let keys: Vec<_> = shown.communes.iter().map(|row| key(row.area.as_ref()).to_owned()).collect();
                prop_assert_eq!(&keys, &own.communes);
                for row in &shown.communes {
                    check_row(row, &world)?;
                }
            }
            // A district's communes, and a single one, are counted as within the province.
            let old = oracle::map(false);
            let ask = || view(&as_at.to_string(), &known.to_string(), OLD_MAP);
            for district in ["106@0001-01-01", "110@0001-01-01"] {
                let shown = province.criteria(district, ask()).await.unwrap();
                let counts = oracle::counts(&world, &old.of_district(district), oracle::set_in_force(as_at));
                check_summary(shown.summary.as_ref().unwrap(), &counts, as_at)?;
            }
            province.end().await;
            Ok(())
        })?;
    }

    #[test]
    fn a_rebuilt_model_equals_the_live_one_however_the_events_were_batched(
        log in tales(), live_batch in 1_usize..9, rebuilt_batch in 1_usize..50,
    ) {
        run(async {
            let folder = TempDir::new().unwrap();
            let store = ReadStore::Sqlite(folder.path().to_owned());
            let options = ProjectorOptions { batch_events_max: live_batch, ..ProjectorOptions::default() };
            let province = Province::on(store, folder, options).await;
            for part in log.chunks(live_batch) {
                province.tell(part).await;
            }
            if let Some(told) = log.first() {
                province.tell_changed(told, |event| event.event_type = "rural.unheard_of.v1".to_owned()).await;
            }
            let live = province.digest().await;
            province.rebuild(rebuilt_batch).await;
            prop_assert_eq!(province.digest().await, live);
            province.end().await;
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn postgresql_shows_what_sqlite_shows_and_a_rebuilt_model_equals_the_live_one() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let long = tales().prop_filter("a long one", |log| log.len() > 40);
    let log = long.new_tree(&mut runner).unwrap().current();
    let database = TestDatabase::create().await;
    let store = ReadStore::Postgres(database.url().to_owned());
    let options = ProjectorOptions { batch_events_max: 3, ..ProjectorOptions::default() };
    let postgres = Province::on(store, TempDir::new().unwrap(), options).await;
    postgres.tell(&log).await;
    let live = postgres.digest().await;
    postgres.rebuild(7).await;
    assert_eq!(postgres.digest().await, live);

    let sqlite = Province::told(&log).await;
    for (as_at, known) in
        [("2024-12-31", "2024-06-30"), ("2025-07-01", "2028-01-01"), ("2027-12-31", "2028-01-01")]
    {
        for map in [OLD_MAP, NEW_MAP] {
            let ask = || view(as_at, known, map);
            let (there, here) = (postgres.criteria("12", ask()).await, sqlite.criteria("12", ask()).await);
            assert_eq!(there.unwrap(), here.unwrap());
            let of_criteria: Vec<_> =
                reference().targets.all().iter().map(|target| target.id.clone()).collect();
            let ids: Vec<&str> = of_criteria.iter().map(String::as_str).collect();
            let there = postgres.targets(ask(), &ids).await;
            assert_eq!(there, sqlite.targets(ask(), &ids).await);
            for figure in there.iter().map(|row| &row.figure) {
                let (there, here) =
                    (postgres.explain(figure, 0, "").await, sqlite.explain(figure, 0, "").await);
                assert_eq!(there.unwrap(), here.unwrap());
            }
        }
    }
    sqlite.end().await;
    postgres.end().await;
}
