"""What can happen to a call that began while Redis was away. Past tense, as `events.py`."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.control.call import Call


@dataclass(frozen=True, slots=True)
class Reunited:
    """What was known of the call before its channel came here.

    Attributes:
        known: the call as the worker before saved it.
        by_leg: the channel that this one was joined with last, as the switch says, "" if with none.
    """

    known: Call
    by_leg: str = ""
