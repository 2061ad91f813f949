"""What is delivered is the ledger: each row once, wherever a process ends, however long others write."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import gevent
import psycopg
import pytest

from callcontrol.edges.deliveries import DeliveryAway, FolderDelivery
from callcontrol.edges.ledger.export_books import ExportBusy, batches_of
from callcontrol.edges.ledger.session import DictConnection, open_session
from callcontrol.jobs.exports.exporting import Exporter
from callcontrol.jobs.exports.plans import Plan
from tests.jobs.exports.conftest import lines, manifests, plan_of

SAYS = "what: account_entries, columns: [account, number, amount]"
ENTER = (
    "INSERT INTO account_entries"
    " (tenant, account, currency, number, kind, amount, balance, on_hold, reason, entered_by, key)"
    " VALUES ('acme', %(account)s, 'PLN', %(number)s, 'top_up', 1.5, 0, false, 'cash', 'anna', %(number)s::text)"
)
WRITERS, BATCHES, MOST_ROUNDS = 8, 12, 900


class Killed(Exception):
    """The process ends here."""


class Steps:
    """Counts the steps of an exporter, and ends it before or after one of them: 2n is before the n-th, 2n + 1 after."""

    def __init__(self, at: int | None) -> None:
        self.at, self.taken = at, 0

    def take(self, do: Callable[[], Any]) -> Any:
        step, self.taken = self.taken, self.taken + 1
        if self.at == 2 * step:
            raise Killed
        done = do()
        if self.at == 2 * step + 1:
            raise Killed
        return done


class CountedDelivery(FolderDelivery):
    """A receiver each of whose files is a step."""

    def __init__(self, folder: Path, steps: Steps) -> None:
        super().__init__(str(folder))
        self._steps = steps

    def put(self, name: str, file: BinaryIO, sha256: str) -> None:
        self._steps.take(lambda: super(CountedDelivery, self).put(name, file, sha256))


def enter(connection: psycopg.Connection[Any], account: str, number: int) -> None:
    connection.execute(ENTER, {"account": account, "number": number})


def ended_at(at: int | None, ledger: DictConnection, plan: Plan, tmp_path: Path) -> int:
    """Run an exporter that is ended at this point; returns how many points there were."""
    steps = Steps(at)
    delivery = CountedDelivery(tmp_path / "out", steps)
    with pytest.MonkeyPatch.context() as patched:
        execute = ledger.execute
        patched.setattr(ledger, "execute", lambda *args: steps.take(lambda: execute(*args)))
        with suppress(Killed):
            Exporter(ledger, plan, delivery, tmp_path / "temporary").run()
    return 2 * steps.taken


def is_whole(ledger: DictConnection, folder: Path) -> None:
    """What is in the folder is the ledger, batch for batch, without a gap."""
    found = manifests(folder)
    assert [one["number"] for one in found] == list(range(1, len(found) + 1))
    assert [one["previous"] for one in found][1:] == [
        batch.manifest_sha256 for batch in batches_of(ledger, "acme.out")
    ][:-1]
    delivered = [(row["account"], int(row["number"])) for row in lines(folder)]
    there = ledger.execute("SELECT account, number FROM account_entries WHERE tenant = 'acme' ORDER BY 1, 2").fetchall()
    assert sorted(delivered) == [(row["account"], row["number"]) for row in there]


def test_an_exporter_that_ends_between_any_two_steps_loses_and_doubles_nothing(
    ledger: DictConnection, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    plan = plan_of(tmp_path, SAYS)
    enter(ledger, "tenant", 1)
    points = ended_at(None, ledger, plan, tmp_path)
    assert points > 15
    for number, at in enumerate(range(points + 1), 2):
        enter(ledger, "tenant", number)
        ended_at(at, ledger, plan, tmp_path)
        if at % 4 == 0:  # the next one is ended as well
            ended_at(at + 2, ledger, plan, tmp_path)
    ended_at(None, ledger, plan, tmp_path)
    is_whole(ledger, tmp_path / "out")
    assert not list((tmp_path / "out").glob(".*"))


@pytest.fixture
def writing(database: str, tmp_path: Path) -> Iterator[list[gevent.Greenlet]]:
    """Eight who write until there are so many batches, and hold transactions open; a quarter comes to nothing."""

    def write(account: str) -> None:
        chance = random.Random(account)
        with open_session(database) as connection:
            for number in range(1, MOST_ROUNDS):
                if len(list((tmp_path / "out").glob("*.manifest.json"))) >= BATCHES:
                    return
                try:
                    with connection.transaction():
                        enter(connection, account, number)
                        gevent.sleep(chance.uniform(0, 0.06))
                        enter(connection, account, number + 1_000)
                        if chance.random() < 0.25:
                            raise psycopg.Rollback
                except psycopg.Rollback:
                    continue

    running = [gevent.spawn(write, f"extension:{n}") for n in range(WRITERS)]
    yield running
    gevent.killall(running)


def test_rows_of_transactions_that_end_out_of_order_are_each_in_one_batch(
    writing: list[gevent.Greenlet], database: str, ledger: DictConnection, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    plan = plan_of(folder, SAYS)

    def export() -> None:
        with open_session(database, row_factory=psycopg.rows.dict_row) as mine:
            exporter = Exporter(mine, plan, FolderDelivery(str(folder)), tmp_path / "temporary")
            while not all(writer.ready() for writer in writing):
                try:
                    exporter.run()
                except ExportBusy:
                    gevent.sleep(0.002)

    gevent.joinall([gevent.spawn(export) for _ in range(2)], timeout=60, raise_error=True)
    exporter = Exporter(ledger, plan, FolderDelivery(str(folder)), tmp_path / "temporary")
    exporter.run()
    assert all(writer.successful() for writer in writing)
    assert len(manifests(folder)) >= BATCHES
    is_whole(ledger, folder)
    again = tmp_path / "again"
    again.mkdir()
    copies = Exporter(ledger, plan, FolderDelivery(str(again)), tmp_path / "temporary")
    for one in manifests(folder):
        copies.resend(one["number"])
    contents = [{path.name: path.read_bytes() for path in place.iterdir()} for place in (folder, again)]
    assert contents[0] == contents[1]


def test_half_a_file_is_no_file(ledger: DictConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    enter(ledger, "tenant", 1)
    exporter = Exporter(ledger, plan_of(folder, SAYS), FolderDelivery(str(folder)), tmp_path / "temporary")

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("callcontrol.edges.deliveries.folder.os.fsync", fails)
    with pytest.raises(DeliveryAway, match="No space left"):
        exporter.run()
    assert list(folder.iterdir()) == []
    monkeypatch.undo()
    assert exporter.run().rows == 1
    is_whole(ledger, folder)
