//! Titles are recognised once, in their order, and revoked where they are held.

use super::*;
use events::rural::TitleTier::{AdvancedCommune, Commune, ModelCommune, Village};

const DAY: Date = date(2023, 2, 1);

fn title(events: Vec<RuralEvent>) -> TitleRecognised {
    match events.into_iter().next() {
        Some(RuralEvent::TitleRecognised(title)) => title,
        other => panic!("a recognition comes first: {other:?}"),
    }
}

#[test]
fn a_second_recognition_of_one_status_is_refused_with_the_first_one() {
    let case = given_nothing().and(recognition(DAY));
    let held = |since: Date, number: &str| Rejection::TitleHeld {
        area: "03618 Xã Phúc Than".into(),
        tier: "xã nông thôn mới",
        since,
        decision: number.into(),
    };
    assert_eq!(case.refuses(recognition(date(2024, 1, 1))), held(DAY, "801/QĐ-UBND"));
    assert_eq!(case.refuses(recognition(date(2022, 1, 1))), held(DAY, "801/QĐ-UBND"), "also an earlier day");
    case.when(RecogniseTitle { area: key(MUONG_MIT), ..recognition(DAY) });
}

#[test]
fn a_revoked_title_may_be_recognised_again_and_history_may_be_entered_late() {
    let case = given_nothing()
        .and(recognition(date(2021, 5, 1)))
        .and(revocation(Commune, date(2022, 5, 1)))
        .and(recognition(date(2023, 5, 1)));
    let holds = |day| case.titles(PHUC_THAN, day).holding(Commune).is_some();
    assert_eq!(
        [date(2021, 4, 30), date(2021, 5, 1), date(2022, 5, 1), date(2023, 5, 1)].map(holds),
        [false, true, false, true]
    );
    assert!(matches!(case.refuses(recognition(date(2022, 9, 1))), Rejection::TitleHeld { .. }));
    let again = case.refuses(revocation(Commune, date(2021, 9, 1)));
    assert!(
        matches!(&again, Rejection::TitleNotHeld { recorded, .. } if recorded.contains("− 2022-05-01")),
        "{again}"
    );
}

#[test]
fn a_title_that_is_not_held_cannot_be_revoked() {
    let case = given_nothing();
    let no = case.refuses(revocation(Commune, DAY));
    assert!(matches!(&no, Rejection::TitleNotHeld { recorded, .. } if recorded == "–"), "{no}");
    let case = case.and(recognition(DAY)).and(revocation(Commune, date(2024, 1, 1)));
    assert!(matches!(case.refuses(revocation(Commune, date(2024, 6, 1))), Rejection::TitleNotHeld { .. }));
}

#[test]
fn a_wrong_entry_is_undone_by_its_contrary_on_the_same_day() {
    let case = given_nothing().and(recognition(DAY)).and(revocation(Commune, DAY));
    assert_eq!(case.titles(PHUC_THAN, DAY).holding(Commune), None);
    case.when(recognition(DAY));
}

#[test]
fn advanced_needs_the_commune_title_and_model_needs_advanced() {
    let advanced = |day| recognised(PHUC_THAN, AdvancedCommune, day);
    let model = |day| recognised(PHUC_THAN, ModelCommune, day);
    let case = given_nothing();
    assert!(matches!(case.refuses(advanced(DAY)), Rejection::TitleNeeded { needed: "xã nông thôn mới", .. }));
    let case = case.and(recognition(DAY));
    assert!(
        matches!(case.refuses(advanced(date(2023, 1, 31))), Rejection::TitleNeeded { .. }),
        "not held yet"
    );
    assert!(matches!(case.refuses(model(DAY)), Rejection::TitleNeeded { .. }));
    let case = case.and(advanced(date(2024, 2, 1)));
    let case = case.and(model(date(2025, 2, 1)));
    assert_eq!(case.titles(PHUC_THAN, TODAY).highest(), Some(ModelCommune));
}

#[test]
fn the_title_belongs_to_the_set_and_the_unit() {
    let case = given_nothing();
    let other = RecogniseTitle { set: "vn-model-commune-2021-2025".into(), ..recognition(DAY) };
    assert!(matches!(case.refuses(other), Rejection::TierOfAnotherSet { .. }));
    let township = RecogniseTitle { area: key(SIN_HO_TOWNSHIP), ..recognition(DAY) };
    assert!(matches!(case.refuses(township), Rejection::AreaKind { .. }));
    let year = RecogniseTitle { year: 2026, ..recognition(DAY) };
    assert!(matches!(case.refuses(year), Rejection::YearOutsideSet { .. }));
    case.when(recognised(VILLAGE, Village, DAY));
    case.when(recognised(THAN_UYEN_DISTRICT, TitleTier::District, DAY));
    let frame = RecogniseTitle { set: "lai-chau-commune-2022".into(), ..recognition(DAY) };
    case.when(frame);
}

#[test]
fn an_act_counts_from_a_day_that_has_come_and_was_signed_on_one() {
    let case = given_nothing();
    let ahead = TODAY.tomorrow().unwrap();
    let effective = case.refuses(RecogniseTitle { effective: ahead, ..recognition(DAY) });
    assert!(matches!(effective, Rejection::FutureDate { of: DayOf::Effect, .. }));
    let signed = RecogniseTitle { decision: decision("1", ahead), ..recognition(DAY) };
    assert!(matches!(case.refuses(signed), Rejection::FutureDate { of: DayOf::Signing, .. }));
    for signed_on in [date(2022, 12, 1), date(2023, 4, 1)] {
        case.when(RecogniseTitle { decision: decision("1", signed_on), ..recognition(DAY) });
    }
}

#[test]
fn a_recognition_takes_over_the_counts_of_its_assessment() {
    let mut judged_all = assessment(1, date(2022, 12, 1), 2022);
    judged_all.official.extend((1..=19).map(|n| official(&format!("criteria/{n}"), Judgement::Met)));
    let case = given_nothing().and(judged_all).and(assessment(2, date(2023, 12, 1), 2023));
    let latest = title(case.when(recognition(DAY)));
    assert_eq!(latest.assessment, Some(AssessmentId::from_uuid(Uuid::from_u128(9_001))), "of its year");
    assert_eq!(
        (latest.strict, latest.official),
        (Some(Fraction { n: 0, d: 19 }), Some(Fraction { n: 19, d: 19 }))
    );
    let named = |number: u128| RecogniseTitle {
        assessment: Some(AssessmentId::from_uuid(Uuid::from_u128(9_000 + number))),
        ..recognition(DAY)
    };
    assert_eq!(title(case.when(named(1))).official, latest.official);
    assert!(matches!(case.refuses(named(2)), Rejection::AssessmentOfAnother { year: 2023, .. }));
    assert!(matches!(case.refuses(named(3)), Rejection::AssessmentNotFound(_)));
    let without = RecogniseTitle { year: 2021, ..recognition(DAY) };
    let without = title(case.when(without));
    assert_eq!((without.assessment, without.strict, without.official), (None, None, None));
    let view = Viewpoint::of(DAY);
    let doubts = doubts_of_recognition(&case.units, case.context(), &without, view);
    assert_eq!(doubts, [Doubt::NoAssessment, Doubt::SetUnverified(COMMUNE_SET.into())]);
}

fn region(entry: Option<&str>, effective: Date) -> DecideListing {
    DecideListing {
        area: key(PHUC_THAN),
        list: ListKind::Region,
        entry: entry.map(str::to_owned),
        effective,
        decision: decision("861/QĐ-TTg", effective),
    }
}

#[test]
fn a_recognised_commune_of_region_ii_or_iii_moves_to_region_i_on_that_day() {
    for entry in ["II", "III"] {
        let case = given_nothing().and(region(Some(entry), date(2021, 6, 4)));
        let events = case.when(recognition(DAY));
        let [RuralEvent::TitleRecognised(_), RuralEvent::ListingDecided(left)] = &events[..] else {
            panic!("{events:?}");
        };
        assert_eq!((left.entry.as_deref(), left.by_recognition), (Some("I"), true));
        assert_eq!(left.decision.number, "801/QĐ-UBND");
    }
    for other in [region(Some("I"), date(2021, 6, 4)), region(Some("III"), date(2023, 2, 2))] {
        assert_eq!(given_nothing().and(other).when(recognition(DAY)).len(), 1);
    }
    assert_eq!(given_nothing().when(recognition(DAY)).len(), 1, "an unknown region is not left");
}

#[test]
fn nothing_moves_by_itself_under_the_sets_of_2026_2030_but_the_reader_is_warned() {
    let day = date(2026, 9, 1);
    // On the list of 2026 as region III.
    let area = "03640@2025-07-01";
    let command = RecogniseTitle {
        area: key(area),
        set: "vn-commune-2026-2030".into(),
        year: 2026,
        ..recognition(day)
    };
    let case = given_nothing();
    let events = case.when(command);
    assert_eq!(events.len(), 1);
    let doubts = doubts_of_recognition(&case.units, case.context(), &title(events), Viewpoint::of(day));
    assert!(doubts.contains(&Doubt::RegionUnknown), "{doubts:?}");
    let late = RecogniseTitle { area: key(area), ..recognition(day) };
    assert_eq!(case.when(late).len(), 1, "the list of 2021-2025 has ended");
}

#[test]
fn only_the_commune_title_moves_the_region() {
    let case = given_nothing().and(recognition(DAY)).and(region(Some("III"), date(2023, 6, 1)));
    assert_eq!(case.when(recognised(PHUC_THAN, AdvancedCommune, date(2024, 2, 1))).len(), 1);
}

#[test]
fn a_revocation_relies_on_criteria_of_the_set_and_tells_which_titles_stay() {
    let case =
        given_nothing().and(recognition(DAY)).and(recognised(PHUC_THAN, AdvancedCommune, date(2024, 2, 1)));
    let unknown = RevokeTitle { criteria: vec![10, 20], ..revocation(Commune, date(2025, 1, 1)) };
    assert!(matches!(case.refuses(unknown), Rejection::UnknownCriterion { of, .. } if of == "criteria/20"));
    let events = case.when(RevokeTitle { criteria: vec![10], ..revocation(Commune, date(2025, 1, 1)) });
    let [RuralEvent::TitleRevoked(revoked)] = &events[..] else { panic!("{events:?}") };
    let doubts = doubts_of_revocation(&case.units, case.context(), revoked, Viewpoint::of(date(2025, 1, 1)));
    assert_eq!(doubts, [Doubt::HigherTitleStays(AdvancedCommune)]);
}
