//! The vocabulary that every other crate speaks: money, exact ratios, dates, typed ids, area keys, signed decisions, the
//! clock and Vietnamese text. It performs no I/O (the system clock aside), knows no rule of any programme and no wire
//! format.
//!
//! Start with [`Money`] and [`Ratio`] for figures, [`Date`] and [`Timestamp`] for the two dates on everything, and
//! [`AreaKey`] for places.

mod area;
mod clock;
mod date;
mod decision;
mod id;
mod money;
mod poverty;
mod ratio;
pub mod text;

pub use area::{AreaCode, AreaKey, InvalidAreaKey, VillageCode};
pub use clock::{Clock, ManualClock, SharedClock, SystemClock};
pub use date::{Date, InvalidTimestamp, OPEN_START, Period, Timestamp, date, parse_date, written_day};
pub use decision::Decision;
pub use id::{
    AssessmentId, CaseId, HouseholdId, InvalidId, ItemId, MemberId, ObservationId, RequestId, TransferId,
};
pub use money::{Money, MoneyOverflow};
pub use poverty::{AreaType, PovertyClass};
pub use ratio::{InvalidRatio, Ratio};
