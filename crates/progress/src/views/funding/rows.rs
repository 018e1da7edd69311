//! The table of money: a total, its rows, and what stands outside the rate.

use super::{
    super::{
        Grounds,
        point::{PointOfView, Portion},
        status::{DataStatus, money, share},
    },
    lens::Lens,
    parts,
    question::{Dimension, Question},
    sums::{Balance, Balances, Group},
};
use crate::{
    figure::{FigureName, Held, InRate, MoneyColumn, MoneyMeasure, MoneyName, MoneyRate},
    funding::{Cell, kind_vi, kind_word},
};
use api::progress as proto;
use events::funding::Kind;
use poverty_view::domain::AreaNumber;
use projection::Reached;
use reference::Area;
use rustc_hash::{FxHashMap, FxHashSet};
use service::{Refusal, request::fields::invalid};
use std::collections::{BTreeSet, HashMap};

/// Rows of one table at most.
const ROWS_MAX: usize = 1_000;

/// Places along all dimensions, 0 along those that were not asked for.
type Key = [i64; Dimension::ALL.len()];

/// Everything that one table shows.
pub(super) struct Table<'a> {
    pub(super) lens: &'a Lens<'a>,
    pub(super) view: PointOfView,
    pub(super) question: &'a Question,
    area: &'a Area,
    parts: Vec<&'a Area>,
    /// By place along the dimensions asked for; inside the rate.
    pub(super) rows: Vec<Group<Key>>,
    /// By rate, source and kind.
    pub(super) books: Vec<Group<(InRate, i64, Kind)>>,
    /// By node, whatever the rate.
    pub(super) nodes: Vec<Group<u32>>,
    not_placed: Balance,
    /// Whether the figures of the area are complete, and those of each part where they are told apart.
    whole: bool,
    parts_whole: Vec<bool>,
    set_aside: bool,
}

impl<'a> Table<'a> {
    pub(super) fn of(
        grounds: &'a Grounds,
        lens: &'a Lens<'a>,
        balances: Balances<'_>,
        area: &'a Area,
        view: PointOfView,
        question: &'a Question,
        reached: Reached,
    ) -> Result<Self, Refusal> {
        let places = &grounds.books.places;
        let parts = parts(grounds, area, view);
        let scope: FxHashSet<_> = places.within(AreaNumber::of(&area.key)).collect();
        let filter = lens.filter(&question.only);
        let takes = |cell: &Cell| scope.contains(&cell.area) && filter.takes(cell);
        let inside = |cell: &Cell| lens.rate(cell) == InRate::Inside;
        let unplaced = places.not_placed(&grounds.reference.areas, area, &parts, view.map);
        let not_placed =
            balances.sum(|cell| unplaced.contains(&cell.area) && filter.takes(cell) && inside(cell));
        let recorded = balances.areas();
        let balances = balances.only(takes);
        let ruler = Ruler::new(grounds, lens, &parts, &question.by);
        let rows = if question.by.is_empty() {
            Vec::new()
        } else {
            balances.groups(|cell| inside(cell).then(|| ruler.key(cell)))
        };
        if rows.len() > ROWS_MAX {
            let by: Vec<_> = question.by.iter().map(|dimension| dimension.word()).collect();
            let expected = format!(
                "ít chiều hơn hoặc lọc bằng only (tối đa {ROWS_MAX} dòng, đang là {0}) / fewer dimensions, or only \
                 (at most {ROWS_MAX} rows, now {0})",
                rows.len()
            );
            return Err(invalid("by", &by.join(", "), &expected));
        }
        let set_aside = reached.set_aside != 0;
        let whole = |area: &Area| !set_aside && !some_missing(grounds, area, view, &recorded);
        let by_area = question.by.contains(&Dimension::Area);
        Ok(Self {
            lens,
            view,
            question,
            area,
            rows,
            books: balances.groups(|cell| Some((lens.rate(cell), lens.source_place(cell), cell.kind))),
            nodes: balances.groups(|cell| Some(cell.programme)),
            parts_whole: parts.iter().filter(|_| by_area).map(|part| whole(part)).collect(),
            parts,
            not_placed,
            whole: whole(area),
            set_aside,
        })
    }

    /// All money inside the rate.
    pub(super) fn total(&self) -> proto::FundingRow {
        let mut sum = Balance::default();
        for group in self.books.iter().filter(|group| group.key.0 == InRate::Inside) {
            sum.add(&group.balance);
        }
        self.row(HashMap::new(), "Tổng số".to_owned(), &self.all(), &self.question.only, &sum)
    }

    /// Along the dimensions asked for.
    pub(super) fn rows(&self, owners: &HashMap<String, String>) -> Vec<proto::FundingRow> {
        self.rows.iter().map(|group| self.row_of(group, owners)).collect()
    }

    /// By source and kind, each for itself.
    pub(super) fn outside(&self) -> Vec<proto::FundingRow> {
        let groups = self.books.iter().filter(|group| group.key.0 == InRate::Outside);
        groups.map(|group| self.outside_row(group)).collect()
    }

    /// Codes of the owners that rows tell apart.
    pub(super) fn owners(&self) -> Vec<&str> {
        if !self.question.by.contains(&Dimension::Owner) {
            return Vec::new();
        }
        let owners: BTreeSet<_> =
            self.rows.iter().map(|group| self.lens.journal.owners.text(group.cell.owner)).collect();
        owners.into_iter().collect()
    }

    pub(super) fn not_placed(&self) -> proto::Figure {
        let portion = Portion::whole(self.area);
        let name = self.name(MoneyMeasure::NotPlaced, &self.question.only, &portion);
        // Nothing that cannot be placed is known as soon as anything is known.
        let any = self.not_placed.recorded || !self.books.is_empty();
        let status = DataStatus::of(any, !self.set_aside);
        money(&name, status, self.not_placed.column(MoneyColumn::Plan))
    }

    fn row_of(&self, group: &Group<Key>, owners: &HashMap<String, String>) -> proto::FundingRow {
        let mut held = self.question.only.clone();
        let mut place = self.all();
        let (mut key, mut shown) = (HashMap::new(), Vec::new());
        for dimension in &self.question.by {
            if *dimension == Dimension::Area {
                place = self.place(group.key[Dimension::Area as usize]);
            } else {
                hold(&mut held, *dimension, self.lens, &group.cell);
            }
            let (value, display) = self.value(*dimension, &group.cell, &place.portion, owners);
            key.insert(dimension.word().to_owned(), value);
            shown.push(display);
        }
        self.row(key, shown.join(" · "), &place, &held, &group.balance)
    }

    /// The whole area.
    fn all(&self) -> Place<'a> {
        Place { portion: Portion::whole(self.area), whole: self.whole }
    }

    /// The part at that place, or what lies in none.
    fn place(&self, place: i64) -> Place<'a> {
        let part = usize::try_from(place).ok().and_then(|place| Some((self.parts.get(place)?, place)));
        match part {
            Some((part, place)) => Place {
                portion: Portion::whole(part),
                whole: self.parts_whole.get(place).copied().unwrap_or(self.whole),
            },
            None => {
                Place { portion: Portion { area: self.area, except: self.parts.clone() }, whole: self.whole }
            }
        }
    }

    /// The value in keys, and as it is shown.
    fn value(
        &self,
        dimension: Dimension,
        cell: &Cell,
        portion: &Portion<'_>,
        owners: &HashMap<String, String>,
    ) -> (String, String) {
        let node = |code: &str| {
            let name = self.lens.programmes.get(code).map_or(code, |node| &node.vi);
            (code.to_owned(), name.to_owned())
        };
        match dimension {
            Dimension::ProgrammeRoot => node(self.lens.seat(cell).root),
            Dimension::Programme => node(self.lens.seat(cell).node),
            Dimension::Source => {
                let code = self.lens.journal.sources.text(cell.source);
                let name = self.lens.source(cell).map_or(code, |source| &source.vi);
                (code.to_owned(), name.to_owned())
            }
            Dimension::Kind => (kind_word(cell.kind).to_owned(), kind_vi(cell.kind).to_owned()),
            Dimension::Vintage => (cell.vintage.to_string(), format!("Năm vốn {}", cell.vintage)),
            Dimension::ExecutingYear => {
                (cell.executing_year.to_string(), format!("Năm thực hiện {}", cell.executing_year))
            }
            Dimension::Owner => {
                let code = self.lens.journal.owners.text(cell.owner);
                (code.to_owned(), owners.get(code).map_or(code, |name| name).to_owned())
            }
            Dimension::Area => {
                let name = portion.area.display_name();
                let shown = if portion.except.is_empty() {
                    name
                } else {
                    format!("{name}, ngoài các đơn vị trực thuộc")
                };
                (format!("areas/{}", portion.area.key), shown)
            }
        }
    }

    fn outside_row(&self, group: &Group<(InRate, i64, Kind)>) -> proto::FundingRow {
        let cell = &group.cell;
        let place = self.all();
        let mut held = Held { rate: InRate::Outside, ..self.question.only.clone() };
        hold(&mut held, Dimension::Source, self.lens, cell);
        hold(&mut held, Dimension::Kind, self.lens, cell);
        let nobody = HashMap::new();
        let (source, source_name) = self.value(Dimension::Source, cell, &place.portion, &nobody);
        let (kind, kind_name) = self.value(Dimension::Kind, cell, &place.portion, &nobody);
        // Credit and contributions in kind say their kind in the name of their source.
        let shown = match cell.kind {
            Kind::Investment | Kind::Recurrent => format!("{source_name} · {kind_name}"),
            Kind::Loan | Kind::InKind => source_name,
        };
        let key = HashMap::from([
            (Dimension::Source.word().to_owned(), source),
            (Dimension::Kind.word().to_owned(), kind),
        ]);
        self.row(key, shown, &place, &held, &group.balance)
    }

    fn row(
        &self,
        key: HashMap<String, String>,
        display_name: String,
        Place { portion, whole }: &Place<'_>,
        held: &Held,
        balance: &Balance,
    ) -> proto::FundingRow {
        let status = DataStatus::of(balance.recorded, *whole);
        let column = |column: MoneyColumn| {
            let name = self.name(MoneyMeasure::Column(column), held, portion);
            Some(money(&name, status, balance.column(column)))
        };
        let rate = |rate: MoneyRate| {
            let name = self.name(MoneyMeasure::Rate(rate), held, portion);
            let (part, whole) = (MoneyColumn::Disbursed, rate.denominator());
            Some(share(&name, status, balance.column(part), balance.column(whole)))
        };
        proto::FundingRow {
            key,
            display_name,
            plan: column(MoneyColumn::Plan),
            unallocated: column(MoneyColumn::Unallocated),
            allocated: column(MoneyColumn::Allocated),
            committed: column(MoneyColumn::Committed),
            advanced: column(MoneyColumn::Advanced),
            paid: column(MoneyColumn::Paid),
            settled: column(MoneyColumn::Settled),
            returned: column(MoneyColumn::Returned),
            disbursed: column(MoneyColumn::Disbursed),
            remaining: column(MoneyColumn::Remaining),
            rate_of_plan: rate(MoneyRate::OfPlan),
            rate_of_allocated: rate(MoneyRate::OfAllocated),
        }
    }

    fn name(&self, measure: MoneyMeasure, held: &Held, portion: &Portion<'_>) -> FigureName {
        FigureName::Money(MoneyName { measure, held: held.clone(), scope: self.view.scope(portion) })
    }
}

/// What a row is about, and whether all that is known of it is there.
struct Place<'a> {
    portion: Portion<'a>,
    whole: bool,
}

/// Whether money of a unit that took in land of the area may be the area's, and is not counted in it: on the map before a
/// merger nothing says which part money of the merged unit is for. A district's money was never its communes'.
pub(super) fn some_missing(
    grounds: &Grounds,
    area: &Area,
    view: PointOfView,
    recorded: &FxHashSet<AreaNumber>,
) -> bool {
    let areas = &grounds.reference.areas;
    let elsewhere = grounds.books.places.not_placed(areas, area, &[], view.map);
    let is_unit =
        |other: AreaNumber| areas.get(&other.key()).is_some_and(|area| area.kind.is_commune_level());
    elsewhere.into_iter().any(|other| recorded.contains(&other) && is_unit(other))
}

/// Holds the cell's value along the dimension.
fn hold(held: &mut Held, dimension: Dimension, lens: &Lens<'_>, cell: &Cell) {
    match dimension {
        // A node that is held already lies within it.
        Dimension::ProgrammeRoot if held.programme.is_none() && held.node.is_none() => {
            held.programme = Some(lens.seat(cell).root.to_owned());
        }
        Dimension::Programme => {
            held.programme = None;
            held.node = Some(lens.seat(cell).node.to_owned());
        }
        Dimension::Source => held.source = Some(lens.journal.sources.text(cell.source).to_owned()),
        Dimension::Kind => held.kind = Some(cell.kind),
        Dimension::Vintage => held.vintage = Some(cell.vintage),
        Dimension::ExecutingYear => held.executing_year = Some(cell.executing_year),
        Dimension::Owner => held.owner = Some(lens.journal.owners.text(cell.owner).to_owned()),
        Dimension::ProgrammeRoot | Dimension::Area => {}
    }
}

/// Tells the place of a cell along the dimensions of rows.
struct Ruler<'a> {
    lens: &'a Lens<'a>,
    by: &'a [Dimension],
    /// Place of each owner in the order of codes.
    owners: Vec<i64>,
    /// The part in which an area's money is counted, by place.
    parts: FxHashMap<AreaNumber, i64>,
    /// The place of what lies in no part.
    outside_parts: i64,
}

impl<'a> Ruler<'a> {
    fn new(grounds: &Grounds, lens: &'a Lens<'a>, parts: &[&Area], by: &'a [Dimension]) -> Self {
        let codes = lens.journal.owners.texts();
        let mut owners = vec![0; codes.len()];
        if by.contains(&Dimension::Owner) {
            let mut sorted: Vec<usize> = (0..codes.len()).collect();
            sorted.sort_unstable_by_key(|at| &codes[*at]);
            for (place, at) in (0..).zip(sorted) {
                owners[at] = place;
            }
        }
        let mut part_of = FxHashMap::default();
        let mut outside_parts = 0;
        for part in parts {
            let within = grounds.books.places.within(AreaNumber::of(&part.key));
            part_of.extend(within.map(|area| (area, outside_parts)));
            outside_parts += 1;
        }
        Self { lens, by, owners, parts: part_of, outside_parts }
    }

    fn key(&self, cell: &Cell) -> Key {
        let mut key = [0; Dimension::ALL.len()];
        for dimension in self.by {
            key[*dimension as usize] = match dimension {
                Dimension::ProgrammeRoot => self.lens.seat(cell).root_place,
                Dimension::Programme => self.lens.seat(cell).node_place,
                Dimension::Source => self.lens.source_place(cell),
                Dimension::Kind => cell.kind as i64,
                Dimension::Vintage => i64::from(cell.vintage),
                Dimension::ExecutingYear => i64::from(cell.executing_year),
                Dimension::Owner => self.owners[cell.owner as usize],
                Dimension::Area => self.parts.get(&cell.area).copied().unwrap_or(self.outside_parts),
            };
        }
        key
    }
}
