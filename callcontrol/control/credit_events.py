"""What becomes of a call's reservations of credit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from callcontrol.control.dial_commands import DialCommand
from callcontrol.vocabulary.credit import SpanWord
from callcontrol.vocabulary.moment import Instant


@dataclass(frozen=True, slots=True)
class SpanAnswer:
    """What became of a request for a leg.

    Attributes:
        word: None: it could not be asked, for the reason `why`.
        talk_s: how long the leg may talk with what is reserved, from its answer (seconds). Where it could not be asked:
            how long it might by the last balance that is known.
        ends_s: after how many seconds of talk the credit ends, if nothing changes; the leg's own limit if not before.
        again_s: in how many seconds to ask for the next span.
        bundled: what is reserved for the leg of bundles, as of the leg's credit.
    """

    word: SpanWord | None
    talk_s: int = 0
    ends_s: int = 0
    again_s: float = 0
    why: str = ""
    bundled: str = ""


@dataclass(frozen=True, slots=True)
class SpansReserved:
    """What became of the first spans of legs that are to be dialled.

    Attributes:
        dial: the command that waits for it.
        answers: by leg.
    """

    dial: DialCommand
    answers: Mapping[str, SpanAnswer]


@dataclass(frozen=True, slots=True)
class SpanAnswered:
    """What became of the request for a leg's next span."""

    leg_id: str
    answer: SpanAnswer


@dataclass(frozen=True, slots=True)
class AnswerFound:
    """The switch was asked: the leg was answered then, by the switch's clock."""

    leg_id: str
    answered: Instant


CreditEvent = SpansReserved | SpanAnswered | AnswerFound
