"""`callcontrol rate`: price calls by hand, or check a price list before it goes live. Needs no configuration."""

from __future__ import annotations

import argparse
import codecs
import csv
import gc
import io
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO
from zoneinfo import ZoneInfo

import orjson

from callcontrol.billing.charges import Charge
from callcontrol.billing.rating import rate
from callcontrol.billing.tariff import INBOUND, Tariff
from callcontrol.billing.tariffs import parse
from callcontrol.billing.tariffs.markups import on_bases
from callcontrol.config.problems import Problem
from callcontrol.vocabulary.moment import SECOND_US, BadMoment, Instant, instant_from
from callcontrol.vocabulary.phone_number import REGIONS, normalise

if TYPE_CHECKING:
    from callcontrol.commands.rate_bundles import BundleCount

BAD_ROWS = 1
BAD_TARIFF = 2
CHUNK_LINES = 500  # written at once, unless a person types the calls
# Assumed where nothing is said: calls by hand have no tenant that says where they were made.
ZONE, REGION = "Europe/Warsaw", "PL"
COLUMNS = ("number", "start", "seconds")
BASE_ENDINGS = (".yaml", ".csv")  # of a price list that is marked up, and lies beside the list that does so
SEPARATORS = (",", ";", "\t")

_SECONDS = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,6}))?")
_EPILOG = """\
Calls are CSV: number, start (ISO time with offset), seconds (with fraction), for instance
  +48221234567,2026-11-22T19:59:30+01:00,61.5
A number of our own that is called from outside has inbound: before it. A first line that names these columns may put
them in another order, among others. Semicolons or tabs may separate cells as well; every row has as many cells as the
first line says. For each call one line of JSON is written: what it costs and why, or "unrated" and why it has no price,
or "error" for a row that cannot be read. Price lists that the list marks up lie beside it.

Exit status: 0 all rows were read, 1 some were not, 2 the price list has mistakes (all are shown) or cannot be opened.
"""


class BadRow(ValueError):
    """The row is no call; the message says what would be right."""


@dataclass(frozen=True, slots=True)
class Call:
    """One row: the number in normal form, when the leg was answered, how long it lasted; both also as written."""

    number: str
    start: Instant
    talk_us: int
    start_text: str
    seconds_text: str


@dataclass(frozen=True, slots=True)
class Layout:
    """How rows are written: what separates cells, where number, start and seconds stand, how many cells there are."""

    separator: str = ","
    order: tuple[int, ...] = (0, 1, 2)
    width: int = len(COLUMNS)


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "rate",
        help="price calls with a price list",
        description="Reads calls, writes what each costs and why.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--tariff", metavar="FILE", type=Path, help="price list (.yaml, .yml or .csv)")
    source.add_argument(
        "--config", metavar="DIR", type=Path, help="configuration folder: price list and bundles of --tenant"
    )
    parser.add_argument("--tenant", help="with --config: whose calls they are; bundles are counted from nothing on")
    parser.add_argument("--payer", default="tenant", help="with --config: who pays, such as extension:101 (tenant)")
    parser.add_argument("--zone", type=_zone, help=f"time zone of its dates and periods ({ZONE}, which is told)")
    parser.add_argument("--region", type=_region, help=f"country of numbers written nationally ({REGION}, likewise)")
    parser.add_argument("calls", metavar="CALLS", nargs="?", default="-", help="CSV file of calls (standard input)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry the command out; returns the exit status."""
    if (args.config is None) != (args.tenant is None):
        print("--config and --tenant go together: name both", file=sys.stderr)
        return BAD_TARIFF
    if args.config is not None:
        return _run_for_tenant(args)
    assumed = [f"--{name} {value}" for name, value in (("zone", ZONE), ("region", REGION)) if not getattr(args, name)]
    if assumed and sys.stderr.isatty():  # the author of a script has read the help
        print(f"callcontrol rate: {' and '.join(assumed)} assumed, as nothing else is given", file=sys.stderr)
    args.zone, args.region = args.zone or ZoneInfo(ZONE), args.region or REGION
    with _no_garbage():
        return _run(args)


def _run_for_tenant(args: argparse.Namespace) -> int:
    """By the list and with the bundles of a tenant of a configuration folder."""
    # Pricing by a list alone should not have to wait for all that a configuration needs.
    from callcontrol.commands.arguments import configuration_or_exit
    from callcontrol.commands.rate_bundles import BundleCount
    from callcontrol.usecases.names import unknown

    configuration = configuration_or_exit(args.config)
    book, tenant = configuration.price_books.get(args.tenant), configuration.settings.tenants.get(args.tenant)
    if book is None or tenant is None:
        print(unknown("tenant", args.tenant, configuration.settings.tenants), file=sys.stderr)
        return BAD_TARIFF
    try:
        with _no_garbage(), _opened(args.calls) as calls:
            bundles = BundleCount(tenant, args.payer)
            return _rate_all(book.of_payer(args.payer), args.region or tenant.region, calls, bundles)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}; name a file that can be read", file=sys.stderr)
    return BAD_TARIFF


@contextmanager
def _no_garbage() -> Iterator[None]:
    """A price list is many thousands of objects that stay: looking for garbage among them takes a fifth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _run(args: argparse.Namespace) -> int:
    try:
        # Bytes that are no UTF-8 become characters that no cell may have: the mistake is told with its line.
        text = args.tariff.read_text(encoding="utf-8", errors="surrogateescape")
        tariff = _whole(parse(text, str(args.tariff), args.zone), args)
        if not isinstance(tariff, Tariff):
            return _show(tariff)
        with _opened(args.calls) as calls:
            return _rate_all(tariff, args.region, calls)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}; name a file that can be read", file=sys.stderr)
    return BAD_TARIFF


def _whole(tariff: Tariff | list[Problem], args: argparse.Namespace) -> Tariff | Sequence[Problem]:
    """The list with those it marks up, which lie beside it."""
    if not isinstance(tariff, Tariff):
        return tariff
    bases: dict[str, Tariff | tuple[Problem, ...]] = {}
    for name in {version.markup.on for version in tariff.versions if version.markup}:
        paths = [path for ending in BASE_ENDINGS if (path := args.tariff.with_name(name + ending)).exists()]
        for path in paths[:1]:
            found = parse(path.read_text(encoding="utf-8", errors="surrogateescape"), str(path), args.zone)
            bases[name] = found if isinstance(found, Tariff) else tuple(found)
    problems = [problem for base in bases.values() if not isinstance(base, Tariff) for problem in base]
    joined = on_bases(tariff, str(args.tariff), bases)
    return joined if isinstance(joined, Tariff) else [*problems, *joined]


def _opened(calls: str) -> TextIO:
    """The calls as text: UTF-8, or UTF-16 with its mark; letters of other encodings become their codes."""
    from_stdin = calls == "-"
    raw = io.FileIO(sys.stdin.fileno() if from_stdin else calls, closefd=not from_stdin)
    file = io.BufferedReader(raw)
    is_utf_16 = file.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    return io.TextIOWrapper(file, encoding="utf-16" if is_utf_16 else "utf-8", errors="backslashreplace")


def _show(problems: Sequence[Problem]) -> int:
    for problem in problems:
        print(problem, file=sys.stderr)
    return BAD_TARIFF


def _rate_all(tariff: Tariff, region: str, calls: TextIO, bundles: BundleCount | None = None) -> int:
    bad = 0
    chunk_lines = 1 if calls.isatty() else CHUNK_LINES
    results = _results(tariff, region, calls, bundles)
    while chunk := list(islice(results, chunk_lines)):
        bad += sum("error" in result for result in chunk)
        sys.stdout.write("".join([orjson.dumps(result).decode() + "\n" for result in chunk]))
        sys.stdout.flush()
    if bad:
        print(f'{bad} rows could not be read; see the lines with "error"', file=sys.stderr)
    return BAD_ROWS if bad else 0


def _results(
    tariff: Tariff, region: str, calls: TextIO, bundles: BundleCount | None = None
) -> Iterator[dict[str, object]]:
    layout = Layout()
    for line, text in enumerate(calls, start=1):
        written = text.removeprefix("\ufeff").strip("\r\n ")
        if line == 1:
            layout, is_header = layout_of(written)
            if is_header:
                continue
        if written.strip():
            yield {"line": line} | _result(tariff, region, written, layout, bundles)


def layout_of(first: str) -> tuple[Layout, bool]:
    """How a file's rows are written, by its first line, and whether that is a header."""
    separator = next((mark for mark in SEPARATORS if first.count(mark) >= len(COLUMNS) - 1), SEPARATORS[0])
    try:
        names = [cell.lower() for cell in _cells(first, separator)]
    except BadRow:
        return Layout(separator), False
    if not set(COLUMNS) <= set(names):
        return Layout(separator), False
    return Layout(separator, tuple(names.index(column) for column in COLUMNS), len(names)), True


def _cells(row: str, separator: str) -> list[str]:
    """The cells of one line. Line by line, so that a stray quotation mark spoils no other row."""
    if '"' not in row:
        return [cell.strip() for cell in row.split(separator)]
    try:
        return [cell.strip() for cell in next(csv.reader([row], strict=True, delimiter=separator))]
    except csv.Error as error:
        raise BadRow(f"this is no CSV ({error}): write number,start,seconds") from error


def _result(
    tariff: Tariff, region: str, row: str, layout: Layout, bundles: BundleCount | None = None
) -> dict[str, object]:
    try:
        call = _call(_cells(row, layout.separator), layout, region)
    except BadRow as error:
        return {"error": str(error)}
    priced = rate(tariff, call.number, call.start, call.talk_us)
    told = {"number": call.number, "start": call.start_text, "seconds": call.seconds_text} | priced.as_json()
    if bundles is None or not isinstance(priced, Charge) or call.number.startswith(INBOUND):
        return told
    return told | bundles.told(call.number, priced)


def _call(cells: list[str], layout: Layout, region: str) -> Call:
    while len(cells) > layout.width and not cells[-1]:
        cells.pop()
    if len(cells) < len(COLUMNS):
        raise BadRow(f"{len(cells)} cells: write number,start,seconds")
    if len(cells) != layout.width:
        right = "write number,start,seconds, with a dot in 61.5" if layout.width == len(COLUMNS) else "as in the header"
        raise BadRow(f"{len(cells)} cells under {layout.width} columns: {right}; quote a text that holds a separator")
    written, start, seconds = (cells[index] for index in layout.order)
    side = INBOUND if written.startswith(INBOUND) else ""
    number = normalise(written.removeprefix(INBOUND), region)
    if number is None:
        raise BadRow(f"{written!r} is no number: write one such as +48221234567")
    try:
        return Call(side + number.text, instant_from(start), _microseconds(seconds), start, seconds)
    except BadMoment as error:
        raise BadRow(f"start {error}") from error


def _microseconds(seconds: str) -> int:
    match = _SECONDS.fullmatch(seconds)
    if match is None:
        raise BadRow(f"seconds {seconds!r}: write them with a dot and at most 6 decimals, such as 61.5")
    return int(match[1]) * SECOND_US + int((match[2] or "").ljust(6, "0"))


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ValueError, OSError, LookupError) as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no time zone: write one such as Europe/Warsaw") from error


def _region(text: str) -> str:
    if text not in REGIONS:
        raise argparse.ArgumentTypeError(f"{text!r} is no region: write two capital letters such as PL")
    return text
