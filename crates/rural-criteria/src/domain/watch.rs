//! Revocation watch (*theo dõi thu hồi*): how near a unit that holds a title is to losing it. It counts criteria of the
//! set, all of them, and decides nothing: only a decision revokes.

use events::rural::{CriterionAssessed, Judgement, State};
use reference::criteria::CriteriaSet;

/// Ground (a) begins at this share of the criteria, if a key one is among them (Decision 18/2022/QĐ-TTg as reported).
const WITH_KEY_PERCENT: usize = 30;
/// Ground (b) begins at this share of the criteria.
const ALONE_PERCENT: usize = 50;

/// Criteria that fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failing {
    /// How many.
    pub count: usize,
    /// Whether a key criterion is among them.
    pub key: bool,
}

/// Whether the failing criteria are a ground to revoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// They are not.
    None,
    /// Enough fail for ground (a), but no key criterion is among them.
    NoneWithoutKey,
    /// Ground (a): 30 % to under 50 % fail, a key criterion among them.
    WithKey,
    /// Ground (b): 50 % or more fail.
    Half,
}

/// What the failing criteria of a set of `criteria` come to, compared exactly.
pub const fn ground(criteria: usize, failing: Failing) -> Ground {
    let hundredfold = 100 * failing.count;
    if criteria == 0 || hundredfold < WITH_KEY_PERCENT * criteria {
        Ground::None
    } else if hundredfold >= ALONE_PERCENT * criteria {
        Ground::Half
    } else if failing.key {
        Ground::WithKey
    } else {
        Ground::NoneWithoutKey
    }
}

/// How many criteria fail, from what is certain to what is possible, by what was judged; and by the written rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    /// Criteria of the set, whether they apply or not.
    pub criteria: usize,
    /// Judged not met.
    pub certain: Failing,
    /// And those judged basically met.
    pub wider: Failing,
    /// And those that nobody judged.
    pub possible: Failing,
    /// Not met by the written rule.
    pub strict: Failing,
}

/// The watch on an assessment under the set. `None` where the set has no key criteria: then the rule of its period is not
/// known, and nothing is watched.
pub fn watch(set: &CriteriaSet, assessed: &[CriterionAssessed]) -> Option<Watch> {
    if set.criteria.iter().all(|criterion| !criterion.key) {
        return None;
    }
    let judged = |criterion: &CriterionAssessed| criterion.official.as_ref().map(|official| official.state);
    let failing = |fails: &dyn Fn(&CriterionAssessed) -> bool| {
        let mut failing = Failing::default();
        for criterion in assessed.iter().filter(|criterion| fails(criterion)) {
            failing.count += 1;
            failing.key |= set.criterion(criterion.number).is_some_and(|criterion| criterion.key);
        }
        failing
    };
    let certain = |it: &CriterionAssessed| judged(it) == Some(Judgement::NotMet);
    let wider = |it: &CriterionAssessed| certain(it) || judged(it) == Some(Judgement::BasicallyMet);
    let open = |it: &CriterionAssessed| matches!(judged(it), None | Some(Judgement::NotAssessed));
    Some(Watch {
        criteria: assessed.len(),
        certain: failing(&certain),
        wider: failing(&wider),
        possible: failing(&|it| wider(it) || open(it)),
        strict: failing(&|it| it.strict == State::NotMet),
    })
}

impl Watch {
    /// In Vietnamese, with the counts.
    pub fn in_words(&self) -> String {
        let said = |failing: Failing| {
            let key = if failing.key { ", có tiêu chí then chốt" } else { "" };
            format!("{}{key}", failing.count)
        };
        let Self { criteria, certain, wider, possible, strict } = *self;
        let range = format!(
            "Số tiêu chí không đạt trên {criteria}: chắc chắn {}; kể cả cơ bản đạt {}; kể cả chưa đánh giá, chưa có số liệu {}; \
             tính chặt theo quy định {}.",
            said(certain),
            said(wider),
            said(possible),
            said(strict)
        );
        format!("{range} {}", self.conclusion())
    }

    fn conclusion(&self) -> String {
        let at = |failing| ground(self.criteria, failing);
        let named = |ground| match ground {
            Ground::Half => "từ 50% số tiêu chí không đạt",
            Ground::WithKey => "từ 30% đến dưới 50% số tiêu chí không đạt, trong đó có tiêu chí then chốt",
            Ground::None | Ground::NoneWithoutKey => "",
        };
        let is_ground = |ground| matches!(ground, Ground::Half | Ground::WithKey);
        let (certain, possible, strict) = (at(self.certain), at(self.possible), at(self.strict));
        let wider = at(self.wider);
        if is_ground(certain) {
            return format!(
                "Có căn cứ xem xét thu hồi: {}. Chỉ quyết định thu hồi mới có hiệu lực.",
                named(certain)
            );
        }
        for (ground, under) in [
            (wider, "nếu tính cả cơ bản đạt"),
            (possible, "nếu tính cả chưa đánh giá, chưa có số liệu"),
            (strict, "nếu tính chặt theo quy định"),
        ] {
            if is_ground(ground) {
                return format!("Chưa có căn cứ chắc chắn; có thể có căn cứ {under}: {}.", named(ground));
            }
        }
        "Chưa có căn cứ xem xét thu hồi.".to_owned()
    }
}
