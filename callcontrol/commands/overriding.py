"""What the commands share that set something by hand over a schedule or a duty: who says so, and until when."""

from __future__ import annotations

import argparse
import getpass
import re
from datetime import tzinfo
from typing import Final

from gevent.event import AsyncResult

from callcontrol.edges.live_state.overrides import OverrideStore
from callcontrol.vocabulary.moment import Instant, instant_from
from callcontrol.vocabulary.override import SetByHand
from callcontrol.vocabulary.wall_clock import next_time

ANSWER_S: Final = 5.0
CHANGE: Final = "change"
TAKEN_BACK: Final = "taken-back"
_CLOCK: Final = re.compile("([01][0-9]|2[0-3]):([0-5][0-9])")
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f]{1,64}")


def add_end(parser: argparse.ArgumentParser) -> None:
    """`--until`: the end is always known."""
    parser.add_argument(
        "--until",
        default=CHANGE,
        metavar="WHEN",
        help=f"HH:MM, an ISO time, {CHANGE}: until what is written changes next (default), or {TAKEN_BACK}",
    )


def add_by(parser: argparse.ArgumentParser) -> None:
    """`--by`: who stands in the trail of calls."""
    parser.add_argument("--by", default="", metavar="NAME", help="who says so (default: your account on this host)")


def said_by(args: argparse.Namespace) -> str:
    """Who says so, as it is stored.

    Raises:
        ValueError: that is no name.
    """
    name = args.by or getpass.getuser()
    if not _NAME.fullmatch(name):
        raise ValueError(f"--by {name!r}: write a name of at most 64 characters in one line")
    return f"{name} (command)"


def end_in(text: str, change: Instant | None, now: Instant, zone: tzinfo) -> Instant | None:
    """When it is to end; None: once it is taken back.

    Args:
        text: what `--until` says. A time of day is the next one that comes.
        change: when what is written changes next; None: never.

    Raises:
        BadMoment: it is no time.
        ValueError: it is over already.
    """
    if text in (CHANGE, TAKEN_BACK):
        return change if text == CHANGE else None
    clock = _CLOCK.fullmatch(text)
    until = next_time(int(clock[1]), int(clock[2]), now, zone) if clock else instant_from(text, zone)
    if until <= now:
        raise ValueError(f"--until {text}: that is over")
    return until


def put(overrides: OverrideStore, tenant: str, of: str, override: SetByHand | None) -> None:
    """Set it, or (None) take it back.

    Raises:
        LiveStateError: Redis is away or refused it.
    """
    answer: AsyncResult = AsyncResult()
    overrides.store(tenant, of, override, answer.set)
    trouble = answer.get(timeout=ANSWER_S)
    if trouble is not None:
        raise trouble
