"""A machine of ours: its wall clock, the configuration in force on it. Its workers and its switch share both."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field

from callcontrol.daemon.configuration import Current


@dataclass(eq=False)
class Host:
    """One machine.

    Attributes:
        off_us: how far its wall clock is ahead of the true time (microseconds).
        edition: which edition of the configuration it has read; a later one has a higher number.
    """

    name: str
    off_us: int = 0
    edition: int = 0
    current: Current = field(init=False)

    def read(self, edition: int, current: Current) -> None:
        """Put an edition in force; all who hold `current` use it from now on."""
        self.edition = edition
        if hasattr(self, "current"):
            vars(self.current).update(vars(current))
        else:
            self.current = copy(current)
