//! What units report of the resolution's targets: the latest observation of each, and what the parts of an area add up to
//! where the area itself reports nothing.

use super::{
    observations::{Report, Reports, Span, read},
    reading::Ground,
};
use crate::{
    figure::{CriteriaMeasure, CriteriaName, FigureName, Reported, ReportedPart},
    views::{
        Grounds, from_projection,
        point::{PointOfView, Portion, covered_units},
        poverty::Coverage,
        status::DataStatus,
    },
};
use api::progress as proto;
use events::rural::{Fraction, Observed};
use kernel::{Date, Ratio};
use poverty_view::domain::AreaNumber;
use projection::{Error, Reached, Transaction};
use reference::{Area, AreaKind};
use service::Refusal;
use std::collections::BTreeSet;

/// The observations that count, by span, indicator and unit.
#[derive(Debug)]
pub(crate) struct ReportTable<'a> {
    grounds: &'a Grounds,
    pub(crate) view: PointOfView,
    reached: Reached,
    reports: Reports,
}

/// What can be held against a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReportedValue {
    /// Of a share or mean: numerators and denominators added up.
    Fraction(Fraction),
    /// A percentage that was reported without its counts: nothing can be added to it.
    Percent(Ratio),
    /// A number of things.
    Number(i64),
}

/// What was reported of an area.
#[derive(Clone, Debug)]
pub(crate) struct Combined {
    pub(crate) status: DataStatus,
    /// `None` where nothing was reported that can be held against the target.
    pub(crate) value: Option<ReportedValue>,
    pub(crate) coverage: Coverage,
    /// Whether every event could be applied.
    pub(crate) whole: bool,
    /// The day as of which the latest report holds.
    pub(crate) on: Option<Date>,
    /// The unit that reported, or how many did.
    pub(crate) source: String,
    /// In words.
    pub(crate) how: String,
    pub(super) parts: Vec<Part>,
}

/// One report in a sum.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) ground: Ground,
    pub(super) value: ReportedValue,
}

impl<'a> ReportTable<'a> {
    /// Reads what the area reports of the indicators, then what its parts report now of those of which it reports nothing.
    /// What parts reported in the year before is no base: other parts may have reported then.
    pub(crate) async fn of(
        grounds: &'a Grounds,
        snapshot: &mut Transaction,
        view: PointOfView,
        area: &Area,
        indicators: &[&str],
    ) -> Result<Self, Refusal> {
        let own = [AreaNumber::of(&area.key)];
        let read = async {
            let spans = [Span::Now, Span::YearBefore];
            let (reached, mut reports) =
                read(grounds, &mut *snapshot, view, &spans, &own, indicators).await?;
            let silent = |indicator: &&&str| {
                !reports.contains_key(&(Span::Now.number(), (**indicator).to_owned(), own[0]))
            };
            let silent: Vec<&str> = indicators.iter().filter(silent).copied().collect();
            let parts: Vec<_> = parts(grounds, area, view.map).into_iter().collect();
            if !silent.is_empty() && !parts.is_empty() {
                let (_, of_parts) =
                    super::observations::read(grounds, snapshot, view, &[Span::Now], &parts, &silent).await?;
                reports.extend(of_parts);
            }
            Ok::<_, Error>(Self { grounds, view, reached, reports })
        };
        read.await.map_err(from_projection)
    }

    /// Whether every event could be applied.
    const fn is_whole(&self) -> bool {
        self.reached.set_aside == 0
    }

    /// What was reported of the indicator: by the area itself, or else by its parts on the map.
    pub(crate) fn combined(&self, indicator: &str, area: &'a Area, span: Span) -> Combined {
        let units = covered_units(&self.grounds.reference.areas, area, self.view.map);
        if let Some(report) = self.report(indicator, area, span) {
            return self.by_itself(report, units.len());
        }
        let mut sum = Sum::default();
        for part in self.parts_of(area) {
            self.add(indicator, part, span, &mut sum);
        }
        let reports = sum.parts.len() + sum.absent;
        let whole = self.is_whole();
        let any = !sum.parts.is_empty();
        let how = format!(
            "sum of {} reports of parts of {}, which cover {} of {} units of commune level; {} say that it does not apply, {} cannot be added",
            sum.parts.len(),
            area.display_name(),
            sum.covered,
            units.len(),
            sum.absent,
            sum.not_addable,
        );
        Combined {
            status: DataStatus::of(any, whole && sum.covered == units.len()),
            whole,
            value: sum.value,
            coverage: super::coverage(sum.covered, units.len()),
            on: sum.parts.iter().map(|part| part.ground.on).max(),
            source: if any {
                format!("{reports} reports: {} of {} units", sum.covered, units.len())
            } else {
                String::new()
            },
            how: if reports + sum.not_addable > 0 {
                how
            } else {
                format!("nothing was reported of {indicator}")
            },
            parts: sum.parts,
        }
    }

    fn by_itself(&self, report: &Report, units: usize) -> Combined {
        let value = reported_value(&report.value);
        let how = match (&report.value, value) {
            (_, Some(_)) => format!("reported by {} as of {}", report.reported_by, report.ground.on),
            (Observed::NotApplicable(why), None) => format!("reported as not applicable: {why}"),
            _ => "what was reported is neither a share nor a mean nor a number".to_owned(),
        };
        let covered = if value.is_some() { units } else { 0 };
        let whole = self.is_whole();
        Combined {
            status: DataStatus::of(value.is_some(), whole),
            whole,
            value,
            coverage: super::coverage(covered, units),
            on: Some(report.ground.on),
            source: report.reported_by.clone(),
            how,
            parts: value.map(|value| Part { ground: report.ground, value }).into_iter().collect(),
        }
    }

    /// The unit's own report counts for all that it consists of; without one its parts' do.
    fn add(&self, indicator: &str, unit: &'a Area, span: Span, sum: &mut Sum) {
        let covers = covered_units(&self.grounds.reference.areas, unit, self.view.map).len();
        match self.report(indicator, unit, span) {
            Some(Report { value: Observed::NotApplicable(_), .. }) => {
                sum.absent += 1;
                sum.covered += covers;
            }
            Some(report) => match reported_value(&report.value).and_then(|value| sum.with(value)) {
                Some((value, total)) => {
                    sum.value = Some(total);
                    sum.parts.push(Part { ground: report.ground, value });
                    sum.covered += covers;
                }
                None => sum.not_addable += 1,
            },
            None => {
                for part in self.parts_of(unit) {
                    self.add(indicator, part, span, sum);
                }
            }
        }
    }

    /// Down to the units of commune level.
    fn parts_of(&self, area: &Area) -> Vec<&'a Area> {
        if area.kind.is_commune_level() || area.kind == AreaKind::Village {
            return Vec::new();
        }
        self.grounds.reference.areas.children(&area.key, self.view.map)
    }

    fn report(&self, indicator: &str, area: &Area, span: Span) -> Option<&Report> {
        self.reports.get(&(span.number(), indicator.to_owned(), AreaNumber::of(&area.key)))
    }

    /// The parts of the value as figures.
    pub(crate) fn figures(
        &self,
        indicator: &str,
        area: &Area,
        combined: &Combined,
        units: [&str; 2],
    ) -> Vec<proto::Figure> {
        let figure = |part: ReportedPart| {
            let unit = match part {
                ReportedPart::Numerator | ReportedPart::Number => units[0],
                ReportedPart::Denominator => units[1],
                ReportedPart::Reports => "",
            };
            let measure = CriteriaMeasure::Reported(Reported { indicator: indicator.to_owned(), part });
            let scope = self.view.scope(&Portion::whole(area));
            proto::Figure {
                name: FigureName::Criteria(CriteriaName { measure, scope }).to_string(),
                status: combined.status.number(),
                value: combined.status.present(combined.total(part)),
                unit: unit.to_owned(),
            }
        };
        combined.parts_of_value().iter().copied().map(figure).collect()
    }
}

impl Combined {
    /// The parts that its value has.
    pub(super) const fn parts_of_value(&self) -> &'static [ReportedPart] {
        match self.value {
            None => &[],
            Some(ReportedValue::Fraction(_)) => &[ReportedPart::Numerator, ReportedPart::Denominator],
            Some(ReportedValue::Number(_)) => &[ReportedPart::Number],
            Some(ReportedValue::Percent(_)) => &[ReportedPart::Reports],
        }
    }

    /// The part of all reports together.
    pub(super) fn total(&self, part: ReportedPart) -> i64 {
        self.parts.iter().map(|report| report.amount(part)).sum()
    }
}

impl Part {
    pub(super) const fn amount(&self, part: ReportedPart) -> i64 {
        match (part, self.value) {
            (ReportedPart::Reports, _) => 1,
            (ReportedPart::Numerator, ReportedValue::Fraction(Fraction { n, .. })) => n,
            (ReportedPart::Denominator, ReportedValue::Fraction(Fraction { d, .. })) => d,
            (ReportedPart::Number, ReportedValue::Number(number)) => number,
            _ => 0,
        }
    }
}

/// Reports added up so far.
#[derive(Debug, Default)]
struct Sum {
    value: Option<ReportedValue>,
    parts: Vec<Part>,
    /// Units of commune level that are spoken of.
    covered: usize,
    /// Reports that it does not apply.
    absent: usize,
    not_addable: usize,
}

impl Sum {
    /// The value as it is added, and the total with it; `None` where they cannot be added.
    fn with(&self, value: ReportedValue) -> Option<(ReportedValue, ReportedValue)> {
        let total = match (self.value, value) {
            (None, ReportedValue::Fraction(_) | ReportedValue::Number(_)) => value,
            (Some(ReportedValue::Fraction(sum)), ReportedValue::Fraction(more)) => {
                ReportedValue::Fraction(Fraction {
                    n: sum.n.checked_add(more.n)?,
                    d: sum.d.checked_add(more.d)?,
                })
            }
            (Some(ReportedValue::Number(sum)), ReportedValue::Number(more)) => {
                ReportedValue::Number(sum.checked_add(more)?)
            }
            _ => return None,
        };
        Some((value, total))
    }
}

const fn reported_value(value: &Observed) -> Option<ReportedValue> {
    match value {
        Observed::Share(fraction) | Observed::Mean(fraction) if fraction.d > 0 => {
            Some(ReportedValue::Fraction(*fraction))
        }
        Observed::ReportedPercent(percent) => Some(ReportedValue::Percent(*percent)),
        Observed::Count(number) => Some(ReportedValue::Number(*number)),
        _ => None,
    }
}

/// The districts and units of commune level of the area on the map.
fn parts(grounds: &Grounds, area: &Area, map: Date) -> BTreeSet<AreaNumber> {
    let areas = &grounds.reference.areas;
    let mut parts = BTreeSet::new();
    if !area.kind.is_commune_level() && area.kind != AreaKind::Village {
        parts.extend(areas.children(&area.key, map).iter().map(|part| AreaNumber::of(&part.key)));
        parts.extend(covered_units(areas, area, map).iter().map(|unit| AreaNumber::of(&unit.key)));
    }
    parts
}
