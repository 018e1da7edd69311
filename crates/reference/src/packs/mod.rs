//! Pack files: read, told apart by kind, and laid over one another by key. What the records mean is checked in
//! [`crate::check()`].

mod criteria_records;
mod funding_records;
mod programme_records;
mod read;
mod records;
mod standard_records;

pub(crate) use criteria_records::*;
pub(crate) use funding_records::*;
pub(crate) use programme_records::*;
pub(crate) use records::*;
pub(crate) use standard_records::*;

use crate::check::Finding;
use std::{collections::HashMap, path::Path, rc::Rc};

/// A record and where it stands.
pub(crate) struct Located<T> {
    pub(crate) record: T,
    pub(crate) file: Rc<str>,
    pub(crate) line: usize,
}

/// All records of one kind, in the order of their files; an operator's record stands in the place of the one it replaces.
pub(crate) struct Pack<T> {
    records: Vec<Located<T>>,
    by_key: HashMap<String, usize>,
}

impl<T> Default for Pack<T> {
    fn default() -> Self {
        Self { records: Vec::new(), by_key: HashMap::new() }
    }
}

impl<T: PackRecord> Pack<T> {
    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.records.iter().map(|located| &located.record)
    }

    pub(crate) fn located(&self) -> &[Located<T>] {
        &self.records
    }

    pub(crate) fn get(&self, key: &str) -> Option<&T> {
        self.by_key.get(key).map(|&at| &self.records[at].record)
    }

    /// Adds a record or replaces that of an earlier layer; the same key twice in one layer is a finding.
    fn lay(&mut self, located: Located<T>, layer: &mut HashMap<String, String>, findings: &mut Vec<Finding>) {
        let key = located.record.key();
        let place = format!("{} line {}", located.file, located.line);
        if let Some(first) = layer.get(&key) {
            findings.push(Finding {
                file: located.file.to_string(),
                line: Some(located.line),
                key: Some(key),
                problem: format!("the key is already taken by {first}"),
                remedy: "keep one of the two records".to_owned(),
            });
            return;
        }
        layer.insert(key.clone(), place);
        match self.by_key.get(&key) {
            Some(&at) => self.records[at] = located,
            None => {
                self.by_key.insert(key, self.records.len());
                self.records.push(located);
            }
        }
    }
}

macro_rules! packs {
    ($($field:ident: $record:ty),+ $(,)?) => {
        /// The records of all kinds.
        #[derive(Default)]
        pub(crate) struct Packs {
            $(pub(crate) $field: Pack<$record>,)+
        }

        impl Packs {
            /// Names of all kinds, as the `pack` field of a file has them.
            const KINDS: &'static [&'static str] = &[$(<$record as PackRecord>::PACK),+];

            fn lay_file(&mut self, file: &read::File<'_>, layer: &mut Layer, findings: &mut Vec<Finding>) {
                match file.kind.as_str() {
                    $(<$record as PackRecord>::PACK => {
                        let seen = layer.entry(<$record as PackRecord>::PACK).or_default();
                        for raw in &file.records {
                            if let Some(located) = file.record(raw, findings) {
                                self.$field.lay(located, seen, findings);
                            }
                        }
                    })+
                    _ => findings.push(file.unknown_kind(Self::KINDS)),
                }
            }

            /// Every figure of every record with its file, line, key and place in the record.
            pub(crate) fn figures(&self) -> Vec<Figure<'_>> {
                let mut all = Vec::new();
                $(for located in self.$field.located() {
                    let key = located.record.key();
                    for (place, sourced) in located.record.figures() {
                        let (file, line) = (located.file.as_ref(), located.line);
                        all.push(Figure { file, line, key: key.clone(), place, sourced });
                    }
                })+
                all
            }
        }
    };
}

packs! {
    geographies: GeographyRecord,
    areas: AreaRecord,
    lineage: LineageRecord,
    villages: VillageRecord,
    regions: RegionRecord,
    poor_districts: PoorDistrictRecord,
    standards: StandardRecord,
    indicators: IndicatorRecord,
    ethnic_groups: EthnicGroupRecord,
    resolutions: ResolutionRecord,
    targets: TargetRecord,
    baselines: BaselineRecord,
    criteria_sets: CriteriaSetRecord,
    criteria: CriterionRecord,
    criterion_indicators: CriterionIndicatorRecord,
    criterion_levels: CriterionLevelRecord,
    programmes: ProgrammeRecord,
    programme_groups: ProgrammeGroupRecord,
    programme_crosswalk: CrosswalkRecord,
    programme_overlaps: OverlapRecord,
    envelopes: EnvelopeRecord,
    funding_sources: FundingSourceRecord,
    support_kinds: SupportKindRecord,
    payment_windows: PaymentWindowRecord,
    funding_parameters: FundingParameterRecord,
}

/// A figure with a source, and where it stands.
pub(crate) struct Figure<'a> {
    pub(crate) file: &'a str,
    pub(crate) line: usize,
    pub(crate) key: String,
    pub(crate) place: String,
    pub(crate) sourced: &'a dyn Sourced,
}

/// Per kind, the keys seen in one layer (the embedded packs, or the operator's folder) and where.
type Layer = HashMap<&'static str, HashMap<String, String>>;

macro_rules! embedded {
    ($($name:literal),+ $(,)?) => {
        &[$((concat!("embedded ", $name), include_str!(concat!("../../packs/", $name)))),+]
    };
}

/// Name and content of the packs in the binary.
const EMBEDDED: &[(&str, &str)] = embedded![
    "geographies.json",
    "areas.json",
    "lineage.json",
    "regions.json",
    "poor-districts.json",
    "standards.json",
    "indicators.json",
    "ethnic-groups.json",
    "resolution.json",
    "targets.json",
    "baselines.json",
    "criteria-sets.json",
    "criteria.json",
    "criterion-indicators.json",
    "criterion-levels.json",
    "programmes.json",
    "programme-groups.json",
    "programme-crosswalk.json",
    "programme-overlaps.json",
    "envelopes.json",
    "funding-sources.json",
    "support-kinds.json",
    "payment-windows.json",
    "funding-parameters.json",
];

impl Packs {
    /// The embedded packs with those of the folder laid over them, and everything that could not be read.
    pub(crate) fn read(dir: Option<&Path>) -> (Self, Vec<Finding>) {
        let (mut packs, mut findings) = (Self::default(), Vec::new());
        let embedded = EMBEDDED.iter().map(|(name, content)| ((*name).to_owned(), (*content).to_owned()));
        packs.lay_all(embedded.collect(), &mut findings);
        if let Some(dir) = dir {
            let files = read::folder(dir, &mut findings);
            packs.lay_all(files, &mut findings);
        }
        (packs, findings)
    }

    fn lay_all(&mut self, files: Vec<(String, String)>, findings: &mut Vec<Finding>) {
        let mut layer = Layer::new();
        for (name, content) in files {
            if let Some(file) = read::File::parse(&name, &content, findings) {
                self.lay_file(&file, &mut layer, findings);
            }
        }
    }
}
