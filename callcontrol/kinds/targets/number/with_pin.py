"""A number to which the extension has a right only with its PIN."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.kinds.entering_pin import AskPin
from callcontrol.routing import router
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.target import NumberTarget, text_of


@dataclass(frozen=True, slots=True)
class DialWithPin(AskPin):
    """Ask for the PIN; then dial the number."""

    target: NumberTarget
    path: Path

    def described(self) -> str:
        """What is asked for."""
        return f"ask for the extension's PIN, then dial {self.whereto}"

    @property
    def whereto(self) -> str:
        """The number."""
        return text_of(self.target)

    def opened(self, facts: Facts) -> Decision:
        """It is dialled."""
        path = replace(self.path, has_pin=True)
        return router.follow(facts.kinds.of(self.target).decide(self.target, path, facts), facts, path)
