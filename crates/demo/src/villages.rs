//! The invented villages as a reference pack, in the format of the operator's packs.

use crate::{
    map,
    province::{Commune, Province, Village},
};
use serde::Serialize;

#[derive(Serialize)]
struct Pack<'a> {
    pack: &'static str,
    title: &'static str,
    note: String,
    records: Vec<Record<'a>>,
}

#[derive(Serialize)]
struct Record<'a> {
    code: &'a str,
    name: &'a str,
    /// The unit of the old map that first listed it; later maps follow from the lineage of the units.
    commune: String,
    source: &'static str,
    mark: &'static str,
}

/// The villages as the text of a pack file, one record a line.
pub(crate) fn pack(province: &Province, seed: u64) -> String {
    let records = province
        .villages
        .iter()
        .map(|village| record(village, &province.communes[usize::from(village.commune)]))
        .collect();
    let pack = Pack {
        pack: "villages",
        title: "Bản tổng hợp (dữ liệu tổng hợp, không có thật) / synthetic villages, none of them real",
        note: format!(
            "Generated for demonstrations with seed {seed}. The communes are those of the map until {}; villages, their \
             names and their number are invented.",
            map::MERGER.yesterday().unwrap_or(map::MERGER)
        ),
        records,
    };
    // Invariant: the pack holds text alone, which always serialises.
    let text = serde_json::to_string(&pack).unwrap_or_default();
    text.replace("[{", "[\n{").replace("},{", "},\n{").replace("}]", "}\n]") + "\n"
}

fn record<'a>(village: &'a Village, commune: &Commune) -> Record<'a> {
    Record {
        code: &village.code,
        name: &village.name,
        commune: commune.unit.key.to_string(),
        source: "synthetic: invented for demonstrations",
        mark: "unverified",
    }
}
