//! The targets of the provincial resolution: each actual value computed from the source that feeds it, or an honest "no
//! data".

mod criteria;
mod line;
mod poverty;
mod reported;

use super::{
    Grounds,
    loaded::LoadedRural,
    point::PointOfView,
    poverty::{Coverage, StocksRead, Wanted},
    reading::Groups,
    sources::Snapshots,
    status::{DataStatus, caveats},
};
use crate::figure::{FigureName, TargetName};
use api::progress as proto;
use kernel::{Date, Ratio};
use projection::Transaction;
use reference::{Caveat, Feed, Op, Target};
use service::{Refusal, reason};

/// The targets that the request asks for, with all baselines.
pub(crate) async fn list_targets(
    grounds: &Grounds,
    snapshots: &mut Snapshots,
    request: &proto::ListTargetsRequest,
) -> Result<proto::ListTargetsResponse, Refusal> {
    let view = PointOfView::parse(grounds, request.view.as_ref())?;
    let targets = &grounds.reference.targets;
    for (at, id) in request.ids.iter().enumerate() {
        if targets.get(id).is_none() {
            let refusal = Refusal::new(&reason::TARGET_UNKNOWN).with("target", id);
            return Err(refusal.at(format!("ids[{at}]")));
        }
    }
    let asked =
        targets.all().iter().filter(|target| request.ids.is_empty() || request.ids.contains(&target.id));
    let asked = Asked { targets: asked.collect(), ..Asked::none(grounds, view, request.view.as_ref()) };
    let computed = asked.compute(snapshots).await?;
    let rows = asked.targets.iter().zip(computed);
    let rows = rows.map(|(target, computed)| row(grounds, target, asked.view_of(target), computed)).collect();
    let positions = snapshots.positions().await?;
    let baselines = targets.baselines().iter().map(|baseline| proto::BaselineRow {
        id: baseline.id.clone(),
        display_name: baseline.vi.clone(),
        display_name_en: baseline.en.clone(),
        value: exact(baseline.value),
        of: baseline.of.map_or_else(String::new, exact),
        unit: baseline.unit.clone(),
        source: baseline.provenance.to_string(),
    });
    Ok(proto::ListTargetsResponse {
        targets: rows,
        baselines: baselines.collect(),
        view: Some(view.to_proto()),
        positions,
    })
}

/// How a target's actual value was computed.
pub(crate) struct Explained {
    pub(crate) formula: String,
    pub(crate) inputs: Vec<proto::Figure>,
}

/// The formula and inputs of a target; `None` where there is no such target.
pub(crate) async fn explain(
    grounds: &Grounds,
    snapshots: &mut Snapshots,
    name: &TargetName,
) -> Result<Option<Explained>, Refusal> {
    let Some(target) = grounds.reference.targets.get(&name.id) else { return Ok(None) };
    let view = PointOfView { as_at: name.as_at, known_on: name.known_on, map: name.map };
    let asked = Asked { grounds, view, named_map: true, targets: vec![target] };
    let computed = asked.compute(snapshots).await?.pop();
    Ok(computed.map(|Computed { formula, inputs, .. }| Explained { formula, inputs }))
}

/// Targets that are asked for, from one point of view.
pub(crate) struct Asked<'a> {
    grounds: &'a Grounds,
    view: PointOfView,
    /// Whether the request names the map of the view.
    named_map: bool,
    targets: Vec<&'a Target>,
}

/// Actual values by the place of their targets among those that were asked for.
type Placed = Vec<(usize, Computed)>;

impl<'a> Asked<'a> {
    /// All targets, from the point of view that the request names.
    pub(crate) fn all(grounds: &'a Grounds, view: PointOfView, named: Option<&proto::PointOfView>) -> Self {
        Self { targets: grounds.reference.targets.all().iter().collect(), ..Self::none(grounds, view, named) }
    }

    /// No target.
    pub(crate) fn none(grounds: &'a Grounds, view: PointOfView, named: Option<&proto::PointOfView>) -> Self {
        let named_map = named.is_some_and(|view| !view.map.is_empty());
        Self { grounds, view, named_map, targets: Vec::new() }
    }

    /// The targets that are asked for, in order.
    pub(crate) fn targets(&self) -> impl Iterator<Item = &'a Target> {
        self.targets.iter().copied()
    }

    /// Targets about units that were merged are judged on the map on which the resolution was adopted, unless the view
    /// names another map.
    fn view_of(&self, target: &Target) -> PointOfView {
        let of_units = target.computed_as.is_some_and(|computation| computation.feed() == Feed::Criteria);
        if !of_units || self.named_map {
            return self.view;
        }
        let period = self.grounds.reference.targets.period();
        let map = super::point::map_day(self.grounds.reference.areas.geography(period.from));
        PointOfView { map, ..self.view }
    }

    /// The actual values in the order of the targets. The sources are read at the same time.
    async fn compute(&self, snapshots: &mut Snapshots) -> Result<Vec<Computed>, Refusal> {
        let Snapshots { poverty, rural, .. } = snapshots;
        let of_poverty = async {
            let mut wanted = Wanted::new(Groups::Together);
            self.want(&mut wanted);
            let stocks = wanted.read(&mut *poverty, self.view.known_on).await?;
            self.compute_poverty(poverty, stocks).await
        };
        let of_rural = async {
            let mut loaded = LoadedRural::of(self.targets());
            self.compute_others(rural, &mut loaded).await
        };
        let (of_poverty, others) = tokio::try_join!(of_poverty, of_rural)?;
        Ok(in_order(of_poverty, others))
    }

    /// Targets that the registry feeds, with their places: how each is computed, or why it has no value.
    fn plans(&self) -> impl Iterator<Item = (usize, Result<poverty::Plan<'a>, String>)> {
        self.targets.iter().enumerate().filter_map(|(at, target)| {
            let computation = target.computed_as.filter(|computation| computation.feed() == Feed::Poverty)?;
            Some((at, poverty::Plan::of(self.grounds, target, computation, self.view_of(target))))
        })
    }

    /// Adds the stocks that the targets need.
    pub(crate) fn want(&self, wanted: &mut Wanted) {
        for plan in self.plans().filter_map(|(_, plan)| plan.ok()) {
            plan.want(self.grounds, wanted);
        }
    }

    /// What the registry feeds, from stocks that were read.
    pub(crate) async fn compute_poverty(
        &self,
        snapshot: &mut Transaction,
        stocks: StocksRead,
    ) -> Result<Placed, Refusal> {
        let plans: Vec<_> = self.plans().collect();
        let possible = plans.iter().filter_map(|(_, plan)| plan.as_ref().ok());
        let registry = poverty::Registry::read(self.grounds, snapshot, stocks, possible).await?;
        let computed = plans.into_iter().map(|(at, plan)| match plan {
            Ok(plan) => (at, plan.compute(self.grounds, &registry)),
            Err(why) => (at, Computed::without_data(why)),
        });
        Ok(computed.collect())
    }

    /// What titles, criteria, lists and reports feed, and what nothing feeds.
    pub(crate) async fn compute_others(
        &self,
        snapshot: &mut Transaction,
        loaded: &mut LoadedRural<'a>,
    ) -> Result<Placed, Refusal> {
        let mut computed = Vec::new();
        for (at, target) in self.targets.iter().enumerate() {
            let (grounds, view) = (self.grounds, self.view_of(target));
            let fed = target.computed_as.map(|computation| (computation.feed(), computation));
            let actual = match fed {
                Some((Feed::Poverty, _)) => continue,
                Some((Feed::Criteria, computation)) => {
                    criteria::compute(grounds, snapshot, loaded, target, computation, view).await?
                }
                Some((Feed::Reported, _)) => {
                    reported::compute(grounds, snapshot, loaded, target, view).await?
                }
                Some((Feed::Ledger, _)) | None => {
                    let would = target.feeds.as_str();
                    Computed::without_data(format!("nothing computes it: it would come from {would}"))
                }
            };
            computed.push((at, actual));
        }
        Ok(computed)
    }

    /// How many targets stand how, on the day.
    pub(crate) fn summary(&self, of_poverty: Placed, others: Placed) -> proto::TargetSummary {
        let mut summary = proto::TargetSummary::default();
        for (target, computed) in self.targets.iter().zip(in_order(of_poverty, others)) {
            let count = match judgement(self.grounds, target, self.view_of(target), &computed) {
                proto::TargetStatus::Met => &mut summary.met,
                proto::TargetStatus::OnTrack => &mut summary.on_track,
                proto::TargetStatus::Behind => &mut summary.behind,
                proto::TargetStatus::Missed => &mut summary.missed,
                proto::TargetStatus::Unknown | proto::TargetStatus::Unspecified => &mut summary.unknown,
            };
            *count += 1;
        }
        summary
    }
}

fn in_order(some: Placed, others: Placed) -> Vec<Computed> {
    let mut computed: Placed = some.into_iter().chain(others).collect();
    computed.sort_unstable_by_key(|(at, _)| *at);
    computed.into_iter().map(|(_, computed)| computed).collect()
}

/// What is known of a target's actual value.
pub(crate) struct Computed {
    status: DataStatus,
    /// In the target's unit: what is held against the target.
    actual: Option<Ratio>,
    /// What it was counted from: 41/50 where actual is 82 %; `None` where it was reported without its counts.
    fraction: Option<Ratio>,
    /// By the written rule alone, in the target's unit, where that can differ.
    strict: Option<Ratio>,
    expected: Option<Ratio>,
    coverage: Option<Coverage>,
    /// Whether what is missing could only raise the value: it is a count and no share, and no event was set aside, which
    /// might take something back.
    only_grows: bool,
    formula: String,
    inputs: Vec<proto::Figure>,
    provisional: Vec<Caveat>,
    /// The map on which it was computed.
    map: Option<Date>,
    /// The day as of which it holds.
    on: Option<Date>,
    /// Who it comes from.
    source: String,
}

impl Computed {
    fn without_data(formula: String) -> Self {
        Self {
            status: DataStatus::NoData,
            actual: None,
            fraction: None,
            strict: None,
            expected: None,
            coverage: None,
            only_grows: false,
            formula,
            inputs: Vec::new(),
            provisional: Vec::new(),
            map: None,
            on: None,
            source: String::new(),
        }
    }
}

fn row(grounds: &Grounds, target: &Target, view: PointOfView, computed: Computed) -> proto::TargetRow {
    let name = FigureName::Target(TargetName {
        id: target.id.clone(),
        as_at: view.as_at,
        known_on: view.known_on,
        map: view.map,
    });
    let status = judgement(grounds, target, view, &computed);
    let counted = computed.fraction;
    let mut provisional = computed.provisional;
    if !target.provenance.verified() {
        provisional.push(Caveat::new(
            format!("{}: bản thân mục tiêu chưa được kiểm chứng", target.id),
            format!("{}: the target itself is not verified", target.id),
        ));
    }
    proto::TargetRow {
        id: target.id.clone(),
        group: target.group.clone(),
        display_name: target.vi.clone(),
        display_name_en: target.en.clone(),
        op: target.op.symbol().to_owned(),
        target: exact(target.target),
        unit: target.unit.clone(),
        scope: target.scope.clone().unwrap_or_default(),
        feeds: target.feeds.as_str().to_owned(),
        status_of_data: computed.status.number(),
        actual: computed.actual.map_or_else(String::new, |actual| beside(actual, target.op, target.target)),
        numerator: counted.map(Ratio::numerator),
        denominator: counted.map(Ratio::denominator),
        status: status.into(),
        expected_by_now: computed.expected.map_or_else(String::new, |expected| expected.decimal(2)),
        coverage: computed.coverage.map(|coverage| coverage.of_figure(computed.status).to_proto()),
        provisional: caveats(provisional),
        figure: name.to_string(),
        source: target.provenance.to_string(),
        formula: computed.formula,
        map: computed.map.map_or_else(String::new, |map| map.to_string()),
        strict: computed.strict.map_or_else(String::new, |strict| beside(strict, target.op, target.target)),
        actual_on: computed.on.map_or_else(String::new, |day| day.to_string()),
        actual_source: computed.source,
    }
}

/// How the target stands on the day of the view.
fn judgement(
    grounds: &Grounds,
    target: &Target,
    view: PointOfView,
    computed: &Computed,
) -> proto::TargetStatus {
    let ended = grounds.reference.targets.period().to.is_some_and(|last| view.as_at >= last);
    let judged = judge(target.op, target.target, computed.actual, computed.expected, ended);
    if computed.status == DataStatus::Incomplete && !(computed.only_grows && is_final(target.op, judged)) {
        return proto::TargetStatus::Unknown;
    }
    judged
}

/// Whether a value that can only grow keeps that judgement.
const fn is_final(op: Op, judged: proto::TargetStatus) -> bool {
    match op {
        Op::AtLeast | Op::Above => matches!(judged, proto::TargetStatus::Met),
        Op::AtMost | Op::Below => {
            matches!(judged, proto::TargetStatus::Behind | proto::TargetStatus::Missed)
        }
    }
}

fn judge(
    op: Op,
    target: Ratio,
    actual: Option<Ratio>,
    expected: Option<Ratio>,
    ended: bool,
) -> proto::TargetStatus {
    let Some(actual) = actual else { return proto::TargetStatus::Unknown };
    if op.holds(actual, target) {
        proto::TargetStatus::Met
    } else if ended {
        proto::TargetStatus::Missed
    } else if expected.is_some_and(|expected| op.holds(actual, expected)) {
        proto::TargetStatus::OnTrack
    } else {
        proto::TargetStatus::Behind
    }
}

/// The value rounded to two places, or to as many more as it takes to stand on its own side of the target.
fn beside(value: Ratio, op: Op, target: Ratio) -> String {
    let on_its_side = |rounded: &String| {
        rounded.parse().is_ok_and(|rounded: Ratio| op.holds(rounded, target) == op.holds(value, target))
    };
    (2..=9).map(|places| value.decimal(places)).find(on_its_side).unwrap_or_else(|| exact(value))
}

/// The shortest decimal that is exactly the value; rounded to two places where none is.
fn exact(value: Ratio) -> String {
    let exact_with = |places: &u32| {
        let scaled = i128::from(value.numerator()) * 10_i128.pow(*places);
        scaled % i128::from(value.denominator()) == 0
    };
    let places = (0..=15).find(exact_with).unwrap_or(2);
    value.decimal(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(text: &str) -> Ratio {
        text.parse().unwrap()
    }

    #[test]
    fn values_are_shown_exactly() {
        let shown: Vec<_> = ["17.3", "54", "50.86", "0.50", "1/3"].map(ratio).map(exact).into();
        assert_eq!(shown, ["17.3", "54", "50.86", "0.5", "0.33"]);
    }

    #[test]
    fn a_value_is_never_rounded_to_the_other_side_of_its_target() {
        let shown = |value, op, target| beside(ratio(value), op, ratio(target));
        assert_eq!(shown("97.995", Op::AtLeast, "98"), "97.995");
        assert_eq!(shown("98", Op::AtLeast, "98"), "98.00");
        assert_eq!(shown("14.9999", Op::Below, "15"), "14.9999");
        assert_eq!(shown("2.0000000704", Op::Above, "2"), "2.0000001");
        assert_eq!(shown("1/3", Op::AtMost, "0.5"), "0.33");
    }

    #[test]
    fn of_what_can_only_grow_a_reached_minimum_and_a_broken_maximum_are_final() {
        use proto::TargetStatus::{Behind, Met, Missed, OnTrack};
        let finals = |op| [Met, OnTrack, Behind, Missed].map(|judged| is_final(op, judged));
        assert_eq!(finals(Op::AtLeast), [true, false, false, false]);
        assert_eq!(finals(Op::AtMost), [false, false, true, true]);
    }

    #[test]
    fn a_target_is_met_on_track_behind_or_missed() {
        let status = |actual: &str, ended| {
            judge(Op::AtMost, ratio("0.5"), Some(ratio(actual)), Some(ratio("0.75")), ended)
        };
        assert_eq!(status("0.5", false), proto::TargetStatus::Met);
        assert_eq!(status("0.75", false), proto::TargetStatus::OnTrack);
        assert_eq!(status("0.76", false), proto::TargetStatus::Behind);
        assert_eq!(status("0.51", true), proto::TargetStatus::Missed);
        assert_eq!(judge(Op::AtMost, ratio("0.5"), None, None, true), proto::TargetStatus::Unknown);
    }
}
