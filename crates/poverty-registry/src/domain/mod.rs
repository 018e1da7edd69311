//! The rules of the registry as pure functions: [`decide`] says which facts follow from a command, [`evolve`] what a
//! household is after a fact.
//!
//! **Invariant:** nothing here reads a clock, a store, a network or a random source. Today, the reference packs and new
//! ids are given.

mod assess;
mod command;
mod decide;
mod household;
mod members;
mod personal;
mod places;
mod rejection;

pub use command::{
    Answer, ChangeMembers, Command, Measured, MoveHousehold, NewMember, RecordAssessment, RegisterHousehold,
};
pub use decide::{Context, MEMBERS_MAX, decide};
pub use household::{Assessment, Disorder, Fact, Household, Member, evolve};
pub use personal::{BirthDate, Person, Sex};
pub use rejection::{AreaField, HeadField, IncomeMeasure, Rejection};

#[cfg(test)]
mod tests;
