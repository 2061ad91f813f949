"""Click-to-call: one worker makes the phone ring and call the number, once, and reports the state."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

import gevent
import pytest
from prometheus_client import REGISTRY

from callcontrol.daemon import click_to_calls
from callcontrol.daemon.click_to_calls import ClickToCalls
from callcontrol.daemon.registrations import Registrations
from callcontrol.daemon.switch_links import SwitchLinks
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock
from callcontrol.edges.freeswitch.click_to_call import ring_and_call
from callcontrol.edges.freeswitch.failures import JobTimedOut, UnsafeText
from callcontrol.edges.freeswitch.inbound import JobResult
from callcontrol.edges.live_state.click_to_calls import ClickToCallStore
from callcontrol.edges.live_state.inbox import Inbox
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.routing.plan import Account, LegPlan, Shown
from callcontrol.vocabulary.click_to_call import ClickStage, ClickState, ClickToCall
from tests.config.example import example
from tests.edges.freeswitch import dial_parser

NUMBER = "+48223334455"
DOMAIN = "acme.example"


def request(extension: str = "104", tenant: str = "acme", number: str = NUMBER) -> ClickToCall:
    return ClickToCall(clock.new_id(), tenant, extension, number, 20)


class Link:
    """A switch that answers an originate as the test says."""

    is_up = True
    pacing = SimpleNamespace(slack_s=0.0)

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer = "+OK channel"

    def bgapi(self, command: str, _job: str, _for_s: float) -> JobResult:
        self.asked.append(command)
        if not self.answer:
            raise JobTimedOut(seconds=1, job_uuid="j")
        return JobResult(self.answer)


class Scene:
    """A worker with one switch, at which both phones of 104 are registered."""

    def __init__(self, pipeline: RedisPipeline) -> None:
        self.link, phones = Link(), Registrations(("fs1",))
        rows = [
            {"reg_user": user, "realm": DOMAIN, "expires": str(clock.now() // 10**6 + 60)}
            for user in ("104", "104-app")
        ]
        phones.read("fs1", rows)
        self.store = ClickToCallStore(pipeline)
        links = SimpleNamespace(
            link_of=lambda name: self.link,
            best=lambda names: next(iter(names), "fs1"),
            profile_of=lambda name: "internal",
        )
        current = SimpleNamespace(configuration=SimpleNamespace(settings=example(), prices_of=lambda tenant: None))
        shared = SimpleNamespace(current=current, registrations=phones)
        self.clicks = ClickToCalls(cast(WorkerContext, shared), cast(SwitchLinks, links), self.store)

    def carry_out(self, asked: ClickToCall) -> ClickState | None:
        self.clicks.carry_out(asked)
        return self.store.state_of(asked)


@pytest.fixture
def pipeline(redis_url: str) -> Iterator[RedisPipeline]:
    """A pipeline to a real Redis."""
    opened = RedisPipeline(connect(redis_url, 2.0))
    yield opened
    opened.stop(1.0)


@pytest.fixture
def scene(pipeline: RedisPipeline) -> Scene:
    """A worker."""
    return Scene(pipeline)


def test_both_phones_ring_and_the_one_picked_up_dials_as_itself(scene: Scene) -> None:
    assert scene.carry_out(request()) == ClickState(ClickStage.PICKED_UP)
    (line,) = scene.link.asked
    command, _, argument = line.partition(" ")
    assert command == "originate"
    assert argument.endswith(f" {NUMBER} XML internal")
    found = dial_parser.originate_command(f"{argument.removesuffix(f' {NUMBER} XML internal')} &park()")
    assert [address for _, address in found.legs] == [f"sofia/internal/{user}%{DOMAIN}" for user in ("104", "104-app")]
    for (own, _), user in zip(found.legs, ("104", "104-app"), strict=True):
        assert (own["user_name"], own["domain_name"]) == (user, DOMAIN)
        assert own["origination_caller_id_number"] == NUMBER
        assert own["execute_on_answer"] == "set process_cdr=true"
    assert found.variables["process_cdr"] == "false"
    assert not {"cc_call", "cc_tenant"} & set(found.variables)


def test_one_request_is_carried_out_once(scene: Scene, pipeline: RedisPipeline) -> None:
    asked, other = request(), Scene(pipeline)
    assert scene.carry_out(asked) == other.carry_out(asked) == ClickState(ClickStage.PICKED_UP)
    assert (len(scene.link.asked), len(other.link.asked)) == (1, 0)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("-ERR USER_BUSY\n", ClickState(ClickStage.NOT_PICKED_UP, "USER_BUSY")),
        ("-ERR NO_ANSWER\n", ClickState(ClickStage.NOT_PICKED_UP, "NO_ANSWER")),
    ],
)
def test_a_phone_that_is_not_picked_up(scene: Scene, answer: str, expected: ClickState) -> None:
    scene.link.answer = answer
    assert scene.carry_out(request()) == expected


def test_a_request_that_cannot_be_carried_out_gives_the_reason(scene: Scene) -> None:
    offline = scene.carry_out(request("102"))
    assert offline == ClickState(ClickStage.OFFLINE, "no phone of it is registered")
    gone = scene.carry_out(request("999"))
    assert gone == ClickState(ClickStage.FAILED, "acme has no extension 999 here")
    assert scene.carry_out(request(tenant="unknown")) is not None
    scene.link.is_up = False
    assert scene.carry_out(request()) == ClickState(ClickStage.FAILED, "no connection to switch fs1")
    assert scene.link.asked == []
    scene.link.is_up, scene.link.answer = True, ""
    lost = scene.carry_out(request())
    assert lost is not None
    assert lost.stage is ClickStage.FAILED


def test_an_invalid_number_is_never_sent() -> None:
    leg = LegPlan("extension:104", Account("104", DOMAIN), 20, Shown(NUMBER))
    for number in ("1 2", "12\n", "${x}", "&park()"):
        with pytest.raises(UnsafeText):
            ring_and_call((("l1", leg),), number, "internal")


def test_a_request_goes_to_the_inbox_of_a_live_worker(redis_url: str, pipeline: RedisPipeline) -> None:
    heard: list[ClickToCall] = []
    store, asked = ClickToCallStore(pipeline), request()
    inbox = Inbox(redis_url, "w-click", print, print, print, on_click=heard.append)
    inbox.start()
    due = clock.monotonic() + 10
    while not heard and clock.monotonic() < due:
        if store.send(asked, "w-click"):
            gevent.sleep(0.05)
    inbox.stop()
    assert heard[0] == asked
    assert store.state_of(asked) is None


def test_more_than_a_worker_carries_out_are_left_to_another(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(click_to_calls, "MAX_CLICKS", 0)
    before = REGISTRY.get_sample_value("callcontrol_limits_reached_total", {"limit": "MAX_CLICKS"}) or 0
    scene.clicks.asked(request())
    assert REGISTRY.get_sample_value("callcontrol_limits_reached_total", {"limit": "MAX_CLICKS"}) == before + 1
    assert scene.link.asked == []
