//! The folder in which a demo keeps its data, as a place to come back to.

use crate::context::Context;
use anyhow::Context as _;
use demo::{Driven, Positions};
use serde::{Deserialize, Serialize};
use service::Settings;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The settings file in each demo's folder.
const SETTINGS_FILE: &str = "muctieu.toml";
/// The file that says that the history was told to its end.
const HISTORY_FILE: &str = "history.json";
/// What the name of each demo's folder begins with.
const PREFIX: &str = "demo-";
/// Demos that a message names at most.
const NAMED_MAX: usize = 3;

/// A history that was told to its end.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct History {
    /// Requests answered.
    pub(crate) requests: u64,
    /// Of the last event of each log, by its context's name.
    pub(crate) positions: BTreeMap<String, u64>,
    /// Lets a read wait until it has seen everything.
    pub(crate) consistency_token: String,
}

impl From<&Driven> for History {
    fn from(driven: &Driven) -> Self {
        let consistency_token = driven.consistency_token.clone();
        let Positions { poverty, rural, funding } = driven.positions;
        let named = [(Context::Poverty, poverty), (Context::Rural, rural), (Context::Funding, funding)];
        let positions = named.map(|(context, position)| (context.name().to_owned(), position)).into();
        Self { requests: driven.requests, positions, consistency_token }
    }
}

impl History {
    /// Whether it is one of that many requests and the logs still hold it.
    pub(crate) fn is_whole(&self, requests: u64, heads: &[(Context, u64)]) -> bool {
        let held = |(context, head): &(Context, u64)| {
            self.positions.get(context.name()).is_some_and(|position| position <= head)
        };
        self.requests == requests && heads.iter().all(held)
    }
}

/// Where one demo keeps everything; the path is absolute, so that it holds in every working directory.
pub(crate) struct DemoFolder(PathBuf);

impl DemoFolder {
    /// One for each seed and scale below the data folder.
    pub(crate) fn below(data_dir: &Path, seed: u64, scale: &str) -> anyhow::Result<Self> {
        let path = data_dir.join(format!("{PREFIX}{seed}-{}", scale.replace('/', "-of-")));
        let absolute = std::path::absolute(&path);
        Ok(Self(absolute.with_context(|| format!("cannot tell where {} is", path.display()))?))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Turns the settings into those of this demo. It is always embedded, has a seal key of its own and never touches
    /// a site's databases: nothing synthetic comes among real data, nor under a real signature.
    pub(crate) fn apply(&self, settings: &mut Settings) {
        settings.edition = service::config::Edition::Embedded;
        settings.data_dir.clone_from(&self.0);
        settings.reference_dir = Some(self.packs());
        settings.seal_key_file = None;
    }

    /// Where the invented villages are.
    pub(crate) fn packs(&self) -> PathBuf {
        self.0.join("packs")
    }

    /// What `--config` takes later.
    pub(crate) fn settings_file(&self) -> PathBuf {
        self.0.join(SETTINGS_FILE)
    }

    /// Writes the settings with which every other command finds this data.
    pub(crate) fn write_settings(&self) -> anyhow::Result<()> {
        let path = self.settings_file();
        let text = format!(
            "# Synthetic data of `muctieu demo`: nothing in this folder is real.\n\
             # The paths are absolute; change them when the folder moves.\n\
             edition = \"embedded\"\n\
             data_dir = {}\n\
             reference.dir = {}\n",
            quoted(&self.0)?,
            quoted(&self.packs())?
        );
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// The history that an earlier run told to its end. A file that cannot be read counts as none: to tell a history once
    /// more changes nothing.
    pub(crate) fn history(&self) -> Option<History> {
        serde_json::from_slice(&fs::read(self.0.join(HISTORY_FILE)).ok()?).ok()
    }

    /// Writes down that the history is told.
    pub(crate) fn remember(&self, history: &History) -> anyhow::Result<()> {
        let path = self.0.join(HISTORY_FILE);
        fs::write(&path, serde_json::to_vec(history)?)
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// The command that serves this data later, for the shell in which this program was started. Variables beat the file, so
    /// those that would lead elsewhere are taken out.
    pub(crate) fn serve_command(&self) -> String {
        let misleading = ["EDITION", "DATA_DIR", "REFERENCE_DIR", "SEAL_KEY_FILE"]
            .map(|name| format!("MUCTIEU_{name}"))
            .into_iter()
            .filter(|name| std::env::var_os(name).is_some());
        let mut command: String = misleading.map(|name| format!("-u {name} ")).collect();
        if !command.is_empty() {
            command.insert_str(0, "env ");
        }
        let program = std::env::args().next().unwrap_or_else(|| "muctieu".to_owned());
        command + &format!("{program} serve --config {}", self.settings_file().display())
    }
}

/// What to do where a data folder holds no log: a demo keeps its own one level below.
pub(crate) fn remedy(data_dir: &Path) -> String {
    let demos = settings_files_below(data_dir);
    let flags: Vec<String> =
        demos.iter().take(NAMED_MAX).map(|path| format!("--config {}", path.display())).collect();
    if flags.is_empty() {
        "to use one that exists, name its folder with --data-dir or --config".to_owned()
    } else {
        format!("a demo's lies below it: to use that, give {}", flags.join(" or "))
    }
}

fn settings_files_below(data_dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(data_dir).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX))
        .map(|entry| entry.path().join(SETTINGS_FILE))
        .filter(|path| path.is_file())
        .collect();
    found.sort();
    found
}

fn quoted(path: &Path) -> anyhow::Result<toml::Value> {
    let text = path.to_str().with_context(|| format!("the path {} is not UTF-8", path.display()))?;
    Ok(toml::Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use service::config::{self, Sources};

    #[test]
    fn the_settings_of_a_demo_lead_to_its_folder_from_everywhere() {
        let place = tempfile::tempdir().unwrap();
        let folder = DemoFolder::below(&place.path().join("a \"b\" c"), 7, "1/10").unwrap();
        fs::create_dir_all(folder.path()).unwrap();
        folder.write_settings().unwrap();
        let read = config::load(&Sources { file: Some(folder.settings_file()), ..Sources::default() });
        let mut expected = config::load(&Sources::default()).unwrap().settings;
        folder.apply(&mut expected);
        assert_eq!(folder.history(), None);
        let positions =
            [("poverty", 4), ("rural", 5), ("funding", 6)].map(|(name, at)| (name.to_owned(), at));
        let history = History { requests: 3, positions: positions.into(), consistency_token: "t".to_owned() };
        folder.remember(&history).unwrap();
        let heads = |funding| [(Context::Poverty, 4), (Context::Rural, 9), (Context::Funding, funding)];
        assert!(history.is_whole(3, &heads(6)) && !history.is_whole(4, &heads(6)));
        assert!(!history.is_whole(3, &heads(5)), "a log that was cut is to be told anew");
        assert_eq!(folder.history(), Some(history));
        assert_eq!(read.unwrap().settings, expected);
        assert!(expected.data_dir.is_absolute() && expected.data_dir.ends_with("demo-7-1-of-10"));
    }

    #[test]
    fn an_empty_folder_above_a_demo_names_the_demo() {
        let place = tempfile::tempdir().unwrap();
        assert!(remedy(place.path()).contains("--data-dir"));
        let folder = DemoFolder::below(place.path(), 7, "1").unwrap();
        fs::create_dir_all(folder.path()).unwrap();
        folder.write_settings().unwrap();
        assert!(remedy(place.path()).contains(&folder.settings_file().display().to_string()));
    }
}
