"""Changes of media reach the ledger through their own spool, and no call ends because that spool is full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from callcontrol.daemon.media_writer import MediaWriter
from callcontrol.edges.ledger.rejected import RejectedRecords
from callcontrol.edges.ledger.writer import LedgerAway, Rejection
from callcontrol.edges.spool import Spool, SpoolLimits
from callcontrol.vocabulary.media_notes import to_json
from tests.vocabulary.test_media import CLOSED, WANTED

PATIENCE_S = 30.0


class MemoryLedger:
    """A ledger that is unavailable until `here` is set."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.is_away = False

    def write(self, payloads: Sequence[bytes]) -> list[Rejection]:
        if self.is_away:
            raise LedgerAway("away")
        self.taken += payloads
        return []

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture(autouse=True)
def no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcontrol.daemon.spool_writer.BACK_OFF_S", (0.01,))


def writer_on(folder: Path, ledger: MemoryLedger, limits: SpoolLimits | None = None) -> MediaWriter:
    return MediaWriter(Spool(folder / "spool", limits), ledger, RejectedRecords(folder / "rejected"), gather_s=0)


def test_changes_noted_while_postgres_was_away_are_written_by_the_next_process(tmp_path: Path) -> None:
    ledger = MemoryLedger()
    ledger.is_away = True
    first = writer_on(tmp_path, ledger)
    first.start()
    first.note(WANTED)
    first.note(CLOSED)
    first.stop(0.2)
    assert ledger.taken == []
    ledger.is_away = False
    second = writer_on(tmp_path, ledger)
    second.start()
    assert second.drained(PATIENCE_S)
    second.stop(1)
    assert ledger.taken == [to_json(WANTED), to_json(CLOSED)]


def test_a_change_of_a_later_version_stays_and_those_of_other_media_go_on(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    later = orjson.dumps({**orjson.loads(to_json(WANTED)), "$": "MediaChange/2"})
    other = to_json(replace(WANTED, media_id="call-2-2"))
    spool.append([later, to_json(CLOSED), other])
    spool.close()
    ledger = MemoryLedger()
    writer = writer_on(tmp_path, ledger)
    writer.start()
    assert writer.drained(PATIENCE_S)
    writer.stop(1)
    assert (ledger.taken, writer.state().left) == ([other], 2)


def test_a_full_spool_ends_no_call(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    writer = writer_on(tmp_path, MemoryLedger(), SpoolLimits(total_bytes=16))
    writer.note(WANTED)
    writer.stop(0.1)
    assert "call-1-2 wanted could not be noted" in caplog.text
