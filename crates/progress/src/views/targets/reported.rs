//! Targets whose value units report with a document.

use super::{Computed, Grounds, line::straight_line};
use crate::views::{
    criteria::{Combined, ReportedValue, Span},
    explain::shown,
    loaded::LoadedRural,
    point::PointOfView,
    status::DataStatus,
};
use events::rural::Fraction;
use kernel::Ratio;
use projection::Transaction;
use reference::Target;
use service::Refusal;

/// The actual value of the target: what the province reported last, or else what its parts on the map add up to; on the
/// day of the view and at most on the last of the period.
pub(super) async fn compute<'a>(
    grounds: &'a Grounds,
    snapshot: &mut Transaction,
    loaded: &mut LoadedRural<'a>,
    target: &Target,
    view: PointOfView,
) -> Result<Computed, Refusal> {
    let period = grounds.reference.targets.period();
    let now = period.to.map_or(view.as_at, |last| last.min(view.as_at));
    if now < period.from {
        return Ok(Computed::without_data(format!("the resolution's period begins on {}", period.from)));
    }
    let view = PointOfView { as_at: now, ..view };
    let province = grounds.reference.areas.province();
    let reports = loaded.reports(grounds, snapshot, view).await?;
    let current = reports.combined(&target.id, province, Span::Now);
    let before = reports.combined(&target.id, province, Span::YearBefore);
    let base = Base::of(grounds, target, &before);
    let inputs = reports.figures(&target.id, province, &current, units(target));
    let actual = current.value.and_then(|value| in_unit_of(target, value, &base));
    let status = if actual.is_some() { current.status } else { DataStatus::NoData };
    let mut formula = current.how.clone();
    if let Some(said) = &base.said {
        formula = format!("{formula}, relative to {said}");
    }
    if current.value.is_some() && actual.is_none() {
        formula = format!("{formula}: this cannot be held against the target");
    }
    let named: Vec<_> = inputs.iter().map(|input| format!("{} = {}", input.name, shown(input))).collect();
    let days = (period.from, period.to.unwrap_or(now));
    let start = base.start.or_else(|| before.value.and_then(|value| in_unit_of(target, value, &base)));
    Ok(Computed {
        status,
        actual,
        fraction: match current.value.filter(|_| actual.is_some()) {
            Some(ReportedValue::Fraction(Fraction { n, d })) => Ratio::new(n, d).ok(),
            Some(ReportedValue::Number(number)) => Some(Ratio::whole(number)),
            // A percentage without its counts has neither.
            Some(ReportedValue::Percent(_)) | None => None,
        },
        expected: start.and_then(|start| straight_line(start, target.target, days, now)),
        coverage: Some(current.coverage),
        only_grows: current.whole && matches!(current.value, Some(ReportedValue::Number(_))),
        inputs,
        map: Some(view.map),
        on: current.on,
        source: current.source,
        ..Computed::without_data(format!("{formula}; inputs: {}", named.join("; ")))
    })
}

/// What a multiple is a multiple of.
struct Base {
    /// `None` where the target is no multiple, or its base is not known.
    value: Option<Ratio>,
    /// Of a multiple whose base is known, the multiple at the start: one.
    start: Option<Ratio>,
    /// In words.
    said: Option<String>,
}

impl Base {
    /// A baseline of the resolution where the target names one, or else what was reported for the year before its period.
    fn of(grounds: &Grounds, target: &Target, before: &Combined) -> Self {
        let Some(relative_to) = &target.relative_to else {
            return Self { value: None, start: None, said: None };
        };
        let baselines = grounds.reference.targets.baselines();
        let named = baselines.iter().find(|baseline| relative_to.contains(&baseline.id));
        let (value, said) = match named {
            Some(baseline) => (Some(baseline.value), format!("{} = {}", baseline.id, baseline.value)),
            None => match before.value {
                Some(ReportedValue::Fraction(Fraction { n, d })) => {
                    (Ratio::new(n, d).ok(), format!("{n}/{d}, {}", before.how))
                }
                Some(ReportedValue::Number(number)) => {
                    (Some(Ratio::whole(number)), format!("{number}, {}", before.how))
                }
                Some(ReportedValue::Percent(_)) | None => {
                    (None, format!("{relative_to}, of which nothing was reported"))
                }
            },
        };
        let value = value.filter(|value| value.numerator() > 0);
        Self { value, start: value.map(|_| Ratio::whole(1)), said: Some(said) }
    }
}

/// The value as the target counts it.
fn in_unit_of(target: &Target, value: ReportedValue, base: &Base) -> Option<Ratio> {
    if target.relative_to.is_some() {
        let value = match value {
            ReportedValue::Fraction(Fraction { n, d }) => Ratio::new(n, d).ok()?,
            ReportedValue::Number(number) => Ratio::whole(number),
            ReportedValue::Percent(_) => return None,
        };
        return value.checked_div(base.value?);
    }
    match (value, target.unit.as_str()) {
        (ReportedValue::Fraction(Fraction { n, d }), "%") => Ratio::new(n, d).ok()?.checked_mul(100),
        (ReportedValue::Percent(percent), "%") => Some(percent),
        (ReportedValue::Number(_) | ReportedValue::Percent(_), _) if target.unit == "%" => None,
        (ReportedValue::Fraction(Fraction { n, d }), _) => Ratio::new(n, d).ok(),
        (ReportedValue::Number(number), _) => Some(Ratio::whole(number)),
        (ReportedValue::Percent(_), _) => None,
    }
}

/// Units of numerator and denominator; empty where the resolution leaves open what is counted.
fn units(target: &Target) -> [&'static str; 2] {
    match target.reported_unit.as_deref() {
        Some("đồng/người/năm") => ["dong", "person"],
        _ => ["", ""],
    }
}
