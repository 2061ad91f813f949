"""Why a number outside is not dialled: one word for each reason, the same in what is spoken, explained and recorded."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RefusalReason(StrEnum):
    """The reasons. Which of several is told first says the order of the checks (`routing/outgoing/checks`)."""

    EMERGENCY = "emergency"  # calls are not sent to emergency numbers; only who is in need dials one
    OWN_NUMBER = "own_number"  # a number of the tenant's own: it is reached inside
    BLOCKED = "blocked"
    NO_PRICE = "no_price"
    NO_TRUNK = "no_trunk"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A number that is not dialled: the reason, and why it is so in words, for `explain` and the trail."""

    reason: RefusalReason
    why: str
