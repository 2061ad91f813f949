"""PINs of voicemail boxes: each attempt is counted over all calls, then compared in a thread, a few at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from callcontrol.control import box_commands as in_box
from callcontrol.control.box_events import PinChecked
from callcontrol.control.events import Stored
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.pin_turns import TOO_MANY, PinTurns
from callcontrol.edges import box_meters, clock, pin_hash
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.edges.threads import aside
from callcontrol.vocabulary.box_fact import LOCKED, PIN, BoxFact
from callcontrol.vocabulary.mailbox import PinTry
from callcontrol.vocabulary.moment import SECOND_US
from callcontrol.vocabulary.pin import PinVerdict

log = logging.getLogger(__name__)

PinCommand = in_box.CheckPin | in_box.SetPin


class PinLine:
    """Carries out commands about PINs.

    Args:
        note: takes the hash of a PIN that was set, for the ledger.
    """

    def __init__(self, store: BoxStore, note: Callable[[BoxFact], object]) -> None:
        self._store = store
        self._note = note
        self._turns = PinTurns()

    def carry_out(self, command: PinCommand, driver: DrivenCall) -> None:
        """Carry it out; the answer is delivered to the driver."""
        if self._turns.is_full():
            _failed(command, driver, TOO_MANY)
        elif isinstance(command, in_box.CheckPin):
            self._try(command, driver)
        else:
            driver.when_confirmed(partial(self._aside, command, driver, partial(self._set, command, driver)))

    def _try(self, command: in_box.CheckPin, driver: DrivenCall) -> None:
        def counted(found: PinTry | None, trouble: LiveStateError | None) -> None:
            if found is None:
                _failed(command, driver, str(trouble))
            elif not found.allowed:
                _tell(driver, command.box, PinVerdict.LOCKED)
            else:
                self._aside(command, driver, partial(self._check, command, found, driver))

        lock_us = command.locked_s * SECOND_US
        self._store.try_pin(driver.call.tenant, command.box, command.failures, lock_us, counted)

    def _aside(self, command: PinCommand, driver: DrivenCall, what: Callable[[], None]) -> None:
        self._turns.take(what, partial(_failed, command, driver), driver.call.id)

    def _check(self, command: in_box.CheckPin, found: PinTry, driver: DrivenCall) -> None:
        """Compare it. A box without a PIN takes none, and cannot be told from one with another PIN."""
        if aside(pin_hash.is_right, command.pin, found.pin.hash or pin_hash.NO_PIN):
            # Where Redis does not hear that it was right, it is counted as a wrong one.
            told = partial(_opened, driver, command.box)
            self._store.pin_was_right(driver.call.tenant, command.box, told)
            return
        _tell(driver, command.box, PinVerdict.WRONG)
        if found.pin.locked_until:
            _locked(command.box, found, driver)
            number = driver.call.led_party.number
            self._note(BoxFact(driver.call.tenant, command.box, LOCKED, number, clock.now()))

    def _set(self, command: in_box.SetPin, driver: DrivenCall) -> None:
        kept = aside(pin_hash.hashed, command.pin)
        self._store.set_pin(driver.call.tenant, command.box, kept, partial(self._stored, driver, command.box, kept))

    def _stored(self, driver: DrivenCall, box: str, kept: str, trouble: LiveStateError | None) -> None:
        if trouble is None:
            self._note(BoxFact(driver.call.tenant, box, PIN, kept, clock.now()))
        driver.deliver(Stored(str(trouble) if trouble is not None else ""))


def _opened(driver: DrivenCall, box: str, _trouble: LiveStateError | None) -> None:
    _tell(driver, box, PinVerdict.RIGHT)


def _locked(box: str, found: PinTry, driver: DrivenCall) -> None:
    """The notice: a metric, which an alert is made of, and who it was."""
    box_meters.mailboxes_locked_total.inc()
    who, about = driver.call.led_party.number or "a withheld number", {"call": driver.call.id}
    told = "voicemail box %s of tenant %s is locked after %d wrong PINs, the last one from %s"
    log.warning(told, box, driver.call.tenant, found.pin.failures, who, extra=about)


def _failed(command: PinCommand, driver: DrivenCall, trouble: str) -> None:
    if isinstance(command, in_box.CheckPin):
        _tell(driver, command.box, PinVerdict.UNKNOWN, trouble)
    else:
        driver.deliver(Stored(trouble))


def _tell(driver: DrivenCall, box: str, verdict: PinVerdict, trouble: str = "") -> None:
    box_meters.mailbox_pins_total.labels(verdict).inc()
    driver.deliver(PinChecked(box, verdict, trouble))
