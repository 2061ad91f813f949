"""Data that an older version left when its daemon was killed, restored for a daemon of this version."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from redis import Redis

from callcontrol.simulator.stories.stage import Stage
from tests.daemon.test_survival import EXAMPLE

OLD_ROWS = (
    "SELECT to_jsonb(c) FROM calls c UNION ALL SELECT to_jsonb(l) FROM legs l"
    " UNION ALL SELECT to_jsonb(h) FROM charges h"
)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A folder of test data: `live_state.json`, `ledger.sql`, `spool/`, perhaps `rejected.jsonl` and `acme.yaml`."""

    folder: Path

    @property
    def live_state(self) -> dict[str, Any]:
        """Every key of Redis: type, value and time to live."""
        found: dict[str, Any] = json.loads((self.folder / "live_state.json").read_text(encoding="utf-8"))
        return found

    @property
    def in_progress(self) -> frozenset[str]:
        """Ids of the calls in progress."""
        return frozenset(self.live_state["cc:{acme}:calls"]["value"])

    @property
    def on_spool(self) -> frozenset[str]:
        """Ids of the calls whose records are on the spool, also of those in the ledger. Read without our own reader."""
        written = b"".join(path.read_bytes() for path in sorted((self.folder / "spool").rglob("*.spool")))
        return frozenset(call_id.decode() for call_id in re.findall(rb'"call_id":"([0-9a-f-]{36})"', written))


@dataclass(frozen=True, slots=True)
class Taken:
    """This version's daemon, started on the old data, and the rows that the old ledger had."""

    stage: Stage
    old_rows: list[Row]


@contextmanager
def taken_over(
    left: LeftBehind, slots: Sequence[str], people: Callable[[Stage], None], workers: int = 1
) -> Iterator[Taken]:
    """A stage whose daemon is started on the old data.

    Args:
        slots: folders of the workers' slots below the data's spool; `.`: the folder itself is that of slot 0.
        people: registers the phones; called before the daemon is started.
    """
    with tempfile.TemporaryDirectory(prefix="callcontrol-stage-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with Stage(folder, EXAMPLE, workers=workers, started=False) as stage:
            _put_live_state(stage, left)
            _put_ledger(stage, left)
            _put_files(stage, left, folder / "data", slots)
            old_rows = ledger_rows(stage)
            people(stage)
            stage.daemon.start()
            yield Taken(stage, old_rows)


def ledger_rows(stage: Stage) -> list[Row]:
    """All rows of calls, legs and charges."""
    with psycopg.connect(stage.dsn) as ledger:
        return [row for (row,) in ledger.execute(OLD_ROWS)]


def changed_rows(taken: Taken) -> list[Row]:
    """Rows of the old ledger that have changed or vanished."""
    now = ledger_rows(taken.stage)
    return [old for old in taken.old_rows if not any(old | found == found for found in now)]


def _put_live_state(stage: Stage, left: LeftBehind) -> None:
    with Redis.from_url(stage.redis_url) as redis:
        redis.flushall()
        for key, kept in left.live_state.items():
            _put(redis, key, kept["type"], kept["value"])
            if kept["ttl_ms"] > 0:
                redis.pexpire(key, kept["ttl_ms"])


def _put_ledger(stage: Stage, left: LeftBehind) -> None:
    with psycopg.connect(stage.dsn, autocommit=True) as ledger:
        ledger.execute((left.folder / "ledger.sql").read_bytes())


def _put_files(stage: Stage, left: LeftBehind, data: Path, slots: Sequence[str]) -> None:
    for number, slot in enumerate(slots):
        spool = data / "spool" / str(number)
        shutil.copytree(left.folder / "spool" / slot, spool)
    if (left.folder / "rejected.jsonl").exists():
        shutil.copy(left.folder / "rejected.jsonl", data)
    if (left.folder / "acme.yaml").exists():
        shutil.copy(left.folder / "acme.yaml", stage.config / "tenants")


def _put(redis: Redis, key: str, kind: str, value: Any) -> None:
    match kind:
        case "string":
            redis.set(key, value)
        case "hash":
            redis.hset(key, mapping=value)
        case "set":
            redis.sadd(key, *value)
        case "zset":
            redis.zadd(key, dict(value))
        case _:
            raise AssertionError(f"{key} is a {kind}, a type that the test cannot restore")
