//! What a view of money says beside its amounts.

use crate::{
    province::{Province, metadata, reason, view},
    tales::{Told, account, at, brought, moved, owner, succeeded},
};
use api::progress::{self as proto, DataStatus};
use events::funding::{Account, FundingEvent, Kind, Movement, Stage};

fn request(area: &str, as_at: &str, map: &str, by: &[&str]) -> proto::GetFundingRequest {
    proto::GetFundingRequest {
        area: area.to_owned(),
        view: view(as_at, "2026-06-30", map),
        by: by.iter().map(|word| (*word).to_owned()).collect(),
        ..Default::default()
    }
}

fn only(request: proto::GetFundingRequest, key: &str, value: &str) -> proto::GetFundingRequest {
    proto::GetFundingRequest { only: [(key.to_owned(), value.to_owned())].into(), ..request }
}

fn in_area(area: &str, account: &Account) -> Account {
    Account { area: area.parse().unwrap(), ..account.clone() }
}

fn plan(row: &proto::FundingRow) -> Option<i64> {
    row.plan.as_ref().unwrap().value
}

fn by_key<'a>(view: &'a proto::FundingView, word: &str) -> Vec<(&'a str, Option<i64>)> {
    view.rows.iter().map(|row| (row.key[word].as_str(), plan(row))).collect()
}

fn recurrent(stage: Stage, programme: &str) -> Account {
    account(stage, programme, Kind::Recurrent, "CEN")
}

#[tokio::test]
async fn without_a_dimension_the_total_stands_alone_and_without_money_there_is_no_data() {
    let province = Province::told(&brought("2024-03-01", &recurrent(Stage::Allocated, "GNBV"), 70)).await;
    let shown = province.funding(request("12", "2024-12-31", "", &[])).await.unwrap();
    assert_eq!((shown.rows.len(), shown.outside.len()), (0, 0));
    let total = shown.total.unwrap();
    assert_eq!((plan(&total), total.allocated.unwrap().value), (Some(70), Some(70)));
    assert_eq!(total.display_name, "Tổng số");
    assert_eq!(shown.not_placed.unwrap().value, Some(0));
    for (area, as_at) in [("12", "2024-02-29"), ("03451", "2024-12-31")] {
        let none = province.funding(request(area, as_at, "", &["programme"])).await.unwrap();
        let total = none.total.unwrap();
        let figures = [total.plan, total.disbursed, none.not_placed];
        for figure in figures.map(Option::unwrap) {
            assert_eq!((figure.status(), figure.value), (DataStatus::NoData, None), "{}", figure.name);
        }
        assert_eq!(total.rate_of_plan.unwrap().percent, "");
        assert!(none.rows.is_empty() && none.provisional.is_empty());
    }
    province.end().await;
}

#[tokio::test]
async fn money_that_all_went_back_is_data() {
    let assigned = recurrent(Stage::Assigned, "GNBV");
    let log = [
        brought("2024-03-01", &assigned, 70),
        vec![moved("2024-04-01", Movement::Cut, &assigned, &at(Stage::Grantor, &assigned), 70)],
    ];
    let province = Province::told(&log.concat()).await;
    let shown = province.funding(request("12", "2024-12-31", "", &["source"])).await.unwrap();
    assert_eq!(by_key(&shown, "source"), [("CEN", Some(0))]);
    let rate = shown.total.unwrap().rate_of_plan.unwrap();
    assert_eq!((rate.status(), rate.numerator, &*rate.percent), (DataStatus::NoData, None, ""));
    province.end().await;
}

#[tokio::test]
async fn a_late_document_changes_what_is_known_today_and_not_what_was_known_then() {
    let assigned = recurrent(Stage::Assigned, "GNBV");
    let mut log = brought("2024-06-28", &assigned, 70);
    log.extend(brought("2024-06-28", &assigned, 30).into_iter().map(|told| told.known("2024-07-15")));
    let province = Province::told(&log).await;
    let as_known = async |known_on: &str| {
        let request = proto::GetFundingRequest {
            area: "12".to_owned(),
            view: view("2024-06-30", known_on, ""),
            ..Default::default()
        };
        plan(&province.funding(request).await.unwrap().total.unwrap())
    };
    assert_eq!(as_known("2024-07-10").await, Some(70));
    assert_eq!(as_known("2024-07-15").await, Some(100));
    province.end().await;
}

#[tokio::test]
async fn rows_are_told_apart_by_node_or_by_programme_and_filters_take_what_lies_below() {
    let log = [
        brought("2024-03-01", &recurrent(Stage::Assigned, "NTM.ND02"), 1),
        brought("2024-03-01", &recurrent(Stage::Assigned, "GNBV"), 20),
        brought("2024-03-01", &recurrent(Stage::Assigned, "GNBV.DA5"), 300),
        brought("2024-03-01", &recurrent(Stage::Assigned, "GNBV.DA1.TDA1"), 4_000),
    ];
    let province = Province::told(&log.concat()).await;
    let roots = province.funding(request("12", "2024-12-31", "", &["programme_root"])).await.unwrap();
    assert_eq!(by_key(&roots, "programme_root"), [("GNBV", Some(4_320)), ("NTM", Some(1))]);
    assert!(roots.rows[0].display_name.starts_with("Chương trình MTQG giảm nghèo bền vững"));
    let nodes = province.funding(request("12", "2024-12-31", "", &["programme"])).await.unwrap();
    assert_eq!(
        by_key(&nodes, "programme"),
        [("GNBV", Some(20)), ("GNBV.DA1.TDA1", Some(4_000)), ("GNBV.DA5", Some(300)), ("NTM.ND02", Some(1))]
    );
    let below = only(request("12", "2024-12-31", "", &["programme"]), "programme", "GNBV.DA1");
    let below = province.funding(below).await.unwrap();
    assert_eq!(by_key(&below, "programme"), [("GNBV.DA1.TDA1", Some(4_000))]);
    assert_eq!(plan(&below.total.unwrap()), Some(4_000));
    province.end().await;
}

#[tokio::test]
async fn an_unverified_node_is_shown_with_the_verified_one_above_it() {
    let province = Province::told(&brought("2024-03-01", &recurrent(Stage::Paid, "GNBV.DA1.TDA1"), 9)).await;
    let caveats = async |by: &[&str]| -> Vec<String> {
        let shown = province.funding(request("12", "2024-12-31", "", by)).await.unwrap();
        shown.provisional.into_iter().map(|caveat| caveat.text_vi).collect()
    };
    let of_node = |caveat: &&String| caveat.starts_with("GNBV.DA1.TDA1 (");
    let by_node = caveats(&["programme"]).await;
    let caveat = by_node.iter().find(of_node).unwrap();
    assert!(caveat.ends_with("cấp đã kiểm chứng: GNBV.DA1"), "{caveat}");
    let by_root = caveats(&["programme_root"]).await;
    assert!(by_root.iter().find(of_node).is_none(), "the programme itself is verified");
    assert!(by_root.iter().any(|caveat| caveat.starts_with("giải ngân gồm tạm ứng")), "{by_root:?}");
    province.end().await;
}

#[tokio::test]
async fn old_money_is_regrouped_to_the_merged_programme_and_keeps_its_node() {
    let log = [
        brought("2024-03-01", &recurrent(Stage::Assigned, "NTM.ND02"), 1),
        brought("2024-03-01", &recurrent(Stage::Assigned, "GNBV.DA5"), 20),
        brought("2024-03-01", &recurrent(Stage::Assigned, "DTTS.DA1"), 300),
        brought("2026-03-01", &recurrent(Stage::Assigned, "MTQG2635.HP1"), 4_000),
    ];
    let province = Province::told(&log.concat()).await;
    let regrouped = |by: &[&str], as_at: &str| proto::GetFundingRequest {
        regroup_to: "MTQG2635".to_owned(),
        ..request("12", as_at, "", by)
    };
    let roots = province.funding(regrouped(&["programme_root"], "2026-06-30")).await.unwrap();
    assert_eq!(by_key(&roots, "programme_root"), [("MTQG2635", Some(4_321))]);
    assert!(roots.provisional.iter().all(|caveat| !caveat.text.contains("crosswalk")), "the merger is law");
    let parts = province.funding(regrouped(&["programme"], "2026-06-30")).await.unwrap();
    assert_eq!(by_key(&parts, "programme"), [("MTQG2635.HP1", Some(4_021)), ("MTQG2635.HP2", Some(300))]);
    let unverified =
        parts.provisional.iter().filter(|caveat| caveat.text.contains("crosswalk that is not verified"));
    assert_eq!(unverified.count(), 3);
    let before = province.funding(regrouped(&["programme_root"], "2025-12-31")).await.unwrap();
    assert_eq!(by_key(&before, "programme_root"), [("MTQG2635", Some(321))]);
    assert!(before.provisional.iter().any(|caveat| caveat.text.contains("holds from 2026-01-01 on")));
    let as_it_was = province.funding(request("12", "2026-06-30", "", &["programme_root"])).await.unwrap();
    assert_eq!(
        by_key(&as_it_was, "programme_root"),
        [("DTTS", Some(300)), ("GNBV", Some(20)), ("NTM", Some(1)), ("MTQG2635", Some(4_000))]
    );
    province.end().await;
}

#[tokio::test]
async fn money_of_an_abolished_district_counts_for_the_province_and_is_placed_in_no_commune() {
    let line = recurrent(Stage::Assigned, "GNBV");
    let (district, commune) = (in_area("110@0001-01-01", &line), in_area("03618@2025-07-01", &line));
    let mut log = brought("2024-03-01", &district, 100);
    log.extend(brought("2024-03-01", &in_area("03625@0001-01-01", &line), 7));
    log.push(moved("2025-07-01", Movement::HandOver, &district, &commune, 60));
    let province = Province::told(&log).await;
    let seen = async |area: &str, as_at: &str, map: &str| {
        let shown = province.funding(request(area, as_at, map, &[])).await.unwrap();
        (plan(&shown.total.unwrap()), shown.not_placed.unwrap().value)
    };
    let (old, new) = ("2025-06-30", "2025-07-01");
    assert_eq!(seen("12", "2025-06-30", old).await, (Some(107), Some(0)));
    assert_eq!(
        seen("110", "2025-06-30", old).await,
        (Some(107), Some(0)),
        "its own is no commune's, and has its place"
    );
    assert_eq!(seen("12", "2025-06-30", new).await, (Some(107), Some(100)));
    assert_eq!(seen("03618", "2025-06-30", new).await, (Some(7), Some(100)));
    assert_eq!(seen("12", "2025-12-31", new).await, (Some(107), Some(40)));
    assert_eq!(seen("03618", "2025-12-31", new).await, (Some(67), Some(40)));
    assert_eq!(
        seen("110", "2025-12-31", old).await,
        (Some(107), Some(60)),
        "the new commune lies in the old district"
    );

    let by_area = province.funding(request("12", "2025-12-31", new, &["area"])).await.unwrap();
    assert_eq!(
        by_key(&by_area, "area"),
        [("areas/03618@2025-07-01", Some(67)), ("areas/12@0001-01-01", Some(40))],
        "communes, and what is none's"
    );
    assert_eq!(by_area.rows[1].display_name, "Tỉnh Lai Châu, ngoài các đơn vị trực thuộc");
    assert!(by_area.rows[1].plan.as_ref().unwrap().name.contains("/areas/12@0001-01-01/outside-parts/"));
    province.end().await;
}

#[tokio::test]
async fn an_old_commune_misses_what_came_to_the_merged_one() {
    let line = recurrent(Stage::Assigned, "GNBV");
    let mut log = brought("2024-03-01", &in_area("03618@0001-01-01", &line), 7);
    log.extend(brought("2025-08-01", &in_area("03618@2025-07-01", &line), 50));
    let province = Province::told(&log).await;
    let status = async |as_at: &str| {
        let shown = province.funding(request("03618", as_at, "2025-06-30", &[])).await.unwrap();
        let plan = shown.total.unwrap().plan.unwrap();
        (plan.status(), plan.value, shown.not_placed.unwrap().value)
    };
    assert_eq!(status("2025-07-31").await, (DataStatus::Complete, Some(7), Some(0)));
    assert_eq!(status("2025-08-01").await, (DataStatus::Incomplete, Some(7), Some(50)));
    province.end().await;
}

#[tokio::test]
async fn owners_are_shown_by_name_with_who_took_over() {
    let district = Account { owner: "ubnd-huyen-110".to_owned(), ..recurrent(Stage::Settled, "GNBV") };
    let log = vec![
        owner("2021-01-01", "ubnd-huyen-110", "UBND huyện Than Uyên"),
        owner("2025-07-01", "ubnd-xa-03618", "UBND xã Mường Than"),
        succeeded("2025-07-01", "ubnd-huyen-110", "ubnd-xa-03618"),
        moved("2024-03-01", Movement::Settle, &at(Stage::Paid, &district), &district, 5),
        moved(
            "2024-03-01",
            Movement::Settle,
            &Account { owner: "so-nn".to_owned(), ..at(Stage::Paid, &district) },
            &Account { owner: "so-nn".to_owned(), ..district.clone() },
            6,
        ),
    ];
    let province = Province::told(&log).await;
    let names = async |as_at: &str| -> Vec<(String, String)> {
        let shown = province.funding(request("12", as_at, "", &["owner"])).await.unwrap();
        shown.rows.into_iter().map(|row| (row.key["owner"].clone(), row.display_name)).collect()
    };
    let name = |code: &str, name: &str| (code.to_owned(), name.to_owned());
    assert_eq!(
        names("2025-06-30").await,
        [name("so-nn", "so-nn"), name("ubnd-huyen-110", "UBND huyện Than Uyên")],
        "a code where no name was entered"
    );
    assert_eq!(
        names("2025-07-01").await[1],
        name("ubnd-huyen-110", "UBND huyện Than Uyên (từ 2025-07-01: UBND xã Mường Than)")
    );
    province.end().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_what_could() {
    let province = Province::told(&brought("2024-03-01", &recurrent(Stage::Paid, "GNBV"), 5)).await;
    let ask = || request("12", "2024-12-31", "", &[]);
    let by = request("12", "2024-12-31", "", &["source", "stage"]);
    let refused = province.funding(by).await.unwrap_err();
    assert_eq!((reason(&refused).as_str(), metadata(&refused, "field").as_str()), ("FIELD_INVALID", "by[1]"));
    assert_eq!(
        metadata(&refused, "expected"),
        "programme_root, programme, source, kind, vintage, executing_year, owner, area"
    );
    for (key, value, field) in [
        ("programme", "GNBV.DA99", "only.programme"),
        ("source", "GOLD", "only.source"),
        ("kind", "cash", "only.kind"),
        ("vintage", "24", "only.vintage"),
        ("executing_year", "năm nay", "only.executing_year"),
        ("owner", "a/b", "only.owner"),
        ("stage", "paid", "only"),
    ] {
        let refused = province.funding(only(ask(), key, value)).await.unwrap_err();
        assert_eq!(
            (reason(&refused).as_str(), metadata(&refused, "field").as_str()),
            ("FIELD_INVALID", field)
        );
    }
    let elsewhere = proto::GetFundingRequest { regroup_to: "GNBV".to_owned(), ..ask() };
    let refused = province.funding(elsewhere).await.unwrap_err();
    assert_eq!(
        (metadata(&refused, "field"), metadata(&refused, "expected")),
        ("regroup_to".into(), "MTQG2635".into())
    );
    let district = province.funding(request("110", "2025-12-31", "", &[])).await.unwrap_err();
    assert_eq!(reason(&district), "AREA_NOT_IN_FORCE");
    province.end().await;
}

#[tokio::test]
async fn an_event_that_cannot_be_applied_is_set_aside_and_nothing_is_complete_without_it() {
    let province = Province::told(&brought("2024-03-01", &recurrent(Stage::Paid, "GNBV"), 5)).await;
    let told = |change: fn(&mut Account)| -> Told {
        let mut account = recurrent(Stage::Assigned, "GNBV");
        change(&mut account);
        brought("2024-04-01", &account, 1_000).remove(0)
    };
    let unknown = [
        told(|account| account.programme = "GNBV.DA99".to_owned()),
        told(|account| account.source = "GOLD".to_owned()),
        told(|account| account.area = "99999@0001-01-01".parse().unwrap()),
        told(|account| account.owner = "a/b".to_owned()),
        owner("2024-04-01", "a,b", "UBND"),
    ];
    province.tell(&unknown).await;
    let sound = told(|_| {});
    province.tell_changed(&sound, |event| event.event_type = "funding.unheard_of.v1".to_owned()).await;
    province.tell_changed(&sound, |event| event.content = "{}".to_owned()).await;
    province
        .tell_changed(&sound, |event| {
            event.content = event.content.replace("\"amount\":1000", "\"amount\":0");
        })
        .await;
    province.tell_changed(&sound, |event| event.metadata = "[]".to_owned()).await;
    let too_much = format!("\"amount\":{}", i64::MAX);
    province
        .tell_changed(&sound, |event| event.content = event.content.replace("\"amount\":1000", &too_much))
        .await;
    let shown = province.funding(request("12", "2024-12-31", "", &["source"])).await.unwrap();
    assert_eq!(shown.positions[0].events_set_aside, 10);
    let plan = shown.rows[0].plan.clone().unwrap();
    assert_eq!((plan.status(), plan.value), (DataStatus::Incomplete, Some(5)));
    assert_eq!(shown.not_placed.unwrap().status(), DataStatus::Incomplete);
    province.tell(&[sound]).await;
    let shown = province.funding(request("12", "2024-12-31", "", &[])).await.unwrap();
    assert_eq!(shown.total.unwrap().plan.unwrap().value, Some(1_005), "its neighbours go on");
    let live = province.digest().await;
    province.rebuild(4).await;
    assert_eq!(province.digest().await, live);
    province.end().await;
}

#[tokio::test]
async fn a_table_of_too_many_rows_is_refused() {
    let log: Vec<Told> = (0..1_001)
        .flat_map(|number| {
            let owner = format!("owner-{number:04}");
            brought("2024-03-01", &Account { owner, ..recurrent(Stage::Assigned, "GNBV") }, 1)
        })
        .collect();
    let province = Province::told(&log[..1_000]).await;
    let ask = || request("12", "2024-12-31", "", &["owner"]);
    let shown = province.funding(ask()).await.unwrap();
    let owners: Vec<_> = shown.rows.iter().map(|row| row.key["owner"].clone()).collect();
    assert!(owners.len() == 1_000 && owners.is_sorted());
    province.tell(&log[1_000..]).await;
    let refused = province.funding(ask()).await.unwrap_err();
    assert_eq!((reason(&refused).as_str(), metadata(&refused, "field").as_str()), ("FIELD_INVALID", "by"));
    province.end().await;
}

#[tokio::test]
async fn the_page_on_an_area_shows_its_money_by_programme() {
    let log = [
        brought("2024-03-01", &recurrent(Stage::Paid, "NTM.ND02"), 1),
        brought("2024-03-01", &recurrent(Stage::Assigned, "GNBV.DA5"), 20),
    ]
    .concat();
    let province = Province::told(&log).await;
    let request = proto::GetOverviewRequest {
        area: "12".to_owned(),
        view: view("2024-12-31", "2024-12-31", ""),
        ..Default::default()
    };
    let page = province.overview(request).await.unwrap();
    let read = page.positions.iter().map(|read| (&*read.source, read.position, read.events_set_aside));
    let last = log.len() as u64;
    assert_eq!(read.collect::<Vec<_>>(), [("poverty", 0, 0), ("rural", 0, 0), ("funding", last, 0)]);
    let rows: Vec<_> =
        page.funding.iter().map(|row| (row.key["programme_root"].as_str(), plan(row))).collect();
    assert_eq!(rows, [("GNBV", Some(20)), ("NTM", Some(1))]);
    let total = page.funding_total.unwrap();
    assert_eq!((plan(&total), total.rate_of_plan.unwrap().percent.as_str()), (Some(21), "4.76"));
    assert_eq!(page.open_cases.unwrap().value, Some(0));
    assert!(page.provisional.iter().any(|caveat| caveat.text_vi.starts_with("giải ngân gồm tạm ứng")));
    province.end().await;
}

#[tokio::test]
async fn supports_that_were_detailed_say_nothing_of_money() {
    let detailed = events::funding::SupportDetailed {
        household: "2f1c7c1e-8f0b-5c3a-9a57-0d6c1f2e3b4a".parse().unwrap(),
        item: "7a0c7c1e-8f0b-5c3a-9a57-0d6c1f2e0005".parse().unwrap(),
        kind: "housing".to_owned(),
        programme: "GNBV".to_owned(),
    };
    let province = Province::told(&[Told::new("2024-03-01", FundingEvent::SupportDetailed(detailed))]).await;
    let shown = province.funding(request("12", "2024-12-31", "", &[])).await.unwrap();
    assert_eq!((shown.positions[0].position, shown.positions[0].events_set_aside), (1, 0));
    assert_eq!(plan(&shown.total.unwrap()), None);
    province.end().await;
}
