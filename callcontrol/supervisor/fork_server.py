"""The fork server as the supervisor sees it: it makes workers and jobs in some hundredths of a second.

Without one, because it is killed, hangs or cannot load, processes are started by exec, which takes a second or more of
a core. Each rolling restart begins with a new one, so that successors run the code that is installed then.
"""

from __future__ import annotations

import errno
import logging
import os
import select
import socket
import subprocess
from typing import Final

from callcontrol.edges.fork_message import LOADED, MAX_BYTES, BadForkMessage, ForkRequest, answer_of, to_message
from callcontrol.supervisor.child import AdoptedChild, Child, Command, executed
from callcontrol.supervisor.timeouts import Restarts
from callcontrol.supervisor.views import ForksView

log = logging.getLogger(__name__)

# Until it has loaded everything; on a busy machine many seconds.
LOAD_S: Final = 30.0
# Until it answers; the supervisor waits for it, and does nothing else meanwhile.
ANSWER_S: Final = 5.0


class ForkServer:
    """Starts processes: by its fork server while there is one.

    Args:
        is_possible: whether this process inherits orphans (orphans.py); without that each process is started by exec.
    """

    def __init__(self, is_possible: bool) -> None:
        self._is_possible = is_possible
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._is_loaded = False
        self._started_at = self._start_at = 0.0
        self._waits = Restarts()
        self._forked = self._executed = 0

    @property
    def line(self) -> socket.socket | None:
        """The descriptor to wait for: it is readable when the server has loaded or ended. None if there is none."""
        return self._line

    @property
    def pid(self) -> int:
        """Its process; 0 if there is none."""
        return self._process.pid if self._process is not None else 0

    @property
    def is_loading(self) -> bool:
        """Whether it will soon be there: a process that is started by exec would have to load as much."""
        return self._process is not None and not self._is_loaded

    @property
    def view(self) -> ForksView:
        """As it is shown."""
        return ForksView(self.pid if self._is_loaded else 0, self._forked, self._executed)

    def tend(self, now: float) -> None:
        """Notice what became of it; start a missing one. `now` is a moment of the supervisor's clock."""
        if self._process is not None:
            self._look(self._process, now)
        if self._process is None and self._is_possible and now >= self._start_at:
            self._start(now)

    def renew(self) -> None:
        """Start another in its place, with the code that is installed now."""
        self.stop()
        self._start_at, self._waits = 0.0, Restarts()

    def stop(self) -> None:
        """End it. The processes it made live on."""
        if self._process is not None and self._line is not None:
            self._line.close()
            self._process.kill()
            self._process.wait()
        self._process = self._line = None
        self._is_loaded = False

    def end(self) -> None:
        """End it for good."""
        self.stop()
        self._is_possible = False

    def launch(self, command: Command) -> Child:
        """The command as a new process.

        Raises:
            OSError: the system makes no process.
        """
        if self._is_loaded and self._line is not None:
            try:
                _ask(self._line, command)
            except ConnectionError as error:
                log.error("fork server (process %d) has ended: %s", self.pid, error)
                self.stop()
            else:
                pid = self._answered(self._line)
                self._forked += 1
                return AdoptedChild(pid)
        process = executed(command)
        self._executed += 1
        return process

    def _answered(self, line: socket.socket) -> int:
        """The process that was made. If no answer comes, there may be one: it ends when its line to us is closed."""
        try:
            answer = answer_of(line.recv(MAX_BYTES))
        except (TimeoutError, ConnectionError, BadForkMessage) as error:
            why = f"the fork server (process {self.pid}) does not answer and is given up: {error}"
            self.stop()
            raise OSError(errno.EPROTO, why) from error
        if not answer.pid:
            raise OSError(answer.errno, os.strerror(answer.errno))
        return answer.pid

    def _start(self, now: float) -> None:
        self._started_at = now
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                self._process = executed(Command(("forkserver",), {"--line": theirs.fileno()}, {}))
            except OSError as error:
                ours.close()
                self._gone(f"cannot be started: {error}", now)
                return
        ours.settimeout(ANSWER_S)
        self._line = ours

    def _look(self, process: subprocess.Popen[bytes], now: float) -> None:
        status = process.poll()
        if status is not None:
            self._gone(f"(process {process.pid}) ended with status {status}", now)
        elif self.is_loading and self._line is not None and _has_loaded(self._line):
            self._is_loaded = True
            log.info("fork server is process %d", process.pid)
        elif self.is_loading and now - self._started_at > LOAD_S:
            self._gone(f"(process {process.pid}) is killed: it has not loaded after {LOAD_S:.0f} s", now)

    def _gone(self, how: str, now: float) -> None:
        lived_s = now - self._started_at if self._is_loaded else 0.0
        wait_s = self._waits.wait_after(lived_s)
        self._start_at = now + wait_s
        log.error("fork server %s; the next one starts in %s s, processes are started without it", how, wait_s)
        self.stop()


def _has_loaded(line: socket.socket) -> bool:
    return bool(select.select([line], [], [], 0)[0]) and line.recv(MAX_BYTES) == LOADED


def _ask(line: socket.socket, command: Command) -> None:
    request = ForkRequest(command.words, tuple(command.descriptors), command.environment)
    socket.send_fds(line, [to_message(request)], list(command.descriptors.values()))
