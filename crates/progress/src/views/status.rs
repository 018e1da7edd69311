//! Complete, incomplete or no data: a missing value is never zero.

use crate::figure::{FigureName, Unit};
use api::{progress as proto, types};
use kernel::Ratio;
use reference::Caveat;

/// What is known about the data behind figures of one area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DataStatus {
    Complete,
    Incomplete,
    NoData,
}

impl DataStatus {
    /// The status of something of which some or no data are there.
    pub(crate) const fn of(any: bool, all: bool) -> Self {
        match (any, all) {
            (false, _) => Self::NoData,
            (true, false) => Self::Incomplete,
            (true, true) => Self::Complete,
        }
    }

    pub(crate) fn number(self) -> i32 {
        let status = match self {
            Self::Complete => proto::DataStatus::Complete,
            Self::Incomplete => proto::DataStatus::Incomplete,
            Self::NoData => proto::DataStatus::NoData,
        };
        status.into()
    }

    /// The value where there are data.
    pub(crate) fn present<T>(self, value: T) -> Option<T> {
        (self != Self::NoData).then_some(value)
    }
}

/// What makes the answer provisional.
pub(crate) fn caveats(caveats: Vec<Caveat>) -> Vec<types::Caveat> {
    caveats.into_iter().map(|Caveat { vi, en }| types::Caveat { text: en, text_vi: vi }).collect()
}

/// A count under its name.
pub(crate) fn figure(name: String, status: DataStatus, value: i64, unit: Unit) -> proto::Figure {
    proto::Figure {
        name,
        status: status.number(),
        value: status.present(value),
        unit: unit.singular().to_owned(),
    }
}

/// An amount of đồng under its name.
pub(crate) fn money(name: &FigureName, status: DataStatus, value: i64) -> proto::Figure {
    let unit = "dong".to_owned();
    proto::Figure { name: name.to_string(), status: status.number(), value: status.present(value), unit }
}

/// A share under its name: numerator and denominator are counted, the percentage is rounded once.
pub(crate) fn share(name: &FigureName, status: DataStatus, numerator: i64, denominator: i64) -> proto::Share {
    let ratio = status.present(()).and_then(|()| Ratio::new(numerator, denominator).ok());
    proto::Share {
        name: name.to_string(),
        status: if ratio.is_some() { status } else { DataStatus::NoData }.number(),
        numerator: ratio.map(Ratio::numerator),
        denominator: ratio.map(Ratio::denominator),
        percent: ratio.map_or_else(String::new, |ratio| ratio.percent(2)),
    }
}
