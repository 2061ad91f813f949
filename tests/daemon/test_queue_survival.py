"""Queues while daemon, Redis or switch die: callers keep their places, agents are freed, each leg is recorded once.

All tests share one stage: each leaves the stores, the switch and the daemon running, and the queues empty.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from callcontrol.edges import clock
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.queue_script import seed_from
from callcontrol.edges.live_state.queue_views import QueueViews
from callcontrol.simulator.callers import Call
from callcontrol.simulator.dialplan import NOT_POSSIBLE
from callcontrol.simulator.phones import Behaviour, Phone
from callcontrol.simulator.stories.stage import Stage
from callcontrol.vocabulary.agent import AgentAction, AgentState, AgentView
from callcontrol.vocabulary.moment import periods_at
from callcontrol.vocabulary.queue import Occasion, QueueView, TicketView
from tests.daemon.test_survival import (
    EXAMPLE,
    TALKS,
    another_takes_over,
    hang_up,
    heard,
    is_bridged,
    nothing_is_left,
    owner,
    record_of,
    until,
)

AGENT, SUPPORT = "121@acme.example", "48221234588"
RING_S = 12
NEVER, LEAVES_SOON = Behaviour("never_answers"), Behaviour("answers", after_s=0.3, talk_s=9)

pytestmark = pytest.mark.timeout(300)


class Live:
    """The present state of the queues."""

    def __init__(self, stage: Stage) -> None:
        self._pipeline = RedisPipeline(connect(stage.redis_url, 2.0))
        self._views = QueueViews(self._pipeline)

    def close(self) -> None:
        self._pipeline.stop(1)

    def agent(self, name: str = "wanda") -> AgentView:
        (found,) = [one for one in self._views.agents("acme", self._now()) if one.name == name]
        return found

    def queue(self, name: str = "support") -> QueueView:
        (found,) = [one for one in self._views.queues("acme", self._now()) if one.name == name]
        return found

    def tickets(self, queue: str = "support") -> list[TicketView]:
        return self._views.tickets("acme", queue, self._now())

    def notify(self, ticket: str, what: str, detail: str) -> str:
        return self._views.notify("acme", ticket, what, detail, self._now())

    def prioritise(self, ticket: str, priority: int) -> str:
        return self._views.prioritise("acme", ticket, priority, self._now())

    def resume(self, agent: str = "wanda") -> None:
        """End the agent's pause: on a slow machine the agent may have had many misses."""
        self._views.act("acme", agent, AgentAction.RESUME, "", self._now())

    @staticmethod
    def _now() -> Occasion:
        now = clock.now()
        return Occasion(now, "", seed_from(random.Random(now)), periods_at(now, ZoneInfo("Europe/Warsaw")))


def with_long_rings(folder: Path) -> Path:
    """The example with a ring time longer than a daemon needs to restart on a busy machine."""
    shutil.copytree(EXAMPLE, folder)
    tenant = folder / "tenants" / "acme.yaml"
    text = tenant.read_text()
    of_agents = "for so long\n    ring: "  # the parking lots have a `ring` setting, too
    assert text.count(f"{of_agents}6\n") == 1
    tenant.write_text(text.replace(f"{of_agents}6\n", f"{of_agents}{RING_S}\n"))
    return folder


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="callcontrol-stage-") as folder:
        Path(folder).chmod(0o711)
        with Stage(Path(folder), with_long_rings(Path(folder) / "example")) as made:
            yield made


@pytest.fixture
def live(stage: Stage) -> Iterator[Live]:
    """The agent's phone is registered, and the agent is ready."""
    with closing(Live(stage)) as found:
        until(lambda: found.queue().waiting == 0)
        yield found


def phone_does(stage: Stage, live: Live, *behaviours: Behaviour) -> None:
    stage.switch.reset()
    stage.switch.phone(Phone(AGENT, behaviours, registered=False))
    stage.switch.register(AGENT)
    until(lambda: live.agent().state is AgentState.READY)


def nothing_is_reserved(stage: Stage, live: Live) -> None:
    until(lambda: live.agent().state is AgentState.READY)
    assert live.queue().waiting == 0
    nothing_is_left(stage)


def test_kill_9_while_a_caller_waits(stage: Stage, live: Live) -> None:
    phone_does(stage, live, NEVER, TALKS)
    call = stage.switch.place(Call(SUPPORT, number="+48500100501"))
    until(lambda: "ringing" in heard(stage, AGENT))
    rings_until_s = clock.monotonic() + RING_S
    joined = live.queue().oldest
    stage.daemon.kill()
    assert "playback" in heard(stage, call)
    assert "hangup" not in heard(stage, call)
    stage.daemon.start()
    # On a busy machine the phone may stop ringing before the daemon is up again.
    was_in_time = clock.monotonic() < rings_until_s - 2
    until(lambda: is_bridged(stage, call))
    hang_up(stage, call)
    found = record_of(stage, call)
    assert (found.outcome, found.answered_by) == ("answered", "extension:121")
    assert not (was_in_time and found.estimated)
    (visit,) = found.visits
    assert (visit.how, visit.agent) == ("answered", "wanda")
    assert joined is not None
    assert int(visit.joined_at.timestamp() * 1_000_000) == joined
    nothing_is_reserved(stage, live)


def test_kill_9_during_the_agents_whisper(stage: Stage, live: Live) -> None:
    phone_does(stage, live, LEAVES_SOON, TALKS)
    call = stage.switch.place(Call(SUPPORT, number="+48500100502"))
    until(lambda: "playback" in heard(stage, AGENT))
    stage.daemon.kill()
    stage.daemon.start()
    until(lambda: is_bridged(stage, call))
    hang_up(stage, call)
    found = record_of(stage, call)
    assert (found.outcome, found.answered_by) == ("answered", "extension:121")
    nothing_is_reserved(stage, live)


def test_kill_9_in_a_conversation_with_an_agent(stage: Stage, live: Live) -> None:
    phone_does(stage, live, TALKS)
    call = stage.switch.place(Call(SUPPORT, number="+48500100503"))
    until(lambda: is_bridged(stage, call))
    until(lambda: live.agent().state is AgentState.TALKING)
    before = owner(stage, call)
    stage.daemon.kill()
    assert "unbridged" not in heard(stage, call)
    stage.daemon.start()
    another_takes_over(stage, call, before)
    hang_up(stage, call)
    found = record_of(stage, call)
    assert (found.outcome, found.answered_by, found.estimated) == ("answered", "extension:121", False)
    assert live.agent().figures["talks"] >= 1
    nothing_is_reserved(stage, live)


def test_redis_restarts_while_a_caller_waits(stage: Stage, live: Live) -> None:
    phone_does(stage, live, NEVER, TALKS)
    call = stage.switch.place(Call(SUPPORT, number="+48500100504"))
    until(lambda: "ringing" in heard(stage, AGENT))
    stage.redis.kill()
    stage.redis.start()
    until(lambda: is_bridged(stage, call))
    hang_up(stage, call)
    assert record_of(stage, call).outcome == "answered"
    nothing_is_reserved(stage, live)


def test_a_reload_while_a_caller_waits(stage: Stage, live: Live) -> None:
    """The queue gets other agents: the caller keeps the place, and the new agent gets the caller."""
    phone_does(stage, live, NEVER)
    stage.switch.phone(Phone("124@acme.example", (TALKS,), registered=False))
    stage.switch.register("124@acme.example")
    call = stage.switch.place(Call(SUPPORT, number="+48500100505"))
    until(lambda: "ringing" in heard(stage, AGENT))
    written = stage.config / "tenants" / "acme.yaml"
    before = written.read_text(encoding="utf-8")
    try:
        written.write_text(before.replace("- {agent: xawery}", "- {agent: zenon}"), encoding="utf-8")
        stage.daemon.reload()
        until(lambda: is_bridged(stage, call))
        hang_up(stage, call)
    finally:
        written.write_text(before, encoding="utf-8")
        stage.daemon.reload()
    found = record_of(stage, call)
    assert (found.outcome, found.answered_by) == ("answered", "extension:124")
    nothing_is_reserved(stage, live)


def test_the_switch_dies_while_one_caller_waits_and_one_talks(stage: Stage, live: Live) -> None:
    phone_does(stage, live, Behaviour("answers", after_s=0.2, talk_s=60))
    talking = stage.switch.place(Call(SUPPORT, number="+48500100506"))
    until(lambda: is_bridged(stage, talking))
    waiting = stage.switch.place(Call(SUPPORT, number="+48500100507"))
    until(lambda: live.queue().waiting == 1)
    stage.switch.restart()
    stage.daemon.wait_until_ready()
    assert (record_of(stage, talking).outcome, record_of(stage, talking).estimated) == ("answered", True)
    assert record_of(stage, waiting).outcome != "answered"
    until(lambda: live.queue().waiting == 0)
    assert live.agent().state is not AgentState.TALKING
    nothing_is_left(stage)


def configurations(stage: Stage) -> set[str]:
    """The configurations that the workers use."""
    return {str(one["configuration"]) for one in stage.daemon.workers()}


@contextmanager
def the_tenant_is_removed(stage: Stage) -> Iterator[None]:
    """Remove the tenant from the YAML and reload, until the end of the block."""
    written, aside = stage.config / "tenants" / "acme.yaml", stage.config / "acme.yaml.aside"
    before = configurations(stage)
    written.rename(aside)
    stage.daemon.reload()
    until(lambda: not before & configurations(stage))
    try:
        yield
    finally:
        aside.rename(written)
        stage.daemon.reload()


def test_a_waiting_caller_of_a_removed_tenant_is_served_to_the_end(stage: Stage, live: Live) -> None:
    phone_does(stage, live, NEVER, TALKS)
    call = stage.switch.place(Call(SUPPORT, number="+48500100508"))
    until(lambda: "ringing" in heard(stage, AGENT))
    with the_tenant_is_removed(stage):
        until(lambda: is_bridged(stage, call))
        hang_up(stage, call)
        found = record_of(stage, call)
    assert (found.tenant, found.outcome, found.answered_by) == ("acme", "answered", "extension:121")
    nothing_is_reserved(stage, live)


def test_a_waiting_caller_of_a_removed_tenant_is_refused_after_the_workers_death(stage: Stage, live: Live) -> None:
    phone_does(stage, live, NEVER)
    call = stage.switch.place(Call(SUPPORT, number="+48500100509"))
    until(lambda: "ringing" in heard(stage, AGENT))
    with the_tenant_is_removed(stage):
        stage.daemon.kill()
        stage.daemon.start()
        stage.switch.wait_for_end(call, 30)
        played = [str(entry["file"]) for entry in stage.switch.heard(call) if entry["what"] == "playback"]
        assert played[-1] == NOT_POSSIBLE
        found = record_of(stage, call)
    assert (found.tenant, found.outcome) == ("acme", "failed")
    until(lambda: live.queue().waiting == 0)
    nothing_is_left(stage)
