"""Click to call: a phone of the tenant's rings, and calls a number as if it had been dialled there.

Rights, blocks, price and credit are those of the phone: the switch asks about the number when the phone has dialled it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

from callcontrol.config.settings import Tenant
from callcontrol.edges import clock
from callcontrol.edges.live_state.click_to_calls import ClickToCallStore
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.vocabulary.click_to_call import ClickStage, ClickState, ClickToCall
from callcontrol.vocabulary.sentence import says

# How long the phone rings if nothing else is said, and at most (seconds).
RING_S: Final = 30
MOST_RING_S: Final = 120
# A worker has so long to take the request; then the next one is asked (seconds).
TAKEN_S: Final = 2.0
LOOK_S: Final = 0.1
# The switch tells the end of the ringing so much later at most (seconds).
PATIENCE_S: Final = 20.0


class NotCalled(Refused):
    """The phone did not call the number; the message says why."""


def check(tenant: str, settings: Tenant, phone: str, ring_s: int) -> None:
    """Raises Refused where what is asked for makes no sense."""
    if phone not in settings.extensions:
        raise NotThere(says("%(tenant)s has no extension %(phone)s", tenant=tenant, phone=phone), "phone")
    if not 1 <= ring_s <= MOST_RING_S:
        right = f"1 to {MOST_RING_S} are possible"
        raise Refused(f"--ring {ring_s}: {right}", "ring_s", right)


def ask_worker(request: ClickToCall, store: ClickToCallStore) -> None:
    """Have a worker ring the phone.

    Raises:
        NotCalled: no worker has taken it.
        LiveStateError: Redis is away.
    """
    if not any(_is_taken(request, store) for _ in _listening(request, store)):
        raise NotCalled(says("no worker has taken it: does `callcontrol serve` run?"))


def wait_for_pick_up(request: ClickToCall, store: ClickToCallStore) -> None:
    """Wait until the phone is picked up, from then on it calls the number.

    Raises:
        NotCalled: it was not.
        LiveStateError: Redis is away.
    """
    state = wait(lambda: _over(store.state_of(request)), request.ring_s + PATIENCE_S)
    if state is None:
        raise NotCalled(
            says(
                "the worker that rang the phone has not reported the result; "
                "if the phone is picked up, it calls the number"
            )
        )
    if state.stage is not ClickStage.PICKED_UP:
        detail = f" ({state.detail})" if state.detail else ""
        raise NotCalled(f"the phone of {request.extension}: {state.stage.value.replace('_', ' ')}{detail}")


def _listening(request: ClickToCall, store: ClickToCallStore) -> Iterator[str]:
    """The workers to whom the request could be sent, one after the other."""
    return (worker for worker in store.workers() if store.send(request, worker))


def _is_taken(request: ClickToCall, store: ClickToCallStore) -> bool:
    return wait(lambda: store.state_of(request), TAKEN_S) is not None


def _over(state: ClickState | None) -> ClickState | None:
    return state if state is not None and state.is_over else None


def wait(look: Callable[[], ClickState | None], for_s: float) -> ClickState | None:
    """What is there at last, None if nothing within so many seconds."""
    due = clock.monotonic() + for_s
    while (found := look()) is None and clock.monotonic() < due:
        time.sleep(LOOK_S)
    return found
