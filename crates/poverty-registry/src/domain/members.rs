//! Who lives in a household. It has exactly one living head at every date.

use super::rejection::HeadField;
use super::{ChangeMembers, Context, Household, MEMBERS_MAX, NewMember, RegisterHousehold, Rejection};
use events::poverty::{MemberFact, MembersChanged, PovertyEvent};
use kernel::{Date, MemberId};
use std::collections::HashSet;

/// Characters of a name, spaces included.
const NAME_CHARACTERS_MAX: usize = 120;
const EARLIEST_BIRTH_YEAR: i16 = 1900;

/// The members of a household that is registered.
pub(super) fn first(command: &RegisterHousehold, context: Context<'_>) -> Result<Vec<MemberFact>, Rejection> {
    let members = &command.members;
    if members.is_empty() {
        return Err(Rejection::NoMembers);
    }
    if members.len() > MEMBERS_MAX {
        return Err(Rejection::TooManyMembers(members.len()));
    }
    check_each(members, command.effective, &HashSet::new(), context)?;
    match members.iter().filter(|member| member.head).count() {
        0 => Err(Rejection::NoHead(HeadField::Members)),
        1 => Ok(facts(members, None)),
        count => Err(Rejection::TwoHeads { count, field: HeadField::Members }),
    }
}

/// What a change of members makes of the household.
pub(super) fn change(
    household: &Household,
    command: &ChangeMembers,
    context: Context<'_>,
) -> Result<PovertyEvent, Rejection> {
    let mut leaving = HashSet::new();
    for (index, member) in command.remove.iter().enumerate() {
        if household.member(*member).is_none() || !leaving.insert(*member) {
            return Err(Rejection::MemberNotFound { member: *member, index: Some(index) });
        }
    }
    let staying: HashSet<MemberId> =
        household.members.iter().map(|member| member.id).filter(|id| !leaving.contains(id)).collect();
    let members_after = staying.len() + command.add.len();
    if members_after == 0 {
        return Err(Rejection::LastMemberLeaves);
    }
    if members_after > MEMBERS_MAX {
        return Err(Rejection::TooManyMembers(members_after));
    }
    check_each(&command.add, command.effective, &staying, context)?;
    let head = head_after(household.head, command, &staying)?;
    if command.add.is_empty() && command.remove.is_empty() && head == household.head {
        return Err(Rejection::NothingToChange);
    }
    Ok(PovertyEvent::MembersChanged(MembersChanged {
        household: household.id,
        added: facts(&command.add, Some(head)),
        removed: command.remove.clone(),
        head,
        sealed: None,
    }))
}

fn head_after(
    head: MemberId,
    command: &ChangeMembers,
    staying: &HashSet<MemberId>,
) -> Result<MemberId, Rejection> {
    let mut named: Option<MemberId> = None;
    for (index, member) in command.add.iter().enumerate().filter(|(_, member)| member.head) {
        let contradicted = command.new_head.is_some_and(|new_head| new_head != member.member);
        if named.replace(member.member).is_some() || contradicted {
            return Err(Rejection::TwoHeads { count: 2, field: HeadField::Added(index) });
        }
    }
    let lives_here =
        |id: &MemberId| staying.contains(id) || command.add.iter().any(|added| added.member == *id);
    match named.or(command.new_head) {
        Some(head) if lives_here(&head) => Ok(head),
        Some(member) => Err(Rejection::MemberNotFound { member, index: None }),
        None if lives_here(&head) => Ok(head),
        None => Err(Rejection::NoHead(HeadField::NewHead)),
    }
}

fn check_each(
    members: &[NewMember],
    effective: Date,
    staying: &HashSet<MemberId>,
    context: Context<'_>,
) -> Result<(), Rejection> {
    let mut named = HashSet::new();
    for (index, new) in members.iter().enumerate() {
        if staying.contains(&new.member) || !named.insert(new.member) {
            return Err(Rejection::MemberExists { member: new.member, index });
        }
        let name = &new.person.full_name;
        if name.is_empty() {
            return Err(Rejection::NameMissing(index));
        }
        if name.chars().count() > NAME_CHARACTERS_MAX {
            return Err(Rejection::NameTooLong { index, max: NAME_CHARACTERS_MAX });
        }
        if !kernel::text::is_readable(name) || !name.chars().any(char::is_alphabetic) {
            return Err(Rejection::NameUnreadable(index));
        }
        let plausible =
            |birth: super::BirthDate| birth.year() >= EARLIEST_BIRTH_YEAR && birth.is_by(effective);
        if new.person.birth_date.is_some_and(|birth| !plausible(birth)) {
            return Err(Rejection::BirthDateImplausible(index));
        }
        if context.reference.ethnic_groups.get(&new.ethnicity).is_none() {
            return Err(Rejection::UnknownEthnicity { code: new.ethnicity.clone(), index });
        }
    }
    Ok(())
}

/// `head` overrides the flags where another member may have been named the head.
fn facts(members: &[NewMember], head: Option<MemberId>) -> Vec<MemberFact> {
    let is_head = |member: &NewMember| head.map_or(member.head, |head| head == member.member);
    members
        .iter()
        .map(|new| MemberFact { member: new.member, ethnicity: new.ethnicity.clone(), head: is_head(new) })
        .collect()
}
