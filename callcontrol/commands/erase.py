"""`callcontrol erase`: everything about a number is forgotten, wherever it lies (GDPR, article 17).

erase NUMBER --why TEXT [--tenant T]   of one tenant or of all; --dry-run: only shown
erase --list [--tenant T]              what was erased by whom and when; not which numbers

A pseudonym made by chance takes the place of the number in every row: what was talked, charged and counted stays, and
so do the sums of each month. Sound files are ordered to be deleted. The same command, given again, goes on with what
was cut short.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.commands.media_ledger import ledger_of, note, number_of, say
from callcontrol.commands.overriding import add_by, said_by
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.ledger.erasing import WritersStay, listed
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.live_state.failures import LiveStateError, StoreAway
from callcontrol.edges.live_state.number_traces import NumberTraces
from callcontrol.edges.parquet import NoParquet
from callcontrol.edges.register.places import Eraser as TakenOut
from callcontrol.edges.register.stores import FILES
from callcontrol.jobs.erasing.archives import ArchiveStays
from callcontrol.jobs.erasing.erasing import Eraser, Found, NotErased, forms_of
from callcontrol.usecases.live_queues import LiveQueues, live_queues
from callcontrol.usecases.names import unknown

FAILED = 1


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`erase NUMBER --why TEXT [--tenant T] [--dry-run] [--by NAME] | --list`."""
    parser = subparsers.add_parser(
        "erase",
        help="forget everything about a number",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_config(parser)
    parser.add_argument("number", nargs="?", default="", help="as in the tenant's country, or with + and its own")
    parser.add_argument("--tenant", default="", help="only what this tenant has; default: all tenants")
    parser.add_argument("--why", default="", help="the reason, as it is to stand in the ledger")
    left = "archives of months that are not seen here, or held, are left as they are, and named"
    parser.add_argument("--without-archives", action="store_true", help=left)
    parser.add_argument("--dry-run", action="store_true", help="only show what there is")
    parser.add_argument("--list", action="store_true", help="past erasures: what, by whom, when")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, times in UTC")
    add_by(parser)


def run(args: argparse.Namespace) -> int:
    """Erase, show or list."""
    try:
        return _list(args) if args.list else _erase(args)
    except (
        ValueError,
        NoLedger,
        StoreAway,
        LiveStateError,
        WritersStay,
        NotErased,
        ArchiveStays,
        NoParquet,
        OSError,
    ) as error:
        note(str(error))
        return FAILED


def tenants_meant(args: argparse.Namespace, settings: Settings) -> list[str]:
    """The tenant that is named, else all.

    Raises:
        ValueError: there is no such tenant.
    """
    if args.tenant and args.tenant not in settings.tenants:
        raise ValueError(unknown("tenant", args.tenant, settings.tenants))
    return [args.tenant] if args.tenant else list(settings.tenants)


def eraser_of(
    args: argparse.Namespace, settings: Settings, tenant: str, connection: DictConnection, live: LiveQueues
) -> Eraser:
    """What looks for the number at one tenant.

    Raises:
        ValueError: the number is none, or too short.
    """
    forms = forms_of(settings, tenant, number_of(args.number, settings, tenant))
    traces = NumberTraces(live.pipeline, tenant, live.occasion)
    return Eraser(connection, settings, tenant, forms, traces, getattr(args, "without_archives", False))


def _erase(args: argparse.Namespace) -> int:
    if not args.number or not (args.why or args.dry_run):
        raise ValueError("write the number, and --why: the reason, as it is to stand in the ledger")
    configuration = configuration_or_exit(args.config)
    settings = configuration.settings
    with live_queues(configuration) as live, ledger_of(settings) as connection:
        erasers = [eraser_of(args, settings, name, connection, live) for name in tenants_meant(args, settings)]
        for one in erasers:
            one.refuse()
        for one in erasers:
            if args.dry_run:
                _tell(args, one.tenant, one.find(), {})
                continue
            if one.forms.is_in(args.why):
                raise ValueError("--why has the number itself, which would stay in the ledger: write it without")
            erasure, found = one.erase(said_by(args), args.why, os.urandom, clock.now)
            _tell(args, one.tenant, found, {"erasure": erasure.erasure_id, **erasure.told.as_json()})
    _tell_out_of_reach(args)
    return 0


def _tell(args: argparse.Namespace, tenant: str, found: Found, erased: dict[str, object]) -> None:
    rows = erased.get("rows", found.rows)
    assert isinstance(rows, dict)
    told = {
        "tenant": tenant,
        "rows": rows,
        "files": found.files,
        "held_calls": found.held,
        "redis": [str(one) for one in found.traces],
        "calls_in_progress": [one.id for one in found.calls],
        "disk": [{"path": str(one.path), "stays": one.stays} for one in found.on_disk],
        **erased,
    }
    done = f"erasure {erased['erasure']}" if erased else "would be erased"
    say(args, told, f"{tenant}: {done}: {_counted(rows)}, {len(found.files)} sound files")
    if args.json:
        return
    for line in _lines(found, erased):
        say(args, {}, f"  {line}")


def _counted(rows: dict[str, int]) -> str:
    return ", ".join(f"{count} rows of {name}" for name, count in sorted(rows.items())) or "no row"


def _lines(found: Found, erased: dict[str, object]) -> Iterable[str]:
    yield from (f"redis: {one}" for one in found.traces)
    yield from (f"{one.path}" + (f": STAYS: {one.stays}" if one.stays else "") for one in found.on_disk)
    for call in found.calls:
        yield f"call {call.id} is in progress: it keeps the number until it ends, its record has none"
    if found.held:
        yield f"{found.held} calls are held and stay: `callcontrol media holds` says why"
    exports = erased.get("exports", ())
    assert isinstance(exports, list | tuple)
    if exports:
        yield f"delivered before with the number, and cannot be recalled: batches {', '.join(exports)}"


def _tell_out_of_reach(args: argparse.Namespace) -> None:
    for file in FILES:
        if file.eraser is TakenOut.TOLD:
            note(f"out of reach: {file.name} ({file.where}): {file.owner}")
    if args.dry_run:
        note("nothing was changed")


def _list(args: argparse.Namespace) -> int:
    settings = configuration_or_exit(args.config).settings
    with ledger_of(settings) as connection:
        found = listed(connection, args.tenant or None)
    for one in found:
        ended = f"{one['ended_at']:%Y-%m-%d %H:%M}" if one["ended_at"] else "NOT FINISHED: give the command again"
        said = f"erasure {one['erasure_id']}: {one['tenant']}, {one['began_at']:%Y-%m-%d %H:%M} to {ended}"
        say(args, one, f"{said}, by {one['erased_by']}: {one['why']}: {_counted(one['told'].get('rows', {}))}")
    return 0
