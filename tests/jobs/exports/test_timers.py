"""Timers: when an export is due, on one host at a time, and what becomes of it when the receiver refuses."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import gevent
import pytest

from callcontrol.config.settings import Settings
from callcontrol.edges import export_meters as meters
from callcontrol.edges.deliveries import DeliveryAway, FolderDelivery
from callcontrol.edges.ledger.export_books import Scope, State, opened
from callcontrol.edges.ledger.job_leases import JobLeases
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.jobs.exports.plans import plans_of
from callcontrol.jobs.exports.renewing import renewed
from callcontrol.jobs.exports.timers import ExportTimers, due_at, retry_s
from callcontrol.vocabulary.export import What
from tests.config.folder import MAIN, TENANT, loaded
from tests.jobs.exports.conftest import manifests, payload, plan_of

UTC_NOON = datetime.fromisoformat("2026-11-17T12:00:00+00:00")


@pytest.mark.parametrize(
    ("says", "ran", "due"),
    [
        ("every: 15m", None, "2026-11-17T12:00:00+00:00"),  # at once
        ("every: 15m", "2026-11-17T12:00:00+00:00", "2026-11-17T12:15:00+00:00"),
        ("every: 6h", "2026-11-17T12:00:00+00:00", "2026-11-17T18:00:00+00:00"),
        ("daily: '02:00'", None, "2026-11-18T01:00:00+00:00"),  # the tenant's zone is Europe/Warsaw
        ("daily: '02:00'", "2026-11-18T00:59:59+00:00", "2026-11-18T01:00:00+00:00"),
        ("daily: '02:00'", "2026-11-18T01:00:00+00:00", "2026-11-19T01:00:00+00:00"),
        ("daily: '02:30'", "2026-03-28T12:00:00+00:00", "2026-03-29T01:30:00+00:00"),  # the clocks leave it out
        ("daily: '02:30'", "2026-10-24T12:00:00+00:00", "2026-10-25T00:30:00+00:00"),  # it comes twice: the first
        ("daily: '02:30'", "2026-10-25T00:30:00+00:00", "2026-10-26T01:30:00+00:00"),
        ("daily: '02:00', 'zone': Asia/Tokyo", "2026-11-17T12:00:00+00:00", "2026-11-17T17:00:00+00:00"),
    ],
)
def test_when_it_is_due(says: str, ran: str | None, due: str, tmp_path: Path) -> None:
    ran_at = None if ran is None else datetime.fromisoformat(ran)
    state = State(Scope("acme.out", What.CALLS), UTC_NOON, ran_at, 0, None, "", UTC_NOON)
    found = due_at(plan_of(tmp_path, f"what: calls, {says}"), state)
    assert found is not None
    assert found.timestamp() == datetime.fromisoformat(due).timestamp()
    assert due_at(plan_of(tmp_path, "what: calls"), state) is None


def test_it_waits_longer_after_each_failure() -> None:
    assert [retry_s(failures) for failures in (1, 2, 3, 7, 8, 1_000)] == [60, 120, 240, 3_600, 3_600, 3_600]


class Fickle(FolderDelivery):
    """A receiver that refuses while it is told to."""

    refuses = True

    def put(self, name: str, file: BinaryIO, sha256: str) -> None:
        if self.refuses:
            raise DeliveryAway("no room")
        super().put(name, file, sha256)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "out").mkdir()
    says = f"exports:\n  out: {{what: calls, folder: {tmp_path / 'out'}, every: 15m}}\n"
    return replace_data(loaded(TENANT + says, MAIN), tmp_path)


def replace_data(settings: Settings, tmp_path: Path) -> Settings:
    return settings.model_copy(update={"data": str(tmp_path)})


def test_one_host_runs_it_and_a_receiver_that_refuses_is_asked_again_later(
    settings: Settings, writer: LedgerWriter, database: str, ledger: DictConnection, tmp_path: Path
) -> None:
    receiver = Fickle(str(tmp_path / "out"))
    hosts = [ExportTimers(database, name, lambda: settings, lambda _: receiver) for name in ("one", "two")]
    scope = plans_of(settings)["acme.out"].scope
    writer.write([payload()])
    for _ in range(2):  # the second one does not try: it is not due again yet
        assert hosts[0].step() is False
    state = opened(ledger, scope)
    assert (state.failures, state.trouble, state.ran_at) == (1, "no room", None)
    assert state.retry_at is not None
    assert timedelta(seconds=50) < state.retry_at - state.now <= timedelta(seconds=60)
    assert (shown(meters.failures), shown(meters.rows_waiting)) == (1, 0)
    ledger.execute("UPDATE exports SET retry_at = now() WHERE export = 'acme.out'")
    receiver.refuses = False
    hosts[1].step()  # the first one has the lease
    assert manifests(tmp_path / "out") == []
    hosts[0].step()
    assert [one["rows"] for one in manifests(tmp_path / "out")] == [1]
    assert opened(ledger, scope).failures == 0
    writer.write([payload(1)])
    hosts[0].step()
    assert (shown(meters.rows_waiting), shown(meters.overdue_seconds)) == (1, 0)
    ledger.execute("UPDATE exports SET ran_at = now() - interval '1 hour' WHERE export = 'acme.out'")
    ledger.execute("UPDATE job_leases SET leased_until = now() WHERE name = 'export acme.out'")
    hosts[1].step()
    assert [one["rows"] for one in manifests(tmp_path / "out")] == [1, 1]


def test_a_run_that_takes_longer_than_its_lease_keeps_it(database: str, ledger: DictConnection) -> None:
    """The lease is taken again and again, until the work ends; then another host may have it."""
    one, two = JobLeases("one"), JobLeases("two")
    until = "SELECT leased_until FROM job_leases WHERE name = 'long'"
    assert one.hold(ledger, "long", 0.5)
    (first,) = ledger.execute(until).fetchall()
    with renewed(database, one, "long", 0.5), gevent.Timeout(30):
        while ledger.execute(until).fetchall() == [first]:
            gevent.sleep(0.02)
        assert not two.hold(ledger, "long", 0.5)
    with gevent.Timeout(30):
        while not two.hold(ledger, "long", 0.5):
            gevent.sleep(0.02)


def shown(gauge: object) -> float:
    """What a gauge says of the export."""
    found: float = gauge.labels("acme.out")._value.get()  # type: ignore[attr-defined]  # of prometheus_client
    return found


def test_a_transaction_that_stays_open_is_seen(
    settings: Settings, writer: LedgerWriter, database: str, ledger: DictConnection
) -> None:
    timers = ExportTimers(database, "one", lambda: settings)
    writer.write([payload()])
    timers.step()
    assert shown(meters.held_seconds) == 0
    writer.write([payload(1)])
    ledger.execute("UPDATE calls SET written_at = now() - interval '1 hour' WHERE tenant = 'acme'")
    timers.step()
    assert 3_000 < shown(meters.held_seconds) < 4_000
    assert 3_000 < shown(meters.oldest_row_seconds) < 4_000
