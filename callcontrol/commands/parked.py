"""`callcontrol parked`: who is parked at which place, since when, and by whom."""

from __future__ import annotations

import argparse
import sys

from rich.console import Console
from rich.table import Table

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.commands.tables import NOTHING
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.parked import ParkedStore
from callcontrol.usecases.names import unknown
from callcontrol.usecases.stores import live_state
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.parked import ParkedCaller

TITLES = ("tenant", "place", "lot", "caller", "for", "parked by", "switch", "call")


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`parked [TENANT]`."""
    parser = subparsers.add_parser("parked", help="callers who are parked now", description=__doc__)
    add_config(parser)
    parser.add_argument("tenant", nargs="?", help="only this tenant's")


def run(args: argparse.Namespace) -> int:
    """Show them; 1 if there is no such tenant or Redis does not answer."""
    settings = configuration_or_exit(args.config).settings
    if args.tenant is not None and args.tenant not in settings.tenants:
        print(unknown("tenant", args.tenant, settings.tenants), file=sys.stderr)
        return 1
    names = [args.tenant] if args.tenant is not None else sorted(settings.tenants)
    try:
        table = _table(settings, names)
    except LiveStateError as error:
        print(error, file=sys.stderr)
        return 1
    if table.row_count:
        Console().print(table)
    else:
        print("no caller is parked")
    return 0


def _table(settings: Settings, names: list[str]) -> Table:
    table, now = Table(*TITLES, box=None, pad_edge=False), clock.now()
    with live_state(settings) as pipeline:
        store = ParkedStore(pipeline)
        for name in names:
            for caller in store.look(name):
                table.add_row(name, *_row(caller, now))
    return table


def _row(caller: ParkedCaller, now: Instant) -> tuple[str, ...]:
    minutes, seconds = divmod(max(now - caller.since, 0) // SECOND_US, 60)
    who = f"held for {caller.held_for}" if caller.held_for else caller.number or "anonymous"
    return (caller.place, caller.lot, who, f"{minutes}:{seconds:02}", caller.by or NOTHING, caller.switch, caller.call)
