//! Rules of the money: sources, kinds of support to households, payment windows and dated limits. Every rule is data with
//! its days; the day of a movement picks the rule.

mod window;

pub(crate) use window::share_a_year;

pub use window::{InvalidYearDay, Window, WindowRule, YearDay};

use crate::{
    packs::{Packs, Sourced},
    programmes::Programmes,
    provenance::Provenance,
};
use kernel::{Date, Period, PovertyClass};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A source of money (*nguồn vốn*).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundingSource {
    /// For example `CEN`.
    pub code: String,
    /// Its name.
    pub vi: String,
    /// The same in English.
    pub en: String,
    /// Which book it stands in; books are never mixed.
    pub book: Book,
    /// Whether it counts in a rate of disbursement.
    pub in_rate: InRate,
    /// Whether it is money of the state budget.
    pub budget: bool,
    /// Whether it counts towards what a locality must add (*vốn đối ứng*).
    pub counterpart: bool,
    /// The days on which there is such a source; from [`kernel::OPEN_START`] where the start is not recorded.
    pub validity: Period,
    /// What a reader must know.
    pub note: Option<String>,
    /// Where the classification comes from.
    pub provenance: Provenance,
}

/// The books of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Book {
    /// Money that is spent.
    Cash,
    /// Money that is lent.
    Loan,
    /// Labour, material and land, converted into money.
    InKind,
}

impl Book {
    /// `cash`, `loan` or `in_kind`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Loan => "loan",
            Self::InKind => "in_kind",
        }
    }
}

/// Whether a source counts in a rate of disbursement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InRate {
    /// It counts.
    Yes,
    /// It counts and is shown on a line of its own.
    OwnLine,
    /// It does not count.
    No,
}

impl InRate {
    /// `yes`, `own_line` or `no`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::OwnLine => "own_line",
            Self::No => "no",
        }
    }
}

/// A kind of support to households.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupportKind {
    /// `housing`, `production`, `vocational_training`.
    pub code: String,
    /// Its name.
    pub vi: String,
    /// The same in English.
    pub en: String,
    /// Id of the overlap of programmes that pay for it.
    pub overlap: Option<String>,
    /// Classes of households that may get it.
    pub eligible: Vec<PovertyClass>,
    /// Whether one household may get it from several programmes.
    pub stackable: bool,
    /// Where the rule was read.
    pub provenance: Provenance,
}

/// A limit of the ledger over some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundingParameter {
    /// For example `advance_ceiling`.
    pub key: String,
    /// What it limits.
    pub vi: String,
    /// The same in English.
    pub en: String,
    /// An exact decimal or fraction, an amount in đồng, or a rule in words; `None`: it exists, its value is not known.
    pub value: Option<String>,
    /// The days on which it holds; from [`kernel::OPEN_START`] where the start is not recorded.
    pub validity: Period,
    /// What a reader must know.
    pub note: Option<String>,
    /// Where it was read.
    pub provenance: Provenance,
}

/// All rules of the money.
#[derive(Clone, Debug)]
pub struct FundingRules {
    sources: Vec<FundingSource>,
    support_kinds: Vec<SupportKind>,
    parameters: Vec<FundingParameter>,
    windows: Vec<WindowRule>,
    /// For each node and group, the codes that a rule may name it by: itself, those above it, and their groups. A rule for the
    /// nearest goes first.
    names: HashMap<String, Vec<String>>,
}

impl FundingRules {
    /// All sources.
    pub fn sources(&self) -> &[FundingSource] {
        &self.sources
    }

    /// The source with this code.
    pub fn source(&self, code: &str) -> Option<&FundingSource> {
        self.sources.iter().find(|source| source.code == code)
    }

    /// The last days on which money of that vintage (*năm vốn*) and executing year (*năm thực hiện*) may be advanced or
    /// paid. A rule for the programme, or for a group it belongs to, goes before the general one; of a node that is not
    /// known only the general rule is told.
    pub fn window(&self, programme: &str, vintage: i16, executing_year: i16) -> Window {
        let names = self.names.get(programme).map(Vec::as_slice).unwrap_or_default();
        window::window(&self.windows, names, vintage, executing_year)
    }

    /// The rules behind [`FundingRules::window`].
    pub fn window_rules(&self) -> &[WindowRule] {
        &self.windows
    }

    /// All kinds of support.
    pub fn support_kinds(&self) -> &[SupportKind] {
        &self.support_kinds
    }

    /// The kind of support with this code.
    pub fn support_kind(&self, code: &str) -> Option<&SupportKind> {
        self.support_kinds.iter().find(|kind| kind.code == code)
    }

    /// All dated limits but the payment windows.
    pub fn parameters(&self) -> &[FundingParameter] {
        &self.parameters
    }

    /// The limit with this key that holds on the day.
    pub fn parameter(&self, key: &str, day: Date) -> Option<&FundingParameter> {
        self.parameters.iter().find(|parameter| parameter.key == key && parameter.validity.contains(day))
    }

    pub(crate) fn from_packs(packs: &Packs, programmes: &Programmes) -> Self {
        let sources = packs.funding_sources.values().map(|record| FundingSource {
            code: record.code.clone(),
            vi: record.vi.clone(),
            en: record.en.clone(),
            book: record.book,
            in_rate: record.in_rate,
            budget: record.budget,
            counterpart: record.counterpart,
            validity: record.validity(),
            note: record.note.clone(),
            provenance: record.provenance(),
        });
        let support_kinds = packs.support_kinds.values().map(|record| SupportKind {
            code: record.code.clone(),
            vi: record.vi.clone(),
            en: record.en.clone(),
            overlap: record.overlap.clone(),
            eligible: record.eligible.clone(),
            stackable: record.stackable,
            provenance: record.provenance(),
        });
        let parameters = packs.funding_parameters.values().map(|record| FundingParameter {
            key: record.key.clone(),
            vi: record.vi.clone(),
            en: record.en.clone(),
            value: record.value.clone(),
            validity: record.validity(),
            note: record.note.clone(),
            provenance: record.provenance(),
        });
        Self {
            sources: sources.collect(),
            support_kinds: support_kinds.collect(),
            parameters: parameters.collect(),
            windows: packs.payment_windows.values().map(WindowRule::of).collect(),
            names: names(programmes),
        }
    }
}

fn names(programmes: &Programmes) -> HashMap<String, Vec<String>> {
    let of = |code: &str| {
        let mut names: Vec<_> = programmes.ancestry(code).map(|node| node.code.clone()).collect();
        let groups = programmes.groups().iter();
        let groups = groups.filter(|group| group.members.iter().any(|member| names.contains(member)));
        let groups: Vec<_> = groups.map(|group| group.code.clone()).collect();
        names.extend(groups);
        names
    };
    let nodes = programmes.all().iter().map(|node| (node.code.clone(), of(&node.code)));
    nodes
        .chain(programmes.groups().iter().map(|group| (group.code.clone(), vec![group.code.clone()])))
        .collect()
}
