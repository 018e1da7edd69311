//! Names of figures. A name says everything the figure depends on, so that it can be asked again at any time:
//!
//! ```text
//! figures/households/poor/areas/03618@2025-07-01/as-at/2025-12-31/known-on/2026-01-15/map/2025-07-01/ethnicity/-
//! figures/shares/near-poor/areas/12@0001-01-01/as-at/2024-12-31/known-on/2026-01-15/map/0001-01-01
//! figures/persons/registered/areas/03618@2025-07-01/outside-parts/as-at/2025-12-31/known-on/2026-01-15/map/2025-07-01/ethnicity/-
//! figures/movements/persons/poor/relapse/areas/110@0001-01-01/year/2024/known-on/2026-01-15/map/0001-01-01
//! figures/lacking/latrine/households/areas/12@0001-01-01/as-at/2025-12-31/known-on/2026-01-15/map/2025-07-01
//! figures/targets/T09/as-at/2025-12-31/known-on/2026-01-15/map/2025-07-01
//! ```

use super::{CriteriaName, MoneyName};
use kernel::{AreaKey, Date, parse_date};
use poverty_view::domain::{Class, Ethnicity, Need, TrackedClass};
use std::{fmt, str::FromStr};

/// The name of a figure.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FigureName {
    /// Households or persons of a class.
    Count(CountName),
    /// The poor or near-poor out of all registered households.
    Share(ShareName),
    /// A column of a form on movements.
    Movement(MovementName),
    /// Poor and near-poor households, or their members, that lack something.
    Lacking(LackingName),
    /// Of titles and criteria.
    Criteria(CriteriaName),
    /// Of money, or of cases about it.
    Money(MoneyName),
    /// A target of the resolution.
    Target(TargetName),
}

/// How much of an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Extent {
    /// All of it.
    Whole,
    /// What was recorded in it and lies in none of its parts on the map, such as households without a village.
    OutsideParts,
}

/// From which point of view, and where.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The area.
    pub area: AreaKey,
    /// How much of it.
    pub extent: Extent,
    /// The state of the world on this day.
    pub as_at: Date,
    /// What had been recorded by the end of this day.
    pub known_on: Date,
    /// A day of the map.
    pub map: Date,
}

/// Households or persons of a class, of one ethnic group or of all.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CountName {
    /// What is counted.
    pub unit: Unit,
    /// Of which class.
    pub class: CountedClass,
    /// Where and from which point of view.
    pub scope: Scope,
    /// Only this group.
    pub ethnicity: Option<Ethnicity>,
}

/// Poor or near-poor households out of all registered ones.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ShareName {
    /// The numerator's class.
    pub class: TrackedClass,
    /// Where and from which point of view.
    pub scope: Scope,
}

/// Poor and near-poor households that lack something, or their members.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LackingName {
    /// What is counted.
    pub unit: Unit,
    /// What is lacking.
    pub need: Need,
    /// Where and from which point of view.
    pub scope: Scope,
}

/// A column of the form of a class for a year.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MovementName {
    /// What is counted.
    pub unit: Unit,
    /// The form.
    pub class: TrackedClass,
    /// The column.
    pub column: MovementColumn,
    /// Where.
    pub area: AreaKey,
    /// How much of it.
    pub extent: Extent,
    /// The calendar year.
    pub year: i16,
    /// What had been recorded by the end of this day.
    pub known_on: Date,
    /// A day of the map.
    pub map: Date,
}

/// A target from a point of view.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TargetName {
    /// For example `T09`.
    pub id: String,
    /// The state of the world on this day.
    pub as_at: Date,
    /// What had been recorded by the end of this day.
    pub known_on: Date,
    /// A day of the map.
    pub map: Date,
}

/// A text that names no figure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not the name of a figure")]
pub struct InvalidFigureName(pub String);

macro_rules! words {
    ($(#[$doc:meta])+ $name:ident { $($(#[$variant_doc:meta])+ $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])+ $variant,)+
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in names.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|own| own.word() == word)
            }
        }
    };
}

words! {
    /// What is counted.
    Unit {
        /// Hộ.
        Households = "households",
        /// Khẩu.
        Persons = "persons",
    }
}

words! {
    /// Which households are counted.
    CountedClass {
        /// All that are registered.
        Registered = "registered",
        /// Hộ nghèo.
        Poor = "poor",
        /// Hộ cận nghèo.
        NearPoor = "near-poor",
        /// Reviewed, and neither.
        NotPoor = "not-poor",
        /// Not reviewed under the standard in force.
        NotReviewed = "not-reviewed",
    }
}

words! {
    /// The columns of the forms on movements, 1 to 9.
    MovementColumn {
        /// 1
        Start = "start",
        /// 2
        ExitToOtherClass = "exit-to-other-class",
        /// 3
        ExitAbove = "exit-above",
        /// 4
        OtherOut = "other-out",
        /// 5
        FromOtherClass = "from-other-class",
        /// 6
        Relapse = "relapse",
        /// 7
        New = "new",
        /// 8
        OtherIn = "other-in",
        /// 9
        End = "end",
    }
}

impl Unit {
    /// One of it, as the API names units: `household` or `person`.
    pub const fn singular(self) -> &'static str {
        match self {
            Self::Households => "household",
            Self::Persons => "person",
        }
    }
}

impl CountedClass {
    /// The class of households, where only one is counted.
    pub const fn class(self) -> Option<Class> {
        match self {
            Self::Registered => None,
            Self::Poor => Some(Class::Poor),
            Self::NearPoor => Some(Class::NearPoor),
            Self::NotPoor => Some(Class::NotPoor),
            Self::NotReviewed => Some(Class::NotReviewed),
        }
    }
}

const fn need_word(need: Need) -> &'static str {
    match need {
        Need::HealthInsurance => "health-insurance",
        Need::Schooling => "schooling",
        Need::Latrine => "latrine",
        Need::Telecom => "telecom",
    }
}

fn need(word: &str) -> Option<Need> {
    Need::ALL.into_iter().find(|need| need_word(*need) == word)
}

const fn tracked_word(class: TrackedClass) -> &'static str {
    match class {
        TrackedClass::Poor => "poor",
        TrackedClass::NearPoor => "near-poor",
    }
}

fn tracked(word: &str) -> Option<TrackedClass> {
    [TrackedClass::Poor, TrackedClass::NearPoor].into_iter().find(|class| tracked_word(*class) == word)
}

/// Follows the area in names.
const OUTSIDE_PARTS: &str = "outside-parts";

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => Ok(()),
            Self::OutsideParts => write!(f, "/{OUTSIDE_PARTS}"),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { area, extent, as_at, known_on, map } = self;
        write!(f, "areas/{area}{extent}/as-at/{as_at}/known-on/{known_on}/map/{map}")
    }
}

impl fmt::Display for FigureName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(CountName { unit, class, scope, ethnicity }) => {
                let group = ethnicity.map(|group| group.to_string());
                f.write_str(&count_name(*unit, *class, &scope.to_string(), group.as_deref()))
            }
            Self::Share(ShareName { class, scope }) => {
                write!(f, "figures/shares/{}/{scope}", tracked_word(*class))
            }
            Self::Movement(MovementName { unit, class, column, area, extent, year, known_on, map }) => {
                let (unit, class, column) = (unit.word(), tracked_word(*class), column.word());
                write!(
                    f,
                    "figures/movements/{unit}/{class}/{column}/areas/{area}{extent}/year/{year:04}/known-on/{known_on}/map/{map}"
                )
            }
            Self::Lacking(LackingName { unit, need, scope }) => {
                write!(f, "figures/lacking/{}/{}/{scope}", need_word(*need), unit.word())
            }
            Self::Criteria(name) => name.fmt(f),
            Self::Money(name) => name.fmt(f),
            Self::Target(TargetName { id, as_at, known_on, map }) => {
                write!(f, "figures/targets/{id}/as-at/{as_at}/known-on/{known_on}/map/{map}")
            }
        }
    }
}

/// The name of a count, from words that many names share. The group is a code.
pub(crate) fn count_name(unit: Unit, class: CountedClass, scope: &str, group: Option<&str>) -> String {
    let group = group.unwrap_or("-");
    ["figures/", unit.word(), "/", class.word(), "/", scope, "/ethnicity/", group].concat()
}

impl FromStr for FigureName {
    type Err = InvalidFigureName;

    fn from_str(text: &str) -> Result<Self, InvalidFigureName> {
        parse(text).ok_or_else(|| InvalidFigureName(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<FigureName> {
    let parts: Vec<&str> = text.split('/').collect();
    match parts.as_slice() {
        ["figures", "shares", class, scope @ ..] => {
            Some(FigureName::Share(ShareName { class: tracked(class)?, scope: self::scope(scope)? }))
        }
        ["figures", "lacking", need, unit, scope @ ..] => Some(FigureName::Lacking(LackingName {
            unit: Unit::from_word(unit)?,
            need: self::need(need)?,
            scope: self::scope(scope)?,
        })),
        ["figures", "criteria", rest @ ..] => CriteriaName::parse(rest).map(FigureName::Criteria),
        ["figures", "money", rest @ ..] => MoneyName::parse(rest).map(FigureName::Money),
        [
            "figures",
            "movements",
            unit,
            class,
            column,
            "areas",
            area,
            extent @ ..,
            "year",
            year,
            "known-on",
            known_on,
            "map",
            map,
        ] => {
            let year = Some(*year).filter(|year| year.len() == 4).and_then(|year| year.parse().ok())?;
            Some(FigureName::Movement(MovementName {
                unit: Unit::from_word(unit)?,
                class: tracked(class)?,
                column: MovementColumn::from_word(column)?,
                area: area.parse().ok()?,
                extent: self::extent(extent)?,
                year: Some(year).filter(|year| (1..=9999).contains(year))?,
                known_on: parse_date(known_on)?,
                map: parse_date(map)?,
            }))
        }
        ["figures", "targets", id, "as-at", as_at, "known-on", known_on, "map", map] => {
            Some(FigureName::Target(TargetName {
                id: Some(*id).filter(|id| !id.is_empty())?.to_owned(),
                as_at: parse_date(as_at)?,
                known_on: parse_date(known_on)?,
                map: parse_date(map)?,
            }))
        }
        ["figures", unit, class, scope @ .., "ethnicity", group] => Some(FigureName::Count(CountName {
            unit: Unit::from_word(unit)?,
            class: CountedClass::from_word(class)?,
            scope: self::scope(scope)?,
            ethnicity: if *group == "-" { None } else { Some(group.parse().ok()?) },
        })),
        _ => None,
    }
}

/// Reads what [`Scope`] writes.
pub(super) fn scope(words: &[&str]) -> Option<Scope> {
    let ["areas", area, extent @ .., "as-at", as_at, "known-on", known_on, "map", map] = words else {
        return None;
    };
    Some(Scope {
        area: area.parse().ok()?,
        extent: self::extent(extent)?,
        as_at: parse_date(as_at)?,
        known_on: parse_date(known_on)?,
        map: parse_date(map)?,
    })
}

/// Reads what [`Extent`] writes.
fn extent(words: &[&str]) -> Option<Extent> {
    match words {
        [] => Some(Extent::Whole),
        [OUTSIDE_PARTS] => Some(Extent::OutsideParts),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_day() -> impl Strategy<Value = Date> {
        (1_i16..9999, 1_i8..13, 1_i8..29).prop_map(|(year, month, day)| kernel::date(year, month, day))
    }

    fn any_area() -> impl Strategy<Value = AreaKey> {
        let code = prop_oneof!["[0-9]{2}", "[0-9]{3}", "[0-9]{5}", "[0-9]{5}-[0-9]{3}"];
        (code, any_day()).prop_map(|(code, day)| AreaKey::new(code.parse().unwrap(), Some(day)))
    }

    fn any_scope() -> impl Strategy<Value = Scope> {
        let extent = prop::sample::select(vec![Extent::Whole, Extent::OutsideParts]);
        (any_area(), extent, any_day(), any_day(), any_day())
            .prop_map(|(area, extent, as_at, known_on, map)| Scope { area, extent, as_at, known_on, map })
    }

    fn any_tracked() -> impl Strategy<Value = TrackedClass> {
        prop::sample::select(vec![TrackedClass::Poor, TrackedClass::NearPoor])
    }

    fn any_name() -> impl Strategy<Value = FigureName> {
        let unit = || prop::sample::select(Unit::ALL);
        let group = prop::option::of((0_i64..100).prop_map(|number| Ethnicity::try_from(number).unwrap()));
        prop_oneof![
            (unit(), prop::sample::select(CountedClass::ALL), any_scope(), group).prop_map(
                |(unit, class, scope, ethnicity)| {
                    FigureName::Count(CountName { unit, class, scope, ethnicity })
                }
            ),
            (any_tracked(), any_scope())
                .prop_map(|(class, scope)| FigureName::Share(ShareName { class, scope })),
            (unit(), any_tracked(), prop::sample::select(MovementColumn::ALL), any_scope(), 1_i16..9999)
                .prop_map(|(unit, class, column, Scope { area, extent, known_on, map, .. }, year)| {
                    FigureName::Movement(MovementName {
                        unit,
                        class,
                        column,
                        area,
                        extent,
                        year,
                        known_on,
                        map,
                    })
                }),
            ("[TS][0-9]{2}", any_scope()).prop_map(|(id, Scope { as_at, known_on, map, .. })| {
                FigureName::Target(TargetName { id, as_at, known_on, map })
            }),
        ]
    }

    proptest! {
        #[test]
        fn a_name_survives_its_text_form(name in any_name()) {
            prop_assert_eq!(name.to_string().parse::<FigureName>(), Ok(name));
        }
    }

    #[test]
    fn other_texts_name_no_figure() {
        let name = "figures/households/poor/areas/03618@2025-07-01/as-at/2025-12-31/known-on/2026-01-15/map/2025-07-01/ethnicity/-";
        assert_eq!(name.parse::<FigureName>().unwrap().to_string(), name);
        for text in [
            "",
            "figures",
            &name.replace("poor", "rich"),
            &name.replace("03618@", "03618"),
            &name.replace("2026-01-15", "today"),
            &name.replace("/-", "/Thai"),
            &name.replace("/as-at", "/some-parts/as-at"),
            &name.replace("/map", "/outside-parts/map"),
            &name.replace("/as-at", "/outside-parts/outside-parts/as-at"),
            &format!("{name}/"),
        ] {
            assert!(text.parse::<FigureName>().is_err(), "'{text}' must be refused");
        }
    }
}
