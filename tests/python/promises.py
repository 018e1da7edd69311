"""What every answer of the API promises, checked wherever a client meets it."""

import datetime
import sys
from decimal import ROUND_HALF_UP, Decimal

PROGRESS = "muctieu.progress.v1.Progress"

VIET_NAM = datetime.timezone(datetime.timedelta(hours=7))
PAGE = 1000


def expect(what, actual, expected):
    """Ends the program where the two differ."""
    if actual != expected:
        sys.exit(f"mismatch: {what} is {actual!r}, not {expected!r}")


def expect_that(what, holds):
    """Ends the program where it does not hold."""
    if not holds:
        sys.exit(f"mismatch: not so: {what}")


def number(figure):
    """The value of a figure, None without data. No data is not zero: it has no value at all."""
    figure = figure or {"name": "a figure that is not there", "status": "NO_DATA"}
    expect_that(f"{figure['name']} has a value or says NO_DATA", ("value" in figure) != (figure["status"] == "NO_DATA"))
    return int(figure["value"]) if "value" in figure else None


def share(figure):
    """Numerator and denominator of a share, whose percentage is theirs rounded once; None without data."""
    if figure["status"] == "NO_DATA":
        expect(f"percentage without data of {figure['name']}", figure.get("percent", ""), "")
        return None
    numerator, denominator = int(figure["numerator"]), int(figure["denominator"])
    # A mean is a share without a percentage.
    if "/mean-" not in figure["name"]:
        expect(f"percentage of {figure['name']}", figure["percent"], percentage(numerator, denominator))
    return numerator, denominator


def percentage(numerator, denominator):
    """Rounded once, half away from zero, to two decimals."""
    exact = Decimal(100 * numerator) / Decimal(denominator)
    return str(exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


def day_of(instant):
    """The day in Việt Nam of an RFC 3339 instant."""
    return datetime.datetime.fromisoformat(instant.replace("Z", "+00:00")).astimezone(VIET_NAM).date().isoformat()


def pages(site, service, method, request, field):
    """All items of a list, page by page."""
    token = ""
    while True:
        answer = site.call(service, method, {**request, "page_size": PAGE, "page_token": token})
        yield from answer.get(field, [])
        token = answer.get("next_page_token", "")
        if not token:
            return


class Explanation:
    """The explanation of a figure. Its facts add up to its sum, which is seen where all of them are read."""

    def __init__(self, site, name, facts_max=20_000):
        self.facts, token = [], ""
        while True:
            page = site.call(PROGRESS, "ExplainFigure", {"name": name, "page_size": PAGE, "page_token": token})
            self.facts += page.get("facts", [])
            token = page.get("next_page_token", "")
            self.fact_count = int(page.get("fact_count", 0))
            if not token or self.fact_count > facts_max:
                break
        self.name, self.formula, self.inputs = name, page["formula"], page.get("inputs", [])
        self.sum = int(page["sum"]) if "sum" in page else None
        if token:
            return
        expect(f"number of facts of {name}", len(self.facts), self.fact_count)
        if self.facts:
            expect(f"facts of {name} added up", self.known_on("9999-12-31"), self.sum)

    def known_on(self, day):
        """What the facts add up to that had been recorded by the end of the day."""
        expect(f"facts of {self.name} that were read", len(self.facts), self.fact_count)
        return sum(int(fact.get("amount", 0)) for fact in self.facts if day_of(fact["recorded_at"]) <= day)
