"""Queues and phones are written to Redis, again after it lost them, and after a reload."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from redis import Redis

from callcontrol.daemon.configuration import Current
from callcontrol.daemon.layout_sync import LayoutSync
from callcontrol.daemon.registrations import Registrations
from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.overrides import OverrideStore
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.vocabulary.agent import AgentAction, AgentState
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.queue import Engaged, Entered, Refusal, Ticket
from callcontrol.vocabulary.schedule import Override
from tests.daemon.queue_parts import WORKER, LiveQueues, configured, until

ANNA, BERT = ("101", "acme.example"), ("103-app", "acme.example")


class Scene:
    """A configuration folder, phones, and the layout sync of both."""

    def __init__(self, live: LiveQueues, folder: Path) -> None:
        self.live = live
        self.folder = folder
        self.current = Current(configured(folder))
        self.phones = Registrations(["fs1"])
        self.phones.read("fs1", ())
        self.engaged: dict[str, list[Engaged]] = {}
        self.overrides = OverrideStore(live.pipeline)
        self.layout_sync = LayoutSync(self.current, self.phones, live.store, lambda: self.engaged, self.overrides)

    def override(self, override: Override | None) -> None:
        """Set this override of the hours `office`, or remove it (None)."""
        self.live.waited(lambda done: self.overrides.store("acme", "hours:office", override, done))

    def compare(self) -> None:
        self.layout_sync.compare()
        self.settle()

    def settle(self) -> None:
        """Wait until Redis has answered; an answer may lead to another request, and that to a third."""
        for _ in range(4):
            self.live.settle()

    def here(self, *accounts: tuple[str, str]) -> None:
        """Register these phones, and report them one by one."""
        for account in accounts:
            self.phones.registered("fs1", account, 3_600)
            self.layout_sync.phone_changed(*account)
        self.settle()

    def gone(self, account: tuple[str, str]) -> None:
        self.phones.gone("fs1", account)
        self.layout_sync.phone_changed(*account)
        self.settle()

    def reload(self, **queues: str) -> None:
        configured(self.folder, **queues)
        assert self.current.reload()
        self.compare()

    def log_in(self, agent: str) -> None:
        self.live.waited(lambda done: self.live.store.act("acme", agent, AgentAction.LOG_IN, "", done))

    def state(self, agent: str) -> AgentState:
        return self.live.agent(agent).state

    def join(self, id_: str) -> Entered | Refusal:
        ticket = Ticket(id_, "help", "", WORKER, clock.now())
        answer: Entered | Refusal = self.live.waited(lambda done: self.live.store.join("acme", ticket, done))
        return answer


@pytest.fixture
def scene(redis_url: str, redis_client: Redis, tmp_path: Path) -> Iterator[Scene]:
    live = LiveQueues(redis_url)
    yield Scene(live, tmp_path)
    live.close()


def test_no_caller_is_let_into_a_queue_before_the_layout_is_written(scene: Scene) -> None:
    assert scene.join("c1/1") is Refusal.NO_AGENT
    scene.compare()
    scene.log_in("carl")  # an agent at a number is always reachable
    assert isinstance(scene.join("c2/1"), Entered)


def test_phones_registered_before_are_written_with_the_layout(scene: Scene) -> None:
    scene.phones.registered("fs1", ANNA, 3_600)
    scene.compare()
    scene.log_in("anna")
    scene.log_in("bert")
    assert (scene.state("anna"), scene.state("bert")) == (AgentState.READY, AgentState.UNREACHABLE)


def test_a_phone_that_comes_and_goes_takes_its_agent_with_it(scene: Scene) -> None:
    scene.phones.read("fs1", [])
    scene.compare()
    scene.log_in("bert")
    scene.here(BERT)
    assert scene.state("bert") is AgentState.READY
    scene.here(("103-desk", "acme.example"))
    scene.gone(BERT)
    assert scene.state("bert") is AgentState.READY  # by the agent's other phone
    scene.gone(("103-desk", "acme.example"))
    assert scene.state("bert") is AgentState.UNREACHABLE


def test_all_phones_of_a_switch_are_looked_at_when_they_were_read(scene: Scene) -> None:
    scene.compare()
    scene.log_in("anna")
    scene.phones.registered("fs1", ANNA, 3_600)
    scene.layout_sync.phones_read()
    scene.settle()
    assert scene.state("anna") is AgentState.READY


@pytest.mark.parametrize("account", [("102", "acme.example"), ("999", "acme.example"), ("101", "elsewhere.example")])
def test_phones_that_belong_to_no_agent_are_ignored(scene: Scene, account: tuple[str, str]) -> None:
    scene.compare()
    before = scene.live.store.owed, scene.live.pipeline.commands
    scene.here(account)
    assert scene.live.pipeline.commands - before[1] == 4  # the four of `settle`


def test_unchanged_state_is_not_written_again(scene: Scene) -> None:
    scene.phones.registered("fs1", ANNA, 3_600)
    scene.compare()
    before = len(scene.live.effects)
    scene.compare()
    assert len(scene.live.effects) == before + 2  # only the due times and the agents in calls


def test_the_layout_is_written_again_after_redis_lost_everything(scene: Scene, redis_client: Redis) -> None:
    scene.phones.registered("fs1", ANNA, 3_600)
    scene.compare()
    redis_client.flushall()
    scene.compare()
    scene.log_in("anna")
    assert scene.state("anna") is AgentState.READY


def test_state_lost_in_a_failover_of_redis_is_written_again(
    scene: Scene, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.compare()
    scene.log_in("anna")
    scene.here(ANNA)
    assert scene.state("anna") is AgentState.READY
    # the last write was not replicated to the new master
    scene.live.waited(lambda done: scene.live.store.reach("acme", {"anna": False}, done))
    scene.compare()
    assert scene.state("anna") is AgentState.UNREACHABLE
    monkeypatch.setattr(RedisPipeline, "interruptions", property(lambda pipeline: 1))
    scene.compare()
    assert scene.state("anna") is AgentState.READY


def test_callers_of_a_removed_queue_get_a_notice(scene: Scene) -> None:
    scene.compare()
    scene.log_in("carl")
    scene.join("c1/1")
    scene.reload(help="")
    until(lambda: any(one.notices for one in scene.live.effects))
    (notice,) = [notice for one in scene.live.effects for notice in one.notices]
    assert (notice.ticket, notice.what) == ("c1/1", "queue_gone")


def test_a_host_with_an_older_configuration_leaves_the_queues_as_they_are_and_says_so(
    scene: Scene, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    scene.compare()
    scene.log_in("carl")
    other = Scene(scene.live, tmp_path / "other")  # this configuration was accepted later
    other.reload(help="")
    before = len(scene.live.effects)
    scene.compare()  # still has the queue `help`
    assert "newer configuration of another host" in caplog.text
    assert REGISTRY.get_sample_value("callcontrol_queue_layout_older", {"tenant": "acme"}) == 1
    assert scene.join("c1/1") is not None
    other.compare()
    assert [notice.what for one in scene.live.effects[before:] for notice in one.notices] == []
    scene.reload(help="")
    assert REGISTRY.get_sample_value("callcontrol_queue_layout_older", {"tenant": "acme"}) == 0


def test_so_is_the_last_queue_of_a_tenant(scene: Scene) -> None:
    scene.compare()
    scene.log_in("carl")
    scene.join("c1/1")
    scene.reload(help="", rush="")
    until(lambda: any(one.notices for one in scene.live.effects))
    assert scene.join("c2/1") is Refusal.NO_AGENT


def test_a_tenant_that_is_taken_out_is_left_alone(scene: Scene) -> None:
    scene.compare()
    file = scene.folder / "tenants" / "acme.yaml"
    (scene.folder / "tenants" / "beta.yaml").write_text(file.read_text())
    file.unlink()
    assert scene.current.reload()
    scene.layout_sync.phones_read()
    scene.here(ANNA)
    scene.compare()
    assert scene.live.effects  # Redis still answers


def test_an_agent_at_a_switch_that_is_not_heard_is_rung_all_the_same(
    scene: Scene,
) -> None:
    scene.phones.lost("fs1")
    scene.compare()
    scene.log_in("bert")
    assert scene.state("bert") is AgentState.READY
    scene.phones.read("fs1", ())
    scene.layout_sync.phones_read()
    scene.settle()
    assert scene.state("bert") is AgentState.UNREACHABLE


def test_an_agent_in_a_call_that_no_worker_has_is_freed(scene: Scene) -> None:
    scene.here(ANNA, BERT)
    scene.compare()
    scene.log_in("anna")
    for agent, leg in (("anna", "leg-1"), ("anna", "leg-2")):
        scene.live.store.elsewhere("acme", agent, leg, True, "call-1")
    engaged = f"{keys.queues('acme')}:engaged"

    def long_ago() -> None:
        """Both calls were last reported longer ago than a report counts."""
        scene.live.pipeline.ask("ZADD", engaged, "XX", 1, "anna|leg-1", 1, "anna|leg-2")

    long_ago()
    scene.engaged = {"acme": [Engaged("anna", "leg-1", "call-1")]}
    before = lost()
    scene.compare()
    assert (scene.state("anna"), lost()) == (AgentState.ELSEWHERE, before + 1)
    long_ago()
    scene.live.pipeline.ask("HSET", keys.calls("acme"), "call-1", "saved")
    scene.engaged = {}
    scene.compare()
    assert (scene.state("anna"), lost()) == (AgentState.ELSEWHERE, before + 1), "a worker takes the call over"
    long_ago()
    scene.live.pipeline.ask("HDEL", keys.calls("acme"), "call-1")
    scene.compare()
    assert (scene.state("anna"), lost()) == (AgentState.READY, before + 2)


def test_an_agent_under_opening_hours_is_active_by_itself_while_they_are_open(scene: Scene) -> None:
    file = scene.folder / "tenants" / "acme.yaml"
    office = "hours: {office: {week: {mon-sun: '00:00-24:00'}}}\n"
    for agent, place in (("anna", "extension: '101'"), ("carl", 'number: "+48600100100"')):
        written = f"  {agent}: {{{place}}}"
        assert written in file.read_text()
        file.write_text(file.read_text().replace(written, f"  {agent}: {{{place}, hours: office}}"))
    file.write_text(file.read_text() + office)
    assert scene.current.reload()
    scene.here(ANNA)
    scene.compare()
    assert (scene.state("anna"), scene.state("carl")) == (AgentState.READY, AgentState.READY)
    now = clock.now()
    scene.override(Override(False, Instant(now + 3_600 * SECOND_US), "extension:101", now))
    scene.compare()
    assert (scene.state("anna"), scene.state("carl")) == (AgentState.UNREACHABLE, AgentState.UNREACHABLE)
    scene.gone(ANNA)
    scene.override(None)
    scene.compare()
    assert (scene.state("anna"), scene.state("carl")) == (AgentState.UNREACHABLE, AgentState.READY)


def lost() -> float:
    return REGISTRY.get_sample_value("callcontrol_engagements_lost_total", {"tenant": "acme"}) or 0.0
