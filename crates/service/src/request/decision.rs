//! The signed decision (*quyết định*) that a request names, as every service reads and shows it.

use super::fields::{Faults, date, invalid, missing, required_text};
use crate::Refusal;
use api::types;
use kernel::Decision;

const NUMBER_CHARACTERS_MAX: usize = 100;
const ISSUER_CHARACTERS_MAX: usize = 300;

/// A decision that must be given, or all of its faults.
pub fn decision(field: &str, given: Option<types::Decision>) -> Result<Decision, Refusal> {
    signed(given.ok_or_else(|| missing(field))?).map_err(|refusal| refusal.under(field))
}

/// A decision that may be left out.
pub fn optional_decision(field: &str, given: Option<types::Decision>) -> Result<Option<Decision>, Refusal> {
    given.map(|given| decision(field, Some(given))).transpose()
}

/// The decision as the API shows it.
pub fn decision_to_proto(decision: &Decision) -> types::Decision {
    types::Decision {
        number: decision.number.clone(),
        signed_on: decision.signed_on.to_string(),
        issuer: decision.issuer.clone(),
        sha256: decision.sha256.clone().unwrap_or_default(),
    }
}

fn signed(given: types::Decision) -> Result<Decision, Refusal> {
    let mut faults = Faults::default();
    let number = faults.keep(required_text("number", &given.number, NUMBER_CHARACTERS_MAX));
    let signed_on = faults.keep(date("signed_on", &given.signed_on));
    let issuer = faults.keep(required_text("issuer", &given.issuer, ISSUER_CHARACTERS_MAX));
    let sha256 = faults.keep(sha256(given.sha256));
    let (Some(number), Some(signed_on), Some(issuer), Some(sha256)) = (number, signed_on, issuer, sha256)
    else {
        return Err(faults.refusal());
    };
    Ok(Decision { number, signed_on, issuer, sha256 })
}

fn sha256(given: String) -> Result<Option<String>, Refusal> {
    if given.is_empty() {
        return Ok(None);
    }
    let fits = given.len() == 64 && given.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let expected = "64 chữ số thập lục phân / 64 lower-case hexadecimal digits";
    if fits { Ok(Some(given)) } else { Err(invalid("sha256", &given, expected)) }
}
