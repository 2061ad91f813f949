"""Voicemail boxes as a driver sees them: a call looks at a box or changes it; answers are the call's events."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from callcontrol.control import box_commands as in_box
from callcontrol.control.box_events import BoxChanged, BoxFound
from callcontrol.control.events import Stored
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.pin_line import PinLine
from callcontrol.daemon.sound_line import SoundLine
from callcontrol.edges import clock
from callcontrol.edges.live_state.brought_sounds import BroughtSounds
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.mailbox_values import encode_greeting
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.vocabulary.box_fact import BoxFact, facts_of, greeting_of
from callcontrol.vocabulary.mailbox import Box, Changed, ChangeReply
from callcontrol.vocabulary.message_mark import MessageMark, marks_of


class BoxLine:
    """Carries out commands about voicemail boxes and what is heard in them.

    Args:
        note: takes what becomes of messages and boxes, for the ledger.
    """

    def __init__(self, store: BoxStore, sounds: BroughtSounds, note: Callable[[MessageMark | BoxFact], object]) -> None:
        self._store = store
        self._note = note
        self._pins = PinLine(store, note)
        self._sounds = SoundLine(sounds)

    @property
    def owed(self) -> int:
        """Messages that Redis has not taken yet."""
        return self._store.owed

    def carry_out(self, command: in_box.BoxCommand, driver: DrivenCall) -> None:
        """Carry it out; the answer is delivered to the driver."""
        tenant, store = driver.call.tenant, self._store
        match command:
            case in_box.LookAtBox(box):
                store.look_up(tenant, box, partial(_found, driver, box))
            case in_box.ChangeBox(box, change):
                changed = partial(self._changed, driver, command)
                # Who hangs up while speaking has left a message: the call is over when it comes into the box.
                driver.when_confirmed(partial(store.change, tenant, box, change, changed), over=True)
            case in_box.SetGreeting(box, kind, greeting):
                done = partial(self._greeted, driver, command)
                stored = partial(store.greet, tenant, box, kind, greeting, done)
                driver.when_confirmed(stored)
            case in_box.CheckPin() | in_box.SetPin():
                self._pins.carry_out(command, driver)
            case in_box.BringSound():
                self._sounds.carry_out(command, driver)

    def _changed(
        self, driver: DrivenCall, command: in_box.ChangeBox, changed: Changed | None, trouble: LiveStateError | None
    ) -> None:
        if changed is not None and changed.reply is ChangeReply.DONE:
            what = (driver.call.tenant, command.box, command.change, clock.now())
            for mark in marks_of(*what):
                self._note(mark)
            for fact in facts_of(*what):
                self._note(fact)
        driver.deliver(BoxChanged(command.box, command.change, changed, _text(trouble)))

    def _greeted(self, driver: DrivenCall, command: in_box.SetGreeting, trouble: LiveStateError | None) -> None:
        if trouble is None:
            value = "" if command.greeting is None else encode_greeting(command.greeting).decode()
            self._note(BoxFact(driver.call.tenant, command.box, greeting_of(command.kind), value, clock.now()))
        driver.deliver(Stored(_text(trouble)))


def _found(driver: DrivenCall, box: str, found: Box | None, trouble: LiveStateError | None) -> None:
    driver.deliver(BoxFound(box, found, _text(trouble)))


def _text(trouble: LiveStateError | None) -> str:
    return str(trouble) if trouble is not None else ""
