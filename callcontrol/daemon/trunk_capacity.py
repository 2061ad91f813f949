"""Channels of trunks: a leg goes out through a trunk only if it has a channel there, counted over all workers.

A trunk without limits is counted too, so that an emergency call finds who can give way, but nothing waits for that. A
leg of an emergency call never waits. While Redis is away each worker counts its own legs alone: all workers together
may then have up to their number times the channels, and the carrier's own limit holds.
"""

from __future__ import annotations

import logging
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import gevent

from callcontrol.config.settings import Settings
from callcontrol.control import commands as do
from callcontrol.control.call import Call
from callcontrol.edges import clock, trunk_meters
from callcontrol.edges.containment import contained
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.trunks import LEASE_S, Full, Holder, Limits, TrunkStore
from callcontrol.routing.plan import LegPlan, TrunkNumber
from callcontrol.routing.trunk_quality import Quality
from callcontrol.vocabulary.leg import Certainty, Leg, LegChange
from callcontrol.vocabulary.outcome import NO_FAULT, Outcome
from callcontrol.vocabulary.target import EmergencyTarget

log = logging.getLogger(__name__)

RENEW_S = LEASE_S / 3
# What says nothing of a trunk: others were faster, or the caller gave up.
_TAKEN_BACK = (Outcome.ELSEWHERE, Outcome.ABANDONED)

Planned = tuple[str, LegPlan]
# The legs that may go out, and why each of the others may not.
OnAdmitted = Callable[[tuple[Planned, ...], Mapping[str, str]], None]


@dataclass(slots=True)
class _Admission:
    """Legs of one command that wait for their channels."""

    legs: Sequence[Planned]
    then: OnAdmitted
    waiting: set[str]
    refused: dict[str, str] = field(default_factory=dict)

    def answered(self, leg: str, why: str) -> None:
        self.waiting.discard(leg)
        if why:
            self.refused[leg] = why
        if not self.waiting:
            self.then(tuple(one for one in self.legs if one[0] not in self.refused), self.refused)


class TrunkCapacity:
    """The channels that this worker's calls have.

    Args:
        store: where all workers count; None: this one is alone.
    """

    def __init__(self, worker: str = "", store: TrunkStore | None = None) -> None:
        self._worker = worker
        self._store = store
        self._held: defaultdict[str, dict[str, Holder]] = defaultdict(dict)
        self._starts: defaultdict[str, deque[float]] = defaultdict(deque)  # of the last second, in order
        self._told_resting: frozenset[str] = frozenset()
        self.quality: Mapping[str, Quality] = {}  # by trunk: what has come of its calls over all workers, as last read

    def start(self, trunks: Callable[[], Iterable[str]], rests: Callable[[], Mapping[str, float]]) -> None:
        """From now on renew what is held, read how well these trunks do, and tell which rest here.

        Args:
            rests: the trunks that rest at this worker, and for how long (seconds).
        """
        gevent.spawn(self._run, trunks, rests)

    def admit(self, command: do.Bridge | do.Originate, call: Call, settings: Settings, then: OnAdmitted) -> None:
        """Ask for the channels of its legs; `then` is called once, at once where none has to be waited for."""
        asked = [(leg, name) for leg, plan in command.legs if (name := _trunk_of(plan, settings))]
        limits = {name: _limits(settings, name) for _, name in asked}
        holders = {leg: self._holder(leg, call) for leg, _ in asked}
        limited = {leg for leg, name in asked if limits[name] != Limits() and not holders[leg].emergency}
        admission = _Admission(command.legs, then, set(limited))
        for leg, name in asked:
            self._claim(name, holders[leg], limits[name], admission.answered if leg in limited else None)
        if not limited:
            then(tuple(command.legs), {})

    def learn(self, call: Call, news: Sequence[LegChange], settings: Settings) -> None:
        """Take up how a call's legs have changed: channels of those that ended are free."""
        for was, leg in news:
            if leg.trunk not in settings.trunks:
                continue
            if leg.end is None:
                self._held[leg.trunk].setdefault(leg.id, self._holder(leg.id, call))
            elif was is None or was.end is None or was.certainty is Certainty.ESTIMATED:
                self._held[leg.trunk].pop(leg.id, None)
                self._release(leg)

    def over(self, call: Call) -> None:
        """The call is no longer ours: the leases of its legs are another worker's, or run out."""
        for leg in call.legs:
            self._held[leg.trunk].pop(leg.id, None)

    def take(self, call: Call, settings: Settings) -> None:
        """The call is ours, perhaps after its worker died."""
        self.learn(call, [(None, leg) for leg in call.legs if leg.end is None], settings)

    def make_room(self, trunk: str, then: Callable[[bool], None], give_way: Callable[[str, str], None]) -> None:
        """Have an ordinary leg of the trunk end; `then` hears whether there was one.

        Args:
            give_way: has this worker's own leg (call, leg) end, for where Redis is away.
        """

        def answered(found: bool, trouble: LiveStateError | None) -> None:
            then(found if trouble is None else self._own_gives_way(trunk, give_way))

        if self._store is None:
            then(self._own_gives_way(trunk, give_way))
        else:
            self._store.make_room(trunk, answered)

    def _own_gives_way(self, trunk: str, give_way: Callable[[str, str], None]) -> bool:
        ordinary = [one for one in self._held[trunk].values() if not one.emergency]
        if ordinary:
            give_way(ordinary[-1].call, ordinary[-1].leg)
        return bool(ordinary)

    def _claim(self, trunk: str, holder: Holder, limits: Limits, on_answer: Callable[[str, str], None] | None) -> None:
        def claimed(full: Full | None, trouble: LiveStateError | None, *, is_last: bool = False) -> None:
            if on_answer is None:
                return
            if trouble is not None and self._store is not None and not is_last:
                # One round trip that failed is no Redis that is away: asked again, nothing is counted twice.
                self._store.claim(trunk, holder, limits, partial(claimed, is_last=True))
                return
            if trouble is not None:
                full = self._full_by_own_count(trunk, holder, limits)
            if full is None:
                self._begins(trunk, limits)
            else:
                trunk_meters.trunk_full_total.labels(trunk, full.value).inc()
            on_answer(holder.leg, _words(trunk, full, limits))

        self._held[trunk][holder.leg] = holder
        if self._store is None:
            claimed(self._full_by_own_count(trunk, holder, limits), None)
        else:
            self._store.claim(trunk, holder, limits, claimed)

    def _full_by_own_count(self, trunk: str, holder: Holder, limits: Limits) -> Full | None:
        others = sum(one.leg != holder.leg for one in self._held[trunk].values())
        if limits.channels and others >= limits.channels:
            return Full.CHANNELS
        return Full.RATE if limits.per_second and len(self._latest(trunk)) >= limits.per_second else None

    def _begins(self, trunk: str, limits: Limits) -> None:
        if limits.per_second:
            self._latest(trunk).append(clock.monotonic())

    def _latest(self, trunk: str) -> deque[float]:
        """When this worker's calls of the last second began."""
        starts, since = self._starts[trunk], clock.monotonic() - 1
        while starts and starts[0] <= since:
            starts.popleft()
        return starts

    def _holder(self, leg: str, call: Call) -> Holder:
        known = call.leg(leg)
        is_emergency = known is not None and known.target.startswith(f"{EmergencyTarget.kind}:")
        return Holder(leg, call.id, call.tenant, self._worker, is_emergency)

    def _release(self, leg: Leg) -> None:
        if self._store is None or leg.end is None:
            return
        stamps = leg.end.stamps
        talk_us = stamps.talk_us if stamps is not None and stamps.answered is not None else None
        says = leg.end.outcome not in _TAKEN_BACK and leg.end.cause not in NO_FAULT
        counts = stamps is not None and says and leg.certainty is not Certainty.ESTIMATED
        self._store.release(leg.trunk, leg.id, talk_us, counts=counts)

    def _run(self, trunks: Callable[[], Iterable[str]], rests: Callable[[], Mapping[str, float]]) -> None:
        while True:
            with contained("loop", "channels of trunks could not be renewed"):
                self.renew()
                self.tell_rests(rests())
                self.read_quality(trunks())
            gevent.sleep(clock.until_tick(RENEW_S))

    def read_quality(self, trunks: Iterable[str]) -> None:
        """Read how well these trunks do. While Redis is away what was read last counts."""
        if self._store is None:
            return
        try:
            self.quality = self._store.qualities(trunks)
        except LiveStateError as error:
            log.info("how well trunks do cannot be read: %s", error)

    def tell_rests(self, rests: Mapping[str, float]) -> None:
        """Tell all hosts which trunks rest at this worker, and for how long (seconds)."""
        if self._store is not None:
            for trunk in self._told_resting | rests.keys():
                self._store.rests(trunk, self._worker, rests.get(trunk, 0))
        self._told_resting = frozenset(rests)

    def renew(self) -> None:
        """Keep what is held."""
        for trunk, legs in self._held.items():
            if legs and self._store is not None:
                self._store.renew(trunk, legs.values())


def trunk_legs(legs: Iterable[Planned]) -> bool:
    """Whether any of these goes out through a trunk."""
    return any(isinstance(plan.endpoint, TrunkNumber) for _, plan in legs)


def _trunk_of(plan: LegPlan, settings: Settings) -> str:
    endpoint = plan.endpoint
    return endpoint.trunk if isinstance(endpoint, TrunkNumber) and endpoint.trunk in settings.trunks else ""


def _limits(settings: Settings, name: str) -> Limits:
    trunk = settings.trunks[name]
    return Limits(trunk.channels or 0, trunk.calls_per_second or 0)


def _words(trunk: str, full: Full | None, limits: Limits) -> str:
    match full:
        case Full.CHANNELS:
            return f"trunk {trunk} is full: {limits.channels} channels are in use"
        case Full.RATE:
            return f"trunk {trunk} is full: {limits.per_second} calls have begun within a second"
        case None:
            return ""
