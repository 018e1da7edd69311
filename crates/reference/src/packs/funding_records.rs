//! The records of the funding rules: sources, kinds of support, payment windows and dated limits.

use super::records::{PackRecord, Sourced, day_or_null, pack, sourced};
use crate::{
    funding::{Book, InRate, YearDay},
    provenance::Mark,
};
use kernel::{Date, OPEN_START, Period, PovertyClass};
use serde::Deserialize;

sourced!(FundingSourceRecord, SupportKindRecord, PaymentWindowRecord, FundingParameterRecord);

/// A source of money.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FundingSourceRecord {
    pub(crate) code: String,
    pub(crate) vi: String,
    pub(crate) en: String,
    pub(crate) book: Book,
    pub(crate) in_rate: InRate,
    pub(crate) budget: bool,
    pub(crate) counterpart: bool,
    #[serde(deserialize_with = "day_or_null")]
    valid_from: Option<Date>,
    #[serde(deserialize_with = "day_or_null")]
    valid_to: Option<Date>,
    #[serde(default)]
    pub(crate) note: Option<String>,
    source: String,
    mark: Mark,
}

impl FundingSourceRecord {
    pub(crate) fn validity(&self) -> Period {
        Period { from: self.valid_from.unwrap_or(OPEN_START), to: self.valid_to }
    }
}

pack!(FundingSourceRecord, "funding-sources", |it| it.code.clone());

/// A kind of support to households.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SupportKindRecord {
    pub(crate) code: String,
    pub(crate) vi: String,
    pub(crate) en: String,
    pub(crate) overlap: Option<String>,
    pub(crate) eligible: Vec<PovertyClass>,
    pub(crate) stackable: bool,
    source: String,
    mark: Mark,
}

pack!(SupportKindRecord, "support-kinds", |it| it.code.clone());

/// Until when money may be advanced and paid.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaymentWindowRecord {
    pub(crate) id: String,
    pub(crate) programme: Option<String>,
    pub(crate) vintages: Option<(Option<i16>, Option<i16>)>,
    pub(crate) executing_years: (Option<i16>, Option<i16>),
    pub(crate) last_day: YearDay,
    pub(crate) extension_last_day: YearDay,
    #[serde(default)]
    pub(crate) note: Option<String>,
    source: String,
    mark: Mark,
}

pack!(PaymentWindowRecord, "payment-windows", |it| it.id.clone());

/// A limit over some days.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FundingParameterRecord {
    pub(crate) key: String,
    pub(crate) vi: String,
    pub(crate) en: String,
    pub(crate) value: Option<String>,
    #[serde(deserialize_with = "day_or_null")]
    valid_from: Option<Date>,
    #[serde(deserialize_with = "day_or_null")]
    valid_to: Option<Date>,
    #[serde(default)]
    pub(crate) note: Option<String>,
    source: String,
    mark: Mark,
}

impl FundingParameterRecord {
    pub(crate) fn validity(&self) -> Period {
        Period { from: self.valid_from.unwrap_or(OPEN_START), to: self.valid_to }
    }
}

pack!(FundingParameterRecord, "funding-parameters", |it| format!("{} from {}", it.key, it.validity().from));
