//! National target programmes (*chương trình mục tiêu quốc gia*) as dated trees, with what their parts share and what
//! continues them. Money keeps its node for ever: a crosswalk only regroups a view.

mod load;
mod node;

pub use node::{
    AmountBound, CrosswalkRow, Envelope, NodeKind, Overlap, ProgrammeGroup, ProgrammeNode, Relation,
};

use std::collections::HashMap;

/// All programmes.
#[derive(Clone, Debug)]
pub struct Programmes {
    nodes: Vec<ProgrammeNode>,
    by_code: HashMap<String, usize>,
    overlaps: Vec<Overlap>,
    crosswalk: Vec<CrosswalkRow>,
    groups: Vec<ProgrammeGroup>,
    envelopes: Vec<Envelope>,
}

impl Programmes {
    /// All nodes, parents before their children.
    pub fn all(&self) -> &[ProgrammeNode] {
        &self.nodes
    }

    /// The node with this code.
    pub fn get(&self, code: &str) -> Option<&ProgrammeNode> {
        self.by_code.get(code).map(|&at| &self.nodes[at])
    }

    /// The programme that a node belongs to: the node itself if it is one.
    pub fn root(&self, code: &str) -> Option<&ProgrammeNode> {
        self.ancestry(code).last()
    }

    /// The nodes right below.
    pub fn children(&self, code: &str) -> impl Iterator<Item = &ProgrammeNode> {
        self.nodes.iter().filter(move |node| node.parent.as_deref() == Some(code))
    }

    /// Whether the node lies below the other or is the same; false for codes that are not known.
    pub fn is_within(&self, code: &str, ancestor: &str) -> bool {
        self.ancestry(code).any(|node| node.code == ancestor)
    }

    /// Contents that several programmes pay for.
    pub fn overlaps(&self) -> &[Overlap] {
        &self.overlaps
    }

    /// Which later node continues an earlier one.
    pub fn crosswalk(&self) -> &[CrosswalkRow] {
        &self.crosswalk
    }

    /// Programmes that are reported together.
    pub fn groups(&self) -> &[ProgrammeGroup] {
        &self.groups
    }

    /// The group with this code.
    pub fn group(&self, code: &str) -> Option<&ProgrammeGroup> {
        self.groups.iter().find(|group| group.code == code)
    }

    /// Published amounts of the programmes and groups.
    pub fn envelopes(&self) -> &[Envelope] {
        &self.envelopes
    }

    /// The node, its parent, and so on up to the programme.
    pub(crate) fn ancestry(&self, code: &str) -> impl Iterator<Item = &ProgrammeNode> {
        // Nodes stand after their parents, so the walk ends.
        std::iter::successors(self.get(code), |node| self.get(node.parent.as_deref()?))
    }
}
