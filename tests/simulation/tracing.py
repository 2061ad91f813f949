"""What happened to one call, told step by step: for a person who looks for the reason of a broken promise."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from callcontrol.control import machine
from callcontrol.daemon import call_driver
from tests.simulation.agenda import Agenda
from tests.simulation.redis_twin import RedisTwin
from tests.simulation.switch_twin import SwitchTwin

LAST = 30


class Tracing:
    """Listens to one call (or agent) while a run is repeated.

    Args:
        about: the call's id, or what an agent's name ends with.

    Attributes:
        happenings: the last of them.
    """

    def __init__(self, agenda: Agenda, about: str, last: int = LAST) -> None:
        self.happenings: deque[str] = deque(maxlen=last)
        self._agenda = agenda
        self._about = about

    @contextmanager
    def on(self, server: RedisTwin, switches: list[SwitchTwin]) -> Iterator[None]:
        """While it lasts, everything is heard."""
        step, queue = machine.step, server.queue_operation
        with mock.patch.object(call_driver, "machine", mock.Mock(wraps=machine, step=self._stepping(step))):
            server.queue_operation = self._asking(queue)  # type: ignore[method-assign]  # only while it is listened to
            for switch in switches:
                switch.told = self._told
            yield

    def _told(self, call: str, what: str) -> None:
        if self._about in call:
            self._note("switch", what)

    def _stepping(self, step: Any) -> Any:
        def stepped(call: Any, event: Any, facts: Any) -> Any:
            moved, commands = step(call, event, facts)
            if self._about in call.id:
                names = ", ".join(map(_short, commands))
                state = f"{_name(call.state)} -> {_name(moved.state)}" if moved.state is not call.state else "same"
                self._note(call.worker, f"{_short(event)}: {state}: {names}")
            return moved, commands

        return stepped

    def _asking(self, queue: Any) -> Any:
        def asked(names: tuple[str, ...], words: tuple[Any, ...]) -> Any:
            reply = queue(names, words)
            if self._about in str(words) or self._about in str(reply):
                self._note(words[2], f"{words[0]} {words[-1].decode()[:200]}: {reply}")
            return reply

        return asked

    def _note(self, who: str, what: str) -> None:
        self.happenings.append(f"{self._agenda.now_s:10.3f}  {who}: {what}"[:500])


def _name(state: Any) -> str:
    return type(state).__name__


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 160 else f"{text[:157]}..."
