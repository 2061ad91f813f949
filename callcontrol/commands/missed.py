"""`callcontrol missed`: callers from outside whom no person has spoken with, and calling them back.

missed list TENANT                     open cases, those due first first; --all, --overdue, --number, --target
missed call TENANT NUMBER --phone 101   the phone of 101 rings, then calls the number; claims the case
missed claim TENANT NUMBER             you call this one back: kept for you for a while, no one else can claim it
missed release TENANT NUMBER           you do not after all
missed dismiss TENANT NUMBER --why …   no call back is needed
missed check [TENANT]                  make all cases anew from the calls' rows and compare: they must be the same
missed redo TENANT --from DAY          read the calls of these days again, as after a change of `missed:` settings

A case closes by itself when people of the tenant and the number have spoken: called back, or called again.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

import orjson
from rich.console import Console

from callcontrol.billing.missed.cases import Case
from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.commands.tables import NOTHING, ORDINARY, Column, table_of
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.ledger.missed_cases import MAX_CASES, ActRefused, read_again
from callcontrol.edges.ledger.reader import NoLedger, connect, explained
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.edges.live_state.click_to_calls import ClickToCallStore
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.jobs.missed_callers import differing
from callcontrol.usecases import click_to_call
from callcontrol.usecases.missed import CallBack, MissedCallers, plain_case
from callcontrol.usecases.names import unknown
from callcontrol.usecases.past_ledger import ledger_dsn
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.usecases.stores import live_state
from callcontrol.vocabulary.missed import CaseActKind
from callcontrol.vocabulary.moment import Instant, datetime_of
from callcontrol.vocabulary.target import ExtensionTarget, text_of

FAILED = 1
_ACTS = {kind.value: kind for kind in CaseActKind}


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`missed list|call|claim|release|dismiss|check|redo …`."""
    parser = subparsers.add_parser(
        "missed",
        help="callers no person has spoken with",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|call|claim|release|dismiss|check|redo")
    _add_list(verbs.add_parser("list", help="the cases of a tenant"))
    calling = verbs.add_parser("call", help="your phone rings, then calls the number")
    _add_case(calling)
    calling.add_argument("--by", default="", metavar="WHO", help="the person who claims it; default: the extension")
    calling.add_argument(
        "--phone", required=True, metavar="EXTENSION", help="the extension whose phone rings and then calls the number"
    )
    most = f"how long ({click_to_call.RING_S}, up to {click_to_call.MOST_RING_S})"
    calling.add_argument("--ring", type=int, default=click_to_call.RING_S, metavar="SECONDS", help=most)
    for word, about in (("claim", "you call back"), ("release", "you do not after all"), ("dismiss", "close it")):
        _add_act(verbs.add_parser(word, help=about), word)
    verbs.add_parser("check", help="build all cases again from the records and compare").add_argument(
        "tenant", nargs="?"
    )
    redoing = verbs.add_parser("redo", help="read the calls of some days again")
    redoing.add_argument("tenant")
    redoing.add_argument("--from", dest="first", type=date.fromisoformat, required=True, metavar="DAY", help="UTC")
    redoing.add_argument("--to", dest="last", type=date.fromisoformat, metavar="DAY", help="UTC; default: today")
    for one in verbs.choices.values():
        add_config(one)


def _add_list(listing: argparse.ArgumentParser) -> None:
    listing.add_argument("tenant")
    listing.add_argument("--all", action="store_true", help="closed ones, too, the latest first")
    listing.add_argument("--overdue", action="store_true", help="only those without a call back though one is due")
    listing.add_argument("--number", help="only this caller's")
    listing.add_argument("--target", help="only callers of this target, such as queue:support")
    listing.add_argument(
        "--limit",
        type=int,
        default=100,
        metavar="N",
        help=f"the largest number of cases shown (default 100, at most {MAX_CASES})",
    )
    listing.add_argument("--json", action="store_true", help="one JSON object a line, times in UTC")


def _add_act(parser: argparse.ArgumentParser, word: str) -> None:
    _add_case(parser)
    parser.add_argument("--by", default=getpass.getuser(), metavar="WHO", help="default: you")
    if word == CaseActKind.DISMISS:
        parser.add_argument("--why", required=True, metavar="TEXT", help="why no call back is needed")


def _add_case(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tenant")
    parser.add_argument("number", help="who called")
    parser.add_argument(
        "target", nargs="?", help="the target that the caller wanted; default: the only open case of the number"
    )


def run(args: argparse.Namespace) -> int:
    """Carry it out; 1 if it makes no sense, cases differ, or Postgres cannot be had."""
    settings = configuration_or_exit(args.config).settings
    verbs: Mapping[str, Callable[[argparse.Namespace, Settings, DictConnection], int]] = {
        **dict.fromkeys(_ACTS, _act),
        "list": _list,
        "call": _call,
        "check": _check,
        "redo": _redo,
    }
    try:
        if args.tenant is not None and args.tenant not in settings.tenants:
            raise NotThere(unknown("tenant", args.tenant, settings.tenants))
        with connect(ledger_dsn(settings)) as connection, explained():
            return verbs[args.verb](args, settings, connection)
    except (NoLedger, LiveStateError, Refused, ActRefused) as error:
        print(error, file=sys.stderr)
        return FAILED


def _list(args: argparse.Namespace, settings: Settings, connection: DictConnection) -> int:
    missed, now = MissedCallers(settings, args.tenant, connection, clock.now), clock.now()
    found = missed.cases(
        number=args.number or "",
        target=args.target or "",
        closed_too=args.all,
        overdue=args.overdue,
        limit=args.limit,
    )
    if args.json:
        for case in found:
            print(orjson.dumps(plain_case(case, now)).decode())
    elif found:
        console = Console()
        columns = _columns(now, ZoneInfo(settings.tenants[args.tenant].zone))
        console.print(table_of(f"{args.tenant}: {len(found)} missed callers", columns, found, console.width))
    else:
        print("No caller was missed." if args.all else "No case is open.")
    return 0


def _columns(now: Instant, zone: ZoneInfo) -> tuple[Column[Case], ...]:
    def at(moment: Instant | None) -> str:
        return NOTHING if moment is None else datetime_of(moment, zone).strftime("%m-%d %H:%M")

    return (
        Column("number", lambda case: case.key.number, left=True),
        Column("wanted", lambda case: case.key.target, left=True),
        Column("why", lambda case: case.reason.value.replace("_", " "), left=True, gives_way=True),
        Column("calls", lambda case: case.missed),
        Column("last", lambda case: at(case.last_missed), from_width=ORDINARY),
        Column("due", lambda case: f"{at(case.due)}{' !' if _is_overdue(case, now) else ''}", left=True),
        Column("tries", lambda case: case.tries),
        Column("state", lambda case: _state(case, now), left=True, gives_way=True),
    )


def _is_overdue(case: Case, now: Instant) -> bool:
    return case.end_at(now) is None and case.first_try is None and case.due <= now


def _state(case: Case, now: Instant) -> str:
    if (end := case.end_at(now)) is not None:
        return f"{end.value.replace('_', ' ')} {case.by}".rstrip()
    holder = case.holder_at(now)
    return f"claimed by {holder}" if holder else "open"


def _call(args: argparse.Namespace, settings: Settings, connection: DictConnection) -> int:
    missed = MissedCallers(settings, args.tenant, connection, clock.now)
    click_to_call.check(args.tenant, settings.tenants[args.tenant], args.phone, args.ring)
    key = missed.key(args.number, args.target or "")
    how = CallBack(args.phone, args.by or text_of(ExtensionTarget(args.phone)), args.ring, clock.new_id())
    with live_state(settings) as pipeline:
        missed.call_back(key, how, ClickToCallStore(pipeline), lambda: _say(f"the phone of {args.phone} rings"))
    print(f"{key.number} is being called; the case of {key.target} is yours")
    return 0


def _say(text: str) -> None:
    print(text, flush=True)


def _act(args: argparse.Namespace, settings: Settings, connection: DictConnection) -> int:
    kind, missed = _ACTS[args.verb], MissedCallers(settings, args.tenant, connection, clock.now)
    key = missed.key(args.number, args.target or "")
    missed.act(key, kind, args.by, getattr(args, "why", ""))
    done = {CaseActKind.CLAIM: "is yours", CaseActKind.RELEASE: "is free again", CaseActKind.DISMISS: "is dismissed"}
    print(f"{key.number} for {key.target} {done[kind]}")
    return 0


def _check(args: argparse.Namespace, settings: Settings, connection: DictConnection) -> int:
    count, wrong = 0, list[str]()
    for tenant in [args.tenant] if args.tenant else settings.tenants:
        seen, differ = differing(connection, tenant)
        count, wrong = count + seen, [*wrong, *differ]
    for line in wrong:
        print(line)
    print(f"{count} numbers, {len(wrong)} with other cases than their calls say")
    return FAILED if wrong else 0


def _redo(args: argparse.Namespace, settings: Settings, connection: DictConnection) -> int:
    last = args.last or datetime_of(clock.now()).date()
    with transaction(connection):
        days = read_again(connection, args.tenant, args.first, last)
    print(f"the calls of {days} days with calls are read again by the media job")
    return 0
