//! What may know what: the layout of the workspace, proved over its manifests and sources.

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The crates of this workspace that each crate may use, test code aside. A new crate takes its place here first.
///
/// Architecture invariant: adapters depend on the core and never the other way round; the services do not know each
/// other, only each other's events; `muctieu` alone knows all.
const MAY_USE: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("reference", &["kernel"]),
    ("events", &["kernel"]),
    ("api", &[]),
    ("event-log", &["kernel"]),
    ("projection", &["kernel", "event-log"]),
    ("event-bus", &["kernel", "event-log", "projection"]),
    ("service", &["kernel", "event-log", "api"]),
    ("poverty-view", &["kernel", "reference", "events", "event-log", "projection"]),
    ("decider", &["kernel", "event-log", "service"]),
    ("poverty-registry", SERVICES_MAY_USE),
    ("rural-criteria", SERVICES_MAY_USE),
    ("funding-ledger", SERVICES_MAY_USE),
    ("progress", SERVICES_MAY_USE),
    ("demo", &["kernel", "reference", "api"]),
    (
        "muctieu",
        &[
            "kernel",
            "reference",
            "events",
            "api",
            "event-log",
            "projection",
            "decider",
            "event-bus",
            "service",
            "poverty-registry",
            "poverty-view",
            "rural-criteria",
            "funding-ledger",
            "progress",
            "demo",
        ],
    ),
    ("bench", &["kernel", "event-log", "api", "testing"]),
    ("testing", &[]),
    ("xtask", &[]),
];

const SERVICES_MAY_USE: &[&str] = &[
    "kernel",
    "reference",
    "events",
    "api",
    "event-log",
    "projection",
    "decider",
    "service",
    "poverty-view",
];

/// Crates that are pure from end to end, with everything from outside that they may use.
const PURE_CRATES: &[(&str, &[&str])] = &[
    ("kernel", &["jiff", "serde", "thiserror", "unicode-normalization", "unicode-properties", "uuid"]),
    ("reference", &["serde", "serde_json", "thiserror"]),
    ("events", &["serde", "serde_json", "thiserror"]),
];

/// Crates that pure code never names: databases, networks, random sources and the crates around the core.
const IMPURE_CRATES: &[&str] = &[
    "sqlx",
    "tonic",
    "tokio",
    "tokio_stream",
    "async_nats",
    "futures",
    "hyper",
    "http",
    "rand",
    "rand_chacha",
    "getrandom",
    "event_log",
    "projection",
    "event_bus",
    "service",
    "api",
];

/// Words that pure code never says: clocks, random ids, waiting.
const IMPURE_WORDS: &[&str] = &["SystemTime", "Instant", "new_v4", "now_v7", "thread_rng", "async", "await"];

/// Modules of the standard library that reach outside the program.
const IMPURE_STANDARD_MODULES: &[&str] = &["fs", "net", "env", "process", "thread"];

/// The two doors: files of pure crates that may say what is named here.
const EXCEPTIONS: &[(&str, &[&str])] = &[
    // The one clock.
    ("crates/kernel/src/clock.rs", &["now"]),
    // Packs of the operator's are loaded from a folder.
    ("crates/reference/src/packs/read.rs", &["std::fs"]),
];

#[test]
fn each_crate_uses_only_what_its_place_allows() {
    let metadata = metadata();
    let may_use: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut broken = Vec::new();
    for package in metadata.workspace_packages() {
        let Some(allowed) = may_use.get(package.name.as_str()) else {
            broken.push(format!("crate {} has no place in the layout yet", package.name));
            continue;
        };
        for used in uses(package).filter(|used| may_use.contains_key(used.as_str())) {
            if !allowed.contains(&used.as_str()) {
                broken.push(format!("{} must not know {used}", package.name));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn pure_crates_use_no_database_network_clock_or_random_source() {
    let metadata = metadata();
    for (name, allowed) in PURE_CRATES {
        let package = metadata.workspace_packages().into_iter().find(|package| package.name == *name);
        let package = package.unwrap_or_else(|| panic!("crate {name} is in the workspace"));
        let of_ours: BTreeSet<&str> = MAY_USE.iter().map(|(ours, _)| *ours).collect();
        for used in uses(package).filter(|used| !of_ours.contains(used.as_str())) {
            assert!(allowed.contains(&used.as_str()), "{name} is pure and must not use {used}");
        }
    }
}

#[test]
fn pure_sources_name_no_database_network_clock_or_random_source() {
    let sources = pure_sources();
    assert!(sources.len() > 20, "the pure sources were found: {sources:?}");
    let found: Vec<String> = sources.iter().flat_map(|path| impurities_of(path)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn each_exception_is_still_needed() {
    for (path, exceptions) in EXCEPTIONS {
        let code = fs::read_to_string(workspace().join(path)).unwrap_or_default();
        let found = impurities(&code);
        for exception in *exceptions {
            assert!(found.contains(*exception), "{path} no longer says {exception}");
        }
    }
}

#[test]
fn the_reader_of_sources_sees_through_nested_imports_and_overlooks_comments_and_tests() {
    let seen =
        impurities("use std::{collections::BTreeMap, fs};\nlet t = Timestamp::now();\nsqlx::query(\"\")");
    assert_eq!(seen, BTreeSet::from(["std::fs".into(), "now".into(), "sqlx".into()]));
    let pure =
        "// tokio::spawn\nlet url = \"http://a\"; // std::net\n#[cfg(test)]\nmod tests {\n use std::fs; }";
    assert_eq!(impurities(pure), BTreeSet::new());
}

fn metadata() -> Metadata {
    MetadataCommand::new()
        .current_dir(workspace())
        .no_deps()
        .exec()
        .expect("cargo describes its own workspace")
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What the crate depends on outside its tests.
fn uses(package: &Package) -> impl Iterator<Item = String> {
    let normal = package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal);
    normal.map(|dependency| dependency.name.clone())
}

/// All files of pure crates and of every `domain/` folder.
fn pure_sources() -> Vec<PathBuf> {
    let of_pure_crates =
        PURE_CRATES.iter().map(|(name, _)| workspace().join("crates").join(name).join("src"));
    let domains = entries(&workspace().join("crates")).into_iter().map(|folder| folder.join("src/domain"));
    of_pure_crates
        .chain(domains.filter(|folder| folder.is_dir()))
        .flat_map(|folder| sources(&folder))
        .collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) =
        entries(folder).into_iter().partition(|path| path.is_dir());
    let here = files.into_iter().filter(|file| {
        file.extension().is_some_and(|extension| extension == "rs")
            && file.file_stem().is_some_and(|stem| !stem.to_string_lossy().contains("tests"))
    });
    let below = folders.iter().filter(|folder| !folder.ends_with("tests")).flat_map(|folder| sources(folder));
    here.chain(below).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}

fn impurities_of(path: &Path) -> Vec<String> {
    let code = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let allowed: Vec<&str> = EXCEPTIONS
        .iter()
        .filter(|(exception, _)| path.ends_with(exception.trim_start_matches("crates/")))
        .flat_map(|(_, names)| names.iter().copied())
        .collect();
    let found = impurities(&code).into_iter().filter(|name| !allowed.contains(&name.as_str()));
    found.map(|name| format!("{} names {name}", path.display())).collect()
}

/// The impure names that the code says outside comments, texts and tests.
fn impurities(code: &str) -> BTreeSet<String> {
    let code = code.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let code: String = code.lines().map(|line| without_texts_and_comment(line) + "\n").collect();

    let mut found: BTreeSet<String> =
        words(&code).filter(|word| IMPURE_WORDS.contains(word)).map(str::to_owned).collect();
    found
        .extend(IMPURE_CRATES.iter().filter(|name| names_a_path(&code, name)).map(|name| (*name).to_owned()));
    if code.contains("::now(") {
        found.insert("now".to_owned());
    }
    let imports = code.split("use std::").skip(1).filter_map(|rest| rest.split(';').next());
    for module in IMPURE_STANDARD_MODULES {
        let imported = imports.clone().any(|import| words(import).any(|word| word == *module));
        if imported || code.contains(&format!("std::{module}")) {
            found.insert(format!("std::{module}"));
        }
    }
    found
}

/// Whether the word stands at the beginning of a path, as in `sqlx::query` or `use sqlx;`.
fn names_a_path(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let before = &code[..at];
        let begins = !before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
        let after = &code[at + word.len()..];
        begins && (after.starts_with("::") || (before.ends_with("use ") && after.starts_with(';')))
    })
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

/// The line without what stands in double quotes and without a comment at its end.
fn without_texts_and_comment(line: &str) -> String {
    let outside_texts: Vec<&str> = line.split('"').step_by(2).collect();
    let code = outside_texts.join("\"\"");
    code.split("//").next().unwrap_or_default().to_owned()
}
