"""What the commands share that set something by hand over a schedule or a duty: who says so, and until when."""

from __future__ import annotations

import argparse
import getpass
import re
from typing import Final

from gevent.event import AsyncResult

from callcontrol.edges.live_state.overrides import OverrideStore
from callcontrol.usecases.set_by_hand import CHANGE, TAKEN_BACK
from callcontrol.vocabulary.override import SetByHand

ANSWER_S: Final = 5.0
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
    parser.add_argument(
        "--by", default="", metavar="NAME", help="the name noted with it (default: your account on this host)"
    )


def said_by(args: argparse.Namespace) -> str:
    """Who says so, as it is stored.

    Raises:
        ValueError: that is no name.
    """
    name = args.by or getpass.getuser()
    if not _NAME.fullmatch(name):
        raise ValueError(f"--by {name!r}: write a name of at most 64 characters in one line")
    return f"{name} (command)"


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
