"""`callcontrol calls`: the history, read back with costs: each call, why it went where it went, and its legs.

With `--call ID` (the call's, or that of any of its channels) that one call, and what happened in its queues: each offer
with its end, and the keys pressed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson
from rich.console import Console
from rich.text import Text

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.commands.calls_in_queues import seconds, visit_lines
from callcontrol.commands.names import unknown
from callcontrol.edges.embedded import running_address
from callcontrol.edges.ledger.reader import MAX_CALLS, LedgerReader, NoLedger, PastCall, PastLeg, Wanted
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.moment import BadMoment, Instant, instant_from
from callcontrol.vocabulary.money import plain
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.phone_number import normalise
from callcontrol.vocabulary.refusal_reason import RefusalReason

DEFAULT_LIMIT = 20
NAME_SHOWN = 24  # characters; a caller can send a name of any length
# Blanks before what belongs to a call, and before the rest of a line that does not fit.
DETAIL, HANGING = 4, 2
TITLES = ("arrived", "from", "to", "outcome", "time", "cost")


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`calls [--call ID] [--tenant T] [--number N] [--since TIME] [--until TIME] [--outcome WORD] …`."""
    parser = subparsers.add_parser("calls", help="the history of calls with their costs", description=__doc__)
    add_config(parser)
    parser.add_argument("--dsn", default="", help="libpq connection string (default: postgres.dsn, else the embedded)")
    parser.add_argument("--call", metavar="ID", help="only this call (its id, or any of its channels'), and its queues")
    parser.add_argument("--tenant", help="only this tenant's")
    parser.add_argument("--number", help="only calls of, to, or forwarded to this number or extension")
    parser.add_argument("--since", default="", metavar="TIME", help="from this arrival on, ISO time or day")
    parser.add_argument("--until", default="", metavar="TIME", help="before this arrival, ISO time or day")
    outcomes = [outcome.value for outcome in Outcome]
    reasons = [reason.value for reason in RefusalReason]
    only = f"only where a number was not dialled for this reason: {', '.join(reasons)}"
    parser.add_argument("--refused", choices=reasons, metavar="WORD", help=only)
    directions = [direction.value for direction in Direction]
    to = f"only with a leg to a number of this class: {', '.join(directions)}"
    parser.add_argument("--direction", choices=directions, metavar="WORD", help=to)
    parser.add_argument("--outcome", choices=outcomes, metavar="WORD", help=f"only with one of {', '.join(outcomes)}")
    parser.add_argument("--limit", type=int, default=DEFAULT_LIMIT, help="at most so many, the latest (%(default)s)")
    parser.add_argument("--zone", default="UTC", help="time zone of what is read and shown (%(default)s)")
    parser.add_argument("--json", action="store_true", help="one JSON object per call, times in UTC")


def run(args: argparse.Namespace) -> int:
    """Print the calls, latest first; 1 if the arguments make no sense or the ledger cannot be read."""
    try:
        zone = ZoneInfo(args.zone)
        wanted = wanted_from(args, zone)
        with LedgerReader(args.dsn or _configured(args.config)) as ledger:
            calls = ledger.calls(wanted)
            if not calls and wanted.tenant is not None:
                _check_tenant(wanted.tenant, ledger, args)
            there_are = ledger.count(wanted) if len(calls) == wanted.limit and not args.json else len(calls)
    except ZoneInfoNotFoundError:
        return _complain(f"--zone {args.zone}: no such time zone; write one such as Europe/Warsaw")
    except (BadMoment, NoLedger, ValueError) as error:
        return _complain(str(error))
    if args.json:
        for call in calls:
            sys.stdout.buffer.write(orjson.dumps(call.plain(), default=_plain, option=orjson.OPT_UTC_Z) + b"\n")
        sys.stdout.buffer.flush()
    else:
        console = Console(highlight=False)
        show(calls, zone, console, queues=args.call is not None)
        if there_are > len(calls):
            most = f"{there_are} or more" if there_are == MAX_CALLS else str(there_are)
            console.print(f"the latest {len(calls)} of {most} calls; --limit {there_are} shows them", style="dim")
    return 0


def _check_tenant(name: str, ledger: LedgerReader, args: argparse.Namespace) -> None:
    """A tenant has calls, or is (still) configured.

    Raises:
        ValueError: neither.
    """
    known = {*ledger.tenants(), *(() if args.dsn else configuration_or_exit(args.config).settings.tenants)}
    if name not in known:
        raise ValueError(unknown("tenant", name, known))


def wanted_from(args: argparse.Namespace, zone: tzinfo) -> Wanted:
    """What is asked for.

    Raises:
        BadMoment: a time that is none. ValueError: a limit out of range.
    """
    if not 1 <= args.limit <= MAX_CALLS:
        raise ValueError(f"--limit {args.limit}: 1 to {MAX_CALLS} are possible")
    number = normalise(args.number, "") if args.number else None
    return Wanted(
        tenant=args.tenant,
        number=number.text if number else args.number,
        since=_moment(args.since, zone),
        until=_moment(args.until, zone),
        outcome=args.outcome,
        refusal=args.refused,
        direction=args.direction,
        limit=args.limit,
        call_id=args.call,
    )


def show(calls: list[PastCall], zone: tzinfo, console: Console, *, queues: bool = False) -> None:
    """A line per call, two where the terminal is narrow; below it, indented, its way, its legs, and what was noted.

    Args:
        queues: show what happened in its queues as well.
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
        for text, style in (*_details(call), *(visit_lines(call, zone) if queues else ())):
            _print(console, text, style, DETAIL)


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
    sums: dict[str, Decimal] = {}
    for leg in call.legs:
        if leg.cost is not None and leg.cost.amount is not None:
            sums[leg.cost.currency] = sums.get(leg.cost.currency, Decimal(0)) + leg.cost.amount
    return ", ".join(f"{plain(amount)} {currency}" for currency, amount in sorted(sums.items()))


def _caller(call: PastCall) -> str:
    if call.caller_anonymous:
        return "anonymous"
    name = call.caller_name if len(call.caller_name) <= NAME_SHOWN else f"{call.caller_name[: NAME_SHOWN - 1]}…"
    return f"{call.caller_number or 'unknown'} {name}".strip()


def _clock(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _moment(text: str, zone: tzinfo) -> Instant | None:
    return instant_from(text, zone) if text else None


def _configured(folder: Path) -> str:
    settings = configuration_or_exit(folder).settings
    dsn = settings.postgres.dsn or running_address(Path(settings.data) / "postgres")
    if not dsn:
        raise NoLedger(f"{folder} names no postgres.dsn and the embedded one does not run: start `callcontrol serve`")
    return dsn


def _plain(value: object) -> str:
    """Amounts and milliseconds as text, exactly as they are stored."""
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def _complain(what: str) -> int:
    print(what, file=sys.stderr)
    return 1
