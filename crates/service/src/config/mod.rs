//! Settings: from defaults, a TOML file, the environment and flags; each beats those before it.
//!
//! One table, [`SETTINGS`], holds every key. From it come the parsing, the errors, what `muctieu config` prints and the
//! table in `crates/service/README.md`. Start with [`load`].

mod error;
mod markdown;
mod nearest;
mod redact;
mod settings;
mod sources;
mod table;

pub use error::Error;
pub use markdown::settings_as_markdown;
pub use settings::{Edition, Limits, LogSettings, NatsSettings, Secret, Settings, TelemetryFormat, required};
pub use sources::{Source, Sources};
pub use table::{SETTINGS, Setting, Visibility};

use sources::Given;
use std::{fmt, net::SocketAddr};

/// The settings in force and where each came from. Displayed, it is what `muctieu config` prints.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// For the program.
    pub settings: Settings,
    /// For the operator: one for each key, in the order of the table.
    pub values: Vec<EffectiveValue>,
}

/// The value of one key as an operator may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectiveValue {
    /// The key.
    pub key: &'static str,
    /// The value; secrets and passwords inside URLs are replaced by `***`.
    pub shown: String,
    /// Where it came from.
    pub source: Source,
}

/// Reads all settings, or says which one is wrong, where it stands and what would be right.
pub fn load(sources: &Sources) -> Result<Configuration, Error> {
    let given = sources.read()?;
    let mut settings = Settings::unset();
    let mut values = Vec::with_capacity(SETTINGS.len());
    for setting in SETTINGS {
        let last = given.iter().rev().find(|given| given.setting.key == setting.key);
        let (value, source) =
            last.map_or((setting.default, &Source::Default), |Given { value, source, .. }| (value, source));
        let shown = redact::shown(setting, value);
        (setting.apply)(&mut settings, value).map_err(|expected| Error::Invalid {
            key: setting.key,
            value: shown.clone(),
            from: source.clone(),
            expected,
        })?;
        values.push(EffectiveValue { key: setting.key, shown, source: source.clone() });
    }
    stays_on_loopback(&settings)?;
    waits_end_in_time(&settings, &values)?;
    Ok(Configuration { settings, values })
}

fn stays_on_loopback(settings: &Settings) -> Result<(), Error> {
    let named = [("listen", Some(settings.listen)), ("metrics_listen", settings.metrics_listen)];
    let reachable = |address: &SocketAddr| !address.ip().is_loopback();
    let exposed = named.into_iter().find_map(|(key, address)| Some((key, address.filter(reachable)?)));
    match exposed {
        Some((key, address)) if !settings.listen_unprotected => Err(Error::Unprotected { key, address }),
        _ => Ok(()),
    }
}

/// A read that waits for its view must be able to say that it waited in vain.
fn waits_end_in_time(settings: &Settings, values: &[EffectiveValue]) -> Result<(), Error> {
    const KEY: &str = "limits.request_ms_max";
    let Limits { consistency_wait_max, request_time_max, .. } = &settings.limits;
    match values.iter().find(|value| value.key == KEY) {
        Some(value) if request_time_max <= consistency_wait_max => Err(Error::Invalid {
            key: KEY,
            value: value.shown.clone(),
            from: value.source.clone(),
            expected: format!("more than limits.consistency_wait_ms, {}", consistency_wait_max.as_millis()),
        }),
        _ => Ok(()),
    }
}

impl fmt::Display for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (setting, EffectiveValue { key, shown, source }) in SETTINGS.iter().zip(&self.values) {
            let value = toml::Value::String(shown.clone());
            writeln!(f, "# {}\n{key} = {value}  # {source}\n", setting.doc)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
