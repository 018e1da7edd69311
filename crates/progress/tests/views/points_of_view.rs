//! Days, days of knowledge, maps, and what is no data.

use crate::{
    common::tales::{Found, Home, Told},
    province::{Province, assessed, day, key, metadata, moved, reason, registered, view},
};
use api::progress::{self as proto, DataStatus, progress_server::Progress as _};
use service::request::ConsistencyToken;
use tonic::Request;

const MUONG_MIT: Home = Home { commune: "03625@0001-01-01", village: None };
const PHUC_THAN: Home = Home { commune: "03618@0001-01-01", village: None };
const NEW_MUONG_THAN: Home = Home { commune: "03618@2025-07-01", village: None };
const NEW_DOAN_KET: Home = Home { commune: "03388@2025-07-01", village: None };

fn ask(area: &str, as_at: &str, known_on: &str, map: &str) -> proto::GetPovertyRequest {
    proto::GetPovertyRequest { area: area.to_owned(), view: view(as_at, known_on, map), ..Default::default() }
}

fn total(row: &proto::PovertyRow) -> (&proto::Figure, &proto::Figure) {
    let households = row.households.as_ref().unwrap();
    (households.total.as_ref().unwrap(), households.poor.as_ref().unwrap())
}

fn status(status: DataStatus) -> i32 {
    status.into()
}

#[tokio::test]
async fn what_lies_in_no_part_has_a_row_of_its_own() {
    let village = Home { commune: "03625@0001-01-01", village: Some("03625-001") };
    let log = [
        registered(0, "2024-01-01", MUONG_MIT, 4),
        registered(1, "2024-01-01", village, 3),
        assessed(1, "2024-11-30", Found::Poor),
        registered(2, "2025-08-01", NEW_MUONG_THAN, 2),
        assessed(2, "2025-11-30", Found::NearPoor),
    ];
    let province = Province::told(&log).await;
    let in_parts = |as_at, map| proto::GetPovertyRequest { parts: true, ..ask("03618", as_at, "", map) };
    let view = province.poverty(in_parts("2025-12-31", "2025-07-01")).await.unwrap();
    let outside = view.outside_parts.unwrap();
    assert_eq!(key(outside.area.as_ref()), "03618@2025-07-01");
    assert_eq!(outside.coverage, None);
    let (registered, poor) = total(&outside);
    assert_eq!((registered.status, registered.value), (status(DataStatus::Complete), Some(2)));
    assert_eq!((poor.status, poor.value), (status(DataStatus::Complete), Some(0)));
    assert!(registered.name.contains("/areas/03618@2025-07-01/outside-parts/as-at/"));
    let explained = province.explain(&registered.name, 0, "").await.unwrap();
    let found: Vec<_> = explained.facts.iter().map(|fact| key(fact.area.as_ref())).collect();
    assert_eq!((explained.sum, found), (Some(2), vec!["03625@0001-01-01", "03618@2025-07-01"]));

    let unasked = province.poverty(ask("03618", "2025-12-31", "", "2025-07-01")).await.unwrap();
    assert_eq!(unasked.outside_parts, None);
    let nothing = province.poverty(in_parts("2024-12-31", "2025-06-30")).await;
    assert_eq!(nothing.unwrap().outside_parts, None, "nothing was recorded in the old unit");
    // The old map has no place among the districts' units for a household of the merged unit.
    let district = proto::GetPovertyRequest { parts: true, ..ask("110", "2025-12-31", "", "2025-06-30") };
    let district = province.poverty(district).await.unwrap();
    assert_eq!(total(&district.outside_parts.unwrap()).0.value, Some(1));
    province.end().await;
}

#[tokio::test]
async fn no_data_is_not_zero() {
    let log = [
        registered(0, "2024-01-01", MUONG_MIT, 4),
        registered(1, "2024-01-01", PHUC_THAN, 3),
        assessed(1, "2024-11-30", Found::NotPoor),
    ];
    let province = Province::told(&log).await;
    let row = |code: &str| {
        let request = ask(code, "2024-12-31", "", "");
        async { province.poverty(request).await.unwrap().area.unwrap() }
    };

    let nobody = row("03595").await;
    let (registered, poor) = total(&nobody);
    assert_eq!((registered.status, registered.value), (status(DataStatus::NoData), None));
    assert_eq!((poor.status, poor.value), (status(DataStatus::NoData), None));

    let not_reviewed = row("03625").await;
    let (registered, poor) = total(&not_reviewed);
    assert_eq!((registered.status, registered.value), (status(DataStatus::Complete), Some(1)));
    assert_eq!((poor.status, poor.value), (status(DataStatus::NoData), None));
    assert_eq!(not_reviewed.poor_rate.unwrap().percent, "");

    let nobody_poor = row("03618").await;
    let (_, poor) = total(&nobody_poor);
    assert_eq!((poor.status, poor.value), (status(DataStatus::Complete), Some(0)));
    assert_eq!(nobody_poor.poor_rate.unwrap().percent, "0.00");

    let district = row("110").await;
    let (registered, poor) = total(&district);
    assert_eq!((registered.status, registered.value), (status(DataStatus::Incomplete), Some(2)));
    assert_eq!((poor.status, poor.value), (status(DataStatus::Incomplete), Some(0)));
    let coverage = district.coverage.unwrap();
    assert_eq!((coverage.areas_with_data, coverage.areas, coverage.households_not_placed), (1, 12, 0));
    province.end().await;
}

#[tokio::test]
async fn shares_of_merged_units_add_numerators_and_denominators() {
    // 1 of 10 and 9 of 30 poor are 10 of 40, not the mean of 10 % and 30 %.
    let mut log = Vec::new();
    for number in 0..40 {
        let home = if number < 10 { PHUC_THAN } else { MUONG_MIT };
        log.push(registered(number, "2024-01-01", home, 1));
        let poor = number == 0 || (10..19).contains(&number);
        log.push(assessed(number, "2024-11-30", if poor { Found::Poor } else { Found::NotPoor }));
    }
    let province = Province::told(&log).await;
    let merged = province.poverty(ask("03618", "2025-07-01", "", "")).await.unwrap().area.unwrap();
    let rate = merged.poor_rate.unwrap();
    assert_eq!((rate.numerator, rate.denominator, &*rate.percent), (Some(10), Some(40), "25.00"));
    assert_eq!(rate.status, status(DataStatus::Complete));
    province.end().await;
}

#[tokio::test]
async fn a_late_document_never_rewrites_what_a_meeting_was_shown() {
    let late = Told { known: day("2025-03-01"), ..assessed(0, "2024-12-20", Found::NotPoor) };
    let log = [registered(0, "2024-01-01", MUONG_MIT, 4), assessed(0, "2024-11-30", Found::Poor), late];
    let province = Province::told(&log).await;
    let poor = |as_at, known| {
        let request = ask("12", as_at, known, "");
        async { total(&province.poverty(request).await.unwrap().area.unwrap()).1.value }
    };
    assert_eq!(poor("2024-12-31", "2025-02-28").await, Some(1));
    assert_eq!(poor("2024-12-31", "2025-03-01").await, Some(0));
    assert_eq!(poor("2024-12-19", "").await, Some(1));
    assert_eq!(poor("2024-11-30", "2024-11-29").await, None, "not yet recorded on that day");
    province.end().await;
}

#[tokio::test]
async fn an_area_that_is_not_on_the_map_is_refused_with_what_stands_there_instead() {
    let province = Province::told(&[registered(0, "2024-01-01", MUONG_MIT, 4)]).await;
    let refused = |area, map| {
        let request = ask(area, "2025-12-31", "", map);
        async { province.poverty(request).await.unwrap_err() }
    };
    let old_on_new = refused("areas/03625@0001-01-01", "2025-07-01").await;
    assert_eq!(reason(&old_on_new), "AREA_NOT_ON_MAP");
    assert_eq!(metadata(&old_on_new, "instead"), "areas/03618@2025-07-01");
    let new_on_old = refused("03618@2025-07-01", "2024-01-01").await;
    assert_eq!(reason(&new_on_old), "AREA_NOT_ON_MAP");
    assert_eq!(metadata(&new_on_old, "instead"), "areas/03618@0001-01-01, areas/03625@0001-01-01");
    assert_eq!(reason(&refused("110@0001-01-01", "2025-07-01").await), "AREA_NOT_ON_MAP");
    let other_days = refused("03619", "2025-07-01").await;
    assert_eq!(reason(&other_days), "AREA_NOT_IN_FORCE");
    assert_eq!(metadata(&other_days, "in_force"), "Xã Mường Than (… – 2025-06-30)");
    assert_eq!(reason(&refused("99999", "").await), "UNKNOWN_AREA");
    assert_eq!(reason(&refused("3618", "").await), "UNKNOWN_AREA");
    assert_eq!(reason(&refused("", "").await), "FIELD_MISSING");
    assert_eq!(reason(&refused("12", "1 July 2025").await), "INVALID_DATE");
    province.end().await;
}

#[tokio::test]
async fn a_bare_code_is_read_as_of_the_day_of_the_map() {
    let province = Province::told(&[registered(0, "2024-01-01", PHUC_THAN, 4)]).await;
    let name = |map| {
        let request = ask("03618", "2025-12-31", "", map);
        async { province.poverty(request).await.unwrap().area.unwrap().area.unwrap().display_name }
    };
    assert_eq!(name("2025-06-30").await, "Xã Phúc Than");
    assert_eq!(name("2025-07-01").await, "Xã Mường Than");
    assert_eq!(name("").await, "Xã Mường Than");
    province.end().await;
}

#[tokio::test]
async fn nothing_is_shared_out_onto_the_old_map() {
    let log = [
        registered(0, "2025-08-01", NEW_MUONG_THAN, 4),
        registered(1, "2024-01-01", PHUC_THAN, 3),
        registered(2, "2025-08-01", NEW_DOAN_KET, 2),
    ];
    let province = Province::told(&log).await;
    let old = |area: &str| {
        let request = ask(area, "2025-12-31", "", "2025-06-30");
        async { province.poverty(request).await }
    };
    let refused = old("03625").await.unwrap_err();
    assert_eq!(reason(&refused), "REBASE_IMPOSSIBLE");
    assert_eq!(metadata(&refused, "households"), "1");
    assert_eq!(metadata(&refused, "units"), "03618@2025-07-01");

    let partly = old("03618").await.unwrap().area.unwrap();
    let (registered, _) = total(&partly);
    assert_eq!((registered.value, registered.status), (Some(1), status(DataStatus::Incomplete)));
    assert_eq!(partly.coverage.unwrap().households_not_placed, 1);

    // Both parts of new Mường Than lay in district 110, the parts of new Đoàn Kết in 105 and 109.
    let district = old("110").await.unwrap().area.unwrap();
    assert_eq!(total(&district).0.value, Some(2));
    assert_eq!(reason(&old("105").await.unwrap_err()), "REBASE_IMPOSSIBLE");

    let whole = old("12").await.unwrap().area.unwrap();
    assert_eq!(total(&whole).0.value, Some(3));
    assert_eq!(whole.coverage.unwrap().households_not_placed, 2);
    province.end().await;
}

#[tokio::test]
async fn movements_and_explanations_are_refused_where_nothing_can_be_placed() {
    let log = [registered(0, "2025-08-01", NEW_MUONG_THAN, 4), registered(1, "2024-01-01", PHUC_THAN, 3)];
    let province = Province::told(&log).await;
    let forms = |area: &str, year| {
        let (area, map) = (area.to_owned(), "2025-06-30".to_owned());
        let request = proto::GetMovementsRequest { area, year, map, ..Default::default() };
        async { province.movements(request).await }
    };
    let refused = forms("03625", 2025).await.unwrap_err();
    assert_eq!((&*reason(&refused), &*metadata(&refused, "households")), ("REBASE_IMPOSSIBLE", "1"));
    assert!(forms("03625", 2024).await.is_ok(), "nothing was recorded elsewhere then");
    assert!(forms("03618", 2025).await.is_ok(), "one household is placed");
    assert!(forms("110", 2025).await.is_ok(), "the district held all parts");

    let day = "as-at/2025-12-31/known-on/2026-01-15/map/2025-06-30";
    let of_year = "year/2025/known-on/2026-01-15/map/2025-06-30";
    for (kind, rest) in [
        ("households/registered", format!("{day}/ethnicity/-")),
        ("shares/poor", day.to_owned()),
        ("movements/persons/poor/new", of_year.to_owned()),
    ] {
        let name = |code| format!("figures/{kind}/areas/{code}@0001-01-01/{rest}");
        let refused = province.explain(&name("03625"), 0, "").await.unwrap_err();
        assert_eq!(reason(&refused), "REBASE_IMPOSSIBLE", "{kind}");
        assert!(province.explain(&name("03618"), 0, "").await.is_ok(), "{kind}");
    }
    province.end().await;
}

#[tokio::test]
async fn an_event_that_was_set_aside_leaves_no_figure_complete() {
    let log = [registered(0, "2024-01-01", PHUC_THAN, 4), assessed(0, "2024-11-30", Found::Poor)];
    let province = Province::told(&log).await;
    province.tell_nonsense().await;
    let view = province.poverty(ask("03618", "2024-12-31", "", "")).await.unwrap();
    assert_eq!((view.events_set_aside, view.position), (1, 3));
    let row = view.area.unwrap();
    let (registered, poor) = total(&row);
    assert_eq!((registered.status, registered.value), (status(DataStatus::Incomplete), Some(1)));
    assert_eq!((poor.status, poor.value), (status(DataStatus::Incomplete), Some(1)));
    province.end().await;
}

#[tokio::test]
async fn a_view_says_by_which_standard_it_counts_and_why_it_is_provisional() {
    let province = Province::told(&[registered(0, "2021-06-01", PHUC_THAN, 4)]).await;
    let standard = |as_at| {
        let request = ask("12", as_at, "", "");
        async { province.poverty(request).await.unwrap() }
    };
    assert_eq!(standard("2021-12-31").await.standard, "QD59-2015");
    let view = standard("2026-12-31").await;
    assert_eq!(view.standard, "ND07-2021");
    assert!(!view.provisional.is_empty());
    assert_eq!(view.view.unwrap().map, "2025-07-01");
    let beyond = standard("2031-01-01").await;
    assert_eq!(beyond.standard, "");
    assert_eq!(beyond.provisional[0].text, "no poverty standard is in force on 2031-01-01");
    province.end().await;
}

#[tokio::test]
async fn a_read_waits_for_the_write_that_its_token_names() {
    let province = Province::told(&[registered(0, "2024-01-01", PHUC_THAN, 4)]).await;
    let last = province
        .record(&[registered(1, "2024-01-01", PHUC_THAN, 4), registered(2, "2024-01-01", PHUC_THAN, 4)]);
    let request = proto::GetPovertyRequest {
        consistency_token: ConsistencyToken::of("poverty", last).to_string(),
        ..ask("12", "2024-12-31", "", "")
    };
    let view = province.poverty(request).await.unwrap();
    assert!(view.position >= last);
    assert_eq!(total(&view.area.unwrap()).0.value, Some(3));

    let garbled = proto::GetPovertyRequest { consistency_token: "x".to_owned(), ..ask("12", "", "", "") };
    assert_eq!(reason(&province.poverty(garbled).await.unwrap_err()), "CONSISTENCY_TOKEN_INVALID");
    province.end().await;
}

#[tokio::test]
async fn a_move_within_the_province_leaves_one_form_and_enters_another() {
    let log = [
        registered(0, "2024-01-01", PHUC_THAN, 4),
        assessed(0, "2024-11-30", Found::Poor),
        moved(0, "2025-03-01", MUONG_MIT),
    ];
    let province = Province::told(&log).await;
    let request = proto::GetMovementsRequest {
        area: "110".to_owned(),
        year: 2025,
        map: "2025-06-30".to_owned(),
        parts: true,
        ..Default::default()
    };
    let view = province.movements(request).await.unwrap();
    let form = |code: &str| {
        let rows = view.parts.iter().chain(view.area.as_ref());
        let mut rows = rows.filter(|row| row.area.as_ref().unwrap().code == code);
        let form = rows.next().unwrap().poor_households.clone().unwrap();
        [form.start, form.other_out, form.other_in, form.end].map(|figure| figure.unwrap().value)
    };
    assert_eq!(form("03618"), [Some(1), Some(1), Some(0), Some(0)]);
    assert_eq!(form("03625"), [None, Some(0), Some(1), Some(1)], "nobody had been reviewed there before");
    assert_eq!(form("110"), [Some(1), Some(1), Some(1), Some(1)], "the district is the sum of its units");
    assert_eq!(form("03637"), [None; 4], "nothing is known of a unit where nobody was reviewed");
    let bad = proto::GetMovementsRequest { area: "12".to_owned(), year: 0, ..Default::default() };
    let refused = province.movements(bad).await.unwrap_err();
    assert_eq!((&*reason(&refused), &*metadata(&refused, "expected")), ("FIELD_INVALID", "1 – 9999"));
    province.end().await;
}

#[tokio::test]
async fn areas_are_listed_by_parent_and_found_by_name() {
    let province = Province::told(&[]).await;
    let list = |parent: &str, query: &str, map: &str| {
        let request = proto::ListAreasRequest {
            parent: parent.to_owned(),
            query: query.to_owned(),
            map: map.to_owned(),
        };
        async {
            province.service.list_areas(Request::new(request)).await.map(|answer| answer.into_inner().areas)
        }
    };
    assert_eq!(list("", "", "").await.unwrap().len(), 38);
    assert_eq!(list("areas/12@0001-01-01", "", "2025-06-30").await.unwrap().len(), 8);
    let units = list("areas/110@0001-01-01", "", "2025-06-30").await.unwrap();
    assert_eq!(units.len(), 12);
    let villages = list("areas/03618@2025-07-01", "", "").await.unwrap();
    assert_eq!(villages[0].area.as_ref().unwrap().code, "03625-001");
    let found = list("", "Mường Than", "").await.unwrap();
    let exact = found.iter().filter(|candidate| !candidate.suggestion);
    let mut names: Vec<_> = exact.map(|candidate| candidate.area.as_ref().unwrap().name.clone()).collect();
    names.sort();
    assert_eq!(names, ["areas/03618@2025-07-01", "areas/03619@0001-01-01"]);
    assert_eq!(reason(&list("areas/110@0001-01-01", "", "").await.unwrap_err()), "AREA_NOT_ON_MAP");
    let both = list("areas/03618@2025-07-01", "Mường Than", "").await.unwrap_err();
    assert_eq!((&*reason(&both), &*metadata(&both, "other")), ("FIELDS_EXCLUSIVE", "query"));
    province.end().await;
}
