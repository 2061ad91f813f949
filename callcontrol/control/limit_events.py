"""What is told to a call of limits that count the calls of who pays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from callcontrol.control.dial_commands import DialCommand
from callcontrol.vocabulary.counters import Reached


@dataclass(frozen=True, slots=True)
class LimitsReached:
    """Legs that were to be dialled are not: a counter has no room for them.

    Attributes:
        dial: the command they are of.
        reached: by leg.
        cause: how the command ends, for none of its legs goes out; "": others do.
    """

    dial: DialCommand
    reached: Mapping[str, Reached]
    cause: str = ""
