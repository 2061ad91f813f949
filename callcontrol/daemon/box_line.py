"""Voicemail boxes as a driver sees them: a call looks at a box or changes it; answers are the call's events."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from callcontrol.control import commands as do
from callcontrol.control.events import BoxChanged, BoxFound, Stored
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.pin_line import PinCommand, PinLine
from callcontrol.edges import clock
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.vocabulary.mailbox import Box, Changed, ChangeReply
from callcontrol.vocabulary.message_mark import MessageMark, marks_of

BoxCommand = do.LookAtBox | do.ChangeBox | do.SetGreeting | PinCommand


class BoxLine:
    """Carries out commands about voicemail boxes.

    Args:
        note: takes what becomes of messages, for the ledger.
    """

    def __init__(self, store: BoxStore, note: Callable[[MessageMark], object]) -> None:
        self._store = store
        self._note = note
        self._pins = PinLine(store)

    @property
    def owed(self) -> int:
        """Messages that Redis has not taken yet."""
        return self._store.owed

    def carry_out(self, command: BoxCommand, driver: DrivenCall) -> None:
        """Carry it out; the answer is delivered to the driver."""
        tenant, store = driver.call.tenant, self._store
        match command:
            case do.LookAtBox(box):
                store.look_up(tenant, box, partial(_found, driver, box))
            case do.ChangeBox(box, change):
                changed = partial(self._changed, driver, command)
                # Who hangs up while speaking has left a message: the call is over when it comes into the box.
                driver.when_confirmed(partial(store.change, tenant, box, change, changed), over=True)
            case do.SetGreeting(box, kind, greeting):
                stored = partial(store.greet, tenant, box, kind, greeting, partial(_stored, driver))
                driver.when_confirmed(stored)
            case do.CheckPin() | do.SetPin():
                self._pins.carry_out(command, driver)

    def _changed(
        self, driver: DrivenCall, command: do.ChangeBox, changed: Changed | None, trouble: LiveStateError | None
    ) -> None:
        if changed is not None and changed.reply is ChangeReply.DONE:
            for mark in marks_of(driver.call.tenant, command.box, command.change, clock.now()):
                self._note(mark)
        driver.deliver(BoxChanged(command.box, command.change, changed, _text(trouble)))


def _found(driver: DrivenCall, box: str, found: Box | None, trouble: LiveStateError | None) -> None:
    driver.deliver(BoxFound(box, found, _text(trouble)))


def _stored(driver: DrivenCall, trouble: LiveStateError | None) -> None:
    driver.deliver(Stored(_text(trouble)))


def _text(trouble: LiveStateError | None) -> str:
    return str(trouble) if trouble is not None else ""
