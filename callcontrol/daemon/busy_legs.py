"""Extensions on calls of this worker, for busy lamps: those of tenants whose installation has such lamps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from callcontrol.config.settings import Settings
from callcontrol.control.call import Call
from callcontrol.edges.live_state.busy_lamps import BusyLegStore
from callcontrol.vocabulary.busy_lamp import BusyLeg
from callcontrol.vocabulary.leg import Leg, LegChange, Role
from callcontrol.vocabulary.target import extension_in


class BusyLegs:
    """Tells the live state which extensions ring and talk.

    Args:
        store: None: it is told nothing.
    """

    def __init__(self, store: BusyLegStore | None = None) -> None:
        self._store = store
        self._told: dict[str, tuple[str, BusyLeg]] = {}  # by leg: the tenant, and what was told

    def learn(self, call: Call, news: Sequence[LegChange], settings: Settings) -> None:
        """A call's legs have changed so."""
        if self._store is None or not settings.busy_lamps:
            return
        for _, leg in news:
            if leg.end is not None:
                self._forget(leg.id)
                continue
            one = _of(call, leg, settings)
            if one is not None and self._told.get(leg.id) != (call.tenant, one):
                self._told[leg.id] = call.tenant, one
                self._store.keep(call.tenant, (one,))

    def lost(self, call: Call) -> None:
        """Another worker has the call: it tells of its legs."""
        for leg in call.legs:
            self._told.pop(leg.id, None)

    def over(self, call: Call) -> None:
        """The call is over."""
        for leg in call.legs:
            self._forget(leg.id)

    def renew(self, calls: Iterable[Call], settings: Settings) -> None:
        """Tell of all again."""
        if self._store is None or not settings.busy_lamps:
            return
        found: defaultdict[str, list[BusyLeg]] = defaultdict(list)
        for call in calls:
            for one in _all_of(call, settings):
                self._told[one.leg] = call.tenant, one
                found[call.tenant].append(one)
        for tenant, those in found.items():
            self._store.keep(tenant, those)

    def _forget(self, leg: str) -> None:
        told = self._told.pop(leg, None)
        if told is not None and self._store is not None:
            self._store.forget(*told)


def _all_of(call: Call, settings: Settings) -> Iterator[BusyLeg]:
    for leg in call.legs:
        if leg.end is None and (one := _of(call, leg, settings)) is not None:
            yield one


def _of(call: Call, leg: Leg, settings: Settings) -> BusyLeg | None:
    """The extension at this leg; who calls is busy from the beginning."""
    is_callers = leg.role is Role.CALLER
    name = call.caller.extension if is_callers else extension_in(leg.target)
    tenant = settings.tenants.get(call.tenant)
    if tenant is None or name not in tenant.extensions:
        return None
    return BusyLeg(name, leg.id, not is_callers and leg.answered is None)
