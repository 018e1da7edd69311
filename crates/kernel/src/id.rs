//! Ids typed by what they name, so that one is never taken for another.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// A text that is no UUID in its usual hyphenated form, or the one of all zeros or of all f, which name nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a UUID such as 2f1c7c1e-8f0b-5c3a-9a57-0d6c1f2e3b4a")]
pub struct InvalidId(pub String);

macro_rules! ids {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The id with this value.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The value.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let is_own = |id: &Uuid| text.len() == 36 && !id.is_nil() && !id.is_max();
                Uuid::try_parse(text).ok().filter(is_own).map(Self)
                    .ok_or_else(|| InvalidId(text.to_owned()))
            }
        }
    )+};
}

ids! {
    /// A household (*hộ*). It stays the same through moves, mergers and changes of head.
    HouseholdId;
    /// A member (*thành viên*) of a household.
    MemberId;
    /// One assessment: a review (*rà soát*) of a household, or a unit held against a set of criteria (*đánh giá*).
    AssessmentId;
    /// One observation (*số liệu*) of an indicator.
    ObservationId;
    /// One transfer (*bút toán*) of money from one account to another.
    TransferId;
    /// Works or a support (*công trình, hỗ trợ*) that money is detailed on.
    ItemId;
    /// One case (*vụ việc cần rà soát*) that a named officer settles.
    CaseId;
    /// The caller's name for one request; repeating it repeats the answer, not the effect.
    RequestId;
}

impl RequestId {
    /// The id of the `index`-th thing (event, household, member …) that this request makes: the same for every repeat
    /// of the request. `purpose` keeps ids of different kinds apart.
    ///
    /// A UUID of version 8: the time of the request's own id (its first 60 bits without the version; random where that id
    /// is of version 4), then 62 bits of the UUID of version 5 that is named by purpose and index. Ids of requests that
    /// were numbered in time, as version 7 does, therefore sort in time, and lie side by side in every index.
    pub fn derive(self, purpose: &str, index: usize) -> Uuid {
        let (time, _) = self.0.as_u64_pair();
        let (_, hash) = Uuid::new_v5(&self.0, format!("{purpose}/{index}").as_bytes()).as_u64_pair();
        const VERSION: u64 = 0xf000;
        Uuid::from_u64_pair(time & !VERSION | 0x8000, hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hyphenated_uuids_that_can_name_something_are_read() {
        let text = "2f1c7c1e-8f0b-5c3a-9a57-0d6c1f2e3b4a";
        assert_eq!(text.parse::<HouseholdId>().unwrap().to_string(), text);
        assert!("2f1c7c1e8f0b5c3a9a570d6c1f2e3b4a".parse::<HouseholdId>().is_err());
        assert!("".parse::<HouseholdId>().is_err());
        assert!(Uuid::nil().to_string().parse::<HouseholdId>().is_err());
        assert!(Uuid::max().to_string().parse::<HouseholdId>().is_err());
    }

    #[test]
    fn derived_ids_repeat_with_the_request_and_differ_by_purpose_and_index() {
        let request: RequestId = "2f1c7c1e-8f0b-5c3a-9a57-0d6c1f2e3b4a".parse().unwrap();
        assert_eq!(request.derive("event", 0), request.derive("event", 0));
        assert_ne!(request.derive("event", 0), request.derive("event", 1));
        assert_ne!(request.derive("event", 0), request.derive("household", 0));
    }

    #[test]
    fn derived_ids_sort_like_the_requests_that_made_them() {
        let earlier: RequestId = "019bb9f2-1c00-7fff-bfff-ffffffffffff".parse().unwrap();
        let later: RequestId = "019bb9f2-1c01-7000-8000-000000000000".parse().unwrap();
        assert!(earlier.derive("event", 1) < later.derive("event", 0));
        assert_eq!(earlier.derive("event", 0).get_version_num(), 8);
    }
}
