"""Signals as something to wait for beside sockets: what came meanwhile is read one by one, in order."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Any

MANY = 4_096


class Signals:
    """From its making on, these signals do nothing but wake whoever waits; a context manager."""

    def __init__(self, numbers: Sequence[signal.Signals]) -> None:
        self._numbers = numbers
        self._read, self._write = socket.socketpair()
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Signals:
        for one in (self._read, self._write):
            one.setblocking(False)
        signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, _only_wake) for number in self._numbers}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(-1)
        self._read.close()
        self._write.close()

    def fileno(self) -> int:
        """To wait for."""
        return self._read.fileno()

    def take(self) -> Iterator[signal.Signals]:
        """What came since the last time."""
        try:
            came = self._read.recv(MANY)
        except BlockingIOError:
            return
        yield from (signal.Signals(number) for number in came)


def _only_wake(_number: int, _frame: FrameType | None) -> None:
    """Python has written the number to the wakeup descriptor by now."""
