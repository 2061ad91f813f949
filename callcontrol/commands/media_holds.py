"""`callcontrol media hold`, `release` and `holds`: files, or all of a time, that nothing may delete, for a court or an
inquiry.
"""

from __future__ import annotations

import argparse
from zoneinfo import ZoneInfo

from callcontrol.commands.arguments import configuration_or_exit
from callcontrol.commands.media_ledger import add_tenant, check_tenant, ledger_of, note, number_of, say
from callcontrol.commands.overriding import add_by, said_by
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.ledger.holds import Held, Hold, hold, holds, months_gone, release
from callcontrol.vocabulary.moment import Instant, instant_from, text_of
from callcontrol.vocabulary.period import period_from

NOTHING_DONE = 1


def add_hold(parser: argparse.ArgumentParser) -> None:
    """`hold TENANT (--id ID | --call ID | --number N | --period P) --why TEXT [--until WHEN] [--by NAME]`."""
    add_tenant(parser)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--id", default="", help="this file")
    what.add_argument("--call", default="", metavar="ID", help="all files of this call")
    what.add_argument("--number", default="", help="all files with this number, later ones too")
    everything = "everything of the tenant's of this time: a day, week, month, year, or FIRST/LAST, both days included"
    what.add_argument("--period", default="", help=f"{everything}: calls, their charges, files, mails")
    parser.add_argument("--why", required=True, help="the reason, as it is to stand in the ledger")
    parser.add_argument("--until", default="", metavar="TIME", help="ISO time; default: until it is released")
    add_by(parser)


def add_release(parser: argparse.ArgumentParser) -> None:
    """`release TENANT HOLD [--by NAME]`."""
    add_tenant(parser)
    parser.add_argument("hold", type=int, help="its number, as `media holds` shows it")
    add_by(parser)


def add_holds(parser: argparse.ArgumentParser) -> None:
    """`holds TENANT`."""
    add_tenant(parser)


def hold_files(args: argparse.Namespace) -> int:
    """Hold them; says which are gone already."""
    settings = configuration_or_exit(args.config).settings
    check_tenant(args, settings)
    held = _held(args, settings)
    until = _until(args.until, settings, args.tenant)
    with ledger_of(settings) as connection:
        hold_id, gone = hold(connection, args.tenant, held, said_by(args), args.why, until)
        files = next(one.files for one in holds(connection, args.tenant) if one.hold_id == hold_id)
        months = months_gone(connection, args.tenant, held)
    end = "" if until is None else f" until {text_of(until)}"
    told = {"hold": hold_id, "files": files, "deleted_before": gone, "months_gone_before": months}
    say(args, told, f"hold {hold_id}: {held}{end}: {files} {'files ' * bool(args.period)}held now")
    for media_id in gone:
        note(f"{media_id} was deleted before")
    for month, archives in months.items():
        note(f"calls of {month} had left the ledger before: {f'keep {archives}' if archives else 'no archive is kept'}")
    return 0


def _held(args: argparse.Namespace, settings: Settings) -> Held:
    """What is to be held.

    Raises:
        ValueError: a number, or a time, that is none.
    """
    if args.period:
        start, end = _from_to(args.period, ZoneInfo(settings.tenants[args.tenant].zone))
        return Held(arrived_from=start, arrived_to=end)
    number = number_of(args.number, settings, args.tenant) if args.number else ""
    return Held(media_id=args.id, call_id=args.call, number=number)


def _from_to(text: str, zone: ZoneInfo) -> tuple[Instant, Instant]:
    first, _, last = text.partition("/")
    start, end = (period_from(one, zone, clock.now()) for one in (first, last or first))
    if start.start >= end.end:
        raise ValueError(f"--period {text}: nothing lies between them")
    return start.start, end.end


def release_files(args: argparse.Namespace) -> int:
    """End a hold; what is due to be deleted goes within a minute."""
    settings = configuration_or_exit(args.config).settings
    check_tenant(args, settings)
    with ledger_of(settings) as connection:
        held = release(connection, args.tenant, args.hold, said_by(args))
    if held is None:
        note(f"{args.tenant} has no hold {args.hold} that was not released: `callcontrol media holds {args.tenant}`")
        return NOTHING_DONE
    say(args, {"hold": args.hold, **_what(held)}, f"hold {args.hold} is released: {held}")
    return 0


def show_holds(args: argparse.Namespace) -> int:
    """Every hold there ever was, those that count first."""
    settings = configuration_or_exit(args.config).settings
    check_tenant(args, settings)
    with ledger_of(settings) as connection:
        found = holds(connection, args.tenant)
    for one in found:
        say(args, _told(one), _said(one))
    if not found:
        note("there is no hold")
    return 0


def _told(one: Hold) -> dict[str, object]:
    times = {name: at and text_of(at) for name, at in (("since", one.since), ("until", one.until))}
    return {
        **_what(one.held),
        **times,
        "hold": one.hold_id,
        "by": one.by,
        "why": one.why,
        "counts": one.counts,
        "files": one.files,
        "released_at": one.released_at and text_of(one.released_at),
        "released_by": one.released_by,
    }


def _what(held: Held) -> dict[str, object]:
    times = {name: at and text_of(at) for name, at in (("from", held.arrived_from), ("to", held.arrived_to))}
    return {"media_id": held.media_id, "call_id": held.call_id, "number": held.number, **times}


def _said(one: Hold) -> str:
    until = f" until {text_of(one.until)}" if one.until is not None else ""
    if one.released_at is not None:
        until = f", released {text_of(one.released_at)} by {one.released_by}"
    state = f"{one.files} held" if one.counts else "counts no more"
    return f"hold {one.hold_id}: {one.held}: {state}: since {text_of(one.since)}{until} by {one.by}: {one.why}"


def _until(text: str, settings: Settings, tenant: str) -> Instant | None:
    if not text:
        return None
    until = instant_from(text, ZoneInfo(settings.tenants[tenant].zone))
    if until <= clock.now():
        raise ValueError(f"--until {text}: that is over")
    return until
