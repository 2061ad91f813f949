"""`callcontrol media withdraw` and `hearings`: links that are good no more, and who heard a file."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from callcontrol.commands.arguments import configuration_or_exit
from callcontrol.commands.media_ledger import add_tenant, check_tenant, ledger_of, note, say
from callcontrol.commands.overriding import add_by, said_by
from callcontrol.edges.ledger.hearings import hearings_of
from callcontrol.edges.ledger.links import withdraw
from callcontrol.vocabulary.moment import text_of


def add_withdraw(parser: argparse.ArgumentParser) -> None:
    """`withdraw TENANT [--id ID] [--for PERSON] [--by NAME]`."""
    add_tenant(parser)
    parser.add_argument("--id", default="", help="links to this file; default: to any")
    parser.add_argument("--for", dest="made_for", default="", metavar="PERSON", help="made for this mail address")
    add_by(parser)


def add_hearings(parser: argparse.ArgumentParser) -> None:
    """`hearings TENANT ID`."""
    add_tenant(parser)
    parser.add_argument("id", help="as `media list` shows it")


def withdraw_links(args: argparse.Namespace) -> int:
    """Every link made until now is good no more, at once."""
    settings = configuration_or_exit(args.config).settings
    check_tenant(args, settings)
    if not args.id and not args.made_for:
        raise ValueError("say which links: --id, --for, or both")
    with ledger_of(settings) as connection:
        withdraw(connection, args.tenant, said_by(args), media_id=args.id, made_for=args.made_for)
    what = f"to {args.id or 'any file'}, made for {args.made_for or 'any person'}"
    say(args, {"media_id": args.id, "made_for": args.made_for}, f"withdrawn: links {what}")
    return 0


def show_hearings(args: argparse.Namespace) -> int:
    """Who heard it, the first one first."""
    settings = configuration_or_exit(args.config).settings
    check_tenant(args, settings)
    with ledger_of(settings) as connection:
        found = hearings_of(connection, args.tenant, [args.id])
    for one in found:
        at = text_of(one.at)
        say(args, {**asdict(one), "at": at}, f"{at}  {one.who} by {one.way}, {one.address or 'no address'}")
    if not found:
        note(f"no one has heard {args.id}")
    return 0
