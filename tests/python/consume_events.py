"""Reads the events of all services from NATS JetStream, folds them by itself and compares with the API.

    python consume_events.py --nats nats://127.0.0.1:4222 --address 127.0.0.1:50051 --address 127.0.0.1:50052

Ends with 1 where a message is not what proto/README.md says, or where the events add up to something else than the API.
"""

import argparse
import asyncio
import collections
import json
import sys
import urllib.parse
import uuid

import nats
from nats.js.api import ConsumerConfig, DeliverPolicy

import catalogue
from dynamic_client import Site, add_addresses
from figures_from_events import Accounts, Cases, Households, Units
from promises import PROGRESS, day_of, expect, expect_that

CONTEXTS = ["poverty", "rural", "funding"]
# No message is awaited longer.
PATIENCE_SECONDS = 30


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_addresses(parser)
    parser.add_argument("--nats", required=True, help="nats://host:port")
    parser.add_argument("--as-at", default="2025-12-31", help="the day whose state is compared")
    parser.add_argument(
        "--consistency-token", default="", help="of the last write to each service, separated by spaces"
    )
    parser.add_argument("--every-type", action="store_true", help="fail where a type of the catalogue was not met")
    arguments = parser.parse_args()
    site = Site(arguments.address)
    feeds = asyncio.run(read(arguments, positions(site, arguments.consistency_token)))

    unknown = sum((feed.unknown for feed in feeds), collections.Counter())
    print(f"skipped, for their types are not known here: {dict(unknown) or 'none'}")
    met = {event_type for feed in feeds for event_type in feed.met}
    if arguments.every_type:
        expect("types of the catalogue that were not met", sorted(catalogue.read().keys() - met), [])
    for figures in (figures for feed in feeds for figures in feed.figures):
        figures.compare(site, arguments.as_at)
    print("the events add up to what the API says")


def positions(site, token):
    """How far the views have read each log; their figures are those of the events up to there."""
    overview = site.call(PROGRESS, "GetOverview", {"area": "12", "consistency_token": token})
    for source in overview["positions"]:
        expect(f"events of {source['source']} set aside", source.get("events_set_aside", "0"), "0")
    return {source["source"]: int(source.get("position", 0)) for source in overview["positions"]}


async def read(arguments, until):
    """Every event up to the positions."""
    connection = await nats.connect(arguments.nats)
    try:
        return [await Feed(context).read(connection.jetstream(), until[context]) for context in CONTEXTS]
    finally:
        await connection.close()


class Feed:
    """One stream, worked off in order: what was seen is left alone, what skips is a gap."""

    def __init__(self, context):
        self.context, self.stream = context, f"MUCTIEU_{context.upper()}"
        self.types = catalogue.read()
        self.last, self.redelivered = 0, 0
        self.met, self.unknown = collections.Counter(), collections.Counter()
        self.ids, self.versions, self.request = set(), collections.Counter(), None
        self.figures = {
            "poverty": lambda: [Households()],
            "rural": lambda: [Units()],
            "funding": lambda: [Accounts(), Cases()],
        }[context]()

    async def read(self, jetstream, until):
        """Reads up to the sequence; then a part of it again, as after a crash between working off and noting it."""
        await self.consume(jetstream, 1, until)
        again = max(1, until - 2)
        await self.consume(jetstream, again, until)
        expect(f"redelivered events of {self.stream}", self.redelivered, until - again + 1 if until else 0)
        for figures in self.figures:
            figures.ends()
        print(f"{self.stream}: {self.last} events, {sum(self.met.values())} of known types")
        for event_type, count in sorted(self.met.items()):
            print(f"  {count:>6} {event_type}")
        return self

    async def consume(self, jetstream, first, until):
        if until < first:
            return
        config = ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=first)
        subscription = await jetstream.subscribe(
            f"muctieu.{self.context}.>",
            stream=self.stream,
            config=config,
            ordered_consumer=True,
            idle_heartbeat=5,
        )
        sequence = 0
        while sequence < until:
            message = await subscription.next_msg(timeout=PATIENCE_SECONDS)
            sequence = message.metadata.sequence.stream
            self.take(sequence, message)
        await subscription.unsubscribe()

    def take(self, sequence, message):
        if sequence <= self.last:
            self.redelivered += 1
            return
        expect(f"sequence after {self.last} in {self.stream}", sequence, self.last + 1)
        self.last = sequence
        event = Event(message)
        self.check(event)
        if event.type not in self.types:
            self.unknown[event.type] += 1
            return
        self.met[event.type] += 1
        expect(f"{event} against the catalogue", self.types[event.type].mismatch(event.payload), [])
        for figures in self.figures:
            figures.apply(event)

    def check(self, event):
        """What holds for every event of a stream."""
        expect(f"position of {event}", event.position, self.last)
        expect(f"source of {event}", event.source, f"/muctieu/{self.context}")
        expect(f"context of {event}", event.type.split(".")[0], self.context)
        subject = f"muctieu.{self.context}.{event.type.split('.')[1]}.{event.metadata['area']}"
        expect(f"subject of {event}", event.nats_subject, subject)
        self.versions[event.stream] += 1
        expect(f"version of {event} in {event.stream}", event.version, self.versions[event.stream])
        expect_that(f"the id of {event} is its own", event.id not in self.ids)
        self.ids.add(event.id)
        # The events of one request stand side by side.
        begins = event.metadata["request_index"] == 0
        follows = self.request == (event.metadata["request_id"], event.metadata["request_index"] - 1)
        expect_that(f"{event} begins a request or follows in one", begins or follows)
        self.request = (event.metadata["request_id"], event.metadata["request_index"])


class Event:
    """A message as a CloudEvent in binary mode."""

    def __init__(self, message):
        self.headers = message.headers or {}
        self.nats_subject = message.subject
        self.type, self.source, self.stream = (
            self.header("ce-type"),
            self.header("ce-source"),
            self.header("ce-subject"),
        )
        self.position, self.version = int(self.header("ce-position")), int(self.header("ce-streamversion"))
        self.id, self.effective = uuid.UUID(self.header("ce-id")), self.header("ce-effectivedate")
        self.recorded = day_of(self.header("ce-time"))
        self.metadata = json.loads(self.header("ce-metadata"))
        self.payload = json.loads(message.data)
        expect(f"specversion of {self}", self.header("ce-specversion"), "1.0")
        expect(f"content type of {self}", self.header("content-type"), "application/json")
        expect_that(f"{self} counts from a day that had come", self.effective <= self.recorded)
        for name in ["request_id", "request_index", "request_size", "fingerprint", "actor", "area"]:
            expect_that(f"the metadata of {self} has {name}", name in self.metadata)

    def header(self, name):
        if name not in self.headers:
            sys.exit(f"mismatch: a message on {self.nats_subject} has no header {name}")
        return urllib.parse.unquote(self.headers[name], errors="strict")

    def __str__(self):
        return f"{self.type} at {self.position}"


if __name__ == "__main__":
    main()
