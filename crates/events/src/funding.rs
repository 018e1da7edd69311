//! Events of the funding ledger. The day of effect and the actor stand beside the content, in the log.

pub use kernel::Decision;
use kernel::{AreaKey, CaseId, Date, HouseholdId, ItemId, Money, Ratio, TransferId};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

crate::context_events! {
    /// One fact about money, who holds it, what it is detailed on, or a case about it.
    #[allow(clippy::large_enum_variant, reason = "nearly all facts are transfers, the largest")]
    FundingEvent {
        OwnerRegistered = "funding.owner_registered.v1",
        SuccessorNamed = "funding.successor_named.v1",
        ItemRegistered = "funding.item_registered.v1",
        SupportDetailed = "funding.support_detailed.v1",
        Transferred = "funding.transferred.v1",
        CaseOpened = "funding.case_opened.v1",
        CaseSettled = "funding.case_settled.v1",
    }
}

/// Somebody who holds money was entered: a department, a commune's People's Committee, an investor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerRegistered {
    /// Stable code.
    pub owner: String,
    /// In Vietnamese.
    pub name: String,
    /// For which area it works.
    pub area: AreaKey,
}

/// From the day of effect on, the successor stands in the owner's place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuccessorNamed {
    /// Who ends; the last day is the eve of the day of effect.
    pub owner: String,
    /// Who takes over.
    pub successor: String,
    /// The decision.
    pub decision: Decision,
}

/// Works or a support that money can be detailed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRegistered {
    /// The item.
    pub item: ItemId,
    /// What it is.
    #[serde(flatten)]
    pub what: Item,
}

/// What money is detailed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// *Công trình*
    Works {
        /// In Vietnamese.
        name: String,
        /// Where it stands.
        area: AreaKey,
        /// For example `road`.
        asset_type: String,
        /// Approved total investment.
        approved_total: Money,
    },
    /// *Hỗ trợ hộ*: to one household.
    Support {
        /// Code of the kind, for example `housing`.
        kind: String,
        /// The household, by its pseudonymous id.
        household: HouseholdId,
        /// The day of the decision on which it must be eligible.
        decided_on: Date,
        /// How many.
        quantity: i64,
        /// Of what.
        unit: String,
        /// Why a second support of the kind is lawful, as declared.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        top_up: Option<String>,
    },
}

/// Money of a programme was detailed on a support for the first time, or again after it had all gone. It stands in the
/// stream of the household, where the supports of all programmes meet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportDetailed {
    /// The household that is supported.
    pub household: HouseholdId,
    /// The support.
    pub item: ItemId,
    /// Code of the kind of support.
    pub kind: String,
    /// Code of the programme, the root of its tree.
    pub programme: String,
}

/// A stage (*giai đoạn*) of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// *Nguồn giao*: outside the province; alone may be negative.
    Grantor,
    /// *Đã giao, chưa phân bổ chi tiết*
    Assigned,
    /// *Đã phân bổ chi tiết*
    Allocated,
    /// *Đã ký hợp đồng, dự toán được duyệt*
    Committed,
    /// *Tạm ứng chưa thu hồi*
    Advanced,
    /// *Thanh toán khối lượng hoàn thành*
    Paid,
    /// *Đã quyết toán*
    Settled,
    /// *Hủy dự toán, nộp trả ngân sách*
    Returned,
}

/// Kind of capital, and the two books outside the disbursement rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// *Vốn đầu tư phát triển*
    Investment,
    /// *Vốn sự nghiệp*
    Recurrent,
    /// *Tín dụng chính sách*
    Loan,
    /// *Hiện vật, ngày công, đất hiến* (valued)
    InKind,
}

/// Everything that tells one account from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Account {
    /// Where on its way the money is.
    pub stage: Stage,
    /// Code of the programme tree.
    pub programme: String,
    /// Kind of capital.
    pub kind: Kind,
    /// Code of the source.
    pub source: String,
    /// Budget year of the first assignment.
    pub vintage: i16,
    /// Plan year of use.
    pub executing_year: i16,
    /// The area.
    pub area: AreaKey,
    /// Code of who holds it.
    pub owner: String,
    /// Works or support, after detailed allocation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
}

/// A movement between stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Movement {
    /// *Giao vốn*
    Assign,
    /// *Điều chỉnh giảm*
    Cut,
    /// *Giao xuống, bàn giao*
    HandOver,
    /// *Phân bổ chi tiết*
    Allocate,
    /// *Ký hợp đồng, duyệt dự toán*
    Commit,
    /// The opposite of a commitment.
    Release,
    /// *Tạm ứng*
    Advance,
    /// *Thanh toán*
    Pay,
    /// *Thu hồi tạm ứng*, absorbed by accepted volume.
    Recover,
    /// Paid back, usable again.
    Repay,
    /// *Nộp trả ngân sách*
    Refund,
    /// *Quyết toán*
    Settle,
    /// *Chuyển nguồn*
    CarryOver,
    /// *Hủy dự toán*
    Cancel,
    /// *Đóng góp*: in kind, or community cash.
    Contribute,
    /// *Giải ngân tín dụng*
    Lend,
    /// *Thu nợ*
    RepayLoan,
}

/// Money moved from one account to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transferred {
    /// The transfer.
    pub transfer: TransferId,
    /// What kind of movement; of a reversal, that of the reversed transfer.
    pub movement: Movement,
    /// Who gives.
    pub from: Arc<Account>,
    /// Who takes.
    pub to: Arc<Account>,
    /// Above zero.
    pub amount: Money,
    /// The deciding document.
    pub decision: Arc<Decision>,
    /// Contract, acceptance record, guarantee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// How a contribution in kind was valued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valuation: Option<Valuation>,
    /// The decision that lets it be paid after the window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<Decision>,
    /// The transfer that it undoes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reversal_of: Option<TransferId>,
    /// Why it was reversed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What was given and how it was valued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Valuation {
    /// How much.
    pub quantity: Ratio,
    /// Of what: ngày công, m3, m2.
    pub unit: String,
    /// Đồng for one unit.
    pub unit_price: Money,
    /// Document and date of the price.
    pub price_basis: String,
    /// Who valued it.
    pub valuer: String,
    /// When.
    pub valued_on: Date,
}

/// A suspicion that a named officer settles. It accuses nobody and blocks nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseOpened {
    /// The case.
    pub case: CaseId,
    /// For example `K01`.
    pub rule: String,
    /// The lines that it rests on: `items/…`, `transfers/…`, `households/…`.
    pub lines: Vec<String>,
    /// The inputs as they were evaluated.
    pub inputs: BTreeMap<String, String>,
    /// Whether a parameter that nobody has verified was used.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub provisional: bool,
}

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseOutcome {
    /// *Đã giải trình kèm văn bản*
    Explained,
    /// *Đã sửa số liệu*
    Corrected,
    /// *Đã thu hồi*
    Recovered,
    /// *Chuyển cơ quan có thẩm quyền*
    Referred,
    /// *Quy tắc phát hiện sai*
    RuleWrong,
}

/// An officer settled the case; the paper stands beside the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseSettled {
    /// The case.
    pub case: CaseId,
    /// How.
    pub outcome: CaseOutcome,
    /// In words.
    pub explanation: String,
}
