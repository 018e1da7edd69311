//! Ids of everything synthetic: derived from the seed, so that an interrupted telling goes on where it ended.

use crate::days::days_between;
use kernel::{Date, date};
use uuid::{Builder, Uuid};

/// 2021-01-01 in UTC, in milliseconds since 1970: the time in the first id.
const FIRST_ID_MS: u64 = 1_609_459_200_000;

/// Derives every id of the synthetic province from its seed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ids(Uuid);

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("muctieu synthetic province {seed}").as_bytes()))
    }

    /// In the order of registration: households that are registered and reviewed together lie side by side in every index,
    /// and a batch of them touches few of its pages.
    pub(crate) fn household(self, household: u32) -> String {
        self.ordered(u64::from(household), format_args!("household/{household}"))
    }

    pub(crate) fn member(self, household: u32, member: u8) -> String {
        self.hash(format_args!("member/{household}/{member}")).to_string()
    }

    /// In the order of sending, review by review. Ids of events follow those of their requests.
    pub(crate) fn request(self, kind: &str, index: u32, review: usize) -> String {
        let number = ((review as u64) << u32::BITS) + u64::from(index);
        self.ordered(number, format_args!("request/{kind}/{index}/{review}"))
    }

    /// Of what is told on a day, in the order of the numbers given to it.
    pub(crate) fn on(self, day: Date, number: u32, name: std::fmt::Arguments<'_>) -> String {
        const DAY_MS: u64 = 86_400_000;
        // Invariant: the history begins after the first of these days and tells far fewer things a day than it has
        // milliseconds.
        let days = u64::from(days_between(date(2021, 1, 1), day));
        self.ordered(days * DAY_MS + u64::from(number), name)
    }

    /// Of version 7; the number stands where others have the milliseconds.
    fn ordered(self, number: u64, name: std::fmt::Arguments<'_>) -> String {
        let mut digits = [0; 10];
        digits.copy_from_slice(&self.hash(name).as_bytes()[6..]);
        Builder::from_unix_timestamp_millis(FIRST_ID_MS + number, &digits).into_uuid().to_string()
    }

    fn hash(self, name: std::fmt::Arguments<'_>) -> Uuid {
        Uuid::new_v5(&self.0, name.to_string().as_bytes())
    }
}
