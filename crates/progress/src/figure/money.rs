//! Names of figures about money, and of cases about it.

use super::{Scope, name};
use crate::funding::{kind_of, kind_word};
use events::funding::{Kind, Stage};
use std::fmt;

/// A figure about money:
/// `figures/money/plan/kind=investment,programme=GNBV/areas/12@0001-01-01/as-at/2025-12-31/known-on/2026-01-15/map/2025-07-01`;
/// `-` where nothing is held.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MoneyName {
    /// What is told.
    pub measure: MoneyMeasure,
    /// Of which money.
    pub held: Held,
    /// Where and from which point of view.
    pub scope: Scope,
}

/// What is told of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MoneyMeasure {
    /// An amount.
    Column(MoneyColumn),
    /// A share of disbursement.
    Rate(MoneyRate),
    /// Plan of areas that the map cannot place within the area's parts.
    NotPlaced,
    /// Open cases; nothing is held with it.
    OpenCases,
}

/// A column of the funding view: a sum over stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MoneyColumn {
    /// *Kế hoạch vốn*: everything but what was returned.
    Plan,
    /// *Chưa phân bổ chi tiết*.
    Unallocated,
    /// *Đã phân bổ chi tiết*: wherever it went from there.
    Allocated,
    /// *Đã ký hợp đồng*, undrawn.
    Committed,
    /// *Tạm ứng chưa thu hồi*.
    Advanced,
    /// *Thanh toán khối lượng hoàn thành*.
    Paid,
    /// *Đã quyết toán*.
    Settled,
    /// *Hủy dự toán, nộp trả ngân sách*.
    Returned,
    /// *Giải ngân*: advanced, paid and settled.
    Disbursed,
    /// Plan that is not disbursed.
    Remaining,
}

/// A share of disbursement by its denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MoneyRate {
    /// Out of the plan.
    OfPlan,
    /// Out of what is allocated in detail.
    OfAllocated,
}

/// Which money: what is not held may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Held {
    /// Plan year of use.
    pub executing_year: Option<i16>,
    /// Kind of capital.
    pub kind: Option<Kind>,
    /// A node of the programme tree without what lies below it.
    pub node: Option<String>,
    /// Who holds it.
    pub owner: Option<String>,
    /// A node with everything below it.
    pub programme: Option<String>,
    /// Inside the rate of disbursement or not.
    pub rate: InRate,
    /// The programme to which nodes are regrouped by the crosswalk; `node` and `programme` are then those after it.
    pub regroup: Option<String>,
    /// Code of the source.
    pub source: Option<String>,
    /// Budget year of the first assignment.
    pub vintage: Option<i16>,
}

/// Whether money counts in the rate of disbursement. The two are never added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InRate {
    /// Budget money.
    #[default]
    Inside,
    /// Credit, contributions in cash and in kind, and money that counts in another programme's rate.
    Outside,
}

impl MoneyColumn {
    /// All of them, in the order of the view.
    pub const ALL: [Self; 10] = [
        Self::Plan,
        Self::Unallocated,
        Self::Allocated,
        Self::Committed,
        Self::Advanced,
        Self::Paid,
        Self::Settled,
        Self::Returned,
        Self::Disbursed,
        Self::Remaining,
    ];

    /// The stages that it adds up.
    pub const fn stages(self) -> &'static [Stage] {
        use Stage::{Advanced, Allocated, Assigned, Committed, Paid, Returned, Settled};
        match self {
            Self::Plan => &[Assigned, Allocated, Committed, Advanced, Paid, Settled],
            Self::Unallocated => &[Assigned],
            Self::Allocated => &[Allocated, Committed, Advanced, Paid, Settled],
            Self::Committed => &[Committed],
            Self::Advanced => &[Advanced],
            Self::Paid => &[Paid],
            Self::Settled => &[Settled],
            Self::Returned => &[Returned],
            Self::Disbursed => &[Advanced, Paid, Settled],
            Self::Remaining => &[Assigned, Allocated, Committed],
        }
    }

    /// The word in names.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Unallocated => "unallocated",
            Self::Allocated => "allocated",
            Self::Committed => "committed",
            Self::Advanced => "advanced",
            Self::Paid => "paid",
            Self::Settled => "settled",
            Self::Returned => "returned",
            Self::Disbursed => "disbursed",
            Self::Remaining => "remaining",
        }
    }
}

impl MoneyRate {
    /// What it is a share of.
    pub const fn denominator(self) -> MoneyColumn {
        match self {
            Self::OfPlan => MoneyColumn::Plan,
            Self::OfAllocated => MoneyColumn::Allocated,
        }
    }
}

impl MoneyMeasure {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        let others = [
            Self::Rate(MoneyRate::OfPlan),
            Self::Rate(MoneyRate::OfAllocated),
            Self::NotPlaced,
            Self::OpenCases,
        ];
        MoneyColumn::ALL.into_iter().map(Self::Column).chain(others)
    }

    /// The word in names.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Column(column) => column.word(),
            Self::Rate(MoneyRate::OfPlan) => "rate-of-plan",
            Self::Rate(MoneyRate::OfAllocated) => "rate-of-allocated",
            Self::NotPlaced => "not-placed",
            Self::OpenCases => "open-cases",
        }
    }
}

/// Whether a code can stand in a name.
pub(crate) fn is_code(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !text.is_empty() && text.bytes().all(fits)
}

const OUTSIDE: &str = "outside";

/// The pairs in the order of their names; `-` without any.
impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let year = |year: Option<i16>| year.map(|year| year.to_string());
        let pairs = [
            ("executing_year", year(self.executing_year)),
            ("kind", self.kind.map(|kind| kind_word(kind).to_owned())),
            ("node", self.node.clone()),
            ("owner", self.owner.clone()),
            ("programme", self.programme.clone()),
            ("rate", (self.rate == InRate::Outside).then(|| OUTSIDE.to_owned())),
            ("regroup", self.regroup.clone()),
            ("source", self.source.clone()),
            ("vintage", year(self.vintage)),
        ];
        let mut comma = "";
        for (key, value) in pairs {
            if let Some(value) = value {
                write!(f, "{comma}{key}={value}")?;
                comma = ",";
            }
        }
        if comma.is_empty() { f.write_str("-") } else { Ok(()) }
    }
}

impl Held {
    /// Reads what is written by [`fmt::Display`], in the same order.
    fn parse(text: &str) -> Option<Self> {
        let mut held = Self::default();
        let pairs = if text == "-" { Vec::new() } else { text.split(',').collect() };
        for pair in pairs {
            let (key, value) = pair.split_once('=').filter(|(_, value)| is_code(value))?;
            match key {
                "executing_year" => held.executing_year = Some(value.parse().ok()?),
                "kind" => held.kind = Some(kind_of(value)?),
                "node" => held.node = Some(value.to_owned()),
                "owner" => held.owner = Some(value.to_owned()),
                "programme" => held.programme = Some(value.to_owned()),
                "rate" if value == OUTSIDE => held.rate = InRate::Outside,
                "regroup" => held.regroup = Some(value.to_owned()),
                "source" => held.source = Some(value.to_owned()),
                "vintage" => held.vintage = Some(value.parse().ok()?),
                _ => return None,
            }
        }
        // One figure has one name: no other order, no pair twice, no year with a leading zero.
        (held.to_string() == text).then_some(held)
    }
}

impl fmt::Display for MoneyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "figures/money/{}/{}/{}", self.measure.word(), self.held, self.scope)
    }
}

impl MoneyName {
    /// Reads what follows `figures/money/`.
    pub(super) fn parse(words: &[&str]) -> Option<Self> {
        let [word, held, scope @ ..] = words else { return None };
        let measure = MoneyMeasure::all().find(|measure| measure.word() == *word)?;
        Some(Self { measure, held: Held::parse(held)?, scope: name::scope(scope)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{Extent, FigureName};
    use kernel::date;
    use proptest::prelude::*;

    fn any_code() -> impl Strategy<Value = Option<String>> {
        prop::option::of("[A-Za-z0-9._-]{1,12}")
    }

    fn any_held() -> impl Strategy<Value = Held> {
        let year = || prop::option::of(1900_i16..3000);
        let kinds = [Kind::Investment, Kind::Recurrent, Kind::Loan, Kind::InKind];
        let kind = prop::option::of(prop::sample::select(kinds.to_vec()));
        let rate = prop::sample::select(vec![InRate::Inside, InRate::Outside]);
        let codes = (any_code(), any_code(), any_code(), any_code(), any_code());
        (year(), kind, rate, codes, year()).prop_map(|(executing_year, kind, rate, codes, vintage)| {
            let (node, owner, programme, regroup, source) = codes;
            Held { executing_year, kind, node, owner, programme, rate, regroup, source, vintage }
        })
    }

    fn any_scope() -> impl Strategy<Value = Scope> {
        let extent = prop::sample::select(vec![Extent::Whole, Extent::OutsideParts]);
        ("[0-9]{5}", extent, 1_i8..29).prop_map(|(code, extent, day)| Scope {
            area: kernel::AreaKey::new(code.parse().unwrap(), None),
            extent,
            as_at: date(2025, 12, day),
            known_on: date(2026, 1, day),
            map: date(2025, 7, 1),
        })
    }

    proptest! {
        #[test]
        fn a_name_of_money_survives_its_text_form(
            measure in prop::sample::select(MoneyMeasure::all().collect::<Vec<_>>()),
            held in any_held(),
            scope in any_scope(),
        ) {
            let name = FigureName::Money(MoneyName { measure, held, scope });
            prop_assert_eq!(name.to_string().parse::<FigureName>(), Ok(name));
        }
    }

    #[test]
    fn other_texts_name_no_money() {
        let scope = "areas/12@0001-01-01/as-at/2025-12-31/known-on/2026-01-15/map/2025-07-01";
        let name =
            |word: &str, held: &str| format!("figures/money/{word}/{held}/{scope}").parse::<FigureName>();
        assert!(name("plan", "-").is_ok());
        assert!(name("plan", "kind=investment,programme=GNBV,rate=outside").is_ok());
        for (word, held) in [
            ("plans", "-"),
            ("plan", ""),
            ("plan", "programme=GNBV,kind=investment"),
            ("plan", "kind=investment,kind=recurrent"),
            ("plan", "kind=gold"),
            ("plan", "rate=inside"),
            ("plan", "vintage=02024"),
            ("plan", "stage=paid"),
            ("plan", "owner="),
        ] {
            assert!(name(word, held).is_err(), "{word}/{held}");
        }
    }

    #[test]
    fn columns_are_made_of_the_stages_of_the_rule_book() {
        let columns = |column: MoneyColumn| column.stages().to_vec();
        let together = |a: MoneyColumn, b: MoneyColumn| {
            let mut stages = [columns(a), columns(b)].concat();
            stages.sort_unstable();
            stages
        };
        let plan = columns(MoneyColumn::Plan);
        assert!(!plan.contains(&Stage::Grantor) && !plan.contains(&Stage::Returned));
        assert_eq!(together(MoneyColumn::Unallocated, MoneyColumn::Allocated), plan);
        assert_eq!(together(MoneyColumn::Disbursed, MoneyColumn::Remaining), {
            let mut sorted = plan.clone();
            sorted.sort_unstable();
            sorted
        });
    }
}
