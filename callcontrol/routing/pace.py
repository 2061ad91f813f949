"""How many originates a switch is given at once: as many as it answers in time; and how slow it is.

The window grows by one with each answer in time, so it doubles within a round trip; an answer that is late halves it,
once for all commands that were under way then (Jacobson, Congestion Avoidance and Control, 1988).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from callcontrol.vocabulary.copying import replace

# An answer within this is in time: a healthy switch takes some milliseconds (seconds).
IN_TIME_S = 0.5
FIRST_WINDOW = 64
# So few are next to no work for a switch; fewer would only hold back what a slow one could still do.
LEAST_WINDOW = 16
# Of how slow the switch was, each faster answer leaves this much.
FORGETTING = 0.7
HALF_LIFE_S = 2.0
# What waits for a switch waits so many of its answers longer than usual, but no longer than MAX_SLACK_S (seconds).
SLACK_ANSWERS = 4
MAX_SLACK_S = 30.0


@dataclass(frozen=True, slots=True)
class Pace:
    """What a switch takes at once.

    Attributes:
        most: the window is never larger.
        answer_s: how long its answers took at `answered_s` (monotonic seconds), see `answer_at`.
        narrowed_s: when the window was last halved (monotonic seconds).
    """

    most: int
    window: int = FIRST_WINDOW
    answer_s: float = 0.0
    answered_s: float = 0.0
    narrowed_s: float = -math.inf

    @property
    def allowed(self) -> int:
        """How many originates may be without an answer at once."""
        return min(self.window, self.most)

    def answer_at(self, now_s: float) -> float:
        """How long its answers take (seconds): each slower one counts at once, faster ones bit by bit, and how slow
        it was is forgotten with time.
        """
        return float(self.answer_s * 0.5 ** ((now_s - self.answered_s) / HALF_LIFE_S))

    def answered(self, sent_s: float, now_s: float, *, originate: bool) -> Pace:
        """A command that was sent then is answered now; only an `originate` widens the window."""
        took_s = now_s - sent_s
        found = replace(self, answer_s=smoothed(self.answer_at(now_s), took_s), answered_s=now_s)
        if took_s > IN_TIME_S:
            return found._narrowed(sent_s, now_s)
        return replace(found, window=min(self.window + 1, self.most)) if originate else found

    def _narrowed(self, sent_s: float, now_s: float) -> Pace:
        if sent_s < self.narrowed_s:
            return self
        return replace(self, window=max(self.window // 2, LEAST_WINDOW), narrowed_s=now_s)


def smoothed(before_s: float, took_s: float) -> float:
    """How slow something is that took so long now: a slower answer counts at once, faster ones bit by bit."""
    return max(took_s, before_s * FORGETTING + took_s * (1 - FORGETTING))


def slack_s(answer_s: float) -> float:
    """How much longer than usual to wait for something whose answers take so long (seconds)."""
    return min(SLACK_ANSWERS * answer_s, MAX_SLACK_S) if answer_s > IN_TIME_S else 0.0
