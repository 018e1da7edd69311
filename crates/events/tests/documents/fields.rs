//! Which fields of a type may be absent, and which hold maps: asked of the decoder, by taking each field away and by
//! giving each another name.

use super::written_back;
use serde_json::Value;
use std::collections::BTreeSet;

/// Paths of fields, for example `members[].head`.
pub(crate) struct Fields {
    /// Events without them are read.
    pub(crate) optional: BTreeSet<String>,
    /// Objects whose keys are data, not names of fields.
    pub(crate) maps: BTreeSet<String>,
}

/// The fields of all examples of a type.
pub(crate) fn of(event_type: &str, examples: &[&str]) -> Fields {
    let mut fields = Fields { optional: BTreeSet::new(), maps: BTreeSet::new() };
    for example in examples {
        let whole: Value = serde_json::from_str(example).unwrap();
        for place in places(&whole, &mut Vec::new()) {
            let name = name(&place);
            if is_map(event_type, &whole, &place) {
                fields.maps.insert(name.rsplit_once('.').map_or(name.clone(), |(map, _)| map.to_owned()));
            } else if written_back(event_type, &without(&whole, &place).to_string()).is_ok() {
                fields.optional.insert(name);
            }
        }
    }
    // What stands in a map has no name of its own.
    let Fields { optional, maps } = &mut fields;
    optional.retain(|name| !maps.iter().any(|map| name.starts_with(&format!("{map}."))));
    fields
}

/// A step into a value.
#[derive(Clone)]
enum Step {
    Key(String),
    Index(usize),
}

/// Every field of every object, as the steps that lead to it.
fn places(value: &Value, path: &mut Vec<Step>) -> Vec<Vec<Step>> {
    let inner: Vec<(Step, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(key, inner)| (Step::Key(key.clone()), inner)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, inner)| (Step::Index(at), inner)).collect(),
        _ => Vec::new(),
    };
    let mut found = Vec::new();
    for (step, inner) in inner {
        let is_field = matches!(step, Step::Key(_));
        path.push(step);
        if is_field {
            found.push(path.clone());
        }
        found.extend(places(inner, path));
        path.pop();
    }
    found
}

fn name(place: &[Step]) -> String {
    let mut name = String::new();
    for step in place {
        match step {
            Step::Index(_) => name.push_str("[]"),
            Step::Key(key) if name.is_empty() => name.push_str(key),
            Step::Key(key) => {
                name.push('.');
                name.push_str(key);
            }
        }
    }
    name
}

/// Whether an event in which the field has another name is written back with that name.
fn is_map(event_type: &str, whole: &Value, place: &[Step]) -> bool {
    const OTHER_NAME: &str = "a_key_of_nobody";
    let mut renamed = whole.clone();
    let (object, key) = last_object(&mut renamed, place);
    let value = object.remove(key).unwrap();
    object.insert(OTHER_NAME.to_owned(), value);
    written_back(event_type, &renamed.to_string()).is_ok_and(|written| written.contains(OTHER_NAME))
}

fn without(whole: &Value, place: &[Step]) -> Value {
    let mut less = whole.clone();
    let (object, key) = last_object(&mut less, place);
    object.remove(key);
    less
}

/// The object in which the field stands, and the field's key.
fn last_object<'a>(
    whole: &'a mut Value,
    place: &'a [Step],
) -> (&'a mut serde_json::Map<String, Value>, &'a str) {
    let (Some(Step::Key(key)), to_it) = (place.last(), &place[..place.len() - 1]) else {
        panic!("a place ends with a field")
    };
    let mut value = whole;
    for step in to_it {
        value = match step {
            Step::Key(key) => &mut value[key],
            Step::Index(at) => &mut value[at],
        };
    }
    (value.as_object_mut().unwrap(), key)
}
