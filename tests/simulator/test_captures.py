"""The simulator is held to the captures: given the same commands it says the same things in the same order."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest

from callcontrol.simulator import Behaviour, Call, Manners, Phone, Settings, Simulator, Trunk
from callcontrol.simulator.dialplan import bare
from tests.simulator.replay import UUID, Conversation, Frame, Replay, recorded

SPEED = 10.0
PORT = re.compile(r":\d{5}\b")
AFTER_SOCKET = (("log", "WARNING after-socket fallthrough"), ("playback", "tone_stream://%(1000,4000,425);loops=2"))

# What must be equal in every event, where the recording has it.
FIELDS = (
    "Event-Name",
    "Event-Subclass",
    "Application",
    "Application-Data",
    "Application-Response",
    "Hangup-Cause",
    "Answer-State",
    "Channel-State",
    "Channel-State-Number",
    "Channel-Call-State",
    "Channel-HIT-Dialplan",
    "Call-Direction",
    "Caller-Direction",
    "Caller-Caller-ID-Name",
    "Caller-Caller-ID-Number",
    "Caller-Callee-ID-Name",
    "Caller-Callee-ID-Number",
    "Caller-Destination-Number",
    "Caller-Context",
    "Other-Type",
    "DTMF-Digit",
    "Job-UUID",
    "Job-Command",
    "Job-Command-Arg",
    "Playback-Status",
    "Event-Info",
    "variable_direction",
    "variable_originate_disposition",
    "variable_DIALSTATUS",
    "variable_originate_failed_cause",
    "variable_endpoint_disposition",
    "variable_bridge_hangup_cause",
    "variable_last_bridge_hangup_cause",
    "variable_hangup_cause",
    "variable_hangup_cause_q850",
    "variable_sip_hangup_disposition",
    "variable_sip_term_status",
    "variable_sip_invite_failure_status",
    "variable_hangup_after_bridge",
    "variable_continue_on_fail",
    "variable_cc_digit",
)


@dataclass(frozen=True, slots=True)
class Scene:
    """Phones and the caller of one capture, as its first line says.

    `directions` tell the caller what to do once so many events were heard: "hangs up", or keys to press. By events
    and not by seconds, so that a slow machine changes nothing.
    """

    phones: tuple[Phone, ...] = ()
    trunks: tuple[Trunk, ...] = ()
    directions: tuple[tuple[int, str], ...] = ()
    name: str = "Jan Kowalski"


TALKS_1_S = Phone("101@lab", (Behaviour(after_s=0.5, talk_s=1.0),))
BUSY = Phone("102@lab", (Behaviour("busy", after_s=0.1),))
RINGS = Phone("103@lab", (Behaviour("never_answers"),))
DECLINES = Phone("104@lab", (Behaviour("declines", after_s=0.1),))
SLOW = Phone("105@lab", (Behaviour(after_s=1.2),))
OFFLINE = Phone("109@lab", registered=False)
HOSTILE = "Eve%0ACaller-Destination-Number: 999%0Avariable_tenant: victim"
HOSTILE_DIAL_STRING = "a','b}${hostname}[x=y]|^^:&park()"

SCENES: dict[str, Scene] = {
    "answer-playback-caller-hangs-up": Scene(directions=((6, "hangs up"),)),
    "bridge-answered": Scene((TALKS_1_S,)),
    "bridge-busy": Scene((BUSY,)),
    "bridge-caller-hangs-up-while-ringing": Scene((RINGS,), directions=((2, "hangs up"),)),
    "bridge-declined": Scene((DECLINES,)),
    "bridge-gateway-unknown": Scene(),
    "bridge-no-answer": Scene((RINGS,)),
    "bridge-not-registered": Scene(),
    "bridge-ring-all": Scene((SLOW, TALKS_1_S, RINGS)),
    "bridge-sequential": Scene((RINGS, TALKS_1_S)),
    "bridge-trunk": Scene(trunks=(Trunk("trunk", otherwise=(Behaviour(after_s=0.4, talk_s=1.0),)),)),
    "bridge-user-offline": Scene((OFFLINE,)),
    "caller-cancels-before-answer": Scene(directions=((3, "hangs up"),)),
    "digits": Scene(directions=((4, "7"), (7, "0"))),
    "hostile-caller-name": Scene(name=HOSTILE),
    "hostile-caller-name-dial-string": Scene(name=HOSTILE_DIAL_STRING),
    "record": Scene(directions=((4, "hangs up"),)),
}


def fresh(phone: Phone) -> Phone:
    """The scenes are shared: a simulator gets phones of its own."""
    return Phone(phone.address, phone.behaviours, phone.registered, phone.lines)


class Stage:
    """A simulator with its dialplan's socket in our hands."""

    def __init__(self, scene: Scene) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        plan = bare(f"127.0.0.1:{port}", *AFTER_SOCKET)
        self.simulator = Simulator(
            Settings(dialplan=plan, speed=SPEED, seed="captures", manners=Manners(show_lag_s=0.0))
        ).start()
        for phone in scene.phones:
            self.simulator.phone(fresh(phone))
        for trunk in scene.trunks:
            self.simulator.trunk(Trunk(trunk.name, otherwise=trunk.otherwise, profile="internal"))
        self.names: dict[str, str] = {}
        self._replays: list[Replay] = []

    def accept(self, name: str) -> Replay:
        return self._replay(name, self._listener.accept()[0])

    def connect(self, name: str) -> Replay:
        return self._replay(name, socket.create_connection(("127.0.0.1", self.simulator.port)))

    def _replay(self, name: str, sock: socket.socket) -> Replay:
        self._replays.append(Replay(name, sock, self.names))
        return self._replays[-1]

    def close(self) -> None:
        self.simulator.stop()
        for replay in self._replays:
            replay.close()
        self._listener.close()


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> object:
    stages: list[Stage] = []

    def make(scene: Scene) -> Stage:
        stages.append(Stage(scene))
        return stages[-1]

    yield make
    for one in stages:
        one.close()


def said(frame: Frame, names: dict[str, str]) -> dict[str, str]:
    """An event by the fields that must be equal, without what differs by nature."""
    found = {name: frame.headers[name] for name in FIELDS if name in frame.headers}
    found["stamps"] = " ".join(
        name for name, value in frame.headers.items() if name.endswith(("_uepoch", "-Time")) and value != "0"
    )
    found["causes"] = UUID.sub("", frame.headers.get("variable_originate_causes", ""))
    found["legs"] = UUID.sub("", frame.headers.get("variable_originated_legs", ""))
    app_uuid = frame.headers.get("Application-UUID", "")
    found["app-uuid"] = "made up" if UUID.fullmatch(app_uuid) else app_uuid
    found["body"] = UUID.sub("", frame.body)
    # the recordings' listener had another port
    data = found.get("Application-Data", "")
    if found.get("Application") == "socket":
        found["Application-Data"] = data.partition(" ")[2]
    for ours, theirs in ((theirs, ours) for ours, theirs in names.items()):
        for field in ("Job-Command-Arg", "Application-Data"):
            if field in found:
                found[field] = found[field].replace(ours, theirs)
    return found


def assert_same(name: str, heard: Conversation, names: dict[str, str]) -> None:
    real = recorded(name)
    pairs = zip(settled(heard.events), settled(real.events), strict=False)
    for index, (ours, theirs) in enumerate(pairs):
        assert said(ours, names) == said(theirs, {}), f"{name}: event {index}, {theirs.event}"
    assert len(heard.events) == len(real.events)
    for ours, theirs in zip(heard.replies, real.replies, strict=True):
        assert masked(ours) == masked(theirs), name


def settled(events: list[Frame]) -> list[Frame]:
    """A job's result and the end of its leg come from two threads: recorded in either order, compared in one."""
    found = list(events)
    for index in range(len(found) - 1):
        if (found[index].event, found[index + 1].event) == ("BACKGROUND_JOB", "CHANNEL_HANGUP_COMPLETE"):
            found[index], found[index + 1] = found[index + 1], found[index]
    return found


def masked(frame: Frame) -> list[str]:
    """A reply to the byte, with ids blotted out; the reply to `connect` by its names.

    On a channel that has been through something already, the order of variables tells its whole life.
    """
    if "variable_transfer_history" in frame.headers:
        return sorted(frame.headers)
    if "Event-Name" in frame.headers:
        return list(frame.headers)
    if frame.body.startswith('{"row_count"'):
        return rows_of(frame.body)
    return [PORT.sub(":PORT", UUID.sub("UUID", frame.raw.decode()))]


def rows_of(body: str) -> list[str]:
    """An answer in JSON: the first row without ids and times; of registrations, which are others', the names."""
    row = json.loads(body)["rows"][0]
    if "reg_user" in row:
        return list(row)
    return [f"{name}={value}" for name, value in row.items() if "created" not in name and "uuid" not in name]


@pytest.mark.parametrize("name", sorted(SCENES))
def test_outbound(name: str, stage: Callable[[Scene], Stage]) -> None:
    scene = SCENES[name]
    set_up = stage(scene)
    call_id = set_up.simulator.place(Call("48221234567", "600100200", scene.name, profile="internal"))
    caller = set_up.simulator.callers[call_id]
    replay = set_up.accept(name)
    for events, what in scene.directions:
        replay.when(events, caller.hang_up_now if what == "hangs up" else partial(caller.press, what))
    assert_same(name, replay.finish(), set_up.names)


def test_wrong_password(stage: Callable[[Scene], Stage]) -> None:
    name = "inbound-auth-fail"
    set_up = stage(Scene())
    replay = set_up.connect(name)
    assert_same(name, replay.finish(), set_up.names)
    assert replay.over.wait(5), "the switch closes the connection"


def test_registrations(stage: Callable[[Scene], Stage]) -> None:
    name = "inbound-registrations"
    set_up = stage(Scene((Phone("107@lab", registered=False),)))
    replay = set_up.connect(name)
    replay.when(0, lambda: set_up.simulator.register("107@lab"), replies=3)
    replay.when(1, lambda: set_up.simulator.unregister("107@lab"))
    replay.when(2, set_up.simulator.switch.heartbeat)
    assert_same(name, replay.finish(), set_up.names)


def test_transfer(stage: Callable[[Scene], Stage]) -> None:
    """A blind transfer opens a second outbound connection; the first one keeps hearing everything."""
    transferor = Phone("101@lab", (Behaviour(after_s=0.5, refers=(0.8, "48227770105")),))
    set_up = stage(Scene((transferor, SLOW)))
    watcher = set_up.connect("transfer-inbound")
    watcher.wait_for_replies(3)
    call_id = set_up.simulator.place(Call("48221234567", "600100200", profile="internal"))
    first = set_up.accept("transfer-outbound")
    second = set_up.accept("transfer-outbound-second")
    second.when(2, set_up.simulator.callers[call_id].hang_up_now)
    assert_same("transfer-outbound-second", second.finish(), set_up.names)
    assert_same("transfer-outbound", first.finish(), set_up.names)
    assert_same("transfer-inbound", watcher.finish(), set_up.names)


def test_queue(stage: Callable[[Scene], Stage]) -> None:
    """Agents are tried from an inbound connection while the caller waits on the outbound one."""
    agent = Phone("101@lab", (Behaviour(after_s=0.5, holds=(4.0, 1.0), talk_s=8.0),))
    set_up = stage(Scene((agent, BUSY, RINGS, OFFLINE)))
    set_up.simulator.switch.media.missing.add("local_stream://moh")
    pump = set_up.connect("queue-inbound")
    pump.wait_for_replies(3)
    call_id = set_up.simulator.place(Call("48221234567", "600100200", profile="internal"))
    waiting = set_up.accept("queue-outbound")
    waiting.when(19, set_up.simulator.callers[call_id].hang_up_now)
    assert_same("queue-outbound", waiting.finish(), set_up.names)
    assert_same("queue-inbound", pump.finish(), set_up.names)
