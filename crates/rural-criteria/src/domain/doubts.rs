//! What a reader of a decision on a title must know beside it: where strict results, sets or parts say something else. It
//! warns and never blocks.

use super::{
    Context, listings,
    result::{ResultOf, Tally, differences},
    title::{LAST_DAY_OF_REGIONS, REGION_FOLLOWS_UNTIL, vi},
    titles::{Holding, Inherited, from_parts, needed_before, rank, titles},
    units::Units,
    viewpoint::Viewpoint,
};
use events::rural::{ListKind, TitleAcknowledged, TitleRecognised, TitleRevoked, TitleTier};
use reference::Caveat;

/// What a reader of a decision on a title must know beside it: it never blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// No assessment of that set and year is recorded.
    NoAssessment,
    /// By the written rule fewer criteria are met than apply, or the set is not passed.
    StrictShort {
        /// Criteria met.
        met: i64,
        /// Criteria that apply.
        applicable: i64,
    },
    /// How many results differ.
    Differences {
        /// Criteria.
        criteria: usize,
        /// Indicators.
        indicators: usize,
    },
    /// The set, a name or a level is not verified.
    SetUnverified(String),
    /// The title below is held from the parts alone.
    BelowWithoutDecision,
    /// The title follows from the parts, and nothing was decided.
    NoDecision,
    /// The acknowledged tier is above what the parts give.
    AboveParts(Option<TitleTier>),
    /// A part was never assessed.
    PartsUndetermined,
    /// A higher title is held and was not revoked.
    HigherTitleStays(TitleTier),
    /// The revoked title followed from the parts alone.
    RevokedWithoutDecision,
    /// Recognition may end support for regions II and III, but no rule of the period was read.
    RegionUnknown,
}

/// What a reader must know of a recognition that was recorded at that position.
pub fn doubts_of_recognition(
    units: &Units,
    context: Context<'_>,
    event: &TitleRecognised,
    view: Viewpoint,
) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let assessed = event.assessment.and_then(|assessment| units.assessment(assessment));
    match assessed {
        None => doubts.push(Doubt::NoAssessment),
        Some(entry) => {
            let criteria = &entry.event.criteria;
            let tally = Tally::of(criteria);
            if tally.strict_met < tally.applicable {
                doubts.push(Doubt::StrictShort { met: tally.strict_met, applicable: tally.applicable });
            }
            let differing = differences(criteria, true);
            let of = |wanted: fn(&ResultOf) -> bool| {
                differing.iter().filter(|difference| wanted(&difference.of)).count()
            };
            let (criteria, indicators) = (
                of(|of| matches!(of, ResultOf::Criterion(_))),
                of(|of| matches!(of, ResultOf::Indicator(_))),
            );
            if criteria + indicators > 0 {
                doubts.push(Doubt::Differences { criteria, indicators });
            }
        }
    }
    let set = context.reference.criteria.get(&event.set);
    if set.is_none_or(|set| !set.may_back_official()) {
        doubts.push(Doubt::SetUnverified(event.set.clone()));
    }
    if let Some(needed) = needed_before(event.tier) {
        let held = titles(units, &context.reference.areas, &event.area, view);
        if held.holding(needed) == Some(Holding::Inherited) {
            doubts.push(Doubt::BelowWithoutDecision);
        }
    }
    let later = set.is_none_or(|set| set.years.1 > REGION_FOLLOWS_UNTIL) || view.as_at > LAST_DAY_OF_REGIONS;
    let areas = &context.reference.areas;
    let listed = listings::standing(units, areas, &event.area, ListKind::Region, view);
    let supported = listed.is_some_and(|standing| matches!(standing.entry, Some("II" | "III")));
    if event.tier == TitleTier::Commune && later && supported {
        doubts.push(Doubt::RegionUnknown);
    }
    doubts
}

/// What a reader must know of an acknowledgement: whether it goes beyond the lowest title of the parts.
pub fn doubts_of_acknowledgement(
    units: &Units,
    context: Context<'_>,
    event: &TitleAcknowledged,
    view: Viewpoint,
) -> Vec<Doubt> {
    let areas = &context.reference.areas;
    match from_parts(units, areas, &event.area, view) {
        Some(Inherited::Undetermined) => vec![Doubt::PartsUndetermined],
        Some(Inherited::Lowest(lowest)) => {
            let above = lowest.and_then(rank) < rank(event.tier);
            if above { vec![Doubt::AboveParts(lowest)] } else { Vec::new() }
        }
        None => Vec::new(),
    }
}

/// What a reader must know of a revocation: titles that stay, and that nothing was ever decided.
pub fn doubts_of_revocation(
    units: &Units,
    context: Context<'_>,
    event: &TitleRevoked,
    view: Viewpoint,
) -> Vec<Doubt> {
    let held = titles(units, &context.reference.areas, &event.area, view);
    let mut doubts = Vec::new();
    if held.holding(event.tier) == Some(Holding::Inherited) {
        doubts.push(Doubt::RevokedWithoutDecision);
    } else if let Some(higher) = held.highest()
        && rank(higher) > rank(event.tier)
    {
        doubts.push(Doubt::HigherTitleStays(higher));
    }
    doubts
}

impl Doubt {
    /// In the words of both languages.
    pub fn in_words(&self) -> Caveat {
        let title = |tier: Option<TitleTier>| tier.map_or("không có danh hiệu", vi);
        let title_en = |tier: Option<TitleTier>| tier.map_or("no title", en);
        match self {
            Self::NoAssessment => Caveat::new(
                "Chưa ghi nhận kết quả đánh giá nào theo bộ tiêu chí và năm này",
                "no assessment under this set and year is recorded",
            ),
            Self::StrictShort { met, applicable } => Caveat::new(
                format!(
                    "Tính chặt theo quy định, xã chỉ đạt {met}/{applicable} tiêu chí; quyết định vẫn được ghi nhận"
                ),
                format!("by the written rule {met} of {applicable} criteria are met: the set is not passed"),
            ),
            Self::Differences { criteria, indicators } => Caveat::new(
                format!(
                    "Kết quả công nhận khác kết quả tính chặt ở {criteria} tiêu chí và {indicators} chỉ tiêu"
                ),
                format!(
                    "official and strict results differ in {criteria} criteria and {indicators} indicators"
                ),
            ),
            Self::SetUnverified(set) => Caveat::new(
                format!("Bộ tiêu chí {set} còn nội dung chưa được kiểm chứng hoặc chưa nạp"),
                format!("set {set} has contents that are not verified or not loaded"),
            ),
            Self::BelowWithoutDecision => Caveat::new(
                "Danh hiệu cấp dưới chỉ được suy ra từ các đơn vị trước sáp nhập, chưa có quyết định",
                "the title below follows from the merged parts alone, without a decision",
            ),
            Self::NoDecision => Caveat::new(
                "Danh hiệu được suy ra từ mức thấp nhất của các đơn vị trước sáp nhập, chưa có quyết định",
                "derived from the lowest status of the merged parts: no decision",
            ),
            Self::AboveParts(lowest) => Caveat::new(
                format!("Cao hơn mức thấp nhất của các đơn vị trước sáp nhập ({})", title(*lowest)),
                format!("above the lowest status of the merged parts ({})", title_en(*lowest)),
            ),
            Self::PartsUndetermined => Caveat::new(
                "Có đơn vị trước sáp nhập chưa từng được đánh giá nên chưa xác định được mức chung; quy định cho trường hợp này chưa được \
                 kiểm chứng",
                "a part was never assessed: the status of the parts cannot be told, and no rule for it was verified",
            ),
            Self::HigherTitleStays(tier) => Caveat::new(
                format!("Danh hiệu {} chưa bị thu hồi", vi(*tier)),
                format!("the title {} stays: it was not revoked", en(*tier)),
            ),
            Self::RevokedWithoutDecision => Caveat::new(
                "Danh hiệu bị thu hồi chỉ được suy ra từ các đơn vị trước sáp nhập, chưa từng có quyết định",
                "the revoked title followed from the merged parts alone, without a decision",
            ),
            Self::RegionUnknown => Caveat::new(
                "Việc công nhận có thể làm thay đổi khu vực và chính sách hỗ trợ; quy định giai đoạn này chưa được kiểm chứng nên \
                 danh sách khu vực được giữ nguyên",
                "recognition may move the region and end its support; no rule of this period was verified, so the list stays",
            ),
        }
    }
}

/// The title in English.
const fn en(tier: TitleTier) -> &'static str {
    match tier {
        TitleTier::Village => "new rural village",
        TitleTier::Commune => "new rural commune",
        TitleTier::AdvancedCommune => "advanced new rural commune",
        TitleTier::ModelCommune => "model new rural commune",
        TitleTier::District => "new rural district",
    }
}
