"""What a call is doing: the part of it that every state has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from callcontrol.config.settings import Tenant
from callcontrol.routing.path import Way


@dataclass(frozen=True, slots=True)
class State:
    """What a call is doing. Kinds have states of their own (`own_steps.py`).

    Attributes:
        waits: the call waits until agents are offered to it, whose legs are rung outside of a bridge. Each offer is
            carried out by the settings, phones and trunks of its moment, and the switch's events are asked for at once.
    """

    waits: ClassVar[bool] = False

    @property
    def keeps_keys(self) -> bool:
        """Whether what the caller presses now counts for what comes next (`keys_ahead.py`)."""
        return False

    @property
    def being_rung(self) -> tuple[str, ...]:
        """Legs that ring as far as we know: what becomes of each of them is still to be told."""
        return ()

    def is_asked(self, leg: str, tenant: Tenant) -> bool:
        """Whether the person at this leg is asked to accept the call by a key."""
        return False

    @property
    def way(self) -> Way | None:
        """How the call came to the conversation that may follow; None: none does, or it is not known."""
        return None

    def under_hours(self, tenant: Tenant) -> str | None:
        """The opening hours under which the call stands while it is in this state: it hears of their end (`HoursOver`).
        None: it stands under none.
        """
        return None
