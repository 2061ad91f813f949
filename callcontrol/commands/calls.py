"""`callcontrol calls`: the history, read back with costs: each call, why it went where it went, and its legs.

With `--call ID` (the call's, or that of any of its channels) that one call, what happened in its queues (each offer
with its end, and the keys pressed), and its time line: a row for each leg, its conversations as bars.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rich.console import Console
from rich.text import Text

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.commands.call_filters import add_filters, wanted_from
from callcontrol.commands.call_timeline import timeline_lines
from callcontrol.commands.calls_in_queues import seconds, visit_lines
from callcontrol.commands.calls_written import write_csv, write_json
from callcontrol.edges.embedded import running_address
from callcontrol.edges.ledger.past_rows import PastCall, PastLeg
from callcontrol.edges.ledger.reader import TOTALS_S, LedgerReader, NoLedger, Totals, place_of
from callcontrol.usecases.call_filters import MAX_LIMIT
from callcontrol.usecases.call_rows import costs_of
from callcontrol.usecases.names import unknown
from callcontrol.usecases.timeline import name_of
from callcontrol.vocabulary.leg import Role
from callcontrol.vocabulary.moment import datetime_of
from callcontrol.vocabulary.money import plain
from callcontrol.vocabulary.survey import HIGHEST
from callcontrol.vocabulary.wanted import Wanted

DEFAULT_LIMIT = 20
WAITED_S = 2.0  # a person does not wait longer for a page: it says how far was looked
NAME_SHOWN = 24  # characters; a caller can send a name of any length
# Blanks before what belongs to a call, and before the rest of a line that does not fit.
DETAIL, HANGING = 4, 2
TITLES = ("arrived", "from", "to", "outcome", "time", "cost")


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`calls [FILTERS] [--limit N] [--after PLACE] [--csv|--json]`."""
    parser = subparsers.add_parser("calls", help="the history of calls with their costs", description=__doc__)
    add_config(parser)
    parser.add_argument("--dsn", default="", help="libpq connection string (default: postgres.dsn, else the embedded)")
    add_filters(parser)
    limit = f"the largest number of calls shown; default: the latest {DEFAULT_LIMIT}, with --csv and --json all"
    parser.add_argument("--limit", type=int, help=limit)
    parser.add_argument("--after", metavar="PLACE", help="go on where the list before ended, as it said there")
    parser.add_argument("--oldest-first", action="store_true", help="the earliest first, not the latest")
    parser.add_argument("--zone", help="time zone of what is read and shown (default: the tenant's; without one UTC)")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object per call, times in UTC")
    form.add_argument("--csv", action="store_true", help="one row per call, times in the zone with their offset")


def run(args: argparse.Namespace) -> int:
    """Print the calls, latest first; 1 if the arguments make no sense or the ledger cannot be read."""
    try:
        zone, region = _zone_and_region(args)
        wanted = wanted_from(args, zone, region)
        with LedgerReader(args.dsn or _configured(args.config)) as ledger:
            if args.json:
                write_json(ledger.pages(wanted))
            elif args.csv:
                write_csv(ledger.pages(wanted), zone)
            else:
                _show_page(ledger, replace(wanted, limit=wanted.limit or DEFAULT_LIMIT), zone, args)
    except (NoLedger, ValueError) as error:
        return _complain(str(error))
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _zone_and_region(args: argparse.Namespace) -> tuple[tzinfo, str]:
    """The tenant's, where its configuration is at hand.

    Raises:
        ValueError: a zone that is none.
    """
    known = None if args.dsn or not args.tenant else configuration_or_exit(args.config)
    region = known.region_of(args.tenant) if known else ""
    if args.zone is None:
        return known.zone_of(args.tenant) if known else UTC, region
    try:
        return ZoneInfo(args.zone), region
    except (ZoneInfoNotFoundError, ValueError) as error:
        what = f"--zone {args.zone}: no such time zone; write one such as Europe/Warsaw"
        raise ValueError(what) from error


def _show_page(ledger: LedgerReader, wanted: Wanted, zone: tzinfo, args: argparse.Namespace) -> None:
    page = ledger.page(wanted, WAITED_S)
    if not page.calls and wanted.tenant is not None:
        _check_names(wanted.tenant, ledger, args)
    console = Console(highlight=False)
    if page.calls or page.searched_to is None:
        show(page.calls, zone, console, queues=args.call is not None)
    if args.call is None and page.calls:
        for line in _below(page.calls, wanted, ledger.totals(wanted)):
            console.print(line, style="dim")
    if page.searched_to is not None:
        so_far = "no more calls" if page.calls else "no calls"
        console.print(
            f"{so_far} up to {_clock(datetime_of(page.searched_to.at), zone)}, after {WAITED_S:g} s of looking."
        )
        console.print(f"It goes on there: --after {page.searched_to}", style="dim")


def _below(calls: list[PastCall], wanted: Wanted, totals: Totals | None) -> Iterator[str]:
    """Sums of all that match, and how to see the others."""
    yield _sums(totals) if totals else f"sums take longer than {TOTALS_S:g} s: narrow the period"
    if len(calls) != wanted.limit or (totals and totals.calls <= len(calls)):
        return
    yield f"the next ones: --after {place_of(calls[-1])}"
    which = "earliest" if wanted.oldest_first else "latest"
    if totals and not wanted.after and totals.calls <= MAX_LIMIT:
        yield f"the {which} {len(calls)} of {totals.calls} calls; --limit {totals.calls} shows them"


def _sums(totals: Totals) -> str:
    counts = f"{totals.calls} in all, {totals.talks} with a conversation"
    costs = (f"{plain(amount)} {currency}" for currency, amount in totals.costs.items())
    return ", ".join((counts, f"{seconds(Decimal(totals.talk_ms))} of talk", *costs))


def _check_names(name: str, ledger: LedgerReader, args: argparse.Namespace) -> None:
    """Nothing was found: a name that is not known is why. A tenant has calls, or is (still) configured.

    Raises:
        ValueError: there is no such tenant, extension, queue or agent.
    """
    configured = {} if args.dsn else configuration_or_exit(args.config).settings.tenants
    known = {*ledger.tenants(), *configured}
    if name not in known:
        raise ValueError(unknown("tenant", name, known))
    if name not in configured:
        return
    tenant = configured[name]
    for what, given, names in (
        ("extension", args.extension, tenant.extensions),
        ("queue", args.queue, tenant.queues),
        ("agent", args.agent, tenant.agents),
    ):
        if given is not None and given not in names:
            raise ValueError(unknown(what, given, names))


def show(calls: list[PastCall], zone: tzinfo, console: Console, *, queues: bool = False) -> None:
    """A line per call, two where the terminal is narrow; below it, indented, its way, its legs, and what was noted.

    Args:
        queues: show its time line and what happened in its queues as well.
    """
    if not calls:
        console.print("No calls match.")
        return
    heads = [_head(call, zone) for call in calls]
    rows = list(_rows(heads, console.width if console.is_terminal else None))
    for row in rows[0]:
        _print(console, row, "dim")
    for call, head in zip(calls, rows[1:], strict=True):
        for row in head:
            _print(console, row, "bold")
        for text, style in (*_details(call), *(_closer(call, zone, console.width - DETAIL) if queues else ())):
            _print(console, text, style, DETAIL)


def _closer(call: PastCall, zone: tzinfo, width: int) -> Iterator[tuple[str, str]]:
    """What is shown of a call that was asked for by its id: its time line, and what happened in its queues."""
    yield from timeline_lines(call, zone, width)
    yield from visit_lines(call, zone)


def _rows(heads: list[tuple[str, ...]], width: int | None) -> Iterator[tuple[str, ...]]:
    """The titles, then each call: one line with all columns, or two where they do not fit into the width."""
    widths = [max(map(len, column)) for column in zip(TITLES, *heads, strict=True)]
    if width is None or sum(widths) + 2 * (len(widths) - 1) <= width:
        yield from ((_row(cells, widths),) for cells in (TITLES, *heads))
        return
    first, last = widths[:3], widths[4:]
    room = width - sum(last) - 6
    for cells in (TITLES, *heads):
        yield "  ".join(map(str.ljust, cells[:3], first)).rstrip(), "  " + _row(cells[3:], [room, *last])


def _print(console: Console, text: str, style: str, indent: int = 0) -> None:
    """On a terminal what does not fit goes on below, a little deeper; a file gets it in one line."""
    if not console.is_terminal:
        console.print(Text(" " * indent + text, style), soft_wrap=True)
        return
    room = max(console.width - indent, 2 * HANGING)
    wrapped = Text(text, style).wrap(console, room if len(text) <= room else room - HANGING)
    for number, line in enumerate(wrapped):
        console.print(Text(" " * (indent + (HANGING if number else 0))) + line)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Cells side by side; the last two, time and cost, to the right."""
    left = [cell.ljust(width) for cell, width in zip(cells[:-2], widths, strict=False)]
    right = [cell.rjust(width) for cell, width in zip(cells[-2:], widths[-2:], strict=True)]
    return "  ".join((*left, *right)).rstrip()


def _head(call: PastCall, zone: tzinfo) -> tuple[str, ...]:
    by = f" by {call.answered_by}" if call.answered_by else ""
    queues = ", ".join(dict.fromkeys(visit.queue for visit in call.visits))
    waited = f", queue {queues}" if queues else ""
    mark = f" ({call.refusal})" * bool(call.refusal) + _mark(call)
    what = (f"{call.outcome}{by}{waited}{mark}", seconds(call.total_ms), _sum(call))
    return (_clock(call.started_at, zone), _caller(call), call.dialled, *what)


def _details(call: PastCall) -> Iterator[tuple[str, str]]:
    for station in call.path:
        arrow, style = ("✗", "yellow") if station.get("passed") else ("→", "cyan")
        source = f" ({station['source']})" if station.get("source") else ""
        yield f"{arrow} {station['target']}  {station['why']}{source}", style
    if chosen := _chosen(call):
        yield f"⌨ {chosen}", "cyan"
    for leg in call.legs:
        if leg.role == Role.SUPERVISOR:
            yield f"☎ {name_of(leg, call)} is a supervisor at another call", "magenta"
        if leg.direction == "b":
            yield _leg_line(leg), "green" if leg.bridged_at else ""
        if leg.estimate:
            whose = "the caller" if leg.direction == "a" else leg.target or leg.address
            yield f"≈ {whose}: estimated, {leg.estimate}", "yellow"
    for recording in call.recordings:
        yield f"● recorded {recording['box']}: {recording['path']}", "magenta"
    for fact in call.talks:
        why = " ".join(one for one in (fact["why"], f"({fact['source']})" if fact["source"] else "") if one)
        yield f"● recording: {fact['what']} {why}".rstrip(), "magenta"
    for survey in call.surveys:
        whose = ", ".join(word for word in (survey["queue"], survey["agent"]) if word)
        said = f"{survey['score']} of {HIGHEST}" if survey["score"] else survey["how"].replace("_", " ")
        yield f"★ survey {survey['survey']}: {said}{f' ({whose})' if whose else ''}", "magenta"
    for note in call.notes:
        yield f"note {note['what']}", "dim"


def _chosen(call: PastCall) -> str:
    """What was chosen for the caller, or asked for by keys, in words; "" if nothing was."""
    said = (
        f"language {call.language}" if call.language else "",
        f"label {call.label}" if call.label else "",
        call.demand,
        f"priority {call.priority}" if call.priority else "",
    )
    return ", ".join(one for one in said if one)


def _leg_line(leg: PastLeg) -> str:
    trunk = f" over {leg.trunk}" if leg.trunk else ""
    payer = f", {leg.payer} pays" if leg.payer else ""
    mark = _mark(leg)
    talk = seconds(leg.talk_ms) if leg.answered_at else ""
    parts = (
        f"☎ {leg.target or leg.address}{trunk}",
        f"shown {leg.shown or 'nothing'}{payer}",
        f"{leg.outcome} ({leg.cause or 'no cause'}){mark}",
        talk,
        _cost(leg),
    )
    return "  ".join(part for part in parts if part)


def _mark(known: PastCall | PastLeg) -> str:
    """How it is known, where it is not simply the worker's record."""
    words = (word for word in ("estimated", "reconciled") if getattr(known, word))
    return f" ({', '.join(words)})" if known.estimated or known.reconciled else ""


def _cost(leg: PastLeg) -> str:
    cost = leg.cost
    if cost is None:
        return ""
    return f"{plain(cost.amount)} {cost.currency}" if cost.amount is not None else f"{cost.status}: {cost.reason}"


def _sum(call: PastCall) -> str:
    """What the call costs, by currency."""
    return ", ".join(f"{plain(amount)} {currency}" for currency, amount in costs_of(call).items())


def _caller(call: PastCall) -> str:
    if call.caller_anonymous:
        return "anonymous"
    name = call.caller_name if len(call.caller_name) <= NAME_SHOWN else f"{call.caller_name[: NAME_SHOWN - 1]}…"
    return f"{call.caller_number or 'unknown'} {name}".strip()


def _clock(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _configured(folder: Path) -> str:
    settings = configuration_or_exit(folder).settings
    dsn = settings.postgres.dsn or running_address(Path(settings.data) / "postgres")
    if not dsn:
        raise NoLedger(f"{folder} names no postgres.dsn and the embedded one does not run: start `callcontrol serve`")
    return dsn


def _complain(what: str) -> int:
    print(what, file=sys.stderr)
    return 1
