"""Two trails of one call: a second worker began it anew, not knowing what the first one had noted."""

from __future__ import annotations

from collections.abc import Collection

from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.move import Transferred
from callcontrol.vocabulary.trail import Arrived, Entry, LegFound, Trail


def continued(before: Trail, after: Trail, known_legs: Collection[str], by: str, leg: str) -> Trail:
    """The second trail behind the first: the call has arrived once, and each leg is told of once.

    Args:
        known_legs: those of which the first trail tells.
        by, leg: who transferred it, and that one's leg, where the second trail could not tell.
    """
    kept = (one for one in after if not isinstance(one, Arrived) and not _is_told(one, known_legs))
    return before.adding([_named(one, by, leg) for one in kept])


def _is_told(entry: Entry, known_legs: Collection[str]) -> bool:
    return isinstance(entry, LegFound) and entry.leg_id in known_legs


def _named(entry: Entry, by: str, leg: str) -> Entry:
    return replace(entry, by=by, leg=leg) if isinstance(entry, Transferred) and not entry.by else entry
