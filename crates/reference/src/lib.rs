//! The law and the map as data: areas of Lai Châu with their lineage, poverty standards, criteria sets of new rural
//! development, programmes and rules of their money, ethnic groups, and the targets of the provincial resolution, each
//! figure with its source and a mark that says whether somebody verified it.
//!
//! The packs are embedded in the binary; a folder of the operator's may add records or replace them by key. The crate
//! knows no household, no event and no database: it reads packs, checks them, and answers pure questions. Its README
//! describes the pack files field by field.
//!
//! Start with [`Reference::load`], then [`Areas`] for places, [`Standards::in_force`] and [`Standard::classify`] for
//! classes, [`CriteriaSets`] for what communes must reach, [`Programmes`] and [`FundingRules`] for money, [`Targets`] for
//! the resolution, and [`check()`] for what is wrong with a folder of packs.

pub mod areas;
mod caveat;
pub mod check;
pub mod criteria;
pub mod ethnic_groups;
pub mod funding;
mod packs;
pub mod programmes;
pub mod provenance;
pub mod standards;
pub mod targets;

pub use areas::{Area, AreaKind, AreaVersions, Areas, Candidate, Geography, UnknownArea};
pub use caveat::Caveat;
pub use check::{CheckReport, Finding, PackErrors, check};
pub use criteria::{
    Bound, ColumnKind, CriteriaSet, CriteriaSets, Criterion, CriterionIndicator, Derivation, IndicatorTest,
    Layer, Level, Levels, PairPart, SetBy, Tier,
};
pub use ethnic_groups::{EthnicGroup, EthnicGroups};
pub use funding::{
    Book, FundingParameter, FundingRules, FundingSource, InRate, SupportKind, Window, WindowRule, YearDay,
};
pub use kernel::AreaType;
pub use programmes::{
    AmountBound, CrosswalkRow, Envelope, NodeKind, Overlap, ProgrammeGroup, ProgrammeNode, Programmes,
    Relation,
};
pub use provenance::{Mark, Provenance};
pub use standards::{Classified, IncomeMeasure, Indicator, NotClassifiable, Standard, Standards};
pub use targets::{Baseline, Computation, Feed, Op, Target, Targets};

use packs::Packs;
use std::path::Path;

/// Everything the packs say, checked and indexed. It does not change while the program runs.
#[derive(Clone, Debug)]
pub struct Reference {
    /// Areas with lineage.
    pub areas: Areas,
    /// Poverty standards.
    pub standards: Standards,
    /// Ethnic groups.
    pub ethnic_groups: EthnicGroups,
    /// Targets and baselines of the resolution.
    pub targets: Targets,
    /// Criteria sets of new rural development.
    pub criteria: CriteriaSets,
    /// National target programmes.
    pub programmes: Programmes,
    /// Sources, windows and limits of their money.
    pub funding: FundingRules,
}

impl Reference {
    /// The packs in the binary alone.
    pub fn embedded() -> Result<Self, PackErrors> {
        Self::load(None)
    }

    /// The packs in the binary with those of the folder laid over them: a record replaces the one of the same kind and key,
    /// or is added. A pack with findings is refused, with all of them.
    pub fn load(dir: Option<&Path>) -> Result<Self, PackErrors> {
        let (packs, unread) = Packs::read(dir);
        let findings = check::findings(&packs, unread);
        if !findings.is_empty() {
            return Err(PackErrors { findings });
        }
        Self::from_packs(&packs).ok_or_else(|| PackErrors { findings: vec![Finding::incomplete()] })
    }

    fn from_packs(packs: &Packs) -> Option<Self> {
        let programmes = Programmes::from_packs(packs);
        Some(Self {
            areas: Areas::from_packs(packs)?,
            standards: Standards::from_packs(packs),
            ethnic_groups: EthnicGroups::from_packs(packs),
            targets: Targets::from_packs(packs)?,
            criteria: CriteriaSets::from_packs(packs),
            funding: FundingRules::from_packs(packs, &programmes),
            programmes,
        })
    }
}
