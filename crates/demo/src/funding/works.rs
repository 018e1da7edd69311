//! Works and activities: who carries them out, from which sources, and how much each is to have spent by the day of the
//! published total.

use super::{
    book::ItemNumber,
    lines::{Capital, Cell, DISBURSED, Holders, LINES, Line, MILLION},
    owners::{OwnerNumber, Owners},
    schedule::Pace,
};
use crate::{
    apportion::apportion,
    calibration::Calibration,
    dice::{Dice, Purpose},
    map,
    province::Province,
    rural::{Place, Rural},
};
use kernel::Date;

/// Works, an activity or a support that money is detailed on.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) what: What,
    /// The day of its decision.
    pub(super) decided: Date,
}

/// What an item is.
#[derive(Clone, Debug)]
pub(super) enum What {
    Works {
        asset: &'static str,
        words: &'static str,
        place: Place,
        /// Approved total in đồng.
        approved: i64,
    },
    Support {
        kind: &'static str,
        unit: &'static str,
        household: u32,
        /// Why a second support of the kind is lawful.
        top_up: Option<&'static str>,
    },
}

/// Money of one source on one item.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leg {
    pub(super) cell: u16,
    pub(super) item: ItemNumber,
    /// Who holds it at first.
    pub(super) owner: OwnerNumber,
    /// Allocated in đồng; a part may be given back later.
    pub(super) amount: i64,
    /// Of this, what is cancelled later and so belongs to no published total.
    pub(super) cancelled: i64,
    /// Contracted in đồng.
    pub(super) committed: i64,
    /// Advanced and paid by the day of the published total, in đồng.
    pub(super) disbursed: i64,
    pub(super) pace: Pace,
    /// Number of the works within its line and vintage.
    pub(super) place: usize,
}

/// The works of the plan of 2021-2025.
#[derive(Debug, Default)]
pub(super) struct Works {
    pub(super) items: Vec<Item>,
    pub(super) legs: Vec<Leg>,
}

/// What is needed to draw works.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site<'a> {
    pub(super) seed: u64,
    pub(super) calibration: Calibration,
    pub(super) province: &'a Province,
    pub(super) rural: &'a Rural,
    pub(super) owners: &'a Owners,
}

/// Legs of every third works of a source have a share that is allocated and cancelled again, in thousandths.
const CANCELLED_PER_MILLE: i64 = 30;

impl Works {
    /// Draws the works of all cells. `supported` is what supports take out of each cell, in đồng.
    pub(super) fn draw(site: Site<'_>, cells: &[Cell], supported: &[i64]) -> Self {
        let mut works = Self::default();
        let mut start = 0;
        while start < cells.len() {
            let (line, vintage) = (cells[start].line, cells[start].vintage);
            let same = |cell: &Cell| cell.line == line && cell.vintage == vintage;
            let end = start + cells[start..].iter().take_while(|cell| same(cell)).count();
            works.draw_line(site, start..end, cells, supported);
            start = end;
        }
        works
    }

    /// The works of a line and vintage: `range` are its cells, one for each source.
    fn draw_line(
        &mut self,
        site: Site<'_>,
        range: std::ops::Range<usize>,
        cells: &[Cell],
        supported: &[i64],
    ) {
        let first = &cells[range.start];
        let Some(line_at) = first.line else { return };
        let line = &LINES[usize::from(line_at)];
        let index = u64::from(line_at) << 16 | first.vintage.unsigned_abs() as u64;
        let mut dice = Dice::new(site.seed, Purpose::Works, index);
        let count = site.calibration.scaled(line.works).max(2) as usize;
        let decided = decided(&mut dice, first.vintage);
        let weights: Vec<u64> = (0..count).map(|_| u64::from(dice.between(35, 160))).collect();
        // Invariant: the demo has some thousand items.
        let first_item = self.items.len() as ItemNumber;
        for place in 0..count {
            let owner = holder(&mut dice, line, site);
            let stands = stands(&mut dice, site, owner);
            let (asset, words) = line.assets[place % line.assets.len()];
            self.items.push(Item { what: What::Works { asset, words, place: stands, approved: 0 }, decided });
            self.legs.push(Leg {
                cell: range.start as u16,
                item: first_item + place as ItemNumber,
                owner,
                amount: 0,
                cancelled: 0,
                committed: 0,
                disbursed: 0,
                pace: Pace::of(line_at, first.vintage, place),
                place,
            });
        }
        let of_first: Vec<Leg> = self.legs[self.legs.len() - count..].to_vec();
        self.legs.truncate(self.legs.len() - count);
        for at in range {
            let cell = &cells[at];
            let chosen: Vec<Leg> =
                of_first.iter().filter(|leg| takes(cell.source, leg.place)).copied().collect();
            let millions = cell.millions - cell.unallocated - supported[at] / MILLION;
            let shares: Vec<u64> = chosen.iter().map(|leg| weights[leg.place]).collect();
            let caps = vec![u64::MAX >> 16; chosen.len()];
            // Invariant: supports take less than half of what is detailed.
            let amounts = apportion(millions.unsigned_abs(), &shares, &caps);
            for (leg, millions) in chosen.into_iter().zip(amounts) {
                self.legs.push(funded(&mut dice, leg, at as u16, cell, millions as i64));
            }
        }
    }

    /// Says how much each leg has spent by the day of the published total: what is finished has spent its contract; the
    /// others share what is missing, by how far their year should have come.
    pub(super) fn calibrate(&mut self, cells: &[Cell], spent_on_supports: i64) -> Result<(), i64> {
        let finished = |leg: &Leg| matches!(leg.pace, Pace::Quick | Pace::Slow);
        let spent: i64 = self.legs.iter().filter(|leg| finished(leg)).map(|leg| leg.committed).sum();
        let missing = DISBURSED as i64 - spent - spent_on_supports;
        let weight = |leg: &Leg| {
            let cell = &cells[usize::from(leg.cell)];
            let per_mille = match (cell.vintage, cell.kind) {
                (..=2022, _) => 800,
                (2023, _) => 650,
                (2024, Capital::Investment) => 520,
                (2024, _) => 430,
                (_, Capital::Investment) => 380,
                _ => 280,
            };
            if leg.pace == Pace::Going { leg.committed.unsigned_abs() / 1000 * per_mille } else { 0 }
        };
        let weights: Vec<u64> = self.legs.iter().map(weight).collect();
        let cap = |leg: &Leg| if leg.pace == Pace::Going { leg.committed.unsigned_abs() } else { 0 };
        let caps: Vec<u64> = self.legs.iter().map(cap).collect();
        if missing < 0 || caps.iter().sum::<u64>() < missing.unsigned_abs() {
            return Err(missing);
        }
        for (leg, spent) in self.legs.iter_mut().zip(apportion(missing.unsigned_abs(), &weights, &caps)) {
            leg.disbursed = match leg.pace {
                Pace::Quick | Pace::Slow => leg.committed,
                Pace::Going => spent as i64,
                Pace::Idle => 0,
            };
        }
        Ok(())
    }

    /// Approves each works at a little more than all its sources together, but for one, whose sources exceed what was
    /// approved. `gifts` are contributions by item, in đồng.
    pub(super) fn approve(&mut self, gifts: &[(ItemNumber, i64)]) {
        let mut totals = vec![0_i64; self.items.len()];
        for leg in &self.legs {
            totals[leg.item as usize] += leg.amount;
        }
        let exceeded = self.legs.iter().find(|leg| leg.item == 0).map(|leg| leg.amount);
        for (item, gift) in gifts {
            totals[*item as usize] += gift;
        }
        for (at, (item, total)) in self.items.iter_mut().zip(totals).enumerate() {
            if let What::Works { approved, .. } = &mut item.what {
                let margin = total / 50 / MILLION * MILLION;
                *approved = total + margin;
                if at == 0 {
                    *approved = exceeded.unwrap_or(*approved);
                }
            }
        }
    }
}

/// Money of the cell on the works of the leg.
fn funded(dice: &mut Dice, leg: Leg, at: u16, cell: &Cell, millions: i64) -> Leg {
    let kept = millions * i64::from(dice.below(26)) / 1000;
    // Money of the districts is spent before they end.
    let pace = match (cell.source, leg.pace) {
        ("DST", Pace::Going | Pace::Idle) => Pace::Slow,
        (_, pace) => pace,
    };
    let cancelled = match (cell.source, cell.vintage, leg.place) {
        ("CEN", 2023, 1) => millions * CANCELLED_PER_MILLE / 1000,
        _ => 0,
    };
    Leg {
        cell: at,
        amount: (millions + cancelled) * MILLION,
        cancelled: cancelled * MILLION,
        committed: (millions - kept) * MILLION,
        pace,
        ..leg
    }
}

/// Which works a source pays for beside central money.
const fn takes(source: &str, place: usize) -> bool {
    match source.as_bytes() {
        b"CEN" => true,
        b"PRV" => place.is_multiple_of(3),
        b"DST" => place.is_multiple_of(2),
        _ => place.is_multiple_of(4),
    }
}

fn decided(dice: &mut Dice, vintage: i16) -> Date {
    let (month, day) = if vintage == 2022 { (7, 12) } else { (2, 3) };
    kernel::date(vintage, month, day + dice.below(4) as i8)
}

fn holder(dice: &mut Dice, line: &Line, site: Site<'_>) -> OwnerNumber {
    let Site { province, rural, owners, .. } = site;
    match line.holders {
        // Offices stand first among the owners, in this order.
        Holders::Department(office) => office as OwnerNumber,
        Holders::Districts => owners.of_district(dice.below(province.districts.len() as u32) as u8),
        Holders::PoorDistricts => {
            let poor: Vec<u8> = (0..)
                .zip(&province.districts)
                .filter(|(_, district)| district.poor)
                .map(|(at, _)| at)
                .collect();
            let district = if poor.is_empty() { 0 } else { *dice.pick(&poor) };
            owners.of_district(district)
        }
        Holders::Communes => owners.of_commune(commune(dice, province, |_| true)),
        Holders::DifficultCommunes => owners.of_commune(commune(dice, province, |at| rural.is_difficult(at))),
    }
}

/// A commune that fits: of two drawn, the poorer.
fn commune(dice: &mut Dice, province: &Province, fits: impl Fn(u8) -> bool) -> u8 {
    let fitting: Vec<u8> = (0_u8..)
        .zip(&province.communes)
        .filter(|(at, commune)| commune.unit.kind == map::Kind::Rural && fits(*at))
        .map(|(at, _)| at)
        .collect();
    if fitting.is_empty() {
        return 0;
    }
    let (one, other) = (*dice.pick(&fitting), *dice.pick(&fitting));
    let odds = |commune: u8| province.communes[usize::from(commune)].odds;
    if odds(one) >= odds(other) { one } else { other }
}

/// Where the works of the owner stand.
fn stands(dice: &mut Dice, site: Site<'_>, owner: OwnerNumber) -> Place {
    match site.owners.get(owner).place {
        Place::District(district) => {
            let of_district = |at: u8| site.province.communes[usize::from(at)].unit.district == district;
            Place::Commune(commune(dice, site.province, of_district))
        }
        place => place,
    }
}
