//! Which facts follow from a command.

use super::{Command, Fact, Household, MoveHousehold, RegisterHousehold, Rejection, assess, members, places};
use events::poverty::{HouseholdMoved, HouseholdRegistered, PovertyEvent};
use kernel::{Date, date};
use reference::Reference;
use std::time::Duration;

/// Members that a household can have. More are taken for two households in one entry.
pub const MEMBERS_MAX: usize = 50;

/// How far, in whole days, an assessment may count ahead of its recording: the result that takes effect on 1 January under a new
/// standard is recorded in December.
const ASSESSMENT_AHEAD_MAX: Duration = Duration::from_secs(31 * 24 * 60 * 60);

/// Earlier days can only be slips of the pen.
const EARLIEST_DATE: Date = date(1900, 1, 1);

/// What a decision may look at besides the household itself.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Areas, standards and ethnic groups.
    pub reference: &'a Reference,
    /// The present day in Việt Nam.
    pub today: Date,
}

/// The facts that follow from the command for a household in this state; `None` is one that is not registered. Personal
/// data is checked here and sealed by the caller: the facts leave `sealed` empty.
pub fn decide(
    state: Option<&Household>,
    command: &Command,
    context: Context<'_>,
) -> Result<Vec<Fact>, Rejection> {
    let effective = command.effective();
    in_time(command, context.today)?;
    let event = match (state, command) {
        (None, Command::Register(command)) => register(command, context)?,
        (Some(household), Command::Register(_)) => return Err(Rejection::HouseholdExists(household.id)),
        (None, command) => return Err(Rejection::HouseholdNotFound(command.household())),
        (Some(household), _) if effective < household.registered => {
            return Err(Rejection::BeforeRegistration { effective, registered: household.registered });
        }
        // A review may be recorded late: its day is not held to the order of the other changes.
        (Some(household), Command::Assess(command)) => assess::assess(household, command, context)?,
        (Some(household), _) if effective < household.last_change => {
            return Err(Rejection::DateGoesBackwards { effective, last_change: household.last_change });
        }
        (Some(household), Command::ChangeMembers(command)) => members::change(household, command, context)?,
        (Some(household), Command::Move(command)) => relocate(household, command, context)?,
    };
    Ok(vec![Fact { effective, event }])
}

fn register(command: &RegisterHousehold, context: Context<'_>) -> Result<PovertyEvent, Rejection> {
    let residence = places::resolve(&command.commune, command.village.as_ref(), command.effective, context)?;
    let members = members::first(command, context)?;
    Ok(PovertyEvent::HouseholdRegistered(HouseholdRegistered {
        household: command.household,
        residence,
        members,
        sealed: None,
    }))
}

fn relocate(
    household: &Household,
    command: &MoveHousehold,
    context: Context<'_>,
) -> Result<PovertyEvent, Rejection> {
    let residence = places::resolve(&command.commune, command.village.as_ref(), command.effective, context)?;
    let known = household.residence();
    let stays_in_commune = places::commune_on(known, command.effective, context)
        .is_ok_and(|commune| commune.key == residence.commune);
    if stays_in_commune && known.village == residence.village {
        return Err(Rejection::SameResidence(residence.commune));
    }
    Ok(PovertyEvent::HouseholdMoved(HouseholdMoved { household: household.id, residence }))
}

fn in_time(command: &Command, today: Date) -> Result<(), Rejection> {
    let effective = command.effective();
    if effective < EARLIEST_DATE {
        return Err(Rejection::DateImplausible(effective));
    }
    if let Command::Assess(_) = command {
        let latest = today.saturating_add(ASSESSMENT_AHEAD_MAX);
        return if effective > latest {
            Err(Rejection::AssessmentTooFarAhead { effective, latest })
        } else {
            Ok(())
        };
    }
    if effective > today { Err(Rejection::FutureDate { effective, today }) } else { Ok(()) }
}
