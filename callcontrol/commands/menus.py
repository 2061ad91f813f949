"""`callcontrol menus`: how many callers came to each menu, what they pressed, where they gave up, and after how long.

    menus TENANT [MENU] [--from DAY [--to DAY]]

From the records; without `--from` of the last seven days. Each line of a menu is a way out of it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial

from rich.console import RenderableType

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.commands.showing import View, period_of, present
from callcontrol.commands.tables import Column, share, span, table_of
from callcontrol.daemon.configuration import Configuration
from callcontrol.edges import clock
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.ledger.statistics import MenuStatistics, WayOut, menu_statistics
from callcontrol.kinds.targets.menu.settings import BLOCK
from callcontrol.usecases.names import unknown
from callcontrol.usecases.past_ledger import ledger_dsn
from callcontrol.vocabulary.moment import DAY_S, SECOND_US, Instant
from callcontrol.vocabulary.period import Period

DEFAULT_DAYS = 7
_WORDS = {
    "key": "pressed",
    "dialled": "dialled an extension",
    "silence": "pressed nothing",
    "wrong": "pressed what leads nowhere",
    "hung_up": "hung up",
    "gone": "was taken elsewhere",
}


@dataclass(frozen=True, slots=True)
class WayRow:
    """A way out of a menu, beside the menu's own figures."""

    way: WayOut
    of: MenuStatistics


_COLUMNS: tuple[Column[WayRow], ...] = (
    Column("what the caller did", lambda row: f"{_WORDS[row.way.how]} {row.way.pressed}".strip(), left=True),
    Column("went to", lambda row: row.way.to, gives_way=True, left=True),
    Column("callers", lambda row: row.way.callers),
    Column("share", lambda row: share(row.way.callers / row.of.entered)),
    Column("median\ntime", lambda row: span(row.way.median_ms)),
)


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`menus TENANT [MENU] [--from DAY [--to DAY]] [--json]`."""
    parser = subparsers.add_parser(
        "menus",
        help="what callers press in menus, and where they give up",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("tenant")
    parser.add_argument("menu", nargs="?")
    parser.add_argument("--from", dest="start", default="", metavar="DAY", help="from this day or ISO time on")
    parser.add_argument(
        "--to", dest="end", default="", metavar="DAY", help="to the end of this day, or before this ISO time"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object for each menu")
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Print them; 1 if the arguments make no sense or the ledger cannot be read."""
    configuration = configuration_or_exit(args.config)
    args.watch = None  # the past does not change
    try:
        present(args, partial(_past, args, configuration))
    except (NoLedger, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _past(args: argparse.Namespace, configuration: Configuration) -> View:
    tenants = configuration.settings.tenants
    if args.tenant not in tenants:
        raise ValueError(unknown("tenant", args.tenant, tenants))
    period, dsn = _period(args, configuration), ledger_dsn(configuration.settings)
    found = menu_statistics(dsn, args.tenant, period.start, period.end, args.menu)
    if args.menu is not None and not found:
        _check_menu(args.tenant, args.menu, configuration)

    def tables(width: int) -> Iterator[RenderableType]:
        if not found:
            yield f"{args.tenant}: no caller came to a menu, {period.name}"
        for menu in found:
            yield table_of(_title(args.tenant, menu, period), _COLUMNS, [WayRow(way, menu) for way in menu.ways], width)

    return View([_line(args.tenant, menu) for menu in found], tables)


def _check_menu(tenant: str, menu: str, configuration: Configuration) -> None:
    """A menu without callers is told from one that does not exist.

    Raises:
        ValueError: the tenant has none of this name.
    """
    menus = BLOCK.of(configuration.settings.tenants[tenant])
    if menu not in menus:
        raise ValueError(unknown("menu", menu, menus))


def _period(args: argparse.Namespace, configuration: Configuration) -> Period:
    if args.start:
        return period_of(args, configuration.zone_of(args.tenant), clock.now())
    if args.end:
        raise ValueError("--to needs --from")
    now = clock.now()
    return Period(Instant(now - DEFAULT_DAYS * DAY_S * SECOND_US), now, f"the last {DEFAULT_DAYS} days")


def _title(tenant: str, menu: MenuStatistics, period: Period) -> str:
    figures = (
        f"{menu.entered} came, {menu.gave_up} hung up in it, {span(menu.mean_ms)} on average",
        f"times nothing was pressed: {menu.silences}, something wrong: {menu.wrongs}",
    )
    return f"{tenant}: menu {menu.menu}, {period.name}: {'; '.join(figures)}"


def _line(tenant: str, menu: MenuStatistics) -> dict[str, object]:
    figures = {"entered": menu.entered, "gave_up": menu.gave_up, "mean_ms": menu.mean_ms}
    return {"tenant": tenant, **asdict(menu), **figures}
