"""The catalogue of events in proto/README.md, as a consumer reads it: by its examples."""

import json
import pathlib
import re

README = pathlib.Path(__file__).resolve().parents[2] / "proto/README.md"

PART = re.compile(r"<!-- begin events.*?-->\n(.*?)<!-- end events -->", re.DOTALL)
NAMES = r"((?:`[^`]*`,?\s*)+)"
EXAMPLE = re.compile(
    r"(?:^Shape `(?P<shape>\w+)`:(?P<without>[^\n]*) with\n\n)?^```json\n(?P<json>.*?)\n```", re.DOTALL | re.MULTILINE
)

# What the catalogue says once for all types: where the hash of a decision's file is known.
OF_EVERY_DECISION = {"decision.sha256", "extension.sha256"}


class EventType:
    """One type: its examples, which fields may be absent, and which objects have keys of their own."""

    def __init__(self, section):
        self.optional = names(re.search(rf"May be absent: {NAMES}\.", section)) | OF_EVERY_DECISION
        self.maps = names(re.search(rf"Keys of their own stand in: {NAMES}\.", section))
        self.shapes = []
        for example in EXAMPLE.finditer(section):
            fields = json.loads(example["json"])
            if example["shape"]:
                absent = set(re.findall("`([^`]*)`", example["without"]))
                main = {key: value for key, value in self.shapes[0].items() if key not in absent}
                fields = {**main, **fields}
            self.shapes.append(fields)
        self.samples = {}
        for shape in self.shapes:
            self.keep_samples(shape, "")

    def keep_samples(self, value, path):
        """One value of every field that any example has, by the field's path."""
        self.samples.setdefault(path, value)
        if isinstance(value, dict):
            for key, inner in value.items():
                self.keep_samples(inner, f"{path}.{key}" if path else key)
        elif isinstance(value, list):
            for inner in value:
                self.keep_samples(inner, f"{path}[]")

    def mismatch(self, payload):
        """What the payload has or lacks against the example that it is nearest to; empty where it has its shape."""
        found = [list(self.differences(payload, shape, "")) for shape in self.shapes]
        return min(found, key=len)

    def differences(self, value, example, path):
        if path in self.maps and isinstance(value, dict):
            [any_value, *_] = example.values()
            for inner in value.values():
                yield from self.differences(inner, any_value, f"{path}.*")
        elif isinstance(value, dict) and isinstance(example, dict):
            yield from self.differences_of_objects(value, example, path)
        elif isinstance(value, list) and isinstance(example, list):
            for item in value:
                candidates = [list(self.differences(item, known, f"{path}[]")) for known in example]
                yield from min(candidates, key=len, default=[])
        elif type(value) is not type(example):
            yield f"{path} is {value!r} where the catalogue shows {example!r}"

    def differences_of_objects(self, value, example, path):
        at = f"{path}." if path else ""
        for key in example.keys() - value.keys():
            if f"{at}{key}" not in self.optional:
                yield f"{at}{key} is absent"
        for key, inner in value.items():
            if key in example:
                yield from self.differences(inner, example[key], f"{at}{key}")
            elif f"{at}{key}" not in self.optional:
                yield f"{at}{key} is not in the catalogue"
            elif f"{at}{key}" in self.samples:
                yield from self.differences(inner, self.samples[f"{at}{key}"], f"{at}{key}")


def names(found):
    return set(re.findall("`([^`]*)`", found[1])) if found else set()


def read():
    """All types by their names."""
    [part] = PART.findall(README.read_text(encoding="utf-8"))
    sections = re.split(r"^#### `([^`]*)`\n", part, flags=re.MULTILINE)[1:]
    return {name: EventType(section) for name, section in zip(sections[::2], sections[1::2])}
