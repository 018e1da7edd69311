"""Registers a synthetic household, assesses it, reads the commune's figure and has it explained.

    python first_call.py --address 127.0.0.1:50051

Ends with 1 and names the mismatch where an answer is not what the API promises.
"""

import argparse
import sys
import uuid

from dynamic_client import Refused, Site, add_addresses
from promises import expect

REGISTRY = "muctieu.poverty.v1.PovertyRegistry"
PROGRESS = "muctieu.progress.v1.Progress"

COMMUNE_CODE = "03618"
COMMUNE = f"areas/{COMMUNE_CODE}@2025-07-01"
OTHER_COMMUNE_CODE = "03390"
YEAR_END = "2025-12-31"

INDICATORS = [
    "employment",
    "dependent_person",
    "nutrition",
    "health_insurance",
    "adult_education",
    "child_school_attendance",
    "housing_quality",
    "housing_area",
    "clean_water",
    "hygienic_toilet",
    "telecommunication",
    "information_access_assets",
]
DEPRIVED = ["health_insurance", "clean_water", "hygienic_toilet"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_addresses(arguments)
    client = Site(arguments.parse_args().address)

    services = client.services()
    for service in (REGISTRY, PROGRESS, "grpc.health.v1.Health"):
        expect(f"reflection offers {service}", service in services, True)

    before = counts_of_commune(client)
    household, first_etag = register(client)
    token = assess(client, household)
    view = explain_and_compare(client, household, before, token)
    refuse_an_unknown_area(client)
    refuse_a_stale_etag(client, household, first_etag)
    expect("households after two refusals", counts(counts_view(client, token)), counts(view))
    print("every answer is what the API promises")


def register(client):
    """Registers a household of two persons, twice under one request id: it is recorded once."""
    request = {
        "header": {"request_id": str(uuid.uuid4()), "document": "Tài liệu tổng hợp dùng để kiểm thử"},
        "effective_date": "2025-08-15",
        "commune_code": COMMUNE_CODE,
        "members": [
            {"full_name": "Lò Văn Thử", "birth_date": "1984", "sex": "MALE", "ethnicity": "03", "head": True},
            {"full_name": "Vàng Thị Mẫu", "birth_date": "1986-02-28", "sex": "FEMALE", "ethnicity": "08"},
        ],
    }
    first = client.call(REGISTRY, "RegisterHousehold", request)
    household = first["household"]
    print(f"registered {household['name']} in {household['commune']['display_name']}, etag {household['etag']}")
    expect("members", household["member_count"], 2)

    repeat = client.call(REGISTRY, "RegisterHousehold", request)
    expect("the repeat was recorded before", repeat["receipt"].get("replayed"), True)
    expect("household of the repeat", repeat["household"]["name"], household["name"])
    expect("position of the repeat", repeat["receipt"]["position"], first["receipt"]["position"])
    return household["name"], household["etag"]


def assess(client, household):
    """140 points and three deprivations: poor in a rural commune, at the very line."""
    answer = client.call(
        REGISTRY,
        "RecordAssessment",
        {
            "header": {"request_id": str(uuid.uuid4())},
            "household": household,
            "effective_date": "2025-11-20",
            "b1_score": 140,
            "answers": [{"indicator": code, "deprived": code in DEPRIVED} for code in INDICATORS],
        },
    )
    assessment = answer["household"]["latest_assessment"]
    print(f"assessed under {assessment['standard']}: {assessment['poverty_class']} ({assessment['rule']})")
    expect("class", assessment["poverty_class"], "POOR")
    expect("standard", assessment["standard"], "ND07-2021")
    expect("area type", assessment["area_type"], "RURAL")
    expect("B2 score", assessment["b2_score"], 30)
    expect("deprived in", assessment["deprived"], DEPRIVED)
    return answer["receipt"]["consistency_token"]


def explain_and_compare(client, household, before, token):
    """The commune's figures grew by this household, and the explanation of the figure names it."""
    view = counts_view(client, token)
    after = counts(view)
    print(f"poor in {view['area']['area']['display_name']} on {YEAR_END}: {after}, before: {before}")
    expect("poor households", after["households"], before["households"] + 1)
    expect("poor persons", after["persons"], before["persons"] + 2)

    figure = view["area"]["households"]["poor"]
    mine, amounts, page_token = [], 0, ""
    while True:
        page = client.call(PROGRESS, "ExplainFigure", {"name": figure["name"], "page_token": page_token})
        amounts += sum(int(fact.get("amount", 0)) for fact in page.get("facts", []))
        mine += [fact for fact in page.get("facts", []) if fact["subject"] == household]
        page_token = page.get("next_page_token", "")
        if not page_token:
            break
    print(f"{figure['name']} = {page['formula']}")
    expect("sum of the explanation", int(page["sum"]), int(figure["value"]))
    expect("facts added up", amounts, int(figure["value"]))
    expect("this household in the explanation", sum(int(fact["amount"]) for fact in mine), 1)
    for fact in mine:
        print(
            f"  {fact['amount']:>3} by {fact['event_type']} at position {fact['position']} on {fact['effective_date']}"
        )
    expect("the deciding event", mine[-1]["event_type"], "poverty.household_assessed.v1")
    return view


def refuse_an_unknown_area(client):
    """One reason, one field, one remedy; in English for developers, in Vietnamese for users."""
    refused = refusal_of(
        client,
        "RegisterHousehold",
        {
            "header": {"request_id": str(uuid.uuid4())},
            "effective_date": "2025-08-15",
            "commune_code": "99999",
            "members": [{"full_name": "Lò Văn Thử", "ethnicity": "03", "head": True}],
        },
    )
    expect("code for an unknown area", refused.code, "INVALID_ARGUMENT")
    expect_details(refused, reason="UNKNOWN_AREA", field="commune_code")


def refuse_a_stale_etag(client, household, first_etag):
    """The assessment came after the registration, so the registration's etag is no longer current."""
    refused = refusal_of(
        client,
        "MoveHousehold",
        {
            "header": {"request_id": str(uuid.uuid4())},
            "household": household,
            "etag": first_etag,
            "effective_date": "2025-12-01",
            "commune_code": OTHER_COMMUNE_CODE,
        },
    )
    expect("code for a stale etag", refused.code, "ABORTED")
    expect_details(refused, reason="STALE_ETAG", field="etag")


def refusal_of(client, method, request):
    try:
        client.call(REGISTRY, method, request)
    except Refused as refused:
        return refused
    sys.exit(f"mismatch: {method} accepted what it must refuse")


def expect_details(refused, reason, field):
    [info] = refused.details["ErrorInfo"]
    [localized] = refused.details["LocalizedMessage"]
    fields = [violation.field for bad in refused.details["BadRequest"] for violation in bad.field_violations]
    print(f"refused: {info.reason} at {', '.join(fields)}: {localized.message}")
    expect("reason", info.reason, reason)
    expect("domain of the reason", info.domain, "muctieu")
    expect("field", fields, [field])
    expect("language for users", localized.locale, "vi")
    expect(f"{reason} has a message for users", bool(localized.message), True)


def counts_of_commune(client):
    return counts(counts_view(client, ""))


def counts_view(client, token):
    return client.call(
        PROGRESS,
        "GetPoverty",
        {"area": COMMUNE, "view": {"as_at": YEAR_END}, "consistency_token": token},
    )


def counts(view):
    """The poor of the commune; no data counts as none, for here only the change matters."""
    row = view["area"]
    return {unit: int(row[unit]["poor"].get("value", 0)) for unit in ("households", "persons")}


if __name__ == "__main__":
    main()
