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

# Stands for a record that does not say whose it is: it may be of any call, so nothing behind it goes on.
_ANY_CALL = ""


class LeftRecords:
    """What is left on one spool.

    Attributes:
        first: the first of them, None if there is none. since: when it was spooled.
        count: how many there are among those that were carried so far.
    """

    def __init__(self) -> None:
        self.first: Position | None = None
        self.since: Instant | None = None
        self.count = 0
        self._from: dict[str, Position] = {}  # by call: its first record that only a later version can read

    def without(self, stored: Sequence[Stored]) -> list[Stored]:
        """Those that this program can write now, in their order. Where they could not be written the same entries may
        come again: the answer is the same, for what stands before a record that is left does not wait for it.
        """
        return [entry for entry in stored if not self._is_left(entry)]

    def _is_left(self, entry: Stored) -> bool:
        if is_newer(entry.payload):
            self._leave(call_of(entry.payload), entry)
            return True
        if not self._from:
            return False
        behind = (self._from.get(call) for call in (_ANY_CALL, call_of(entry.payload)))
        return any(position is not None and position < entry.position for position in behind)

    def _leave(self, call: str, entry: Stored) -> None:
        if call in self._from:
            return
        self._from[call] = entry.position
        log.error("a record stays on the spool: a later version of this program wrote it", extra={"call": call})
        if self.first is None:
            self.first, self.since = entry.position, entry.at
