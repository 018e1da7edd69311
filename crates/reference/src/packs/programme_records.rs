//! The records of the programmes: their trees, what they share, what continues them, and published amounts.

use super::records::{PackRecord, Sourced, day, pack, sourced};
use crate::{
    programmes::{AmountBound, NodeKind, Relation},
    provenance::Mark,
};
use kernel::{AreaKey, Date, Money, Period, Ratio};
use serde::Deserialize;

sourced!(
    ProgrammeRecord,
    BudgetIndexRecord,
    ProgrammeGroupRecord,
    CrosswalkRecord,
    OverlapRecord,
    EnvelopeRecord
);

/// A programme or a part of one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProgrammeRecord {
    pub(crate) code: String,
    pub(crate) kind: NodeKind,
    pub(crate) parent: Option<String>,
    pub(crate) vi: String,
    pub(crate) en: String,
    #[serde(default)]
    pub(crate) short_vi: Option<String>,
    #[serde(deserialize_with = "day")]
    pub(crate) valid_from: Date,
    #[serde(deserialize_with = "day")]
    pub(crate) valid_to: Date,
    pub(crate) spending_line: bool,
    #[serde(default)]
    pub(crate) decision: Option<String>,
    #[serde(default)]
    pub(crate) budget_index: Option<BudgetIndexRecord>,
    #[serde(default)]
    pub(crate) note: Option<String>,
    source: String,
    mark: Mark,
}

impl ProgrammeRecord {
    pub(crate) fn validity(&self) -> Period {
        Period { from: self.valid_from, to: Some(self.valid_to) }
    }
}

impl PackRecord for ProgrammeRecord {
    const PACK: &'static str = "programmes";

    fn key(&self) -> String {
        self.code.clone()
    }

    fn figures(&self) -> Vec<(String, &dyn Sourced)> {
        let mut figures: Vec<(String, &dyn Sourced)> = vec![(String::new(), self)];
        if let Some(budget_index) = &self.budget_index {
            figures.push(("budget_index".to_owned(), budget_index));
        }
        figures
    }
}

/// The code of a programme in the state budget index.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BudgetIndexRecord {
    pub(crate) code: String,
    source: String,
    mark: Mark,
}

/// Programmes that are reported together.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProgrammeGroupRecord {
    pub(crate) code: String,
    pub(crate) vi: String,
    pub(crate) en: String,
    pub(crate) members: Vec<String>,
    source: String,
    mark: Mark,
}

pack!(ProgrammeGroupRecord, "programme-groups", |it| it.code.clone());

/// Which later node continues an earlier one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CrosswalkRecord {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) relation: Relation,
    pub(crate) share: Ratio,
    pub(crate) descendants: bool,
    #[serde(deserialize_with = "day")]
    pub(crate) valid_from: Date,
    source: String,
    mark: Mark,
}

pack!(CrosswalkRecord, "programme-crosswalk", |it| format!("{} {} {}", it.from, it.relation.as_str(), it.to));

/// A content that several programmes pay for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OverlapRecord {
    pub(crate) id: String,
    pub(crate) nodes: Vec<String>,
    pub(crate) subject_vi: String,
    pub(crate) subject_en: String,
    source: String,
    mark: Mark,
}

pack!(OverlapRecord, "programme-overlaps", |it| it.id.clone());

/// A published amount of a programme.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnvelopeRecord {
    pub(crate) id: String,
    pub(crate) item: String,
    pub(crate) programme: String,
    pub(crate) area: Option<AreaKey>,
    #[serde(deserialize_with = "day")]
    from: Date,
    #[serde(deserialize_with = "day")]
    to: Date,
    pub(crate) amount: Money,
    pub(crate) bound: AmountBound,
    pub(crate) precision: Money,
    source: String,
    mark: Mark,
}

impl EnvelopeRecord {
    pub(crate) fn period(&self) -> Period {
        Period { from: self.from, to: Some(self.to) }
    }
}

pack!(EnvelopeRecord, "envelopes", |it| format!("{}/{}", it.id, it.item));
