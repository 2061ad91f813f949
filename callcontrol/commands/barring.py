"""`callcontrol barring`: what an extension may not call because it was blocked by hand, in force for the next call.

barring [show] TENANT [EXTENSION]   what is blocked: by the extension itself, and by whom else for which reason
barring block TENANT EXTENSION      block numbers for it, besides what it blocks itself; its phone cannot allow them
barring unblock TENANT EXTENSION    allow them again; --own: what the extension has blocked itself, as for a lost PIN

Emergency calls, and those to numbers of this system, are never blocked. What `outgoing.blocks` says stays.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import get_args
from zoneinfo import ZoneInfo

from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.commands.overriding import add_by, put, said_by
from callcontrol.config.call_classes import BlockedClass
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.overrides import OverrideStore
from callcontrol.usecases.names import unknown
from callcontrol.usecases.set_by_hand import TAKEN_BACK, end_in
from callcontrol.usecases.stores import override_store
from callcontrol.vocabulary.barring import MOST_BARRED, Barring, admin_barring, barring_named, own_barring
from callcontrol.vocabulary.moment import DAY_S, SECOND_US, BadMoment, Instant
from callcontrol.vocabulary.override import Overrides, blocks_name, blocks_of, end_of
from callcontrol.vocabulary.phone_number import normalise

VERBS = ("show", "block", "unblock")
# Who has allowed everything again, and why, is kept for so long.
KEPT_DAYS = 90
MAX_REASON = 200
CLASSES = tuple(
    sorted({name for part in get_args(BlockedClass) for name in (get_args(part) or (part,))} - {"internal"})
)


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`barring [show] TENANT [EXTENSION]`, `barring block|unblock TENANT EXTENSION …`."""
    parser = subparsers.add_parser(
        "barring",
        help="what extensions may not call, by hand",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="|".join(VERBS))
    helps = ("what is blocked (may be left out)", "block numbers for an extension", "allow them again")
    for verb, text in zip(VERBS, helps, strict=True):
        one = verbs.add_parser(verb, help=text)
        add_config(one)
        one.add_argument("tenant")
        one.add_argument("extension", nargs="?" if verb == "show" else None)
        if verb != "show":
            _add_what(one)
    verbs.choices["block"].add_argument(
        "--until", default=TAKEN_BACK, metavar="WHEN", help=f"HH:MM or an ISO time (default: {TAKEN_BACK})"
    )
    verbs.choices["unblock"].add_argument("--own", action="store_true", help="what the extension has blocked itself")


def _add_what(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--class", dest="classes", action="append", default=[], choices=CLASSES, help="all of a class")
    parser.add_argument("--number", dest="numbers", action="append", default=[], metavar="NUMBER", help="this number")
    parser.add_argument(
        "--prefix", dest="prefixes", action="append", default=[], metavar="+DIGITS", help="numbers that begin so"
    )
    parser.add_argument("--reason", required=True, help="why: it stands in the records of calls that are refused")
    add_by(parser)


def run(args: argparse.Namespace) -> int:
    """Carry it out; 1 if it makes no sense or Redis does not answer."""
    settings = configuration_or_exit(args.config).settings
    try:
        _known(args, settings)
        with override_store(settings) as overrides:
            for line in _RUN[args.verb](args, settings, overrides):
                print(line)
    except (LiveStateError, BadMoment, ValueError, LookupError) as error:
        print(error.args[0] if isinstance(error, LookupError) else error, file=sys.stderr)
        return 1
    return 0


def _known(args: argparse.Namespace, settings: Settings) -> None:
    tenant = settings.tenants.get(args.tenant)
    if tenant is None:
        raise LookupError(unknown("tenant", args.tenant, settings.tenants))
    if args.extension is not None and args.extension not in tenant.extensions:
        raise LookupError(unknown("extension", args.extension, tenant.extensions))
    if args.verb == "block" and not tenant.outgoing.barring:
        raise ValueError(f"calls do not look for it: write `outgoing: {{barring: yes}}` in the file of {args.tenant}")


def _show(args: argparse.Namespace, settings: Settings, overrides: OverrideStore) -> Iterator[str]:
    found = overrides.read(args.tenant)
    names = [args.extension] if args.extension is not None else list(settings.tenants[args.tenant].extensions)
    lines = [line for name in names for line in _told(name, found, ZoneInfo(settings.tenants[args.tenant].zone))]
    yield from lines or ["nothing is blocked by hand"]


def _told(extension: str, found: Overrides, zone: ZoneInfo) -> Iterator[str]:
    own = barring_named(found, own_barring(extension))
    if what := (*blocks_of(found, extension), *_listed(own)):
        yield f"extension:{extension} blocks itself: {', '.join(what)}"
    admins = barring_named(found, admin_barring(extension))
    if admins is not None:
        what = _listed(admins)
        said = f"is blocked {end_of(admins.until, zone)}: {', '.join(what)}" if what else "is not blocked any more"
        yield f"extension:{extension} {said} ({admins.by}: {admins.reason})"


def _listed(barring: Barring | None) -> tuple[str, ...]:
    return (
        () if barring is None else (*barring.classes, *barring.numbers, *(f"+{prefix}…" for prefix in barring.prefixes))
    )


def _block(args: argparse.Namespace, settings: Settings, overrides: OverrideStore) -> Iterator[str]:
    chosen = _chosen(args, settings)
    if not any(chosen):
        raise ValueError("what is to be blocked? write --class, --number or --prefix")
    zone = ZoneInfo(settings.tenants[args.tenant].zone)
    until = end_in(args.until, None, clock.now(), zone)
    yield from _change(args, settings, overrides, chosen, lambda known, named: {*known, *named}, until)


def _unblock(args: argparse.Namespace, settings: Settings, overrides: OverrideStore) -> Iterator[str]:
    """Without a choice everything."""
    chosen = _chosen(args, settings)
    if args.own:
        if any(chosen):
            raise ValueError("--own allows everything that the extension has blocked itself: choose nothing besides")
        for name in (own_barring(args.extension), blocks_name(args.extension)):
            put(overrides, args.tenant, name, None)
        chosen = ((), (), ())
        yield from _change(args, settings, overrides, chosen, lambda known, named: {*known}, None)
    else:
        everything = not any(chosen)
        yield from _change(
            args, settings, overrides, chosen, lambda known, named: set() if everything else {*known} - {*named}, None
        )


_Chosen = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def _change(
    args: argparse.Namespace,
    settings: Settings,
    overrides: OverrideStore,
    chosen: _Chosen,
    change: Callable[[Iterable[str], Iterable[str]], set[str]],
    until: Instant | None,
) -> Iterator[str]:
    known = barring_named(overrides.read(args.tenant), admin_barring(args.extension))
    before = (known.classes, known.numbers, known.prefixes) if known is not None else ((), (), ())
    classes, numbers, prefixes = (tuple(sorted(change(*pair))) for pair in zip(before, chosen, strict=True))
    if len(numbers) + len(prefixes) > MOST_BARRED:
        raise ValueError(f"{len(numbers) + len(prefixes)} numbers: at most {MOST_BARRED} are blocked for an extension")
    now = clock.now()
    if args.verb == "unblock":
        until = known.until if known is not None else None
    after = Barring(classes, numbers, prefixes, _reason(args), until, said_by(args), now)
    if after.is_empty:
        kept_until = Instant(now + KEPT_DAYS * DAY_S * SECOND_US)
        after = Barring((), (), (), after.reason, kept_until, after.by, now)
    put(overrides, args.tenant, admin_barring(args.extension), after)
    yield from _show(args, settings, overrides)


def _reason(args: argparse.Namespace) -> str:
    reason = " ".join(str(args.reason).split())
    if not 0 < len(reason) <= MAX_REASON or not reason.isprintable():
        raise ValueError(f"--reason: write 1 to {MAX_REASON} characters")
    return reason


def _chosen(args: argparse.Namespace, settings: Settings) -> _Chosen:
    region = settings.tenants[args.tenant].region
    return tuple(args.classes), tuple(_number(one, region) for one in args.numbers), tuple(map(_prefix, args.prefixes))


def _number(text: str, region: str) -> str:
    number = normalise(text, region)
    if number is None:
        raise ValueError(f"--number {text}: write a number such as +48600700800")
    return number.text


def _prefix(text: str) -> str:
    digits = text.removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and 0 < len(digits) <= 15) or digits.startswith("0"):
        raise ValueError(f"--prefix {text}: write first digits in international form, such as +4870")
    return digits


_RUN = {"show": _show, "block": _block, "unblock": _unblock}
