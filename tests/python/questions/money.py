"""Questions about money: by programme, as known on two days, cases, and what a write would do."""

import collections
import uuid

from dynamic_client import Refused
from promises import PROGRESS, Explanation, expect, expect_that, number, pages, share

FUNDING = "muctieu.funding.v1.FundingLedger"
PROVINCE = "12"
AS_AT = "2025-12-31"
COLUMNS = [
    "plan",
    "unallocated",
    "allocated",
    "committed",
    "advanced",
    "paid",
    "settled",
    "returned",
    "disbursed",
    "remaining",
]
DIMENSIONS = ["stage", "programme", "kind", "source", "vintage", "executing_year", "area", "owner", "item"]
BILLION = 1_000_000_000


def funding(site, **request):
    return site.call(PROGRESS, "GetFunding", {"area": PROVINCE, "view": {"as_at": AS_AT}, **request})


def amounts(row):
    """The columns of a row, which are made of each other; no data counts as nothing where rows are added."""
    found = {column: number(row[column]) or 0 for column in COLUMNS}
    expect(f"plan of {row.get('key')}", found["plan"], found["unallocated"] + found["allocated"])
    expect(f"disbursed of {row.get('key')}", found["disbursed"], found["advanced"] + found["paid"] + found["settled"])
    expect(f"remaining of {row.get('key')}", found["remaining"], found["plan"] - found["disbursed"])
    for rate, of in [("rate_of_plan", "plan"), ("rate_of_allocated", "allocated")]:
        exact = share(row[rate])
        if exact:
            expect(f"{row[rate]['name']}, crosswise", exact[0] * found[of], found["disbursed"] * exact[1])
    return found


def added(rows):
    total = collections.Counter()
    for row in rows:
        total.update(amounts(row))
    return {column: total[column] for column in COLUMNS}


def billions(amount):
    return f"{amount / BILLION:>10,.1f}"


def by_programme(site):
    """Tiền theo chương trình: kế hoạch, đã giải ngân, tỷ lệ (tỷ đồng)?"""
    answer = funding(site, by=["programme_root"])
    total = amounts(answer["total"])
    for dimension in ["programme_root", "programme", "kind", "source", "vintage", "executing_year", "owner", "area"]:
        expect(f"total by {dimension}", added(funding(site, by=[dimension])["rows"]), total)
    expect_that(
        "what the map places in no part is a part of the plan",
        0 <= (number(answer["not_placed"]) or 0) <= total["plan"],
    )
    expect("plan, disbursed and returned by the ledger's own account", ledger(site), total_of(total))
    for row in [*answer["rows"], answer["total"]]:
        own = amounts(row)
        name = row.get("display_name") or "Cộng"
        yield f"{name[:66]:<66} {billions(own['plan'])} {billions(own['disbursed'])} {row['rate_of_plan'].get('percent', '–'):>7} %"
    for row in answer.get("outside", []):
        yield f"ngoài tỷ lệ: {row.get('display_name', '')[:53]:<53} {billions(amounts(row)['plan'])}"


def total_of(columns):
    return {column: columns[column] for column in ["plan", "disbursed", "returned"]}


def ledger(site):
    """The same from the service that records it: money of the budget in the rate, by stage."""
    reference = site.call(FUNDING, "ListReference", {})
    in_rate = {source["code"] for source in reference["sources"] if source.get("in_rate")}
    found = collections.Counter()
    for row in pages(site, FUNDING, "GetBalances", {"as_at": AS_AT, "by": ["stage", "kind", "source"]}, "balances"):
        account, amount = row["account"], int(row.get("amount", 0))
        if account["source"] not in in_rate or account["kind"] not in ("investment", "recurrent"):
            continue
        stage = account["stage"]
        found["plan"] += amount if stage not in ("GRANTOR", "RETURNED") else 0
        found["disbursed"] += amount if stage in ("ADVANCED", "PAID", "SETTLED") else 0
        found["returned"] += amount if stage == "RETURNED" else 0
    return total_of(found)


def as_known_on_two_days(site):
    """Tiền của một nguồn, một năm vốn: như đã biết ngày 31/12/2024 và như biết hiện nay?"""
    as_at, earlier = "2024-12-31", "2024-12-31"
    views = [{"as_at": as_at, "known_on": earlier}, {"as_at": as_at}]
    then, now = (rows_by_key(funding(site, view=view, by=["source", "vintage"])) for view in views)
    differing = [key for key in now if disbursed(then.get(key)) != disbursed(now[key])]
    expect_that("documents came in late, so that the two days differ", differing)
    source, vintage = max(differing, key=lambda key: abs(disbursed(now[key]) - disbursed(then.get(key))))
    only = {"source": source, "vintage": vintage}
    alone = [funding(site, view=view, only=only)["total"] for view in views]
    expect("alone and among others, then", disbursed(alone[0]), disbursed(then.get((source, vintage))))
    expect("alone and among others, now", disbursed(alone[1]), disbursed(now[source, vintage]))
    explained = Explanation(site, alone[1]["disbursed"]["name"])
    expect("disbursed, explained", explained.sum, disbursed(alone[1]))
    expect("disbursed as known earlier, by the same facts", explained.known_on(earlier), disbursed(alone[0]))
    late = len(explained.facts) - len(Explanation(site, alone[0]["disbursed"]["name"]).facts)
    yield f"nguồn {source}, vốn năm {vintage}, giải ngân đến 31/12/2024:"
    yield f"  như đã biết khi đó {billions(disbursed(alone[0]))}, như biết hiện nay {billions(disbursed(alone[1]))} tỷ đồng"
    yield f"  {late} chứng từ ghi sau ngày 31/12/2024"


def rows_by_key(answer):
    return {(row["key"]["source"], row["key"]["vintage"]): row for row in answer.get("rows", [])}


def disbursed(row):
    return amounts(row)["disbursed"] if row else 0


def open_cases(site):
    """Vụ việc nào còn mở, và dựa trên gì?"""
    shown = list(pages(site, PROGRESS, "ListCases", {"area": PROVINCE, "open_only": True}, "cases"))
    recorded = {case["name"]: case for case in pages(site, FUNDING, "ListCases", {"open_only": True}, "cases")}
    expect("open cases of the view and of the ledger", {case["name"] for case in shown}, recorded.keys())
    figure = site.call(PROGRESS, "GetOverview", {"area": PROVINCE})["open_cases"]
    expect("number of open cases", number(figure), len(shown))
    expect(
        "cases behind that number",
        {fact["subject"] for fact in Explanation(site, figure["name"]).facts},
        recorded.keys(),
    )
    expect_that("some cases are open", shown)
    for case in shown[:5]:
        expect(f"what {case['name']} rests on", case["lines"], recorded[case["name"]]["lines"])
        expect(f"inputs of {case['name']}", case["inputs"], recorded[case["name"]]["inputs"])
        expect_that(f"{case['name']} asks in two languages", case["question"] and case["question_vi"])
        expect_that(f"{case['name']} has lines and inputs", case["lines"] and case["inputs"])
        yield f"{case['rule']} ngày {case['opened_on']}: {case['question_vi']}"
        yield f"  {', '.join(f'{name} = {value}' for name, value in sorted(case['inputs'].items()))}"
        for line in case["lines"]:
            if line.startswith("items/"):
                transfers = list(pages(site, FUNDING, "ListTransfers", {"filter": {"item": line}}, "transfers"))
                expect_that(f"money was detailed on {line}", transfers)
                yield f"  {line}: {len(transfers)} lần chuyển, quyết định {transfers[0]['decision']['number']}"
    if len(shown) > 5:
        yield f"và {len(shown) - 5} vụ việc nữa"


def what_would_a_write_do(site):
    """Nếu hủy nhiều hơn số dư thì sao? (chỉ kiểm tra, không ghi)"""
    balance = cancellable(site)
    account, amount = balance["account"], int(balance["amount"])
    before = site.call(FUNDING, "GetBalances", {"filter": account})
    today = site.call(PROGRESS, "GetOverview", {"area": PROVINCE})["view"]["as_at"]
    would = site.call(FUNDING, "Transfer", cancel(account, amount, today))
    expect("receipt of what is only checked", would.get("receipt"), None)
    try:
        site.call(FUNDING, "Transfer", cancel(account, amount + 1, today))
    except Refused as refused:
        said = refused
    else:
        raise SystemExit("mismatch: more was cancelled than there is")
    [info], [localized] = said.details["ErrorInfo"], said.details["LocalizedMessage"]
    fields = [one.field for bad in said.details["BadRequest"] for one in bad.field_violations]
    expect("reason", (info.reason, info.domain), ("OVERDRAWN", "muctieu"))
    expect("field", fields, ["transfers[0].amount"])
    # The metadata fills the texts, so it is written as officials write: 2.218.000.000 đ.
    expect("what there is, as the refusal says", int("".join(filter(str.isdigit, info.metadata["available"]))), amount)
    expect("language for users", localized.locale, "vi")
    expect_that("the text for users ends with what to do", "Vui lòng" in localized.message)
    after = site.call(FUNDING, "GetBalances", {"filter": account})
    expect("balances and position after two checks", after, before)
    yield f"hủy {amount:,} đồng: được; hủy thêm 1 đồng: {info.reason} tại {', '.join(fields)}"
    yield f"  {localized.message}"
    yield f"  {str(said).split(': ', 1)[1]}"


def cancel(account, amount, day):
    return {
        "header": {"request_id": str(uuid.uuid4()), "validate_only": True},
        "decision": {"number": "1/QĐ-UBND", "signed_on": "2025-12-31", "issuer": "UBND tỉnh Lai Châu (ví dụ)"},
        "transfers": [{"movement": "CANCEL", "from": account, "amount": amount, "effective_date": day}],
    }


def cancellable(site):
    """An account with money that was not drawn, of an owner who holds office and an area that exists today."""
    owners = {owner["name"]: owner for owner in pages(site, FUNDING, "ListOwners", {}, "owners")}
    for stage in ["ASSIGNED", "ALLOCATED", "COMMITTED"]:
        request = {"filter": {"stage": stage}, "by": DIMENSIONS}
        for balance in pages(site, FUNDING, "GetBalances", request, "balances"):
            account = balance["account"]
            owner = owners[account["owner"]]
            in_force = (
                not owner.get("valid_to")
                and account["area"] == owner["area"]["name"]
                and not owner["area"].get("valid_to")
            )
            if in_force and account["kind"] in ("investment", "recurrent") and int(balance.get("amount", 0)) > 0:
                return balance
    raise SystemExit("mismatch: no money is left undrawn with an owner in office")
