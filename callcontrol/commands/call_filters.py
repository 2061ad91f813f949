"""The arguments that say which calls of the history are meant, and what they mean."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from datetime import tzinfo

from callcontrol.billing.reports import WEEKDAYS
from callcontrol.edges import clock
from callcontrol.usecases.call_filters import FILTERS, wanted_calls
from callcontrol.vocabulary.counted import CountedFigure
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.period import WORDS
from callcontrol.vocabulary.refusal_reason import RefusalReason
from callcontrol.vocabulary.wanted import CallType, Wanted


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
    parser.add_argument("--cost-from", metavar="AMOUNT", help="only calls with a cost of at least this amount")
    parser.add_argument("--cost-to", metavar="AMOUNT", help="only calls with a cost of at most this amount")
    figures = ", ".join(CountedFigure)
    parser.add_argument(
        "--counted", metavar="FIGURE:NAME", help=f"only calls that this figure of a report counts: {figures}"
    )
    _add_word(parser, "--weekday", WEEKDAYS, "only of this day of the week, by the hour, as `report peak`")
    parser.add_argument("--hour", metavar="HOUR", help="only of this hour of the day, 0 to 23, likewise")
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
    parser.add_argument("--extension", help="only calls that it made, or that rang one of its phones")
    parser.add_argument("--queue", help="only calls that were in this queue")
    parser.add_argument("--agent", help="only calls that this agent of a queue answered")


def _add_word(
    parser: argparse.ArgumentParser,
    name: str,
    words: Iterable[str],
    text: str,
) -> None:
    choices = [str(word) for word in words]
    parser.add_argument(name, choices=choices, metavar="WORD", help=f"{text}: {', '.join(choices)}")


def wanted_from(args: argparse.Namespace, zone: tzinfo, region: str = "") -> Wanted:
    """What is asked for.

    Args:
        zone: on whose clocks days and times are read.
        region: where numbers are read that are written without a country; "": as they stand.

    Raises:
        ValueError: a time, amount, place or limit that is none; the message says what would be one.
    """
    return wanted_calls(
        {name: getattr(args, name) for name in FILTERS},
        zone,
        region,
        clock.now(),
        tenant=args.tenant,
        limit=args.limit,
        after=args.after,
        oldest_first=args.oldest_first,
    )
