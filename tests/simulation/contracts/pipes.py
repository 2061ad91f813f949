"""The real pipeline on a real Redis, and its twin, with the same interface for the same tests."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import gevent
import orjson

from callcontrol.edges import clock
from callcontrol.edges.embedded import EmbeddedRedis
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.vocabulary.moment import Instant
from tests.simulation.agenda import Agenda
from tests.simulation.pipeline_twin import PipelineTwin, RedisHost
from tests.simulation.process import Process
from tests.simulation.redis_twin import RedisTwin

TIMEOUT_S = 2.0
LONG_S = 20.0
_END = b"nothing more was published"


class Side:
    """One of the two.

    Attributes:
        heard: what was published to the worker `w2`.
    """

    pipeline: RedisPipeline
    heard: list[dict[str, Any]]
    _listener: Any
    _listening: Any

    def settle(self) -> None:
        """Whatever was asked is answered, and what was published is heard."""
        raise AssertionError("a subclass says how")

    def go_away(self) -> None:
        """Redis dies."""
        raise AssertionError("a subclass says how")

    def come_back(self) -> None:
        """It is there again, with its data and without its scripts."""
        raise AssertionError("a subclass says how")

    def wait(self, seconds: float) -> None:
        """Time goes by."""
        raise AssertionError("a subclass says how")

    def waited(self, ask: Callable[[Callable[[Any], None]], None]) -> Any:
        """The answer to something that is answered by callback."""
        found: list[Any] = []
        ask(found.append)
        self.settle()
        (answer,) = found
        return answer

    def trouble_of(self, *command: Any) -> LiveStateError | None:
        """What the pipe says of a command that may fail."""
        found: list[LiveStateError | None] = []
        self.pipeline.submit(*command, on_reply=lambda reply, trouble: found.append(trouble))
        self.wait(TIMEOUT_S)
        (trouble,) = found
        return trouble

    def close(self) -> None:
        """The end."""


class RealSide(Side):
    """A server of the test's own."""

    def __init__(self, server: EmbeddedRedis) -> None:
        self._server = server
        self.pipeline = RedisPipeline(connect(server.address, TIMEOUT_S))
        self.heard = []
        self._listen()

    def _listen(self) -> None:
        # kept, because it closes its connections when it is garbage collected
        self._listener = connect(self._server.address, LONG_S).listener()
        self._listening = self._listener.pubsub(ignore_subscribe_messages=True)
        self._listening.subscribe(keys.inbox("w2"))
        self._listening.get_message(timeout=1)

    def settle(self) -> None:
        """Commands keep their order; a script the server did not know is sent whole behind the first PING."""
        self.pipeline.ask("PING")
        self.pipeline.ask("PUBLISH", keys.inbox("w2"), _END)
        while (text := self._next_message()) != _END:
            self.heard.append(orjson.loads(text))

    def _next_message(self) -> bytes:
        message = None
        while message is None:  # the word of a subscription is none
            message = self._listening.get_message(timeout=1)
        found: bytes = message["data"]
        return found

    def go_away(self) -> None:
        self._server.kill()

    def come_back(self) -> None:
        self._server.start()
        self._listening.close()
        self._listen()

    def wait(self, seconds: float) -> None:
        gevent.sleep(seconds)

    def close(self) -> None:
        self._listening.close()
        self.pipeline.stop(1)


class TwinSide(Side):
    """In memory and in virtual time."""

    def __init__(self) -> None:
        chance = random.Random(1)
        self._agenda = Agenda(Instant(0), chance)
        self._host = RedisHost(RedisTwin(lambda: self._agenda.now_s, clock.now), chance)
        self.pipeline = PipelineTwin(self._host, Process(self._agenda, "w1"))
        self.heard = []
        self._host.server.listeners[keys.inbox("w2")] = lambda text: self.heard.append(orjson.loads(text))

    def settle(self) -> None:
        self.pipeline.ask("PING")
        self.wait(0.05)  # a script the server did not know is sent whole behind it

    def go_away(self) -> None:
        self._host.is_up = False

    def come_back(self) -> None:
        self._host.server.restart()
        self._host.is_up = True

    def wait(self, seconds: float) -> None:
        until_s = self._agenda.now_s + seconds
        while self._agenda.step(until_s):
            assert self._agenda.now_s <= until_s
