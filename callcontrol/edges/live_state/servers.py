"""What one Redis address leads to: one server, a master that sentinels know, or the masters of a cluster.

A command that a server refused because it is not the one to ask, or not now, was not executed: it may be sent again.
Everything else that goes wrong may have happened, so nothing is ever repeated for it (redis-py 8 would by itself).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, Protocol

import redis
from redis.backoff import NoBackoff
from redis.exceptions import (
    AskError,
    ClusterDownError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    TryAgainError,
)
from redis.retry import Retry

Command = tuple[Any, ...]
Reply = Any

# Redis 6.2 puts the reason why a script could not write at the end of the script's error, Redis 7 reports it as for any
# command. Memory is checked before a script's first write only, so no script ends half way for lack of it.
_CODE: Final = r"(^|@user_script: [0-9]+: -)"
# The master is about to be replaced, or misses its replicas: another server, or the same in a moment, takes it.
_WRITES_NOTHING: Final = re.compile(_CODE + r"(READONLY|NOREPLICAS|MISCONF) ")
# Memory has to be freed, a script has to end, a permission has to be given: all servers refuse until an admin acts.
_TAKES_NOTHING: Final = re.compile(_CODE + r"(OOM|BUSY) ")
_UNTIL_MENDED: Final = (OutOfMemoryError, NoPermissionError)
_NOT_HERE: Final = (AskError, ClusterDownError, ReadOnlyError, TryAgainError)  # MOVED and MASTERDOWN are kinds of these


class Unreachable(redis.ConnectionError):
    """There is no connection to the server, so nothing was sent to it."""


class Servers(Protocol):
    """The servers behind one pipeline. What stays together is a slot: one of a cluster's, or everything there is.

    Commands of one slot keep their order; a slot can change its server.

    Attributes:
        timeout_s: how long an answer of a server may take.
        failovers: masters that were replaced by others since the start.
    """

    timeout_s: float
    failovers: int

    @property
    def version(self) -> int:
        """Another number as soon as any slot has another server."""
        ...

    def hash_slot_of(self, command: Command) -> int:
        """The slot of what the command is about."""
        ...

    def server_of(self, hash_slot: int) -> str:
        """The server that has the slot, as far as is known; nothing is sent."""
        ...

    def is_known(self, server: str) -> bool:
        """Whether any slot has this server."""
        ...

    def execute(self, server: str, commands: Sequence[Command]) -> list[Reply]:
        """One round trip; the answers, errors of Redis among them.

        Raises:
            Unreachable: nothing was sent.
            redis.RedisError, OSError: the server is away; what it executed is not known.
        """
        ...

    def look_around(self) -> None:
        """Ask the servers which of them has which slots now.

        Raises:
            redis.RedisError, OSError: no server answers.
        """
        ...

    def listener(self) -> redis.Redis:
        """A client to subscribe with: what is published anywhere is heard there.

        Raises:
            redis.RedisError, OSError: there is no such server now.
        """
        ...

    def close(self) -> None:
        """Close all connections."""
        ...


def client_of(url: str, timeout_s: float) -> redis.Redis:
    """A client of one server that never repeats a command by itself."""
    client: redis.Redis = redis.Redis.from_url(
        url,
        retry=Retry(NoBackoff(), 0),
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        decode_responses=False,
    )
    return client


def is_refusal(reply: Reply) -> bool:
    """Whether the command was certainly not executed, for a reason that passes."""
    if not isinstance(reply, redis.ResponseError):
        return False
    return goes_again(reply) or isinstance(reply, _UNTIL_MENDED) or _TAKES_NOTHING.search(str(reply)) is not None


def goes_again(reply: Reply) -> bool:
    """Whether it is a refusal that another server, or the same one in a moment, may not repeat."""
    if not isinstance(reply, redis.ResponseError):
        return False
    return isinstance(reply, _NOT_HERE) or _WRITES_NOTHING.search(str(reply)) is not None
