"""Keys of callers that no worker had on the line when they were pressed: between two workers, or while the channel is
fetched. The switch tells every worker of every key; the one to which the caller comes has those in between.

What is typed while a recording is paused is kept by none: the legs are marked at the switch, so that a worker that has
not the call knows it too.
"""

from __future__ import annotations

from collections import deque
from functools import partial

from callcontrol.control.call import Call
from callcontrol.control.events import KeyPressed, LegKey
from callcontrol.control.own_steps import mixer_of
from callcontrol.control.uncontrolled import BACK_S
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.missed_ends import KEPT_S as ORPHANED_S
from callcontrol.edges import clock, meters
from callcontrol.edges.freeswitch.recording_commands import KEYS_HIDDEN, KEYS_MARK_HEADER
from callcontrol.edges.freeswitch.translate import key_pressed
from callcontrol.edges.freeswitch.wire import SwitchEvent, peek

# A caller whose worker died is missed for so long at most, and then fetched (seconds).
KEPT_S = ORPHANED_S + BACK_S
# More are not kept, the oldest go first.
MAX_MISSED_KEYS = 4_000


class MissedKeys:
    """The keys of the last seconds, of channels that no call here had on the line."""

    def __init__(self) -> None:
        self._kept: deque[tuple[float, str, KeyPressed]] = deque()

    def tell(self, driver: DrivenCall, event: SwitchEvent) -> None:
        """A key was pressed at a leg of this call, or by the caller (whose own come over the caller's connection)."""
        leg, recording = event.get("Unique-ID"), driver.call.recording
        is_missed = leg == driver.call.led and driver.line is None
        if is_missed and mixer_of(driver.call) is not None:
            return driver.deliver(key_pressed(event.get))
        if is_missed and (recording is None or not recording.hides_keys):
            self.note(leg, key_pressed(event.get))
        if not is_missed or recording is not None:
            driver.deliver(LegKey(leg, event.get("DTMF-Digit")))

    def keep(self, channel: str, text: bytes) -> bool:
        """A key was pressed on a channel of no call here, as this JSON event tells. False: it is of no further use."""
        if peek(text, KEYS_MARK_HEADER) == KEYS_HIDDEN:
            return False
        self.note(channel, key_pressed(partial(peek, text)))
        return False

    def note(self, channel: str, pressed: KeyPressed) -> None:
        """This key was pressed on this channel."""
        now_s = self._forget_old()
        if len(self._kept) >= MAX_MISSED_KEYS:
            meters.limits_reached_total.labels("MAX_MISSED_KEYS").inc()
            self._kept.popleft()
        self._kept.append((now_s, channel, pressed))

    def of(self, call: Call) -> tuple[KeyPressed, ...]:
        """The keys of the call's led channel that were pressed after the last one it has had, in their order; none of a
        call that an earlier version saved, which does not say which that was.
        """
        self._forget_old()
        last = call.heard_key
        if last is None or not self._kept:
            return ()
        keys = (pressed for _, channel, pressed in self._kept if channel == call.led)
        return tuple(pressed for pressed in keys if pressed.at > last.at)

    def _forget_old(self) -> float:
        """Drop what was kept for its time; returns the time of the clock (seconds). Keys of a conversation long over
        would else be pressed again in what the call does now.
        """
        now_s = clock.monotonic()
        while self._kept and self._kept[0][0] < now_s - KEPT_S:
            self._kept.popleft()
        return now_s
