"""Surveys: what a call's trail tells of the questions its caller was asked. Entries told twice count once."""

from __future__ import annotations

from dataclasses import dataclass, field

from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.survey import Surveyed


@dataclass(frozen=True, slots=True)
class SurveyRecord:
    """A caller was asked how good the conversation was, by our clock.

    Attributes:
        ended: when the answer was given, or when it was clear that there is none.
        how: `answered`, `silence`, `wrong`, `hung_up` or `gone` (taken elsewhere).
        score: 1 to 5, the highest is the best; None: no answer.
        queue, agent: whose conversation it was about; "" where the call did not come from one.
    """

    survey: str
    ended: Instant
    how: str
    score: int | None = None
    queue: str = ""
    agent: str = ""


@dataclass(slots=True)
class Surveys:
    """Takes a trail's surveys in, one after the other."""

    _all: dict[Surveyed, None] = field(default_factory=dict)

    def hear(self, entry: Surveyed) -> None:
        """Take one entry in."""
        self._all.setdefault(entry)

    def records(self) -> tuple[SurveyRecord, ...]:
        """What was asked, in order."""
        return tuple(
            SurveyRecord(one.survey, one.at, one.how.value, one.score or None, one.queue, one.agent)
            for one in self._all
        )


def last_score(surveys: tuple[SurveyRecord, ...]) -> int | None:
    """The last answer, None if there is none."""
    return next((one.score for one in reversed(surveys) if one.score is not None), None)
