"""`callcontrol rerate`: charges are made anew by the price lists in force now, each as a further revision.

    rerate --tariff standard --from 2026-11-01 --to 2026-12-01 --dry-run

Legs answered from the first day up to, not including, the second one (of the tenant's zone: name the tenant, or give
times with an offset). `--tariff` is the name of the list that made the charges; without it all lists are meant. Which
list prices a leg now is what the configuration says; the version in force when the leg was answered applies. A charge
that comes out the same stays; so does one whose price would be gone, which is told. It may be repeated.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from zoneinfo import ZoneInfo

import orjson

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.daemon.configuration import Configuration
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.ledger.rerating import LedgerRerating, Which
from callcontrol.jobs.rerating import Rerated, rerate
from callcontrol.usecases.names import unknown
from callcontrol.usecases.past_ledger import ledger_dsn
from callcontrol.vocabulary.moment import BadMoment, Instant, instant_from
from callcontrol.vocabulary.money import EXACT, plain

FAILED = 1


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`rerate --from DAY --to DAY [--tariff LIST] [--tenant T] [--dry-run] [--json] [--config DIR]`."""
    parser = subparsers.add_parser(
        "rerate",
        help="rate calls again by the price lists in force now",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_config(parser)
    parser.add_argument("--tariff", metavar="LIST", help="only charges that this price list made")
    parser.add_argument("--from", dest="first", metavar="DAY", required=True, help="legs answered since then")
    parser.add_argument("--to", dest="end", metavar="DAY", required=True, help="and before this day or moment")
    parser.add_argument("--tenant", help="only this tenant's")
    parser.add_argument("--dry-run", action="store_true", help="say what would change; change nothing")
    parser.add_argument("--json", action="store_true", help="one JSON object for each charge that changes")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry it out; 1 if it makes no sense or Postgres cannot be had."""
    configuration = configuration_or_exit(args.config)
    try:
        which = _which(args, configuration)
        with LedgerRerating(ledger_dsn(configuration.settings)) as ledger:
            _show(rerate(ledger, configuration.price_books.get, which, dry_run=args.dry_run), args)
    except (NoLedger, ValueError) as error:
        print(error, file=sys.stderr)
        return FAILED
    return 0


def _which(args: argparse.Namespace, configuration: Configuration) -> Which:
    """Raises: ValueError: there is no such tenant, or the stretch of time is none."""
    if args.tenant is not None and args.tenant not in configuration.settings.tenants:
        raise ValueError(unknown("tenant", args.tenant, configuration.settings.tenants))
    zone = configuration.zone_of(args.tenant) if args.tenant else None
    first, end = (_moment(text, zone) for text in (args.first, args.end))
    if first >= end:
        raise ValueError(f"--from {args.first} is not before --to {args.end}")
    return Which(first, end, args.tariff, args.tenant)


def _moment(text: str, zone: ZoneInfo | None) -> Instant:
    try:
        return instant_from(text, zone)
    except BadMoment as error:
        hint = "" if zone else " (or name the --tenant in whose zone it is a day)"
        raise ValueError(f"{error}{hint}") from error


def _show(results: Iterator[Rerated], args: argparse.Namespace) -> None:
    counts: Counter[str] = Counter()
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in results:
        word = "left as it is" if one.reason else "the same" if one.is_same else "made anew"
        counts[word] += 1
        if word == "made anew":
            for currency, part in _difference(one).items():
                sums[currency] = EXACT.add(sums[currency], part)
        if word != "the same":
            print(orjson.dumps(_as_json(one, word)).decode() if args.json else _line(one, word), flush=True)
    if not args.json:
        changed = ", ".join(f"{_signed(amount)} {currency}" for currency, amount in sorted(sums.items()))
        told = ", ".join(f"{count} {word}" for word, count in sorted(counts.items())) or "No such charges."
        print(told + (f"; together {changed}" if changed else "") + (" (nothing was changed)" if args.dry_run else ""))


def _difference(one: Rerated) -> dict[str, Decimal]:
    """What more is owed, by currency."""
    before, now = one.leg.amount, one.charge.amount or Decimal(0)
    if one.leg.currency == one.charge.currency:
        return {one.leg.currency: EXACT.subtract(now, before)}
    return {one.leg.currency: -before, one.charge.currency: now}


def _as_json(one: Rerated, word: str) -> dict[str, object]:
    leg, charge = one.leg, one.charge
    names = ("tenant", "switch", "call_id", "leg_id", "number", "tariff", "currency")
    told: dict[str, object] = {name: getattr(leg, name) for name in names}
    told |= {"day": leg.started_day.isoformat(), "result": word, "reason": one.reason, "amount": f"{leg.amount:f}"}
    if not one.reason:
        told |= {"new_amount": f"{charge.amount:f}", "new_currency": charge.currency, "new_formula": charge.formula}
        told |= {"difference": {currency: f"{part:f}" for currency, part in _difference(one).items()}}
        told |= {"formula": leg.formula, "revision": leg.revision + 1}
    return told


def _line(one: Rerated, word: str) -> str:
    leg = one.leg
    where = f"{leg.started_day} {leg.tenant} {leg.call_id} {leg.number}"
    before = f"{plain(leg.amount)} {leg.currency}"
    if one.reason:
        return f"{where}: {before} {word}: {one.reason}"
    now = f"{plain(one.charge.amount or Decimal(0))} {one.charge.currency}"
    changed = ", ".join(f"{_signed(part)} {currency}" for currency, part in _difference(one).items())
    return f"{where}: {before} -> {now} ({changed}); {one.charge.formula}"


def _signed(amount: Decimal) -> str:
    return f"{'' if amount < 0 else '+'}{plain(amount)}"
