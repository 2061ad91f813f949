"""`callcontrol report NAME TENANT`: what the calls of a period come to.

    peak         hour of the day by day of the week; with --queue of one queue
    types        calls by type and outcome
    numbers      answered and missed, by number of the tenant's
    callers      the numbers that called most
    extensions   answered and missed, by extension
    queues       service level, speed of answer, handling time, abandoned callers
    agents       offers answered and missed, handling time
    resolution   callers who did not call again within --days
    missed       how soon missed callers were called back, by whom they wanted
    surveys      what callers answered after a conversation, by queue and agent
    costs        by class of the number

What each figure means is said in README.md, "Reports".
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable
from decimal import Decimal

import orjson
from rich.console import Console
from rich.text import Text

from callcontrol.billing.reports import Kind, Report, Value
from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.commands.tables import NOTHING, Column, share, span, table_of
from callcontrol.daemon.configuration import Configuration
from callcontrol.edges import clock
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.usecases.past_ledger import ledger_dsn
from callcontrol.usecases.reports import (
    DEFAULT_DAYS,
    DEFAULT_LIMIT,
    DEFAULT_PERIOD,
    REPORTS,
    Asked,
    ReportAsked,
    asked_of,
)
from callcontrol.vocabulary.money import plain
from callcontrol.vocabulary.period import WORDS

BAR = 20  # characters
_EIGHTHS = " ▏▎▍▌▋▊▉"


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`report NAME TENANT [--period P] [--from DAY] [--to DAY] [--csv|--json]`."""
    parser = subparsers.add_parser(
        "report",
        help="what the calls of a period come to",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=REPORTS, metavar="NAME", help=", ".join(REPORTS))
    parser.add_argument("tenant")
    words = ", ".join(WORDS)
    period = f"a day 2026-11-30, week 2026-W48, month 2026-11, year, or {words} ({DEFAULT_PERIOD})"
    parser.add_argument("--period", metavar="PERIOD", help=period)
    parser.add_argument("--from", dest="start", metavar="DAY", help="from this day or ISO time on")
    parser.add_argument("--to", dest="end", metavar="DAY", help="to the end of this day, or before this ISO time")
    parser.add_argument("--queue", default="", help="peak: only callers of this queue")
    parser.add_argument("--days", type=int, default=DEFAULT_DAYS, help="resolution: within so many days (%(default)s)")
    parser.add_argument("--limit", type=int, default=DEFAULT_LIMIT, help="callers: so many (%(default)s)")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="names of the figures, then a row each; times in ms")
    form.add_argument("--json", action="store_true", help="one JSON object a row; times in ms")
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Print it; 1 if the arguments make no sense or the ledger cannot be read."""
    configuration = configuration_or_exit(args.config)
    try:
        asked = _asked(args, configuration)
        report = REPORTS[args.name](asked)
    except (NoLedger, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    if args.json:
        _write_json(report)
    elif args.csv:
        _write_csv(report)
    else:
        _show(report, asked)
    return 0


def _asked(args: argparse.Namespace, configuration: Configuration) -> Asked:
    given = ReportAsked(args.period or "", args.start or "", args.end or "", args.queue, args.days, args.limit)
    return asked_of(ledger_dsn(configuration.settings), args.tenant, given, configuration, clock.now())


def _show(report: Report, asked: Asked) -> None:
    console = Console(highlight=False)
    title = f"{asked.tenant}: {report.name}, {asked.period.name} ({asked.zone.key})"
    if not report.rows:
        console.print(f"{title}: no calls")
        return
    most = max((_size(value) for value in report.column(report.bar)), default=0.0)
    at = [figure.name for figure in report.figures].index(report.bar)
    columns: list[Column[tuple[Value, ...]]] = [
        Column(figure.name.replace("_", "\n"), _cell(number, figure.kind), left=figure.kind is Kind.TEXT)
        for number, figure in enumerate(report.figures)
    ]
    columns.append(Column("", lambda row: Text(_bar(_size(row[at]), most), "cyan"), left=True))
    console.print(table_of(title, columns, report.rows, console.width))


def _cell(at: int, kind: Kind) -> Callable[[tuple[Value, ...]], str]:
    return lambda row: _shown(row[at], kind)


def _shown(value: Value, kind: Kind) -> str:
    match value, kind:
        case None, _:
            return NOTHING
        case int(), Kind.MS:
            return span(value)
        case float(), Kind.SHARE:
            return share(value)
        case float(), Kind.MEAN:
            return f"{value:.2f}"
        case Decimal(), _:
            return plain(value)
    return str(value)


def _size(value: Value) -> float:
    return float(value) if isinstance(value, int | float | Decimal) else 0.0


def _bar(value: float, most: float) -> str:
    """A bar of blocks, in eighths of a character."""
    eighths = round(8 * BAR * value / most) if most > 0 else 0
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def _write_json(report: Report) -> None:
    names = [figure.key for figure in report.figures]
    for row in report.rows:
        line = orjson.dumps(dict(zip(names, row, strict=True)), default=_exact)
        sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def _write_csv(report: Report) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\r\n")
    writer.writerow(figure.key for figure in report.figures)
    writer.writerows([format(v, "f") if isinstance(v, Decimal) else v for v in row] for row in report.rows)
    sys.stdout.flush()


def _exact(value: object) -> str:
    """Amounts as text, exactly as they are stored."""
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no JSON form here")
