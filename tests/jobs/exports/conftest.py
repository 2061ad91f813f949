"""Exports of one test's own tenant from the shared tables into a folder of the test's."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from callcontrol.billing.record import RatedRecord
from callcontrol.billing.record_json import to_json
from callcontrol.edges.deliveries import FolderDelivery
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.jobs.exports.exporting import Exporter
from callcontrol.jobs.exports.plans import Plan, plans_of
from tests.billing.trails import NOON, forwarded
from tests.config.folder import MAIN, TENANT, loaded
from tests.edges.ledger.samples import rated

Rows = list[dict[str, str]]


@pytest.fixture
def ledger(database: str) -> Iterator[DictConnection]:
    with connect(database) as connection:
        yield connection


@pytest.fixture
def writer(database: str) -> Iterator[LedgerWriter]:
    opened = LedgerWriter(database, now=lambda: NOON)
    yield opened
    opened.close()


def record(n: int = 0, amount: str = "0.6300", *, estimated: bool = False) -> RatedRecord:
    """The n-th forwarded call of acme: one call, three legs, one charge."""
    return rated(forwarded(n, estimated=estimated), amount)


def payload(n: int = 0, amount: str = "0.6300", *, estimated: bool = False, account: str = "") -> bytes:
    """The record as it stands in the spool."""
    found = record(n, amount, estimated=estimated)
    return to_json(replace(found, charges=tuple(replace(one, account=account) for one in found.charges)))


def plan_of(folder: Path, says: str, name: str = "acme.out") -> Plan:
    """An export of the tenant acme to this folder; `says` is YAML in braces, without them."""
    own = f"exports:\n  out: {{folder: {folder}, {says}}}\n"
    return plans_of(loaded(TENANT + own, MAIN))[name]


@pytest.fixture
def exporter(ledger: DictConnection, tmp_path: Path) -> Callable[[str], Exporter]:
    """An exporter to the folder `out` of the test's, by what its export says."""
    folder = tmp_path / "out"
    folder.mkdir()
    return lambda says: Exporter(ledger, plan_of(folder, says), FolderDelivery(str(folder)), tmp_path / "temporary")


def manifests(folder: Path) -> list[dict[str, Any]]:
    """What the manifests of a folder say, in order."""
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.manifest.json"))]


def lines(folder: Path) -> Rows:
    """The rows of all CSV files, in order."""
    texts = (path.read_text() for path in sorted(folder.glob("*.csv")))
    return [row for text in texts for row in csv.DictReader(io.StringIO(text, newline=""))]
