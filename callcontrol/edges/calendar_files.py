"""Events of iCalendar files, expanded by a process that may take only so much time and memory."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

import orjson

from callcontrol.config.day_tables import CalendarEvent, CalendarTable, NoDayTable
from callcontrol.edges.calendar_expansion import LIMIT_S
from callcontrol.vocabulary.moment import Instant

MAX_BYTES: Final = 1024 * 1024
# Beyond the limit it sets itself: for its start, and for a host that is busy.
_WAIT_S: Final = LIMIT_S + 20
_PROGRAM: Final = "callcontrol.edges.calendar_expansion"


@lru_cache(maxsize=32)
def calendar_events(text: str, first: date, last: date) -> CalendarTable:
    """What happens from the first day to the last.

    Raises:
        NoDayTable: no calendar, or one that is too large or takes too long; says so behind the name of its file.
    """
    if len(text) > MAX_BYTES:
        raise NoDayTable(f"has {len(text)} bytes", f"at most {MAX_BYTES} are read")
    said = _expanded(text, first, last)
    if "problem" in said:
        what, right = said["problem"]
        raise NoDayTable(what, right)
    return CalendarTable(last, tuple(map(read_event, said["events"])))


def read_event(event: list[int | str]) -> CalendarEvent:
    """An event as the expansion writes it: [start, end, summary]."""
    start, end, summary = event
    return CalendarEvent(_edge(start), _edge(end), str(summary))


def _edge(written: int | str) -> Instant | datetime:
    return Instant(written) if isinstance(written, int) else datetime.fromisoformat(written)


def _expanded(text: str, first: date, last: date) -> dict[str, Any]:
    command = [sys.executable, "-m", _PROGRAM, first.isoformat(), last.isoformat()]
    written = text.encode("utf-8", errors="surrogateescape")
    try:
        done = subprocess.run(command, input=written, capture_output=True, timeout=_WAIT_S, check=True)
    except subprocess.TimeoutExpired:
        raise NoDayTable(f"cannot be expanded within {_WAIT_S} s", "look at its repeated events") from None
    except subprocess.CalledProcessError as error:
        last_words = error.stderr.decode("utf-8", errors="replace").strip().splitlines()[-1:]
        why = last_words[0] if last_words else f"the limits are {LIMIT_S} s of computing and 1 GB"
        raise NoDayTable(f"cannot be expanded ({why})", "look at its repeated events") from None
    found: dict[str, Any] = orjson.loads(done.stdout)
    return found
