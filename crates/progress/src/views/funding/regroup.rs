//! Earlier nodes seen as parts of a later programme. Money keeps its node for ever; only the view changes.

use reference::{CrosswalkRow, ProgrammeNode, Programmes, Relation};

/// The crosswalk to one programme.
#[derive(Debug)]
pub(super) struct Regrouping<'a> {
    programmes: &'a Programmes,
    to: &'a str,
}

/// Codes of the programmes that a view can be regrouped to.
pub(super) fn programmes_regrouped_to(programmes: &Programmes) -> Vec<&str> {
    let roots = programmes.crosswalk().iter().filter_map(|row| programmes.root(&row.to));
    let mut roots: Vec<_> = roots.map(|root| root.code.as_str()).collect();
    roots.sort_unstable();
    roots.dedup();
    roots
}

impl<'a> Regrouping<'a> {
    /// `None` where the crosswalk leads to no such programme.
    pub(super) fn to(programmes: &'a Programmes, code: &str) -> Option<Self> {
        let to = programmes_regrouped_to(programmes).into_iter().find(|root| *root == code)?;
        Some(Self { programmes, to })
    }

    /// The row by which the node, or the nearest one above it that has any, goes on in the programme: in a part of it where
    /// a row says in which, otherwise in the programme itself. `None` where no row takes the whole node there: nothing is
    /// shared out.
    pub(super) fn row(&self, code: &str) -> Option<&'a CrosswalkRow> {
        let mut node = self.programmes.get(code);
        while let Some(at) = node {
            let rows: Vec<_> = self.rows_of(at, at.code == code).collect();
            if !rows.is_empty() {
                return whole(&rows, Relation::ContinuedIn).or_else(|| whole(&rows, Relation::MergedInto));
            }
            node = at.parent.as_deref().and_then(|parent| self.programmes.get(parent));
        }
        None
    }

    /// Rows from the node into the programme; for what lies below only those that hold there too.
    fn rows_of(&self, node: &ProgrammeNode, itself: bool) -> impl Iterator<Item = &'a CrosswalkRow> {
        let rows = self.programmes.crosswalk().iter();
        rows.filter(move |row| {
            row.from == node.code
                && (itself || row.descendants)
                && self.programmes.is_within(&row.to, self.to)
        })
    }
}

/// The one row of the relation, where its share is all.
fn whole<'a>(rows: &[&'a CrosswalkRow], relation: Relation) -> Option<&'a CrosswalkRow> {
    let mut of_relation = rows.iter().filter(|row| row.relation == relation);
    let only = of_relation.next().filter(|_| of_relation.next().is_none())?;
    (only.share == kernel::Ratio::whole(1)).then_some(only)
}
