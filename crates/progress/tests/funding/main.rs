//! Money over a real read model: what the views show is what an oracle finds that shares no rule with the crate, whatever
//! the map, the day and the day of knowledge; and each promise of the API on a small story.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod cases;
mod control_figures;
mod explaining;
mod laws;
mod oracle;
mod province;
mod tales;
mod views;
