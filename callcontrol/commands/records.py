"""`callcontrol records`: what the ledger has refused, and charges without a price: both are mended from here.

    records [show]    what was put aside in `data/rejected.jsonl`, and why
    records offer     give it to the ledger again; what it refuses stays there with the new reason
    records rate      rate charges without a price by the price lists in force now, each as a further revision

`offer` and `rate` do it once what was wrong is mended: the tables, the price list. Both may be repeated. Where a worker
could make no record of a call, its whole trail lies there: `offer` makes the record and rates it.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import orjson

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.daemon.configuration import Configuration
from callcontrol.edges.ledger.history import LedgerHistory
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.ledger.rejected import FILE, PutAside, RejectedRecords
from callcontrol.edges.ledger.writer import LedgerAway, LedgerWriter, Rejection
from callcontrol.jobs.late_rating import LateCharge, rate_late
from callcontrol.jobs.resubmission import Resubmitted, offer, record_of
from callcontrol.usecases.names import unknown
from callcontrol.usecases.past_ledger import ledger_dsn
from callcontrol.vocabulary.money import plain

VERBS = ("show", "offer", "rate")
FAILED = 1

# What is told of a record or a charge: for programs, and in one line for people.
_Line = tuple[Mapping[str, object], str]


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`records [show|offer|rate] [--config DIR] [--tenant T] [--json] [--dry-run]`."""
    parser = subparsers.add_parser(
        "records",
        help="what the ledger has refused, and charges without a price",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="|".join(VERBS))
    verbs.add_parser("show", help="records that were rejected, with the reason; also without the word `show`")
    for name, text in (("offer", "give it to the ledger again"), ("rate", "rate charges without a price")):
        verb = verbs.add_parser(name, help=text)
        verb.add_argument("--dry-run", action="store_true", help="say what would be done; change nothing")
    for one in verbs.choices.values():
        add_config(one)
        one.add_argument("--tenant", help="only this tenant's")
        one.add_argument("--json", action="store_true", help="one JSON object a line, times in UTC")


def run(args: argparse.Namespace) -> int:
    """Carry it out; 1 if it makes no sense, or the file or Postgres cannot be had."""
    configuration = configuration_or_exit(args.config)
    try:
        match args.verb:
            case "show":
                _print(args, _shown(_put_aside(args, configuration)), "Nothing was put aside.")
            case "offer":
                _print(args, _offer(args, configuration), "Nothing was put aside.")
            case _:
                _print(args, _rate(args, configuration), "Every charge has its price.")
    except (LedgerAway, NoLedger, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return FAILED
    return 0


def _file(configuration: Configuration) -> RejectedRecords:
    return RejectedRecords(Path(configuration.settings.data) / FILE)


def _put_aside(args: argparse.Namespace, configuration: Configuration) -> list[PutAside]:
    """Everything that lies there, or the tenant's part of it.

    Raises:
        ValueError: there is no such tenant, neither now nor in the file.
    """
    entries = _file(configuration).read()
    _check_tenant(args.tenant, {*configuration.settings.tenants, *(entry.tenant for entry in entries)} - {""})
    return [entry for entry in entries if args.tenant in (None, entry.tenant)]


def _check_tenant(tenant: str | None, known: set[str]) -> None:
    if tenant is not None and tenant not in known:
        raise ValueError(unknown("tenant", tenant, known))


def _shown(entries: Iterable[PutAside]) -> Iterator[_Line]:
    for entry in entries:
        yield _told(entry), f"{entry.at}  {_name(entry)}  {entry.reason}"


def _told(entry: PutAside) -> dict[str, object]:
    names = ("at", "kind", "tenant", "call_id", "reason")
    return {name: getattr(entry, name) for name in names}


def _name(entry: PutAside) -> str:
    return f"{entry.kind} {entry.tenant or 'of an unknown tenant'} {entry.call_id}".rstrip()


def _offer(args: argparse.Namespace, configuration: Configuration) -> Iterator[_Line]:
    """Postgres is not needed where there is nothing to offer."""
    entries = _put_aside(args, configuration)
    counts: Counter[str] = Counter()
    for one in _offered(entries, args, configuration) if entries else ():
        word = "stays" if one.refused else "would be offered" if args.dry_run else "taken"
        counts[word] += 1
        told = {**_told(one.entry), "result": word, "reason": one.refused}
        yield told, f"{_name(one.entry)}: {word}{f': {one.refused}' if one.refused else ''}"
    yield from _counted(counts, args)


def _offered(entries: list[PutAside], args: argparse.Namespace, configuration: Configuration) -> Iterator[Resubmitted]:
    if args.dry_run:
        for entry in entries:
            record = record_of(entry, configuration.price_books.get)
            yield Resubmitted(entry, record.reason if isinstance(record, Rejection) else "")
        return
    ledger = LedgerWriter(ledger_dsn(configuration.settings))
    try:
        yield from offer(entries, _file(configuration), ledger, configuration.price_books.get)
    finally:
        ledger.close()


def _rate(args: argparse.Namespace, configuration: Configuration) -> Iterator[_Line]:
    counts: Counter[str] = Counter()
    with LedgerHistory(ledger_dsn(configuration.settings)) as history:
        for late in rate_late(history, configuration.price_books.get, args.tenant, dry_run=args.dry_run):
            word = "without a price" if late.reason else "would be rated" if args.dry_run else "rated"
            counts[word] += 1
            yield _late(late, word)
    if not counts:
        _check_tenant(args.tenant, set(configuration.settings.tenants))
    yield from _counted(counts, args)


def _late(late: LateCharge, word: str) -> _Line:
    leg = late.leg
    told = {
        "day": leg.started_day.isoformat(),
        "tenant": leg.tenant,
        "switch": leg.switch,
        "call_id": leg.call_id,
        "leg_id": leg.leg_id,
        "number": leg.number,
        "result": word,
        "amount": None if late.amount is None else format(late.amount, "f"),
        "currency": late.currency,
        "reason": late.reason,
    }
    said = late.reason if late.amount is None else f"{plain(late.amount)} {late.currency}"
    return told, f"{leg.started_day} {leg.tenant} {leg.call_id} {leg.number}: {word}: {said}"


def _counted(counts: Counter[str], args: argparse.Namespace) -> Iterator[_Line]:
    """The sums, for people."""
    if counts and not args.json:
        dry = " (nothing was changed)" if args.dry_run else ""
        yield {}, ", ".join(f"{count} {word}" for word, count in sorted(counts.items())) + dry


def _print(args: argparse.Namespace, lines: Iterable[_Line], nothing: str) -> None:
    """Each line as soon as it is known; what no terminal should be told is left out of it."""
    is_empty = True
    for told, said in lines:
        is_empty = False
        print(orjson.dumps(told).decode() if args.json else "".join(c for c in said if c.isprintable()), flush=True)
    if is_empty and not args.json:
        print(nothing)
