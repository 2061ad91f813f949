"""Signals that can be waited for together with sockets (signal.set_wakeup_fd), and are read one by one, in order."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Any

MANY = 4_096


class Signals:
    """While the context lasts, these signals only wake a select(); `take` returns which came. A context manager."""

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
        """The descriptor to wait for: it is readable after a signal."""
        return self._read.fileno()

    def take(self) -> Iterator[signal.Signals]:
        """The signals since the last call, in order."""
        try:
            came = self._read.recv(MANY)
        except BlockingIOError:
            return
        yield from (signal.Signals(number) for number in came)


def _only_wake(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: Python has already written the number to the wakeup descriptor."""
