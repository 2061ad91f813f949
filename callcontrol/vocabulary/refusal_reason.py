"""Why a number outside is not dialled: one word for each reason, the same in what is spoken, explained and recorded."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RefusalReason(StrEnum):
    """The reasons. Which of several is told first says the order of the checks (`routing/outgoing/checks`)."""

    NO_SUCH_NUMBER = "no_such_number"  # no number in any usual writing, and nothing inside
    EMERGENCY = "emergency"  # calls are not sent to emergency numbers; only who is in need dials one
    OWN_NUMBER = "own_number"  # a number of the tenant's own: it is reached inside
    LEADS_BACK = "leads_back"  # a forward by which calls would come back to the extension
    NOT_ALLOWED = "not_allowed"  # the extension has no right to such numbers, or none now
    PIN_NEEDED = "pin_needed"  # it has one that needs its PIN, and this is no moment to ask for it
    BLOCKED = "blocked"
    NO_PRICE = "no_price"
    ON_HOLD = "on_hold"  # a person has put the account that would pay on hold
    NO_CREDIT = "no_credit"  # it has not enough left
    CREDIT_UNKNOWN = "credit_unknown"  # it cannot be asked, and the tenant wants no call without
    TOO_DEAR = "too_dear"  # the call costs more than calls of that class may cost who pays
    LIMIT_REACHED = "limit_reached"  # who pays, or the tenant as a whole, has as many such calls as may be
    NO_TRUNK = "no_trunk"

    @property
    def cause(self) -> str:
        """What the caller's phone is told, after the words."""
        return "UNALLOCATED_NUMBER" if self is RefusalReason.NO_SUCH_NUMBER else "CALL_REJECTED"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A number that is not dialled, or not forwarded to: the reason, and why it is so in words, for `explain` and the
    trail.
    """

    reason: RefusalReason
    why: str
