//! The dimensions of cells as the packs know them.

use super::{super::Grounds, regroup::Regrouping};
use crate::{
    figure::{Held, InRate},
    funding::{Cell, Journal},
};
use events::funding::Kind;
use reference::{Book, CrosswalkRow, FundingSource, Programmes};
use std::collections::HashMap;

/// A journal seen through the packs, regrouped where that is asked for.
#[derive(Debug)]
pub(super) struct Lens<'a> {
    pub(super) programmes: &'a Programmes,
    pub(super) journal: &'a Journal,
    seats: Vec<Seat<'a>>,
    sources: Vec<PlacedSource<'a>>,
}

/// Where money of one node is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seat<'a> {
    /// The node itself, or the later one in which it goes on.
    pub(super) node: &'a str,
    /// The programme of that node.
    pub(super) root: &'a str,
    /// Place of the node in the order of the packs; unknown ones come last.
    pub(super) node_place: i64,
    /// The same of the programme.
    pub(super) root_place: i64,
    /// By which it was regrouped.
    pub(super) by: Option<&'a CrosswalkRow>,
}

/// A source of which there is money.
#[derive(Clone, Copy, Debug)]
struct PlacedSource<'a> {
    /// `None` where the packs do not know it any more.
    source: Option<&'a FundingSource>,
    /// Place in the order of the packs; an unknown one has one of its own after them.
    place: i64,
    /// Whether budget money of it that is spent counts in the rate.
    counts: bool,
}

impl<'a> Lens<'a> {
    /// `regroup` is a programme that the crosswalk leads to.
    pub(super) fn new(grounds: &'a Grounds, journal: &'a Journal, regroup: Option<&str>) -> Self {
        let programmes = &grounds.reference.programmes;
        let regrouping = regroup.and_then(|code| Regrouping::to(programmes, code));
        let funding = &grounds.reference.funding;
        let node_places: HashMap<_, _> =
            (0..).zip(programmes.all()).map(|(at, node)| (node.code.as_str(), at)).collect();
        let node_place = |code| node_places.get(code).copied().unwrap_or(i64::MAX);
        let seat = |code: &'a String| {
            let by = regrouping.as_ref().and_then(|regrouping| regrouping.row(code));
            let node = by.map_or(code.as_str(), |row| row.to.as_str());
            let root = programmes.root(node).map_or(node, |root| &root.code);
            Seat { node, root, node_place: node_place(node), root_place: node_place(root), by }
        };
        let source = |(number, code): (i64, &String)| {
            let found = (0..).zip(funding.sources()).find(|(_, source)| source.code == *code);
            let source = found.map(|(_, source)| source);
            PlacedSource {
                source,
                place: found.map_or(i64::MAX - number, |(at, _)| at),
                counts: source.is_some_and(|source| {
                    source.in_rate != reference::InRate::No && source.book == Book::Cash
                }),
            }
        };
        Self {
            programmes,
            journal,
            seats: journal.programmes.texts().iter().map(seat).collect(),
            sources: (0..).zip(journal.sources.texts()).map(source).collect(),
        }
    }

    pub(super) fn seat(&self, cell: &Cell) -> Seat<'a> {
        self.seats[cell.programme as usize]
    }

    /// `None` where the packs do not know the source any more.
    pub(super) fn source(&self, cell: &Cell) -> Option<&'a FundingSource> {
        self.sources[cell.source as usize].source
    }

    /// Budget money that is spent counts in the rate; credit and contributions never do.
    pub(super) fn rate(&self, cell: &Cell) -> InRate {
        let spent = matches!(cell.kind, Kind::Investment | Kind::Recurrent);
        if spent && self.sources[cell.source as usize].counts { InRate::Inside } else { InRate::Outside }
    }

    /// Place of the source in the order of the packs; an unknown one has one of its own after them.
    pub(super) fn source_place(&self, cell: &Cell) -> i64 {
        self.sources[cell.source as usize].place
    }

    /// Which cells agree with what is held, whatever their area.
    pub(super) fn filter(&self, held: &Held) -> Filter {
        let within = |seat: &Seat<'_>| {
            held.node.as_deref().is_none_or(|node| seat.node == node)
                && held.programme.as_deref().is_none_or(|above| self.programmes.is_within(seat.node, above))
        };
        let (source, owner) = (held.source.as_deref(), held.owner.as_deref());
        Filter {
            programmes: self.seats.iter().map(within).collect(),
            source: source.map(|code| self.journal.sources.find(code)),
            owner: owner.map(|code| self.journal.owners.find(code)),
            kind: held.kind,
            vintage: held.vintage,
            executing_year: held.executing_year,
        }
    }
}

/// What is held, but for area and rate.
#[derive(Debug)]
pub(super) struct Filter {
    programmes: Vec<bool>,
    /// Some(None): a source of which there is no money.
    source: Option<Option<u32>>,
    owner: Option<Option<u32>>,
    kind: Option<Kind>,
    vintage: Option<i16>,
    executing_year: Option<i16>,
}

impl Filter {
    pub(super) fn takes(&self, cell: &Cell) -> bool {
        self.programmes[cell.programme as usize]
            && self.source.is_none_or(|source| source == Some(cell.source))
            && self.owner.is_none_or(|owner| owner == Some(cell.owner))
            && self.kind.is_none_or(|kind| kind == cell.kind)
            && self.vintage.is_none_or(|vintage| vintage == cell.vintage)
            && self.executing_year.is_none_or(|year| year == cell.executing_year)
    }
}
