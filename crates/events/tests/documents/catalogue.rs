//! What the catalogue says about each type beside its examples, in the order in which the code names them.

/// The streams with the word that their types begin with.
pub(crate) const STREAMS: [(&str, &str); 3] =
    [("MUCTIEU_POVERTY", "poverty."), ("MUCTIEU_RURAL", "rural."), ("MUCTIEU_FUNDING", "funding.")];

/// One type of event.
pub(crate) struct Entry {
    /// Its stable versioned name.
    pub(crate) event_type: &'static str,
    /// When it happens and what it says.
    pub(crate) says: &'static str,
    /// Which day is its effective date.
    pub(crate) effective: &'static str,
    /// The key of its stream in the log.
    pub(crate) stream: &'static str,
}

/// All types.
pub(crate) const ENTRIES: &[Entry] = &[
    Entry {
        event_type: "poverty.household_registered.v1",
        says: "A household entered the registry, with all its members. `sealed` holds names, birth dates and sexes as ciphertext.",
        effective: "the day from which it is registered",
        stream: "household/<uuid>",
    },
    Entry {
        event_type: "poverty.members_changed.v1",
        says: "Members joined or left, or another became head. `head` is the head from then on, changed or not.",
        effective: "the day of the change",
        stream: "household/<uuid>",
    },
    Entry {
        event_type: "poverty.household_moved.v1",
        says: "The whole household moved to another commune or village.",
        effective: "the day of the move",
        stream: "household/<uuid>",
    },
    Entry {
        event_type: "poverty.household_assessed.v1",
        says: "A review gave the household the class that the standard in force gives: `poor`, `near_poor` or `not_poor`. It holds until the next one under the same standard. An indicator that `deprived` does not name was answered with no.",
        effective: "the day of the review's result",
        stream: "household/<uuid>",
    },
    Entry {
        event_type: "rural.observation_recorded.v1",
        says: "A unit observed an indicator. The latest by day, then by position, counts; one that a later event names in `corrects` counts no more. Shares are what was counted, not reduced: `n` of `d`; a percentage that was reported without counts is an exact fraction in percent.",
        effective: "the day as of which it was observed",
        stream: "area/<code>@<first day>",
    },
    Entry {
        event_type: "rural.area_assessed.v1",
        says: "A unit was held against a version of a set, and the result stays pinned to that version, year and column. `strict` is the written rule: `met`, `not_met`, `not_applicable`, `not_assessed`, `no_data`. `official` is what a competent body judged, which may also be `basically_met`. `levels` are the levels used, exact; the key is the part, empty where there is only one.",
        effective: "the day of the assessment",
        stream: "area/<code>@<first day>",
    },
    Entry {
        event_type: "rural.title_recognised.v1",
        says: "A unit was recognised (*công nhận*) as `village`, `commune`, `advanced_commune`, `model_commune` or `district`. `year` is the year for which it met the set. `strict` and `official` are criteria met out of those that apply and out of those judged, in the assessment on which it rests.",
        effective: "the day from which it counts",
        stream: "area/<code>@<first day>",
    },
    Entry {
        event_type: "rural.title_acknowledged.v1",
        says: "After a merger the title of the parts was acknowledged (*thừa nhận*) for the merged unit. `parts` says what each held on the eve.",
        effective: "the day from which it counts",
        stream: "area/<code>@<first day>",
    },
    Entry {
        event_type: "rural.title_revoked.v1",
        says: "A title was revoked (*thu hồi*). `criteria` are the numbers of those that it relies on.",
        effective: "the first day without the title",
        stream: "area/<code>@<first day>",
    },
    Entry {
        event_type: "rural.listing_decided.v1",
        says: "A unit entered a list, moved within it, or left it, which is an event without `entry`. `region` has the entries `I`, `II`, `III`; `poor_district` has `poor`. `by_recognition` is true where it follows from a recognition and has no decision of its own.",
        effective: "the day from which it counts",
        stream: "area/<code>@<first day>",
    },
    Entry {
        event_type: "funding.owner_registered.v1",
        says: "Somebody who holds money was entered: a department, a commune's People's Committee, an investor.",
        effective: "its first day",
        stream: "owner/<code>",
    },
    Entry {
        event_type: "funding.successor_named.v1",
        says: "`successor` takes the place of `owner`. Balances do not move by it: each goes over by a transfer of its own.",
        effective: "the first day of the successor; the owner's last is its eve",
        stream: "owner/<code>",
    },
    Entry {
        event_type: "funding.item_registered.v1",
        says: "A support to a household, or works, were entered, on which money can be detailed.",
        effective: "the day of the decision",
        stream: "item/<uuid>",
    },
    Entry {
        event_type: "funding.support_detailed.v1",
        says: "Money of a programme came onto a support that had none of it. It stands with the household, where the supports of all programmes meet.",
        effective: "the day of the transfer that brought it",
        stream: "household/<uuid>",
    },
    Entry {
        event_type: "funding.transferred.v1",
        says: "Money moved: `amount` leaves `from` and comes to `to`. Two accounts are one where all their fields are equal. The balance of an account as at a day is the sum over the transfers up to it; only those at `grantor` may be below zero. A reversal names the transfer that it undoes in `reversal_of`, has the accounts of that exchanged, and counts like any other.",
        effective: "the day of signing, payment or acceptance",
        stream: "account/<uuid>",
    },
    Entry {
        event_type: "funding.case_opened.v1",
        says: "A rule found what an officer must look at: K01 two programmes support one household with the same kind, K03 the household was not of an eligible class on the day of the decision, K06 works above what was approved. It accuses nobody and blocks nothing.",
        effective: "the day of the transfer that raised it; it became known when that was recorded",
        stream: "case/<uuid>",
    },
    Entry {
        event_type: "funding.case_settled.v1",
        says: "A case was closed as `explained`, `corrected`, `recovered`, `referred` or `rule_wrong`. The paper stands in `ce-metadata`.",
        effective: "the day on which it was settled",
        stream: "case/<uuid>",
    },
];
