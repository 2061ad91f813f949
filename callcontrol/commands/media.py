"""`callcontrol media`: sound files: messages, greetings, recorded talks.

media                   the job that looks after them; `callcontrol serve` starts it. On a host that takes no calls it
                        may be started by itself.
media list [filters]    which there are, the latest first
media fetch ID          writes the file of one, from storage, or from the switch's disk while it is not there yet
media hearings          who heard a file; withdraw: links that are good no more
media hold              lets nothing delete files of a call or a number; release, holds
media erase, export     everything about a number, deleted or written into a zip
media keys, rewrap      which keys sealed files need; all of them under the key in force
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType

from callcontrol.commands import (
    media_erasing,
    media_fetch,
    media_holds,
    media_job,
    media_links,
    media_sealing,
    past_media,
)
from callcontrol.commands.arguments import add_config
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.sealing.keys import SealError
from callcontrol.edges.storage import NotThere, StorageAway

FAILED = 1

# By verb: what it does, how its arguments are declared, how it is carried out.
Verb = tuple[str, Callable[[argparse.ArgumentParser], None], Callable[[argparse.Namespace], int]]
VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        "list": ("which there are", past_media.add_list, past_media.show),
        "fetch": ("write the file of one", media_fetch.add_fetch, media_fetch.fetch),
        "hearings": ("the log of who listened to a file", media_links.add_hearings, media_links.show_hearings),
        "withdraw": ("links that are good no more", media_links.add_withdraw, media_links.withdraw_links),
        "hold": ("protect files from deletion", media_holds.add_hold, media_holds.hold_files),
        "release": ("end a hold", media_holds.add_release, media_holds.release_files),
        "holds": ("present holds: what, by whom, why", media_holds.add_holds, media_holds.show_holds),
        "erase": ("delete all about a number", media_erasing.add_erase, media_erasing.erase_number),
        "export": ("write all about a number", media_erasing.add_export, media_erasing.export_number),
        "keys": ("which keys sealed files need", media_sealing.add_keys, media_sealing.show_keys),
        "rewrap": ("all under the key in force", media_sealing.add_rewrap, media_sealing.rewrap_keys),
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
    except (NoLedger, LiveStateError, NotThere, StorageAway, SealError, OSError, ValueError) as error:
        print(f"callcontrol media {args.verb}: {error}", file=sys.stderr)
        return FAILED
