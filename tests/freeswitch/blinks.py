"""The connection to the switch's event socket breaks while an agent's phone rings: the leg's end is recorded as the
switch reports it, and the caller gets an agent all the same.
"""

from __future__ import annotations

import os
import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import yaml

from callcontrol.edges import clock
from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.simulator.stories.story import PlacedCall
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, Mishap, arrange, records, wait
from tests.freeswitch.stage import RealStage
from tests.freeswitch.switch import HOST

BYTES: Final = 1 << 16
AWAY_S: Final = 0.5
CALLER: Final = PlacedCall("+48500100423", "+48221234590", hangup_after_s=20.0)
# The first time, the phone rings longer than the connection is down, as do all others.
PHONES: Final = {"121": [{"action": "answers", "after_s": 6}, {"action": "answers", "after_s": 0.3, "talk_s": 1.5}]}


class Relay:
    """A proxy to the event socket that can be cut. A context manager."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._wakes, self._wake = os.pipe()
        self._is_cut = self._is_over = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Relay:
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._wakes, selectors.EVENT_READ)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        self.cut()
        self._thread.join()
        self._listener.close()

    def cut(self) -> None:
        """Break all connections, and every new one at once, until `mend`."""
        self._is_cut = True
        os.write(self._wake, b"x")

    def mend(self) -> None:
        """Let new connections through again."""
        self._is_cut = False

    def _run(self) -> None:
        while not self._is_over:
            for key, _ in self._selector.select():
                if key.fileobj is self._listener:
                    self._accept()
                elif isinstance(key.fileobj, socket.socket) and key.fileobj in self._pairs:
                    self._pass_on(key.fileobj)
                elif key.fd == self._wakes:
                    os.read(self._wakes, 1)
            if self._is_cut:
                for one in tuple(self._pairs):
                    self._close(one)

    def _accept(self) -> None:
        near, _ = self._listener.accept()
        far = socket.create_connection((HOST, self._to))
        for one, other in ((near, far), (far, near)):
            self._pairs[one] = other
            self._selector.register(one, selectors.EVENT_READ)

    def _pass_on(self, one: socket.socket) -> None:
        try:
            text = one.recv(BYTES)
            self._pairs[one].sendall(text)
        except OSError:
            text = b""
        if not text:
            self._close(one)

    def _close(self, one: socket.socket) -> None:
        for end in (one, self._pairs.get(one)):
            if end is not None and self._pairs.pop(end, None) is not None:
                self._selector.unregister(end)
                end.close()


def link_breaks_while_a_phone_rings(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """the event socket's connection breaks while an agent's phone rings: its true end is recorded, then they talk"""
    with Relay(stage.ports.event_socket) as relay, _by_way_of(stage, relay.port):
        arrange(stage, PHONES)
        began = clock.now()
        placed = stage.world.place(CALLER)
        wait(lambda: _rings(stage), "the agent's phone rings")
        relay.cut()
        threading.Event().wait(AWAY_S)
        relay.mend()
        stage.world.wait_until_over([placed], OVER_S)
        (call,) = records(stage, began)
    found = (call.outcome, call.estimated, _of_the_agent(call))
    if found != ("answered", False, (("ORIGINATOR_CANCEL", False), ("NORMAL_CLEARING", True))):
        yield f"a leg that was cancelled and one that talked expected, both exact: there are {found}"


def _rings(stage: RealStage) -> bool:
    return any(heard.what == "invite" and heard.who.startswith("121") for heard in stage.world.heard())


def _of_the_agent(call: PastCall) -> tuple[tuple[str, bool], ...]:
    """Cause of each of the agent's legs, and whether it had been answered."""
    legs = (leg for leg in call.legs if leg.target == "extension:121")
    return tuple((leg.cause, leg.answered_at is not None) for leg in legs)


@contextmanager
def _by_way_of(stage: RealStage, port: int) -> Iterator[None]:
    """Make the daemon reach the switch's event socket through this port."""
    file = stage.config / "callcontrol.yaml"
    before = file.read_text(encoding="utf-8")
    settings = yaml.safe_load(before)
    settings["switches"]["fs1"]["address"] = f"{HOST}:{port}"
    stage.daemon.stop()
    file.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8")
    stage.daemon.start()
    try:
        yield
    finally:
        stage.daemon.stop()
        file.write_text(before, encoding="utf-8")
        stage.daemon.start()


BLINKS: Final[tuple[Mishap, ...]] = (link_breaks_while_a_phone_rings,)
