"""The version before calls had legs of their own: its calls, queues, rules, spool and database are taken over."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from redis import Redis

from callcontrol.edges.ledger.schema import VERSION
from callcontrol.simulator.callers import Call
from callcontrol.simulator.phones import Behaviour, Phone
from callcontrol.simulator.stories.stage import Stage
from callcontrol.vocabulary.agent import AgentState
from tests.daemon.test_queue_survival import AGENT, Live
from tests.daemon.test_survival import EXAMPLE, nothing_is_left, records, until

LEFT = Path(__file__).parent / "before_legs"
LIVE_STATE: dict[str, Any] = json.loads((LEFT / "live_state.json").read_text(encoding="utf-8"))
IN_PROGRESS = frozenset(LIVE_STATE["cc:{acme}:calls"]["value"])
COLLEAGUE, CUSTOMER, SHORT_TALK = "102@acme.example", "+48500100301", Behaviour("answers", after_s=0.2, talk_s=1)
IN_LEDGER, ON_SPOOL = 3, 5
OLD_ROWS = (
    "SELECT to_jsonb(c) FROM calls c UNION ALL SELECT to_jsonb(l) FROM legs l"
    " UNION ALL SELECT to_jsonb(h) FROM charges h"
)
Row = dict[str, Any]

pytestmark = pytest.mark.timeout(180)


@dataclass(frozen=True, slots=True)
class Taken:
    """The daemon of today, started on what the old one left, and the rows that the old ledger had."""

    stage: Stage
    old_rows: list[Row]


@pytest.fixture(scope="module")
def taken() -> Iterator[Taken]:
    with tempfile.TemporaryDirectory(prefix="callcontrol-stage-") as folder:
        Path(folder).chmod(0o711)
        with Stage(Path(folder), EXAMPLE) as made:
            made.daemon.stop()
            old_rows = _leave(made, Path(folder))
            for address in (COLLEAGUE, AGENT):
                made.switch.phone(Phone(address, (SHORT_TALK,), registered=False))
                made.switch.register(address)
            made.switch.phone(Phone(CUSTOMER, (SHORT_TALK,)))
            made.daemon.start()
            yield Taken(made, old_rows)


@pytest.fixture
def stage(taken: Taken) -> Stage:
    return taken.stage


def _leave(stage: Stage, folder: Path) -> list[Row]:
    """Put everything back as it was found; returns the ledger's rows."""
    with Redis.from_url(stage.redis_url) as redis:
        redis.flushall()
        for key, kept in LIVE_STATE.items():
            _put(redis, key, kept["type"], kept["value"])
            if kept["ttl_ms"] > 0:
                redis.pexpire(key, kept["ttl_ms"])
    with psycopg.connect(stage.dsn, autocommit=True) as ledger:
        ledger.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        ledger.execute((LEFT / "ledger.sql").read_bytes())
    spool = folder / "data" / "spool" / "0"
    shutil.rmtree(spool)
    shutil.copytree(LEFT / "spool", spool)
    return _ledger_rows(stage)


def _ledger_rows(stage: Stage) -> list[Row]:
    with psycopg.connect(stage.dsn) as ledger:
        return [row for (row,) in ledger.execute(OLD_ROWS)]


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
            raise AssertionError(f"{key} is a {kind}: the test puts none back")


def test_every_call_in_progress_is_recorded_once(stage: Stage) -> None:
    until(lambda: {record.call_id for record in records(stage)} >= IN_PROGRESS)
    nothing_is_left(stage)
    counted = Counter(record.call_id for record in records(stage))
    assert {call: counted[call] for call in IN_PROGRESS} == dict.fromkeys(IN_PROGRESS, 1)
    talked = [r for r in records(stage) if r.call_id in IN_PROGRESS and r.answered_by == "extension:117"]
    assert [(r.outcome, r.estimated, len(r.legs)) for r in talked] == [("answered", True, 2)]


def test_what_was_on_the_spool_is_in_the_ledger_once(stage: Stage) -> None:
    kept = _call_ids_on_the_old_spool()
    until(lambda: kept <= {record.call_id for record in records(stage)})
    counted = Counter(record.call_id for record in records(stage))
    assert len(kept) == IN_LEDGER + ON_SPOOL
    assert {call: counted[call] for call in kept} == dict.fromkeys(kept, 1)


def test_the_ledger_is_brought_on_in_place_and_keeps_its_rows(taken: Taken) -> None:
    with psycopg.connect(taken.stage.dsn) as ledger:
        until(lambda: ledger.execute("SELECT max(version) FROM schema_version").fetchone() == (VERSION,))
    now = _ledger_rows(taken.stage)
    changed = [old for old in taken.old_rows if not any(old | found == found for found in now)]
    assert (len(taken.old_rows) > IN_LEDGER, changed) == (True, [])


def test_a_rule_set_by_star_code_is_still_in_force(stage: Stage) -> None:
    call = stage.switch.place(Call("101", user="117", domain="acme.example"))
    stage.switch.wait_for_end(call, 30)
    until(lambda: any(r.answered_by == "extension:102" for r in records(stage)))
    (found,) = [record for record in records(stage) if record.answered_by == "extension:102"]
    assert (found.caller_number, found.outcome) == ("117", "answered")


def test_no_ticket_is_stuck_and_the_customer_is_called_back_or_has_run_out(stage: Stage) -> None:
    with closing(Live(stage)) as live:
        until(lambda: live.tickets() == [], 60)
        until(lambda: live.agent().state is AgentState.READY, 60)
        assert (live.tickets(), live.queue().waiting) == ([], 0)


def _call_ids_on_the_old_spool() -> set[str]:
    """Read without the product's own reader."""
    written = b"".join(path.read_bytes() for path in sorted((LEFT / "spool").glob("*.spool")))
    return {call_id.decode() for call_id in re.findall(rb'"call_id":"([0-9a-f-]{36})"', written)}
