"""The commands that wait for one Redis server: what is waiting goes out together, in order, in one round trip.

When the server is away every waiting command fails within the socket's timeout, and from then on at once, so that no
call hangs on a store that is known to be gone; every PROBE_S it is tested whether it, or its successor, is
there. What the server refused without executing it is sent again, to the server that is responsible now, for as long
as an answer may take. Then, and at once if no other server would take it (no memory is left), the command fails as if
the server were away: its caller sends it again later. Reads are still answered meanwhile.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gevent
import redis
from gevent.event import Event
from redis.exceptions import MovedError, NoScriptError

from callcontrol.config.credentials import said_by
from callcontrol.edges import clock, meters
from callcontrol.edges.containment import note_fault
from callcontrol.edges.live_state.failures import LiveStateError, ScriptUnknown, StoreAway, StoreOlder, StoreRefused
from callcontrol.edges.live_state.servers import Command, Reply, Servers, Unreachable, goes_again, is_refusal

log = logging.getLogger(__name__)

MAX_BATCH = 500
PROBE_S = 0.25
# Between two attempts at what a server refused (seconds).
PAUSE_S = 0.05
# A server counts as refusing for so long after its last refusal: each worker renews its lease every second (seconds).
REFUSES_S = 5.0
# A reply may step a call, which takes some tenths of a millisecond: the other greenlets have their turn after so many.
TELL_AT_ONCE = 16

# What a script of ours says of values that an older version of it wrote (queue_scripts/version.lua).
OLDER = "OLDER "

OnReply = Callable[[Reply, LiveStateError | None], None]


@dataclass(slots=True, eq=False)
class PendingCommand:
    """A command that waits for its reply.

    Attributes:
        hash_slot: that of its key, see `servers.Servers`.
        last: makes the last argument when the command is sent; None: `command` is whole.
        give_up_at: when a refused command is not sent again any more; 0: it has not been refused.
    """

    command: Command
    on_reply: OnReply
    hash_slot: int
    last: Callable[[], bytes] | None = None
    give_up_at: float = 0.0

    @property
    def whole(self) -> Command:
        """The command as it is sent now."""
        return self.command if self.last is None else (*self.command, self.last())


class ServerConnection:
    """The connection to one server.

    Args:
        rehome: gives commands of this connection to the connections of their servers, after a slot has got another one.
        done: called with each command that has been answered.
    """

    def __init__(
        self,
        servers: Servers,
        server: str,
        rehome: Callable[[ServerConnection], object],
        done: Callable[[PendingCommand], object],
    ) -> None:
        self.server = server
        self.waiting: deque[PendingCommand] = deque()
        self.away_because = ""  # "" while the server answers
        self.times_away = 0
        self.round_trips = 0
        self.commands = 0
        self._servers = servers
        self._rehome = rehome
        self._done = done
        self._version = servers.version
        self._refused_because = ""
        self._refuses_until = 0.0
        self._work = Event()
        self._greenlets = [gevent.spawn(self._run)]

    @property
    def refuses_because(self) -> str:
        """Why the server, which answers, has just refused a command; "" while it takes them."""
        return self._refused_because if clock.monotonic() < self._refuses_until else ""

    def add(self, waiting: PendingCommand) -> None:
        """Add a command to the next round trip."""
        self.waiting.append(waiting)
        self._work.set()

    def stop(self) -> None:
        """Stop; waiting commands are not sent any more."""
        gevent.killall(self._greenlets)

    def _run(self) -> None:
        while True:
            self._work.wait()
            self._work.clear()
            while self.waiting:
                self._turn()

    def _turn(self) -> None:
        if self._version != self._servers.version:
            self._version = self._servers.version
            self._rehome(self)
        batch: Sequence[PendingCommand] = [self.waiting.popleft() for _ in range(min(len(self.waiting), MAX_BATCH))]
        if not batch:
            return
        if self.away_because:
            self._tell(batch, StoreAway(self.away_because))
            return
        batch, commands = self._written(batch)
        try:
            replies = self._execute(commands)
        except Unreachable as error:
            if not self._goes_elsewhere(batch):
                self._tell(batch, self._gone(error))
        except (redis.DataError, UnicodeEncodeError):
            self._without_unsendable(batch)
        except (redis.RedisError, OSError) as error:
            self._tell(batch, self._gone(error))
        except Exception as error:
            note_fault("redis", "a round trip to Redis failed", error)
            self._tell(batch, StoreAway(f"it is not known what Redis did: {said_by(error)}"))
        else:
            self._answered(batch, replies)

    def _written(self, batch: Sequence[PendingCommand]) -> tuple[list[PendingCommand], list[Command]]:
        """The batch, and its commands as they are sent. One whose last argument cannot be made is refused, alone."""
        sent: list[PendingCommand] = []
        commands: list[Command] = []
        for one in batch:
            try:
                commands.append(one.whole)
                sent.append(one)
            except Exception as error:
                note_fault("redis", f"what {one.command[0]} was to write could not be made", error)
                self._tell_one(one, None, StoreRefused(f"{one.command[0]} cannot be sent: {type(error).__name__}"))
        return sent, commands

    def _without_unsendable(self, batch: Sequence[PendingCommand]) -> None:
        """Some command cannot even be written for the wire, so nothing was sent: only that one is refused."""
        wrong = {id(one): why for one in batch if (why := _cannot_be_sent(one.command))}
        if not wrong:
            self._tell(batch, StoreRefused("redis-py cannot send it, and does not say which command is wrong"))
            return
        self.waiting.extendleft(one for one in reversed(batch) if id(one) not in wrong)
        for one in batch:
            if id(one) in wrong:
                self._tell_one(one, None, StoreRefused(wrong[id(one)]))

    def _execute(self, commands: Sequence[Command]) -> list[Reply]:
        self.round_trips += 1
        self.commands += len(commands)
        return self._servers.execute(self.server, commands)

    # --- answers

    def _answered(self, batch: Sequence[PendingCommand], replies: Sequence[Reply]) -> None:
        """Refused commands go first again, in their order; the callbacks of the others are called."""
        now = clock.monotonic()
        again: list[PendingCommand] = []
        for index, (one, reply) in enumerate(zip(batch, replies, strict=True)):
            if index and index % TELL_AT_ONCE == 0:
                gevent.sleep(0)
            if not isinstance(reply, redis.RedisError):
                self._tell_one(one, reply, None)
            elif goes_again(reply) and self._may_go_again(one, now):
                meters.redis_redirects_total.inc(isinstance(reply, MovedError))
                again.append(one)
            else:
                if is_refusal(reply):
                    self._note_refusal(str(reply))
                self._tell_one(one, None, _trouble(one.command, reply))
        if again:
            self.waiting.extendleft(reversed(again))
            self._find_right_server()

    def _note_refusal(self, why: str) -> None:
        if not self.refuses_because:
            log.error("Redis %s answers, but refuses commands now: %s", self.server, why)
        self._refused_because, self._refuses_until = why, clock.monotonic() + REFUSES_S

    def _may_go_again(self, one: PendingCommand, now: float) -> bool:
        if not one.give_up_at:
            one.give_up_at = now + self._servers.timeout_s
        return now < one.give_up_at

    def _find_right_server(self) -> None:
        if not self._looked_around():
            gevent.sleep(PAUSE_S)

    def _goes_elsewhere(self, batch: Sequence[PendingCommand]) -> bool:
        """Whether the server, which has been sent nothing, is replaced: the batch goes to its successors."""
        replaced = self._looked_around()
        now = clock.monotonic()
        if not replaced or not all(self._may_go_again(one, now) for one in batch):
            return False
        self.waiting.extendleft(reversed(batch))
        return True

    def _looked_around(self) -> bool:
        """Ask the servers which slots they have now; whether anything has changed."""
        before = self._servers.version
        try:
            self._servers.look_around()
        except (redis.RedisError, OSError) as error:
            log.info("it is not known which Redis to ask: %s", said_by(error))
        return before != self._servers.version

    def _tell(self, batch: Sequence[PendingCommand], trouble: LiveStateError) -> None:
        for index, one in enumerate(batch):
            if index and index % TELL_AT_ONCE == 0:
                gevent.sleep(0)
            self._tell_one(one, None, trouble)

    def _tell_one(self, one: PendingCommand, reply: Reply, trouble: LiveStateError | None) -> None:
        self._done(one)
        try:
            one.on_reply(reply if trouble is None else None, trouble)
        except Exception as error:
            # One call's mistake must not stop what all calls share.
            note_fault("redis", f"a reply of Redis to {one.command[0]} could not be handled", error)

    # --- away

    def _gone(self, error: Exception) -> StoreAway:
        log.error("Redis %s is away: %s", self.server, said_by(error))
        self.away_because = f"Redis unreachable: {said_by(error)}"
        self.times_away += 1
        self._greenlets[1:] = [gevent.spawn(self._wait_for_return)]
        return StoreAway(self.away_because)

    def _wait_for_return(self) -> None:
        while self._servers.is_known(self.server) and not self._is_back():
            gevent.sleep(PROBE_S)
        log.info("Redis %s is there again, or replaced", self.server)
        self.away_because = ""

    def _is_back(self) -> bool:
        try:
            self._servers.look_around()
            if self._servers.is_known(self.server):
                self._servers.execute(self.server, [("PING",)])
        except (redis.RedisError, OSError) as error:
            self.away_because = f"Redis unreachable: {said_by(error)}"
            return False
        return True


def _cannot_be_sent(command: Command) -> str:
    """Why redis-py cannot write this command, "" if it can."""
    try:
        wrong = [type(part).__name__ for part in command if not _is_sendable(part)]
    except UnicodeEncodeError as error:
        return f"{command[0]} cannot be sent: {error}"
    return f"{command[0]} cannot be sent: it has a part of type {wrong[0]}" if wrong else ""


def _is_sendable(part: Any) -> bool:
    """Raises UnicodeEncodeError for a text that has no bytes."""
    if isinstance(part, str):
        part.encode()
    return isinstance(part, str | bytes | bytearray | memoryview | int | float) and not isinstance(part, bool)


def _trouble(command: Command, reply: redis.RedisError) -> LiveStateError:
    said = f"{command[0]}: {reply}"
    if isinstance(reply, NoScriptError):
        return ScriptUnknown(said)
    if str(reply).startswith(OLDER):
        return StoreOlder(said)
    return StoreAway(f"Redis refuses commands now: {said}") if is_refusal(reply) else StoreRefused(said)
