//! A synthetic province for demonstrations: about 107,700 invented households over the real communes of Lai Châu with five
//! yearly reviews, the criteria and titles of its communes, and the money of three programmes, from the end of 2020 to 2026
//! and through the merger of 2025-07-01; sent through the API of all three services like any client's work, and shown as the
//! committee's page.
//!
//! **Every household, person, village, observation, assessment, work, payment and decision in it is invented.** Its totals
//! are calibrated on what is published ([`Ground`] says which total of poverty rests on what; those of titles and money
//! stand with their modules); who is poor, which commune holds a title and where money went says nothing about a real place.
//! The crate knows no database and no service from within: it speaks to the services through their API alone.
//!
//! Start with [`Plan::new`]; then [`Plan::villages_pack`] for the reference packs, [`drive()`] to tell the history, and
//! [`table`] for what the committee reads.

mod answers;
mod apportion;
mod calibration;
mod days;
mod dice;
mod drive;
mod ethnicity;
mod funding;
mod history;
mod ids;
mod map;
mod plan;
mod province;
mod requests;
mod rural;
mod schedule;
mod script;
pub mod table;
mod villages;

pub use calibration::{Ground, Review, Totals};
pub use drive::{Channels, Driven, Positions, Progress, drive};
pub use history::Movements;
pub use plan::{CommuneSpread, Counted, Plan, Settings, Size};
pub use script::{BATCH_MAX, Observing, Reversing, Script, Settling, Step};

use tonic::Status;

/// Why the synthetic province could not be made, told or shown.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The scale is outside what the generator can fill.
    #[error("scale {0} is not between 0.005 and 2")]
    Scale(kernel::Ratio),
    /// The reference packs do not hold the map that the province is laid on.
    #[error("the synthetic province needs the maps before and after 2025-07-01: {0}")]
    Map(String),
    /// The reference packs hold no standard for a day of review.
    #[error("no poverty standard is in force on {0}")]
    NoStandard(kernel::Date),
    /// The reference packs hold no set that communes can be held against.
    #[error("communes cannot be assessed: {0}")]
    Criteria(String),
    /// Works cannot have spent what was published; the number is what they would have to spend beside finished ones.
    #[error("the works of the synthetic province cannot have spent {0} đồng beside what is finished")]
    Money(i64),
    /// Answers that were to give a class under the standard do not.
    #[error("answers of a synthetic household do not give its class: {0}")]
    Answers(String),
    /// A service answered a call with an error.
    #[error("{rpc} failed: {status}")]
    Call {
        /// The method.
        rpc: &'static str,
        /// What the service answered.
        status: Box<Status>,
    },
    /// A service refused a request of the script.
    #[error("{rpc} refused {subject}: {reason}: {message}")]
    Refused {
        /// The method.
        rpc: &'static str,
        /// Which household or request.
        subject: String,
        /// The gRPC code that a call with it alone would have failed with.
        code: tonic::Code,
        /// The stable reason.
        reason: String,
        /// What was wrong, for developers.
        message: String,
    },
    /// A service answered, but not what its API promises.
    #[error("{rpc} answered {problem}")]
    Answer {
        /// The method.
        rpc: &'static str,
        /// What is missing or does not fit.
        problem: String,
    },
    /// A task of the driver ended before its time.
    #[error("a task of the demo ended early: {0}")]
    Task(#[from] tokio::task::JoinError),
}
