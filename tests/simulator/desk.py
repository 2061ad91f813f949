"""A controller's desk: a simulated switch whose calls come to us, and a hand on every command."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import gevent
import pytest
from gevent.event import Event as Signal

from callcontrol.simulator import Behaviour, Call, Phone, Settings, Simulator
from callcontrol.simulator.dialplan import Action, Dialplan, bare
from tests.simulator.replay import frames, headers_of

SPEED = 20.0
ANSWER_S = 10.0
CALLER = "600100200"
DID = "48221234567"


@dataclass(frozen=True, slots=True)
class Said:
    """One frame of the switch, read."""

    kind: str
    headers: dict[str, str]
    body: str

    @property
    def event(self) -> str:
        return self.headers.get("Event-Name", "") if self.kind.startswith("text/event") else ""

    @property
    def reply(self) -> str:
        return self.headers.get("Reply-Text", "") if self.kind == "command/reply" else self.body


class Line:
    """One event socket connection; every frame is kept."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.said: list[Said] = []
        self.closed = Signal()
        self._replies = 0
        self._waiting: list[Signal] = []
        self._reader = gevent.spawn(self._read)

    def _read(self) -> None:
        try:
            with self.sock.makefile("rb") as lines:
                for raw in frames(lines):
                    self.said.append(read(raw))
                    self._wake()
        except OSError:
            pass  # a connection cut short ends like any other
        finally:
            self.closed.set()
            self._wake()

    def _wake(self) -> None:
        while self._waiting:
            self._waiting.pop().set()

    def wait(self, found: Callable[[], bool], what: str) -> None:
        """Wait until something is so."""
        while not found():
            signal = Signal()
            self._waiting.append(signal)
            assert signal.wait(ANSWER_S), f"{what}; heard: {[one.event or one.reply.strip() for one in self.said]}"

    def send(self, text: str) -> None:
        """Send a command without waiting."""
        self.sock.sendall(text.encode() + b"\n\n")

    def ask(self, text: str) -> str:
        """Send a command; what is answered."""
        self.send(text)
        self._replies += 1
        self.wait(lambda: len(self.replies()) >= self._replies, f"no answer to {text!r}")
        return self.replies()[self._replies - 1].reply

    def replies(self) -> list[Said]:
        return [one for one in self.said if one.kind in ("command/reply", "api/response")]

    def events(self, name: str = "", **wanted: str) -> list[Said]:
        """The events of this name with these headers (`_` for `-`)."""
        named = {key.replace("_", "-"): value for key, value in wanted.items()}
        return [
            one
            for one in self.said
            if one.event
            and (not name or one.event == name)
            and all(one.headers.get(key) == value for key, value in named.items())
        ]

    def event(self, name: str, **wanted: str) -> Said:
        """Wait for an event."""
        self.wait(lambda: bool(self.events(name, **wanted)), f"no {name} {wanted}")
        return self.events(name, **wanted)[0]

    def execute(self, app: str, argument: str = "", app_uuid: str = "", *, lock: bool = False, more: str = "") -> str:
        """Order an application; what is answered."""
        return self.ask(order(app, argument, app_uuid, lock=lock, more=more))

    def done(self, app: str, argument: str = "") -> Said:
        """Order an application and wait for its end."""
        self._number = getattr(self, "_number", 0) + 1
        app_uuid = f"app-{self._number}"
        self.execute(app, argument, app_uuid)
        return self.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID=app_uuid)

    def close(self) -> None:
        self.sock.close()
        self._reader.kill()


class CallLine(Line):
    """An outbound connection, connected and hearing everything about its call."""

    def __init__(self, sock: socket.socket, *, greet: bool = True, linger: bool = True) -> None:
        super().__init__(sock)
        self.uuid = ""
        if greet:
            self.ask("connect")
            self.uuid = self.replies()[0].headers["Unique-ID"]
            if linger:
                assert self.ask("linger 2").startswith("+OK")
            assert self.ask("myevents json") == "+OK Events Enabled"


def order(app: str, argument: str = "", app_uuid: str = "", *, lock: bool = False, more: str = "") -> str:
    lines = ["sendmsg", "call-command: execute", f"execute-app-name: {app}"]
    lines += [f"execute-app-arg: {argument}"] if argument else []
    lines += [f"Event-UUID: {app_uuid}"] if app_uuid else []
    lines += ["event-lock: true"] if lock else []
    lines += [more] if more else []
    return "\n".join(lines)


def read(raw: bytes) -> Said:
    """Read a frame of either encoding."""
    head, _, body = raw.partition(b"\n\n")
    outer = headers_of(head)
    kind = outer.get("Content-Type", "")
    if kind == "text/event-json":
        inner = {name: text_of(value) for name, value in json.loads(body).items()}
        return Said(kind, inner, inner.get("_body", ""))
    if kind == "text/event-plain":
        lines, _, rest = body.partition(b"\n\n")
        return Said(kind, headers_of(lines), rest.decode())
    return Said(kind, outer, body.decode())


def text_of(value: str | list[str]) -> str:
    """The several values of a JSON header as a plain event has them."""
    return value if isinstance(value, str) else "ARRAY::" + "|:".join(value)


class Desk:
    """A simulator, and the socket its dialplan hands calls to."""

    def __init__(
        self, *after_socket: Action, settings: Settings | None = None, plan: Callable[..., Dialplan] = bare
    ) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(ANSWER_S)
        self.sockets = f"127.0.0.1:{self.listener.getsockname()[1]}"
        chosen = replace(settings or Settings(speed=SPEED, seed="desk"), dialplan=plan(self.sockets, *after_socket))
        self.simulator = Simulator(chosen).start()
        self.lines: list[Line] = []
        self.call_id = ""

    def phone(self, address: str, *behaviours: Behaviour, registered: bool = True, lines: int = 0) -> None:
        self.simulator.phone(Phone(address, behaviours or (Behaviour(),), registered, lines))

    def call(self, call: Call | None = None, *, greet: bool = True, linger: bool = True) -> CallLine:
        """Place a call and take it."""
        self.call_id = self.simulator.place(call or Call(DID, CALLER))
        return self.accept(greet=greet, linger=linger)

    def accept(self, *, greet: bool = True, linger: bool = True) -> CallLine:
        line = CallLine(self.listener.accept()[0], greet=greet, linger=linger)
        self.lines.append(line)
        return line

    def connect(self) -> Line:
        """An inbound connection, not yet authenticated."""
        line = Line(socket.create_connection(("127.0.0.1", self.simulator.port)))
        self.lines.append(line)
        return line

    def watch(self, *names: str) -> Line:
        """An authenticated inbound connection that hears these events."""
        line = self.connect()
        assert line.ask("auth ClueCon") == "+OK accepted"
        if names:
            assert line.ask(f"event json {' '.join(names)}") == "+OK event listener enabled json"
        return line

    def heard(self, who: str = "") -> list[str]:
        """What a party heard: the caller without a name."""
        return [one.what for one in self.simulator.heard(who or self.call_id)]

    def ended(self) -> dict[str, str]:
        """How the call ended."""
        return self.simulator.wait_for_end(self.call_id, ANSWER_S)

    def close(self) -> None:
        self.simulator.stop()
        for line in self.lines:
            line.close()
        self.listener.close()


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk whose dialplan ends with the last resort 503."""
    one = Desk(("respond", "503"))
    yield one
    one.close()
