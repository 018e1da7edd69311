"""Questions about the targets of the resolution, and why a figure is what it is."""

import collections
import operator
from decimal import Decimal

from promises import PROGRESS, Explanation, expect, expect_that, number, share

PROVINCE = "12"
VIEW = {"as_at": "2025-12-31"}
HOLDS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}
# Actual values are rounded to two places: nearer to the target than this the exact value decides.
ROUNDING = Decimal("0.01")


def all_targets(site):
    """42 chỉ tiêu của Nghị quyết: chỉ tiêu nào đạt, chậm, chưa có số liệu?"""
    answer = site.call(PROGRESS, "ListTargets", {"view": VIEW})
    targets = answer["targets"]
    expect("targets", len({target["id"] for target in targets}), 42)
    expect("baselines", len(answer["baselines"]), 9)
    for target in targets:
        check_target(target)
    statuses = collections.Counter(target["status"] for target in targets)
    summary = site.call(PROGRESS, "GetOverview", {"area": PROVINCE, "view": VIEW})["targets"]
    expect(
        "targets by status",
        {status.lower(): count for status, count in statuses.items()},
        {status: count for status, count in summary.items() if count},
    )
    yield ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
    for target in targets:
        actual = target.get("actual") or "chưa có số liệu"
        mark = " (tạm tính)" if target.get("provisional") else ""
        yield f"{target['id']} {target['display_name'][:60]:<60} {target['op']:>2} {target['target']:>6} {actual:>16} {target['status']}{mark}"


def check_target(target):
    name = target["id"]
    for field in ["source", "formula", "display_name", "display_name_en", "unit", "group", "feeds", "figure"]:
        expect_that(f"{name} has its {field}", target.get(field))
    has_data = target["status_of_data"] != "NO_DATA"
    expect(f"whether {name} has an actual value", bool(target.get("actual")), has_data)
    judged = target["status"] != "UNKNOWN"
    if target["status_of_data"] != "INCOMPLETE":
        expect(f"whether {name} is judged", judged, has_data)
    if not judged:
        return
    expect_that(f"{name} says of which day its actual value is", target.get("actual_on", "9999") <= VIEW["as_at"])
    expect_that(f"{name} says who it comes from", target.get("actual_source"))
    actual, wanted = Decimal(target["actual"]), Decimal(target["target"])
    if abs(actual - wanted) > ROUNDING:
        expect(f"whether {name} is met", target["status"] == "MET", HOLDS[target["op"]](actual, wanted))
    expect(f"numerator and denominator of {name} together", "numerator" in target, "denominator" in target)


def why_that_number(site):
    """Vì sao là con số đó: một số liệu mỗi loại, đến từng sự kiện?"""
    overview = site.call(PROGRESS, "GetOverview", {"area": PROVINCE, "view": VIEW})
    communes = site.call(PROGRESS, "GetPoverty", {"area": PROVINCE, "view": VIEW, "parts": True})["parts"]
    reviewed = [commune for commune in communes if share(commune["poor_rate"])]
    commune = max(reviewed, key=lambda commune: number(commune["households"]["poor"]))
    figures = {
        f"tỷ lệ hộ nghèo, {commune['area']['display_name']}": commune["poor_rate"]["name"],
        "xã đạt chuẩn": overview["criteria"]["recognised"]["name"],
        "số tiêu chí bình quân": overview["criteria"]["mean_official"]["name"],
        "tỷ lệ giải ngân": overview["funding_total"]["rate_of_plan"]["name"],
    }
    targets = site.call(PROGRESS, "ListTargets", {"view": VIEW})["targets"]
    with_data = {target["feeds"]: target for target in targets if target.get("actual")}
    for feeds, target in sorted(with_data.items()):
        figures[f"chỉ tiêu {target['id']} ({feeds})"] = target["figure"]
    expect_that("targets of every feed have data", {"poverty", "criteria", "reported"} <= with_data.keys())
    explanations = {}
    for label, name in figures.items():
        leaves = list(down_to_facts(site, name, explanations))
        facts = sum(leaf.fact_count for leaf in leaves)
        expect_that(f"{name} rests on facts", facts)
        yield f"{label}: {leaves[0].formula if len(leaves) == 1 else explanations[name].formula}"
        yield f"  {len(leaves)} số liệu gốc, {facts:,} sự kiện, ví dụ {example(leaves)}"


def down_to_facts(site, name, explanations):
    """The explanations below the figure that have facts; each sums to its figure."""
    if name in explanations:
        return
    explanations[name] = explained = Explanation(site, name)
    expect_that(f"{name} has a formula", explained.formula)
    for fact in explained.facts:
        expect_that(
            f"a fact of {name} says where it comes from",
            fact["event_id"] and fact["event_type"] and int(fact["position"]) > 0,
        )
        expect(f"source of a fact of {name}", fact["event_type"].split(".")[0], fact["source"])
        expect_that(f"a fact of {name} holds by the day", fact["effective_date"] <= VIEW["as_at"])
    if explained.facts:
        yield explained
    for figure in explained.inputs:
        value = number(figure)
        below = list(down_to_facts(site, figure["name"], explanations))
        own = explanations[figure["name"]]
        if own.facts:
            expect(f"sum of {figure['name']}", own.sum, value)
        yield from below


def example(leaves):
    fact = next(fact for leaf in leaves for fact in leaf.facts)
    document = f", {fact['document']}" if fact.get("document") else ""
    return f"{fact['event_type']} tại vị trí {fact['position']}{document}"
