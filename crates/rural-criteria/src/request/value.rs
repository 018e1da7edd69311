//! Reads an observed value: numbers that cannot have been counted are refused at their field.

use crate::{
    domain::values::{self, Impossible},
    refusals,
};
use api::rural::{self, observed_value::Value};
use events::rural::{Fraction, Observed};
use service::{
    Refusal,
    request::fields::{self, Faults, required_text},
};
use std::collections::BTreeMap;

/// Parts of one value at most.
const PARTS_MAX: usize = 20;
const REASON_CHARACTERS_MAX: usize = 300;

/// The value, or its faults are kept.
pub(super) fn value(given: Option<rural::ObservedValue>, faults: &mut Faults) -> Option<Observed> {
    let Some(value) = given.and_then(|given| given.value) else {
        faults.keep::<()>(Err(fields::missing("value")));
        return None;
    };
    match value {
        Value::JudgedMet(met) => Some(Observed::Judged(met)),
        Value::Share(given) => faults.keep(share("value.share", &given)).map(Observed::Share),
        Value::ReportedPercent(text) => faults.keep(percent(&text)).map(Observed::ReportedPercent),
        Value::BySex(given) => {
            let men = faults.keep(required_share("value.by_sex.men", given.men.as_ref()));
            let women = faults.keep(required_share("value.by_sex.women", given.women.as_ref()));
            Some(Observed::BySex { men: men?, women: women? })
        }
        Value::Parts(given) => parts(given.parts, faults).map(Observed::Parts),
        Value::Mean(given) => {
            let read = values::mean(given.numerator, given.denominator);
            let field = "value.mean";
            let read = read.map_err(|impossible| match impossible {
                Impossible::Negative(_) => refusals::impossible(&format!("{field}.numerator"), impossible),
                other => refusals::impossible(field, other),
            });
            faults.keep(read).map(Observed::Mean)
        }
        Value::Count(number) => {
            let read = values::count(number);
            faults.keep(read.map_err(|it| refusals::impossible("value.count", it))).map(Observed::Count)
        }
        Value::NotApplicable(reason) => {
            let read = required_text("value.not_applicable", &reason, REASON_CHARACTERS_MAX);
            faults.keep(read).map(Observed::NotApplicable)
        }
    }
}

/// A share of counts.
pub(super) fn share(field: &str, given: &rural::Fraction) -> Result<Fraction, Refusal> {
    values::share(given.numerator, given.denominator)
        .map_err(|impossible| refusals::impossible(field, impossible))
}

fn required_share(field: &str, given: Option<&rural::Fraction>) -> Result<Fraction, Refusal> {
    share(field, given.ok_or_else(|| fields::missing(field))?)
}

fn percent(text: &str) -> Result<kernel::Ratio, Refusal> {
    let expected = "số thập phân từ 0 đến 100, ví dụ 87.5 / a decimal from 0 to 100 such as 87.5";
    values::percent(text).ok_or_else(|| fields::invalid("value.reported_percent", text, expected))
}

fn parts(given: Vec<rural::Part>, faults: &mut Faults) -> Option<BTreeMap<String, Fraction>> {
    if given.is_empty() {
        faults.keep::<()>(Err(fields::missing("value.parts.parts")));
    }
    if given.len() > PARTS_MAX {
        let refusal = Refusal::new(&service::reason::TOO_MANY_ITEMS);
        let refusal = refusal.with("count", given.len()).with("max", PARTS_MAX).at("value.parts.parts");
        faults.keep::<()>(Err(refusal));
        return None;
    }
    let mut parts = BTreeMap::new();
    for (index, part) in given.into_iter().enumerate() {
        let at = |name: &str| format!("value.parts.parts[{index}].{name}");
        let share = faults.keep(required_share(&at("share"), part.share.as_ref()));
        let name = faults.keep(required_text(&at("part"), &part.part, super::CODE_CHARACTERS_MAX));
        let (Some(share), Some(name)) = (share, name) else { continue };
        if parts.insert(name, share).is_some() {
            let expected = "mỗi phần một lần / each part once";
            faults.keep::<()>(Err(fields::invalid(&at("part"), &part.part, expected)));
        }
    }
    Some(parts)
}
