"""One of two workers dies at each step of a transfer by DTMF code: the party is always connected in the end."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable

import gevent
import pytest
from redis import Redis

from callcontrol.control.key_transfer_steps import DIAL_TONE
from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.simulator.callers import Call
from callcontrol.simulator.phones import Behaviour
from callcontrol.simulator.stories.stage import Stage
from callcontrol.vocabulary.call import call_id_of
from tests.daemon.test_queue_survival import Live
from tests.daemon.test_survival import (
    PHONE,
    WAIT_S,
    another_takes_over,
    hang_up,
    heard,
    nothing_is_left,
    owner,
    records,
    until,
)
from tests.daemon.test_takeover import live, owners, phone, pid_of, stage

__all__ = ["live", "stage"]

COLLEAGUE = "105@acme.example"
OWN = Call("117", number="102", user="102", domain="acme.example")
DIALS, ASKS = ("*2",), ("*2", "105#")
# Longer than a step takes on a slow machine, in seconds.
AGAIN_S = 5.0
pytestmark = pytest.mark.timeout(300)


def saved(stage: Stage) -> str:
    with Redis.from_url(stage.redis_url) as redis:
        return " ".join(value.decode() for value in redis.hvals(keys.calls("acme")))


def is_at(stage: Stage, phase: str) -> bool:
    return f'"phase":"{phase}"' in saved(stage)


def joined_with(stage: Stage, who: str) -> str:
    """The party with which this one was joined last."""
    return next((str(one["with"]) for one in reversed(stage.switch.heard(who)) if one["what"] == "bridged"), "")


def press_till(stage: Stage, call: str, pressed: str, is_so: Callable[[], object]) -> None:
    """Press the keys until they count: the switch listens only a moment after the two are joined, and on a slow machine
    it may be so late with the second key that it takes the two for no code.
    """
    due = clock.monotonic() + WAIT_S
    while not is_so():
        assert clock.monotonic() < due, f"{pressed} has not counted"
        stage.switch.press(call, pressed)
        again = clock.monotonic() + AGAIN_S
        while not is_so() and clock.monotonic() < again:
            gevent.sleep(0.05)


def press_until(stage: Stage, call: str, pressed: str, reached: str) -> None:
    """Press the keys until the worker has saved that this phase is reached."""
    press_till(stage, call, pressed, lambda: is_at(stage, reached))


def tones(stage: Stage, who: str) -> int:
    """How often this party has heard a dial tone."""
    return sum(one["what"] == "playback" and one["file"] == DIAL_TONE for one in stage.switch.heard(who))


@pytest.mark.parametrize(
    ("presses", "phase", "colleague", "then", "reaches"),
    [
        (DIALS, "dialling", 0.1, "105#", COLLEAGUE),
        (ASKS, "ringing", 60.0, "", "caller"),
        (ASKS, "asking", 0.1, "", COLLEAGUE),
        ((*ASKS, "*5"), "with_party", 0.1, "", COLLEAGUE),
        ((*ASKS, "*6"), "together", 0.1, "", COLLEAGUE),
    ],
    ids=["dialling", "ringing", "asking", "with_party", "together"],
)
def test_kill_9(
    stage: Stage, live: Live, presses: tuple[str, ...], phase: str, colleague: float, then: str, reaches: str
) -> None:
    stage.switch.take()  # drop the earlier events
    phone(stage, PHONE, Behaviour("answers", after_s=0.1))
    phone(stage, COLLEAGUE, Behaviour("answers", after_s=colleague))
    call = stage.switch.place(OWN)
    awaited = ("dialling", "ringing" if colleague > 1 else "asking", phase)
    until(lambda: '"$":"Talking"' in saved(stage))
    for pressed, reached in zip(presses, awaited, strict=False):
        press_until(stage, call, pressed, reached)
    before = owner(stage, call)
    os.kill(pid_of(before), signal.SIGKILL)
    another_takes_over(stage, call, before)
    if then:
        until(lambda: tones(stage, call) > 1)  # the transferor hears the dial tone once more, and dials again
        press_till(stage, call, then, lambda: joined_with(stage, COLLEAGUE) == call)
    if reaches == COLLEAGUE:
        hang_up(stage, call)
    until(lambda: joined_with(stage, PHONE) == (call if reaches == "caller" else COLLEAGUE))
    if reaches == "caller":
        hang_up(stage, call)
    assert "hangup" not in heard(stage, PHONE) or reaches == "caller"
    id_ = call_id_of(stage.switch.heard(call)[0]["uuid"])
    stage.switch.reset()  # all hang up
    until(lambda: id_ in {one.call_id for one in records(stage)})
    (found,) = (one for one in records(stage) if one.call_id == id_)
    assert found.outcome == "answered"
    assert len({leg.leg_id for leg in found.legs}) == len(found.legs)
    nothing_is_left(stage)


def passed_on(stage: Stage) -> float:
    """How many calls a worker has had from another one over the switch."""
    found = re.search(
        r"^callcontrol_calls_passed_on_total(?:\{.*\})? ([0-9.e+]+)", stage.daemon.metrics(), re.MULTILINE
    )
    return float(found[1]) if found else 0.0


def bridges(stage: Stage, who: str) -> int:
    """How often this party was joined with another one."""
    return heard(stage, who).count("bridged")


def press_until_told(stage: Stage, call: str, pressed: str, told: Callable[[], int]) -> None:
    """Press the keys until something more is told."""
    before = told()
    press_till(stage, call, pressed, lambda: told() > before)


def test_a_party_parted_by_keys_while_redis_is_away_goes_on_at_the_worker_it_comes_to(stage: Stage, live: Live) -> None:
    stage.switch.take()  # drop the earlier events
    phone(stage, PHONE, Behaviour("answers", after_s=0.1))
    phone(stage, COLLEAGUE, Behaviour("answers", after_s=0.1))
    call = stage.switch.place(OWN)
    until(lambda: '"$":"Talking"' in saved(stage))
    stage.redis.kill()
    try:
        press_until_told(stage, call, "*2", lambda: tones(stage, call))
        while not passed_on(stage):  # the system chooses which worker the party comes to
            press_until_told(stage, call, "*0", lambda: bridges(stage, PHONE))
            press_until_told(stage, call, "*2", lambda: tones(stage, call))
        press_till(stage, call, "105#", lambda: joined_with(stage, COLLEAGUE) == call)
        hang_up(stage, call)
        until(lambda: joined_with(stage, PHONE) == COLLEAGUE)
    finally:
        stage.redis.start()
    id_ = call_id_of(stage.switch.heard(call)[0]["uuid"])
    until(lambda: id_ in owners(stage))
    stage.switch.reset()  # all hang up
    until(lambda: id_ in {one.call_id for one in records(stage)})
    (found,) = (one for one in records(stage) if one.call_id == id_)
    assert (found.outcome, found.estimated, len(found.legs)) == ("answered", False, 3)
    assert any("102 transferred" in note["what"] for note in found.notes)
    nothing_is_left(stage)
