"""How stories are read, told and compared."""

from __future__ import annotations

import re
import socket
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from gevent.event import AsyncResult
from redis import Redis

from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges import clock
from callcontrol.edges.ledger.past_rows import PastCall, PastOffer, PastVisit
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.queue_script import submit
from callcontrol.edges.live_state.queue_views import QueueViews
from callcontrol.routing.queue_layout import layout_dict, layout_of
from callcontrol.simulator import SimulatorClient
from callcontrol.simulator.ears import Heard
from callcontrol.simulator.stories.actions import AgentActs, BadAction, Registers, read_action
from callcontrol.simulator.stories.agents import AgentRefused, LiveAgents
from callcontrol.simulator.stories.checks import call_differences, heard_differences
from callcontrol.simulator.stories.player import TENANT, Player, timeline
from callcontrol.simulator.stories.simulated import SimulatedWorld
from callcontrol.simulator.stories.story import BadStory, PlacedCall, Story, read_story
from callcontrol.vocabulary.agent import AgentAction, AgentState
from callcontrol.vocabulary.moment import periods_at
from callcontrol.vocabulary.queue import Occasion
from tests.simulator.desk import Line

EXAMPLE = Path(__file__).parents[2] / "deploy" / "example"
TOLD = """
story: a queue
offline: ["122"]
do:
  - [0.0, agent anna log_in]
  - [0.02, agent anna pause lunch]
  - [0.01, unregister 121]
calls:
  - {from: "+48500100200", to: "+48221234588", after_s: 0.01, presses: [[4.0, "1"]]}
expect: []
heard: [{who: "121", what: bridged, with: caller}]
"""
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def story(tmp_path: Path, text: str = TOLD) -> Story:
    file = tmp_path / "33-told.yaml"
    file.write_text(text, encoding="utf-8")
    return read_story(file)


# --- reading ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("agent anna log_in", AgentActs("anna", AgentAction.LOG_IN)),
        ("agent anna pause long lunch", AgentActs("anna", AgentAction.PAUSE, "long lunch")),
        ("register 121", Registers("121", online=True)),
        ("unregister 104-app", Registers("104-app", online=False)),
    ],
)
def test_actions_are_read(text: str, action: object) -> None:
    assert read_action(text) == action


@pytest.mark.parametrize("text", ["", "agent anna", "agent anna dances", "register", "register 1 2", "wait 3"])
def test_what_is_no_action_is_refused_with_what_would_be(text: str) -> None:
    with pytest.raises(BadAction, match=r"agent NAME ACTION.*log_out"):
        read_action(text)


def test_a_story_with_a_bad_action_names_its_file(tmp_path: Path) -> None:
    with pytest.raises(BadStory, match=r"33-told.yaml.*dances"):
        story(tmp_path, TOLD.replace("log_in", "dances"))


def test_everything_happens_in_the_order_of_its_times_and_actions_before_calls(tmp_path: Path) -> None:
    assert [(at_s, type(what).__name__) for at_s, what in timeline(story(tmp_path))] == [
        (0.0, "AgentActs"),
        (0.01, "Registers"),
        (0.01, "PlacedCall"),
        (0.02, "AgentActs"),
    ]


# --- telling ---------------------------------------------------------------------------------------------------


@dataclass
class Scene:
    """A world and its agents that only write down what is asked of them."""

    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def arrange(self, told: Story) -> None:
        self.asked.append(("arrange", told.name))

    def place(self, call: PlacedCall) -> str:
        self.asked.append(("place", call.number))
        return "call-7"

    def register(self, account: str, *, online: bool) -> None:
        self.asked.append(("register", account, online))

    def wait_until_over(self, placed: Sequence[str], timeout_s: float) -> None:
        self.asked.append(("wait", *placed))

    def heard(self) -> Sequence[Heard]:
        domain = "acme.example"
        return [
            Heard(1, f"121@{domain}", "bridged", {"with": "call-7"}),
            Heard(1, "call-7", "bridged", {"with": f"121@{domain}"}),
        ]

    def reset(self, tenant: str, offline: Collection[str]) -> None:
        self.asked.append(("reset", tenant, *offline))

    def act(self, tenant: str, agent: str, action: AgentAction, detail: str) -> None:
        self.asked.append((tenant, agent, action, detail))


def player(scene: Scene, redis: Redis, *, agents: bool = True) -> Player:
    settings = read_configuration(EXAMPLE).settings
    return Player(scene, settings, redis, "postgresql://127.0.0.1:1/none", agents=scene if agents else None)


def test_a_story_is_told(tmp_path: Path, redis_client: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcontrol.simulator.stories.player.RECORDS_S", 0.0)
    scene = Scene()
    told = player(scene, redis_client).play(story(tmp_path))
    assert scene.asked == [
        ("arrange", "a queue"),
        ("reset", TENANT, "122"),
        (TENANT, "anna", AgentAction.LOG_IN, ""),
        ("register", "121", False),
        ("place", "+48500100200"),
        (TENANT, "anna", AgentAction.PAUSE, "lunch"),
        ("wait", "call-7"),
    ]
    assert told.differences == ()
    assert [(one.who, one.detail) for one in told.heard] == [("121", {"with": "caller"}), ("caller", {"with": "121"})]


def test_agents_cannot_act_where_there_are_none(tmp_path: Path, redis_client: Redis) -> None:
    with pytest.raises(BadStory, match="anna"):
        player(Scene(), redis_client, agents=False).play(story(tmp_path))


def _line(switch: SimulatorClient) -> Line:
    return Line(socket.create_connection(("127.0.0.1", switch.port)))


def test_phones_of_the_simulated_world_come_and_go() -> None:
    settings = read_configuration(EXAMPLE).settings
    accounts = [a for name, e in settings.tenants[TENANT].extensions.items() for a in e.accounts(name)]
    with SimulatorClient.start("--quick") as switch, closing(_line(switch)) as line:
        line.ask("auth ClueCon")
        world = SimulatedWorld(switch, settings, lambda: len(accounts))
        world.arrange(Story("", "", {}, (), {}, (), (), (), ()))
        for online in (False, True):
            world.register("121", online=online)
            contact = line.ask("api sofia_contact */121@acme.example")
            assert contact.startswith("sofia/internal/sip:121@") is online


# --- agents ----------------------------------------------------------------------------------------------------


class Telling:
    """What the daemon does at a reload: it tells the live state the layout and whose phones are there."""

    def __init__(self, redis_url: str) -> None:
        self.settings = read_configuration(EXAMPLE).settings
        self.pipeline = RedisPipeline(connect(redis_url, 2.0))
        self.occasion = Occasion(clock.now(), "w", 1, periods_at(clock.now(), ZoneInfo("Europe/Warsaw")))

    def __call__(self) -> None:
        layout = layout_dict(layout_of(self.settings.tenants[TENANT]))
        self._ask("configure", {**layout, "digest": "told", "at": clock.now()})
        self._ask("reach", {"agents": {"wanda": True, "yvonne": True, "zenon": False, "xawery": True, "nadia": True}})

    def _ask(self, operation: str, given: dict[str, Any]) -> None:
        done: AsyncResult[Any] = AsyncResult()
        submit(self.pipeline, TENANT, operation, given, self.occasion, lambda reply, trouble: done.set(trouble))
        assert done.get() is None

    def states(self) -> dict[str, AgentState]:
        return {view.name: view.state for view in QueueViews(self.pipeline).agents(TENANT, self.occasion)}

    def close(self) -> None:
        self.pipeline.stop(2.0)


@pytest.fixture
def telling(redis_client: Redis, redis_url: str) -> Iterator[Telling]:
    """Redis is empty."""
    one = Telling(redis_url)
    yield one
    one.close()


@pytest.fixture
def agents(telling: Telling, redis_url: str) -> Iterator[LiveAgents]:
    one = LiveAgents(telling.settings, redis_url, telling)
    yield one
    one.close()


def test_agents_begin_anew_as_their_phones_say(agents: LiveAgents, telling: Telling, redis_client: Redis) -> None:
    kept, forgotten = keys.rules(TENANT), f"{keys.queues(TENANT)}:old"
    redis_client.mset({kept: "1", forgotten: "1"})
    agents.reset(TENANT, ["124"])
    assert redis_client.exists(kept, forgotten) == 1
    states = telling.states()
    assert [states[name] for name in ("wanda", "yvonne")] == [AgentState.READY] * 2
    assert states["zenon"] is AgentState.UNREACHABLE
    assert [states[name] for name in ("xawery", "stefan")] == [AgentState.LOGGED_OUT] * 2


def test_agents_do_as_they_are_told_or_it_is_said_why_not(agents: LiveAgents, telling: Telling) -> None:
    agents.reset(TENANT, ["124"])
    agents.act(TENANT, "xawery", AgentAction.LOG_IN, "")
    agents.act(TENANT, "wanda", AgentAction.PAUSE, "lunch")
    assert (telling.states()["xawery"], telling.states()["wanda"]) == (AgentState.READY, AgentState.PAUSED)
    with pytest.raises(AgentRefused, match="wanda cannot log_out: auto"):
        agents.act(TENANT, "wanda", AgentAction.LOG_OUT, "")


def test_agents_who_never_become_known_are_missed(agents: LiveAgents, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcontrol.simulator.stories.agents.KNOWN_S", 0.0)
    with pytest.raises(TimeoutError, match="acme"):
        agents.reset(TENANT, ["121"])  # her phone is there


# --- comparing -------------------------------------------------------------------------------------------------


def offer(agent: str, how: str) -> PastOffer:
    return PastOffer({"offer": "t1:1", "agent": agent, "offered_at": NOON, "ended_at": NOON, "how": how})


def visit(queue: str, how: str, *offers: PastOffer, agent: str = "", keys: str = "") -> PastVisit:
    pressed = tuple({"at": 0, "key": key} for key in keys)
    told = {"queue": queue, "how": how, "agent": agent, "keys": pressed, "detail": "", "took_up": ""}
    return PastVisit({**told, "first_position": 1, "estimated": False}, offers)


def call(*visits: PastVisit) -> PastCall:
    columns = {"call_id": "c1", "dialled": "+48221234588", "outcome": "answered", "estimated": False}
    return PastCall({**columns, "caller_number": "", "path": (), "recordings": (), "notes": ()}, (), visits)


SALES = visit("sales", "key", offer("zenon", "no_answer"), keys="10")
SUPPORT = visit("support", "answered", offer("wanda", "rejected"), offer("yvonne", "accepted"), agent="yvonne")


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ({"queue": {"name": "support", "left": "answered", "agent": "yvonne", "keys": ""}}, call(SUPPORT)),
        ({"queue": [{"left": "key", "keys": "10"}, {"name": "support"}]}, call(SALES, SUPPORT)),
        ({"queue": {"detail": "/^$/", "position": 1, "estimated": False}}, call(SALES)),
        ({"queue": []}, call()),
        ({"offers": [{"agent": "zenon", "how": "no_answer"}]}, call(SALES)),
        ({"offers": []}, call(visit("support", "abandoned"))),
    ],
)
def test_queues_that_came_out_as_told(expected: dict[str, Any], found: PastCall) -> None:
    assert list(call_differences(expected, found)) == []


@pytest.mark.parametrize(
    ("expected", "found", "said"),
    [
        ({"queue": {"left": "abandoned"}}, call(SUPPORT), "queue support: left should be 'abandoned'"),
        ({"queue": {"left": "answered"}}, call(), "1 queues expected, there are"),
        ({"queue": {"name": "support"}}, call(SALES, SUPPORT), "1 queues expected, there are"),
        ({"queue": {"keys": "1"}}, call(SALES), "keys should be '1'"),
        ({"offers": [{"agent": "zenon", "how": "busy"}]}, call(SALES), "offers .*busy.* expected.*no_answer"),
        ({"offers": [{"agent": "zenon", "how": "no_answer"}]}, call(SALES, SUPPORT), "offers .* expected"),
    ],
)
def test_queues_that_came_out_differently(expected: dict[str, Any], found: PastCall, said: str) -> None:
    (difference,) = call_differences(expected, found)
    assert re.search(said, difference)


BEGAN_US = 1_795_000_000_000_000
RANG = [Heard(BEGAN_US + 5_400_000, "121", "invite", {"number": "+48500100200"})]


@pytest.mark.parametrize(
    "told",
    [
        {"between_s": [0, 6]},
        {"between_s": [5.4, 5.4], "number": "+48500100200"},
        {"between_s": [0, 5.3], "not": True},
        {"between_s": [5.5, 60], "not": True},
    ],
)
def test_what_was_heard_in_its_time(told: dict[str, Any]) -> None:
    assert list(heard_differences([{"who": "121", "what": "invite", **told}], RANG, BEGAN_US)) == []


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"between_s": [0, 5]}, r"121 should have heard invite .* between 0 s and 5 s; heard: \[\(5.4, 'invite'"),
        ({"between_s": [5, 6], "not": True}, "121 should never have heard invite .* between 5 s and 6 s"),
    ],
)
def test_what_was_heard_at_another_time(told: dict[str, Any], said: str) -> None:
    (difference,) = heard_differences([{"who": "121", "what": "invite", **told}], RANG, BEGAN_US)
    assert re.search(said, difference)


@pytest.mark.parametrize("span", ["5", "[5]", "[6, 5]", "[soon, 5]"])
def test_a_span_that_is_none_is_refused(tmp_path: Path, span: str) -> None:
    with pytest.raises(BadStory, match=r"33-told.yaml.*between_s"):
        story(tmp_path, TOLD.replace("with: caller", f"between_s: {span}"))
