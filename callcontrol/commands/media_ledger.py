"""What the commands about kept sound files share: the ledger, the tenant, the number, and who gives the command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import orjson

from callcontrol.config.settings import Settings
from callcontrol.edges.ledger.reader import connect, explained
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.usecases.names import unknown
from callcontrol.usecases.past_ledger import ledger_dsn
from callcontrol.vocabulary.phone_number import normalise


@contextmanager
def ledger_of(settings: Settings) -> Iterator[DictConnection]:
    """The ledger, for one command.

    Raises:
        NoLedger: Postgres cannot be asked, or did not take it.
    """
    with connect(ledger_dsn(settings)) as connection, explained():
        yield connection


def add_tenant(parser: argparse.ArgumentParser) -> None:
    """`TENANT`, `--json`."""
    parser.add_argument("tenant")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, times in UTC")


def check_tenant(args: argparse.Namespace, settings: Settings) -> None:
    """Raises ValueError where there is no such tenant."""
    if args.tenant not in settings.tenants:
        raise ValueError(unknown("tenant", args.tenant, settings.tenants))


def number_of(text: str, settings: Settings, tenant: str) -> str:
    """A number as files have it.

    Raises:
        ValueError: it is none.
    """
    region = settings.tenants[tenant].region
    found = normalise(text, region)
    if found is None:
        raise ValueError(f"{text} is no phone number: write one as in {region}, or with + and its country")
    return found.text


def say(args: argparse.Namespace, told: Mapping[str, object], said: str) -> None:
    """For programs or for people; without what no terminal should be told."""
    print(orjson.dumps(told, default=str).decode() if args.json else printable(said))


def note(text: str) -> None:
    """Beside what is asked for."""
    print(printable(text), file=sys.stderr)


def printable(text: str) -> str:
    """Without what no terminal should be told."""
    return "".join(sign for sign in text if sign.isprintable())
