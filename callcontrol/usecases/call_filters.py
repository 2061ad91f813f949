"""The history of calls: filters as people write them, the page, its sums, and the columns of a row, once for all faces.

`callcontrol calls`, `/api/v1/calls`, its CSV and the page of calls read the same filters and show the same cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from decimal import Decimal
from typing import Any, Final

from callcontrol.billing.reports import WEEKDAYS
from callcontrol.usecases.refusals import Refused
from callcontrol.vocabulary.counted import BadCounted, counted_from
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.moment import BadMoment, Instant, instant_from
from callcontrol.vocabulary.money import BadMoney, decimal_from
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.period import end_of, period_from
from callcontrol.vocabulary.phone_number import normalise
from callcontrol.vocabulary.refusal_reason import RefusalReason
from callcontrol.vocabulary.sentence import says
from callcontrol.vocabulary.survey import HIGHEST, LOWEST, SCORES
from callcontrol.vocabulary.wanted import BadPlace, CallType, Place, Wanted, place_from

MAX_LIMIT: Final = 10_000
_WILD: Final = "*"
# Filters that take one of these words.
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "type": tuple(CallType),
    "outcome": tuple(Outcome),
    "refused": tuple(RefusalReason),
    "direction": tuple(Direction),
    "weekday": WEEKDAYS,
    "hour": tuple(f"{hour}" for hour in range(24)),
}
# Every filter, by its name: on the command line with two dashes before it.
FILTERS: Final = (
    *("call", "period", "since", "until", "to", "number", "caller", "called", "extension", "queue", "agent"),
    *("type", "outcome", "refused", "direction", "survey", "cost_from", "cost_to", "currency"),
    *("counted", "weekday", "hour"),
)


def wanted_calls(
    given: Mapping[str, str | None],
    zone: tzinfo,
    region: str,
    now: Instant,
    *,
    tenant: str | None = None,
    limit: int | None = None,
    after: str | None = None,
    oldest_first: bool = False,
) -> Wanted:
    """Which calls these filters mean.

    Args:
        given: values of FILTERS as they were written; those that are not given are None, "" or missing.
        zone: on whose clocks days and times are read.
        region: where numbers are read that are written without a country; "": as they stand.
        after: a place that was told at the end of the list before.

    Raises:
        Refused: a time, number, amount, word, place or limit that is none; the message says what would be one.
    """
    asked = _checked(given, limit)
    since, until = _times(asked, zone, now)
    survey_from, survey_to = _scores(asked["survey"])
    numbers: dict[str, Any] = {name: _number(asked[name], region) for name in ("number", "caller", "called")}
    costs: dict[str, Any] = {name: _amount(name, asked[name]) for name in ("cost_from", "cost_to")}
    return Wanted(
        tenant=tenant,
        **numbers,
        extension=asked["extension"],
        since=since,
        until=until,
        type=None if asked["type"] is None else CallType(asked["type"]),
        outcome=asked["outcome"],
        refusal=asked["refused"],
        direction=asked["direction"],
        queue=asked["queue"],
        agent=asked["agent"],
        survey_from=survey_from,
        survey_to=survey_to,
        **costs,
        currency=asked["currency"],
        limit=limit,
        call_id=asked["call"],
        after=None if after is None else _place(after),
        oldest_first=oldest_first,
        zone=str(zone),
        **_of_report(asked),
    )


def _checked(given: Mapping[str, str | None], limit: int | None) -> dict[str, str | None]:
    """Every filter, None where it is not given."""
    asked = {name: given.get(name) or None for name in FILTERS}
    _check_words(asked)
    if limit is not None and not 1 <= limit <= MAX_LIMIT:
        right = f"1 to {MAX_LIMIT} are possible"
        raise Refused(f"--limit {limit}: {right}; --csv and --json give all without one", "limit", right)
    return asked


def _check_words(asked: Mapping[str, str | None]) -> None:
    for name, words in WORDS.items():
        if asked[name] is not None and asked[name] not in words:
            right = f"write one of {', '.join(words)}"
            raise Refused(f"--{name} {asked[name]}: {right}", name, right)


def _times(asked: Mapping[str, str | None], zone: tzinfo, now: Instant) -> tuple[Instant | None, Instant | None]:
    period, start, before, to = (asked[name] for name in ("period", "since", "until", "to"))
    if period and (start or before or to):
        what = "--period says from when to when: leave --from, --since, --until and --to out"
        raise Refused(what, "period", says("give the period, or from when to when"))
    if before and to:
        what = "--until is before a moment, --to to the end of a day: give one of them"
        raise Refused(what, "until", says("give one of until and to"))
    try:
        if period:
            found = period_from(period, zone, now)
            return found.start, found.end
        since = instant_from(start, zone) if start else None
        until = end_of(to, zone) if to else instant_from(before, zone) if before else None
    except BadMoment as error:
        raise Refused(str(error), _field_of_time(asked, str(error))) from error
    except ValueError as error:
        raise Refused(str(error), "period" if period else "to") from error
    if since is not None and until is not None and since >= until:
        raise Refused(f"nothing lies between {start} and {to or before}", "since", says("begin before it ends"))
    return since, until


def _field_of_time(asked: Mapping[str, str | None], told: str) -> str:
    names = ("since", "until", "to", "period")
    return next((name for name in names if (text := asked[name]) and text in told), "since")


def _scores(text: str | None) -> tuple[int | None, int | None]:
    """`4` and `1-2`: from which to which."""
    if text is None:
        return None, None
    lowest, _, highest = text.partition("-")
    scores = SCORES.get(lowest), SCORES.get(highest or lowest)
    if scores[0] is None or scores[1] is None or scores[0] > scores[1]:
        right = f"write a score from {LOWEST} to {HIGHEST}, or two of them such as 1-2"
        raise Refused(f"--survey {text}: {right}", "survey", right)
    return scores


def _number(text: str | None, region: str) -> str | None:
    """The number in normal form; what begins so (`+4822*`), and what is no number, stays as it is."""
    if text is None or text.endswith(_WILD):
        return text
    number = normalise(text, region)
    return number.text if number else text


def _amount(name: str, text: str | None) -> Decimal | None:
    try:
        return None if text is None else decimal_from(text)
    except BadMoney as error:
        raise Refused(f"--{name.replace('_', '-')} {text}: {error}", name, str(error)) from error


def _of_report(asked: Mapping[str, str | None]) -> dict[str, Any]:
    """What links of reports ask for."""
    counted, day, hour = (asked[name] for name in ("counted", "weekday", "hour"))
    try:
        figure = None if counted is None else counted_from(counted)
    except BadCounted as error:
        raise Refused(str(error), "counted") from error
    return {
        "counted": figure,
        "weekday": None if day is None else WEEKDAYS.index(day),
        "hour": None if hour is None else int(hour),
    }


def _place(text: str) -> Place:
    try:
        return place_from(text)
    except BadPlace as error:
        raise Refused(str(error), "after") from error
