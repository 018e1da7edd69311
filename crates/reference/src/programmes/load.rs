//! Programmes from their records. What the records must satisfy is checked before.

use super::{CrosswalkRow, Envelope, Overlap, ProgrammeGroup, ProgrammeNode, Programmes};
use crate::packs::{
    CrosswalkRecord, EnvelopeRecord, OverlapRecord, Packs, ProgrammeGroupRecord, ProgrammeRecord, Sourced,
};
use std::collections::HashMap;

impl Programmes {
    pub(crate) fn from_packs(packs: &Packs) -> Self {
        let nodes = parents_first(packs.programmes.values().map(node).collect());
        Self {
            by_code: nodes.iter().enumerate().map(|(at, node)| (node.code.clone(), at)).collect(),
            nodes,
            overlaps: packs.programme_overlaps.values().map(overlap).collect(),
            crosswalk: packs.programme_crosswalk.values().map(crosswalk_row).collect(),
            groups: packs.programme_groups.values().map(group).collect(),
            envelopes: packs.envelopes.values().map(envelope).collect(),
        }
    }
}

/// The nodes in the order of their records, each tree depth first: an operator's nodes stand below their parents.
fn parents_first(nodes: Vec<ProgrammeNode>) -> Vec<ProgrammeNode> {
    let mut below: HashMap<Option<String>, Vec<ProgrammeNode>> = HashMap::new();
    for node in nodes {
        below.entry(node.parent.clone()).or_default().push(node);
    }
    let mut ordered = Vec::new();
    let mut open = below.remove(&None).unwrap_or_default();
    open.reverse();
    while let Some(node) = open.pop() {
        let children = below.remove(&Some(node.code.clone())).unwrap_or_default();
        open.extend(children.into_iter().rev());
        ordered.push(node);
    }
    ordered
}

fn node(record: &ProgrammeRecord) -> ProgrammeNode {
    ProgrammeNode {
        code: record.code.clone(),
        kind: record.kind,
        parent: record.parent.clone(),
        vi: record.vi.clone(),
        en: record.en.clone(),
        short_vi: record.short_vi.clone(),
        years: (record.valid_from.year(), record.valid_to.year()),
        validity: record.validity(),
        spending_line: record.spending_line,
        decision: record.decision.clone(),
        budget_index: record.budget_index.as_ref().map(|index| (index.code.clone(), index.provenance())),
        note: record.note.clone(),
        provenance: record.provenance(),
    }
}

fn overlap(record: &OverlapRecord) -> Overlap {
    Overlap {
        id: record.id.clone(),
        nodes: record.nodes.clone(),
        subject_vi: record.subject_vi.clone(),
        subject_en: record.subject_en.clone(),
        provenance: record.provenance(),
    }
}

fn crosswalk_row(record: &CrosswalkRecord) -> CrosswalkRow {
    CrosswalkRow {
        from: record.from.clone(),
        to: record.to.clone(),
        relation: record.relation,
        share: record.share,
        valid_from: record.valid_from,
        descendants: record.descendants,
        provenance: record.provenance(),
    }
}

fn group(record: &ProgrammeGroupRecord) -> ProgrammeGroup {
    ProgrammeGroup {
        code: record.code.clone(),
        vi: record.vi.clone(),
        en: record.en.clone(),
        members: record.members.clone(),
        provenance: record.provenance(),
    }
}

fn envelope(record: &EnvelopeRecord) -> Envelope {
    Envelope {
        id: record.id.clone(),
        programme: record.programme.clone(),
        area: record.area.clone(),
        period: record.period(),
        item: record.item.clone(),
        amount: record.amount,
        bound: record.bound,
        precision: record.precision,
        provenance: record.provenance(),
    }
}
