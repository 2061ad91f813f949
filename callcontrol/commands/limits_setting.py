"""`callcontrol limits block` and `unblock`: what a person says, with the reason, is in the ledger before it counts."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from datetime import tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from gevent.event import AsyncResult

from callcontrol.commands.arguments import configuration_or_exit
from callcontrol.commands.limits_names import check_payer, said, told
from callcontrol.commands.media_ledger import ledger_of, note, say
from callcontrol.commands.overriding import ANSWER_S, add_by, said_by
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.ledger.restrictions import note_restrictions, restrictions_in_force
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.restrictions import RestrictionStore
from callcontrol.usecases.set_by_hand import CHANGE, TAKEN_BACK, end_in
from callcontrol.usecases.stores import live_state
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.restriction import BY_HAND, Level, Restriction

_LONGEST: Final = 200
_MIDNIGHT: Final = "00:00"
_CLASSES: Final = tuple(one.value for one in Direction if one not in (Direction.EMERGENCY, Direction.INTERNAL))


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`block` and `unblock`."""
    blocking = verbs.add_parser("block", help="no calls outside; running ones end at once")
    unblocking = verbs.add_parser("unblock", help="calls again")
    for one, default, text in (
        (blocking, TAKEN_BACK, "until unblocked"),
        (unblocking, _MIDNIGHT, "until midnight: then the limits act again"),
    ):
        one.add_argument("tenant", metavar="TENANT")
        one.add_argument("payer", metavar="PAYER", help="tenant, or extension:101")
        one.add_argument("--reason", required=True, metavar="TEXT", help="why, as it is to stand in the ledger")
        one.add_argument("--until", default=default, metavar="WHEN", help=f"HH:MM, or an ISO time; default: {text}")
        add_by(one)
    blocking.add_argument(
        "--classes", nargs="+", default=(), choices=_CLASSES, metavar="CLASS", help=f"only {', '.join(_CLASSES)}"
    )


def block(args: argparse.Namespace) -> int:
    """Restrict the payer by hand."""
    settings = configuration_or_exit(args.config).settings
    classes = tuple(args.classes)
    level = Level.BLOCK_CLASS if classes else Level.BLOCK_OUTGOING
    restriction = Restriction(args.tenant, args.payer, BY_HAND, level, classes, *_how(args, settings))
    return _say(args, settings, [restriction])


def unblock(args: argparse.Namespace) -> int:
    """Release the payer from every limit that restricts it now; 1 if none does."""
    settings = configuration_or_exit(args.config).settings
    at, until, by, why = _how(args, settings)
    found = [
        replace(one, level=Level.RELEASED, at=at, until=until, by=by, why=why)
        for one in _in_force(settings, args.tenant, at)
        if one.payer == args.payer and one.level is not Level.RELEASED
    ]
    if not found:
        note(f"{args.payer} of {args.tenant} is not restricted")
        return 1
    return _say(args, settings, found)


def _how(args: argparse.Namespace, settings: Settings) -> tuple[Instant, Instant | None, str, str]:
    """Since when, until when, by whom and why.

    Raises:
        ValueError: one of it makes no sense.
    """
    check_payer(settings, args.tenant, args.payer)
    why, now = " ".join(args.reason.split()), clock.now()
    if not 0 < len(why) <= _LONGEST:
        raise ValueError(f"--reason {args.reason!r}: write a reason of at most {_LONGEST} characters")
    if args.until == CHANGE:
        raise ValueError(f"--until {CHANGE}: write HH:MM, or an ISO time")
    return now, end_in(args.until, None, now, _zone(args, settings)), said_by(args), why


def _in_force(settings: Settings, tenant: str, now: Instant) -> list[Restriction]:
    """As workers know them; what Redis does not have, as the ledger has it."""
    with live_state(settings) as pipeline:
        is_whole, found = RestrictionStore(pipeline).read()
    if not is_whole:
        with ledger_of(settings) as connection:
            kept = {one.key: one for one in restrictions_in_force(connection, now)}
        found = tuple((kept | {one.key: one for one in found}).values())
    return [one for one in found if one.tenant == tenant and one.is_in_force(now)]


def _say(args: argparse.Namespace, settings: Settings, restrictions: Iterable[Restriction]) -> int:
    """Note them for good, then let all workers know.

    Raises:
        NoLedger: Postgres did not take them; nothing has changed.
        LiveStateError: Redis did not take them.
    """
    restrictions = tuple(restrictions)
    with ledger_of(settings) as connection:
        note_restrictions(connection, restrictions)
    with live_state(settings) as pipeline:
        store = RestrictionStore(pipeline)
        for one in restrictions:
            _tell(store, one)
            say(args, told(one, one.at), said(one, _zone(args, settings), one.at))
    return 0


def _tell(store: RestrictionStore, restriction: Restriction) -> None:
    answer: AsyncResult = AsyncResult()
    store.restrict(restriction, lambda counts, trouble: answer.set(trouble), by_hand=True)
    trouble: LiveStateError | None = answer.get(timeout=ANSWER_S)
    if trouble is not None:
        raise trouble


def _zone(args: argparse.Namespace, settings: Settings) -> tzinfo:
    return ZoneInfo(settings.tenants[args.tenant].zone)
