"""Load: calls at once, calls a second, and what is counted."""

import gc

import gevent
import pytest

from callcontrol.simulator import Behaviour, Call, Manners, Phone, Settings, Simulator
from callcontrol.simulator.dialplan import bare
from callcontrol.simulator.load import Load, Plan, percentiles
from callcontrol.simulator.phones import UnknownWord
from tests.simulator.desk import DID, CallLine, Desk

CALLS = 40


@pytest.fixture
def busy_desk() -> object:
    """A desk whose calls are all bridged to 101."""
    desk = Desk()
    settings = Settings(dialplan=bare(desk.sockets), manners=Manners.quick(), speed=10.0)
    quick = Simulator(settings).start()
    quick.phone(Phone("101@lab", (Behaviour(after_s=0.1, talk_s=0.2),)))

    def take() -> None:
        while True:
            line = CallLine(desk.listener.accept()[0])
            desk.lines.append(line)
            line.execute("set", "hangup_after_bridge=true")
            line.execute("bridge", "sofia/internal/101%lab")

    taker = gevent.spawn(take)
    yield quick
    taker.kill()
    quick.stop()
    desk.close()


@pytest.mark.parametrize("plan", [Plan(CALLS, at_once=7), Plan(CALLS, per_second=200.0)])
def test_every_call_is_counted(busy_desk: Simulator, plan: Plan) -> None:
    result = Load(busy_desk, plan).run().as_json()
    assert (result["placed"], result["finished"], result["bridged"]) == (CALLS, CALLS, CALLS)
    assert result["unfinished"] == result["unrouted"] == 0
    assert result["causes"] == {"NORMAL_CLEARING": CALLS}
    assert result["peak_at_once"] <= (plan.at_once or CALLS)
    assert list(result["first_routing_command_ms"]) == ["p50", "p90", "p99", "max"]


def test_calls_nobody_takes_are_not_bridged(desk: Desk) -> None:
    desk.listener.close()
    result = Load(desk.simulator, Plan(5, at_once=5, templates=(Call(DID),))).run()
    assert (result.finished, result.bridged) == (5, 0)
    assert result.causes["NORMAL_TEMPORARY_FAILURE"] == 5
    assert desk.simulator.ears.listening, "the ears listen again afterwards"


def test_calls_that_do_not_end_are_unfinished(desk: Desk) -> None:
    result = Load(desk.simulator, Plan(2, at_once=2, limit_s=0.1)).run().as_json()
    assert (result["placed"], result["unfinished"]) == (2, 2)


def test_the_first_calls_do_not_come_sooner_than_the_ramp_says(busy_desk: Simulator) -> None:
    busy_desk.phone(Phone("101@lab", (Behaviour(after_s=0.1, talk_s=5.0),)))  # none is replaced before the ramp ends
    began_us = busy_desk.timeline.now_us()
    result = Load(busy_desk, Plan(7, at_once=7, ramp_per_second=100.0, listen=True)).run()
    placed = [one for one in busy_desk.heard() if one.what == "calls"]
    assert (result.finished, [one.detail["number"] for one in placed]) == (7, [Call(DID).number] * 7)
    assert gc.isenabled(), "garbage is collected again afterwards"
    assert placed[-1].at_us - began_us > 0.0599 * 1_000_000 * busy_desk.timeline.speed


def test_with_a_ramp_as_many_are_up_as_without(busy_desk: Simulator) -> None:
    result = Load(busy_desk, Plan(CALLS, at_once=7, ramp_per_second=10_000.0)).run()
    assert (result.placed, result.finished, result.bridged) == (CALLS, CALLS, CALLS)
    assert result.peak <= 7


def test_no_call_is_placed_after_the_limit(busy_desk: Simulator) -> None:
    load = Load(busy_desk, Plan(10_000, at_once=7, limit_s=0.1))
    placed = load.run().placed
    while busy_desk.switch.core.channels:  # each of them ends, and would be replaced
        gevent.sleep(0.01)
    assert 0 < load.result.placed == placed


def test_percentiles() -> None:
    assert percentiles([]) == {}
    assert percentiles([float(value) for value in range(101)]) == {"p50": 50.0, "p90": 90.0, "p99": 99.0, "max": 100.0}


@pytest.mark.parametrize("words", [{"calls": 1}, {"calls": 1, "at_once": 1, "per_second": 2}, {"call": 1}])
def test_a_plan_must_make_sense(words: dict[str, object]) -> None:
    with pytest.raises(UnknownWord, match=r"either at_once or per_second|of a load"):
        Plan.read(words)
