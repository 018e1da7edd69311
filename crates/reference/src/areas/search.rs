//! Areas by name.

use super::{
    Area,
    index::{AreaIndex, Node},
    unit::AreaKind,
};
use kernel::text;
use std::collections::HashMap;

/// An area that bears the name that was searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// The area. Its dates tell versions apart.
    pub area: &'a Area,
    /// What tells it from others of the same name: its district or commune, or the parts it was made from.
    pub context: Vec<&'a Area>,
    /// Whether the names agree only without tone marks.
    pub suggestion: bool,
}

/// Words that say what an area is, folded, the longer before those they begin with.
const KIND_WORDS: [(&str, Option<AreaKind>); 15] = [
    ("thành phố ", Some(AreaKind::ProvincialCity)),
    ("thị trấn ", Some(AreaKind::Township)),
    ("phường ", Some(AreaKind::Ward)),
    ("huyện ", Some(AreaKind::District)),
    ("tỉnh ", Some(AreaKind::Province)),
    ("xã ", Some(AreaKind::Commune)),
    ("tổ dân phố ", Some(AreaKind::Village)),
    ("thôn ", Some(AreaKind::Village)),
    ("bản ", Some(AreaKind::Village)),
    ("khu ", Some(AreaKind::Village)),
    ("tdp ", Some(AreaKind::Village)),
    ("tp. ", Some(AreaKind::ProvincialCity)),
    ("tp ", Some(AreaKind::ProvincialCity)),
    ("tt. ", Some(AreaKind::Township)),
    ("tt ", Some(AreaKind::Township)),
];

/// Names and aliases, folded with and without tone marks.
#[derive(Clone, Debug)]
pub(super) struct NameIndex {
    with_marks: HashMap<String, Vec<Node>>,
    without_marks: HashMap<String, Vec<Node>>,
}

impl NameIndex {
    pub(super) fn build(areas: &[Area]) -> Self {
        let mut index = Self { with_marks: HashMap::new(), without_marks: HashMap::new() };
        for (node, area) in areas.iter().enumerate() {
            for name in std::iter::once(&area.name).chain(&area.aliases) {
                for form in forms(name) {
                    insert(&mut index.without_marks, text::strip_marks(&form), node);
                    insert(&mut index.with_marks, form, node);
                }
            }
        }
        index
    }

    /// Exact matches first, among them those of the kind that the query names, then the order of keys.
    pub(super) fn search<'a>(&self, areas: &'a AreaIndex, query: &str) -> Vec<Candidate<'a>> {
        let kind = kind_word(&text::fold(query)).and_then(|(_, kind)| kind);
        let mut found: HashMap<Node, bool> = HashMap::new();
        for form in forms(query) {
            for &node in self.without_marks.get(&text::strip_marks(&form)).into_iter().flatten() {
                found.entry(node).or_insert(true);
            }
            for &node in self.with_marks.get(&form).into_iter().flatten() {
                found.insert(node, false);
            }
        }
        let mut candidates: Vec<_> = found
            .into_iter()
            .map(|(node, suggestion)| Candidate { area: areas.area(node), context: Vec::new(), suggestion })
            .collect();
        candidates.sort_by_key(|candidate| {
            let other_kind = kind.is_some_and(|kind| kind != candidate.area.kind);
            (candidate.suggestion, other_kind, &candidate.area.key)
        });
        candidates
    }
}

/// The folded name as it stands, and without the word for its kind: "Bản Bo" is the name of a commune, and "Bản Bo" may
/// also be typed for a village called Bo.
fn forms(name: &str) -> Vec<String> {
    let folded = text::fold(name);
    let bare = kind_word(&folded).map(|(word, _)| folded[word.len()..].to_owned());
    std::iter::once(folded).chain(bare.filter(|bare| !bare.is_empty())).collect()
}

fn kind_word(folded: &str) -> Option<(&'static str, Option<AreaKind>)> {
    KIND_WORDS.into_iter().find(|(word, _)| folded.starts_with(word))
}

fn insert(index: &mut HashMap<String, Vec<Node>>, name: String, node: Node) {
    let nodes = index.entry(name).or_default();
    if nodes.last() != Some(&node) {
        nodes.push(node);
    }
}
