//! Merged communes take the lowest status of their parts until something is decided about them.

use super::*;
use events::rural::TitleTier::{AdvancedCommune, Commune, ModelCommune};
use reference::AreaKind;
use titles::{Holding, Inherited};

/// The eve of the merger.
const EVE: Date = date(2025, 6, 30);
const MERGED: Date = date(2025, 7, 1);

fn inherited(case: &Case, area: &str) -> Option<Inherited> {
    case.titles(area, MERGED).inherited
}

fn acknowledgement(tier: TitleTier) -> AcknowledgeTitle {
    AcknowledgeTitle {
        area: key(MUONG_THAN),
        tier,
        effective: date(2025, 9, 1),
        decision: decision("90/QĐ-UBND", date(2025, 8, 25)),
    }
}

/// Phúc Than and Mường Mít with the titles up to these.
fn given_parts(phuc_than: &[TitleTier], muong_mit: &[TitleTier]) -> Case {
    let mut case = given_nothing();
    for (area, tiers) in [(PHUC_THAN, phuc_than), (MUONG_MIT, muong_mit)] {
        for (year, tier) in (2021..).zip(tiers) {
            case = case.and(recognised(area, *tier, date(year, 3, 1)));
        }
    }
    case
}

#[test]
fn the_lowest_of_the_parts_counts() {
    let cases: [(&[TitleTier], &[TitleTier], Option<TitleTier>); 5] = [
        (&[Commune], &[Commune], Some(Commune)),
        (&[Commune], &[], None),
        (&[Commune, AdvancedCommune, ModelCommune], &[Commune], Some(Commune)),
        (&[Commune, AdvancedCommune, ModelCommune], &[Commune, AdvancedCommune], Some(AdvancedCommune)),
        (&[], &[], None),
    ];
    for (phuc_than, muong_mit, lowest) in cases {
        let case = given_parts(phuc_than, muong_mit);
        assert_eq!(
            inherited(&case, MUONG_THAN),
            Some(Inherited::Lowest(lowest)),
            "{phuc_than:?} {muong_mit:?}"
        );
        let other_way = given_parts(muong_mit, phuc_than);
        assert_eq!(inherited(&other_way, MUONG_THAN), Some(Inherited::Lowest(lowest)));
    }
}

#[test]
fn a_title_that_was_revoked_before_the_eve_or_recognised_after_it_is_not_inherited() {
    let both = given_parts(&[Commune], &[Commune]);
    let revoked = both.and(revocation(Commune, EVE));
    assert_eq!(inherited(&revoked, MUONG_THAN), Some(Inherited::Lowest(None)));
    let after = given_parts(&[Commune], &[]).decide(&recognised(MUONG_MIT, Commune, MERGED).into());
    assert!(matches!(after, Err(Rejection::AreaNotInForce { .. })), "the parts are gone");
}

#[test]
fn a_township_that_was_never_assessed_leaves_it_undetermined() {
    assert_eq!(inherited(&given_nothing(), SIN_HO), Some(Inherited::Undetermined));
    let mut all_communes = given_nothing();
    for part in REFERENCE.areas.predecessors(&key(SIN_HO)) {
        if REFERENCE.areas.get(part).unwrap().kind == AreaKind::Commune {
            all_communes = all_communes.and(recognised(&part.to_string(), Commune, date(2022, 3, 1)));
        }
    }
    assert_eq!(inherited(&all_communes, SIN_HO), Some(Inherited::Undetermined));
    assert_eq!(all_communes.titles(SIN_HO, MERGED).highest(), None);
}

#[test]
fn of_the_38_units_36_came_out_of_mergers_and_those_with_urban_parts_are_undetermined() {
    let mut case = given_nothing();
    for old in REFERENCE.areas.communes(EVE).filter(|area| area.kind == AreaKind::Commune) {
        case = case.and(recognised(&old.key.to_string(), Commune, date(2022, 3, 1)));
    }
    let (mut merged, mut undetermined) = (0, 0);
    for unit in REFERENCE.areas.communes(MERGED) {
        let parts = REFERENCE.areas.predecessors(&unit.key);
        let urban = parts.iter().any(|part| REFERENCE.areas.get(part).unwrap().kind != AreaKind::Commune);
        let expected = if urban { Inherited::Undetermined } else { Inherited::Lowest(Some(Commune)) };
        let expected = (parts.len() > 1).then_some(expected);
        assert_eq!(inherited(&case, &unit.key.to_string()), expected, "{}", unit.display_name());
        merged += usize::from(parts.len() > 1);
        undetermined += usize::from(urban);
    }
    assert_eq!((merged, undetermined), (36, 9), "12 townships and wards lie in nine of them");
}

#[test]
fn a_unit_that_is_the_same_land_goes_on_with_what_the_earlier_one_held_by_decision() {
    let (earlier, same) = ("03451@0001-01-01", "03451@2025-07-01");
    let case = given_nothing().and(recognised(earlier, Commune, date(2022, 3, 1)));
    let titles = case.titles(same, MERGED);
    assert_eq!(titles.inherited, None);
    assert!(
        matches!(titles.holding(Commune), Some(Holding::Decided(entry)) if entry.recorded.effective == date(2022, 3, 1))
    );
    // It did not come out of a merger, and holds the title already.
    let acknowledged = AcknowledgeTitle { area: key(same), ..acknowledgement(Commune) };
    assert!(matches!(case.refuses(acknowledged), Rejection::NotMerged(_)));
    let again = recognised(same, Commune, date(2025, 8, 1));
    assert!(matches!(case.refuses(again), Rejection::TitleHeld { .. }));
    // The next tier rests on what the earlier unit held, and a revocation ends it.
    let further = case.decide(&recognised(same, AdvancedCommune, date(2025, 8, 1)).into()).unwrap();
    assert_eq!(further.rests_on, [key(earlier)]);
}

#[test]
fn what_was_known_then_is_what_was_inherited_then() {
    let case = given_nothing()
        .on(date(2025, 8, 1))
        .and(recognised(PHUC_THAN, Commune, date(2024, 3, 1)))
        .on(date(2026, 2, 1))
        .and(recognised(MUONG_MIT, Commune, date(2025, 3, 1)));
    let known = |day| {
        let view = Viewpoint { as_at: date(2025, 12, 31), known: Known::by(day) };
        titles::titles(&case.units, &REFERENCE.areas, &key(MUONG_THAN), view).inherited
    };
    assert_eq!(known(date(2025, 12, 31)), Some(Inherited::Lowest(None)));
    assert_eq!(known(date(2026, 2, 1)), Some(Inherited::Lowest(Some(Commune))), "a late document");
}

#[test]
fn an_acknowledgement_records_the_parts_and_ends_what_was_derived() {
    let case = given_parts(&[Commune, AdvancedCommune], &[Commune]);
    let decided = case.decide(&acknowledgement(Commune).into()).unwrap();
    let (_, RuralEvent::TitleAcknowledged(event)) = &decided.events[0] else { panic!("{decided:?}") };
    let parts: Vec<_> = event.parts.iter().map(|part| (part.area.to_string(), part.tier)).collect();
    assert_eq!(parts, [(PHUC_THAN.into(), Some(AdvancedCommune)), (MUONG_MIT.into(), Some(Commune))]);
    assert_eq!(decided.rests_on, [key(PHUC_THAN), key(MUONG_MIT)], "the parts must not have changed");
    let view = Viewpoint::of(date(2025, 9, 1));
    assert_eq!(doubts_of_acknowledgement(&case.units, case.context(), event, view), []);

    let case = case.and(acknowledgement(Commune));
    assert_eq!(case.titles(MUONG_THAN, date(2025, 8, 31)).inherited, Some(Inherited::Lowest(Some(Commune))));
    let after = case.titles(MUONG_THAN, date(2025, 9, 1));
    assert_eq!(after.inherited, None);
    assert!(matches!(after.holding(Commune), Some(Holding::Decided(_))));
    assert!(matches!(case.refuses(acknowledgement(Commune)), Rejection::TitleHeld { .. }));
}

#[test]
fn an_acknowledgement_above_the_lowest_part_is_recorded_with_a_warning() {
    let case = given_parts(&[Commune], &[]);
    let events = case.when(acknowledgement(Commune));
    let [RuralEvent::TitleAcknowledged(event)] = &events[..] else { panic!("{events:?}") };
    let doubts =
        doubts_of_acknowledgement(&case.units, case.context(), event, Viewpoint::of(date(2025, 9, 1)));
    assert_eq!(doubts, [Doubt::AboveParts(None)]);
    let undetermined = AcknowledgeTitle { area: key(SIN_HO), ..acknowledgement(Commune) };
    let events = case.when(undetermined);
    let [RuralEvent::TitleAcknowledged(event)] = &events[..] else { panic!("{events:?}") };
    let doubts =
        doubts_of_acknowledgement(&case.units, case.context(), event, Viewpoint::of(date(2025, 9, 1)));
    assert_eq!(doubts, [Doubt::PartsUndetermined]);
}

#[test]
fn only_a_merged_unit_is_acknowledged() {
    let old =
        AcknowledgeTitle { area: key(PHUC_THAN), effective: date(2024, 1, 1), ..acknowledgement(Commune) };
    assert!(matches!(given_nothing().refuses(old), Rejection::NotMerged(_)));
}

#[test]
fn a_merged_commune_works_on_from_what_it_inherited() {
    let case = given_parts(&[Commune, AdvancedCommune, ModelCommune], &[Commune]);
    let advanced = recognised(MUONG_THAN, AdvancedCommune, date(2025, 12, 1));
    let decided = case.decide(&advanced.clone().into()).unwrap();
    assert_eq!(decided.rests_on.len(), 2);
    let (_, RuralEvent::TitleRecognised(event)) = &decided.events[0] else { panic!("{decided:?}") };
    let view = Viewpoint::of(date(2025, 12, 1));
    let doubts = doubts_of_recognition(&case.units, case.context(), event, view);
    assert!(doubts.contains(&Doubt::BelowWithoutDecision), "{doubts:?}");
    let none = given_parts(&[Commune], &[]).refuses(advanced);
    assert!(matches!(none, Rejection::TitleNeeded { .. }));
}

#[test]
fn an_inherited_title_can_be_revoked_by_decision() {
    let of_merged = || RevokeTitle { area: key(MUONG_THAN), ..revocation(Commune, date(2026, 1, 5)) };
    let case = given_parts(&[Commune], &[Commune]);
    let events = case.when(of_merged());
    let [RuralEvent::TitleRevoked(event)] = &events[..] else { panic!("{events:?}") };
    let doubts = doubts_of_revocation(&case.units, case.context(), event, Viewpoint::of(date(2026, 1, 5)));
    assert_eq!(doubts, [Doubt::RevokedWithoutDecision]);
    let after = case.and(of_merged());
    assert_eq!(after.titles(MUONG_THAN, date(2026, 1, 5)).highest(), None);
    assert!(matches!(after.refuses(of_merged()), Rejection::TitleNotHeld { .. }));
}
