"""Surveys: after a conversation the caller says by one key how good it was."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from callcontrol.vocabulary.moment import Instant

LOWEST, HIGHEST = 1, 5
# What each key says.
SCORES: Final = {str(score): score for score in range(LOWEST, HIGHEST + 1)}


class SurveyEnd(StrEnum):
    """How a survey ended."""

    ANSWERED = "answered"
    SILENCE = "silence"  # nothing was pressed, as often as it is asked
    WRONG = "wrong"  # at last a key was pressed that is no answer
    HUNG_UP = "hung_up"
    GONE = "gone"  # the caller was taken elsewhere, or the survey is configured no more


@dataclass(frozen=True, slots=True)
class Surveyed:
    """The caller was asked, and this came of it. A call has one such entry for each time that it came to a survey.

    Attributes:
        score: LOWEST to HIGHEST, the highest is the best; 0: there is no answer.
        queue, agent: whose conversation it was about, "" where the call did not come from one.
    """

    at: Instant
    survey: str
    how: SurveyEnd
    score: int = 0
    queue: str = ""
    agent: str = ""
    kind: Literal["surveyed"] = "surveyed"
