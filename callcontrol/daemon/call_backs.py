"""Call backs of emergency services that this worker awaits: those of its own calls at once, those of others soon."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import gevent

from callcontrol.edges import clock
from callcontrol.edges.containment import contained
from callcontrol.edges.live_state.call_backs import CallBackStore
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.vocabulary.call_back import ExpectedCallBack

log = logging.getLogger(__name__)

# How often those of other workers are read (seconds): no emergency service calls back sooner.
READ_S = 3.0


class CallBacks:
    """As many as numbers were shown in emergency calls of late.

    Args:
        store: where all workers keep them; None: this worker is alone.
    """

    def __init__(self, store: CallBackStore | None = None) -> None:
        self._store = store
        self._by_number: dict[str, ExpectedCallBack] = {}

    def start(self) -> None:
        """Read those of others from now on."""
        gevent.spawn(self._run)

    def expect(self, expected: ExpectedCallBack) -> None:
        """A number was shown in an emergency call; the latest call counts."""
        self._by_number[expected.number] = expected
        if self._store is not None:
            self._store.write(expected)

    @property
    def tenants(self) -> Mapping[str, str]:
        """Tenant by number that is awaited to be called back."""
        if not self._by_number:  # every call asks
            return {}
        now = clock.now()
        return {number: one.tenant for number, one in self._by_number.items() if one.until > now}

    def extension_at(self, tenant: str, number: str) -> str:
        """The extension whose phone is called back at this number (E.164), "" if none is."""
        found = self._by_number.get(number)
        return found.extension if found is not None and found.tenant == tenant and found.until > clock.now() else ""

    def _run(self) -> None:
        while True:
            with contained("loop", "awaited call backs could not be read"):
                self.read()
            gevent.sleep(clock.until_tick(READ_S))

    def read(self) -> None:
        """Take up what others await."""
        now = clock.now()
        if self._store is None:
            return
        try:
            found = {one.number: one for one in self._store.read(now)}
        except LiveStateError as error:
            log.info("awaited call backs cannot be read: %s", error)
            return
        mine = {number: one for number, one in self._by_number.items() if one.until > now}
        self._by_number = mine | {n: one for n, one in found.items() if n not in mine or one.until > mine[n].until}
