"""`callcontrol media` of this version, beside a daemon with an older supervisor, which starts no such job."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from callcontrol.simulator.stories.stage import STOP_S, running_from


class Job:
    """The job as a process, once it is started."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def was_started(self) -> bool:
        """Whether it was started, even if it has ended since."""
        return self._process is not None

    def start(self, config: Path, source: Path) -> None:
        """Start it with this configuration and the code of this folder."""
        command = [sys.executable, "-m", "callcontrol", "media", "--config", str(config)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, **running_from(source)
            )

    def ended(self) -> tuple[str, ...]:
        """A finding if it was started and does not run any more."""
        if self._process is None or (status := self._process.poll()) is None:
            return ()
        return (f"with status {status}: see {self._log.name}",)

    def stop(self) -> None:
        """End it, if it runs."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
