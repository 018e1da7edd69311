//! What is asked about money: which of it, and by what it is told apart.

use super::{
    super::Grounds,
    regroup::{Regrouping, programmes_regrouped_to},
};
use crate::{
    figure::{Held, is_code},
    funding::{KINDS, kind_of, kind_word},
};
use api::progress as proto;
use service::{Refusal, request::fields::invalid};
use std::collections::BTreeMap;

/// A question about money.
#[derive(Clone, Debug, Default)]
pub(crate) struct Question {
    /// In the order asked for, none twice.
    pub(super) by: Vec<Dimension>,
    /// Only this money, regrouped so.
    pub(super) only: Held,
}

/// By what rows are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Dimension {
    ProgrammeRoot,
    Programme,
    Source,
    Kind,
    Vintage,
    ExecutingYear,
    Owner,
    Area,
}

impl Dimension {
    pub(super) const ALL: [Self; 8] = [
        Self::ProgrammeRoot,
        Self::Programme,
        Self::Source,
        Self::Kind,
        Self::Vintage,
        Self::ExecutingYear,
        Self::Owner,
        Self::Area,
    ];

    /// As the API calls it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::ProgrammeRoot => "programme_root",
            Self::Programme => "programme",
            Self::Source => "source",
            Self::Kind => "kind",
            Self::Vintage => "vintage",
            Self::ExecutingYear => "executing_year",
            Self::Owner => "owner",
            Self::Area => "area",
        }
    }
}

/// What `only` takes.
const ONLY: &str = "programme, source, kind, vintage, executing_year, owner";

impl Question {
    /// Reads the request's `by`, `only` and `regroup_to`.
    pub(super) fn parse(grounds: &Grounds, request: &proto::GetFundingRequest) -> Result<Self, Refusal> {
        let mut by = Vec::new();
        for (at, word) in request.by.iter().enumerate() {
            let dimension = Dimension::ALL.into_iter().find(|dimension| dimension.word() == word);
            let dimension = dimension.ok_or_else(|| {
                invalid(&format!("by[{at}]"), word, &Dimension::ALL.map(Dimension::word).join(", "))
            })?;
            if !by.contains(&dimension) {
                by.push(dimension);
            }
        }
        let mut only = Held::default();
        if !request.regroup_to.is_empty() {
            let programmes = &grounds.reference.programmes;
            if Regrouping::to(programmes, &request.regroup_to).is_none() {
                let possible = programmes_regrouped_to(programmes).join(", ");
                return Err(invalid("regroup_to", &request.regroup_to, &possible));
            }
            only.regroup = Some(request.regroup_to.clone());
        }
        // In a fixed order, so that of several faults always the same one is told.
        for (key, value) in request.only.iter().collect::<BTreeMap<_, _>>() {
            hold(grounds, &mut only, key, value)?;
        }
        Ok(Self { by, only })
    }
}

fn hold(grounds: &Grounds, only: &mut Held, key: &str, value: &str) -> Result<(), Refusal> {
    let field = format!("only.{key}");
    let wrong = |expected: &str| invalid(&field, value, expected);
    let year = || -> Result<i16, Refusal> {
        let year = value.parse().ok().filter(|year| (1..=9999).contains(year) && value.len() == 4);
        year.ok_or_else(|| wrong("năm / a year, 2025"))
    };
    match key {
        "programme" => {
            grounds.reference.programmes.get(value).ok_or_else(|| wrong("GNBV, GNBV.DA5, …"))?;
            only.programme = Some(value.to_owned());
        }
        "source" => {
            let sources = &grounds.reference.funding;
            sources.source(value).ok_or_else(|| {
                let codes: Vec<_> = sources.sources().iter().map(|source| source.code.as_str()).collect();
                wrong(&codes.join(", "))
            })?;
            only.source = Some(value.to_owned());
        }
        "kind" => {
            let kind = kind_of(value).ok_or_else(|| wrong(&KINDS.map(kind_word).join(", ")));
            only.kind = Some(kind?);
        }
        "vintage" => only.vintage = Some(year()?),
        "executing_year" => only.executing_year = Some(year()?),
        "owner" => {
            let code = value.strip_prefix("owners/").unwrap_or(value);
            only.owner = Some(
                Some(code).filter(|code| is_code(code)).ok_or_else(|| wrong("ubnd-xa-03618"))?.to_owned(),
            );
        }
        _ => return Err(invalid("only", key, ONLY)),
    }
    Ok(())
}
