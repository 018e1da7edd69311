//! From the bytes of a pack file to located records, with a finding for whatever cannot be read.

use super::{Located, PackRecord};
use crate::check::Finding;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use std::{fs, io, path::Path, rc::Rc};

/// No pack file is larger: the largest folder of villages stays under a tenth of it.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// A pack file whose envelope was read.
pub(super) struct File<'a> {
    name: Rc<str>,
    pub(super) kind: String,
    pub(super) records: Vec<RawRecord<'a>>,
}

/// A record as it stands in its file.
pub(super) struct RawRecord<'a> {
    line: usize,
    text: &'a str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    pack: String,
    #[serde(rename = "title")]
    _title: Option<String>,
    #[serde(rename = "note")]
    _note: Option<String>,
    #[serde(borrow)]
    records: Vec<&'a RawValue>,
}

impl<'a> File<'a> {
    pub(super) fn parse(name: &str, content: &'a str, findings: &mut Vec<Finding>) -> Option<Self> {
        match serde_json::from_str::<Envelope<'a>>(content) {
            Ok(envelope) => {
                let records = with_lines(content, &envelope.records);
                Some(Self { name: name.into(), kind: envelope.pack, records })
            }
            Err(error) => {
                findings.push(Finding {
                    file: name.to_owned(),
                    line: Some(error.line()),
                    key: None,
                    problem: format!("malformed file: {}", without_position(&error)),
                    remedy: "a pack file is one JSON object with the fields pack, title, note and records"
                        .to_owned(),
                });
                None
            }
        }
    }

    pub(super) fn record<T: PackRecord>(
        &self,
        raw: &RawRecord<'a>,
        findings: &mut Vec<Finding>,
    ) -> Option<Located<T>> {
        let RawRecord { line, text } = *raw;
        match serde_json::from_str(text) {
            Ok(record) => Some(Located { record, file: Rc::clone(&self.name), line }),
            Err(error) => {
                let problem = without_position(&error);
                findings.push(Finding {
                    file: self.name.to_string(),
                    line: Some(line + error.line().saturating_sub(1)),
                    key: likely_key(text),
                    remedy: remedy(&problem),
                    problem,
                });
                None
            }
        }
    }

    pub(super) fn unknown_kind(&self, kinds: &[&str]) -> Finding {
        Finding {
            file: self.name.to_string(),
            line: None,
            key: None,
            problem: format!("unknown kind of pack '{}'", self.kind),
            remedy: format!("use one of {}", kinds.join(", ")),
        }
    }
}

/// The line on which each record begins, counted in one pass.
fn with_lines<'a>(content: &'a str, records: &[&'a RawValue]) -> Vec<RawRecord<'a>> {
    let (mut line, mut counted) = (1, 0);
    let mut located = Vec::with_capacity(records.len());
    for record in records {
        let text = record.get();
        // The record is a slice of the content, so the distance of their addresses is its offset.
        let offset = text.as_ptr().addr().saturating_sub(content.as_ptr().addr());
        let before = content.as_bytes().get(counted..offset).unwrap_or_default();
        line += before.iter().filter(|byte| **byte == b'\n').count();
        counted = offset;
        located.push(RawRecord { line, text });
    }
    located
}

/// Name and content of the `.json` files directly in the folder, by name.
pub(super) fn folder(dir: &Path, findings: &mut Vec<Finding>) -> Vec<(String, String)> {
    let mut paths = match list(dir) {
        Ok(paths) => paths,
        Err(error) => {
            findings.push(unreadable(dir, &error, "give an existing folder that this program may read"));
            return Vec::new();
        }
    };
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        match read(&path) {
            Ok(content) => files.push((path.display().to_string(), content)),
            Err(error) => {
                let remedy = "pack files are UTF-8 text of at most 16 MiB that this program may read";
                findings.push(unreadable(&path, &error, remedy));
            }
        }
    }
    files
}

fn list(dir: &Path) -> io::Result<Vec<std::path::PathBuf>> {
    fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect()
}

fn read(path: &Path) -> io::Result<String> {
    let bytes = fs::metadata(path)?.len();
    if bytes > FILE_BYTES_MAX {
        return Err(io::Error::other(format!("{bytes} bytes are more than {FILE_BYTES_MAX}")));
    }
    let content = fs::read_to_string(path)?;
    // Editors on Windows put a byte order mark before the text.
    Ok(content.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(content))
}

fn unreadable(path: &Path, error: &io::Error, remedy: &str) -> Finding {
    Finding {
        file: path.display().to_string(),
        line: None,
        key: None,
        problem: format!("cannot be read: {error}"),
        remedy: remedy.to_owned(),
    }
}

/// The message of a JSON error without its own idea of line and column, which the finding gives for the file.
fn without_position(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.rsplit_once(" at line ").map_or(message.clone(), |(text, _)| text.to_owned())
}

/// A broken record is named by whichever field usually names it.
fn likely_key(text: &str) -> Option<String> {
    const NAMING_FIELDS: [&str; 8] = ["id", "code", "into", "area", "first_day", "name", "key", "set"];
    let record: Value = serde_json::from_str(text).ok()?;
    NAMING_FIELDS.iter().find_map(|field| record.get(field)?.as_str().map(str::to_owned))
}

fn remedy(problem: &str) -> String {
    let remedy = if problem.starts_with("unknown field") {
        "correct the field's name or remove it"
    } else if problem.starts_with("missing field") {
        "add the field; every record has its source and mark, and an unknown day is null"
    } else if problem.starts_with("unknown variant") {
        "use one of the values listed"
    } else {
        "correct the value; the README of crates/reference describes every field"
    };
    remedy.to_owned()
}
