"""One worker as its supervisor sees it: a process, and the socket over which it sends its heartbeats."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from callcontrol.edges.heartbeat_message import MAX_LINE, BadHeartbeat, HeartbeatMessage, from_line
from callcontrol.edges.run_queue import waited_for_processor_s
from callcontrol.supervisor.child import Child, Command
from callcontrol.supervisor.timeouts import WorkerTimeouts

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Orders:
    """What every worker is started with.

    Attributes:
        config: the configuration in force (in_force.py).
        listener: descriptor of the listening socket.
        knocked_from: the port from which the call port is probed (port_probe.py).
        environment: variables added to our own.
        launch: makes a process of a command; raises OSError.
    """

    config: Path
    listener: int
    knocked_from: int
    environment: Mapping[str, str] = field(repr=False)
    launch: Callable[[Command], Child]


class WorkerProcess:
    """A started worker.

    Args:
        waited_s: how long a process has waited for a processor so far (run_queue.py).

    Attributes:
        instance: the number it was given, which names its spool and its metrics.
        started_at, ends_by: moments of the supervisor's clock; `ends_by` is set once it was told to end.
        heartbeat: the latest one.
    """

    def __init__(
        self,
        process: Child,
        line: socket.socket,
        instance: int,
        now: float,
        waited_s: Callable[[int], float] = waited_for_processor_s,
    ) -> None:
        line.setblocking(False)
        self._process = process
        self._waited_s = waited_s
        self._waited_at_heard_s = 0.0
        self._line: socket.socket | None = line
        self._unread = b""
        self.instance = instance
        self.started_at = self._heard_at = now
        self.ends_by: float | None = None
        self.heartbeat: HeartbeatMessage | None = None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def line(self) -> socket.socket | None:
        """The descriptor to wait for; None when the worker has closed it."""
        return self._line

    @property
    def is_ready(self) -> bool:
        """Whether it takes calls, by its latest heartbeat."""
        return self.heartbeat is not None and not self.heartbeat.not_ready

    def exit_status(self) -> int | None:
        """None while it lives; negative: the signal that ended it."""
        return self._process.poll()

    def listen(self, now: float) -> None:
        """Read the heartbeats that have come."""
        while self._line is not None:
            try:
                said = self._line.recv(MAX_LINE)
            except BlockingIOError:
                return
            except ConnectionError as error:
                log.info("the line to worker process %d broke: %s", self.pid, error)
                said = b""
            if said:
                self._hear(said, now)
            else:
                self.close()

    def _hear(self, said: bytes, now: float) -> None:
        *lines, self._unread = (self._unread + said).split(b"\n")
        for line in lines:
            try:
                self.heartbeat, self._heard_at = from_line(line), now
                self._waited_at_heard_s = self._waited_s(self.pid)
            except BadHeartbeat as error:
                log.error("worker process %d: %s", self.pid, error)
        self._unread = self._unread[:MAX_LINE]

    def is_overdue(self, now: float, timeouts: WorkerTimeouts) -> str:
        """Why it has to be killed; "" if it need not. A worker that waits for a processor does not hang: killed on a
        host that is overloaded, it would leave the others its calls and the host a start.
        """
        silent_s = now - self._heard_at
        has_spoken = self.heartbeat is not None
        if silent_s > timeouts.silence_s(has_spoken):
            starved_s = max(self._waited_s(self.pid) - self._waited_at_heard_s, 0.0)
            if silent_s > timeouts.silence_s(has_spoken, starved_s):
                return f"it hangs: no heartbeat for {silent_s:.1f} s, {starved_s:.1f} s of it without a processor"
        if self.ends_by is not None and now > self.ends_by:
            return "it did not end in time"
        return ""

    def tell_to_end(self, now: float, timeouts: WorkerTimeouts) -> None:
        """Send SIGTERM: it drains. Doing so again changes nothing."""
        if self.ends_by is None:
            self.ends_by = now + timeouts.end_s
            self.send(signal.SIGTERM)

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless the process has ended."""
        self._process.send_signal(number)

    def close(self) -> None:
        """Close the socket of its heartbeats."""
        if self._line is not None:
            self._line.close()
            self._line = None


def start(orders: Orders, instance: int, now: float) -> WorkerProcess:
    """A new worker at this instance.

    Raises:
        OSError: the system starts no process.
    """
    words = ("work", "--slot", str(instance), "--knocked-from", str(orders.knocked_from))
    return _started(orders, instance, now, words, {"--listen": orders.listener})


def start_media_job(orders: Orders, instance: int, now: float) -> WorkerProcess:
    """A new process of the media job; raises OSError as `start`. It inherits no listening socket."""
    return _started(orders, instance, now, ("media",), {})


def start_web(orders: Orders, instance: int, now: float) -> WorkerProcess:
    """A new web process; raises OSError as `start`. It inherits no listening socket."""
    return _started(orders, instance, now, ("web",), {})


def _started(
    orders: Orders, instance: int, now: float, words: tuple[str, ...], descriptors: Mapping[str, int]
) -> WorkerProcess:
    ours, theirs = socket.socketpair()
    with theirs:
        command = Command(
            (*words, "--config", str(orders.config)),
            {**descriptors, "--pulse": theirs.fileno()},
            orders.environment,
        )
        try:
            process = orders.launch(command)
        except OSError:
            ours.close()
            raise
    return WorkerProcess(process, ours, instance, now)
