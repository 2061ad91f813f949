"""`callcontrol trunks`: how trunks do, over all workers: channels in use, calls of the last second, answered calls and
their length in the last hour, and what the calls of this day (UTC) have cost by the carriers' price lists.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.commands.tables import NOTHING
from callcontrol.config.settings import Settings
from callcontrol.config.trunk_settings import Trunk
from callcontrol.edges import clock
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.ledger.trunk_costs import trunk_costs
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.trunks import TrunkStore
from callcontrol.routing.trunk_quality import Quality
from callcontrol.usecases.past_ledger import ledger_dsn
from callcontrol.usecases.stores import live_state
from callcontrol.vocabulary.moment import DAY_S, SECOND_US, Instant

TITLES = ("trunk", "state", "channels", "calls/s", "calls 1 h", "answered", "average talk", "cost today")


@dataclass(frozen=True, slots=True)
class _Now:
    """How a trunk stands: legs that have a channel (True: of emergency calls), calls begun in the last second, what has
    come of those of the last hour, and at how many workers it rests, for it failed there call after call.
    """

    legs: Mapping[str, bool]
    starting: int
    quality: Quality
    resting_at: int = 0

    def state(self, trunk: Trunk) -> str:
        """In words; that it rests goes with how many channels it has in use."""
        rests = f"rests at {self.resting_at} worker{'s' if self.resting_at > 1 else ''}" if self.resting_at else ""
        return ", ".join(filter(None, (self._use(trunk), rests)))

    def _use(self, trunk: Trunk) -> str:
        if trunk.channels is not None and len(self.legs) >= trunk.channels:
            return "full"
        if trunk.calls_per_second is not None and self.starting >= trunk.calls_per_second:
            return "full (calls/s)"
        return "in use" if self.legs else "idle"


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`trunks [TRUNK]`."""
    parser = subparsers.add_parser("trunks", help="how trunks do", description=__doc__)
    parser.add_argument("trunk", nargs="?", help="this one only")
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Show them; 1 if there is no such trunk, or Redis does not answer. Without Postgres no costs are known."""
    settings = configuration_or_exit(args.config).settings
    if args.trunk is not None and args.trunk not in settings.trunks:
        print(f"there is no trunk {args.trunk}: {', '.join(settings.trunks) or 'none is configured'}", file=sys.stderr)
        return 1
    names = [args.trunk] if args.trunk is not None else list(settings.trunks)
    try:
        with live_state(settings) as pipeline:
            found = {name: _now(pipeline, name) for name in names}
    except LiveStateError as error:
        print(error, file=sys.stderr)
        return 1
    costs = _costs(settings)
    table = Table(*TITLES, box=None, pad_edge=False)
    for name, now in found.items():
        table.add_row(*_row(name, settings.trunks[name], now, costs))
    Console().print(table)
    return 0


def _now(pipeline: RedisPipeline, name: str) -> _Now:
    store = TrunkStore(pipeline)
    return _Now(store.channels(name), store.starting(name), store.quality(name), store.resting_at(name))


def _costs(settings: Settings) -> Mapping[str, Mapping[str, Decimal]] | None:
    """None: they are not known."""
    day_us = DAY_S * SECOND_US
    try:
        return trunk_costs(ledger_dsn(settings), Instant(clock.now() // day_us * day_us))
    except NoLedger as error:
        print(f"costs are not known: {error}", file=sys.stderr)
        return None


def _row(name: str, trunk: Trunk, now: _Now, costs: Mapping[str, Mapping[str, Decimal]] | None) -> tuple[str, ...]:
    quality, emergencies = now.quality, sum(now.legs.values())
    answered = f"{quality.answered / quality.tried:.0%}" if quality.tried else NOTHING
    amounts = (costs or {}).get(name, {})
    return (
        name,
        now.state(trunk),
        _of(len(now.legs), trunk.channels) + (f" ({emergencies} emergency)" if emergencies else ""),
        _of(now.starting, trunk.calls_per_second),
        str(quality.tried),
        answered,
        f"{quality.acd_s:.0f} s" if quality.acd_s is not None else NOTHING,
        ", ".join(f"{amount:f} {currency}" for currency, amount in amounts.items()) or NOTHING,
    )


def _of(count: int, limit: int | None) -> str:
    return f"{count} of {limit}" if limit is not None else str(count)
