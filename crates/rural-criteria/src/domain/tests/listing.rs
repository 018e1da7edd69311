//! Lists that change what a unit is entitled to.

use super::*;

const DAY: Date = date(2021, 6, 4);

fn listing(area: &str, list: ListKind, entry: Option<&str>, effective: Date) -> DecideListing {
    DecideListing {
        area: key(area),
        list,
        entry: entry.map(str::to_owned),
        effective,
        decision: decision("861/QĐ-TTg", effective),
    }
}

fn decided(events: Vec<RuralEvent>) -> ListingDecided {
    match <[RuralEvent; 1]>::try_from(events).unwrap() {
        [RuralEvent::ListingDecided(event)] => event,
        [other] => panic!("a listing, not {other:?}"),
    }
}

#[test]
fn a_unit_enters_moves_and_leaves_and_the_same_again_is_refused() {
    let region = |entry, day| listing(PHUC_THAN, ListKind::Region, entry, day);
    let case = given_nothing();
    assert!(!decided(case.when(region(Some("III"), DAY))).by_recognition);
    assert!(matches!(case.refuses(region(None, DAY)), Rejection::ListingUnchanged { .. }), "not on the list");
    let case = case.and(region(Some("III"), DAY));
    assert!(matches!(
        case.refuses(region(Some("III"), date(2022, 1, 1))),
        Rejection::ListingUnchanged { .. }
    ));
    let case = case.and(region(Some("II"), date(2022, 1, 1)));
    let case = case.and(region(None, date(2023, 1, 1)));
    assert!(matches!(case.refuses(region(None, date(2023, 6, 1))), Rejection::ListingUnchanged { .. }));
    let at = |day| {
        let view = Viewpoint::of(day);
        let standing =
            listings::standing(&case.units, &REFERENCE.areas, &key(PHUC_THAN), ListKind::Region, view);
        standing.map(|standing| standing.entry.map(str::to_owned))
    };
    assert_eq!(at(date(2021, 6, 3)), None);
    assert_eq!(at(DAY), Some(Some("III".into())));
    assert_eq!(at(date(2022, 5, 1)), Some(Some("II".into())));
    assert_eq!(at(date(2023, 5, 1)), Some(None));
}

#[test]
fn each_list_has_its_entries_and_its_units() {
    let case = given_nothing();
    let refuses = |area, list, entry| case.refuses(listing(area, list, Some(entry), DAY));
    assert!(matches!(refuses(PHUC_THAN, ListKind::Region, "IV"), Rejection::UnknownEntry { .. }));
    assert!(matches!(
        refuses(THAN_UYEN_DISTRICT, ListKind::PoorDistrict, "III"),
        Rejection::UnknownEntry { .. }
    ));
    assert!(matches!(refuses(THAN_UYEN_DISTRICT, ListKind::Region, "III"), Rejection::AreaKind { .. }));
    assert!(matches!(refuses(PHUC_THAN, ListKind::PoorDistrict, "poor"), Rejection::AreaKind { .. }));
    case.when(listing(THAN_UYEN_DISTRICT, ListKind::PoorDistrict, Some("poor"), DAY));
    case.when(listing(SIN_HO_TOWNSHIP, ListKind::Region, Some("I"), DAY));
    let late = listing(THAN_UYEN_DISTRICT, ListKind::PoorDistrict, Some("poor"), date(2025, 7, 1));
    assert!(matches!(case.refuses(late), Rejection::AreaNotInForce { .. }));
}

#[test]
fn what_the_packs_say_holds_until_something_is_decided_and_may_be_confirmed() {
    // On the list of 2026 as region III.
    let area = "03640@2025-07-01";
    let day = date(2026, 2, 1);
    let case = given_nothing();
    let standing = |case: &Case, day| {
        let view = Viewpoint::of(day);
        let found = listings::standing(&case.units, &REFERENCE.areas, &key(area), ListKind::Region, view);
        found.map(|standing| (standing.entry.map(str::to_owned), standing.decided))
    };
    assert_eq!(standing(&case, day), Some((Some("III".into()), false)));
    assert_eq!(standing(&case, date(2026, 1, 15)), None, "unknown is not region I");
    let confirmed = case.and(listing(area, ListKind::Region, Some("III"), day));
    assert_eq!(standing(&confirmed, day), Some((Some("III".into()), true)));
    let left = confirmed.and(listing(area, ListKind::Region, Some("II"), date(2026, 6, 1)));
    assert_eq!(standing(&left, TODAY), Some((Some("II".into()), true)));
}
