"""Records on a spool that only a later version of this program can read: they stay where they are, for a worker of that
version, and so do the records of the same calls behind them. All others go on.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from callcontrol.billing.record_json import call_of, is_newer
from callcontrol.edges.spool import Position, Stored
from callcontrol.vocabulary.moment import Instant

log = logging.getLogger("callcontrol.records")


class LeftRecords:
    """What is left on one spool.

    Attributes:
        first: the first of them, None if there is none. since: when it was spooled.
    """

    def __init__(self) -> None:
        self.first: Position | None = None
        self.since: Instant | None = None
        self._positions: set[Position] = set()
        self._calls: set[str] = set()
        self._is_any_call = False

    @property
    def count(self) -> int:
        """How many records are left."""
        return len(self._positions)

    def without(self, stored: Sequence[Stored]) -> list[Stored]:
        """Those that this program can write now, in their order; the others are left from here on. The same entries may
        come again.
        """
        return [entry for entry in stored if not self._is_left(entry)]

    def _is_left(self, entry: Stored) -> bool:
        if entry.position in self._positions:
            return True
        if is_newer(entry.payload):
            call = call_of(entry.payload)
            log.error("a record stays on the spool: a later version of this program wrote it", extra={"call": call})
            self._leave(entry)
            self._calls.add(call)
            # one that does not say whose it is may be of any call: nothing behind it goes on
            self._is_any_call = self._is_any_call or not call
            return True
        if self._is_any_call or (self._calls and call_of(entry.payload) in self._calls):
            self._leave(entry)
            return True
        return False

    def _leave(self, entry: Stored) -> None:
        self._positions.add(entry.position)
        if self.first is None:
            self.first, self.since = entry.position, entry.at
