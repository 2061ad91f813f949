"""How well a trunk does, of the legs that have ended in the last hour: over all workers, not for each alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# The window: so many spans of so many seconds.
BUCKET_S: Final = 300
BUCKETS: Final = 12
# Of fewer legs nothing can be said.
ENOUGH: Final = 20


@dataclass(frozen=True, slots=True)
class Quality:
    """What has come of the legs of the window: tried, answered, and for how long they talked in all (ms)."""

    tried: int = 0
    answered: int = 0
    talk_ms: int = 0

    @property
    def asr(self) -> float | None:
        """Answer-seizure ratio (ITU-T E.411), 0 to 1; None: of too few legs to say."""
        return self.answered / self.tried if self.tried >= ENOUGH else None

    @property
    def acd_s(self) -> float | None:
        """Average length of a conversation in seconds (average call duration); None: there was none."""
        return self.talk_ms / 1000 / self.answered if self.answered else None


UNKNOWN: Final = Quality()
