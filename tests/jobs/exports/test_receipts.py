"""Receipts: the receiver confirms each batch by the SHA-256 of its manifest; what is not confirmed in time is seen."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from callcontrol.config.settings import Settings
from callcontrol.edges import export_meters as meters
from callcontrol.edges.deliveries import FolderDelivery
from callcontrol.edges.ledger.export_books import ExportRefused, batches_of
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.jobs.exports import timers as timers_module
from callcontrol.jobs.exports.exporting import Exporter
from callcontrol.jobs.exports.receipts import collect, confirmed_by_hand, receipt_name
from callcontrol.jobs.exports.timers import ExportTimers
from tests.config.folder import MAIN, TENANT, loaded
from tests.jobs.exports.conftest import payload
from tests.jobs.exports.test_timers import replace_data, shown

SAYS = "what: charges, columns: [leg_id, amount]"
EXPORT = "acme.out"


@pytest.fixture
def delivered(writer: LedgerWriter, exporter: Callable[[str], Exporter], tmp_path: Path) -> Path:
    """A folder with two batches."""
    for n in range(2):
        writer.write([payload(n)])
        exporter(SAYS).run()
    return tmp_path / "out"


def confirm(folder: Path, number: int, *, of: str = "manifest.json") -> None:
    """What the receiver does: sha256sum NAME.manifest.json > NAME.receipt."""
    stem = f"{EXPORT}-{number:06}"
    digest = hashlib.sha256((folder / f"{stem}.{of}").read_bytes()).hexdigest()
    (folder / f"{stem}.receipt").write_text(f"{digest}  {stem}.{of}\n")


def told(ledger: DictConnection) -> list[tuple[str, str]]:
    return [(batch.confirmed_by, batch.receipt_fault) for batch in batches_of(ledger, EXPORT)]


def test_a_receipt_beside_a_batch_confirms_it(delivered: Path, ledger: DictConnection) -> None:
    receiver = FolderDelivery(str(delivered))
    assert collect(ledger, EXPORT, receiver) == 0
    confirm(delivered, 2)
    assert collect(ledger, EXPORT, receiver) == 1
    assert told(ledger) == [("", ""), ("acme.out-000002.receipt", "")]
    confirm(delivered, 1)
    assert collect(ledger, EXPORT, receiver) == 1
    assert collect(ledger, EXPORT, receiver) == 0


def test_a_receipt_of_something_else_is_no_receipt(delivered: Path, ledger: DictConnection) -> None:
    receiver = FolderDelivery(str(delivered))
    confirm(delivered, 1, of="csv")
    (delivered / "acme.out-000002.receipt").write_bytes(b"thank you\xff")
    assert collect(ledger, EXPORT, receiver) == 0
    (first, second) = (fault for _, fault in told(ledger))
    assert first.startswith("acme.out-000001.receipt says the SHA-256 ")
    assert second.startswith("acme.out-000002.receipt says no SHA-256, the manifest of batch 2 has ")
    confirm(delivered, 1)
    assert collect(ledger, EXPORT, receiver) == 1
    assert told(ledger)[0] == ("acme.out-000001.receipt", "")


def test_a_person_confirms(delivered: Path, ledger: DictConnection) -> None:
    (first, second) = batches_of(ledger, EXPORT)
    with pytest.raises(ExportRefused, match=r"batch 1 of acme\.out has a manifest with the SHA-256 .*, not 00"):
        confirmed_by_hand(ledger, EXPORT, 1, "00", "anna")
    assert confirmed_by_hand(ledger, EXPORT, 1, first.manifest_sha256.upper(), "anna").confirmed_by == "anna"
    assert confirmed_by_hand(ledger, EXPORT, 1, "", "bert").confirmed_by == "anna"
    ledger.execute("UPDATE export_batches SET delivered_at = NULL WHERE export = 'acme.out' AND number = 2")
    with pytest.raises(ExportRefused, match=r"batch 2 of acme\.out has not been delivered"):
        confirmed_by_hand(ledger, EXPORT, second.number, "", "anna")
    assert receipt_name(second.file) == "acme.out-000002.receipt"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    says = f"exports:\n  out: {{what: charges, folder: {tmp_path / 'out'}, receipts: 6h}}\n"
    return replace_data(loaded(TENANT + says, MAIN), tmp_path)


def test_what_is_not_confirmed_in_time_is_seen(
    delivered: Path, settings: Settings, database: str, ledger: DictConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    timers = ExportTimers(database, "one", lambda: settings)
    timers.step()
    assert (shown(meters.unconfirmed_batches), shown(meters.unconfirmed_overdue_seconds)) == (2, 0)
    ledger.execute("UPDATE export_batches SET delivered_at = now() - interval '7 h' WHERE number = 1")
    confirm(delivered, 2, of="csv")
    timers.step()  # too early for another look for receipts
    assert 3_500 < shown(meters.unconfirmed_overdue_seconds) < 3_700
    assert shown(meters.wrong_receipts) == 0
    monkeypatch.setattr(timers_module, "RECEIPTS_S", 0.0)
    timers.step()
    assert shown(meters.wrong_receipts) == 1
    confirm(delivered, 1)
    confirm(delivered, 2)
    timers.step()
    found = (meters.unconfirmed_batches, meters.unconfirmed_overdue_seconds, meters.wrong_receipts)
    assert [shown(gauge) for gauge in found] == [0, 0, 0]
