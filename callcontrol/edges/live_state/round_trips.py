"""Round trips to one Redis over connections that are kept.

redis-py's pool takes longer to lend a connection than a round trip takes: it locks, counts, and asks gevent whether the
server has closed it. Here the system is asked, which takes a microsecond.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import redis
from hiredis import pack_command

from callcontrol.config.credentials import said_by
from callcontrol.edges.live_state.servers import Command, Reply, Unreachable
from callcontrol.edges.unpatched import unpatched


class RoundTrips:
    """What goes to one server.

    Args:
        client: makes the connections and reads the replies.
    """

    def __init__(self, client: redis.Redis) -> None:
        self.client = client
        self._converters: Mapping[str, Callable[[Any], Reply]] = {**client.response_callbacks}
        self._made: list[_Connection] = []
        self._idle: list[_Connection] = []

    def carry_out(self, commands: Sequence[Command]) -> list[Reply]:
        """All of these in one round trip; errors of Redis are among the answers.

        Raises:
            Unreachable: nothing was sent.
            redis.RedisError, OSError: the server is away; what it executed is not known.
        """
        connection = self._idle.pop() if self._idle else self._another()
        try:
            return self._carried_out(connection, commands)
        finally:
            self._idle.append(connection)

    def _carried_out(self, connection: _Connection, commands: Sequence[Command]) -> list[Reply]:
        line = connection.line
        try:
            connection.make_ready()
        except (redis.RedisError, OSError) as error:
            raise Unreachable(said_by(error)) from error
        try:
            line.send_packed_command(_packed(commands))  # what cannot be written is not sent
            return [self._reply(line, command[0]) for command in commands]
        except BaseException:
            line.disconnect()  # the next one would read what is still to come
            raise

    def _reply(self, line: Any, name: Any) -> Reply:
        """As `Redis.parse_response` reads it, which looks for options first that ours never have."""
        try:
            reply = line.read_response()
        except redis.ResponseError as refused:
            return refused.with_traceback(None)  # which would keep all answers of the round trip
        convert = self._converters.get(name)
        return reply if convert is None else convert(reply)

    def _another(self) -> _Connection:
        made = _Connection(self.client.connection_pool.make_connection())
        self._made.append(made)
        return made

    def close(self) -> None:
        """Close all connections, also those that wait for an answer."""
        for connection in self._made:
            connection.line.disconnect()
        self.client.close()


class _Connection:
    """One connection, and what tells that the server has closed it."""

    __slots__ = ("_poll", "_socket", "line")

    def __init__(self, line: Any) -> None:
        self.line = line  # redis-py has no types for what is asked of it
        self._socket: Any = None
        self._poll: Any = None

    def make_ready(self) -> None:
        """Connect, where there is no connection, and where the server has closed it or says what was not asked for."""
        line = self.line
        if self._socket is not None and self._socket is line._sock and not self._poll.poll(0):
            return
        line.disconnect()
        line.connect()
        self._socket = line._sock
        self._poll = unpatched("select", "poll")()
        self._poll.register(self._socket, select.POLLIN)


def _packed(commands: Sequence[Command]) -> list[bytes]:
    """The commands as they go over the wire. redis-py looks for a second word in a command's name, and at the type of
    each argument; ours have one word, and hiredis says which types it takes.

    Raises:
        redis.DataError: an argument is no text, bytes or number.
    """
    try:
        return [b"".join(map(pack_command, commands))]
    except TypeError as error:
        raise redis.DataError(str(error)) from error
