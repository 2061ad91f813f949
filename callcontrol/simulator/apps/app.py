"""What an application is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from callcontrol.simulator.session import Session


@dataclass(frozen=True, slots=True)
class App:
    """An application: its name, what it does with its expanded argument, and whether it needs audio.

    An unanswered caller gets early media before an application that needs audio runs.
    """

    name: str
    run: Callable[[Session, str], None]
    needs_media: bool = False
