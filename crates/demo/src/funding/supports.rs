//! Supports to households of the poverty history. Nearly all go to households that are poor or near-poor on the day of the
//! decision; a few do not, and a few households are supported twice, so that the ledger asks questions.

use super::{
    book::ItemNumber,
    lines::{Cell, LINES, MILLION, SupportOf},
    owners::OwnerNumber,
    schedule::{Course, Pace, Step, is_counted, open},
    works::{Item, Leg, Site, What},
};
use crate::{
    calibration::Review,
    days::days_after,
    dice::{Dice, Purpose},
    history::History,
};
use kernel::{Date, PovertyClass, date};
use std::collections::HashSet;

/// Households that are drawn before a line gives up.
const DRAWS_MAX: u32 = 200_000;

/// A support, its money and what happens to it.
#[derive(Debug)]
pub(super) struct Support {
    pub(super) leg: Leg,
    pub(super) course: Course,
    pub(super) story: Story,
}

/// What a support shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Story {
    /// Nothing in particular.
    Plain,
    /// The household was not eligible on the day of the decision; somebody asks why.
    NotEligible,
    /// The same, and the money was paid back.
    PaidBack,
    /// The household gets the same support from another programme later.
    First,
    /// The second support of its kind; somebody asks why.
    Second,
    /// The same, and it was explained.
    SecondExplained,
    /// The second support of its kind, declared as lawful at once.
    TopUp,
}

/// Households that get housing support from two programmes, by what becomes of it.
const PAIRS: [Story; 4] = [Story::SecondExplained, Story::TopUp, Story::Second, Story::Second];
/// Households that are supported without being eligible, at any scale.
const NOT_ELIGIBLE: usize = 5;

/// The supports with their items.
#[derive(Debug, Default)]
pub(super) struct Supports {
    pub(super) items: Vec<Item>,
    pub(super) list: Vec<Support>,
    /// What supports take out of each cell and keep, in đồng.
    pub(super) supported: Vec<i64>,
    /// What was paid to them by the day of the published total, in đồng.
    pub(super) spent: i64,
    used: HashSet<u32>,
}

/// What the poverty registry knew when a year's supports were decided.
struct Year {
    vintage: i16,
    decided: Date,
    review: Review,
    /// Village of each household.
    villages: Vec<u16>,
}

impl Year {
    fn new(vintage: i16, history: &History) -> Self {
        let (decided, review) = match vintage {
            2022 => (date(2022, 8, 22), Review::Start2022),
            2023 => (date(2023, 3, 14), Review::End2022),
            2024 => (date(2024, 3, 14), Review::End2023),
            _ => (date(2025, 3, 14), Review::End2024),
        };
        let mut villages = history.villages.clone();
        for moved in history.moves.iter().filter(|moved| moved.effective <= decided) {
            villages[moved.household as usize] = moved.to;
        }
        Self { vintage, decided, review, villages }
    }

    /// The class that everybody knew then; households whose result came late are left out.
    fn class(&self, history: &History, household: u32) -> Option<PovertyClass> {
        let outcome = history.outcomes[household as usize].get(self.review)?;
        (!outcome.late).then_some(outcome.class)
    }

    fn is_eligible(&self, history: &History, household: u32) -> bool {
        matches!(self.class(history, household), Some(PovertyClass::Poor | PovertyClass::NearPoor))
    }

    fn is_known_not_to_be(&self, history: &History, household: u32) -> bool {
        self.class(history, household) == Some(PovertyClass::NotPoor)
    }
}

impl Supports {
    /// Draws the supports of all cells. `first_item` is the number of the first of their items.
    pub(super) fn draw(site: Site<'_>, history: &History, cells: &[Cell], first_item: ItemNumber) -> Self {
        let mut supports = Self { supported: vec![0; cells.len()], ..Self::default() };
        let years: Vec<Year> = [2022, 2023, 2024, 2025].map(|vintage| Year::new(vintage, history)).into();
        supports.pairs(site, history, cells, &years);
        for (at, cell) in cells.iter().enumerate() {
            let Some((line, support)) = of_cell(cell) else { continue };
            let Some(year) = years.iter().find(|year| year.vintage == cell.vintage) else { continue };
            let mut dice = Dice::new(site.seed, Purpose::Supports, at as u64);
            let count = site.calibration.scaled(support.households).max(1);
            for _ in 0..count {
                let fits = |household| year.is_eligible(history, household);
                let Some(household) = supports.household(&mut dice, site, support, year, history, fits)
                else {
                    break;
                };
                supports.add(&mut dice, site, (at, cell), year, household, Story::Plain);
            }
            if line == "GNBV.DA3.TDA1" && cell.vintage == 2024 {
                for number in 0..NOT_ELIGIBLE {
                    let fits = |household| year.is_known_not_to_be(history, household);
                    let Some(household) = supports.household(&mut dice, site, support, year, history, fits)
                    else {
                        break;
                    };
                    let story = if number == 0 { Story::PaidBack } else { Story::NotEligible };
                    supports.add(&mut dice, site, (at, cell), year, household, story);
                }
            }
        }
        for item in &mut supports.list {
            item.leg.item += first_item;
        }
        supports
    }

    /// Households with a housing support of one programme in 2023 and of another in 2024.
    fn pairs(&mut self, site: Site<'_>, history: &History, cells: &[Cell], years: &[Year]) {
        let find = |detailed: &str, vintage: i16| {
            let fits =
                |cell: &Cell| cell.detailed == detailed && cell.vintage == vintage && of_cell(cell).is_some();
            cells.iter().position(fits).map(|at| (at, &cells[at]))
        };
        let year = |vintage| years.iter().find(|year| year.vintage == vintage);
        let (Some(one), Some(other)) = (find("DTTS.DA1", 2023), find("GNBV.DA5", 2024)) else { return };
        let (Some(first), Some(second)) = (year(2023), year(2024)) else { return };
        let Some((_, support)) = of_cell(other.1) else { return };
        let mut dice = Dice::new(site.seed, Purpose::Supports, 1 << 32);
        for story in PAIRS {
            let fits =
                |household| first.is_eligible(history, household) && second.is_eligible(history, household);
            let Some(household) = self.household(&mut dice, site, support, second, history, fits) else {
                return;
            };
            self.add(&mut dice, site, one, first, household, Story::First);
            self.add(&mut dice, site, other, second, household, story);
        }
    }

    /// A household that fits and was not supported before.
    fn household(
        &mut self,
        dice: &mut Dice,
        site: Site<'_>,
        support: SupportOf,
        year: &Year,
        history: &History,
        fits: impl Fn(u32) -> bool,
    ) -> Option<u32> {
        for _ in 0..DRAWS_MAX {
            let household = dice.below(history.first);
            let unit = &site.province.commune_of(year.villages[household as usize]).unit;
            let placed =
                !support.poor_districts_only || site.province.districts[usize::from(unit.district)].poor;
            if placed && !self.used.contains(&household) && fits(household) {
                self.used.insert(household);
                return Some(household);
            }
        }
        None
    }

    fn add(
        &mut self,
        dice: &mut Dice,
        site: Site<'_>,
        (at, cell): (usize, &Cell),
        year: &Year,
        household: u32,
        story: Story,
    ) {
        let Some((_, support)) = of_cell(cell) else { return };
        let village = year.villages[household as usize];
        let commune = site.province.villages[usize::from(village)].commune;
        let owner: OwnerNumber = site.owners.of_commune(commune);
        let decided = days_after(year.decided, dice.below(10));
        let amount = support.millions * MILLION;
        let course = course(dice, decided, cell.vintage, amount, story);
        let kept = if story == Story::PaidBack { 0 } else { amount };
        self.supported[at] += kept;
        let counted = course.iter().any(|(day, step)| matches!(step, Step::Pay(_)) && is_counted(*day));
        self.spent += if counted { kept } else { 0 };
        let top_up = (story == Story::TopUp)
            .then_some("Hỗ trợ thêm phần sửa chữa theo quyết định của UBND tỉnh (dữ liệu tổng hợp)");
        let what = What::Support { kind: support.kind, unit: support.unit, household, top_up };
        self.items.push(Item { what, decided });
        let leg = Leg {
            // Invariant: there are some hundred cells, and some thousand items.
            cell: at as u16,
            item: (self.items.len() - 1) as ItemNumber,
            owner,
            amount,
            cancelled: amount - kept,
            committed: amount,
            disbursed: amount,
            pace: Pace::Quick,
            place: 0,
        };
        self.list.push(Support { leg, course, story });
    }
}

/// The support that the cell pays for: only central money does.
fn of_cell(cell: &Cell) -> Option<(&'static str, SupportOf)> {
    let line = LINES.get(usize::from(cell.line?))?;
    (cell.source == "CEN").then_some(())?;
    Some((line.detailed, line.support?))
}

fn course(dice: &mut Dice, decided: Date, vintage: i16, amount: i64, story: Story) -> Course {
    let allocated = days_after(decided, 4 + dice.below(8));
    let mut steps = vec![(allocated, Step::Allocate), (days_after(allocated, 3), Step::Commit)];
    let paid = if vintage == 2025 && dice.chance(180) {
        days_after(date(2025, 11, 10), dice.below(38))
    } else {
        open(days_after(allocated, 20 + dice.below(55)), vintage)
    };
    steps.push((paid, Step::Pay(amount)));
    if story == Story::PaidBack {
        steps.push((days_after(paid, 100), Step::Refund(amount)));
    }
    steps
}
