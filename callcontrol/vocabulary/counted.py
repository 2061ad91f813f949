"""Figures of reports by which calls are found: the calls that a figure counts, so that each leads to its calls.

Written FIGURE:NAME, with a number behind another colon where the figure needs one: `queue-abandoned:support:10`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class CountedFigure(StrEnum):
    """A figure. The period of a call is when it arrived; of queues when it came into the queue; of agents when it was
    offered.
    """

    FROM_OUTSIDE = "from-outside"  # of peak hours; without a name
    QUEUE_ENTERED = "queue-entered"
    QUEUE_ANSWERED = "queue-answered"
    QUEUE_ABANDONED = "queue-abandoned"  # after so many seconds at least
    AGENT_OFFERS = "agent-offers"
    AGENT_ANSWERED = "agent-answered"
    AGENT_MISSED = "agent-missed"
    AGENT_TALKS = "agent-talks"
    EXTENSION_RUNG = "extension-rung"
    EXTENSION_ANSWERED = "extension-answered"
    EXTENSION_MISSED = "extension-missed"
    EXTENSION_CALLED = "extension-called"
    NUMBER_TALKS = "number-talks"
    NUMBER_AGAIN = "number-again"  # within so many days


MOST_NUMBER: Final = 86_400
# Of these the period is not that of the call's arrival.
_OF_VISITS: Final = frozenset(
    {CountedFigure.QUEUE_ENTERED, CountedFigure.QUEUE_ANSWERED, CountedFigure.QUEUE_ABANDONED}
)
_OF_OFFERS: Final = frozenset(
    {
        CountedFigure.AGENT_OFFERS,
        CountedFigure.AGENT_ANSWERED,
        CountedFigure.AGENT_MISSED,
        CountedFigure.AGENT_TALKS,
    }
)


class BadCounted(ValueError):
    """The text names no figure; the message says what would be right."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The calls that a figure counts.

    Attributes:
        name: of the queue, agent, extension or number; "" for calls from outside.
        number: seconds or days, as the figure has it; else 0.
    """

    figure: CountedFigure
    name: str = ""
    number: int = 0

    def __str__(self) -> str:
        return ":".join(
            (self.figure.value, *((self.name,) if self.name else ()), *([str(self.number)] if self.number else []))
        )

    @property
    def has_own_time(self) -> bool:
        """Whether the period is that of the stay or the offer, not of the call's arrival."""
        return self.figure in _OF_VISITS | _OF_OFFERS

    @property
    def kind(self) -> str:
        """What is counted: calls, visits (of queues), offers, or rung, called, number."""
        match self.figure:
            case CountedFigure.FROM_OUTSIDE:
                return "from_outside"
            case one if one in _OF_VISITS:
                return "visits"
            case one if one in _OF_OFFERS:
                return "offers"
            case CountedFigure.EXTENSION_CALLED:
                return "calling"
            case CountedFigure.NUMBER_TALKS | CountedFigure.NUMBER_AGAIN:
                return "number"
        return "rung"


def counted_from(text: str) -> Counted:
    """Read what `str(counted)` has written.

    Raises:
        BadCounted: it is none.
    """
    word, _, rest = text.partition(":")
    name, _, number = rest.partition(":")
    right = f"write one of {', '.join(CountedFigure)}, with a name behind a colon, such as queue-entered:support"
    if word not in tuple(CountedFigure) or (name == "") is not (word == CountedFigure.FROM_OUTSIDE):
        raise BadCounted(f"{text!r} is no figure of calls: {right}")
    if number and not (number.isascii() and number.isdigit() and int(number) <= MOST_NUMBER):
        raise BadCounted(f"{number!r} is no number of seconds or days: write one up to {MOST_NUMBER}")
    return Counted(CountedFigure(word), name, int(number or 0))
