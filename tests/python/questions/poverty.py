"""Questions about households: two dates, two maps."""

from promises import PROGRESS, Explanation, day_of, expect, expect_that, number, share

PROVINCE = "12"
OLD_MAP, NEW_MAP = "2025-06-30", "2025-07-01"
YEAR_END = "2024-12-31"
CLASSES = ["poor", "near_poor", "not_poor", "not_reviewed"]


def poverty(site, area, view, parts=False):
    return site.call(PROGRESS, "GetPoverty", {"area": area, "view": view, "parts": parts})


def counts(row):
    """The counts of a row by unit and class, which add up to the total; no data counts as nothing where rows are added."""
    found = {}
    for unit in ["households", "persons"]:
        for figure in ["total", *CLASSES]:
            found[unit, figure] = number(row[unit][figure]) or 0
        expect(f"{unit} by class", sum(found[unit, one] for one in CLASSES), found[unit, "total"])
    return found


def added(rows):
    every = [counts(row) for row in rows]
    return {key: sum(one[key] for one in every) for key in every[0]} if every else {}


def check_rates(row):
    """A rate is poor out of all, exactly."""
    for rate, of in [("poor_rate", "poor"), ("near_poor_rate", "near_poor")]:
        found = share(row[rate])
        if found:
            numerator, denominator = found
            value, total = number(row["households"][of]), number(row["households"]["total"])
            expect(f"{row[rate]['name']}, multiplied crosswise", numerator * total, value * denominator)


def then_and_now(site):
    """Có bao nhiêu hộ nghèo ngày 31/12/2024: như đã biết khi đó, và như biết hiện nay?"""
    then = poverty(site, PROVINCE, {"as_at": YEAR_END, "known_on": YEAR_END}, parts=True)
    now = poverty(site, PROVINCE, {"as_at": YEAR_END}, parts=True)
    expect_that("households are registered: this is a demo", number(now["area"]["households"]["total"]))
    for answer in [then, now]:
        expect("events set aside", answer.get("events_set_aside", "0"), "0")
        check_rates(answer["area"])
        parts = [*answer["parts"], *([answer["outside_parts"]] if "outside_parts" in answer else [])]
        expect("parts and what lies outside them", added(parts), counts(answer["area"]))
    for label, answer in [("như đã biết ngày 31/12/2024", then), ("như biết hiện nay", now)]:
        rate = answer["area"]["poor_rate"]
        yield f"{label}: {number(answer['area']['households']['poor']) or 0:,} hộ nghèo ({rate.get('percent') or '–'} %)"
    yield from what_came_later(site)


def what_came_later(site):
    """One commune closely: as known on an earlier day it has exactly what had been recorded by then."""
    views = [{"as_at": YEAR_END, "known_on": YEAR_END, "map": NEW_MAP}, {"as_at": YEAR_END, "map": NEW_MAP}]
    then, now = (poverty(site, PROVINCE, view, parts=True)["parts"] for view in views)
    poor = [
        (number(early["households"]["poor"]) or 0, number(row["households"]["poor"]) or 0)
        for early, row in zip(then, now)
    ]
    known, row = max(zip(poor, now), key=lambda one: (abs(one[0][1] - one[0][0]), one[0]))
    explained = Explanation(site, row["households"]["poor"]["name"])
    expect(f"sum of {explained.name}", explained.sum, known[1])
    expect(f"poor as known on {YEAR_END}, by the facts recorded by then", explained.known_on(YEAR_END), known[0])
    days = sorted({day_of(fact["recorded_at"]) for fact in explained.facts})
    yield f"{row['area']['display_name']} ngày 31/12/2024: {len(explained.facts):,} sự kiện, ghi trong {len(days)} ngày"
    for day in [*days[len(days) // 2 : len(days) // 2 + 2], YEAR_END]:
        view = {"as_at": YEAR_END, "known_on": day, "map": NEW_MAP}
        value = number(poverty(site, row["area"]["name"], view)["area"]["households"]["poor"]) or 0
        expect(f"poor as known on {day}, by the facts recorded by then", explained.known_on(day), value)
        yield f"  như đã biết ngày {day}: {value:,} hộ nghèo"
    yield f"  như biết hiện nay: {known[1]:,} hộ nghèo"


def old_map_and_new(site):
    """Cùng một xã trên bản đồ cũ và bản đồ mới: số liệu có khớp không?"""
    merged = [
        one for one in site.call(PROGRESS, "ListAreas", {"map": NEW_MAP})["areas"] if len(one.get("context", [])) > 1
    ]
    expect_that("communes of the new map were formed from others", merged)
    for candidate in merged:
        new = counts(poverty(site, candidate["area"]["name"], {"as_at": YEAR_END, "map": NEW_MAP})["area"])
        parts = [
            poverty(site, part["name"], {"as_at": YEAR_END, "map": OLD_MAP})["area"] for part in candidate["context"]
        ]
        expect(f"{candidate['area']['display_name']} and its parts", added(parts), new)
    whole = [counts(poverty(site, PROVINCE, {"as_at": YEAR_END, "map": day})["area"]) for day in (OLD_MAP, NEW_MAP)]
    expect("the province on either map", whole[0], whole[1])
    yield f"{candidate['area']['display_name']}: {new['households', 'poor']:,} hộ nghèo trên bản đồ mới"
    for part, row in zip(candidate["context"], parts):
        yield f"  {part['display_name']}: {counts(row)['households', 'poor']:,} trên bản đồ cũ"
    yield f"cả {len(merged)} xã, phường sáp nhập đều khớp; toàn tỉnh {whole[0]['households', 'poor']:,} hộ nghèo trên cả hai bản đồ"
