"""`callcontrol queues`: who waits where, what came of the callers of today or of any days, and what to do with one.

    queues [show] [TENANT [QUEUE]]      every queue; of one queue also who waits in it
    queues move TENANT CALL QUEUE       into another queue
    queues priority TENANT CALL N       0 to 10; callers with a higher one are served first
    queues remove TENANT CALL [TARGET]  out of the queue, to another target or away

CALL is the beginning of a call's id, as `queues TENANT QUEUE` shows it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from itertools import groupby, islice
from typing import Any

from rich.console import RenderableType

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.commands.queue_tables import (
    WaitingRow,
    caller_line,
    callers_table,
    live_table,
    past_table,
    waiting_rows,
)
from callcontrol.commands.showing import View, add_showing, is_past, period_of, present
from callcontrol.daemon.configuration import Configuration
from callcontrol.edges import clock
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.usecases.live_queues import (
    NOT_TOLD,
    LiveQueues,
    check_name,
    live_queues,
    shown_number,
    tenants_with_queues,
)
from callcontrol.usecases.past_ledger import ledger_dsn
from callcontrol.usecases.queue_rows import QueueRow, live_row, past_rows
from callcontrol.usecases.waiting_callers import WaitingCallers
from callcontrol.vocabulary.moment import text_of
from callcontrol.vocabulary.queue import QueueView

VERBS = ("show", "move", "priority", "remove")
# Most callers of one queue in a table; `--json` has all.
SHOWN = 100


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`queues [show] [TENANT [QUEUE]]`, `queues move|priority|remove TENANT CALL …`."""
    parser = subparsers.add_parser(
        "queues",
        help="waiting callers, and figures of queues",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="|".join(VERBS))
    show = verbs.add_parser("show", help="tables; also without the word `show`")
    show.add_argument("tenant", nargs="?")
    show.add_argument("queue", nargs="?")
    add_showing(show)
    move = _verb(verbs, "move", "put a waiting caller into another queue")
    move.add_argument("queue")
    _verb(verbs, "priority", "give a waiting caller another priority").add_argument("priority", type=int, metavar="N")
    remove = _verb(verbs, "remove", "take a waiting caller out, or a callback")
    remove.add_argument("target", nargs="?", default="", help="where to: voicemail:101, extension:102, …; away without")
    for one in verbs.choices.values():
        add_config(one)


def _verb(verbs: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=text)
    parser.add_argument("tenant")
    parser.add_argument("call", help="the beginning of the call's id, as the table shows it")
    return parser


def run(args: argparse.Namespace) -> int:
    """Carry it out; 1 if it makes no sense, or Redis or Postgres do not answer."""
    configuration = configuration_or_exit(args.config)
    try:
        if args.verb == "show" and is_past(args):
            present(args, partial(_past, args, configuration))
        else:
            with live_queues(configuration) as live:
                _live(args, live)
    except (LiveStateError, NoLedger, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _live(args: argparse.Namespace, live: LiveQueues) -> None:
    match args.verb:
        case "show":
            tenants = tenants_with_queues(live.configuration.settings, args.tenant)
            if args.queue:
                check_name(args.tenant, "queue", args.queue, live.configuration.settings.tenants[args.tenant].queues)
            present(args, lambda: _look(args, live, tenants))
        case "move":
            print(WaitingCallers(live, args.tenant).move(args.call, args.queue))
        case "priority":
            print(WaitingCallers(live, args.tenant).prioritise(args.call, args.priority))
        case "remove":
            print(WaitingCallers(live, args.tenant).remove(args.call, args.target))


def _look(args: argparse.Namespace, live: LiveQueues, tenants: list[str]) -> View:
    """What stands in the queues at this moment."""
    found = [(tenant, queue) for tenant in tenants for queue in live.views.queues(tenant, live.occasion(tenant))]
    wanted = [(tenant, queue) for tenant, queue in found if args.queue in (None, queue.name)]
    if not wanted:
        raise ValueError(NOT_TOLD.format("queues", ", ".join(tenants)))
    most = None if args.json else SHOWN
    callers = [_callers(tenant, queue, live, most) for tenant, queue in wanted] if args.queue else []
    now = clock.now()
    rows = [live_row(tenant, queue, live.configuration.settings.tenants[tenant], now) for tenant, queue in wanted]
    lines: list[dict[str, Any]] = [{"at": text_of(now), **asdict(row)} for row in rows]
    for line, waiting in zip(lines, callers, strict=False):
        line["callers"] = [caller_line(caller) for caller in waiting]

    def tables(width: int) -> Iterator[RenderableType]:
        for tenant, of_tenant in groupby(rows, key=lambda row: row.tenant):
            yield live_table(live.title(tenant, "queues"), list(of_tenant), width)
        for (_, queue), waiting in zip(wanted, callers, strict=False):
            yield callers_table(queue, waiting, width)

    return View(lines, tables)


def _callers(tenant: str, queue: QueueView, live: LiveQueues, most: int | None) -> list[WaitingRow]:
    """Who waits; at most so many, those who are next."""
    tickets = list(islice(live.callers(tenant, queue), most))
    settings = live.configuration.settings
    return waiting_rows(tickets, lambda number: shown_number(number, settings), clock.now())


def _past(args: argparse.Namespace, configuration: Configuration) -> View:
    """What came of the queues' callers, from the records."""
    settings = configuration.settings
    dsn = ledger_dsn(settings)
    found: list[tuple[str, list[QueueRow]]] = []
    for tenant in tenants_with_queues(settings, args.tenant):
        period = period_of(args, configuration.zone_of(tenant), clock.now())
        rows = past_rows(dsn, tenant, settings.tenants[tenant], period.start, period.end)
        title = f"{tenant}: queues, {period.name}"
        found.append((title, [row for row in rows if args.queue in (None, row.queue)]))
    lines = [asdict(row) for _, rows in found for row in rows]
    return View(lines, lambda width: [past_table(title, rows, width) for title, rows in found])
