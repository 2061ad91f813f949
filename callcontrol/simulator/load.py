"""Load: many calls at once or so many a second, and how long the daemon took for its first routing command."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from gevent.event import Event as Signal

from callcontrol.edges import clock
from callcontrol.simulator.callers import Call, CallerEnd
from callcontrol.simulator.channel import Channel
from callcontrol.simulator.commands import Command
from callcontrol.simulator.phones import UnknownWord
from callcontrol.simulator.simulator import Simulator
from callcontrol.simulator.switch import Switch
from callcontrol.simulator.watch import Watch

_BATCH_S = 0.01  # calls of an open loop are placed in batches this far apart
_DEFAULT_ROUTING = ("bridge",)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to place: `calls` of them, either `at_once` (a new one when one ends) or `per_second`.

    Calls take turns among `templates`. `routing` are the applications whose order counts as the daemon's first
    routing command. `limit_s` is wall time: what is not over then counts as unfinished. With `ramp_per_second` the
    first `at_once` calls do not come all in one moment but so many a second. `listen`: what callers and phones hear is
    remembered meanwhile, which costs the simulator time; its own pauses for garbage are put off, so that they do not
    count as the daemon's.
    """

    calls: int
    at_once: int = 0
    per_second: float = 0.0
    templates: tuple[Call, ...] = (Call("48221234567"),)
    routing: tuple[str, ...] = _DEFAULT_ROUTING
    limit_s: float = 300.0
    ramp_per_second: float = 0.0
    listen: bool = False

    @staticmethod
    def read(words: Mapping[str, Any]) -> Plan:
        """A plan from the control channel's JSON; raises UnknownWord."""
        unknown = sorted(set(words) - set(Plan.__dataclass_fields__))
        if unknown:
            raise UnknownWord(f"{', '.join(unknown)} of a load: it has {', '.join(Plan.__dataclass_fields__)}")
        given = dict(words)
        if "templates" in given:
            given["templates"] = tuple(Call.read(one) for one in given["templates"])
        if "routing" in given:
            given["routing"] = tuple(given["routing"])
        plan = Plan(**given)
        if bool(plan.at_once) == bool(plan.per_second):
            raise UnknownWord("a load needs either at_once or per_second")
        return plan


@dataclass(slots=True)
class Result:
    """What came out. Milliseconds of wall time, counted from the accepted TCP connection."""

    placed: int = 0
    finished: int = 0
    bridged: int = 0
    unrouted: int = 0
    peak: int = 0
    elapsed_s: float = 0.0
    causes: Counter[str] = field(default_factory=Counter)
    first_command_ms: list[float] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Counts, rates and percentiles for the control channel."""
        return {
            "placed": self.placed,
            "finished": self.finished,
            "unfinished": self.placed - self.finished,
            "bridged": self.bridged,
            "unrouted": self.unrouted,
            "peak_at_once": self.peak,
            "elapsed_s": round(self.elapsed_s, 3),
            "calls_per_s": round(self.finished / self.elapsed_s, 1) if self.elapsed_s else 0.0,
            "causes": dict(self.causes),
            "first_routing_command_ms": percentiles(self.first_command_ms),
        }


def percentiles(values: list[float]) -> dict[str, float]:
    """p50, p90, p99 and the largest, rounded to a microsecond; empty when there are no values."""
    if not values:
        return {}
    ordered = sorted(values)
    last = len(ordered) - 1
    found = {f"p{share}": ordered[round(last * share / 100)] for share in (50, 90, 99)}
    return {name: round(value, 3) for name, value in (*found.items(), ("max", ordered[-1]))}


class _Stopwatch(Watch):
    """Times from the accepted connection to the first routing command."""

    def __init__(self, result: Result, routing: tuple[str, ...]) -> None:
        self._result = result
        self._routing = frozenset(routing)
        self._opened: dict[str, float] = {}

    def opened(self, channel: Channel) -> None:
        self._opened[channel.uuid] = clock.monotonic()

    def command(self, channel: Channel, command: Command) -> None:
        if command.headers.get("execute-app-name") not in self._routing:
            return
        began = self._opened.pop(channel.uuid, None)
        if began is not None:
            self._result.first_command_ms.append((clock.monotonic() - began) * 1000)

    def forget(self, uuid: str) -> bool:
        """The call is over; whether it was opened but never routed."""
        return self._opened.pop(uuid, None) is not None


@contextmanager
def _no_pauses() -> Iterator[None]:
    """The collector of garbage takes a tenth of a second where thousands of calls have left theirs."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Load:
    """Carries out one Plan."""

    def __init__(self, simulator: Simulator, plan: Plan) -> None:
        self._simulator = simulator
        self._plan = plan
        self._switch: Switch = simulator.switch
        self.result = Result()
        self._stopwatch = _Stopwatch(self.result, plan.routing)
        self._first = min(plan.at_once or plan.calls, plan.calls)  # calls that do not wait for another's end
        self._come = 0  # of these
        self._running = 0
        self._closed = False
        self._done = Signal()
        self._began = 0.0

    def run(self) -> Result:
        """Place all calls and wait for their ends, or for the limit."""
        switch, ears = self._switch, self._simulator.ears
        watch_before, listening_before = switch.watch, ears.listening
        switch.watch, ears.listening = self._stopwatch, self._plan.listen
        self._began = clock.monotonic()
        try:
            with _no_pauses() if self._plan.listen else nullcontext():
                self._open()
                self._done.wait(self._plan.limit_s)
        finally:
            self._closed = True
            switch.watch, ears.listening = watch_before, listening_before
            self.result.elapsed_s = clock.monotonic() - self._began
        return self.result

    def _open(self) -> None:
        """What should have been placed by now is placed now, and the rest when its time comes."""
        per_second = self._plan.per_second or self._plan.ramp_per_second
        elapsed_s = clock.monotonic() - self._began
        due = min(int(elapsed_s * per_second) + 1, self._first) if per_second else self._first
        for _ in range(due - self._come):
            self._place()
        self._come = due
        if due < self._first and not self._closed:
            self._simulator.timeline.call_later(_BATCH_S * self._simulator.timeline.speed, self._open)

    def _place(self) -> None:
        if self._closed or self.result.placed >= self._plan.calls:
            return
        result, templates = self.result, self._plan.templates
        call = templates[result.placed % len(templates)]
        result.placed += 1
        self._running += 1
        result.peak = max(result.peak, self._running)
        end = self._switch.place(call)
        end.on_ended.append(lambda: self._over(end))

    def _over(self, end: CallerEnd) -> None:
        result = self.result
        self._running -= 1
        result.finished += 1
        result.causes[(end.ended or {}).get("cause", "")] += 1
        result.bridged += end.bridged
        result.unrouted += self._stopwatch.forget(end.uuid)
        if result.finished == self._plan.calls:
            self._done.set()
        elif self._plan.at_once:
            self._simulator.timeline.call_soon(self._place)
