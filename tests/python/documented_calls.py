"""Runs the grpcurl commands of documents against a server, without grpcurl.

    python documented_calls.py --address 127.0.0.1:50051 README.md proto/README.md

Ends with 1 where a documented command is refused, or where a document holds none.
"""

import argparse
import json
import pathlib
import re
import shlex
import sys

from dynamic_client import DynamicClient

COMMAND = re.compile(r"^grpcurl (?:[^\n'\\]|'[^']*'|\\\n)*", re.MULTILINE)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--address", required=True, help="host:port of the gRPC server")
    parser.add_argument("documents", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    client = DynamicClient(arguments.address)
    for document in arguments.documents:
        commands = COMMAND.findall(document.read_text(encoding="utf-8"))
        if not commands:
            sys.exit(f"{document} documents no grpcurl command")
        for command in commands:
            print(f"{document}: {' '.join(command.split())}")
            print(f"  {summary(run(client, command))}")


def run(client, command):
    """What the server answers to one command; the address it names is replaced by the client's."""
    parser = argparse.ArgumentParser(prog="grpcurl")
    parser.add_argument("-plaintext", action="store_true", required=True)
    parser.add_argument("-H", action="append", default=[])
    parser.add_argument("-max-time")
    parser.add_argument("-d", default="{}")
    parser.add_argument("address")
    parser.add_argument("what", nargs="+")
    said = parser.parse_args(shlex.split(command.replace("\\\n", " "))[1:])
    match said.what:
        case ["list"]:
            return client.services()
        case ["describe", message]:
            return [field.name for field in client.pool.FindMessageTypeByName(message).fields]
        case [method]:
            metadata = [tuple(part.strip() for part in header.split(":", 1)) for header in said.H]
            service, name = method.rsplit("/", 1)
            request = json.loads(said.d)
            if client.is_watched(service, name):
                return next(client.watch(service, name, request, metadata))
            return client.call(service, name, request, metadata)


def summary(answer):
    text = json.dumps(answer, ensure_ascii=False)
    return text if len(text) <= 300 else text[:300] + " …"


if __name__ == "__main__":
    main()
