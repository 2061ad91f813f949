"""Transfers with two workers: whichever gets the moved channel, no party is lost and no leg is booked twice."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from typing import Final

from callcontrol.edges import clock
from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.edges.ledger.reader import LedgerReader
from callcontrol.simulator.stories.story import PlacedCall
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.wanted import Wanted
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, RECORD_S, Mishap, wait
from tests.freeswitch.stage import RealStage
from tests.freeswitch.takeovers import owner, two_workers

TIMES: Final = 6  # so that both workers get moved channels
PHONES: Final = {
    "117": {"action": "answers", "after_s": 0.3, "refers": [1.0, "105"]},
    "103": {"action": "answers", "after_s": 0.3},
    "105": {"action": "answers", "after_s": 0.3, "talk_s": 1.5},
}
DYING: Final = {
    "117": [
        {"action": "answers", "after_s": 0.3, "refers": [1.0, "105"]},
        {"action": "answers", "after_s": 0.3, "talk_s": 1.5},
    ],
    "105": {"action": "busy", "after_s": 3.2},  # before the recall of the example, 4 s
}
RINGS_S: Final = 3.0  # after the caller's INVITE, the target's phone rings
RETURNED: Final = (
    "answered",
    (("", "answered"), ("extension:117", "answered"), ("extension:105", "busy"), ("extension:117", "answered")),
)
FROM_OUTSIDE: Final = PlacedCall("+48500100200", "+48221234583")
BY_THE_CALLER: Final = PlacedCall("", "103", extension="102@acme.example", refers=(1.0, "105"))
# Outcome, estimated, caller, and legs: of a call whose caller is transferred, and of one whose callee is.
WHOLE: Final = ("answered", False, "", ("", "extension:117", "extension:105"))
MOVED: Final = ("answered", False, "102", ("", "extension:103", "extension:105"))


def transfers_between_workers(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """two workers: whichever gets the moved channel, callers and callees reach the target; each leg is booked once"""
    with two_workers(stage, PHONES):
        began = clock.now()
        placed = [stage.world.place(call) for _ in range(TIMES) for call in (FROM_OUTSIDE, BY_THE_CALLER)]
        stage.world.wait_until_over(placed, OVER_S)
        wait(lambda: len(_records(stage, began)) >= 2 * TIMES, f"there are {2 * TIMES} records", RECORD_S)
        found = _records(stage, began)
        told = sorted((c.outcome, c.estimated, c.caller_extension, tuple(leg.target for leg in c.legs)) for c in found)
        if told != sorted([WHOLE, MOVED] * TIMES):
            yield f"{TIMES} each of {WHOLE}, {MOVED} expected, there are {told}"
        legs = [leg.leg_id for call in found for leg in call.legs]
        if len(set(legs)) != len(legs):
            yield "a leg is booked twice"


def worker_dies_while_a_transfer_rings(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of one of two workers while the phone of a transfer rings, and then refuses: the caller comes back"""
    with two_workers(stage, DYING):
        began = clock.now()
        placed = stage.world.place(FROM_OUTSIDE)
        wait(lambda: owner(stage) != 0, "a worker has the call")
        time.sleep(RINGS_S)
        worker = owner(stage)
        os.kill(worker, signal.SIGKILL)
        stage.world.wait_until_over([placed], OVER_S)
        wait(lambda: bool(_records(stage, began)), "there is a record", RECORD_S)
        found = [(c.outcome, tuple((leg.target, leg.outcome) for leg in c.legs)) for c in _records(stage, began)]
        if found != [RETURNED]:
            yield f"{RETURNED} expected, there are {found}"


TRANSFERS: Final[tuple[Mishap, ...]] = (transfers_between_workers, worker_dies_while_a_transfer_rings)


def _records(stage: RealStage, began: Instant) -> Sequence[PastCall]:
    with LedgerReader(stage.dsn) as ledger:
        return tuple(ledger.calls(Wanted(since=began, limit=100)))
