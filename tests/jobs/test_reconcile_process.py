"""The daemon is killed in a conversation and the call ends while no worker looks: the switch's own records tell the
truth.

As processes: the simulated switch writes its files, the daemon guesses at its start, `callcontrol reconcile` corrects.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import gevent
import psycopg
import pytest
from redis import Redis

from callcontrol.commands import reconcile
from callcontrol.commands.reconcile import reconciler_of
from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges import clock
from callcontrol.edges.freeswitch.cdr_folder import CdrFolder
from callcontrol.edges.ledger.past_rows import PastCall, PastLeg
from callcontrol.edges.ledger.reader import LedgerReader
from callcontrol.edges.live_state import keys
from callcontrol.jobs.reconcile import Reconciler
from callcontrol.simulator.callers import Call
from callcontrol.simulator.phones import Behaviour, Trunk
from callcontrol.simulator.stories.stage import Stage
from callcontrol.vocabulary.call import call_id_of
from callcontrol.vocabulary.moment import SECOND_US, Instant, instant_of
from callcontrol.vocabulary.wanted import Wanted
from tests.commands.command import run
from tests.config.example import EXAMPLE

WAIT_S = 90.0
HOUR_US = 3600 * SECOND_US
OUT = Call("600700800", number="102", user="102", domain="acme.example")

pytestmark = pytest.mark.timeout(300)


@dataclass
class Theatre:
    """The stage, and the folder of its switch."""

    stage: Stage
    cdrs: Path

    def calls(self) -> list[PastCall]:
        with LedgerReader(self.stage.dsn) as ledger:
            return ledger.calls(Wanted(limit=100))

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.stage.dsn) as connection:
            return connection.execute(statement.encode()).fetchall()

    def dies_while_talking(self) -> str:
        """A phone of ours talks to a mobile; the daemon is killed; both hang up. Returns the call's id."""
        talk = Behaviour("answers", after_s=0.2)
        self.stage.switch.trunk(Trunk("carrier-a", otherwise=(talk,)))
        call = self.stage.switch.place(OUT)
        until(self._is_talking)
        self.stage.daemon.kill()
        self.stage.switch.hang_up(call)
        self.stage.switch.wait_for_end(call, WAIT_S)
        until(lambda: len(list(self.cdrs.glob("*.cdr.json"))) == 2)
        return call_id_of(next(str(e["uuid"]) for e in self.stage.switch.heard(call) if e["what"] == "calls"))

    def _is_talking(self) -> bool:
        with Redis.from_url(self.stage.redis_url) as redis:
            return any(b'"$":"Talking"' in value for value in redis.hvals(keys.calls("acme")))

    def ends(self) -> dict[str, dict[str, int]]:
        """What the switch's files say of each leg, microseconds since the epoch."""
        found = {}
        for path in self.cdrs.glob("*.cdr.json"):
            variables = json.loads(path.read_bytes())["variables"]
            found[variables["uuid"]] = {name: int(variables[f"{name}_uepoch"]) for name in ("start", "answer", "end")}
        return found

    def age_files(self) -> None:
        """The files are old enough to be looked at."""
        for path in self.cdrs.glob("*.cdr.json"):
            os.utime(path, (path.stat().st_mtime - 120,) * 2)

    def reconcile(self, *more: str) -> str:
        """The command, by hand."""
        said = io.StringIO()
        with redirect_stdout(said):
            assert run(reconcile, "--config", self.stage.config, "--folder", self.cdrs, *more) == 0
        return said.getvalue()


@pytest.fixture(scope="module")
def theatre() -> Iterator[Theatre]:
    with tempfile.TemporaryDirectory(prefix="callcontrol-stage-") as made:
        folder = Path(made)
        folder.chmod(0o711)
        with Stage(folder, EXAMPLE, simulator=("--cdrs", str(folder / "json_cdr"))) as stage:
            yield Theatre(stage, folder / "json_cdr")


def until(is_so: Callable[[], object]) -> None:
    due = clock.monotonic() + WAIT_S
    while not is_so():
        assert clock.monotonic() < due, "it did not happen in time"
        gevent.sleep(0.05)


def times(leg: PastLeg) -> tuple[int | None, ...]:
    return tuple(None if at is None else instant_of(at) for at in (leg.answered_at, leg.ended_at))


def test_an_estimate_is_replaced_by_the_truth_once(theatre: Theatre) -> None:
    call = theatre.dies_while_talking()
    theatre.stage.daemon.start()
    until(lambda: any(found.call_id == call for found in theatre.calls()))
    (guessed,) = theatre.calls()
    assert (guessed.estimated, guessed.reconciled, guessed.outcome) == (True, False, "answered")
    assert theatre.reconcile() == "fs1: nothing to be done\n"  # too young
    theatre.age_files()
    ends = theatre.ends()
    assert theatre.reconcile("--dry-run") == "fs1: 2 corrected (nothing was changed)\n"
    assert theatre.reconcile() == "fs1: 2 corrected\n"
    (true,) = theatre.calls()
    assert (true.estimated, true.reconciled, true.outcome, true.worker) == (False, True, "answered", guessed.worker)
    assert {leg.leg_id: times(leg) for leg in true.legs} == {
        leg: (end["answer"], end["end"]) for leg, end in ends.items()
    }
    assert instant_of(true.ended_at) == ends[true.legs[0].leg_id]["end"]
    charges = theatre.rows("SELECT status, leg_id, payer FROM charges ORDER BY revision")
    outside = true.legs[1].leg_id
    assert charges == [(status, outside, "extension:102") for status in ("rated", "void", "rated")]
    (amount,) = theatre.rows("SELECT sum(amount) FROM current_charges")
    assert true.legs[1].cost is not None
    assert amount == (true.legs[1].cost.amount,)
    assert theatre.reconcile() == "fs1: nothing to be done\n"
    assert theatre.rows("SELECT count(*) FROM legs") == [(2,)]


def test_a_call_redis_lost_too_is_put_together_from_the_switchs_word(theatre: Theatre) -> None:
    before = {found.call_id for found in theatre.calls()}
    call = theatre.dies_while_talking()
    with Redis.from_url(theatre.stage.redis_url) as redis:
        redis.flushall()
    theatre.stage.daemon.start()
    theatre.age_files()
    ends = theatre.ends()
    assert an_hour_later(theatre).reconcile("fs1", CdrFolder(theatre.cdrs)) == {"added": 2}
    (lost,) = [found for found in theatre.calls() if found.call_id not in before]
    assert (lost.call_id, lost.tenant, lost.reconciled, lost.outcome) == (call, "acme", True, "answered")
    assert (lost.caller_number, lost.dialled) == ("102", "+48600700800")
    assert {leg.leg_id: times(leg) for leg in lost.legs} == {
        leg: (end["answer"], end["end"]) for leg, end in ends.items()
    }
    outside = lost.legs[1]
    assert (outside.target, outside.trunk, outside.payer) == ("number:+48600700800", "carrier-a", "extension:102")
    assert outside.cost is not None
    assert outside.cost.status == "rated"
    assert not list(theatre.cdrs.glob("*.cdr.json"))


def an_hour_later(theatre: Theatre) -> Reconciler:
    """The job of the daemon, with its clock put forward: no record can still be on the normal way."""
    configuration = read_configuration(theatre.stage.config)
    return reconciler_of(
        lambda: configuration,
        theatre.stage.dsn,
        theatre.stage.redis_url,
        now=lambda: Instant(clock.now() + HOUR_US),
    )
