"""A phone that holds a party for long rings shortly, and shows who is held. It is a call of its own, which nothing
depends on: who answers it hears two tones, and it is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from callcontrol.control.call import Call
from callcontrol.kinds.targets.parking.telling import TellingPlace
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.target import ExtensionTarget, text_of
from callcontrol.vocabulary.trail import Arrived, Trail

HEARD = "tone_stream://%(200,100,880);%(200,0,880)"


@dataclass(frozen=True, slots=True)
class RemindingHolder(TellingPlace):
    """The phone rings shortly; `place` is who is held."""

    RING_S: ClassVar[int] = 5
    ROUNDS: ClassVar[int] = 1
    STEP: ClassVar[str] = "holder reminded"
    FIRST_S: ClassVar[float] = 0.01

    def heard_then(self, facts: Facts) -> str:
        """Two tones."""
        return HEARD


def new_reminder(*, id_: str, switch: str, worker: str, tenant: str, party: str, extension: str, now: Instant) -> Call:
    """A call to the extension that holds. It has no caller's channel."""
    caller = Caller(extension, f"held {party}".strip())
    arrived = Arrived(now, id_, switch, worker, "", tenant, caller, text_of(ExtensionTarget(extension)))
    state = RemindingHolder(party, extension)
    return Call(id_, switch, worker, tenant, caller, arrived.dialled, now, state, Trail((arrived,)), ()).alive_at(now)
