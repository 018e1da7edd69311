"""Writes a small synthetic story to all three services: every kind of event happens in it, and some commands are refused.

    python small_story.py --address 127.0.0.1:50051

The site must be empty but for this. Prints the consistency tokens of the last writes, separated by spaces. Told twice it
happens once.
"""

import argparse
import sys
import uuid

from dynamic_client import Refused, Site, add_addresses
from first_call import INDICATORS
from promises import expect, expect_that

REGISTRY = "muctieu.poverty.v1.PovertyRegistry"
RURAL = "muctieu.rural.v1.RuralCriteria"
FUNDING = "muctieu.funding.v1.FundingLedger"

PROVINCE, DISTRICT = "areas/12@0001-01-01", "areas/110@0001-01-01"
# Mường Than was formed from Phúc Than, which had its code before, and another commune.
COMMUNE, PHUC_THAN, MERGED = "areas/03618@2025-07-01", "areas/03618@0001-01-01", "areas/03625@0001-01-01"
SET = "vn-commune-2021-2025"
SYNTHETIC = "(dữ liệu thử)"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_addresses(arguments)
    story = Story(Site(arguments.parse_args().address))
    households(story)
    criteria(story)
    money(story)
    print(" ".join(story.tokens.values()))


def identity(name):
    """The same UUID for the same name, every time the story is told."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"small story/{name}"))


def decision(number, signed_on):
    return {"number": f"{number}/QĐ-UBND", "signed_on": signed_on, "issuer": f"UBND tỉnh Lai Châu {SYNTHETIC}"}


class Story:
    """Sends commands one after another and keeps the newest token of each service."""

    def __init__(self, site):
        self.site, self.tokens = site, {}

    def tell(self, service, method, name, request):
        answer = self.site.call(
            service, method, {"header": {"request_id": identity(name)}, **request}, self.actor(service)
        )
        self.tokens[service] = answer["receipt"]["consistency_token"]
        return answer

    def refused(self, service, method, name, request, reason):
        try:
            self.site.call(service, method, {"header": {"request_id": identity(name)}, **request}, self.actor(service))
        except Refused as refused:
            [info] = refused.details["ErrorInfo"]
            expect(f"reason for {name}", info.reason, reason)
            return
        sys.exit(f"mismatch: {name} was accepted, not refused with {reason}")

    def actor(self, service):
        return [("x-muctieu-actor", service.split(".")[1])]


def households(story):
    """Four households of two old communes and a new one."""
    for name, day, commune, size in [
        ("poor", "2024-03-01", "03625", 3),
        ("not poor", "2024-03-05", "03618", 2),
        ("near poor", "2025-07-15", "03618", 4),
        ("not reviewed", "2025-08-01", "03640", 1),
    ]:
        members = [
            {
                "full_name": f"Người Mẫu {number}",
                "ethnicity": "08",
                "head": number == 0,
                "member_id": identity(f"{name}/{number}"),
            }
            for number in range(size)
        ]
        request = {"effective_date": day, "commune_code": commune, "members": members, "household_id": identity(name)}
        story.tell(REGISTRY, "RegisterHousehold", f"register {name}", request)
    for name, day, score, deprived in [
        ("poor", "2024-11-20", 140, 3),
        ("not poor", "2024-11-20", 200, 1),
        ("near poor", "2025-09-10", 130, 1),
    ]:
        answers = [{"indicator": code, "deprived": at < deprived} for at, code in enumerate(INDICATORS)]
        request = {
            "household": f"households/{identity(name)}",
            "effective_date": day,
            "b1_score": score,
            "answers": answers,
        }
        answer = story.tell(REGISTRY, "RecordAssessment", f"assess {name}", request)
        expect(
            f"class of {name}",
            answer["household"]["latest_assessment"]["poverty_class"],
            name.upper().replace(" ", "_"),
        )
    change = {
        "household": f"households/{identity('poor')}",
        "effective_date": "2025-02-01",
        "add": [{"full_name": "Trẻ Mẫu", "ethnicity": "08", "member_id": identity("child")}],
        "remove": [identity("poor/2")],
    }
    story.tell(REGISTRY, "ChangeMembers", "a child is born, a daughter leaves", change)
    move = {"household": f"households/{identity('not poor')}", "effective_date": "2025-08-10", "commune_code": "03640"}
    story.tell(REGISTRY, "MoveHousehold", "a household moves", move)


def criteria(story):
    """A commune is observed, assessed, recognised and merged; the merged one loses the title again."""
    listing = {
        "area": MERGED,
        "list": "REGION",
        "entry": "III",
        "effective_date": "2021-07-01",
        "decision": decision(1, "2021-06-20"),
    }
    story.tell(RURAL, "DecideListing", "region III", listing)
    observe(story)
    official = [
        {
            "of": "criteria/17",
            "state": "BASICALLY_MET",
            "author": f"Sở Nông nghiệp và Môi trường {SYNTHETIC}",
            "document": "12/BB",
        },
        {"of": "indicators/1.1", "state": "MET", "author": f"Sở Xây dựng {SYNTHETIC}"},
    ]
    assessment = {"area": MERGED, "set": SET, "column": "northern_midlands_mountains", "official": official}
    first = {**assessment, "assessed_on": "2023-11-20", "assessed_year": 2023}
    answer = story.tell(RURAL, "AssessArea", "assess in 2023", first)["assessment"]
    [poverty] = [one for one in answer["criteria"] if one["number"] == 11]
    expect("criterion 11 before anybody was registered", poverty["strict"], "NO_DATA")
    second = {
        **assessment,
        "assessed_on": "2024-12-10",
        "assessed_year": 2024,
        "consistency_token": story.tokens[REGISTRY],
    }
    answer = story.tell(RURAL, "AssessArea", "assess in 2024", second)["assessment"]
    [poverty] = [one for one in answer["criteria"] if one["number"] == 11]
    expect("criterion 11, with the one household poor", poverty["strict"], "NOT_MET")
    expect("households behind it", poverty["indicators"][0]["value"]["share"], {"numerator": "1", "denominator": "1"})

    title = {"area": MERGED, "tier": "COMMUNE_TITLE", "set": SET, "assessed_year": 2023, "effective_date": "2023-12-15"}
    title |= {"decision": decision(2, "2023-12-10"), "votes": {"numerator": 24, "denominator": 24}}
    answer = story.tell(RURAL, "RecogniseTitle", "recognise", title)
    expect_that("the recognised commune leaves region III", answer["left"])
    expect_that("the strict result falls short of the recognition", answer["differences"])
    story.refused(RURAL, "RecogniseTitle", "recognise again", title, "TITLE_HELD")

    acknowledged = {
        "area": COMMUNE,
        "tier": "COMMUNE_TITLE",
        "effective_date": "2025-08-01",
        "decision": decision(3, "2025-07-30"),
    }
    story.tell(RURAL, "AcknowledgeTitle", "acknowledge", acknowledged)
    revoked = {
        **acknowledged,
        "effective_date": "2025-10-01",
        "decision": decision(4, "2025-09-25"),
        "criteria": [10, 17],
    }
    story.tell(RURAL, "RevokeTitle", "revoke", {**revoked, "ground": f"Mười tiêu chí không đạt {SYNTHETIC}"})


def share(numerator, denominator):
    return {"numerator": numerator, "denominator": denominator}


def observe(story):
    """Every kind of value once, and a correction."""
    parts = [{"part": "total", "share": share(301, 412)}, {"part": "centralised", "share": share(40, 412)}]
    observed = {"area": MERGED, "set": SET, "observed_on": "2023-10-31", "source": f"UBND xã {SYNTHETIC}"}
    for indicator, value in [
        ("1.1", {"judged_met": True}),
        ("9.1", {"count": 7}),
        ("9.2", {"share": share(309, 412)}),
        ("3.1", {"reported_percent": "87.5"}),
        ("10", {"mean": share(76_272_000_000, 1816)}),
        ("13.4", {"not_applicable": "Xã không có làng nghề"}),
        ("15.1", {"by_sex": {"men": share(821, 905), "women": share(846, 911)}}),
        ("17.1", {"parts": {"parts": parts}}),
    ]:
        story.tell(
            RURAL, "RecordObservation", f"observe {indicator}", {**observed, "indicator": indicator, "value": value}
        )
    wrong = story.tell(
        RURAL, "RecordObservation", "observe 9.2", {**observed, "indicator": "9.2", "value": {"share": share(309, 412)}}
    )
    corrected = {
        **observed,
        "indicator": "9.2",
        "value": {"share": share(390, 412)},
        "corrects": wrong["observation"]["name"],
    }
    story.tell(RURAL, "RecordObservation", "correct 9.2", corrected)
    by_hand = {**observed, "indicator": "11", "value": {"share": share(1, 412)}}
    story.refused(RURAL, "RecordObservation", "observe 11 by hand", by_hand, "DERIVED_INDICATOR")


class Purse:
    """The account that money of one vintage stands on with an owner; `at` names its stage."""

    def __init__(self, programme, kind, source, area, owner, item=None):
        self.fields = {"programme": programme, "kind": kind, "source": source, "area": area, "owner": f"owners/{owner}"}
        self.fields |= {"vintage": 2024, "executing_year": 2024}
        self.item = f"items/{identity(item)}" if item else ""

    def at(self, stage):
        with_item = {} if stage in ("GRANTOR", "ASSIGNED") else {"item": self.item}
        return {"stage": stage, **self.fields, **with_item}

    def move(self, movement, stage, day, amount, **more):
        to = {"item": self.item} if movement == "ALLOCATE" else {}
        return {"movement": movement, "from": self.at(stage), "to": to, "amount": amount, "effective_date": day, **more}


def money(story):
    """The chain from the centre to the district and its successor, supports, a mistake that is undone, and two cases."""
    parties(story)
    province = Purse("GNBV.DA5", "recurrent", "CEN", PROVINCE, "so-tai-chinh")
    district = Purse("GNBV.DA5", "recurrent", "CEN", DISTRICT, "ubnd-huyen-than-uyen", "house of the poor")
    down = {**province.move("HAND_OVER", "ASSIGNED", "2024-01-20", 400_000_000)}
    down["to"] = {"area": DISTRICT, "owner": "owners/ubnd-huyen-than-uyen"}
    transfer(story, "assign", [province.move("ASSIGN", "GRANTOR", "2024-01-10", 500_000_000), down])
    transfer(story, "cut", [province.move("CUT", "ASSIGNED", "2024-06-01", 30_000_000)])
    detailed = [
        district.move("ALLOCATE", "ASSIGNED", "2024-12-02", 40_000_000),
        district.move("COMMIT", "ALLOCATED", "2024-12-03", 40_000_000),
        district.move("ADVANCE", "COMMITTED", "2024-12-10", 12_000_000),
        district.move("RECOVER", "ADVANCED", "2024-12-20", 12_000_000, evidence="BBNT 12"),
    ]
    expect("cases of a lawful support", transfer(story, "detail", detailed).get("cases", []), [])
    pay = [district.move("PAY", "COMMITTED", "2024-12-28", 20_000_000, evidence="BBNT 13")]
    paid = transfer(story, "pay", pay)["transfers"][0]["name"]
    undo = {"transfer": paid, "effective_date": "2024-12-29", "reason": f"Ghi nhầm {SYNTHETIC}"}
    once = story.tell(FUNDING, "ReverseTransfer", "undo the payment", undo)["transfers"][0]["name"]
    twice = story.tell(FUNDING, "ReverseTransfer", "undo the payment again", undo)["transfers"][0]["name"]
    expect("the second reversal of one transfer", twice, once)
    too_much = {
        "decision": decision(9, "2024-12-01"),
        "transfers": [district.move("PAY", "COMMITTED", "2024-12-30", 28_000_001)],
    }
    story.refused(FUNDING, "Transfer", "pay more than there is", too_much, "OVERDRAWN")
    late = {**too_much, "transfers": [district.move("PAY", "COMMITTED", "2025-03-10", 5_000_000)]}
    story.refused(FUNDING, "Transfer", "pay after the window", late, "AFTER_WINDOW")
    extended = district.move("PAY", "COMMITTED", "2025-03-10", 5_000_000, extension=decision(31, "2025-01-20"))
    transfer(story, "pay after the window, extended", [extended])
    in_kind = Purse("NTM.ND02", "in_kind", "CLA", DISTRICT, "ubnd-huyen-than-uyen")
    valuation = {
        "quantity": "120",
        "unit": "ngày công",
        "unit_price": 250_000,
        "valuer": f"Ban Phát triển bản {SYNTHETIC}",
    }
    valuation |= {"price_basis": "Quyết định 12/QĐ-UBND ngày 05/01/2024", "valued_on": "2024-10-20"}
    transfer(story, "labour", [in_kind.move("CONTRIBUTE", "GRANTOR", "2024-10-21", 30_000_000, valuation=valuation)])
    suspicions(story)
    succession(story)


def transfer(story, name, transfers):
    request = {"decision": decision(7, "2024-01-08"), "transfers": transfers}
    # The class of a supported household is read with everything that was recorded of it.
    return story.tell(FUNDING, "Transfer", name, {**request, "consistency_token": story.tokens[REGISTRY]})


def parties(story):
    for code, area, day in [
        ("so-tai-chinh", PROVINCE, "2021-01-01"),
        ("ubnd-huyen-than-uyen", DISTRICT, "2021-01-01"),
        ("ubnd-xa-03618", COMMUNE, "2025-07-01"),
    ]:
        owner = {"code": code, "display_name": f"{code} {SYNTHETIC}", "area": area, "effective_date": day}
        story.tell(FUNDING, "RegisterOwner", f"owner {code}", owner)
    for name, household in [
        ("house of the poor", "poor"),
        ("house once more", "poor"),
        ("house of the not poor", "not poor"),
    ]:
        support = {"kind": "housing", "household": f"households/{identity(household)}", "quantity": 1, "unit": "nhà"}
        item = {
            "item_id": identity(name),
            "effective_date": "2024-12-01",
            "support": {**support, "decided_on": "2024-12-01"},
        }
        story.tell(FUNDING, "RegisterItem", f"item {name}", item)
    works = {
        "display_name": f"Đường nội bản {SYNTHETIC}",
        "area": MERGED,
        "asset_type": "road",
        "approved_total": 4_800_000_000,
    }
    item = {"item_id": identity("road"), "effective_date": "2024-02-01", "works": works}
    story.tell(FUNDING, "RegisterItem", "item road", item)


def suspicions(story):
    """Another programme builds for the same household; a household that is not poor gets a house. Both stand, with cases."""
    district = Purse("GNBV.DA5", "recurrent", "CEN", DISTRICT, "ubnd-huyen-than-uyen", "house of the not poor")
    opened = transfer(
        story, "a house for the not poor", [district.move("ALLOCATE", "ASSIGNED", "2024-12-05", 40_000_000)]
    )
    expect("rules of the cases", [case["rule"] for case in opened["cases"]], ["K03"])
    minority = Purse("DTTS.DA1", "recurrent", "CEN", DISTRICT, "ubnd-huyen-than-uyen", "house once more")
    more = [
        minority.move("ASSIGN", "GRANTOR", "2024-02-10", 100_000_000),
        minority.move("ALLOCATE", "ASSIGNED", "2024-12-06", 40_000_000),
    ]
    opened = transfer(story, "a second house", more)
    expect("rules of the cases", [case["rule"] for case in opened["cases"]], ["K01"])
    [case] = opened["cases"]
    settled = {"case": case["name"], "outcome": "EXPLAINED", "effective_date": case["opened_on"]}
    settled |= {"header": {"request_id": identity("settle"), "document": f"15/BC-UBND {SYNTHETIC}"}}
    story.tell(FUNDING, "SettleCase", "settle", {**settled, "explanation": f"Hai hạng mục khác nhau {SYNTHETIC}"})


def succession(story):
    """The district ends; its successor has every open balance."""
    owner = {
        "owner": "owners/ubnd-huyen-than-uyen",
        "effective_date": "2025-07-01",
        "decision": decision(8, "2025-06-25"),
    }
    story.tell(FUNDING, "NameSuccessor", "name the successor", {**owner, "successor": "owners/ubnd-xa-03618"})
    handed = story.tell(FUNDING, "HandOver", "hand over", owner)
    expect_that("something is handed over", handed["transfers"])
    expect("balances left to hand over", handed.get("remaining", 0), 0)


if __name__ == "__main__":
    main()
