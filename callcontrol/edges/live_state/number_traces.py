"""What Redis has of one number: found, and erased; calls in progress are found, and leave by themselves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Any, Final

from callcontrol.edges.live_state import keys, set_by_hand
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.queue_views import QueueViews
from callcontrol.vocabulary.mailbox import Remove
from callcontrol.vocabulary.queue import Occasion
from callcontrol.vocabulary.written_forms import WrittenForms

_TALKED_WITH: Final = b"talk_number"


class TraceKind(StrEnum):
    """What there is of a number."""

    MESSAGE = "message"  # in a voicemail box
    LANGUAGE = "language"  # the one chosen by key
    CALLBACK = "callback"  # promised by a queue
    PLACE = "place"  # of a queue: the agent who knows the caller, the place had a moment ago, a callback made
    CALLED = "called"  # within the last hour, by a payer whose dear numbers are counted
    AGENT = "agent"  # the number this agent has talked to last
    RULE = "rule"  # that forwards to it, set at run time
    OVERRIDE = "override"  # a duty it has, or a bar against it, set at run time
    CALL_BACK = "call back"  # of an emergency service, awaited
    CALL = "call"  # in progress: it stays until the call ends


# What is not erased: it goes with the call, and what comes of it later loses the number on its way.
ENDING: Final = (TraceKind.CALL,)
_OF_CALLS: Final = (keys.calls, keys.parked, keys.rooms)


@dataclass(frozen=True, slots=True)
class Trace:
    """One of them.

    Attributes:
        where: the box, the queue, the agent or the counter.
        id: of the message, or of the callback's ticket.
    """

    kind: TraceKind
    where: str = ""
    id: str = ""

    def __str__(self) -> str:
        """In words."""
        return " ".join(filter(None, (self.kind, self.id, self.where and f"of {self.where}")))


class NumberTraces:
    """Of a tenant's numbers. Every method waits for Redis, and raises LiveStateError where it is away.

    Args:
        occasion: of an operation on the tenant's queues, now.
    """

    def __init__(self, pipeline: RedisPipeline, tenant: str, occasion: Callable[[str], Occasion]) -> None:
        self._pipeline = pipeline
        self._tenant = tenant
        self._occasion = occasion
        self._boxes = BoxStore(pipeline)

    def find(self, number: str, queues: Collection[str], held: Collection[str]) -> list[Trace]:
        """What there is now; nothing is changed.

        Args:
            held: ids of messages that stay.
        """
        messages = (one for one in self._messages(number) if one.id not in held)
        others = (self._in_queues(number, queues), self._of_agents(number), self._counted(number))
        return [*messages, *chain.from_iterable(others), *self._language(number)]

    def find_set(self, forms: WrittenForms) -> list[Trace]:
        """What was set at run time, or is awaited; nothing is changed."""
        pairs = (
            (TraceKind.RULE, keys.rules(self._tenant)),
            (TraceKind.OVERRIDE, keys.overrides(self._tenant)),
            (TraceKind.CALL_BACK, keys.call_backs()),
        )
        return [Trace(kind, field) for kind, key in pairs for field in set_by_hand.found(self._pipeline, key, forms)]

    def find_calls(self, forms: WrittenForms) -> list[Trace]:
        """Calls in progress that have the number, callers who are parked, or in a conference room, among them."""
        fields = (set_by_hand.found(self._pipeline, key(self._tenant), forms) for key in _OF_CALLS)
        return [Trace(TraceKind.CALL, "", field) for field in chain.from_iterable(fields)]

    def erase_set(self, forms: WrittenForms, traces: Collection[Trace]) -> None:
        """Erase what was set, or is awaited."""
        for trace in traces:
            match trace.kind:
                case TraceKind.RULE:
                    set_by_hand.erase_rule(self._pipeline, self._tenant, trace.where)
                case TraceKind.OVERRIDE:
                    set_by_hand.erase_override(self._pipeline, self._tenant, trace.where, forms)
                case TraceKind.CALL_BACK:
                    self._ask("HDEL", keys.call_backs(), trace.where)

    def erase(self, number: str, traces: Collection[Trace]) -> None:
        """Erase what was found. What is gone meanwhile is no matter."""
        for trace in traces:
            match trace.kind:
                case TraceKind.MESSAGE:
                    self._boxes.put(self._tenant, trace.where, Remove(trace.id))
                case TraceKind.LANGUAGE:
                    self._ask("DEL", keys.language(self._tenant, number))
                case TraceKind.CALLBACK:
                    QueueViews(self._pipeline).take_out(self._tenant, trace.id, self._occasion(self._tenant))
                case TraceKind.PLACE:
                    self._ask("DEL", *keys.kept_of_caller(self._tenant, trace.where, number))
                case TraceKind.CALLED:
                    self._ask("ZREM", keys.numbers_called(self._tenant, trace.where), number)
                case TraceKind.AGENT:
                    self._ask("HSET", keys.agent(self._tenant, trace.where), _TALKED_WITH, "")

    def _messages(self, number: str) -> Iterator[Trace]:
        for box in self._boxes.counts(self._tenant):
            for message in self._boxes.read(self._tenant, box).messages:
                if message.caller == number:
                    yield Trace(TraceKind.MESSAGE, box, message.id)

    def _in_queues(self, number: str, queues: Collection[str]) -> Iterator[Trace]:
        for queue in queues:
            ticket = self._ask("HGET", keys.callbacks(self._tenant, queue), number)
            if ticket is not None:
                yield Trace(TraceKind.CALLBACK, queue, ticket.decode())
            if self._ask("EXISTS", *keys.kept_of_caller(self._tenant, queue, number)):
                yield Trace(TraceKind.PLACE, queue)

    def _of_agents(self, number: str) -> Iterator[Trace]:
        for name in sorted(one.decode() for one in self._ask("SMEMBERS", keys.agents(self._tenant))):
            if self._ask("HGET", keys.agent(self._tenant, name), _TALKED_WITH) == number.encode():
                yield Trace(TraceKind.AGENT, name)

    def _counted(self, number: str) -> Iterator[Trace]:
        for counter in (one.decode() for one in self._ask("ZRANGE", keys.counters_of_numbers(self._tenant), 0, -1)):
            if self._ask("ZSCORE", keys.numbers_called(self._tenant, counter), number) is not None:
                yield Trace(TraceKind.CALLED, counter)

    def _language(self, number: str) -> Iterator[Trace]:
        if self._ask("EXISTS", keys.language(self._tenant, number)):
            yield Trace(TraceKind.LANGUAGE)

    def _ask(self, *command: Any) -> Any:
        return self._pipeline.ask(*command)
