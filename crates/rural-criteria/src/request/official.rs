//! Reads what competent bodies judged.

use crate::domain::{OfficialResult, ResultName};
use api::rural::{self, ResultState};
use events::rural::{Judgement, OfficialState};
use service::{
    Refusal, reason,
    request::fields::{self, Faults, required_text},
};

/// Official results of one assessment at most: more than any set has criteria and indicators.
const RESULTS_MAX: usize = 500;

/// The results as they were named, or their faults are kept.
pub(super) fn official(given: Vec<rural::OfficialResult>, faults: &mut Faults) -> Vec<OfficialResult> {
    if given.len() > RESULTS_MAX {
        let refusal = Refusal::new(&reason::TOO_MANY_ITEMS);
        faults.keep::<()>(Err(refusal.with("count", given.len()).with("max", RESULTS_MAX).at("official")));
        return Vec::new();
    }
    let mut read = Vec::with_capacity(given.len());
    for (index, given) in given.into_iter().enumerate() {
        let at = |name: &str| format!("official[{index}].{name}");
        let of = faults.keep(name(&at("of"), &given.of));
        let state = faults.keep(judgement(&at("state"), given.state));
        let author = faults.keep(required_text(&at("author"), &given.author, super::WORDS_CHARACTERS_MAX));
        let document = super::optional(&given.document, |document| {
            required_text(&at("document"), document, super::WORDS_CHARACTERS_MAX)
        });
        let document = faults.keep(document);
        let (Some(of), Some(state), Some(author), Some(document)) = (of, state, author, document) else {
            continue;
        };
        read.push(OfficialResult { of, result: OfficialState { state, author, document } });
    }
    read
}

/// `criteria/11`, `indicators/17.1`, or a bare number or code.
fn name(field: &str, text: &str) -> Result<ResultName, Refusal> {
    let bare = super::code(field, text)?;
    if let Some(number) = bare.strip_prefix("criteria/") {
        let number = number.parse().map_err(|_| fields::invalid(field, text, "criteria/11"))?;
        return Ok(ResultName::Criterion(number));
    }
    match bare.strip_prefix("indicators/") {
        Some("") => Err(fields::invalid(field, text, "indicators/17.1")),
        Some(code) => Ok(ResultName::Indicator(code.to_owned())),
        None => Ok(ResultName::Bare(bare)),
    }
}

fn judgement(field: &str, number: i32) -> Result<Judgement, Refusal> {
    match ResultState::try_from(number) {
        Ok(ResultState::Met) => Ok(Judgement::Met),
        Ok(ResultState::BasicallyMet) => Ok(Judgement::BasicallyMet),
        Ok(ResultState::NotMet) => Ok(Judgement::NotMet),
        Ok(ResultState::NotApplicable) => Ok(Judgement::NotApplicable),
        Ok(ResultState::NotAssessed) => Ok(Judgement::NotAssessed),
        Ok(ResultState::Unspecified) => Err(fields::missing(field)),
        no_judgement => {
            let expected = "MET, BASICALLY_MET, NOT_MET, NOT_APPLICABLE, NOT_ASSESSED";
            let given =
                no_judgement.map_or_else(|_| number.to_string(), |state| state.as_str_name().to_owned());
            Err(fields::invalid(field, &given, expected))
        }
    }
}
