"""The arguments that say which calls of the history are meant, and what they mean."""

from __future__ import annotations

import argparse
from datetime import tzinfo
from decimal import Decimal

from callcontrol.edges import clock
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.moment import Instant, instant_from
from callcontrol.vocabulary.money import BadMoney, decimal_from
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.period import WORDS, end_of, period_from
from callcontrol.vocabulary.phone_number import normalise
from callcontrol.vocabulary.refusal_reason import RefusalReason
from callcontrol.vocabulary.survey import HIGHEST, LOWEST, SCORES
from callcontrol.vocabulary.wanted import CallType, Wanted, place_from

MAX_LIMIT = 10_000
_WILD = "*"


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Every filter."""
    parser.add_argument("--call", metavar="ID", help="only this call (its id, or any of its channels'), and its queues")
    parser.add_argument("--tenant", help="only this tenant's")
    _add_times(parser)
    _add_parties(parser)
    _add_word(parser, "--type", CallType, "only of this type")
    _add_word(parser, "--outcome", Outcome, "only with this outcome")
    _add_word(parser, "--refused", RefusalReason, "only where a number was not dialled for this reason")
    _add_word(parser, "--direction", Direction, "only with a leg to a number of this class")
    parser.add_argument("--survey", metavar="SCORE", help="only with this answer to a survey, 1 to 5, or from to: 1-2")
    parser.add_argument("--cost-from", metavar="AMOUNT", help="only calls that cost at least so much")
    parser.add_argument("--cost-to", metavar="AMOUNT", help="only calls that cost something, at most so much")
    parser.add_argument("--currency", metavar="PLN", help="only calls that cost something in this currency")


def _add_times(parser: argparse.ArgumentParser) -> None:
    words = ", ".join(WORDS)
    parser.add_argument(
        "--period", metavar="PERIOD", help=f"a day 2026-11-30, week 2026-W48, month 2026-11, year, or {words}"
    )
    parser.add_argument("--since", "--from", default="", metavar="TIME", help="from this arrival on, ISO time or day")
    parser.add_argument("--until", default="", metavar="TIME", help="before this arrival, ISO time or day")
    parser.add_argument("--to", default="", metavar="DAY", help="to the end of this day, or before this ISO time")


def _add_parties(parser: argparse.ArgumentParser) -> None:
    begins = "; +4822* means all that begin so"
    parser.add_argument("--number", help=f"only calls of, to, or carried on to this number or extension{begins}")
    parser.add_argument("--caller", metavar="NUMBER", help="only calls of this number or extension, likewise")
    parser.add_argument("--called", metavar="NUMBER", help="only calls to, or carried on to it, likewise")
    parser.add_argument("--extension", help="only where it called, or a phone of it was rung")
    parser.add_argument("--queue", help="only those who were in this queue")
    parser.add_argument("--agent", help="only those whom this agent of a queue spoke with")


def _add_word(
    parser: argparse.ArgumentParser,
    name: str,
    words: type[CallType] | type[Outcome] | type[RefusalReason] | type[Direction],
    text: str,
) -> None:
    choices = [word.value for word in words]
    parser.add_argument(name, choices=choices, metavar="WORD", help=f"{text}: {', '.join(choices)}")


def wanted_from(args: argparse.Namespace, zone: tzinfo, region: str = "") -> Wanted:
    """What is asked for.

    Args:
        zone: on whose clocks days and times are read.
        region: where numbers are read that are written without a country; "": as they stand.

    Raises:
        ValueError: a time, amount, place or limit that is none; the message says what would be one.
    """
    if args.limit is not None and not 1 <= args.limit <= MAX_LIMIT:
        raise ValueError(f"--limit {args.limit}: 1 to {MAX_LIMIT} are possible; --csv and --json give all without one")
    since, until = _times(args, zone)
    survey_from, survey_to = _scores(args.survey)
    return Wanted(
        tenant=args.tenant,
        number=_number(args.number, region),
        caller=_number(args.caller, region),
        called=_number(args.called, region),
        extension=args.extension,
        since=since,
        until=until,
        type=None if args.type is None else CallType(args.type),
        outcome=args.outcome,
        refusal=args.refused,
        direction=args.direction,
        queue=args.queue,
        agent=args.agent,
        survey_from=survey_from,
        survey_to=survey_to,
        cost_from=_amount("--cost-from", args.cost_from),
        cost_to=_amount("--cost-to", args.cost_to),
        currency=args.currency,
        limit=args.limit,
        call_id=args.call,
        after=None if args.after is None else place_from(args.after),
        oldest_first=args.oldest_first,
    )


def _times(args: argparse.Namespace, zone: tzinfo) -> tuple[Instant | None, Instant | None]:
    if args.period and (args.since or args.until or args.to):
        raise ValueError("--period says from when to when: leave --from, --since, --until and --to out")
    if args.until and args.to:
        raise ValueError("--until is before a moment, --to to the end of a day: give one of them")
    if args.period:
        period = period_from(args.period, zone, clock.now())
        return period.start, period.end
    since = instant_from(args.since, zone) if args.since else None
    until = end_of(args.to, zone) if args.to else instant_from(args.until, zone) if args.until else None
    if since is not None and until is not None and since >= until:
        raise ValueError(f"nothing lies between {args.since} and {args.to or args.until}")
    return since, until


def _scores(text: str | None) -> tuple[int | None, int | None]:
    """`4` and `1-2`: from which to which."""
    if text is None:
        return None, None
    lowest, _, highest = text.partition("-")
    scores = SCORES.get(lowest), SCORES.get(highest or lowest)
    if scores[0] is None or scores[1] is None or scores[0] > scores[1]:
        raise ValueError(f"--survey {text}: write a score from {LOWEST} to {HIGHEST}, or two of them such as 1-2")
    return scores


def _number(text: str | None, region: str) -> str | None:
    """The number in normal form; what begins so (`+4822*`), and what is no number, stays as it is."""
    if text is None or text.endswith(_WILD):
        return text
    number = normalise(text, region)
    return number.text if number else text


def _amount(option: str, text: str | None) -> Decimal | None:
    try:
        return None if text is None else decimal_from(text)
    except BadMoney as error:
        raise ValueError(f"{option} {text}: {error}") from error
