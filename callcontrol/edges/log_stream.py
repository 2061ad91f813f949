"""Standard error that is never waited for: what is logged or printed goes through a bounded buffer to a thread.

The reader of the log may stop reading: a full pipe then holds up whatever writes to it, and here that would be every
call. So lines are dropped and counted instead, and their number is written when the log is read again. The thread is a
system thread: under gevent, a greenlet could not wait in write() without holding up all others.
"""

from __future__ import annotations

import atexit
import io
import os
import sys
from collections.abc import Callable
from select import PIPE_BUF
from typing import Any, Final

from callcontrol.edges.unpatched import unpatched

# Lines that wait for the reader. Each is at most journal.MAX_LINE characters long.
MAX_LINES: Final = 4_096
# How long the end of the process waits for the last lines (seconds).
LAST_LINES_S: Final = 1.0
# Before a write is tried again that the system refused for the moment, or for want of room on the disk (seconds).
AGAIN_S: Final = 0.05
# Lines of so long go out together (seconds): to wake the thread for each costs a call more than to write the line.
GATHER_S: Final = 0.02


class LogStream(io.TextIOBase):
    """A text stream onto a file descriptor; writing to it takes no time, whatever becomes of the text.

    Args:
        file: the descriptor; it stays open.
        told: makes a line of the number of lines that were dropped, for the reader.
    """

    def __init__(self, file: int, told: Callable[[int], str]) -> None:
        self._file = file
        self._told = told
        self._lines: Any = unpatched("queue", "SimpleQueue")()
        self._sleep = unpatched("time", "sleep")
        self._unfinished = ""
        self._refused = 0  # counted by the threads that write
        self._lost = 0  # counted by the thread
        self._is_cut = False
        self._is_idle = True
        unpatched("_thread", "start_new_thread")(self._carry, ())

    @property
    def dropped(self) -> int:
        """The number of dropped lines."""
        return self._refused + self._lost

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, text: str) -> int:
        """Whole lines go on their way; what is no line yet waits for its end, but for no more than a line's length."""
        *lines, rest = (self._unfinished + text).split("\n")
        if len(rest) > io.DEFAULT_BUFFER_SIZE:
            lines, rest = [*lines, rest], ""
        self._unfinished = rest
        for line in lines:
            self._put(f"{line}\n")
        return len(text)

    def close_soon(self) -> None:
        """Wait for what is on its way, a moment at most: the process ends."""
        if self._unfinished:
            self.write("\n")
        for _ in range(int(LAST_LINES_S / 0.01)):
            if self._is_idle and not self._lines.qsize():
                return
            self._sleep(0.01)

    def _put(self, line: str) -> None:
        if self._lines.qsize() >= MAX_LINES:
            self._refused += 1
            return
        self._is_idle = False
        self._lines.put(line.encode("utf-8", errors="backslashreplace"))

    def _carry(self) -> None:
        """The thread: it knows nothing of greenlets, locks or logging, and ends with the process."""
        told, line = 0, b""
        while True:
            self._is_idle = not line and not self._lines.qsize()
            if not line:
                line = self._lines.get()
                self._is_idle = False
                self._sleep(GATHER_S)
            missing = self.dropped - told
            if missing and not self._unwritten(self._told(missing).encode() + b"\n"):
                told += missing
            lines, line = self._gathered(line)
            self._lost += self._unwritten(lines)

    def _gathered(self, first: bytes) -> tuple[bytes, bytes]:
        """Lines that go out together, and the one that follows them, b"" if none waits. The system keeps so many bytes
        together, whatever other processes write to the same pipe.
        """
        lines = first
        while self._lines.qsize():
            line = self._lines.get()
            if len(lines) + len(line) > PIPE_BUF:
                return lines, line
            lines += line
        return lines, b""

    def _unwritten(self, lines: bytes) -> int:
        """Write them; how many of them the system did not take whole. What follows a line that was cut is kept apart
        from it.
        """
        text = rest = b"\n" + lines if self._is_cut else lines
        while rest:
            try:
                rest = rest[os.write(self._file, rest) :]
            except BlockingIOError:  # another process made the descriptor non-blocking
                self._sleep(AGAIN_S)
            except OSError:  # the reader is gone, or the disk is full: counted
                written = text[: len(text) - len(rest)]
                self._is_cut = not written.endswith(b"\n") if written else self._is_cut
                return min(rest.count(b"\n"), lines.count(b"\n"))
        self._is_cut = False
        return 0


def install(told: Callable[[int], str]) -> LogStream:
    """Put one in the place of standard output and standard error, for all that this process prints."""
    stream = LogStream(sys.__stderr__.fileno() if sys.__stderr__ else 2, told)
    sys.stdout = sys.stderr = stream  # what a library prints must not wait either
    atexit.register(stream.close_soon)
    return stream
