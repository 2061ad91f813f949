"""The simulator is held to the captures: given the same commands it says the same things in the same order."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass

import gevent
import pytest

from callcontrol.simulator import Behaviour, Call, Phone, Settings, Simulator, Trunk
from callcontrol.simulator.dialplan import bare
from tests.simulator.replay import UUID, Conversation, Frame, Replay, recorded

SPEED = 10.0
AFTER_SOCKET = (("log", "WARNING after-socket fallthrough"), ("playback", "tone_stream://%(1000,4000,425);loops=2"))
CALLER = {"to": "48221234567", "number": "600100200", "name": "Jan Kowalski"}

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
    """Phones and the caller of one capture, as its first line says."""

    call: Call | None
    phones: tuple[Phone, ...] = ()
    trunks: tuple[Trunk, ...] = ()


def call(**more: object) -> Call:
    return Call.read({**CALLER, **more})


TALKS_1_S = Phone("101@lab", (Behaviour(after_s=0.5, talk_s=1.0),))
BUSY = Phone("102@lab", (Behaviour("busy", after_s=0.1),))
RINGS = Phone("103@lab", (Behaviour("never_answers"),))
DECLINES = Phone("104@lab", (Behaviour("declines", after_s=0.1),))
SLOW = Phone("105@lab", (Behaviour(after_s=1.2),))
OFFLINE = Phone("109@lab", registered=False)
HOSTILE = "evil%0ACaller-Destination-Number: 999%0AUnique-ID: forged%0AvariableX: y"

SCENES: dict[str, Scene] = {
    "answer-playback-caller-hangs-up": Scene(call(hangup_after_s=1.35)),
    "bridge-answered": Scene(call(), (TALKS_1_S,)),
    "bridge-busy": Scene(call(), (BUSY,)),
    "bridge-caller-hangs-up-while-ringing": Scene(call(cancel_after_s=1.0), (RINGS,)),
    "bridge-declined": Scene(call(), (DECLINES,)),
    "bridge-gateway-unknown": Scene(call()),
    "bridge-no-answer": Scene(call(), (RINGS,)),
    "bridge-not-registered": Scene(call()),
    "bridge-ring-all": Scene(call(), (SLOW, TALKS_1_S, RINGS)),
    "bridge-sequential": Scene(call(), (RINGS, TALKS_1_S)),
    "bridge-trunk": Scene(call(), (), (Trunk("trunk", otherwise=(Behaviour(after_s=0.4, talk_s=1.0),)),)),
    "bridge-user-offline": Scene(call(), (OFFLINE,)),
    "caller-cancels-before-answer": Scene(call(cancel_after_s=0.54)),
    "digits": Scene(call(digits=[(1.0, "7"), (1.7, "0")])),
    "record": Scene(call(hangup_after_s=2.0)),
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
        self.simulator = Simulator(Settings(dialplan=plan, speed=SPEED, seed="captures")).start()
        for phone in scene.phones:
            self.simulator.phone(fresh(phone))
        for trunk in scene.trunks:
            self.simulator.trunk(Trunk(trunk.name, otherwise=trunk.otherwise))
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


def compare(name: str, heard: Conversation, names: dict[str, str]) -> None:
    real = recorded(name)
    for index, (ours, theirs) in enumerate(zip(heard.events, real.events, strict=False)):
        assert said(ours, names) == said(theirs, {}), f"{name}: event {index}, {theirs.event}"
    assert [one.event for one in heard.events] == [one.event for one in real.events]
    for ours, theirs in zip(heard.replies, real.replies, strict=True):
        assert masked(ours) == masked(theirs), name


def masked(frame: Frame) -> bytes:
    """A reply to the byte, with ids blotted out; the reply to `connect` by its names."""
    if "Event-Name" in frame.headers:
        return "\n".join(frame.headers).encode()
    return UUID.sub("UUID", frame.raw.decode()).encode()


@pytest.mark.parametrize("name", sorted(SCENES))
def test_outbound(name: str, stage: Callable[[Scene], Stage]) -> None:
    scene = SCENES[name]
    set_up = stage(scene)
    assert scene.call is not None
    set_up.simulator.place(scene.call)
    replay = set_up.accept(name)
    heard = replay.finish()
    compare(name, heard, set_up.names)
    gevent.sleep(0)
