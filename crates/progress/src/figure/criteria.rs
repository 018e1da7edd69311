//! Names of figures about titles, criteria, lists and what units report:
//!
//! ```text
//! figures/criteria/recognised/areas/12@0001-01-01/as-at/2025-06-30/known-on/2025-07-15/map/0001-01-01
//! figures/criteria/met-15-18-official/areas/110@0001-01-01/as-at/2024-12-31/known-on/2025-07-15/map/0001-01-01
//! figures/criteria/reported/T19/numerator/areas/12@0001-01-01/as-at/2025-12-31/known-on/2026-01-15/map/2025-07-01
//! ```

use super::{Extent, Scope, name};
use std::fmt;

/// A figure about titles and criteria.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CriteriaName {
    /// What is told.
    pub measure: CriteriaMeasure,
    /// Where and from which point of view; always the whole area.
    pub scope: Scope,
}

/// What is told of titles and criteria.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CriteriaMeasure {
    /// A number.
    Count(CriteriaCount),
    /// The mean number of criteria met.
    Mean(Basis),
    /// How one unit stands: its title, its latest assessment and its region together.
    Standing,
    /// What units report of a target.
    Reported(Reported),
}

/// Who says that a criterion is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// The competent body that judged it.
    Official,
    /// The written rule.
    Strict,
}

/// A run of numbers of criteria met, both ends included; only of sets of 19 criteria.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Band {
    /// The least.
    pub from: i64,
    /// The most.
    pub to: i64,
}

/// What is counted. "At the start" is the first day of the resolution's period; "especially difficult" is region III.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CriteriaCount {
    /// Communes on the map.
    Communes,
    /// Of these with a title, by decision or from the parts of a merged unit.
    Recognised,
    /// Of these with the title of the advanced or of the model commune.
    Advanced,
    /// Of these with the title of the model commune.
    Model,
    /// Recognised communes whose title follows from their parts, without a decision.
    Derived,
    /// Merged communes whose status cannot be told.
    Undetermined,
    /// Communes with an assessment under the set in force, in which something was judged on that basis.
    Assessed(Basis),
    /// Criteria met by the communes assessed.
    Met(Basis),
    /// Communes assessed that met so many.
    Band(Band, Basis),
    /// Communes assessed that met fewer than 15.
    BelowFifteen(Basis),
    /// Villages of the packs.
    Villages,
    /// Of these with a title.
    VillagesRecognised,
    /// Villages of the communes that were especially difficult at the start.
    DifficultVillages,
    /// Of these with a title.
    DifficultVillagesRecognised,
    /// Districts with a title.
    DistrictsRecognised,
    /// Communes that are especially difficult.
    Difficult,
    /// Communes that were so at the start and are it no more.
    LeftDifficult,
    /// Districts on the list of poor districts.
    PoorDistricts,
    /// Districts that were on it at the start and are it no more.
    LeftPoorList,
}

/// What units report of a target, added up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reported {
    /// The indicator, which has the id of the target.
    pub indicator: String,
    /// Which part of what was reported.
    pub part: ReportedPart,
}

/// A part of what units report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReportedPart {
    /// What was counted or summed.
    Numerator,
    /// Out of how many, or over how many.
    Denominator,
    /// A number of things.
    Number,
    /// The reports that count.
    Reports,
}

impl Band {
    /// All of them, the highest first: they have neither gap nor overlap.
    pub const ALL: [Self; 5] = [
        Self { from: 19, to: 19 },
        Self { from: 15, to: 18 },
        Self { from: 10, to: 14 },
        Self { from: 5, to: 9 },
        Self { from: 0, to: 4 },
    ];

    /// Whether so many criteria met are in the band.
    pub const fn contains(self, met: i64) -> bool {
        self.from <= met && met <= self.to
    }
}

impl Basis {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Official, Self::Strict];

    const fn word(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::Strict => "strict",
        }
    }
}

impl CriteriaCount {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        let plain = [
            Self::Communes,
            Self::Recognised,
            Self::Advanced,
            Self::Model,
            Self::Derived,
            Self::Undetermined,
            Self::Villages,
            Self::VillagesRecognised,
            Self::DifficultVillages,
            Self::DifficultVillagesRecognised,
            Self::DistrictsRecognised,
            Self::Difficult,
            Self::LeftDifficult,
            Self::PoorDistricts,
            Self::LeftPoorList,
        ];
        let judged = Basis::ALL.into_iter().flat_map(|basis| {
            let bands = Band::ALL.into_iter().map(move |band| Self::Band(band, basis));
            bands.chain([Self::Assessed(basis), Self::Met(basis), Self::BelowFifteen(basis)])
        });
        plain.into_iter().chain(judged)
    }

    /// What one of it is.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Met(_) => "criterion",
            Self::Villages
            | Self::VillagesRecognised
            | Self::DifficultVillages
            | Self::DifficultVillagesRecognised => "village",
            Self::DistrictsRecognised | Self::PoorDistricts | Self::LeftPoorList => "district",
            _ => "commune",
        }
    }
}

impl fmt::Display for CriteriaCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Communes => f.write_str("communes"),
            Self::Recognised => f.write_str("recognised"),
            Self::Advanced => f.write_str("advanced"),
            Self::Model => f.write_str("model"),
            Self::Derived => f.write_str("derived"),
            Self::Undetermined => f.write_str("undetermined"),
            Self::Assessed(basis) => write!(f, "assessed-{}", basis.word()),
            Self::Met(basis) => write!(f, "met-{}", basis.word()),
            Self::Band(band, basis) => write!(f, "met-{}-{}-{}", band.from, band.to, basis.word()),
            Self::BelowFifteen(basis) => write!(f, "met-below-15-{}", basis.word()),
            Self::Villages => f.write_str("villages"),
            Self::VillagesRecognised => f.write_str("villages-recognised"),
            Self::DifficultVillages => f.write_str("villages-of-difficult-communes"),
            Self::DifficultVillagesRecognised => f.write_str("villages-recognised-of-difficult-communes"),
            Self::DistrictsRecognised => f.write_str("districts-recognised"),
            Self::Difficult => f.write_str("difficult"),
            Self::LeftDifficult => f.write_str("left-difficult"),
            Self::PoorDistricts => f.write_str("poor-districts"),
            Self::LeftPoorList => f.write_str("left-poor-list"),
        }
    }
}

impl ReportedPart {
    const ALL: [Self; 4] = [Self::Numerator, Self::Denominator, Self::Number, Self::Reports];

    const fn word(self) -> &'static str {
        match self {
            Self::Numerator => "numerator",
            Self::Denominator => "denominator",
            Self::Number => "number",
            Self::Reports => "reports",
        }
    }
}

impl fmt::Display for CriteriaMeasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => count.fmt(f),
            Self::Mean(basis) => write!(f, "mean-{}", basis.word()),
            Self::Standing => f.write_str("standing"),
            Self::Reported(Reported { indicator, part }) => {
                write!(f, "reported/{indicator}/{}", part.word())
            }
        }
    }
}

impl fmt::Display for CriteriaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "figures/criteria/{}/{}", self.measure, self.scope)
    }
}

impl CriteriaName {
    /// Reads what follows `figures/criteria/`.
    pub(super) fn parse(words: &[&str]) -> Option<Self> {
        let (measure, scope) = match words {
            ["reported", indicator, part, scope @ ..] => {
                let part = ReportedPart::ALL.into_iter().find(|own| own.word() == *part)?;
                let indicator = Some(*indicator).filter(|indicator| !indicator.is_empty())?.to_owned();
                (CriteriaMeasure::Reported(Reported { indicator, part }), scope)
            }
            ["standing", scope @ ..] => (CriteriaMeasure::Standing, scope),
            [word, scope @ ..] => (counted(word).or_else(|| mean(word))?, scope),
            [] => return None,
        };
        let scope = name::scope(scope).filter(|scope| scope.extent == Extent::Whole)?;
        Some(Self { measure, scope })
    }
}

fn counted(word: &str) -> Option<CriteriaMeasure> {
    CriteriaCount::all().find(|count| count.to_string() == word).map(CriteriaMeasure::Count)
}

fn mean(word: &str) -> Option<CriteriaMeasure> {
    let basis = word.strip_prefix("mean-")?;
    Basis::ALL.into_iter().find(|own| own.word() == basis).map(CriteriaMeasure::Mean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::FigureName;

    const SCOPE: &str = "areas/12@0001-01-01/as-at/2025-06-30/known-on/2025-07-15/map/0001-01-01";

    #[test]
    fn every_name_survives_its_text_form() {
        let counts = CriteriaCount::all().map(CriteriaMeasure::Count);
        let means = Basis::ALL.into_iter().map(CriteriaMeasure::Mean);
        let reported = ReportedPart::ALL
            .into_iter()
            .map(|part| CriteriaMeasure::Reported(Reported { indicator: "T19".to_owned(), part }));
        let mut words = Vec::new();
        for measure in counts.chain(means).chain([CriteriaMeasure::Standing]).chain(reported) {
            let text = format!("figures/criteria/{measure}/{SCOPE}");
            let name: FigureName = text.parse().unwrap();
            assert_eq!(name.to_string(), text);
            assert!(matches!(name, FigureName::Criteria(name) if name.measure == measure), "{text}");
            words.push(measure.to_string());
        }
        words.sort_unstable();
        assert!(words.windows(2).all(|pair| pair[0] != pair[1]), "one word names one measure: {words:?}");
    }

    #[test]
    fn other_texts_name_no_figure() {
        for measure in ["", "met-15-17-official", "mean", "mean-oral", "reported/T19", "reported//numerator"]
        {
            let text = format!("figures/criteria/{measure}/{SCOPE}");
            assert!(text.parse::<FigureName>().is_err(), "'{text}' must be refused");
        }
        let outside =
            format!("figures/criteria/recognised/{}", SCOPE.replace("/as-at", "/outside-parts/as-at"));
        assert!(outside.parse::<FigureName>().is_err(), "these figures are of whole areas");
    }

    #[test]
    fn bands_have_neither_gap_nor_overlap() {
        for met in 0..=19 {
            assert_eq!(Band::ALL.iter().filter(|band| band.contains(met)).count(), 1, "{met}");
        }
    }
}
