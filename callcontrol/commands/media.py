"""`callcontrol media`: sound files: messages, greetings, recorded talks.

media                   the job that looks after them; `callcontrol serve` starts it. On a host that takes no calls it
                        may be started by itself.
media list [filters]    which there are, the latest first
media fetch ID          writes the file of one, from storage, or from the switch's disk while it is not there yet
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType

from callcontrol.commands import media_job, past_media
from callcontrol.commands.arguments import add_config
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.storage import NotThere, StorageAway

FAILED = 1

# By verb: what it does, how its arguments are declared, how it is carried out.
Verb = tuple[str, Callable[[argparse.ArgumentParser], None], Callable[[argparse.Namespace], int]]
VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        "list": ("which there are", past_media.add_list, past_media.show),
        "fetch": ("write the file of one", past_media.add_fetch, past_media.fetch),
    }
)


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`media`, `media list`, `media fetch ID`."""
    parser = subparsers.add_parser(
        "media",
        help="sound files: list, fetch, and the job that looks after them",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    media_job.add_arguments(parser)
    verbs = parser.add_subparsers(dest="verb", metavar="|".join(VERBS))
    for verb, (text, add_arguments, _) in VERBS.items():
        one = verbs.add_parser(verb, help=text)
        add_config(one)
        add_arguments(one)


def run(args: argparse.Namespace) -> int:
    """Carry it out; 1 if it makes no sense, or Postgres or storage is away."""
    if args.verb is None:
        return media_job.run(args)
    try:
        return VERBS[args.verb][2](args)
    except (NoLedger, NotThere, StorageAway, OSError, ValueError) as error:
        print(f"callcontrol media {args.verb}: {error}", file=sys.stderr)
        return FAILED
