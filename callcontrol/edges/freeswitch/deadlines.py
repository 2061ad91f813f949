"""How long a peer may keep us waiting: for a step of the handshake, and for the rest of a frame it has begun."""

from __future__ import annotations

from callcontrol.edges import clock
from callcontrol.edges.freeswitch.failures import EventSocketError, FrameTimedOut, HandshakeTimedOut


class PeerDeadlines:
    """The deadlines of one connection. However a peer spreads its bytes, neither is put off by some more of them."""

    __slots__ = ("_frame_due", "_frame_s", "_step", "_step_due", "_step_s")

    def __init__(self, frame_s: float) -> None:
        self._frame_s = frame_s
        self._frame_due: float | None = None
        self._step_due: float | None = None
        self._step, self._step_s = "", 0.0

    def expect(self, step: str, within_s: float) -> None:
        """From here on the peer has so long for a step."""
        self._step, self._step_s = step, within_s
        self._step_due = clock.monotonic() + within_s

    def expect_nothing(self) -> None:
        """The step is done; the peer may be silent for ever."""
        self._step_due = None

    def mind_frame(self, unfinished: bool, is_new: bool) -> None:
        """Say after each read whether part of a frame is held, and whether that frame began with this read."""
        if not unfinished:
            self._frame_due = None
        elif is_new or self._frame_due is None:
            self._frame_due = clock.monotonic() + self._frame_s

    def seconds_left(self) -> float | None:
        """Until the first deadline; None without one.

        Raises:
            HandshakeTimedOut, FrameTimedOut: it is past.
        """
        if self._step_due is None and self._frame_due is None:
            return None
        left_s = min(due for due in (self._step_due, self._frame_due) if due is not None) - clock.monotonic()
        if left_s <= 0:
            raise self.late()
        return left_s

    def late(self) -> EventSocketError:
        """The error of the deadline that is past."""
        if self._step_due is not None and clock.monotonic() >= self._step_due:
            return HandshakeTimedOut(step=self._step, seconds=self._step_s)
        return FrameTimedOut(seconds=self._frame_s)
