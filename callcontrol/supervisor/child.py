"""Processes the supervisor is the parent of, however they were started: by exec, or by the fork server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

# What systemd passes to the supervisor and must not reach the workers.
_NOT_FOR_CHILDREN = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


class Child(Protocol):
    """What is done with one: `subprocess.Popen` can it."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...
    def send_signal(self, sig: int, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Command:
    """What is to be run.

    Attributes:
        words: what follows `callcontrol`, without the descriptors.
        descriptors: descriptors of ours that it gets, by the option that names each.
        environment: variables added to our own.
    """

    words: tuple[str, ...]
    descriptors: Mapping[str, int]
    environment: Mapping[str, str] = field(repr=False)


def executed(command: Command) -> subprocess.Popen[bytes]:
    """The command as a new process.

    Raises:
        OSError: the system starts no process.
    """
    named = [word for option, descriptor in command.descriptors.items() for word in (option, str(descriptor))]
    ours = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_CHILDREN}
    return subprocess.Popen(
        [sys.executable, "-m", "callcontrol", *command.words, *named],
        env=ours | dict(command.environment),
        stdin=subprocess.DEVNULL,
        pass_fds=tuple(command.descriptors.values()),
    )


class AdoptedChild:
    """A process that the fork server made and this process inherited (orphans.py)."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._status: int | None = None

    def poll(self) -> int | None:
        """None while it lives; negative: the signal that ended it."""
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._status = os.waitstatus_to_exitcode(status) if pid else None
        return self._status

    def send_signal(self, sig: int, /) -> None:
        """Send a signal, unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, signal.Signals(sig))
