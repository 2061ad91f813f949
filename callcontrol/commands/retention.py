"""`callcontrol retention`: for how long rows of the ledger are kept, which months leave when, and what keeps them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from datetime import date

import orjson
import psycopg
from rich.console import Console
from rich.table import Table

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.commands.media_ledger import ledger_of
from callcontrol.commands.tables import NOTHING
from callcontrol.config.kept_days import kept_days
from callcontrol.config.retention_settings import RetentionKind
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.ledger.ageing import held
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.jobs.retention.outlook import Leaving, Look, leaving
from callcontrol.jobs.retention.upgrading import grace_end
from callcontrol.vocabulary.moment import Instant, datetime_of, text_of

# Months that leave later are summed up.
SHOWN_DAYS = 62
FAILED = 1


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`retention [--json]`."""
    parser = subparsers.add_parser(
        "retention", help="what is kept for how long, and what leaves when", description=__doc__
    )
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Show it; 1 if the ledger cannot be read."""
    settings, now = configuration_or_exit(args.config).settings, clock.now()
    try:
        with ledger_of(settings) as connection:
            look = Look(settings, datetime_of(now).date(), held(connection))
            ends, found = grace_end(connection, settings), list(leaving(connection, look))
    except (NoLedger, psycopg.Error) as error:
        print(error, file=sys.stderr)
        return FAILED
    if args.json:
        print(orjson.dumps(_told(settings, ends, found)).decode())
        return 0
    console = Console(highlight=False)
    print(_said(settings, ends, now))
    console.print(_days(settings))
    console.print(_months(found, look.today))
    return 0


def _said(settings: Settings, ends: Instant, now: Instant) -> str:
    archive = settings.retention.archive
    where = f"months are archived in {archive.folder} ({archive.format})" if archive else "months are archived nowhere"
    if now < ends:
        return f"nothing is deleted before {text_of(ends)} (`retention.grace_days` after the upgrade); {where}"
    return f"what is kept no longer is deleted every few minutes; {where}"


def _days(settings: Settings) -> Table:
    table = Table("days", *RetentionKind, box=None, pad_edge=False)
    for name in (None, *sorted(settings.tenants)):
        days = _of(settings, name)
        if name is None or days != _of(settings, None):
            table.add_row(name or "everyone", *map(str, days.values()))
    return table


def _of(settings: Settings, tenant: str | None) -> dict[str, int]:
    return {
        kind.value: settings.retention.of(kind) if tenant is None else kept_days(settings, tenant, kind)
        for kind in RetentionKind
    }


def _months(found: Iterable[Leaving], today: date) -> Table:
    """A line for all tenants of a month that leave together."""
    table = Table("month", "leaves", "whose", "stays", box=None, pad_edge=False)
    together: dict[tuple[date, date, str], list[str]] = {}
    for one in found:
        together.setdefault((one.month, one.on, one.stays), []).append(one.tenant or NOTHING)
    later = 0
    for (month, on, stays), tenants in together.items():
        if not stays and (on - today).days > SHOWN_DAYS:
            later += 1
            continue
        when = on.isoformat() if on > today else f"{on}, {(today - on).days} days ago"
        table.add_row(f"{month:%Y-%m}", when, ", ".join(tenants), stays or NOTHING)
    if later:
        table.add_row(f"{later} more", f"in more than {SHOWN_DAYS} days", NOTHING, NOTHING)
    return table


def _told(settings: Settings, ends: Instant, found: Iterable[Leaving]) -> dict[str, object]:
    days = {name: _of(settings, name) for name in sorted(settings.tenants)}
    return {
        "deletes_from": text_of(ends),
        "days": {"everyone": _of(settings, None), **days},
        "months": list(_rows(found)),
    }


def _rows(found: Iterable[Leaving]) -> Iterator[dict[str, object]]:
    for one in found:
        yield {"month": f"{one.month:%Y-%m}", "tenant": one.tenant, "leaves": one.on.isoformat(), "stays": one.stays}
