"""How commands show something that changes: once, again and again in the same place, or as JSON lines; and which days.

A `View` is what there is to show at one moment, for people and for machines.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

import gevent
import orjson
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.vocabulary.moment import Instant, instant_from
from callcontrol.vocabulary.period import Period, end_of

WATCH_S = 2.0
MIN_WATCH_S, MAX_WATCH_S = 0.1, 3_600.0


@dataclass(frozen=True, slots=True)
class View:
    """What there is to show.

    Attributes:
        lines: one JSON object each.
        tables: for a terminal of so many characters.
    """

    lines: Sequence[Mapping[str, Any]]
    tables: Callable[[int], Iterable[RenderableType]]


def add_showing(parser: argparse.ArgumentParser) -> None:
    """`[--watch [SECONDS]] [--json] [--from DAY [--to DAY]]`."""
    parser.add_argument(
        "--watch",
        nargs="?",
        type=_seconds,
        const=WATCH_S,
        metavar="SECONDS",
        help=f"refresh until Ctrl-C, by default every {WATCH_S:g} seconds",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line, times in UTC")
    parser.add_argument(
        "--from", dest="start", default="", metavar="DAY", help="from the records: from this day or ISO time on"
    )
    parser.add_argument(
        "--to", dest="end", default="", metavar="DAY", help="to the end of this day, or before this ISO time"
    )


def _seconds(text: str) -> float:
    """Raises ArgumentTypeError, which argparse tells, for anything else."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not MIN_WATCH_S <= seconds <= MAX_WATCH_S:
        raise argparse.ArgumentTypeError(f"{text!r}: write {MIN_WATCH_S:g} to {MAX_WATCH_S:g} seconds, or nothing")
    return seconds


def is_past(args: argparse.Namespace) -> bool:
    """Whether the records are asked for.

    Raises:
        ValueError: together with something that makes no sense.
    """
    if not args.start and args.end:
        raise ValueError("--to needs --from")
    if args.start and args.watch:
        raise ValueError("--watch shows what is now: leave --from out")
    return bool(args.start)


def period_of(args: argparse.Namespace, zone: tzinfo, now: Instant) -> Period:
    """From `--from` to `--to`, on the clocks of `zone`; without the latter to now.

    Raises:
        BadMoment: a text that is no time. ValueError: nothing lies between them.
    """
    start, end = instant_from(args.start, zone), end_of(args.end, zone) if args.end else now
    if start >= end:
        raise ValueError(f"nothing lies between {args.start} and {args.end or 'now'}")
    one_day = args.start == args.end and _day(args.end) is not None
    return Period(start, end, args.start if one_day else f"{args.start} to {args.end or 'now'}")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def present(args: argparse.Namespace, look: Callable[[], View]) -> None:
    """Show what `look` sees, in the way that was asked for.

    Raises (but for trouble with Redis while it is watched on a terminal, which is shown there):
        whatever `look` raises.
    """
    console = Console(highlight=False)
    if args.json:
        _again(args.watch, lambda: _write(look()))
    elif args.watch and console.is_terminal:
        _watch(args.watch, lambda: _seen(look, args.watch, console.width), console)
    else:
        _again(args.watch, lambda: console.print(_spaced(look().tables(console.width))))


def _again(every_s: float | None, show: Callable[[], None]) -> None:
    try:
        show()
        while every_s:
            gevent.sleep(every_s)
            show()
    except KeyboardInterrupt:
        if not every_s:
            raise


def _write(view: View) -> None:
    for line in view.lines:
        sys.stdout.buffer.write(orjson.dumps(line) + b"\n")
    sys.stdout.buffer.flush()


def _watch(every_s: float, see: Callable[[], RenderableType], console: Console) -> None:
    """On the terminal's other screen, as `top` does: what was there before comes back."""
    try:
        with Live(see(), console=console, screen=True, auto_refresh=False) as live:
            while True:
                gevent.sleep(every_s)
                live.update(see(), refresh=True)
    except KeyboardInterrupt:
        return  # how it is ended


def _seen(look: Callable[[], View], every_s: float, width: int) -> RenderableType:
    """A store that is away for a while does not end the watching."""
    try:
        shown = _spaced(look().tables(width))
    except LiveStateError as error:
        shown = Group(Text(str(error), "red"))
    return Group(shown, Text(f"\nevery {every_s:g} s; Ctrl-C ends", "dim"))


def _spaced(tables: Iterable[RenderableType]) -> Group:
    """With an empty line between two."""
    between = [part for table in tables for part in (Text(), table)]
    return Group(*between[1:])
