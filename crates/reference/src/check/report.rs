//! The report of a check, for operators.

use super::Finding;
use crate::{
    areas::AreaKind,
    packs::{Pack, PackRecord, Packs},
};
use kernel::{OPEN_START, Period};
use std::fmt;

/// What `muctieu reference check` prints: what the packs hold, then everything that is wrong with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckReport {
    /// The maps, as the column heads name them.
    pub maps: Vec<String>,
    /// Areas by kind.
    pub areas: Vec<AreaCounts>,
    /// Records by kind of pack.
    pub packs: Vec<PackCounts>,
    /// All findings; none where the packs can be loaded.
    pub findings: Vec<Finding>,
}

/// How many areas of one kind there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaCounts {
    /// The kind.
    pub kind: AreaKind,
    /// One number for each map.
    pub on_map: Vec<usize>,
}

/// What one kind of pack holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackCounts {
    /// Kind of pack, for example `targets`.
    pub pack: &'static str,
    /// Records.
    pub records: usize,
    /// Figures with a source that somebody verified; a record counts as one, its parts with a mark of their own besides.
    pub verified: usize,
    /// Figures that nobody verified: shown as provisional.
    pub unverified: usize,
}

const KINDS: [AreaKind; 7] = [
    AreaKind::Province,
    AreaKind::ProvincialCity,
    AreaKind::District,
    AreaKind::Commune,
    AreaKind::Township,
    AreaKind::Ward,
    AreaKind::Village,
];

impl CheckReport {
    pub(super) fn new(packs: &Packs, findings: Vec<Finding>) -> Self {
        let mut maps: Vec<_> = packs
            .geographies
            .values()
            .map(|map| Period { from: map.first_day.unwrap_or(OPEN_START), to: map.last_day })
            .collect();
        maps.sort_by_key(|map| map.from);
        let areas = KINDS.into_iter().map(|kind| AreaCounts {
            kind,
            on_map: maps.iter().map(|map| areas_on_map(packs, kind, *map)).collect(),
        });
        Self {
            areas: areas.collect(),
            maps: maps.iter().map(|map| map_name(*map)).collect(),
            packs: vec![
                count(&packs.geographies),
                count(&packs.areas),
                count(&packs.villages),
                count(&packs.lineage),
                count(&packs.regions),
                count(&packs.poor_districts),
                count(&packs.standards),
                count(&packs.indicators),
                count(&packs.ethnic_groups),
                count(&packs.resolutions),
                count(&packs.targets),
                count(&packs.baselines),
                count(&packs.criteria_sets),
                count(&packs.criteria),
                count(&packs.criterion_indicators),
                count(&packs.criterion_levels),
                count(&packs.programmes),
                count(&packs.programme_groups),
                count(&packs.programme_crosswalk),
                count(&packs.programme_overlaps),
                count(&packs.envelopes),
                count(&packs.funding_sources),
                count(&packs.support_kinds),
                count(&packs.payment_windows),
                count(&packs.funding_parameters),
            ],
            findings,
        }
    }

    /// Whether the packs can be loaded.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Villages keep their identity, so they stand on every map.
fn areas_on_map(packs: &Packs, kind: AreaKind, map: Period) -> usize {
    if kind == AreaKind::Village {
        return packs.villages.located().len();
    }
    let on_map = |record: &&crate::packs::AreaRecord| {
        record.kind == kind && super::areas::life(record).contains(map.from)
    };
    packs.areas.values().filter(on_map).count()
}

fn map_name(map: Period) -> String {
    match map.to {
        Some(last) => format!("until {last}"),
        None if map.from == OPEN_START => "always".to_owned(),
        None => format!("since {}", map.from),
    }
}

fn count<T: PackRecord>(pack: &Pack<T>) -> PackCounts {
    let mut counts = PackCounts { pack: T::PACK, records: pack.located().len(), verified: 0, unverified: 0 };
    for record in pack.values() {
        for (_, figure) in record.figures() {
            if figure.mark().verified() {
                counts.verified += 1;
            } else {
                counts.unverified += 1;
            }
        }
    }
    counts
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<17}", "areas")?;
        for map in &self.maps {
            write!(f, "  {map:>16}")?;
        }
        writeln!(f)?;
        for counts in &self.areas {
            write!(f, "  {:<15}", counts.kind.to_string())?;
            for number in &counts.on_map {
                write!(f, "  {number:>16}")?;
            }
            writeln!(f)?;
        }
        writeln!(
            f,
            "\n{:<22}  {:>10}  {:>16}  {:>18}",
            "packs", "records", "verified figures", "unverified figures"
        )?;
        for PackCounts { pack, records, verified, unverified } in &self.packs {
            writeln!(f, "  {pack:<20}  {records:>10}  {verified:>16}  {unverified:>18}")?;
        }
        let total = |pick: fn(&PackCounts) -> usize| self.packs.iter().map(pick).sum::<usize>();
        let (records, verified) = (total(|counts| counts.records), total(|counts| counts.verified));
        let unverified = total(|counts| counts.unverified);
        writeln!(f, "  {:<20}  {records:>10}  {verified:>16}  {unverified:>18}\n", "total")?;
        if self.is_clean() {
            return write!(f, "no findings: the packs can be loaded");
        }
        write!(f, "findings: {}; the packs are refused", self.findings.len())?;
        for finding in &self.findings {
            write!(f, "\n{finding}")?;
        }
        Ok(())
    }
}
