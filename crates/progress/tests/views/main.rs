//! The views over a real read model: what they show is what the oracle finds, whatever the map, the day and the day of
//! knowledge; and each promise of the API on a small story.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

#[path = "../../../poverty-view/tests/common/mod.rs"]
mod common;
mod explaining;
mod laws;
mod points_of_view;
mod province;
mod targets;
mod watching;
