"""`callcontrol export list`: the exports there are, or the batches of one."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import asdict

from rich.console import Console

from callcontrol.commands.arguments import configuration_or_exit
from callcontrol.commands.export_names import plan_named
from callcontrol.commands.media_ledger import ledger_of, note, say
from callcontrol.commands.tables import NOTHING, ORDINARY, Column, table_of
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.jobs.exports.plans import Plan, plans_of
from callcontrol.usecases.exports import batch_told, export_now, last_batches, time_told

_Row = Mapping[str, object]


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`list [NAME]`."""
    showing = verbs.add_parser("list", help="the exports there are, or the batches of one")
    showing.add_argument("name", metavar="NAME", nargs="?", default="")
    showing.add_argument("--limit", type=int, default=100, help="the last so many batches")


def show(args: argparse.Namespace) -> int:
    """All exports, or the batches of one."""
    settings = configuration_or_exit(args.config).settings
    if args.name:
        plan_named(args, settings)
        with ledger_of(settings) as connection:
            rows: list[_Row] = [batch_told(batch) for batch in last_batches(connection, args.name, args.limit)]
        _print(args, rows, _BATCHES, "it has no batch yet: `callcontrol export run` makes one")
        return 0
    with ledger_of(settings) as connection:
        rows = [_of_export(connection, plan) for plan in plans_of(settings).values()]
    _print(args, rows, _EXPORTS, "the configuration has no `exports:`")
    return 0


def _print(args: argparse.Namespace, rows: list[_Row], columns: list[Column[_Row]], nothing: str) -> None:
    if not rows:
        note(nothing)
    elif args.json:
        for row in rows:
            say(args, row, "")
    else:
        console = Console()
        console.print(table_of("", columns, rows, console.width))


def _of_export(connection: DictConnection, plan: Plan) -> _Row:
    now = export_now(connection, plan)
    times = {name: time_told(getattr(now, name)) for name in ("ran_at", "waiting_since")}
    told = {name: value for name, value in asdict(now).items() if name != "name"}
    return {"export": now.name, **told, **times}


def _column(title: str, name: str, width: int = 0, *, left: bool = True, gives_way: bool = False) -> Column[_Row]:
    return Column(title, lambda row: str(row[name] or NOTHING), width, gives_way, left)


_EXPORTS = [
    _column("export", "export"),
    _column("what", "what"),
    _column("to", "to", gives_way=True),
    _column("timer", "timer", ORDINARY),
    _column("last run", "ran_at"),
    _column("waiting", "waiting", left=False),
    _column("unconfirmed", "unconfirmed", ORDINARY, left=False),
    _column("trouble", "trouble", gives_way=True),
]
_BATCHES = [
    _column("number", "number", left=False),
    _column("closed", "closed_at"),
    _column("rows", "rows", left=False),
    _column("file", "file"),
    _column("delivered", "delivered_at"),
    _column("receipt", "receipt", gives_way=True),
]
