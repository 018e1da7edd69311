//! The closed table of movements: from which stage to which, in which book, and what may change on the way.

use events::funding::{Kind, Movement, Stage};

/// All movements, in the order of the API.
pub const MOVEMENTS: [Movement; 17] = [
    Movement::Assign,
    Movement::Cut,
    Movement::HandOver,
    Movement::Allocate,
    Movement::Commit,
    Movement::Release,
    Movement::Advance,
    Movement::Pay,
    Movement::Recover,
    Movement::Repay,
    Movement::Refund,
    Movement::Settle,
    Movement::CarryOver,
    Movement::Cancel,
    Movement::Contribute,
    Movement::Lend,
    Movement::RepayLoan,
];

/// All stages, in the order in which money passes them.
pub const STAGES: [Stage; 8] = [
    Stage::Grantor,
    Stage::Assigned,
    Stage::Allocated,
    Stage::Committed,
    Stage::Advanced,
    Stage::Paid,
    Stage::Settled,
    Stage::Returned,
];

/// Stages on which money is detailed on an item and has not gone back.
pub const LIVE_ON_ITEM: [Stage; 5] =
    [Stage::Allocated, Stage::Committed, Stage::Advanced, Stage::Paid, Stage::Settled];

/// Stages whose balances go to the successor when an owner ends; what is settled stays.
pub const HANDED_OVER: [Stage; 5] =
    [Stage::Assigned, Stage::Allocated, Stage::Committed, Stage::Advanced, Stage::Paid];

/// What tells accounts of one stage apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Node of the programme tree.
    Programme,
    /// Kind of capital.
    Kind,
    /// Source.
    Source,
    /// Budget year of the first assignment.
    Vintage,
    /// Plan year of use.
    ExecutingYear,
    /// Area.
    Area,
    /// Who holds the money.
    Owner,
    /// Works or support.
    Item,
}

impl Dimension {
    /// As the API calls the field.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Programme => "programme",
            Self::Kind => "kind",
            Self::Source => "source",
            Self::Vintage => "vintage",
            Self::ExecutingYear => "executing_year",
            Self::Area => "area",
            Self::Owner => "owner",
            Self::Item => "item",
        }
    }
}

/// The stage to which the movement takes money that stands at that one; `None` where the table has no such row.
pub const fn target(movement: Movement, from: Stage) -> Option<Stage> {
    use Stage::{Advanced, Allocated, Assigned, Committed, Grantor, Paid, Returned, Settled};
    match (movement, from) {
        (Movement::Assign, Grantor) | (Movement::CarryOver, Assigned) => Some(Assigned),
        (Movement::Cut, Assigned) => Some(Grantor),
        (Movement::HandOver, Assigned | Allocated | Committed | Advanced | Paid) => Some(from),
        (Movement::Allocate, Assigned)
        | (Movement::Release, Committed)
        | (Movement::CarryOver, Allocated) => Some(Allocated),
        (Movement::Commit, Allocated)
        | (Movement::Repay, Advanced | Paid | Settled)
        | (Movement::CarryOver, Committed) => Some(Committed),
        (Movement::Advance, Committed) => Some(Advanced),
        (Movement::Pay, Committed)
        | (Movement::Recover, Advanced)
        | (Movement::Contribute | Movement::Lend, Grantor) => Some(Paid),
        (Movement::Settle, Paid) => Some(Settled),
        (Movement::Refund, Advanced | Paid | Settled)
        | (Movement::Cancel, Assigned | Allocated | Committed)
        | (Movement::RepayLoan, Paid) => Some(Returned),
        _ => None,
    }
}

/// Whether money of that kind is moved so. Loans and contributions in kind have books of their own, which no movement of
/// cash touches.
pub const fn in_book(movement: Movement, kind: Kind) -> bool {
    match kind {
        Kind::Investment | Kind::Recurrent => !matches!(movement, Movement::Lend | Movement::RepayLoan),
        Kind::Loan => matches!(movement, Movement::Lend | Movement::RepayLoan | Movement::HandOver),
        Kind::InKind => matches!(movement, Movement::Contribute | Movement::HandOver | Movement::Settle),
    }
}

/// Whether the dimension may differ between the account that gives and the one that takes.
pub const fn may_change(movement: Movement, dimension: Dimension) -> bool {
    matches!(
        (movement, dimension),
        (Movement::HandOver, Dimension::Owner | Dimension::Area)
            | (Movement::CarryOver, Dimension::ExecutingYear)
            | (Movement::Allocate, Dimension::Programme | Dimension::Item)
    )
}

/// Whether the movement brings money in from outside.
pub const fn comes_from_outside(movement: Movement) -> bool {
    matches!(movement, Movement::Assign | Movement::Contribute | Movement::Lend)
}

/// Whether it belongs to the planning of a year, which begins in the year before.
pub const fn plans(movement: Movement) -> bool {
    matches!(movement, Movement::Assign | Movement::Cut | Movement::HandOver | Movement::Allocate)
}

/// What may be done with money of that kind at that stage.
pub fn possible(stage: Stage, kind: Kind) -> impl Iterator<Item = Movement> {
    MOVEMENTS
        .into_iter()
        .filter(move |&movement| in_book(movement, kind) && target(movement, stage).is_some())
}

/// The movement as the API calls it.
pub const fn movement_name(movement: Movement) -> &'static str {
    match movement {
        Movement::Assign => "ASSIGN",
        Movement::Cut => "CUT",
        Movement::HandOver => "HAND_OVER",
        Movement::Allocate => "ALLOCATE",
        Movement::Commit => "COMMIT",
        Movement::Release => "RELEASE",
        Movement::Advance => "ADVANCE",
        Movement::Pay => "PAY",
        Movement::Recover => "RECOVER",
        Movement::Repay => "REPAY",
        Movement::Refund => "REFUND",
        Movement::Settle => "SETTLE",
        Movement::CarryOver => "CARRY_OVER",
        Movement::Cancel => "CANCEL",
        Movement::Contribute => "CONTRIBUTE",
        Movement::Lend => "LEND",
        Movement::RepayLoan => "REPAY_LOAN",
    }
}

/// The stage as the API calls it.
pub const fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Grantor => "GRANTOR",
        Stage::Assigned => "ASSIGNED",
        Stage::Allocated => "ALLOCATED",
        Stage::Committed => "COMMITTED",
        Stage::Advanced => "ADVANCED",
        Stage::Paid => "PAID",
        Stage::Settled => "SETTLED",
        Stage::Returned => "RETURNED",
    }
}

/// The stage as officials call it.
pub const fn stage_vi(stage: Stage) -> &'static str {
    match stage {
        Stage::Grantor => "nguồn giao",
        Stage::Assigned => "đã giao, chưa phân bổ chi tiết",
        Stage::Allocated => "đã phân bổ chi tiết",
        Stage::Committed => "đã ký hợp đồng, dự toán được duyệt",
        Stage::Advanced => "tạm ứng chưa thu hồi",
        Stage::Paid => "thanh toán khối lượng hoàn thành",
        Stage::Settled => "đã quyết toán",
        Stage::Returned => "hủy dự toán, nộp trả ngân sách",
    }
}

/// The kind as the API calls it.
pub const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Investment => "investment",
        Kind::Recurrent => "recurrent",
        Kind::Loan => "loan",
        Kind::InKind => "in_kind",
    }
}

/// The kind that the API calls so.
pub fn kind_of(name: &str) -> Option<Kind> {
    [Kind::Investment, Kind::Recurrent, Kind::Loan, Kind::InKind]
        .into_iter()
        .find(|&kind| kind_name(kind) == name)
}
