//! Titles, assessments and lists on small stories.

use crate::{
    province::{Province, key, reason, view},
    tales::{NEW_MAP, OLD_MAP, Tier, Told, What, assessed, told},
};
use api::{
    progress::{CriteriaRow, CriteriaSummary, DataStatus, Figure, TargetStatus},
    rural,
};
use kernel::parse_date;

const MUONG_THAN: &str = "03618@2025-07-01";
const PHUC_THAN: &str = "03618@0001-01-01";
const MUONG_MIT: &str = "03625@0001-01-01";
const TAM_DUONG: &str = "03390@0001-01-01";
const MU_CA: &str = "03451@0001-01-01";

async fn summary(province: &Province, as_at: &str, map: &str) -> CriteriaSummary {
    province.criteria("12", view(as_at, "", map)).await.unwrap().summary.unwrap()
}

async fn row(province: &Province, as_at: &str, map: &str, unit: &str) -> CriteriaRow {
    let shown = province.criteria("12", view(as_at, "", map)).await.unwrap();
    shown.communes.into_iter().find(|row| key(row.area.as_ref()) == unit).unwrap()
}

fn told_of(figure: Option<Figure>) -> (DataStatus, Option<i64>) {
    let figure = figure.unwrap();
    (figure.status(), figure.value)
}

#[tokio::test]
async fn nothing_recorded_is_no_data_and_not_zero() {
    let province = Province::told(&[]).await;
    let shown = summary(&province, "2025-01-01", "").await;
    assert_eq!(told_of(shown.communes), (DataStatus::Complete, Some(94)));
    for figure in
        [shown.recognised, shown.advanced, shown.model, shown.derived, shown.undetermined, shown.assessed]
    {
        assert_eq!(told_of(figure), (DataStatus::NoData, None));
    }
    assert_eq!(told_of(shown.villages_recognised), (DataStatus::NoData, None));
    assert_eq!(shown.mean_official.unwrap().status(), DataStatus::NoData);
    assert_eq!(shown.bands.len(), 5);
    assert!(shown.bands.into_iter().all(|band| told_of(band.strict) == (DataStatus::NoData, None)));
    province.end().await;
}

#[tokio::test]
async fn a_title_holds_from_its_day_of_effect_until_it_is_revoked() {
    let log = [
        told(PHUC_THAN, "2022-03-01", What::Recognised(Tier::Commune)),
        told(PHUC_THAN, "2024-03-01", What::Revoked(Tier::Commune)),
    ];
    let province = Province::told(&log).await;
    for (day, tier) in [
        ("2022-03-01", rural::Tier::CommuneTitle),
        ("2024-02-29", rural::Tier::CommuneTitle),
        ("2024-03-01", rural::Tier::Unspecified),
    ] {
        assert_eq!(row(&province, day, OLD_MAP, PHUC_THAN).await.tier(), tier, "{day}");
    }
    let held = row(&province, "2023-01-01", OLD_MAP, PHUC_THAN).await;
    assert_eq!((held.origin(), &*held.title_since), (rural::TitleOrigin::Recognised, "2022-03-01"));
    province.end().await;
}

#[tokio::test]
async fn a_late_decision_leaves_what_a_meeting_was_shown() {
    let late = Told {
        known: parse_date("2025-07-15").unwrap(),
        ..told(PHUC_THAN, "2025-06-28", What::Recognised(Tier::Commune))
    };
    let province =
        Province::told(&[told(MUONG_MIT, "2022-01-01", What::Recognised(Tier::Commune)), late]).await;
    for (known, communes) in [("2025-07-10", 1), ("2025-07-15", 2)] {
        let shown = province.criteria("12", view("2025-06-30", known, "")).await.unwrap();
        assert_eq!(told_of(shown.summary.unwrap().recognised), (DataStatus::Complete, Some(communes)));
    }
    province.end().await;
}

#[tokio::test]
async fn a_merged_commune_has_the_lowest_title_of_its_parts_until_something_is_decided() {
    let log = [
        told(PHUC_THAN, "2022-03-01", What::Recognised(Tier::Commune)),
        told(PHUC_THAN, "2023-03-01", What::Recognised(Tier::Advanced)),
        told(MUONG_MIT, "2024-03-01", What::Recognised(Tier::Commune)),
        told(MUONG_THAN, "2026-03-01", What::Acknowledged(Tier::Commune)),
    ];
    let province = Province::told(&log).await;
    let derived = row(&province, "2025-12-31", NEW_MAP, MUONG_THAN).await;
    assert_eq!((derived.tier(), derived.origin()), (rural::Tier::CommuneTitle, rural::TitleOrigin::Derived));
    assert_eq!(&*derived.title_since, "2025-07-01");
    let shown = summary(&province, "2025-12-31", NEW_MAP).await;
    let counted = [shown.recognised, shown.advanced, shown.derived].map(|figure| figure.unwrap().value);
    assert_eq!(counted, [Some(1), Some(0), Some(1)]);
    // Acknowledged, it rests on a decision of its own.
    let acknowledged = row(&province, "2026-03-01", NEW_MAP, MUONG_THAN).await;
    assert_eq!(acknowledged.origin(), rural::TitleOrigin::Acknowledged);
    let shown = summary(&province, "2026-03-01", NEW_MAP).await;
    let counted = [shown.recognised, shown.derived].map(|figure| figure.unwrap().value);
    assert_eq!(counted, [Some(1), Some(0)]);
    // The old map still shows what the parts held on the eve.
    let old = summary(&province, "2026-12-31", OLD_MAP).await;
    assert_eq!([old.recognised, old.advanced].map(|figure| figure.unwrap().value), [Some(2), Some(1)]);
    province.end().await;
}

#[tokio::test]
async fn a_part_without_a_title_leaves_the_merged_commune_without_one() {
    let province = Province::told(&[told(PHUC_THAN, "2022-03-01", What::Recognised(Tier::Model))]).await;
    let merged = row(&province, "2025-07-01", NEW_MAP, MUONG_THAN).await;
    assert_eq!((merged.tier(), merged.origin()), (rural::Tier::Unspecified, rural::TitleOrigin::Unspecified));
    province.end().await;
}

#[tokio::test]
async fn a_township_that_was_never_assessed_leaves_the_merged_commune_undetermined() {
    let recognised = |unit| told(unit, "2022-03-01", What::Recognised(Tier::Commune));
    let log = [recognised("03412@0001-01-01"), recognised("03413@0001-01-01")];
    let province = Province::told(&log).await;
    let merged = row(&province, "2025-07-01", NEW_MAP, "03390@2025-07-01").await;
    assert_eq!(
        (merged.tier(), merged.origin()),
        (rural::Tier::Unspecified, rural::TitleOrigin::Undetermined)
    );
    let view_of = province.criteria("12", view("2025-07-01", "", "")).await.unwrap();
    let shown = view_of.summary.unwrap();
    // Seven merged communes have a township among their parts.
    assert_eq!(told_of(shown.undetermined.clone()), (DataStatus::Complete, Some(7)));
    assert_eq!(told_of(shown.recognised), (DataStatus::Incomplete, Some(0)));
    assert!(view_of.provisional.iter().any(|caveat| caveat.text.contains("never assessed")));
    let page = province.explain(&shown.undetermined.unwrap().name, 0, "").await.unwrap();
    assert!(page.formula.contains("Xã Bình Lư (Thị trấn Tam Đường)"), "{}", page.formula);
    // Once it was assessed its status is told.
    province.tell(&[told(TAM_DUONG, "2025-01-01", assessed(19, None))]).await;
    let merged = row(&province, "2025-07-01", NEW_MAP, "03390@2025-07-01").await;
    assert_eq!(merged.origin(), rural::TitleOrigin::Unspecified);
    province.end().await;
}

#[tokio::test]
async fn a_commune_that_was_not_rearranged_keeps_its_title_by_its_decision() {
    let province = Province::told(&[told(MU_CA, "2023-03-01", What::Recognised(Tier::Commune))]).await;
    let kept = row(&province, "2025-12-31", NEW_MAP, "03451@2025-07-01").await;
    assert_eq!((kept.tier(), kept.origin()), (rural::Tier::CommuneTitle, rural::TitleOrigin::Recognised));
    assert_eq!(&*kept.title_since, "2023-03-01");
    province.end().await;
}

#[tokio::test]
async fn an_assessment_stays_with_the_unit_that_was_assessed() {
    let log = [
        told(PHUC_THAN, "2023-12-31", assessed(14, Some(16))),
        told(MUONG_MIT, "2023-12-31", assessed(18, None)),
    ];
    let province = Province::told(&log).await;
    let shown = summary(&province, "2025-12-31", OLD_MAP).await;
    assert_eq!(told_of(shown.assessed), (DataStatus::Incomplete, Some(2)));
    let (strict, official) = (shown.mean_strict.unwrap(), shown.mean_official.unwrap());
    assert_eq!((strict.numerator, strict.denominator, &*strict.percent), (Some(32), Some(2), ""));
    assert_eq!((official.numerator, official.denominator), (Some(16), Some(1)));
    let banded: Vec<_> = (shown.bands.into_iter())
        .map(|band| (band.from, band.to, told_of(band.official).1, told_of(band.strict).1))
        .collect();
    assert_eq!(
        banded,
        [
            (19, 19, Some(0), Some(0)),
            (15, 18, Some(1), Some(1)),
            (10, 14, Some(0), Some(1)),
            (5, 9, Some(0), Some(0)),
            (0, 4, Some(0), Some(0)),
        ]
    );
    let shown = summary(&province, "2025-12-31", NEW_MAP).await;
    assert_eq!(told_of(shown.assessed), (DataStatus::NoData, None));
    assert_eq!(row(&province, "2025-12-31", NEW_MAP, MUONG_THAN).await.set, "");
    // Where nothing was judged officially, the row says so by silence.
    let unjudged = row(&province, "2025-12-31", OLD_MAP, MUONG_MIT).await;
    assert_eq!((unjudged.strict_met, unjudged.official_met, unjudged.applicable), (Some(18), None, Some(19)));
    assert_eq!(unjudged.criteria.len(), 19);
    province.end().await;
}

#[tokio::test]
async fn sets_of_nineteen_and_of_ten_criteria_are_never_mixed() {
    let ten = |met: usize| {
        let What::Assessed { strict, official, .. } = assessed(met, Some(met)) else { unreachable!() };
        What::Assessed {
            set: crate::tales::LATER_SET,
            strict: strict[..10].to_vec(),
            official: official[..10].to_vec(),
        }
    };
    let log = [
        told(MUONG_THAN, "2025-10-01", assessed(18, Some(18))),
        told("03394@2025-07-01", "2025-10-01", assessed(12, Some(12))),
        told(MUONG_THAN, "2026-06-01", ten(9)),
    ];
    let province = Province::told(&log).await;
    let before = summary(&province, "2026-02-14", NEW_MAP).await.mean_strict.unwrap();
    assert_eq!((before.numerator, before.denominator), (Some(30), Some(2)));
    let after = summary(&province, "2026-06-01", NEW_MAP).await;
    let mean = after.mean_strict.unwrap();
    assert_eq!((mean.numerator, mean.denominator), (Some(9), Some(1)));
    assert!(after.bands.is_empty(), "bands are those of nineteen criteria");
    province.end().await;
}

#[tokio::test]
async fn the_region_is_that_of_the_list_in_force() {
    let log = [
        told(PHUC_THAN, "2021-06-04", What::Region(Some("III"))),
        told(PHUC_THAN, "2023-03-01", What::Region(Some("I"))),
        told("03394@2025-07-01", "2026-03-01", What::Region(None)),
    ];
    let province = Province::told(&log).await;
    for (day, map, unit, region) in [
        ("2021-06-03", OLD_MAP, PHUC_THAN, ""),
        ("2021-06-04", OLD_MAP, PHUC_THAN, "III"),
        ("2025-12-31", OLD_MAP, PHUC_THAN, "I"),
        // By the packs, from the day of the province's decision, until something else is decided.
        ("2026-01-15", NEW_MAP, "03394@2025-07-01", ""),
        ("2026-01-16", NEW_MAP, "03394@2025-07-01", "III"),
        ("2026-03-01", NEW_MAP, "03394@2025-07-01", ""),
        // Of some units the packs say that their region is not known.
        ("2026-01-16", NEW_MAP, "03390@2025-07-01", ""),
    ] {
        assert_eq!(row(&province, day, map, unit).await.region, region, "{unit} on {day}");
    }
    province.end().await;
}

#[tokio::test]
async fn villages_have_no_criteria_and_other_maps_have_other_units() {
    let province = Province::told(&[]).await;
    for (area, map, expected) in [
        ("03618-001@0001-01-01", OLD_MAP, "AREA_KIND_MISMATCH"),
        ("106@0001-01-01", NEW_MAP, "AREA_NOT_ON_MAP"),
        ("", OLD_MAP, "FIELD_MISSING"),
    ] {
        let refused = province.criteria(area, view("2025-06-30", "", map)).await.unwrap_err();
        assert_eq!(reason(&refused), expected, "'{area}'");
    }
    province.end().await;
}

#[tokio::test]
async fn an_event_that_cannot_be_applied_is_set_aside_and_nothing_is_complete_meanwhile() {
    let recognised = told(PHUC_THAN, "2022-03-01", What::Recognised(Tier::Commune));
    let province = Province::told(std::slice::from_ref(&recognised)).await;
    assert_eq!(
        told_of(summary(&province, "2023-01-01", "").await.recognised),
        (DataStatus::Complete, Some(1))
    );
    province.tell_changed(&recognised, |event| event.event_type = "rural.unheard_of.v1".to_owned()).await;
    province
        .tell_changed(&recognised, |event| event.content = event.content.replace("03618@", "99999@"))
        .await;
    // After the last day of the unit, and under a set that nobody knows.
    province.tell_changed(&recognised, |event| event.effective = parse_date("2025-07-01").unwrap()).await;
    let assessed = told(PHUC_THAN, "2022-03-01", assessed(19, None));
    province
        .tell_changed(&assessed, |event| event.content = event.content.replace("vn-commune", "xx-commune"))
        .await;
    province.tell(&[told(MUONG_MIT, "2022-03-01", What::Recognised(Tier::Commune))]).await;
    let shown = province.criteria("12", view("2023-01-01", "", "")).await.unwrap();
    assert_eq!((shown.positions[0].position, shown.positions[0].events_set_aside), (6, 4));
    assert_eq!(told_of(shown.summary.unwrap().recognised), (DataStatus::Incomplete, Some(2)));
    province.end().await;
}

#[tokio::test]
async fn the_page_on_an_area_shows_the_summary_of_its_communes_and_of_the_targets() {
    let log = [
        told(PHUC_THAN, "2022-03-01", What::Recognised(Tier::Commune)),
        told(MU_CA, "2022-06-01", assessed(17, Some(18))),
    ];
    let province = Province::told(&log).await;
    for (area, as_at) in [("12", "2024-01-01"), ("110", "2024-01-01"), (MUONG_THAN, "2025-08-01")] {
        let page = province.overview(area, view(as_at, "", "")).await;
        let shown = province.criteria(area, view(as_at, "", "")).await.unwrap();
        assert_eq!(page.criteria, shown.summary, "{area}");
        assert!(shown.provisional.iter().all(|caveat| page.provisional.contains(caveat)), "{area}");
    }
    // A village has no communes, and a page all the same.
    let page = province.overview("03618-001", view("2024-01-01", "", "")).await.criteria.unwrap();
    assert_eq!(told_of(page.communes), (DataStatus::Complete, Some(0)));
    // Of all targets, those that count titles are judged; a mean of the few that are assessed is not (T06), nor is what a
    // number of communes must not exceed (T07).
    let targets = province.overview("12", view("2024-01-01", "", "")).await.targets.unwrap();
    let told = targets.met + targets.on_track + targets.behind + targets.missed;
    let known = ["T03", "T04", "T05"];
    // On whatever map, the page counts what the list of targets tells.
    for map in ["", OLD_MAP, NEW_MAP] {
        let view = view("2025-08-01", "", map);
        let page = province.overview("12", view.clone()).await.targets.unwrap();
        let rows = province.targets(view, &[]).await;
        let unknown = rows.iter().filter(|row| row.status() == TargetStatus::Unknown).count();
        assert_eq!(page.unknown, i32::try_from(unknown).unwrap(), "on map '{map}'");
    }
    assert_eq!(told, i32::try_from(known.len()).unwrap());
    province.end().await;
}
