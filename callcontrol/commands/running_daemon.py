"""The daemon on a data folder, from outside: its process, and what it says of its workers."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.supervisor import pid_file

TIMEOUT_S = 2.0
LOOK_S = 0.2


class NotRunning(RuntimeError):
    """No daemon runs on this data folder."""


@dataclass(frozen=True, slots=True)
class RunningDaemon:
    """One daemon."""

    pid: int
    data: Path
    http: str

    def send(self, number: signal.Signals) -> None:
        """A signal.

        Raises:
            NotRunning: it has just ended.
            PermissionError: it belongs to another user.
        """
        try:
            os.kill(self.pid, number)
        except ProcessLookupError as error:
            raise NotRunning(f"process {self.pid} has just ended") from error

    def is_running(self) -> bool:
        """Whether it still has the data folder."""
        return pid_file.running(self.data) == self.pid

    def told(self) -> dict[str, Any]:
        """Its own word (`/workers`).

        Raises:
            NotRunning: it does not answer.
        """
        try:
            with urlopen(f"http://{self.http}/workers", timeout=TIMEOUT_S) as answer:
                told: dict[str, Any] = json.load(answer)
        except OSError as error:
            raise NotRunning(f"process {self.pid} does not answer at http://{self.http}: {error}") from error
        return told


def daemon_of(settings: Settings) -> RunningDaemon:
    """The daemon that has the data folder of these settings.

    Raises:
        NotRunning: none has.
        OSError: the folder is not ours to read.
    """
    data = Path(settings.data)
    pid = pid_file.running(data)
    if pid is None:
        raise NotRunning(f"no daemon runs on {data.absolute()}")
    return RunningDaemon(pid, data, settings.http)


def looks(within_s: float) -> Iterator[None]:
    """Every LOOK_S, until the time is over."""
    due = clock.monotonic() + within_s
    while clock.monotonic() < due:
        yield
        time.sleep(LOOK_S)


def told_of(told: dict[str, Any]) -> str:
    """The workers in a line."""
    return ", ".join(
        f"worker {one['slot']} {one['state'].replace('_', ' ')}" + (f" ({one['calls']} calls)" if one["calls"] else "")
        for one in told["workers"]
    )
