//! A second reading of the rule book: days are walked one by one, and what lies where is written down by hand.

use crate::tales::{Told, day};
use events::funding::{Account, Kind, Stage};
use kernel::Date;
use std::collections::BTreeMap;

/// On both maps, in which areas money of each area of the tales counts.
pub(crate) fn counts_in(area: &str) -> &'static [&'static str] {
    match area {
        "12@0001-01-01" => &["12@0001-01-01"],
        "110@0001-01-01" => &["110@0001-01-01", "12@0001-01-01"],
        "105@0001-01-01" => &["105@0001-01-01", "12@0001-01-01"],
        "03618@0001-01-01" => &["03618@0001-01-01", "110@0001-01-01", "12@0001-01-01", "03618@2025-07-01"],
        "03625@0001-01-01" => &["03625@0001-01-01", "110@0001-01-01", "12@0001-01-01", "03618@2025-07-01"],
        "03391@0001-01-01" => &["03391@0001-01-01", "109@0001-01-01", "12@0001-01-01", "03388@2025-07-01"],
        "03388@0001-01-01" => &["03388@0001-01-01", "105@0001-01-01", "12@0001-01-01", "03388@2025-07-01"],
        "03451@0001-01-01" => &["03451@0001-01-01", "107@0001-01-01", "12@0001-01-01", "03451@2025-07-01"],
        // Its two parts lay in one district.
        "03618@2025-07-01" => &["03618@2025-07-01", "110@0001-01-01", "12@0001-01-01"],
        // Its parts lay in two.
        "03388@2025-07-01" => &["03388@2025-07-01", "12@0001-01-01"],
        // It went on as it was.
        "03451@2025-07-01" => &["03451@2025-07-01", "03451@0001-01-01", "107@0001-01-01", "12@0001-01-01"],
        other => panic!("an area of which the oracle knows nothing: {other}"),
    }
}

/// An area that is asked for, on a map.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) area: &'static str,
    pub(crate) map: &'static str,
    /// Areas of the tales whose money the map places in none of its parts, or not in itself where it has none.
    pub(crate) not_placed: &'static [&'static str],
    /// Merged units whose money may be its own and is not counted.
    pub(crate) missing: &'static [&'static str],
}

const OLD_MAP: &str = "2025-06-30";
const NEW_MAP: &str = "2025-07-01";

pub(crate) const ASKED: [Asked; 10] = [
    Asked { area: "12@0001-01-01", map: OLD_MAP, not_placed: &["03388@2025-07-01"], missing: &[] },
    Asked {
        area: "12@0001-01-01",
        map: NEW_MAP,
        not_placed: &["110@0001-01-01", "105@0001-01-01"],
        missing: &[],
    },
    Asked { area: "110@0001-01-01", map: OLD_MAP, not_placed: &["03618@2025-07-01"], missing: &[] },
    Asked {
        area: "105@0001-01-01",
        map: OLD_MAP,
        not_placed: &["03388@2025-07-01"],
        missing: &["03388@2025-07-01"],
    },
    Asked {
        area: "03618@0001-01-01",
        map: OLD_MAP,
        not_placed: &["03618@2025-07-01"],
        missing: &["03618@2025-07-01"],
    },
    Asked {
        area: "03388@0001-01-01",
        map: OLD_MAP,
        not_placed: &["03388@2025-07-01"],
        missing: &["03388@2025-07-01"],
    },
    Asked { area: "03451@0001-01-01", map: OLD_MAP, not_placed: &[], missing: &[] },
    Asked { area: "03618@2025-07-01", map: NEW_MAP, not_placed: &["110@0001-01-01"], missing: &[] },
    Asked { area: "03388@2025-07-01", map: NEW_MAP, not_placed: &["105@0001-01-01"], missing: &[] },
    Asked { area: "03451@2025-07-01", map: NEW_MAP, not_placed: &[], missing: &[] },
];

/// Budget money that is spent.
pub(crate) fn in_rate(account: &Account) -> bool {
    ["CEN", "PRV", "COM", "DST", "ODA"].contains(&account.source.as_str())
        && [Kind::Investment, Kind::Recurrent].contains(&account.kind)
}

/// What stands in each account at the end of a day, as known at the end of another, and which accounts ever had money.
pub(crate) fn balances(log: &[Told], as_at: Date, known_on: Date) -> BTreeMap<Account, i64> {
    let mut balances = BTreeMap::new();
    let mut today = day("2022-01-01");
    while today <= as_at {
        let of_today = log.iter().filter(|told| told.effective == today && told.known <= known_on);
        for transferred in of_today.filter_map(Told::transferred) {
            *balances.entry(transferred.from.as_ref().clone()).or_default() -= transferred.amount.dong();
            *balances.entry(transferred.to.as_ref().clone()).or_default() += transferred.amount.dong();
        }
        today = today.tomorrow().unwrap();
    }
    balances
}

/// The columns of the view, by the words of the rule book.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Columns {
    pub(crate) plan: i64,
    pub(crate) unallocated: i64,
    pub(crate) allocated: i64,
    pub(crate) committed: i64,
    pub(crate) advanced: i64,
    pub(crate) paid: i64,
    pub(crate) settled: i64,
    pub(crate) returned: i64,
    pub(crate) disbursed: i64,
    pub(crate) remaining: i64,
}

impl Columns {
    pub(crate) fn add(&mut self, stage: Stage, amount: i64) {
        match stage {
            Stage::Grantor => return,
            Stage::Returned => {
                self.returned += amount;
                return;
            }
            Stage::Assigned => self.unallocated += amount,
            Stage::Allocated => {}
            Stage::Committed => self.committed += amount,
            Stage::Advanced => self.advanced += amount,
            Stage::Paid => self.paid += amount,
            Stage::Settled => self.settled += amount,
        }
        self.plan += amount;
        if stage != Stage::Assigned {
            self.allocated += amount;
        }
        if matches!(stage, Stage::Advanced | Stage::Paid | Stage::Settled) {
            self.disbursed += amount;
        } else {
            self.remaining += amount;
        }
    }
}

/// The money of accounts that agree, by the key that each is given.
pub(crate) fn table<Key: Ord>(
    balances: &BTreeMap<Account, i64>,
    key: impl Fn(&Account) -> Option<Key>,
) -> BTreeMap<Key, Columns> {
    let mut table: BTreeMap<Key, Columns> = BTreeMap::new();
    for (account, amount) in balances {
        if let Some(key) = key(account) {
            table.entry(key).or_default().add(account.stage, *amount);
        }
    }
    table
}
