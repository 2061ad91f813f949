"""Entries on a spool that only a later version of this program can read: they stay where they are, for a worker of that
version, and so do the entries of the same call or medium behind them. All others go on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from callcontrol.edges.spool import Position, Stored
from callcontrol.vocabulary.moment import Instant

log = logging.getLogger("callcontrol.records")

# Stands for an entry that does not say whose it is: it may be of any, so nothing behind it goes on.
_ANY = ""


@dataclass(frozen=True, slots=True)
class EntrySort:
    """A sort of entry, as far as the spool has to know it.

    Attributes:
        name: what one is called in the log.
        is_newer: whether a later version of this program wrote it.
        owner_of: the call or medium that it is of, "" if it does not say.
    """

    name: str
    is_newer: Callable[[bytes], bool]
    owner_of: Callable[[bytes], str]


class LeftRecords:
    """What is left on one spool.

    Attributes:
        first: the first of them, None if there is none. since: when it was spooled.
        count: how many there are among those that were carried so far.
    """

    def __init__(self, sort: EntrySort) -> None:
        self.first: Position | None = None
        self.since: Instant | None = None
        self.count = 0
        self._sort = sort
        self._from: dict[str, Position] = {}  # by owner: its first entry that only a later version can read

    def without(self, stored: Sequence[Stored]) -> list[Stored]:
        """Those that this program can write now, in their order. Where they could not be written the same entries may
        come again: the answer is the same, for what stands before an entry that is left does not wait for it.
        """
        return [entry for entry in stored if not self._is_left(entry)]

    def _is_left(self, entry: Stored) -> bool:
        if self._sort.is_newer(entry.payload):
            self._leave(self._sort.owner_of(entry.payload), entry)
            return True
        if not self._from:
            return False
        behind = (self._from.get(owner) for owner in (_ANY, self._sort.owner_of(entry.payload)))
        return any(position is not None and position < entry.position for position in behind)

    def _leave(self, owner: str, entry: Stored) -> None:
        if owner in self._from:
            return
        self._from[owner] = entry.position
        what = f"a {self._sort.name} stays on the spool: a later version of this program wrote it"
        log.error(what, extra={"call": owner})
        if self.first is None:
            self.first, self.since = entry.position, entry.at
