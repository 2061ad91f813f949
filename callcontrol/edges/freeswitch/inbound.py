"""Our connection to a switch: logged in, subscribed, watched, and made anew whenever it is lost.

SwitchConnection (`switch_connection.py`) is one connection; SwitchLink keeps one up for ever. What the switch says in
between is lost, so who is told `on_up` reads the state of the switch (show channels, registrations) and compares.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import count
from types import MappingProxyType
from typing import Final

import gevent
from gevent.event import AsyncResult
from gevent.lock import BoundedSemaphore

from callcontrol.edges import clock
from callcontrol.edges.containment import contained
from callcontrol.edges.freeswitch.commands import Api, Auth, BgApi, Command, Execute, Filter, Subscribe, UserAuth
from callcontrol.edges.freeswitch.failures import (
    ApiError,
    ClosedHere,
    CommandRefused,
    ConnectionLost,
    EventSocketError,
    HandlerFailed,
    HeartbeatLost,
    JobTimedOut,
    NotWanted,
    ReplyTimedOut,
    reached,
)
from callcontrol.edges.freeswitch.pacing import CommandPacing
from callcontrol.edges.freeswitch.peer_account import account_behind
from callcontrol.edges.freeswitch.replies import REFUSALS, OnEvent, ReadEvent, Reply, WithReply, ignore
from callcontrol.edges.freeswitch.sockets import Address
from callcontrol.edges.freeswitch.switch_connection import LinkLimits, SwitchConnection
from callcontrol.edges.freeswitch.wire import SwitchEvent, everything, read_event

log = logging.getLogger(__name__)

OWN_EVENTS: Final = ("HEARTBEAT", "BACKGROUND_JOB")
# How long an originate waits for its turn, besides what the switch is slow (seconds).
TURN_S: Final = 5.0
CORE_UUID: Final = Api("global_getvar core_uuid")


@dataclass(frozen=True, slots=True)
class JobResult:
    """What a bgapi command came to: `+OK value`, `-ERR cause`, or plain output."""

    text: str

    @property
    def ok(self) -> bool:
        """Whether it is no refusal."""
        return not self.text.startswith(REFUSALS)

    @property
    def value(self) -> str:
        """The text without its `+OK` or `-ERR`: of an originate the new channel's uuid, or the cause of its failure."""
        return self.text.removeprefix("+OK").removeprefix("-ERR").strip()


class SwitchLink:
    """Keeps a connection to one switch up, and says when it goes up and down.

    Args:
        names, custom: events to subscribe to, on every connection anew; HEARTBEAT and BACKGROUND_JOB always are.
        only: by event, the header and the value with which it is wanted; the switch keeps the others of it back.
        on_event: gets them, in the reader: it must not block, and must not wait for the switch. If it raises, that
            event is lost, and the connection stands: all calls of the switch hang on it.
        on_up: gets the Core-UUID; events may already have come. It may wait for the switch.
        on_down: gets the reason, after each on_up once.
        on_restart: gets the old and the new Core-UUID: the switch has lost its calls. Called before on_up.
        wanted: gets the bytes of each JSON event, of OWN_EVENTS too, and says whether it is read: that takes some
            20 µs, a look for one header in it (`wire.peek`) a quarter of them.
        read: reads the events that are wanted.
        chance: spreads the retries of many workers.
    """

    def __init__(
        self,
        name: str,
        place: Address,
        login: Auth | UserAuth,
        *,
        names: tuple[str, ...] = (),
        custom: tuple[str, ...] = (),
        only: Mapping[str, tuple[str, str]] = MappingProxyType({}),
        on_event: OnEvent = ignore,
        on_up: Callable[[str], object] = ignore,
        on_down: Callable[[EventSocketError], object] = ignore,
        on_restart: Callable[[str, str], object] | None = None,
        wanted: Callable[[bytes], bool] = everything,
        read: ReadEvent = read_event,
        limits: LinkLimits | None = None,
        chance: random.Random,
    ) -> None:
        self.name = name
        self.core_uuid = ""
        self.failure: Exception | None = None
        self._place = place
        self._login = login
        self._subscription = Subscribe("json", (*OWN_EVENTS, *(n for n in names if n not in OWN_EVENTS)), custom)
        self._filters = tuple(_filters(self._subscription, only)) if only else ()
        self._on_event, self._on_up, self._on_down, self._on_restart = on_event, on_up, on_down, on_restart
        self._wanted = wanted
        self._read = read
        self._limits = limits or LinkLimits()
        self.pacing = CommandPacing(name, self._limits.jobs)
        self._chance = chance
        self._ids = count(1)
        self._connection: SwitchConnection | None = None
        self._heard = self._up_since = 0.0
        self._account: int | None = None
        self._jobs: dict[str, AsyncResult] = {}
        self._free_jobs = BoundedSemaphore(self._limits.jobs)
        self._supervisor: gevent.Greenlet | None = None

    @property
    def is_up(self) -> bool:
        """Whether commands can be sent now."""
        return self._connection is not None and self._connection.connected

    @property
    def account(self) -> int | None:
        """The account of this host that had the other end of the latest connection (`peer_account`), None: none had."""
        return self._account

    @property
    def was_up(self) -> bool:
        """Whether there has been a connection."""
        return self._up_since > 0

    @property
    def up_since(self) -> float:
        """Since when the switch is heard without a break (monotonic seconds); infinite while it is not."""
        return self._up_since if self.is_up else float("inf")

    def start(self) -> None:
        """Connect, and reconnect for ever, from here on."""
        self._supervisor = gevent.spawn(self._supervise)

    def stop(self) -> None:
        """Close, and connect no more; greenlets that wait get ConnectionLost. on_down is not called."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close("the link was stopped")
        if self._supervisor is not None:
            self._supervisor.kill()
        self._fail_jobs(ClosedHere(why="the link was stopped"))

    # --- commands

    def api(self, command: str, timeout_s: float) -> str:
        """The output of a quick command, without its last line break.

        Raises:
            ApiError: it answered -ERR or -USAGE.
            ReplyTimedOut, ConnectionLost, UnsafeText, LimitReached, WouldDeadlock: as Connection.request.
        """
        reply = self._up().request(Api(command), timeout_s)
        if not reply.ok:
            raise ApiError(command=_word(command), said=reply.text.strip()[:200])
        return reply.text.removesuffix("\n")

    def ask(
        self,
        command: str | Execute,
        on_reply: Callable[[Reply], object],
        on_lost: Callable[[EventSocketError], object] | None = None,
    ) -> None:
        """Send a quick command, of the api or to a channel's application, without waiting; `on_reply` is called in the
        reader, if the connection lasts so long, else `on_lost` in a greenlet of its own: the command may have been
        carried out.

        Raises:
            ConnectionLost, UnsafeText, LimitReached: it was not sent.
        """
        number = self.pacing.sent()

        def answered(reply: Reply) -> None:
            self.pacing.answered(number)
            on_reply(reply)

        try:
            self._up().send(WithReply(Api(command) if isinstance(command, str) else command, answered, on_lost))
        except EventSocketError:
            self.pacing.forget(number)
            raise

    def tell(self, command: Command) -> None:
        """Send a command whose answer does not matter.

        Raises:
            ConnectionLost, UnsafeText, LimitReached: it was not sent.
        """
        self._up().send(command)

    def poll_events(self) -> None:
        """Let the switch send the events it holds back (`Connection.poll_events`); nothing while the link is down."""
        if self._connection is not None:
            self._connection.poll_events()

    def bgapi(
        self, command: str, job_uuid: str, timeout_s: float, wanted: Callable[[], bool] = lambda: True
    ) -> JobResult:
        """The result of a command that may take long: an originate. At most `jobs` run at once, and as many are without
        their first answer as the switch answers in time (`pacing`); further ones wait.

        Args:
            wanted: asked when its turn has come.

        Raises:
            JobTimedOut: no result within `timeout_s`; the job may still run on.
            LimitReached: its turn did not come in that time (TURN_S), so it was not begun.
            NotWanted: nor was it wanted any more when its turn came.
            CommandRefused: the switch did not begin it, or its Job-UUID is in use.
            ReplyTimedOut, ConnectionLost, UnsafeText, WouldDeadlock: as Connection.request.
        """
        self._up().check_may_wait("a job")
        due = clock.monotonic() + timeout_s
        if not self._free_jobs.acquire(timeout=timeout_s):
            raise reached("jobs", self._limits.jobs, f"jobs at switch {self.name}")
        try:
            return self._run_job(BgApi(command, job_uuid), due, timeout_s, wanted)
        finally:
            self._free_jobs.release()

    def _run_job(self, job: BgApi, due: float, timeout_s: float, wanted: Callable[[], bool]) -> JobResult:
        if job.job_uuid in self._jobs:
            raise CommandRefused(command=_word(job.command), said=f"the Job-UUID {job.job_uuid} is in use")
        waiter = self._jobs[job.job_uuid] = AsyncResult()
        try:
            reply = self._begin_job(job, due, wanted)
            if not reply.ok:
                raise CommandRefused(command=_word(job.command), said=reply.text.strip()[:200])
            if not waiter.wait(max(due - clock.monotonic(), 0.001)) and not waiter.ready():
                raise JobTimedOut(seconds=timeout_s, job_uuid=job.job_uuid)
            result: JobResult = waiter.get(block=False)
            return result
        finally:
            self._jobs.pop(job.job_uuid, None)

    def _begin_job(self, job: BgApi, due: float, wanted: Callable[[], bool]) -> Reply:
        self.pacing.enter(min(max(due - clock.monotonic(), 0.001), TURN_S + self.pacing.slack_s))
        number = self.pacing.sent()
        try:
            if not wanted():
                raise NotWanted(command=_word(job.command))
            reply = self._up().request(job, max(due - clock.monotonic(), 0.001))
            self.pacing.answered(number, originate=True)
        except ReplyTimedOut:
            self.pacing.answered(number)
            raise
        finally:
            self.pacing.forget(number)
            self.pacing.leave()
        return reply

    def _up(self) -> SwitchConnection:
        connection = self._connection
        if connection is None:
            raise ConnectionLost(why=f"the link to switch {self.name} is down ({self.failure or 'not connected yet'})")
        return connection

    def _fail_jobs(self, error: ConnectionLost) -> None:
        jobs, self._jobs = self._jobs, {}
        for waiter in jobs.values():
            waiter.set_exception(error)

    # --- events

    def _take_event(self, event: SwitchEvent) -> None:
        match event.name:
            case "BACKGROUND_JOB":
                waiter = self._jobs.get(event.get("Job-UUID"))
                if waiter is not None:
                    waiter.set(JobResult(event.body))
                    return
            case "HEARTBEAT":
                self._heard = clock.monotonic()
                self._note_core(event.get("Core-UUID"))
        self._on_event(event)

    def _note_core(self, core_uuid: str) -> None:
        old, self.core_uuid = self.core_uuid, core_uuid or self.core_uuid
        if old and self.core_uuid != old:
            log.error("switch %s was restarted: its calls are gone", self.name)
            if self._on_restart is not None:
                self._on_restart(old, self.core_uuid)

    # --- keeping it up

    def _supervise(self) -> None:
        failures = 0
        while True:
            begun = clock.monotonic()
            with contained("switch", f"the link to switch {self.name} failed"):
                self._live_once()
            lived_s = clock.monotonic() - begun
            failures = 1 if lived_s >= self._limits.last_retry_s else failures + 1
            gevent.sleep(self._retry_s(failures))

    def _retry_s(self, failures: int) -> float:
        """Doubling, up to a limit, and half of it by chance."""
        most_s = min(self._limits.first_retry_s * 2.0 ** min(failures - 1, 30), self._limits.last_retry_s)
        return most_s * (0.5 + 0.5 * self._chance.random())

    def _live_once(self) -> None:
        """One connection, from its making to its end."""
        connection_id = f"{self.name}-{next(self._ids)}"
        try:
            self._heard = clock.monotonic()
            connection = SwitchConnection.open(self._place, self._login, self._take_event, connection_id, self._limits)
            connection.wanted, connection.read = self._wanted, self._read
        except (EventSocketError, OSError) as error:
            self.failure = error
            log.warning("switch %s cannot be reached: %s", self.name, error)
            return
        try:
            core_uuid = self._subscribe(connection)
            self._be_up(connection, core_uuid)
        except EventSocketError as error:
            self.failure = error
            log.warning("switch %s cannot be used: %s", self.name, error)
        finally:
            connection.close("the link makes a new one")

    def _subscribe(self, connection: SwitchConnection) -> str:
        for_s = self._limits.connect_s
        for one in self._filters:
            _accepted("filter", connection.request(one, for_s))
        _accepted("event", connection.request(self._subscription, for_s))
        return _accepted(CORE_UUID.command, connection.request(CORE_UUID, for_s))

    def _be_up(self, connection: SwitchConnection, core_uuid: str) -> None:
        self._account = account_behind(connection.sock)
        self._connection, self._up_since = connection, clock.monotonic()
        self._note_core(core_uuid)
        log.info("switch %s is up", self.name)
        try:
            self._tell(partial(self._on_up, core_uuid))
            self._watch(connection)
        except EventSocketError as error:
            connection.end(error)
        finally:
            self._connection = None
        connection.closed.wait(self._limits.connect_s)
        self._go_down(connection.reason or ClosedHere(why="the link makes a new one"))

    def _watch(self, connection: SwitchConnection) -> None:
        """Returns when the connection is over."""
        limit_s = self._limits.heartbeat_s
        while not connection.closed.wait(max(self._heard + limit_s - clock.monotonic(), 0.001)):
            if clock.monotonic() >= self._heard + limit_s:
                connection.end(HeartbeatLost(seconds=limit_s))

    def _go_down(self, reason: EventSocketError) -> None:
        self.failure = reason
        self.pacing.connection_lost()
        log.error("switch %s is down: %s", self.name, reason)
        self._fail_jobs(reason if isinstance(reason, ConnectionLost) else ConnectionLost(why=str(reason)))
        self._tell(partial(self._on_down, reason))

    def _tell(self, callback: partial[object]) -> None:
        try:
            callback()
        except EventSocketError:
            raise
        except Exception as error:
            log.exception("a callback of switch %s failed", self.name)
            raise HandlerFailed(error=type(error).__name__) from error


def _filters(to: Subscribe, only: Mapping[str, tuple[str, str]]) -> Iterator[Filter]:
    """What lets through all that is subscribed to, and of some events only those with such a header. Once there is a
    filter, an event needs one that it matches (mod_event_socket.c, event_handler).
    """
    for name in (*to.names, *(("CUSTOM",) if to.custom else ())):
        yield Filter(*only.get(name, ("Event-Name", name)))


def _accepted(command: str, reply: Reply) -> str:
    if not reply.ok:
        raise CommandRefused(command=command, said=f"{reply.text.strip()[:200]} (esl-allowed-api, esl-allowed-events?)")
    return reply.text.strip()


def _word(command: str) -> str:
    """The command without its arguments: they may be a caller's."""
    return command.partition(" ")[0]
