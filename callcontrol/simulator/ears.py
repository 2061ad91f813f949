"""Ears: what each caller and each phone saw and heard, with times. Stories assert on it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any, Protocol

from callcontrol.simulator.timeline import Timeline

ENTRIES_KEPT = 200_000


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that was heard or shown. `who` is a call's id or a phone's address, `at_us` the switch's clock."""

    at_us: int
    who: str
    what: str
    detail: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """The form of the control channel."""
        return {"at_us": self.at_us, "who": self.who, "what": self.what, **self.detail}


class Ears:
    """The log of everything heard, oldest first; the oldest entries go when it is full."""

    def __init__(self, timeline: Timeline, kept: int = ENTRIES_KEPT) -> None:
        self._timeline = timeline
        self._heard: deque[Heard] = deque(maxlen=kept)
        self.listening = True

    def note(self, who: str, what: str, **detail: str) -> None:
        """Remember that `who` saw or heard `what`."""
        if self.listening:
            self._heard.append(Heard(self._timeline.now_us(), who, what, detail))

    def of(self, who: str | None = None) -> list[Heard]:
        """What one party heard, or all of them."""
        return [one for one in self._heard if who is None or one.who == who]

    def take(self) -> list[Heard]:
        """What all of them heard since the last time, and forget it: for loads that outlast what is kept."""
        taken = list(self._heard)
        self._heard.clear()
        return taken

    def clear(self) -> None:
        """Forget everything."""
        self._heard.clear()


class FarEnd(Protocol):
    """The other end of a channel: a caller or a phone."""

    @property
    def name(self) -> str:
        """By which it is known: a call's id, or a phone's address."""
        ...

    def told(self, what: str, **detail: str) -> None:
        """Something reached it: ringing, early_media, answered, playback, bridged, unbridged, digits, hangup …"""
