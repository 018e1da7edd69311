//! Whatever is asked in whatever order: what is accepted leaves one head among the members.

use super::*;
use proptest::prelude::*;

fn any_date() -> impl Strategy<Value = Date> {
    (2019_i16..=2027, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| date(year, month, day))
}

fn any_code() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![SAN_THANG, SIN_HO, PHUC_THAN, "03619", "03625", "03408", "99999"])
}

fn any_members(most: usize) -> impl Strategy<Value = Vec<NewMember>> {
    prop::collection::vec((0_u128..12, any::<bool>()), 0..=most)
        .prop_map(|members| members.into_iter().map(|(id, head)| new_member(id, "03", head)).collect())
}

fn any_command() -> impl Strategy<Value = Command> {
    let registration = (any_code(), any_date(), any_members(4)).prop_map(|(code, since, mut members)| {
        members.dedup_by_key(|member| member.member);
        Command::Register(RegisterHousehold { members, ..registration(code, since) })
    });
    let change =
        (any_date(), any_members(3), prop::collection::vec(0_u128..12, 0..3), prop::option::of(0_u128..12))
            .prop_map(|(effective, add, remove, new_head)| {
                Command::ChangeMembers(ChangeMembers {
                    add,
                    remove: remove.into_iter().map(member_id).collect(),
                    new_head: new_head.map(member_id),
                    ..change(effective)
                })
            });
    let relocation = (any_code(), any_date()).prop_map(|(code, effective)| move_to(code, None, effective));
    let review = (any_date(), 0_i64..200, 0_usize..=12)
        .prop_map(|(effective, b1, deprived)| assess(effective, b1, deprived));
    prop_oneof![2 => Just(register(PHUC_THAN, date(2020, 1, 1))), 1 => registration, 4 => change, 2 => relocation, 3 => review]
}

proptest! {
    #[test]
    fn one_head_lives_among_the_members_after_every_accepted_command(
        commands in prop::collection::vec(any_command(), 1..40)
    ) {
        let context = Context { reference: &REFERENCE, today: TODAY };
        let mut state: Option<Household> = None;
        let mut facts = Vec::new();
        for command in &commands {
            let decided = decide(state.as_ref(), command, context);
            prop_assert_eq!(&decided, &decide(state.as_ref(), command, context), "decisions repeat");
            let Ok(decided) = decided else { continue };
            for fact in decided {
                let before = state.clone();
                let household = evolve(state.take(), &fact).unwrap();
                let heads = household.members.iter().filter(|member| member.id == household.head).count();
                prop_assert_eq!(heads, 1);
                prop_assert!((1..=MEMBERS_MAX).contains(&household.members.len()));
                if let Some(before) = before {
                    prop_assert!(household.last_change >= before.last_change, "days of changes go forward");
                }
                state = Some(household);
                facts.push(fact);
            }
        }
        let folded = facts.iter().try_fold(None, |state, fact| evolve(state, fact).map(Some)).unwrap();
        prop_assert_eq!(folded, state, "the fold of the facts is the state");
    }
}
