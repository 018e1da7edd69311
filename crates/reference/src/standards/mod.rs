//! Poverty standards (*chuẩn nghèo*): lines, cut-offs, rules and indicators by period of validity.

mod classify;

pub use classify::{Classified, IncomeMeasure, NotClassifiable};

use crate::{
    Caveat,
    packs::{Packs, Sourced},
    provenance::Provenance,
};
use kernel::{AreaType, Date, Money, Period, PovertyClass};
use std::collections::HashMap;

/// A value for rural and one for urban areas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByAreaType<T> {
    /// Nông thôn.
    pub rural: T,
    /// Thành thị.
    pub urban: T,
}

impl<T: Copy> ByAreaType<T> {
    /// The value for that type of area.
    pub const fn of(&self, area_type: AreaType) -> T {
        match area_type {
            AreaType::Rural => self.rural,
            AreaType::Urban => self.urban,
        }
    }
}

/// A poverty standard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standard {
    /// For example `ND07-2021`.
    pub id: String,
    /// The instrument that set it.
    pub instrument: String,
    /// The days on which it is the standard; both ends known.
    pub validity: Period,
    /// By which instrument on which days: a later one may have continued it.
    pub in_force_by: Vec<InForceBy>,
    /// Income lines, by the ids that the rules use.
    pub income_lines: Vec<IncomeLine>,
    /// From how many deprivations a household counts as deprived.
    pub deprivation_cutoff: DeprivationCutoff,
    /// Who is poor and who near-poor by income, in the order in which they are tried.
    pub class_rules: Vec<ClassRule>,
    /// The average-living class (*hộ có mức sống trung bình*): a status of its own, never assigned by falling through.
    pub average_living: Option<AverageLiving>,
    /// The limits of the score forms; without them a household is classified by its income.
    pub score_cutoffs: Option<ScoreCutoffs>,
    /// The indicators by number.
    pub indicators: Vec<Indicator>,
    /// What must be obtained before figures under this standard back an official act.
    pub blockers: Vec<Caveat>,
    /// What a reader must know.
    pub note: Option<String>,
    /// Where the record as a whole comes from.
    pub provenance: Provenance,
    caveats: Vec<Caveat>,
}

/// The instrument by which a standard was in force over some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForceBy {
    /// The days.
    pub period: Period,
    /// The instrument and article.
    pub instrument: String,
    /// Where that was read.
    pub provenance: Provenance,
}

/// An income line in đồng per person and month. A household on the line is below it: lines are inclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomeLine {
    /// The id that rules use, for example `lower`.
    pub id: String,
    /// The line for each type of area.
    pub amount: ByAreaType<Money>,
    /// Where it was read.
    pub provenance: Provenance,
}

/// From how many deprivations a household counts as deprived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeprivationCutoff {
    /// The least number.
    pub at_least: usize,
    /// The number of indicators.
    pub of: usize,
    /// What the mark does not cover.
    pub note: Option<String>,
    /// Where it was read.
    pub provenance: Provenance,
}

/// Who belongs to a class by income: any one of the conditions suffices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassRule {
    /// The class.
    pub class: PovertyClass,
    /// The conditions.
    pub any_of: Vec<Condition>,
    /// Where the rule was read.
    pub provenance: Provenance,
}

/// Every part that is there must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Id of the line that the income must exceed.
    pub income_over: Option<String>,
    /// Id of the line that the income must not exceed.
    pub income_up_to: String,
    /// The least number of deprivations.
    pub deprivations_at_least: Option<usize>,
    /// The number that deprivations must stay under.
    pub deprivations_under: Option<usize>,
}

/// The average-living class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AverageLiving {
    /// Id of the line that the income must exceed.
    pub income_over: String,
    /// Id of the line that it must not exceed.
    pub income_up_to: String,
    /// Who may be given the status, and how it is decided.
    pub condition: Option<String>,
    /// Where that was read.
    pub provenance: Provenance,
}

/// The limits of the score forms: B1 stands for income, B2 for deprivations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreCutoffs {
    /// The circular.
    pub instrument: String,
    /// The highest B1 of a poor or near-poor household.
    pub b1_max: ByAreaType<u32>,
    /// The least B2 of a poor household.
    pub b2_min_poor: u32,
    /// Points of B2 for each indicator in which the household is deprived.
    pub b2_points_per_indicator: u32,
    /// Where they were read.
    pub provenance: Provenance,
}

/// An indicator (*chỉ số*) of a standard. The same code in two standards is not the same definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indicator {
    /// Number on the form, from 1.
    pub no: usize,
    /// For example `health_insurance`.
    pub code: String,
    /// For example `health`.
    pub dimension: String,
    /// Name on the form.
    pub name_vi: String,
    /// The same in English.
    pub name_en: String,
    /// Where the name was read.
    pub name_provenance: Provenance,
    /// When a household is deprived; `None` where the wording is not known.
    pub definition: Option<String>,
    /// What a reader must know.
    pub note: Option<String>,
    /// Where the definition was read.
    pub provenance: Provenance,
}

impl Standard {
    /// The indicator with this code.
    pub fn indicator(&self, code: &str) -> Option<&Indicator> {
        self.indicators.iter().find(|indicator| indicator.code == code)
    }

    /// The income line with this id.
    pub fn income_line(&self, id: &str) -> Option<&IncomeLine> {
        self.income_lines.iter().find(|line| line.id == id)
    }

    /// Why figures under this standard are provisional; empty where everything they rest on was verified.
    pub fn caveats(&self) -> &[Caveat] {
        &self.caveats
    }

    /// Whether figures under this standard may back an official publication.
    pub fn publishable(&self) -> bool {
        self.caveats.is_empty()
    }

    fn find_caveats(&self) -> Vec<Caveat> {
        let id = &self.id;
        let unverified = |vi: &str, en: &str| {
            Caveat::new(format!("{id}: {vi} chưa được kiểm chứng"), format!("{id}: {en} not verified"))
        };
        let mut caveats = Vec::new();
        if !self.provenance.verified() {
            caveats.push(unverified("toàn bộ chuẩn", "the record is"));
        }
        for part in self.in_force_by.iter().filter(|part| !part.provenance.verified()) {
            let (from, instrument) = (part.period.from, &part.instrument);
            caveats.push(unverified(
                &format!("hiệu lực từ {from} theo {instrument}"),
                &format!("in force from {from} by {instrument}:"),
            ));
        }
        for IncomeLine { id: line, .. } in self.income_lines.iter().filter(|line| !line.provenance.verified())
        {
            caveats.push(unverified(&format!("mức thu nhập '{line}'"), &format!("income line '{line}' is")));
        }
        if !self.deprivation_cutoff.provenance.verified() {
            caveats.push(unverified("ngưỡng số chỉ số thiếu hụt", "deprivation cut-off is"));
        }
        for rule in self.class_rules.iter().filter(|rule| !rule.provenance.verified()) {
            caveats.push(unverified(
                &format!("quy tắc xác định hộ {}", vietnamese(rule.class)),
                &format!("rule of class '{}' is", class_name(rule.class)),
            ));
        }
        if self.score_cutoffs.as_ref().is_some_and(|cutoffs| !cutoffs.provenance.verified()) {
            caveats.push(unverified("ngưỡng điểm của phiếu rà soát", "score cut-offs are"));
        }
        let undefined: Vec<_> = self
            .indicators
            .iter()
            .filter(|indicator| !indicator.provenance.verified() || indicator.definition.is_none())
            .map(|indicator| indicator.no.to_string())
            .collect();
        if !undefined.is_empty() {
            let numbers = undefined.join(", ");
            caveats.push(unverified(
                &format!("định nghĩa các chỉ số {numbers}"),
                &format!("definitions of indicators {numbers} are"),
            ));
        }
        caveats.extend(self.blockers.iter().map(|blocker| {
            Caveat::new(
                format!("{id}: còn thiếu {}", blocker.vi),
                format!("{id}: to be obtained: {}", blocker.en),
            )
        }));
        caveats
    }
}

/// All standards, by validity.
#[derive(Clone, Debug)]
pub struct Standards {
    standards: Vec<Standard>,
    by_id: HashMap<String, usize>,
}

impl Standards {
    /// The standard in force on that day. The day is the one from which an assessment counts, never the clock's.
    pub fn in_force(&self, day: Date) -> Option<&Standard> {
        let after = self.standards.partition_point(|standard| standard.validity.from <= day);
        let standard = self.standards.get(after.checked_sub(1)?)?;
        standard.validity.contains(day).then_some(standard)
    }

    /// The standard with this id.
    pub fn get(&self, id: &str) -> Option<&Standard> {
        self.by_id.get(id).map(|&at| &self.standards[at])
    }

    /// All standards, the earliest first.
    pub fn all(&self) -> &[Standard] {
        &self.standards
    }

    pub(crate) fn from_packs(packs: &Packs) -> Self {
        let mut indicators: HashMap<&str, Vec<Indicator>> = HashMap::new();
        for record in packs.indicators.values() {
            indicators.entry(&record.standard).or_default().push(Indicator {
                no: record.no,
                code: record.code.clone(),
                dimension: record.dimension.clone(),
                name_vi: record.name_vi.clone(),
                name_en: record.name_en.clone(),
                name_provenance: Provenance { source: record.name_source.clone(), mark: record.name_mark },
                definition: record.definition.clone(),
                note: record.note.clone(),
                provenance: record.provenance(),
            });
        }
        let mut standards: Vec<_> = packs
            .standards
            .values()
            .map(|record| {
                let mut indicators = indicators.remove(record.id.as_str()).unwrap_or_default();
                indicators.sort_by_key(|indicator| indicator.no);
                standard(record, indicators)
            })
            .collect();
        standards.sort_by_key(|standard| standard.validity.from);
        let by_id = standards.iter().enumerate().map(|(at, standard)| (standard.id.clone(), at)).collect();
        Self { standards, by_id }
    }
}

/// The class in the Vietnamese wording of the rules.
const fn vietnamese(class: PovertyClass) -> &'static str {
    match class {
        PovertyClass::Poor => "nghèo",
        PovertyClass::NearPoor => "cận nghèo",
        PovertyClass::NotPoor => "không nghèo",
    }
}

/// `poor`, `near_poor` or `not_poor`: the word of the packs and of the rules' wording.
pub(crate) const fn class_name(class: PovertyClass) -> &'static str {
    match class {
        PovertyClass::Poor => "poor",
        PovertyClass::NearPoor => "near_poor",
        PovertyClass::NotPoor => "not_poor",
    }
}

fn standard(record: &crate::packs::StandardRecord, indicators: Vec<Indicator>) -> Standard {
    let in_force_by = record.in_force_by.iter().map(|part| InForceBy {
        period: Period { from: part.from, to: Some(part.to) },
        instrument: part.by.clone(),
        provenance: part.provenance(),
    });
    let income_lines = record.income_lines.iter().map(|line| IncomeLine {
        id: line.id.clone(),
        amount: ByAreaType { rural: line.rural, urban: line.urban },
        provenance: line.provenance(),
    });
    let class_rules = record.classes.iter().map(|rule| ClassRule {
        class: rule.class,
        any_of: rule
            .any_of
            .iter()
            .map(|condition| Condition {
                income_over: condition.income_over.clone(),
                income_up_to: condition.income_up_to.clone(),
                deprivations_at_least: condition.deprivations_at_least,
                deprivations_under: condition.deprivations_under,
            })
            .collect(),
        provenance: rule.provenance(),
    });
    let mut standard = Standard {
        id: record.id.clone(),
        instrument: record.instrument.clone(),
        validity: Period { from: record.valid_from, to: Some(record.valid_to) },
        in_force_by: in_force_by.collect(),
        income_lines: income_lines.collect(),
        deprivation_cutoff: DeprivationCutoff {
            at_least: record.deprivation_cutoff.at_least,
            of: record.deprivation_cutoff.of,
            note: record.deprivation_cutoff.note.clone(),
            provenance: record.deprivation_cutoff.provenance(),
        },
        class_rules: class_rules.collect(),
        average_living: record.average_living.as_ref().map(|status| AverageLiving {
            income_over: status.income_over.clone(),
            income_up_to: status.income_up_to.clone(),
            condition: status.condition.clone(),
            provenance: status.provenance(),
        }),
        score_cutoffs: record.score_cutoffs.as_ref().map(|cutoffs| ScoreCutoffs {
            instrument: cutoffs.instrument.clone(),
            b1_max: ByAreaType { rural: cutoffs.b1_max.rural, urban: cutoffs.b1_max.urban },
            b2_min_poor: cutoffs.b2_min_poor,
            b2_points_per_indicator: cutoffs.b2_points_per_indicator,
            provenance: cutoffs.provenance(),
        }),
        indicators,
        blockers: record.blockers.clone(),
        note: record.note.clone(),
        provenance: record.provenance(),
        caveats: Vec::new(),
    };
    standard.caveats = standard.find_caveats();
    standard
}
