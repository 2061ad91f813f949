"""`callcontrol boxes`: what is in the voicemail boxes of a tenant; messages taken over, done, deleted or moved; a PIN
set, removed, or a locked box opened again.
"""

from __future__ import annotations

import argparse
import getpass
import secrets
import sys
from collections.abc import Callable, Iterator

from gevent.event import AsyncResult

from callcontrol.commands import box_messages
from callcontrol.commands.arguments import add_config, configuration_or_exit
from callcontrol.commands.media_ledger import ledger_of, note
from callcontrol.config.settings import Tenant
from callcontrol.edges import clock, pin_hash
from callcontrol.edges.ledger.box_facts import note_facts
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.mailboxes import BoxStore, OnStored
from callcontrol.kinds.targets.voicemail.by_phone.boxes import known_of
from callcontrol.kinds.targets.voicemail.settings import BLOCK
from callcontrol.usecases.names import unknown
from callcontrol.usecases.stores import live_state
from callcontrol.vocabulary.box_fact import PIN, BoxFact
from callcontrol.vocabulary.mailbox import Box
from callcontrol.vocabulary.moment import text_of
from callcontrol.vocabulary.pin import weakness

OWN_VERBS = ("show", "pin")
VERBS = (*OWN_VERBS, *box_messages.VERBS)
ANSWER_S = 5.0
MADE_DIGITS = 6


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`boxes [show] TENANT [BOX]`, `boxes pin TENANT BOX [--make|--remove|--unlock]`."""
    parser = subparsers.add_parser("boxes", help="voicemail boxes: what is in them; set a PIN", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="|".join(VERBS))
    helps = ("messages, greetings, PIN (may be left out)", "set its PIN, which is asked for or read from a pipe")
    for verb, text in zip(OWN_VERBS, helps, strict=True):
        one = verbs.add_parser(verb, help=text)
        add_config(one)
        one.add_argument("tenant")
        one.add_argument("box", nargs="?" if verb == "show" else None, help="the box")
    for one in box_messages.add(verbs):
        add_config(one)
    how = verbs.choices["pin"].add_mutually_exclusive_group()
    how.add_argument("--make", action="store_true", help="a random one, which is printed")
    how.add_argument("--remove", action="store_true", help="none: the box opens at its own phone only")
    how.add_argument("--unlock", action="store_true", help="the PIN stays; wrong attempts are forgotten")


def run(args: argparse.Namespace) -> int:
    """Carry it out; 1 if it makes no sense or Redis does not answer."""
    configuration = configuration_or_exit(args.config)
    try:
        with live_state(configuration.settings) as pipeline:
            tenants = configuration.settings.tenants
            if args.tenant not in tenants:
                raise LookupError(unknown("tenant", args.tenant, tenants))
            boxes = BLOCK.of(tenants[args.tenant])
            if args.box is not None and args.box not in boxes:
                raise LookupError(unknown("voicemail box", args.box, boxes))
            if args.verb == "move" and args.to not in boxes:
                raise LookupError(unknown("voicemail box", args.to, boxes))
            for line in _RUN.get(args.verb, _change)(args, tenants[args.tenant], BoxStore(pipeline)):
                print(line)
    except (LiveStateError, ValueError, LookupError) as error:
        print(error.args[0] if isinstance(error, LookupError) else error, file=sys.stderr)
        return 1
    return 0


def _show(args: argparse.Namespace, tenant: Tenant, store: BoxStore) -> Iterator[str]:
    names = BLOCK.of(tenant) if args.box is None else (args.box,)
    for name in names:
        box = store.read(args.tenant, name)
        yield _told(name, box)
        if args.box is not None:
            yield from box_messages.listed(box)
    if not names:
        yield f"tenant {args.tenant} has no voicemail boxes"


def _told(name: str, box: Box) -> str:
    """`voicemail:101: 2 new, 1 kept; greetings away until 2026-12-24T23:00Z; PIN set, 1 wrong`."""
    now, counts = clock.now(), box.counts
    greetings = [
        kind.value + ("" if one.until is None else f" until {text_of(one.until)}")
        for kind, one in box.greetings.items()
        if one.is_in_force(now)
    ]
    pin = "PIN set" if box.pin.hash else "no PIN"
    if box.pin.locked_until > now:
        pin += f", locked until {text_of(box.pin.locked_until)}"
    elif box.pin.failures:
        pin += f", {box.pin.failures} wrong"
    recorded = f"greetings {', '.join(greetings)}" if greetings else "default greeting"
    return f"voicemail:{name}: {counts.new} new, {counts.kept} kept; {recorded}; {pin}"


def _change(args: argparse.Namespace, _tenant: Tenant, store: BoxStore) -> Iterator[str]:
    return box_messages.change(args, store)


def _pin(args: argparse.Namespace, tenant: Tenant, store: BoxStore) -> Iterator[str]:
    if args.unlock:
        _stored(lambda done: store.pin_was_right(args.tenant, args.box, done))
    elif args.remove:
        _kept("", args, store)
    else:
        pin = _made(args.box, tenant) if args.make else _asked()
        if why := weakness(pin, known_of(args.box, tenant), tenant.mailboxes.shortest_pin):
            raise ValueError(f"this PIN is refused: {why}")
        _kept(pin_hash.hashed(pin), args, store)
        if args.make:
            yield pin
    yield _told(args.box, store.read(args.tenant, args.box))


def _kept(hashed: str, args: argparse.Namespace, store: BoxStore) -> None:
    """Set the PIN in Redis, where it counts, and in the ledger, from which it comes back should Redis lose it."""
    _stored(lambda done: store.set_pin(args.tenant, args.box, hashed, done))
    try:
        with ledger_of(configuration_or_exit(args.config).settings) as connection:
            note_facts(connection, [BoxFact(args.tenant, args.box, PIN, hashed, clock.now())])
    except NoLedger as error:
        note(f"the ledger does not know of it yet, and would bring the PIN of before back to a lost Redis: {error}")


def _made(box: str, tenant: Tenant) -> str:
    """A random one that is not refused."""
    rules, own = tenant.mailboxes, known_of(box, tenant)
    while True:
        pin = "".join(secrets.choice("0123456789") for _ in range(max(MADE_DIGITS, rules.shortest_pin)))
        if not weakness(pin, own, rules.shortest_pin):
            return pin


def _asked() -> str:
    """From a person, twice, or from a pipe. On a command line it would be read by others."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    pin = getpass.getpass("PIN: ")
    if getpass.getpass("once more: ") != pin:
        raise ValueError("the two are not the same")
    return pin


def _stored(store: Callable[[OnStored], None]) -> None:
    answer: AsyncResult = AsyncResult()
    store(answer.set)
    trouble = answer.get(timeout=ANSWER_S)
    if trouble is not None:
        raise trouble


_RUN = {"show": _show, "pin": _pin}
