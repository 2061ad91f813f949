"""What payers may not do outside for now, as this worker knows it; its running calls that may not go on are told.

A change is published to all workers, who read all of them then, and every few seconds besides. While Redis is away a
worker goes on with what it knows, and a limit that its own calls pass restricts the payer at this worker alone.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Final

import gevent

from callcontrol.control.restriction_events import PayersRestricted
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.edges import clock, restriction_meters
from callcontrol.edges.containment import contained
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.restrictions import RestrictionStore
from callcontrol.vocabulary.restriction import Level, Restriction, Restrictions, RestrictPayer, by_payer

log = logging.getLogger(__name__)

# How often all are read, whatever was heard (seconds); what a message that was lost has told is known then.
READ_S: Final = 5.0
NONE: Final[Restrictions] = MappingProxyType({})
# Who restricts where no person does.
LIMIT: Final = "limit"


class PayerRestrictions:
    """All that are in force.

    Args:
        store: where all workers keep them; None: this one is alone.
        note: takes each that was set here, for the ledger.
        drivers: the calls in progress of this worker.
    """

    def __init__(
        self,
        store: RestrictionStore | None = None,
        note: Callable[[Restriction], object] = lambda restriction: None,
        drivers: Callable[[], Iterable[DrivenCall]] = tuple,
    ) -> None:
        self._store = store
        self._note = note
        self._drivers = drivers
        self._known: dict[tuple[str, str, str], Restriction] = {}
        self._by_tenant: Mapping[str, Restrictions] = {}
        self._shown: set[tuple[str, str]] = set()

    def start(self) -> None:
        """Read them from now on."""
        gevent.spawn(self._run)

    def of(self, tenant: str) -> Restrictions:
        """By payer those of a tenant, in force or not."""
        return self._by_tenant.get(tenant, NONE)

    def carry_out(self, command: RestrictPayer, tenant: str) -> None:
        """A call has passed a limit of a payer."""
        said = {field.name: getattr(command, field.name) for field in fields(command)}
        self.restrict(Restriction(tenant=tenant, at=clock.now(), by=LIMIT, **said))

    def restrict(self, restriction: Restriction) -> None:
        """A limit was passed. What is not stricter than what is in force, or what a person has released, is none."""
        known = self._known.get(restriction.key)
        if known is not None and known.is_in_force(restriction.at) and not _is_stricter(restriction, known):
            return

        def answered(counts: bool, trouble: LiveStateError | None) -> None:
            if trouble is not None:
                log.error("only this worker knows that %s of %s is restricted: %s", *restriction.key[1::-1], trouble)
            if counts or trouble is not None:
                self._set(restriction)

        if self._store is None:
            self._set(restriction)
        else:
            self._store.restrict(restriction, answered)

    def heard(self) -> None:
        """Something has changed."""
        gevent.spawn(self._read_contained)

    def read(self) -> None:
        """Take up what all workers know, and have running calls end that may not go on."""
        if self._store is not None:
            try:
                is_whole, found = self._store.read()
            except LiveStateError as error:
                log.info("restrictions of payers cannot be read: %s", error)
            else:
                kept = {} if is_whole else self._known  # what Redis has lost counts until it is made again
                self._take_up(kept | {one.key: one for one in found})
        self._end_calls()

    def _set(self, restriction: Restriction) -> None:
        """Set here first: it is noted for the ledger, and people are told."""
        tenant, payer, limit = restriction.key
        level = restriction.level
        log.warning("%s of tenant %s is restricted (%s) by %s: %s", payer, tenant, level, limit, restriction.why)
        restriction_meters.restrictions_total.labels(tenant, level).inc()
        self._note(restriction)
        self._take_up({**self._known, restriction.key: restriction})
        self._end_calls()

    def _take_up(self, known: Mapping[tuple[str, str, str], Restriction]) -> None:
        self._known = dict(known)
        of_tenants: defaultdict[str, list[Restriction]] = defaultdict(list)
        for one in known.values():
            of_tenants[one.tenant].append(one)
        self._by_tenant = {tenant: by_payer(ones) for tenant, ones in of_tenants.items()}
        self._show()

    def _end_calls(self) -> None:
        """Calls look by themselves which of their legs may not go on."""
        blocked = {(one.tenant, one.payer) for one in self._known.values() if _blocks_now(one)}
        if not blocked:
            return
        for driver in tuple(self._drivers()):
            tenant = driver.call.tenant
            payers = {leg.payer for leg in driver.call.legs if leg.end is None and leg.paid_number}
            if payers and {(tenant, "tenant"), *((tenant, payer) for payer in payers)} & blocked:
                driver.deliver(PayersRestricted())

    def _show(self) -> None:
        """Payers by how far they are restricted at most."""
        now, strictest = clock.now(), dict[tuple[str, str], Level]()
        for one in self._known.values():
            if one.is_in_force(now) and one.level is not Level.RELEASED:
                payer = one.tenant, one.payer
                strictest[payer] = max(strictest.get(payer, Level.RELEASED), one.level, key=lambda level: level.rank)
        counts: defaultdict[tuple[str, str], int] = defaultdict(int)
        for (tenant, _), level in strictest.items():
            counts[tenant, level.value] += 1
        for tenant, word in self._shown | counts.keys():
            restriction_meters.restricted_payers.labels(tenant, word).set(counts[tenant, word])
        self._shown = set(counts)

    def _read_contained(self) -> None:
        with contained("loop", "restrictions of payers could not be read"):
            self.read()

    def _run(self) -> None:
        while True:
            self._read_contained()
            gevent.sleep(clock.until_tick(READ_S))


def _is_stricter(one: Restriction, known: Restriction) -> bool:
    return known.level is not Level.RELEASED and one.level.rank > known.level.rank


def _blocks_now(one: Restriction) -> bool:
    return one.level.blocks and one.is_in_force(clock.now())
