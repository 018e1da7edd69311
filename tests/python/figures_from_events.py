"""A few figures made from events alone, by rules written here anew, and compared with what the API says."""

import collections

from promises import PROGRESS, expect, expect_that, number, pages

RURAL = "muctieu.rural.v1.RuralCriteria"
FUNDING = "muctieu.funding.v1.FundingLedger"
PROVINCE = "12"

DIMENSIONS = ["stage", "programme", "kind", "source", "vintage", "executing_year", "area", "owner", "item"]


class Households:
    """Who is registered where, with how many members and of which class."""

    def __init__(self):
        self.households = collections.defaultdict(list)

    def apply(self, event):
        self.households[event.payload["household"]].append(event)

    def ends(self):
        pass

    def compare(self, site, day):
        view = site.call(PROGRESS, "GetPoverty", {"area": PROVINCE, "view": {"as_at": day}})
        households, persons = collections.Counter(), collections.Counter()
        communes = collections.Counter()
        for history in self.households.values():
            state = self.state(history, day, view["standard"])
            if state:
                commune, members, poverty_class = state
                households[poverty_class] += 1
                persons[poverty_class] += members
                communes[commune] += 1
        print(f"households on {day}: {dict(households)}, persons: {dict(persons)}")
        for unit, own in [("households", households), ("persons", persons)]:
            row = view["area"][unit]
            expect(f"all {unit}", number(row["total"]) or 0, own.total())
            for poverty_class in ["poor", "near_poor", "not_poor", "not_reviewed"]:
                expect(f"{poverty_class} {unit}", number(row[poverty_class]) or 0, own[poverty_class])
        self.compare_communes(site, day, communes)

    def state(self, history, day, standard):
        """Commune, members and class on the day; None where it was not registered yet."""
        # By day, then as recorded: a later correction of the same day goes over an earlier one.
        by_then = sorted(
            (event for event in history if event.effective <= day), key=lambda event: (event.effective, event.position)
        )
        commune, members, poverty_class = None, set(), "not_reviewed"
        for event in by_then:
            payload = event.payload
            match event.type:
                case "poverty.household_registered.v1":
                    commune, members = payload["commune"], {member["member"] for member in payload["members"]}
                case "poverty.members_changed.v1":
                    members |= {member["member"] for member in payload.get("added", [])}
                    members -= set(payload.get("removed", []))
                case "poverty.household_moved.v1":
                    commune = payload["commune"]
                case "poverty.household_assessed.v1" if payload["standard"] == standard:
                    poverty_class = payload["class"]
        return (commune, len(members), poverty_class) if commune else None

    def compare_communes(self, site, day, communes):
        """On the new map a commune has what was recorded in it and in the units that it was formed from."""
        for candidate in site.call(PROGRESS, "ListAreas", {"map": "2025-07-01"})["areas"]:
            name = candidate["area"]["name"]
            names = {name, *(part["name"] for part in candidate.get("context", []))}
            own = sum(count for commune, count in communes.items() if f"areas/{commune}" in names)
            if own:
                view = {"as_at": day, "map": "2025-07-01"}
                row = site.call(PROGRESS, "GetPoverty", {"area": name, "view": view})["area"]
                expect(f"households of {candidate['area']['display_name']}", number(row["households"]["total"]), own)


class Units:
    """What units observed, and which titles were decided."""

    def __init__(self):
        self.observations, self.corrected = collections.defaultdict(set), {}
        self.titles = collections.defaultdict(list)

    def apply(self, event):
        payload = event.payload
        match event.type:
            case "rural.observation_recorded.v1":
                corrects = payload.get("corrects")
                if corrects:
                    expect_that(
                        f"{event} corrects what was observed there", corrects in self.observations[payload["area"]]
                    )
                    expect_that(f"{event} corrects what nothing corrected", corrects not in self.corrected)
                    self.corrected[corrects] = payload["observation"]
                self.observations[payload["area"]].add(payload["observation"])
            case "rural.title_recognised.v1" | "rural.title_acknowledged.v1":
                self.titles[payload["area"], payload["tier"]].append((event.effective, event.position, True))
            case "rural.title_revoked.v1":
                self.titles[payload["area"], payload["tier"]].append((event.effective, event.position, False))

    def ends(self):
        pass

    def compare(self, site, day):
        print(f"observations: {sum(map(len, self.observations.values()))}, corrected: {len(self.corrected)}")
        for area, own in self.observations.items():
            listed = list(pages(site, RURAL, "ListObservations", {"area": f"areas/{area}"}, "observations"))
            expect(f"observations of {area}", {one["name"] for one in listed}, {f"observations/{id}" for id in own})
            corrections = {one["name"]: one["corrected_by"] for one in listed if one.get("corrected_by")}
            ours = {f"observations/{id}": f"observations/{by}" for id, by in self.corrected.items() if id in own}
            expect(f"corrections of {area}", corrections, ours)
        for area in {area for area, _ in self.titles}:
            self.compare_titles(site, day, area)

    def compare_titles(self, site, day, area):
        own = {
            tier
            for (unit, tier), acts in self.titles.items()
            if unit == area and any(granted for *_, granted in sorted(act for act in acts if act[0] <= day)[-1:])
        }
        standing = site.call(RURAL, "GetStanding", {"area": f"areas/{area}", "as_at": day})
        decided = [title for title in standing.get("titles", []) if title["origin"] in ("RECOGNISED", "ACKNOWLEDGED")]
        words = {"VILLAGE_TITLE": "village", "COMMUNE_TITLE": "commune", "DISTRICT_TITLE": "district"}
        held = {words.get(title["tier"], title["tier"].lower()) for title in decided if title.get("held")}
        print(f"titles of {area} on {day}: {sorted(own) or 'none'}")
        expect(f"titles of {area}", held, own)


class Accounts:
    """Double entry: what leaves one account comes to another, and none but the grantor's is ever below zero."""

    def __init__(self):
        # By account: what each day changed.
        self.changes = collections.defaultdict(collections.Counter)
        self.transfers, self.reversed = {}, set()
        self.touched = set()

    def apply(self, event):
        if event.metadata["request_index"] == 0:
            self.ends()
        if event.type != "funding.transferred.v1":
            return
        payload = event.payload
        expect_that(f"{event} moves something", payload["amount"] > 0)
        giver, taker = (tuple(payload[side].get(field) for field in DIMENSIONS) for side in ("from", "to"))
        expect_that(f"{event} moves it elsewhere", giver != taker)
        self.changes[giver][event.effective] -= payload["amount"]
        self.changes[taker][event.effective] += payload["amount"]
        self.touched |= {giver, taker}
        undone = payload.get("reversal_of")
        if undone:
            expect_that(f"{event} undoes what is not undone yet", undone not in self.reversed)
            expect(f"what {event} undoes", (taker, giver, payload["amount"]), self.transfers[undone])
            self.reversed.add(undone)
        self.transfers[payload["transfer"]] = (giver, taker, payload["amount"])

    def ends(self):
        """A request has ended: no account that it touched is below zero on any day."""
        for account in self.touched:
            balance = 0
            for day, change in sorted(self.changes[account].items()):
                balance += change
                expect_that(f"{account} is not below zero on {day}", account[0] == "grantor" or balance >= 0)
        self.touched = set()

    def compare(self, site, day):
        own = {
            account: sum(change for on, change in changes.items() if on <= day)
            for account, changes in self.changes.items()
        }
        own = {account: balance for account, balance in own.items() if balance}
        expect("debits and credits together", sum(own.values()), 0)
        outside = -sum(balance for account, balance in own.items() if account[0] == "grantor")
        print(f"transfers: {len(self.transfers)}, reversed: {len(self.reversed)}; {outside:,} đồng came in by {day}")
        request = {"as_at": day, "by": DIMENSIONS}
        listed = pages(site, FUNDING, "GetBalances", request, "balances")
        theirs = {key(row["account"]): int(row.get("amount", 0)) for row in listed}
        expect("balances of all accounts", {account: amount for account, amount in theirs.items() if amount}, own)


class Cases:
    """Which cases wait for an officer."""

    def __init__(self):
        self.open = {}

    def apply(self, event):
        match event.type:
            case "funding.case_opened.v1":
                self.open[event.payload["case"]] = event.payload["rule"]
            case "funding.case_settled.v1":
                expect_that(f"{event} settles an open case", event.payload["case"] in self.open)
                del self.open[event.payload["case"]]

    def ends(self):
        pass

    def compare(self, site, day):
        listed = pages(site, FUNDING, "ListCases", {"open_only": True}, "cases")
        print(f"open cases: {sorted(self.open.values())}")
        expect(
            "open cases",
            {case["name"]: case["rule"] for case in listed},
            {f"cases/{id}": rule for id, rule in self.open.items()},
        )


def key(account):
    """An account of the API as the events name it."""
    bare = {field: value.split("/", 1)[-1] if isinstance(value, str) else value for field, value in account.items()}
    return tuple(bare["stage"].lower() if field == "stage" else bare.get(field) for field in DIMENSIONS)
