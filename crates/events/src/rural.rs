//! Events of rural criteria. The day of effect, the document and the actor stand beside the content, in the log.

pub use kernel::Decision;
use kernel::{AreaKey, AssessmentId, ObservationId, Ratio};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

crate::context_events! {
    /// One fact about one unit: a commune, a village, a district or the province.
    RuralEvent {
        ObservationRecorded = "rural.observation_recorded.v1",
        AreaAssessed = "rural.area_assessed.v1",
        TitleRecognised = "rural.title_recognised.v1",
        TitleAcknowledged = "rural.title_acknowledged.v1",
        TitleRevoked = "rural.title_revoked.v1",
        ListingDecided = "rural.listing_decided.v1",
    }
}

/// A unit observed an indicator. Effective on the day as of which it was observed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservationRecorded {
    /// The observation.
    pub observation: ObservationId,
    /// The unit.
    pub area: AreaKey,
    /// Id of the set's version.
    pub set: String,
    /// Code of the indicator within the set.
    pub indicator: String,
    /// What was observed.
    pub value: Observed,
    /// Who observed it.
    pub source: String,
    /// The observation that this one corrects; both are kept, this one counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<ObservationId>,
    /// Set where it follows from the poverty registry's events: how far these were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poverty_position: Option<u64>,
}

/// An observed value: exactly what was counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observed {
    /// The competent body judged it met, or not.
    Judged(bool),
    /// Numerator and denominator of a share.
    Share(Fraction),
    /// A percentage that was reported without its counts.
    ReportedPercent(Ratio),
    /// A share for each sex.
    BySex {
        /// Of the men.
        men: Fraction,
        /// Of the women.
        women: Fraction,
    },
    /// Shares of the parts, by their names.
    Parts(BTreeMap<String, Fraction>),
    /// A sum over what it is spread over, such as đồng over persons.
    Mean(Fraction),
    /// A number of things.
    Count(i64),
    /// The condition of the indicator is absent; why.
    NotApplicable(String),
}

/// Counts, not reduced: what was counted out of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fraction {
    /// What was counted, or summed.
    pub n: i64,
    /// Out of how many; above zero.
    pub d: i64,
}

/// A unit was held against a version of a set. Effective on the day of the assessment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaAssessed {
    /// The assessment.
    pub assessment: AssessmentId,
    /// The unit.
    pub area: AreaKey,
    /// Id of the set's version, to which the result stays pinned.
    pub set: String,
    /// The year whose levels counted.
    pub year: i16,
    /// The column whose levels counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// In the order of the set.
    pub criteria: Vec<CriterionAssessed>,
}

/// Result of one criterion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionAssessed {
    /// Its number in the set.
    pub number: u16,
    /// By the written rule.
    pub strict: State,
    /// What the competent body judged, where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub official: Option<OfficialState>,
    /// In the order of the set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indicators: Vec<IndicatorAssessed>,
}

/// Result of one indicator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndicatorAssessed {
    /// Its code in the set.
    pub code: String,
    /// By the written rule.
    pub strict: State,
    /// What the competent body judged, where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub official: Option<OfficialState>,
    /// The observation that was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observation: Option<ObservationId>,
    /// The levels that were used, by part; the part is empty where there is only one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub levels: BTreeMap<String, Ratio>,
}

/// A state by the written rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// *Đạt*
    Met,
    /// *Chưa đạt*
    NotMet,
    /// *Không áp dụng*: its condition is absent.
    NotApplicable,
    /// *Chưa đánh giá*: not judged, or its level is not configured.
    NotAssessed,
    /// *Chưa có số liệu*: the value is missing.
    NoData,
}

/// What a competent body judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficialState {
    /// The judgement.
    pub state: Judgement,
    /// Who judged it.
    pub author: String,
    /// By which paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
}

/// An official judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// *Đạt*
    Met,
    /// *Cơ bản đạt*: short of the level; recorded, never computed.
    BasicallyMet,
    /// *Chưa đạt*
    NotMet,
    /// *Không áp dụng*
    NotApplicable,
    /// *Chưa đánh giá*
    NotAssessed,
}

/// Tier of a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TitleTier {
    /// *Thôn, bản nông thôn mới*
    Village,
    /// *Xã nông thôn mới*
    Commune,
    /// *Xã nông thôn mới nâng cao*
    AdvancedCommune,
    /// *Xã nông thôn mới kiểu mẫu*
    ModelCommune,
    /// *Huyện nông thôn mới*
    District,
}

/// A title was recognised (*công nhận*). Effective on the day from which it counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TitleRecognised {
    /// The unit.
    pub area: AreaKey,
    /// What it was recognised as.
    pub tier: TitleTier,
    /// The version against which it was recognised.
    pub set: String,
    /// The year for which it met the set; the decision may be of a later year.
    pub year: i16,
    /// The decision.
    pub decision: Decision,
    /// In favour, of all votes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub votes: Option<Fraction>,
    /// The assessment on which it rests, where one was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<AssessmentId>,
    /// Criteria met by the written rule out of those that apply, in that assessment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<Fraction>,
    /// Criteria met by official judgement out of those judged, in that assessment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub official: Option<Fraction>,
}

/// The title of a merged unit's parts was acknowledged (*thừa nhận*).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TitleAcknowledged {
    /// The merged unit.
    pub area: AreaKey,
    /// What it is acknowledged as.
    pub tier: TitleTier,
    /// The decision.
    pub decision: Decision,
    /// The parts with what they held.
    pub parts: Vec<PartTitle>,
}

/// What a part of a merged unit held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartTitle {
    /// The part.
    pub area: AreaKey,
    /// Its title on the eve of the merger; `None` where it held none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<TitleTier>,
}

/// A title was revoked (*thu hồi*).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TitleRevoked {
    /// The unit.
    pub area: AreaKey,
    /// The title.
    pub tier: TitleTier,
    /// The decision.
    pub decision: Decision,
    /// Numbers of the criteria relied on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub criteria: Vec<u16>,
    /// In words.
    pub ground: String,
}

/// A list that changes what a unit is entitled to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListKind {
    /// Regions of ethnic-minority and mountain areas (*khu vực I, II, III*); III is especially difficult.
    Region,
    /// Poor districts (*huyện nghèo*).
    PoorDistrict,
}

/// A unit entered a list, moved within it or left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingDecided {
    /// The unit.
    pub area: AreaKey,
    /// The list.
    pub list: ListKind,
    /// The entry from that day on: `I`, `II`, `III`, or `poor`; `None` takes it off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// The decision.
    pub decision: Decision,
    /// True where it follows from a recognition and not from a decision of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_recognition: bool,
}

impl RuralEvent {
    /// The unit that the event is about.
    pub const fn area(&self) -> &AreaKey {
        match self {
            Self::ObservationRecorded(event) => &event.area,
            Self::AreaAssessed(event) => &event.area,
            Self::TitleRecognised(event) => &event.area,
            Self::TitleAcknowledged(event) => &event.area,
            Self::TitleRevoked(event) => &event.area,
            Self::ListingDecided(event) => &event.area,
        }
    }
}
