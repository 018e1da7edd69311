//! The three contexts that write: each has a log, a stream on the bus and a database of its own.

use crate::cli::Service;
use service::{Settings, config::Secret};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Context {
    Poverty,
    Rural,
    Funding,
}

impl Context {
    pub(crate) const ALL: [Self; 3] = [Self::Poverty, Self::Rural, Self::Funding];

    /// In consistency tokens, checkpoints and on the bus.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Poverty => poverty_registry::CONTEXT,
            Self::Rural => rural_criteria::CONTEXT,
            Self::Funding => funding_ledger::CONTEXT,
        }
    }

    /// The service that writes it.
    pub(crate) const fn service(self) -> Service {
        match self {
            Self::Poverty => Service::PovertyRegistry,
            Self::Rural => Service::RuralCriteria,
            Self::Funding => Service::FundingLedger,
        }
    }

    /// The setting that names its database.
    pub(crate) const fn database_key(self) -> &'static str {
        match self {
            Self::Poverty => "poverty.database_url",
            Self::Rural => "rural.database_url",
            Self::Funding => "funding.database_url",
        }
    }

    pub(crate) const fn database(self, settings: &Settings) -> Option<&Secret> {
        match self {
            Self::Poverty => settings.poverty_database_url.as_ref(),
            Self::Rural => settings.rural_database_url.as_ref(),
            Self::Funding => settings.funding_database_url.as_ref(),
        }
    }

    /// The setting that names the same database for those who only read its log.
    pub(crate) const fn source_key(self) -> &'static str {
        match self {
            Self::Poverty => "progress.source_poverty_database_url",
            Self::Rural => "progress.source_rural_database_url",
            Self::Funding => "progress.source_funding_database_url",
        }
    }

    pub(crate) fn source(self, settings: &Settings) -> Option<&Secret> {
        let named = match self {
            Self::Poverty => settings.progress_source_poverty_database_url.as_ref(),
            Self::Rural => settings.progress_source_rural_database_url.as_ref(),
            Self::Funding => settings.progress_source_funding_database_url.as_ref(),
        };
        named.or_else(|| self.database(settings))
    }
}
