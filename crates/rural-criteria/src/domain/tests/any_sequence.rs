//! Whatever is asked in whatever order: decisions repeat, what was applied can be taken back, and titles alternate.

use super::*;
use events::rural::TitleTier::{AdvancedCommune, Commune};
use proptest::prelude::*;

fn any_date() -> impl Strategy<Value = Date> {
    (2021_i16..=2026, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| date(year, month, day))
}

fn any_area() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![PHUC_THAN, MUONG_MIT, MUONG_THAN, SIN_HO, VILLAGE])
}

fn any_command() -> impl Strategy<Value = Command> {
    let observe = (any_area(), 0_u128..20, prop::option::of(0_u128..20), any_date(), 0_i64..=10).prop_map(
        |(area, number, corrects, day, n)| {
            let corrects = corrects.map(observation_id);
            let observed = observation(number, "5", day, share(n, 10));
            Command::Observe(RecordObservation { area: key(area), corrects, ..observed })
        },
    );
    let assess = (any_area(), 0_u128..20, any_date(), prop::option::of(0_i64..=10)).prop_map(
        |(area, number, day, poor)| {
            let poverty = poor.map(|poor| PovertySeen {
                position: 5,
                registered: 10,
                reviewed: 10 - poor,
                poor_and_near_poor: poor,
            });
            Command::Assess(AssessArea { area: key(area), poverty, ..assessment(number, day, day.year()) })
        },
    );
    let tier = || prop::sample::select(vec![Commune, AdvancedCommune]);
    let recognise = (any_area(), tier(), any_date())
        .prop_map(|(area, tier, day)| Command::Recognise(recognised(area, tier, day)));
    let acknowledge = (any_area(), tier(), any_date()).prop_map(|(area, tier, effective)| {
        let decision = decision("1/QĐ", effective);
        Command::Acknowledge(AcknowledgeTitle { area: key(area), tier, effective, decision })
    });
    let revoke = (any_area(), tier(), any_date()).prop_map(|(area, tier, day)| {
        Command::Revoke(RevokeTitle { area: key(area), ..revocation(tier, day) })
    });
    let list = (any_area(), prop::sample::select(vec![None, Some("I"), Some("III")]), any_date()).prop_map(
        |(area, entry, effective)| {
            Command::List(DecideListing {
                area: key(area),
                list: ListKind::Region,
                entry: entry.map(str::to_owned),
                effective,
                decision: decision("1/QĐ", effective),
            })
        },
    );
    prop_oneof![4 => observe, 3 => assess, 3 => recognise, 2 => acknowledge, 3 => revoke, 2 => list]
}

proptest! {
    #[test]
    fn what_was_applied_can_be_taken_back_exactly(commands in prop::collection::vec(any_command(), 1..60)) {
        let mut case = given_nothing();
        let mut before = Vec::new();
        for command in &commands {
            let decided = case.decide(command);
            prop_assert_eq!(&decided, &case.decide(command), "decisions repeat");
            let Ok(decided) = decided else { continue };
            for (effective, event) in &decided.events {
                let version = case.units.version(event.area());
                let fact = Fact {
                    position: case.position + 1,
                    effective: *effective,
                    recorded_at: Timestamp::start_of(TODAY),
                    document: None,
                    actor: "officer",
                    event,
                };
                let units = case.units.clone();
                // An id that a command took twice is refused, and nothing is changed.
                if case.units.apply(&fact).is_err() {
                    prop_assert_eq!(&case.units, &units);
                    break;
                }
                case.position += 1;
                prop_assert_eq!(case.units.version(event.area()), version + 1);
                before.push((units, event.clone()));
            }
        }
        while let Some((units, event)) = before.pop() {
            case.units.undo(&event);
            prop_assert_eq!(&case.units, &units);
        }
        prop_assert_eq!(case.units, Units::default());
    }

    #[test]
    fn each_title_is_granted_and_revoked_in_turn(commands in prop::collection::vec(any_command(), 1..60)) {
        let mut case = given_nothing();
        for command in commands {
            if matches!(command, Command::Recognise(_) | Command::Acknowledge(_) | Command::Revoke(_)) {
                let Ok(decided) = case.decide(&command) else { continue };
                for (effective, event) in &decided.events {
                    case.apply(*effective, event);
                }
            }
        }
        for area in [PHUC_THAN, MUONG_MIT, MUONG_THAN, SIN_HO] {
            let Some(unit) = case.units.get(&key(area)) else { continue };
            for tier in [Commune, AdvancedCommune] {
                let decided = unit.titles_of_all_days(Known::Everything);
                let grants: Vec<_> = decided
                    .iter()
                    .filter(|entry| entry.event.tier() == tier)
                    .map(|entry| entry.event.grants())
                    .collect();
                prop_assert!(grants.windows(2).all(|two| two[0] != two[1]), "{area} {tier:?}: {grants:?}");
            }
        }
    }
}
