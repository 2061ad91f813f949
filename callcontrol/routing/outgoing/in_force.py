"""Which rights and blocks are in force now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from callcontrol.config.outgoing_settings import WithinHours
from callcontrol.routing.facts import Facts

Entry = TypeVar("Entry", bound=WithinHours)


def in_force(entries: Iterable[Entry], facts: Facts) -> Iterator[Entry]:
    """Those whose opening hours are as they want them."""
    return (one for one in entries if _is(one.during, True, facts) and _is(one.outside, False, facts))


def _is(hours: str | None, is_open: bool, facts: Facts) -> bool:
    now = facts.hours_now(hours)
    return hours is None or (now is not None and now.open is is_open)
