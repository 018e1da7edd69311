//! Exactly one living head at every date, at most fifty members.

use super::*;

#[test]
fn a_registered_household_has_its_members_and_one_head() {
    let case = given_household(PHUC_THAN, BEFORE);
    let household = case.household();
    assert_eq!(household.head, member_id(1));
    assert_eq!(household.members.len(), 2);
    assert_eq!(household.ethnicity(), "03", "the household counts by its head's ethnic group");
    assert_eq!((household.registered, household.last_change), (BEFORE, BEFORE));
}

#[test]
fn a_household_is_registered_once() {
    let again = register(PHUC_THAN, BEFORE);
    assert_eq!(given_household(PHUC_THAN, BEFORE).refuses(again), Rejection::HouseholdExists(household_id()));
}

#[test]
fn no_head_and_two_heads_are_refused() {
    let with_heads = |heads: [bool; 2]| {
        let mut command = registration(PHUC_THAN, BEFORE);
        for (member, head) in command.members.iter_mut().zip(heads) {
            member.head = head;
        }
        given_nothing().refuses(Command::Register(command))
    };
    assert_eq!(with_heads([false, false]), Rejection::NoHead(HeadField::Members));
    assert_eq!(with_heads([true, true]), Rejection::TwoHeads { count: 2, field: HeadField::Members });
}

#[test]
fn a_household_has_one_to_fifty_members() {
    let with_members = |count: u128| {
        let mut command = registration(PHUC_THAN, BEFORE);
        command.members = (0..count).map(|number| new_member(number, "03", number == 0)).collect();
        given_nothing().when(Command::Register(command))
    };
    assert_eq!(with_members(0), Err(Rejection::NoMembers));
    assert!(with_members(50).is_ok());
    assert_eq!(with_members(51), Err(Rejection::TooManyMembers(51)));

    let mut joins = change(AFTER);
    joins.add = (10..59).map(|number| new_member(number, "03", false)).collect();
    let case = given_household(PHUC_THAN, BEFORE);
    assert_eq!(case.refuses(Command::ChangeMembers(joins)), Rejection::TooManyMembers(51));
}

#[test]
fn a_member_is_named_once_with_a_name_and_an_ethnic_group() {
    let broken = |mend: fn(&mut NewMember)| {
        let mut command = registration(PHUC_THAN, BEFORE);
        mend(&mut command.members[1]);
        given_nothing().refuses(Command::Register(command))
    };
    assert_eq!(
        broken(|member| member.member = member_id(1)),
        Rejection::MemberExists { member: member_id(1), index: 1 }
    );
    assert_eq!(broken(|member| member.person.full_name.clear()), Rejection::NameMissing(1));
    assert_eq!(
        broken(|member| member.person.full_name = "a".repeat(121)),
        Rejection::NameTooLong { index: 1, max: 120 }
    );
    assert_eq!(broken(|member| member.person.full_name.push('\u{7}')), Rejection::NameUnreadable(1));
    assert_eq!(broken(|member| member.person.full_name = "\u{200b}".into()), Rejection::NameUnreadable(1));
    assert_eq!(broken(|member| member.person.full_name = "123".into()), Rejection::NameUnreadable(1));
    assert_eq!(broken(|member| member.person.full_name.insert(0, '\u{202e}')), Rejection::NameUnreadable(1));
    assert_eq!(
        broken(|member| member.ethnicity = "99".into()),
        Rejection::UnknownEthnicity { code: "99".into(), index: 1 }
    );
}

#[test]
fn nobody_is_born_after_joining_and_a_year_suffices() {
    let born = |birth: &str| {
        let mut command = registration(PHUC_THAN, BEFORE);
        command.members[1].person.birth_date = BirthDate::parse(birth);
        assert!(command.members[1].person.birth_date.is_some(), "'{birth}' is readable");
        given_nothing().when(Command::Register(command)).map(|_| ())
    };
    assert_eq!(born("1984"), Ok(()));
    assert_eq!(born("2024-09-01"), Ok(()));
    assert_eq!(born("2024"), Ok(()));
    for birth in ["2024-09-02", "2025", "1899"] {
        assert_eq!(born(birth), Err(Rejection::BirthDateImplausible(1)), "{birth}");
    }
    assert_eq!(BirthDate::parse("84"), None);
}

#[test]
fn members_join_leave_and_another_becomes_head() {
    let mut changed = change(AFTER);
    changed.add = vec![new_member(3, "03", false)];
    changed.remove = vec![member_id(1)];
    changed.new_head = Some(member_id(2));
    let case = given_household(PHUC_THAN, BEFORE).and(Command::ChangeMembers(changed));
    let household = case.household();
    assert_eq!(
        household.members.iter().map(|member| member.id).collect::<Vec<_>>(),
        [member_id(2), member_id(3)]
    );
    assert_eq!((household.head, household.ethnicity()), (member_id(2), "08"));
    assert_eq!(household.last_change, AFTER);
}

#[test]
fn a_head_who_leaves_is_followed_by_another() {
    let case = given_household(PHUC_THAN, BEFORE);
    let mut leaves = change(AFTER);
    leaves.remove = vec![member_id(1)];
    assert_eq!(case.refuses(Command::ChangeMembers(leaves.clone())), Rejection::NoHead(HeadField::NewHead));
    leaves.add = vec![new_member(3, "03", true)];
    let event = case.when(Command::ChangeMembers(leaves)).unwrap();
    let PovertyEvent::MembersChanged(event) = event else { panic!("{event:?}") };
    assert_eq!(event.head, member_id(3));
    assert_eq!(event.added, [MemberFact { member: member_id(3), ethnicity: "03".into(), head: true }]);
}

#[test]
fn a_change_names_one_head_at_most_and_one_who_lives_here() {
    let case = given_household(PHUC_THAN, BEFORE);
    let with_head = |add: Vec<NewMember>, new_head: Option<u128>| {
        let mut changed = change(AFTER);
        changed.add = add;
        changed.new_head = new_head.map(member_id);
        case.refuses(Command::ChangeMembers(changed))
    };
    let two = |index| Rejection::TwoHeads { count: 2, field: HeadField::Added(index) };
    assert_eq!(with_head(vec![new_member(3, "03", true), new_member(4, "03", true)], None), two(1));
    assert_eq!(with_head(vec![new_member(3, "03", true)], Some(2)), two(0));
    assert_eq!(
        with_head(Vec::new(), Some(9)),
        Rejection::MemberNotFound { member: member_id(9), index: None }
    );
}

#[test]
fn only_members_leave_each_once_and_never_all() {
    let case = given_household(PHUC_THAN, BEFORE);
    let without = |remove: &[u128]| {
        let mut changed = change(AFTER);
        changed.remove = remove.iter().copied().map(member_id).collect();
        case.refuses(Command::ChangeMembers(changed))
    };
    let unknown = |number, index| Rejection::MemberNotFound { member: member_id(number), index: Some(index) };
    assert_eq!(without(&[9]), unknown(9, 0));
    assert_eq!(without(&[2, 2]), unknown(2, 1));
    assert_eq!(without(&[1, 2]), Rejection::LastMemberLeaves);
}

#[test]
fn a_member_who_is_removed_and_added_under_the_same_id_is_corrected() {
    let mut corrected = change(AFTER);
    corrected.remove = vec![member_id(1)];
    corrected.add = vec![new_member(1, "08", false)];
    let case = given_household(PHUC_THAN, BEFORE).and(Command::ChangeMembers(corrected));
    assert_eq!((case.household().head, case.household().ethnicity()), (member_id(1), "08"));
    assert_eq!(case.household().members.len(), 2);

    let mut again = change(AFTER);
    again.add = vec![new_member(1, "03", false)];
    assert_eq!(
        case.refuses(Command::ChangeMembers(again)),
        Rejection::MemberExists { member: member_id(1), index: 0 }
    );
}

#[test]
fn a_change_that_changes_nothing_is_refused() {
    let case = given_household(PHUC_THAN, BEFORE);
    let mut same_head = change(AFTER);
    same_head.new_head = Some(member_id(1));
    for nothing in [change(AFTER), same_head] {
        assert_eq!(case.refuses(Command::ChangeMembers(nothing)), Rejection::NothingToChange);
    }
}
