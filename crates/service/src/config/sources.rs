//! Where settings are written, and reading them there.

use super::{Error, SETTINGS, Setting, Visibility, nearest::nearest, table::variable};
use std::{
    fmt,
    path::{Path, PathBuf},
};

/// Every environment variable of the program begins so.
const PREFIX: &str = "MUCTIEU_";
/// Variables that are no settings: the name of the settings file, and where a debug build is to end itself.
const OTHER_VARIABLES: [&str; 2] = ["MUCTIEU_CONFIG", "MUCTIEU_FAULT"];
/// Variables that begin so are for tests alone.
const TEST_PREFIX: &str = "MUCTIEU_TEST_";
/// A secret's file is a password or a URL; more is a mistake.
const SECRET_BYTES_MAX: usize = 64 * 1024;

/// Where to look for settings; later ones beat earlier ones.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// A TOML file.
    pub file: Option<PathBuf>,
    /// Environment variables; those that do not begin with `MUCTIEU_` are passed over.
    pub environment: Vec<(String, String)>,
    /// Flags of the form `KEY=VALUE`.
    pub flags: Vec<String>,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The table.
    Default,
    /// A settings file.
    File(PathBuf),
    /// An environment variable.
    Variable(String),
    /// `--set`.
    Flag,
    /// A file that holds only this secret, and what named it.
    SecretFile(PathBuf, Box<Source>),
}

/// A value that somebody wrote for a setting.
pub(super) struct Given {
    pub(super) setting: &'static Setting,
    pub(super) value: String,
    pub(super) source: Source,
}

/// A name and a value as they were written, before the name is known to be a setting's.
struct Written {
    name: String,
    value: String,
    source: Source,
}

impl Sources {
    /// The environment of this process together with the file and flags of its command line.
    pub fn of_process(file: Option<PathBuf>, flags: Vec<String>) -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
        };
        Self { file, environment: std::env::vars_os().filter_map(text).collect(), flags }
    }

    /// Everything that was written, weakest first.
    pub(super) fn read(&self) -> Result<Vec<Given>, Error> {
        let file = self.file.as_deref().map(read_file).transpose()?.unwrap_or_default();
        let variables = read_environment(&self.environment)?;
        let flags = self.flags.iter().map(|flag| read_flag(flag)).collect::<Result<_, _>>()?;
        let mut given = Vec::new();
        for layer in [file, variables, flags] {
            given.extend(understand(layer)?);
        }
        Ok(given)
    }
}

fn read_file(path: &Path) -> Result<Vec<Written>, Error> {
    let named_by = || "--config or MUCTIEU_CONFIG".to_owned();
    let unreadable = |cause| Error::File { path: path.to_owned(), named_by: named_by(), cause };
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    // Only message and line: the parser's full text would repeat the line, which may hold a secret.
    let table: toml::Table = toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
        unreadable(format!("line {line}: {}", error.message()))
    })?;
    let mut written = Vec::new();
    flatten("", table, &Source::File(path.to_owned()), &mut written)?;
    Ok(written)
}

/// `[limits] page_size_max = 5` is `limits.page_size_max` with the value 5.
fn flatten(
    prefix: &str,
    table: toml::Table,
    source: &Source,
    written: &mut Vec<Written>,
) -> Result<(), Error> {
    for (name, value) in table {
        let name = format!("{prefix}{name}");
        if let toml::Value::Table(inner) = value {
            flatten(&format!("{name}."), inner, source, written)?;
        } else {
            let wrong = |kind| Error::Kind { key: name.clone(), from: source.clone(), kind };
            let value = scalar(value).map_err(wrong)?;
            written.push(Written { name, value, source: source.clone() });
        }
    }
    Ok(())
}

fn scalar(value: toml::Value) -> Result<String, &'static str> {
    match value {
        toml::Value::String(text) => Ok(text),
        toml::Value::Integer(number) => Ok(number.to_string()),
        toml::Value::Boolean(truth) => Ok(truth.to_string()),
        toml::Value::Array(items) if items.iter().all(toml::Value::is_str) => {
            Ok(items.iter().filter_map(toml::Value::as_str).collect::<Vec<_>>().join(","))
        }
        other => Err(other.type_str()),
    }
}

fn read_environment(variables: &[(String, String)]) -> Result<Vec<Written>, Error> {
    let ours = variables.iter().filter(|(name, _)| {
        let other = OTHER_VARIABLES.contains(&&**name) || name.starts_with(TEST_PREFIX);
        name.starts_with(PREFIX) && !other
    });
    ours.map(|(name, value)| {
        let source = Source::Variable(name.clone());
        let key = SETTINGS.iter().find_map(|setting| {
            let rest = name.strip_prefix(&variable(setting.key))?;
            match (rest, setting.visibility) {
                ("", _) => Some(setting.key.to_owned()),
                ("_FILE", Visibility::Secret) => Some(format!("{}_file", setting.key)),
                _ => None,
            }
        });
        let key = key.ok_or_else(|| {
            let variables: Vec<(String, &str)> =
                SETTINGS.iter().map(|setting| (variable(setting.key), setting.key)).collect();
            let like = nearest(name, variables.iter().map(|(variable, _)| variable.as_str()));
            let meant = variables.iter().find(|(variable, _)| Some(variable.as_str()) == like);
            Error::UnknownKey {
                name: name.clone(),
                from: Source::Variable(name.clone()),
                nearest: meant.map(|(_, key)| *key),
            }
        })?;
        Ok(Written { name: key, value: value.clone(), source })
    })
    .collect()
}

fn read_flag(flag: &str) -> Result<Written, Error> {
    let (name, value) = flag.split_once('=').ok_or_else(|| Error::Flag { name: flag.to_owned() })?;
    Ok(Written { name: name.trim().to_owned(), value: value.to_owned(), source: Source::Flag })
}

/// The settings that one layer names; files of secrets are read.
fn understand(layer: Vec<Written>) -> Result<Vec<Given>, Error> {
    let mut layer_given: Vec<(Given, Form)> = Vec::with_capacity(layer.len());
    for written in layer {
        let (given, form) = setting_of(written)?;
        let other_form = |(earlier, earlier_form): &(Given, Form)| {
            earlier.setting.key == given.setting.key && *earlier_form != form
        };
        if layer_given.iter().any(other_form) {
            return Err(Error::Twice { key: given.setting.key });
        }
        layer_given.push((given, form));
    }
    Ok(layer_given.into_iter().map(|(given, _)| given).collect())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Value,
    File,
}

fn setting_of(Written { name, value, source }: Written) -> Result<(Given, Form), Error> {
    if let Some(setting) = SETTINGS.iter().find(|setting| setting.key == name) {
        return Ok((Given { setting, value, source }, Form::Value));
    }
    let is_file_of = |setting: &&Setting| {
        setting.visibility == Visibility::Secret && name.strip_suffix("_file") == Some(setting.key)
    };
    let Some(setting) = SETTINGS.iter().find(is_file_of) else {
        let nearest = nearest(&name, SETTINGS.iter().map(|setting| setting.key));
        return Err(Error::UnknownKey { name, from: source, nearest });
    };
    let path = PathBuf::from(value);
    let value = read_secret(&path, &source)?;
    Ok((Given { setting, value, source: Source::SecretFile(path, Box::new(source)) }, Form::File))
}

fn read_secret(path: &Path, named_by: &Source) -> Result<String, Error> {
    let unusable =
        |cause: String| Error::File { path: path.to_owned(), named_by: named_by.to_string(), cause };
    let text = std::fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
    let secret = text.trim();
    if secret.is_empty() || secret.len() > SECRET_BYTES_MAX {
        return Err(unusable(format!(
            "a secret has 1 to {SECRET_BYTES_MAX} bytes, this file has {}",
            secret.len()
        )));
    }
    Ok(secret.to_owned())
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Variable(name) => write!(f, "environment variable {name}"),
            Self::Flag => f.write_str("flag --set"),
            Self::SecretFile(path, named_by) => write!(f, "file {}, named by {named_by}", path.display()),
        }
    }
}
