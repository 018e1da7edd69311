//! The catalogue of events in `proto/README.md` is made of the stored fixtures. `MUCTIEU_TEST_WRITE_TABLES=1 cargo test -p
//! events --test documents` writes it anew.
//!
//! `fixtures/<type>.json` is the main example of a type; `fixtures/<type>.<shape>.json` shows another shape of it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

mod catalogue;
mod fields;
mod layout;

use catalogue::{ENTRIES, Entry, STREAMS};
use events::{DecodeError, funding::FundingEvent, poverty::PovertyEvent, rural::RuralEvent};
use serde_json::{Map, Value};
use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

#[test]
fn the_guide_of_the_api_shows_every_event_by_its_fixtures() {
    let mut expected = String::new();
    for (stream, context) in STREAMS {
        write!(expected, "### Stream `{stream}`\n\n").unwrap();
        for entry in ENTRIES.iter().filter(|entry| entry.event_type.starts_with(context)) {
            expected.push_str(&described(entry));
        }
    }
    part_is_equal("../../proto/README.md", "events", &expected);
}

#[test]
fn the_catalogue_names_every_type_ever_released_once() {
    let released = [PovertyEvent::TYPES, RuralEvent::TYPES, FundingEvent::TYPES].concat();
    let named: Vec<_> = ENTRIES.iter().map(|entry| entry.event_type).collect();
    assert_eq!(named, released);
}

#[test]
fn every_stored_example_is_read_and_written_back_byte_for_byte() {
    let types: BTreeSet<_> = ENTRIES.iter().map(|entry| entry.event_type).collect();
    for file in fs::read_dir(fixtures()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let event_type = name.split('.').take(3).collect::<Vec<_>>().join(".");
        assert!(types.contains(&*event_type), "{name} is the example of no type");
        let stored = fs::read_to_string(fixtures().join(&name)).unwrap();
        assert_eq!(written_back(&event_type, &stored).unwrap(), stored.trim_end(), "{name}");
    }
}

/// One entry: what happened, its day, its stream, what may be missing, and the examples.
fn described(entry: &Entry) -> String {
    let Entry { event_type, says, effective, stream } = entry;
    let main = stored(&format!("{event_type}.json"));
    let shapes = shapes(event_type);
    let all: Vec<&str> =
        std::iter::once(&main).chain(shapes.iter().map(|(_, text)| text)).map(|text| &**text).collect();
    let fields = fields::of(event_type, &all);

    let mut text = format!("#### `{event_type}`\n\n{}\n\n", layout::wrapped(says));
    writeln!(text, "Effective on {effective}; `ce-subject` is `{stream}`.").unwrap();
    for (what, names) in [("May be absent", &fields.optional), ("Keys of their own stand in", &fields.maps)] {
        if !names.is_empty() {
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            writeln!(text, "{}", layout::wrapped(&format!("{what}: {}.", names.join(", ")))).unwrap();
        }
    }
    write!(text, "\n```json\n{}\n```\n\n", layout::laid_out(&main)).unwrap();
    for (shape, other) in &shapes {
        let (with, without) = difference(&main, other);
        let without =
            if without.is_empty() { String::new() } else { format!(" without {},", without.join(", ")) };
        write!(text, "Shape `{shape}`:{without} with\n\n```json\n{}\n```\n\n", layout::laid_out(&with))
            .unwrap();
    }
    text
}

/// The fields of another shape that are not as in the main example, in its order, and the names of those that it lacks.
fn difference(main: &str, other: &str) -> (String, Vec<String>) {
    let (main_fields, other_fields) = (object(main), object(other));
    let of_other = layout::fields(other).into_iter();
    let differing = of_other.filter(|(key, _)| main_fields.get(*key) != other_fields.get(*key));
    let with: Vec<_> = differing.map(|(key, value)| format!("{key:?}:{value}")).collect();
    let missing = layout::fields(main).into_iter().filter(|(key, _)| !other_fields.contains_key(*key));
    (format!("{{{}}}", with.join(",")), missing.map(|(key, _)| format!("`{key}`")).collect())
}

fn object(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap()
}

/// The other shapes of a type with their names, in the order of these.
fn shapes(event_type: &str) -> Vec<(String, String)> {
    let names =
        fs::read_dir(fixtures()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let shape = |name: &String| {
        let rest = name.strip_prefix(event_type)?.strip_prefix('.')?;
        Some(rest.strip_suffix(".json")?.to_owned())
    };
    let mut shapes: Vec<_> = names.filter_map(|name| Some((shape(&name)?, stored(&name)))).collect();
    shapes.sort();
    shapes
}

/// What the event type's decoder makes of the text, encoded again.
fn written_back(event_type: &str, text: &str) -> Result<String, DecodeError> {
    let written = match event_type.split('.').next().unwrap() {
        "poverty" => PovertyEvent::decode(event_type, text)?.encode(),
        "rural" => RuralEvent::decode(event_type, text)?.encode(),
        _ => FundingEvent::decode(event_type, text)?.encode(),
    };
    Ok(written.unwrap())
}

fn stored(name: &str) -> String {
    fs::read_to_string(fixtures().join(name)).unwrap().trim_end().to_owned()
}

fn fixtures() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"))
}

/// The part stands between the lines `<!-- begin name … -->` and `<!-- end name -->`.
fn part_is_equal(path: &str, name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let page = fs::read_to_string(&path).unwrap();
    let begin = page.find(&format!("<!-- begin {name}")).expect("the part's begin is marked");
    let begin = begin + page[begin..].find('\n').expect("the mark is a line of its own") + 1;
    let end = page.find(&format!("<!-- end {name} -->")).expect("the part's end is marked");
    if std::env::var_os("MUCTIEU_TEST_WRITE_TABLES").is_some() {
        fs::write(&path, format!("{}{expected}{}", &page[..begin], &page[end..])).unwrap();
        return;
    }
    assert!(
        page[begin..end] == *expected,
        "the part '{name}' of {} is not that of the fixtures; write it anew with MUCTIEU_TEST_WRITE_TABLES=1",
        path.display()
    );
}
