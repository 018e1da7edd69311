//! The ethnic groups of Việt Nam by the codes of the statistics office's list.

use crate::{packs::Packs, packs::Sourced, provenance::Provenance};
use std::collections::HashMap;

/// One ethnic group (*dân tộc*).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EthnicGroup {
    /// Two digits, for example `03`.
    pub code: String,
    /// For example `Thái`.
    pub name: String,
    /// Every group but Kinh (*dân tộc thiểu số*).
    pub minority: bool,
    /// Where code and name come from.
    pub provenance: Provenance,
}

/// All ethnic groups.
#[derive(Clone, Debug)]
pub struct EthnicGroups {
    by_code: HashMap<String, EthnicGroup>,
}

impl EthnicGroups {
    /// The group with this code.
    pub fn get(&self, code: &str) -> Option<&EthnicGroup> {
        self.by_code.get(code)
    }

    pub(crate) fn from_packs(packs: &Packs) -> Self {
        let groups = packs.ethnic_groups.values().map(|record| EthnicGroup {
            code: record.code.clone(),
            name: kernel::text::normalize(&record.name),
            minority: record.minority,
            provenance: record.provenance(),
        });
        Self { by_code: groups.map(|group| (group.code.clone(), group)).collect() }
    }
}
