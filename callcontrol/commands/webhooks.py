"""`callcontrol webhooks`: web servers of a tenant that are told what happens.

webhooks list TENANT                          who is told, what waits, what was given up
webhooks add TENANT URL --event call.ended …  a new one; its secret is told once
webhooks change TENANT ID [--url] [--event …] another address, other events
webhooks rotate TENANT ID                     another secret, told once; the old one signs as well for a day
webhooks pause|resume|remove|test TENANT ID   send nothing for now, go on, nothing more, an event that says nothing
webhooks deliveries TENANT ID [--state dead]  what it was told, and what it could not be
webhooks replay TENANT ID [DELIVERY]          what was given up is sent again
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Mapping

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.edges import clock
from callcontrol.edges.ledger.reader import NoLedger, connect, explained
from callcontrol.usecases.past_ledger import ledger_dsn
from callcontrol.usecases.webhooks import KINDS, STATES, Webhooks
from callcontrol.vocabulary.moment import text_of

_HELP = {
    "list": "list webhooks",
    "add": "a new one",
    "change": "another address, other events",
    "rotate": "another secret",
    "pause": "send no events for now; they wait",
    "resume": "go on",
    "remove": "remove it",
    "test": "send a test event",
    "deliveries": "past deliveries",
    "replay": "repeat deliveries that were given up",
}
DEFAULT_LIMIT = 50


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`webhooks list|add|… TENANT …`."""
    parser = subparsers.add_parser(
        "webhooks",
        help="web servers that receive events",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="|".join(_HELP))
    for verb, about in _HELP.items():
        one = verbs.add_parser(verb, help=about)
        one.add_argument("tenant", metavar="TENANT")
        if verb not in ("list", "add"):
            one.add_argument("webhook", metavar="ID")
        add_config(one)
    verbs.choices["add"].add_argument("url", metavar="URL")
    verbs.choices["change"].add_argument("--url", metavar="URL")
    for verb in ("add", "change"):
        about = f"{', '.join(KINDS)}; may be given several times"
        verbs.choices[verb].add_argument("--event", action="append", default=[], metavar="EVENT", help=about)
    verbs.choices["deliveries"].add_argument("--state", choices=STATES, help="default: all")
    verbs.choices["deliveries"].add_argument("--limit", type=int, default=DEFAULT_LIMIT, help="so many (%(default)s)")
    verbs.choices["replay"].add_argument("delivery", type=int, nargs="?", metavar="DELIVERY", help="default: all")


def run(args: argparse.Namespace) -> int:
    """Carry it out; 1 if it makes no sense or Postgres does not answer."""
    settings = configuration_or_exit(args.config).settings
    try:
        with connect(ledger_dsn(settings)) as connection, explained():
            who = f"{getpass.getuser()} (command)"
            found = Webhooks(settings, args.tenant, connection, who, clock.now, os.urandom, clock.new_id)
            _VERBS[args.verb](args, found)
    except (NoLedger, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _list(args: argparse.Namespace, found: Webhooks) -> None:
    for one in found.all():
        how = "paused" if one.paused_at is not None else one.trouble or "well"
        print(f"{one.webhook_id}  {one.url}  {', '.join(one.events)}  {how}  {one.waiting} wait, {one.dead} dead")


def _add(args: argparse.Namespace, found: Webhooks) -> None:
    made, secret = found.add(args.url, args.event)
    print(f"{made.webhook_id}\nsecret (shown only once): {secret}")


def _change(args: argparse.Namespace, found: Webhooks) -> None:
    changed = found.change(args.webhook, args.url, args.event)
    print(f"{changed.url} receives {', '.join(changed.events)}")


def _rotate(args: argparse.Namespace, found: Webhooks) -> None:
    _, secret = found.rotate(args.webhook)
    print(f"secret (shown only once): {secret}\nevents are signed with the old one, too, for a day")


def _pause(args: argparse.Namespace, found: Webhooks) -> None:
    one = found.pause(args.webhook, is_paused=args.verb == "pause")
    print(f"{one.url} is paused; events wait" if one.paused_at is not None else f"{one.url} is active again")


def _remove(args: argparse.Namespace, found: Webhooks) -> None:
    print(f"{found.remove(args.webhook).url} is removed")


def _test(args: argparse.Namespace, found: Webhooks) -> None:
    print(f"event {found.test(args.webhook)} waits to be sent: `webhooks deliveries` shows the result")


def _deliveries(args: argparse.Namespace, found: Webhooks) -> None:
    for one in found.deliveries(args.webhook, args.state, args.limit):
        tried = f"{one.attempts} tries" if one.attempts != 1 else "1 try"
        parts = (str(one.delivery_id), text_of(one.at), one.kind, one.call_id, one.state, tried, one.trouble)
        print("  ".join(parts).rstrip())


def _replay(args: argparse.Namespace, found: Webhooks) -> None:
    print(f"{found.replay(args.webhook, args.delivery)} deliveries are sent again")


_VERBS: Mapping[str, Callable[[argparse.Namespace, Webhooks], None]] = {
    "list": _list,
    "add": _add,
    "change": _change,
    "rotate": _rotate,
    "pause": _pause,
    "resume": _pause,
    "remove": _remove,
    "test": _test,
    "deliveries": _deliveries,
    "replay": _replay,
}
