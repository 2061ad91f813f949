"""`callcontrol barring`: what an extension may not call because it was blocked by hand, in force for the next call.

barring [show] TENANT [EXTENSION]   what is blocked: by the extension itself, and by whom else for which reason
barring block TENANT EXTENSION      block numbers for it, besides what it blocks itself; its phone cannot allow them
barring unblock TENANT EXTENSION    allow them again; --own: what the extension has blocked itself, as for a lost PIN

Emergency calls, and those to numbers of this system, are never blocked. What `outgoing.blocks` says stays.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.commands.overriding import add_by, said_by
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.usecases.barring import CLASSES, Barrings, ExtensionBlocks, Numbers
from callcontrol.usecases.refusals import Refused
from callcontrol.usecases.set_by_hand import TAKEN_BACK
from callcontrol.usecases.stores import override_store
from callcontrol.vocabulary.override import end_of

VERBS: Final = ("show", "block", "unblock")


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`barring [show] TENANT [EXTENSION]`, `barring block|unblock TENANT EXTENSION …`."""
    parser = subparsers.add_parser(
        "barring",
        help="what extensions may not call, by hand",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="|".join(VERBS))
    helps = ("what is blocked (may be left out)", "block numbers for an extension", "allow them again")
    for verb, text in zip(VERBS, helps, strict=True):
        one = verbs.add_parser(verb, help=text)
        add_config(one)
        one.add_argument("tenant")
        one.add_argument("extension", nargs="?" if verb == "show" else None)
        if verb != "show":
            _add_what(one)
    verbs.choices["block"].add_argument(
        "--until", default=TAKEN_BACK, metavar="WHEN", help=f"HH:MM or an ISO time (default: {TAKEN_BACK})"
    )
    verbs.choices["unblock"].add_argument("--own", action="store_true", help="what the extension has blocked itself")


def _add_what(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--class", dest="classes", action="append", default=[], choices=CLASSES, help="all of a class")
    parser.add_argument("--number", dest="numbers", action="append", default=[], metavar="NUMBER", help="this number")
    parser.add_argument(
        "--prefix", dest="prefixes", action="append", default=[], metavar="+DIGITS", help="numbers that begin so"
    )
    parser.add_argument("--reason", required=True, help="why: it stands in the records of calls that are refused")
    add_by(parser)


def run(args: argparse.Namespace) -> int:
    """Carry it out; 1 if it makes no sense or Redis does not answer."""
    settings = configuration_or_exit(args.config).settings
    try:
        with override_store(settings) as overrides:
            barrings = Barrings(settings, args.tenant, overrides, clock.now)
            for line in _lines(args, settings, barrings):
                print(line)
    except Refused as error:
        print(_told(error), file=sys.stderr)
        return 1
    except (LiveStateError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _told(error: Refused) -> str:
    """With the option that is wrong."""
    what = f"{error}: {error.cure}" if error.cure else str(error)
    if error.field not in ("class", "number", "prefix", "reason"):
        return what
    return f"--{error.field}{':' if what.startswith('write') else ''} {what}"


def _lines(args: argparse.Namespace, settings: Settings, barrings: Barrings) -> Iterator[str]:
    zone = ZoneInfo(settings.tenants[args.tenant].zone)
    if args.verb == "show" and args.extension is None:
        found = barrings.all()
    elif args.verb == "show":
        found = [barrings.of(args.extension)]
    else:
        found = [_changed(args, barrings)]
    yield from [line for one in found for line in _shown(one, zone)] or ["nothing is blocked by hand"]


def _shown(blocks: ExtensionBlocks, zone: ZoneInfo) -> Iterator[str]:
    if blocks.own:
        yield f"extension:{blocks.extension} blocks itself: {_listed(blocks.own)}"
    admins = blocks.by_admin
    if admins is not None:
        is_blocked = f"is blocked {end_of(admins.until, zone)}: {_listed(blocks.blocked)}"
        said = is_blocked if blocks.blocked else "is not blocked any more"
        yield f"extension:{blocks.extension} {said} ({admins.by}: {admins.reason})"


def _listed(what: Numbers) -> str:
    return ", ".join((*what.classes, *what.numbers, *(f"+{prefix}…" for prefix in what.prefixes)))


def _changed(args: argparse.Namespace, barrings: Barrings) -> ExtensionBlocks:
    chosen, before = barrings.read(args.classes, args.numbers, args.prefixes), barrings.of(args.extension)
    if args.verb == "block":
        if not chosen:
            raise ValueError("what is to be blocked? write --class, --number or --prefix")
        wanted = before.blocked | chosen
        return barrings.put(args.extension, wanted, args.reason, barrings.end(args.until), said_by(args))
    if args.own:
        if chosen:
            raise ValueError("--own allows everything that the extension has blocked itself: choose nothing besides")
        return barrings.allow_own(args.extension, args.reason, said_by(args))
    wanted = before.blocked - chosen if chosen else Numbers()
    until = None if before.by_admin is None else before.by_admin.until
    return barrings.put(args.extension, wanted, args.reason, until, said_by(args))
