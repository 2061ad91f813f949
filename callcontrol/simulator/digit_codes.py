"""Codes bound to a channel (`bind_digit_action`): what begins one is held back, a whole one is carried out and goes no
further, anything else is handed on, all of it at once (switch_ivr_async.c, switch_ivr_dmachine_ping). An app takes one
key of it with each frame it reads, and what none has taken is gone where the channel is sent through the dialplan
(switch_core_session.c, switch_core_session_reset).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from callcontrol.simulator.timeline import Timeline, Timer

# How long the key after one that begins a code is awaited (mod_dptools.c, bind_to_session), in seconds.
DIGIT_TIMEOUT_S = 1.5
# An app takes one key in so many seconds.
FRAME_S = 0.02
# What is handed on is queued anew by an application (switch_channel_queue_dtmf_string).
SOURCE = "APP"


@dataclass(slots=True)
class DigitCodes:
    """The codes of one channel.

    Attributes:
        carry_out: runs an application of the channel: the code, its name and its argument.
        hand_on: a digit that belongs to no code.
        realms: what each code does, by set of codes; `realm` counts.
    """

    timeline: Timeline
    carry_out: Callable[[str, str, str], None]
    hand_on: Callable[[str, str], None]
    realms: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    realm: str = ""
    _held: str = ""
    _timer: Timer | None = None
    _untaken: str = ""
    _taking: Timer | None = None

    def bind(self, realm: str, code: str, app: str, argument: str) -> None:
        """A new code makes its set the one that counts; one that is bound anew does not."""
        codes = self.realms.setdefault(realm, {})
        if code not in codes:
            self.realm = realm
        codes[code] = (app, argument)

    def feed(self, digit: str) -> None:
        """A key was pressed."""
        self._stop()
        self._held += digit
        codes: Mapping[str, tuple[str, str]] = self.realms.get(self.realm, {})
        if any(code.startswith(self._held) and code != self._held for code in codes):
            self._timer = self.timeline.call_later(DIGIT_TIMEOUT_S, self._over)
        else:
            self._over()

    def _over(self) -> None:
        """No further key can, or did, make more of it."""
        self._stop()
        digits, self._held = self._held, ""
        found = self.realms.get(self.realm, {}).get(digits)
        if found is not None:
            self.carry_out(digits, *found)
            return
        self._untaken += digits
        if self._taking is None:
            self._take()

    def _take(self) -> None:
        self._taking = None
        if self._untaken:
            digit, self._untaken = self._untaken[0], self._untaken[1:]
            self._taking = self.timeline.call_later(FRAME_S, self._take)
            self.hand_on(digit, SOURCE)

    def flush(self) -> None:
        """What no app has taken is gone."""
        self._untaken = ""

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
