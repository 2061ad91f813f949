"""A switch that answers late causes no misses: agents get their callers, and afterwards all is as before."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from redis import Redis

from callcontrol.edges import clock
from callcontrol.simulator.callers import Call
from callcontrol.simulator.stories.stage import Stage
from tests.bench.call_centre import DID, QUEUE, TENANT, CallCentre, Talk, example, numbers
from tests.bench.script_calls import ScriptCalls

AGENTS = 3
LATE_S = 6.0  # longer than the usual limit for a join
WITHIN_S = 90.0
MISS_COSTS_S = 3_600


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="callcontrol-test-") as folder:
        Path(folder).chmod(0o711)
        config = example(Path(folder) / "example", AGENTS)
        _misses_count(config / "tenants" / f"{TENANT}.yaml")
        with Stage(Path(folder), config, simulator=("--quick",)) as made:
            yield made


def _misses_count(tenant: Path) -> None:
    """Make one miss pause an agent, and an unreachable agent rest for an hour."""
    settings = yaml.safe_load(tenant.read_text(encoding="utf-8"))
    queue = settings["queues"][QUEUE]
    queue["misses"] = 1
    queue["rest"] = dict.fromkeys(queue["rest"], MISS_COSTS_S)
    tenant.write_text(yaml.safe_dump(settings), encoding="utf-8")


def until(done: Callable[[], object], what: str) -> None:
    due = time.monotonic() + WITHIN_S
    while not done():
        assert time.monotonic() < due, f"{what}: not within {WITHIN_S:g} s"
        time.sleep(0.1)


def states(stage: Stage) -> dict[str, str]:
    with Redis.from_url(stage.redis_url) as redis:
        rows = ScriptCalls(redis, TENANT).do(clock.now(), "view_agents", {})[0]
    return {row[0].decode(): row[1].decode() for row in rows}


def talked(stage: Stage, calls: list[str]) -> bool:
    return all("bridged" in {one["what"] for one in stage.switch.heard(call)} for call in calls)


def test_agents_get_their_callers_without_misses_though_the_switch_answers_late(stage: Stage) -> None:
    centre, switch = CallCentre(stage, AGENTS), stage.switch
    centre.open(Talk(14.0, 18.0))  # agents stay on the line until they are joined
    switch.answer_late(LATE_S)
    try:
        slow = [switch.place(Call(DID, number=number)) for number in numbers(AGENTS)]
        until(lambda: talked(stage, slow), "every caller talks with an agent of a slow switch")
    finally:
        switch.answer_late(0.0)
    centre.open(Talk(0.5, 1.0))
    assert set(states(stage).values()) == {"ready"}
    quick = [switch.place(Call(DID, number=number)) for number in numbers(2 * AGENTS)]
    until(lambda: talked(stage, quick), "every caller talks with an agent afterwards")
