"""Extensions on calls of this worker, as far as it matters: those that have no call waiting, and those whose phones may
be made to answer by themselves. Others cost nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

import gevent

from callcontrol.config.settings import Settings
from callcontrol.control.call import Call
from callcontrol.daemon.busy_legs import BusyLegs
from callcontrol.edges import clock
from callcontrol.edges.containment import contained
from callcontrol.edges.live_state.on_calls import LEASE_S, OnCall, OnCallStore
from callcontrol.vocabulary.leg import Leg, LegChange, Role
from callcontrol.vocabulary.override import Overrides, call_waiting
from callcontrol.vocabulary.target import extension_in

RENEW_S = LEASE_S / 4


class OnCalls:
    """Tells the live state which extensions are on calls.

    Args:
        store: None: it is told nothing.
        last_known: what phones have set, by tenant, as this worker saw it last.
        lamps: told of the same calls, for busy lamps.
    """

    def __init__(
        self,
        store: OnCallStore | None = None,
        last_known: Callable[[str], Overrides] = lambda tenant: {},
        lamps: BusyLegs | None = None,
    ) -> None:
        self.store = store
        self._lamps = lamps if lamps is not None else BusyLegs()
        self._last_known = last_known
        self._told: dict[str, tuple[str, OnCall]] = {}  # by leg: the tenant, and what was told

    def start(self, calls: Callable[[], Iterable[Call]], settings: Callable[[], Settings]) -> None:
        """Renew what is told of these calls, from now on."""
        gevent.spawn(self._run, calls, settings)

    def _run(self, calls: Callable[[], Iterable[Call]], settings: Callable[[], Settings]) -> None:
        while True:
            gevent.sleep(clock.until_tick(RENEW_S))
            with contained("loop", "extensions on calls could not be written to Redis again"):
                self.renew(calls(), settings())

    def learn(self, call: Call, news: Sequence[LegChange], settings: Settings) -> None:
        """A call's legs have changed so."""
        self._lamps.learn(call, news, settings)
        if self.store is None:
            return
        for _, leg in news:
            if leg.end is not None:
                self._forget(leg.id)
            elif leg.id not in self._told and (one := self._of(call, leg, settings)) is not None:
                self._told[leg.id] = call.tenant, one
                self.store.keep(call.tenant, (one,))

    def take(self, call: Call, settings: Settings) -> None:
        """The call is ours, perhaps after its worker died."""
        self.learn(call, [(None, leg) for leg in call.legs], settings)

    def lost(self, call: Call) -> None:
        """Another worker has the call: it tells of its legs."""
        self._lamps.lost(call)
        for leg in call.legs:
            self._told.pop(leg.id, None)

    def over(self, call: Call) -> None:
        """The call is over."""
        self._lamps.over(call)
        for leg in call.legs:
            self._forget(leg.id)

    def renew(self, calls: Iterable[Call], settings: Settings) -> None:
        """Tell of all again, and of those that have come to matter meanwhile."""
        found: defaultdict[str, list[OnCall]] = defaultdict(list)
        calls = tuple(calls)
        self._lamps.renew(calls, settings)
        for call in calls:
            for one in self._all_of(call, settings):
                self._told[one.leg] = call.tenant, one
                found[call.tenant].append(one)
        if self.store is not None:
            for tenant, those in found.items():
                self.store.keep(tenant, those)

    def _all_of(self, call: Call, settings: Settings) -> Iterator[OnCall]:
        for leg in call.legs:
            if leg.end is None and (one := self._of(call, leg, settings)) is not None:
                yield one

    def _of(self, call: Call, leg: Leg, settings: Settings) -> OnCall | None:
        """The extension at this leg, if it matters that it is on a call."""
        name = call.caller.extension if leg.role is Role.CALLER else extension_in(leg.target)
        tenant = settings.tenants.get(call.tenant)
        extension = tenant.extensions.get(name) if tenant is not None else None
        if tenant is None or extension is None:
            return None
        by_phone = call_waiting(self._last_known(call.tenant), name) if tenant.call_waiting else None
        rings = by_phone.on if by_phone is not None else extension.call_waiting
        return None if rings and name not in tenant.in_reach_of_intercom else OnCall(name, call.id, leg.id)

    def _forget(self, leg: str) -> None:
        told = self._told.pop(leg, None)
        if told is not None and self.store is not None:
            self.store.forget(*told)
