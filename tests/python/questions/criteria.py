"""Questions about titles and criteria."""

import collections

from promises import PROGRESS, expect, expect_that, number, share

RURAL = "muctieu.rural.v1.RuralCriteria"
PROVINCE = "12"
OLD, NEW = {"as_at": "2025-06-30", "map": "2025-06-30"}, {"as_at": "2025-12-31", "map": "2025-07-01"}
# From the lowest.
TIERS = ["COMMUNE_TITLE", "ADVANCED_COMMUNE", "MODEL_COMMUNE"]


def criteria(site, area, view):
    return site.call(PROGRESS, "GetCriteria", {"area": area, "view": view, "communes": True})


def titles_before_and_after_the_merger(site):
    """Xã nào đạt chuẩn nông thôn mới: trước sáp nhập, sau sáp nhập, và xã nào chỉ suy ra từ các xã cũ?"""
    answers = {
        "bản đồ cũ, 30/6/2025": criteria(site, PROVINCE, OLD),
        "bản đồ mới, 31/12/2025": criteria(site, PROVINCE, NEW),
    }
    for label, answer in answers.items():
        summary, rows = answer["summary"], answer["communes"]
        check_summary(summary, rows)
        derived = [row["area"]["display_name"] for row in rows if row.get("origin") == "DERIVED"]
        yield f"{label}: {number(summary['recognised'])} trên {number(summary['communes'])} xã đạt chuẩn"
        yield f"  chỉ suy ra, chưa có quyết định: {', '.join(derived) or 'không có'}"
    before, after = (answer["communes"] for answer in answers.values())
    derived_are_lowest_of_their_parts(site, before, after)


def check_summary(summary, rows):
    """The summary counts the rows."""
    tiers = collections.Counter(row["tier"] for row in rows if "tier" in row)
    origins = collections.Counter(row["origin"] for row in rows if "origin" in row)
    for field, own in [
        ("communes", len(rows)),
        ("recognised", tiers.total()),
        ("advanced", tiers["ADVANCED_COMMUNE"] + tiers["MODEL_COMMUNE"]),
        ("model", tiers["MODEL_COMMUNE"]),
        ("derived", origins["DERIVED"]),
        ("undetermined", origins["UNDETERMINED"]),
    ]:
        expect(f"communes that are counted as {field}", number(summary[field]) or 0, own)
    for basis in ["official", "strict"]:
        share(summary[f"mean_{basis}"])
        bands = [number(band[basis]) for band in summary.get("bands", [])]
        if any(bands):
            met = [row[f"{basis}_met"] for row in rows if f"{basis}_met" in row]
            in_bands = [sum(band["from"] <= one <= band["to"] for one in met) for band in with_ends(summary["bands"])]
            expect(f"communes by {basis} band", [band or 0 for band in bands], in_bands)


def with_ends(bands):
    return [{"from": band.get("from", 0), "to": band["to"]} for band in bands]


def derived_are_lowest_of_their_parts(site, before, after):
    held = {row["area"]["name"]: row.get("tier") for row in before}
    areas = site.call(PROGRESS, "ListAreas", {"map": NEW["map"]})["areas"]
    parts_of = {one["area"]["name"]: [part["name"] for part in one.get("context", [])] for one in areas}
    for row in after:
        if row.get("origin") != "DERIVED":
            continue
        # Townships and wards of the old map hold no title and are in no row.
        ranks = [TIERS.index(held[part]) for part in parts_of[row["area"]["name"]] if held.get(part)]
        expect_that(f"the parts of {row['area']['display_name']} held a title", ranks)
        expect(f"derived tier of {row['area']['display_name']}", row["tier"], TIERS[min(ranks)])


def strict_and_official(site):
    """Bảng tiêu chí của một xã: theo quy định và theo đánh giá của cơ quan có thẩm quyền?"""
    rows = criteria(site, PROVINCE, OLD)["communes"]
    judged = [row for row in rows if "official_met" in row]
    expect_that("some communes were judged officially", judged)
    row = max(judged, key=lambda row: (row["official_met"] != row["strict_met"], row["area"]["code"]))
    check_row(row)
    # The service that recorded it says the same.
    standing = site.call(RURAL, "GetStanding", {"area": row["area"]["name"], "as_at": OLD["as_at"]})
    assessed = standing["assessment"]
    for field in ["set", "assessed_on", "assessed_year", "strict_met", "applicable", "official_met"]:
        expect(f"{field} of {row['area']['display_name']}", assessed.get(field) or 0, row.get(field) or 0)
    recorded = {one["number"]: (one["strict"], one.get("official")) for one in assessed["criteria"]}
    expect(
        "results by criterion",
        {one["number"]: (one["strict"], one.get("official")) for one in row["criteria"]},
        recorded,
    )

    yield f"{row['area']['display_name']}, {row['set']}, ngày {row['assessed_on']}, năm {row['assessed_year']}"
    yield f"theo quy định {row['strict_met']}, theo đánh giá {row['official_met']} trên {row['applicable']} tiêu chí"
    for cell, one in zip(row["criteria"], assessed["criteria"]):
        yield f"  {cell['number']:>2} {one['display_name'][:52]:<52} {cell['strict']:<15} {cell.get('official', '–')}"
    for caveat in assessed.get("provisional", [])[:2]:
        yield f"  tạm tính: {caveat['text_vi']}"


def check_row(row):
    cells = row["criteria"]
    strict = collections.Counter(cell["strict"] for cell in cells)
    official = collections.Counter(cell.get("official") for cell in cells)
    expect("criteria met by the rule", row["strict_met"], strict["MET"])
    expect("criteria that apply", row["applicable"], len(cells) - strict["NOT_APPLICABLE"])
    expect("criteria met officially", row["official_met"], official["MET"])
