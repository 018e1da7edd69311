//! What the programmes are made of.

use crate::provenance::Provenance;
use kernel::{AreaKey, Date, Money, Period, Ratio};
use serde::{Deserialize, Serialize};

/// A programme or a part of one. Codes are Muctieu's own and never change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgrammeNode {
    /// For example `GNBV.DA3.TDA1`.
    pub code: String,
    /// What it is.
    pub kind: NodeKind,
    /// Code of the node above; `None` for a programme.
    pub parent: Option<String>,
    /// Its name.
    pub vi: String,
    /// The same in English.
    pub en: String,
    /// What people call it, for example `GNBV`.
    pub short_vi: Option<String>,
    /// First and last plan year, both included. Money of the last one may be used later.
    pub years: (i16, i16),
    /// The days of the plan years.
    pub validity: Period,
    /// Whether detailed money is expected on it; on a coarser node it is accepted and shown as not detailed.
    pub spending_line: bool,
    /// The deciding instrument, of a programme.
    pub decision: Option<String>,
    /// Its code in the state budget index, which has a source of its own.
    pub budget_index: Option<(String, Provenance)>,
    /// What a reader must know.
    pub note: Option<String>,
    /// Where the node and its name were read.
    pub provenance: Provenance,
}

/// What a node of a programme is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// *Chương trình*.
    Programme,
    /// *Dự án*.
    Project,
    /// *Nội dung thành phần, hợp phần*.
    Component,
    /// *Tiểu dự án*.
    Subproject,
}

impl NodeKind {
    /// `programme`, `project`, `component` or `subproject`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Programme => "programme",
            Self::Project => "project",
            Self::Component => "component",
            Self::Subproject => "subproject",
        }
    }
}

/// How a later node continues an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The programme went into a merged one.
    MergedInto,
    /// Its content goes on there.
    ContinuedIn,
}

impl Relation {
    /// `merged_into` or `continued_in`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MergedInto => "merged_into",
            Self::ContinuedIn => "continued_in",
        }
    }
}

/// A row of the crosswalk: for regrouping a view, never for moving money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrosswalkRow {
    /// Code of the earlier node.
    pub from: String,
    /// Code of the later node.
    pub to: String,
    /// How it continues.
    pub relation: Relation,
    /// Share of the earlier node; the shares of one node and relation add up to 1.
    pub share: Ratio,
    /// From which day the row holds.
    pub valid_from: Date,
    /// Whether it holds for everything below `from` as well.
    pub descendants: bool,
    /// Where it was read.
    pub provenance: Provenance,
}

/// A content that several nodes pay for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// For example `O1`.
    pub id: String,
    /// Codes of the nodes.
    pub nodes: Vec<String>,
    /// The content.
    pub subject_vi: String,
    /// The same in English.
    pub subject_en: String,
    /// Where it was read.
    pub provenance: Provenance,
}

/// Programmes that are reported together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgrammeGroup {
    /// For example `ALL2125`.
    pub code: String,
    /// Its name.
    pub vi: String,
    /// The same in English.
    pub en: String,
    /// Codes of the programmes.
    pub members: Vec<String>,
    /// Where the grouping comes from.
    pub provenance: Provenance,
}

/// A published amount of a programme or group of programmes: a control figure, not an entry of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Publication, for example `E09`; the amounts of one publication share it.
    pub id: String,
    /// Code of the programme or group.
    pub programme: String,
    /// The area; `None` for the whole country.
    pub area: Option<AreaKey>,
    /// The days it is for.
    pub period: Period,
    /// What the amount is of: `total`, `dtpt` (investment), `sn` (recurrent), `central.dtpt` …
    pub item: String,
    /// As published, in đồng.
    pub amount: Money,
    /// How exact the publication says it is.
    pub bound: AmountBound,
    /// The step to which it was printed, in đồng.
    pub precision: Money,
    /// Where it was read.
    pub provenance: Provenance,
}

/// How exact a published amount is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountBound {
    /// As printed.
    Exact,
    /// No less than this.
    AtLeast,
    /// More than this.
    MoreThan,
    /// A little less than this.
    Nearly,
    /// Around this.
    About,
    /// Rounded in print: its parts give another sum.
    Rounded,
    /// Not printed: the rest of what was.
    Derived,
}
