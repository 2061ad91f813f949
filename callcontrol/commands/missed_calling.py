"""`missed call`: my phone rings, and when I pick it up it calls the missed caller, as if I had dialled the number.

The case is claimed for the one who calls. It closes by its rule, once the call's record says that they have talked, or
counts a try; where the phone is not picked up, or cannot ring, the case is free again and stays open.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from typing import Final

from callcontrol.commands.stores import live_state
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.edges.ledger.missed_cases import do
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.edges.live_state.click_to_calls import ClickToCallStore
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.vocabulary.click_to_call import ClickStage, ClickState, ClickToCall
from callcontrol.vocabulary.missed import CaseAct, CaseActKind, CaseKey
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.target import ExtensionTarget, text_of

# How long the phone rings if nothing else is said, and at most (seconds).
RING_S: Final = 30
MOST_RING_S: Final = 120
# A worker has so long to take the request; then the next one is asked (seconds).
TAKEN_S: Final = 2.0
LOOK_S: Final = 0.1
# The switch tells the end of the ringing so much later at most (seconds).
PATIENCE_S: Final = 20.0


class NotCalled(ValueError):
    """The phone did not call the number; the message says why."""


def add(parser: argparse.ArgumentParser) -> None:
    """`--phone 101 [--ring SECONDS]`."""
    parser.add_argument("--phone", required=True, metavar="EXTENSION", help="whose phone rings, and then calls")
    parser.add_argument(
        "--ring", type=int, default=RING_S, metavar="SECONDS", help=f"how long ({RING_S}, up to {MOST_RING_S})"
    )


def check(args: argparse.Namespace, settings: Settings) -> None:
    """Raises NotCalled where what is asked for makes no sense."""
    if args.phone not in settings.tenants[args.tenant].extensions:
        raise NotCalled(f"{args.tenant} has no extension {args.phone}")
    if not 1 <= args.ring <= MOST_RING_S:
        raise NotCalled(f"--ring {args.ring}: 1 to {MOST_RING_S} are possible")


def call(args: argparse.Namespace, settings: Settings, connection: DictConnection, key: CaseKey) -> int:
    """Claim the case, ring the phone, say what came of it; 0 once the number is being called.

    Raises:
        ActRefused: another has claimed the case, or it is open no more.
        NotCalled: the phone did not call the number.
    """
    by = args.by or text_of(ExtensionTarget(args.phone))
    claim_us = settings.tenants[args.tenant].missed.policy.claim_us
    _act(connection, args.tenant, key, CaseActKind.CLAIM, by, Instant(clock.now() + claim_us))
    request = ClickToCall(clock.new_id(), args.tenant, args.phone, key.number, args.ring)
    try:
        with live_state(settings) as pipeline:
            _ring(request, ClickToCallStore(pipeline))
    except (LiveStateError, NotCalled) as error:
        _act(connection, args.tenant, key, CaseActKind.RELEASE, by)
        raise NotCalled(f"{error}; the case of {key.number} for {key.target} stays open") from error
    print(f"{key.number} is being called; the case of {key.target} is yours")
    return 0


def _act(
    connection: DictConnection, tenant: str, key: CaseKey, kind: CaseActKind, by: str, until: Instant | None = None
) -> None:
    with transaction(connection):
        do(connection, tenant, CaseAct(clock.now(), key, kind, by, "", until))


def _ring(request: ClickToCall, store: ClickToCallStore) -> None:
    """Have a worker ring the phone, and wait until it is picked up.

    Raises:
        NotCalled: it was not.
        LiveStateError: Redis is away.
    """
    if not any(_is_taken(request, store) for _ in _listening(request, store)):
        raise NotCalled("no worker has taken it: does `callcontrol serve` run?")
    print(f"the phone of {request.extension} rings", flush=True)
    state = _wait(lambda: _over(store.state_of(request)), request.ring_s + PATIENCE_S)
    if state is None:
        raise NotCalled("the worker that rang the phone has not told what came of it; if it is picked up, it calls")
    if state.stage is not ClickStage.PICKED_UP:
        detail = f" ({state.detail})" if state.detail else ""
        raise NotCalled(f"the phone of {request.extension}: {state.stage.value.replace('_', ' ')}{detail}")


def _listening(request: ClickToCall, store: ClickToCallStore) -> Iterator[str]:
    """The workers to whom the request could be sent, one after the other."""
    return (worker for worker in store.workers() if store.send(request, worker))


def _is_taken(request: ClickToCall, store: ClickToCallStore) -> bool:
    return _wait(lambda: store.state_of(request), TAKEN_S) is not None


def _over(state: ClickState | None) -> ClickState | None:
    return state if state is not None and state.is_over else None


def _wait(look: Callable[[], ClickState | None], for_s: float) -> ClickState | None:
    """What is there at last, None if nothing within so many seconds."""
    due = clock.monotonic() + for_s
    while (found := look()) is None and clock.monotonic() < due:
        time.sleep(LOOK_S)
    return found
