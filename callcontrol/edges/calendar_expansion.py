"""A process of its own that expands the events of an iCalendar file (RFC 5545) within a window, and then ends.

    python -m callcontrol.edges.calendar_expansion FIRST LAST < calendar.ics

A calendar may come from anywhere, and its rules can be written so that finding nothing takes for ever. Here that costs
this process its life, by its own limits of time and memory. Printed is one JSON object: `events`, a list of
[start, end, summary], or `problem`, what is wrong and what would be right.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import orjson

from callcontrol.vocabulary.moment import instant_of

LIMIT_S: Final = 10
LIMIT_BYTES: Final = 1024 * 1024 * 1024
MAX_EVENTS: Final = 2000  # occurrences within the window
MAX_EVENT_DAYS: Final = 20_000  # the days of all of them together
MAX_SUMMARY: Final = 128  # characters

_RARE_ENOUGH = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_WITHIN_A_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")
_ONE_DAY = timedelta(days=1)


class _Refused(Exception):
    """What is wrong, what would be right."""


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_S, LIMIT_S))
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))
    first, last = (date.fromisoformat(text) for text in sys.argv[1:3])
    try:
        said: dict[str, object] = {"events": _events(sys.stdin.buffer.read(), first, last)}
    except _Refused as refused:
        said = {"problem": refused.args}
    sys.stdout.buffer.write(orjson.dumps(said))


def _events(text: bytes, first: date, last: date) -> list[tuple[int | str, int | str, str]]:
    """Its occurrences of which some part lies within [first, last].

    Raises:
        _Refused: no calendar, or one with more events than anyone plans.
    """
    import icalendar
    import recurring_ical_events

    try:
        calendar: Any = icalendar.Calendar.from_ical(text)
    except ValueError as error:
        raise _Refused(f"is no iCalendar file ({error})", "export it anew, as .ics") from None
    for event in calendar.walk("VEVENT"):
        _refuse_too_often(event)
    try:
        found = recurring_ical_events.of(calendar).between(first, last + _ONE_DAY)
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError) as error:
        raise _Refused(f"has events that cannot be read ({error})", "export it anew, as .ics") from None
    events = sorted(_occurrences(found, first, last), key=repr)
    if len(events) > MAX_EVENTS:
        raise _Refused(f"has {len(events)} events from {first} to {last}", f"at most {MAX_EVENTS} are read")
    days = sum((end - start).days + 1 for start, end, _ in events)
    if days > MAX_EVENT_DAYS:
        raise _Refused(f"has events of {days} days together", f"at most {MAX_EVENT_DAYS} are read")
    return [(_written(start), _written(end), summary) for start, end, summary in events]


def _refuse_too_often(event: Any) -> None:
    written = event.get("RRULE", [])
    for rule in written if isinstance(written, list) else [written]:
        often = [str(one).upper() for one in rule.get("FREQ", [])]
        within = [part for part in _WITHIN_A_DAY if len(rule.get(part, [])) > 1]
        if not _RARE_ENOUGH.issuperset(often) or within:
            what = f"FREQ={often[0]}" if not within else within[0]
            raise _Refused(
                f"repeats {_summary(event)!r} several times a day ({what})", "write one event that lasts so long"
            )


def _occurrences(found: list[Any], first: date, last: date) -> Iterator[tuple[datetime, datetime, str]]:
    for event in found:
        if str(event.get("STATUS", "")).upper() != "CANCELLED":
            start, end = (_edge(event.get(name).dt) for name in ("DTSTART", "DTEND"))
            zone = start.tzinfo
            low, high = (datetime.combine(day, time(), zone) for day in (first, last + _ONE_DAY))
            start, end = max(start, low), min(end.replace(tzinfo=end.tzinfo if zone else None), high)
            if start < end:
                yield start, end, _summary(event)


def _edge(moment: date | datetime) -> datetime:
    """A day begins at 00:00 on the clocks of the schedule's zone; a moment is one in UTC."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    return moment if moment.tzinfo is None else moment.astimezone(UTC)


def _written(moment: datetime) -> int | str:
    return moment.isoformat(timespec="minutes") if moment.tzinfo is None else instant_of(moment)


def _summary(event: Any) -> str:
    return " ".join(str(event.get("SUMMARY", "")).split())[:MAX_SUMMARY]


if __name__ == "__main__":
    _main()
