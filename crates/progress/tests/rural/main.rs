//! Titles, criteria, lists and reports over a real read model: what the views show is what an oracle finds that walks
//! through the days, whatever the map, the day and the day of knowledge; and each promise on a small story.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod explaining;
mod laws;
mod oracle;
mod province;
mod reports;
mod standing;
mod tales;
mod targets;
