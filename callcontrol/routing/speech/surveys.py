"""What a survey says by itself, where its settings name no prompt."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from callcontrol.routing.speech.languages import Files, files
from callcontrol.vocabulary.language import Language


class SurveyPhrase(StrEnum):
    """Sentences of a survey; the value is the clip."""

    QUESTION = "survey/question"  # how satisfied were you, one to five
    AGAIN = "survey/again"  # please press a key from one to five
    THANKS = "survey/thanks"  # after an answer
    GOODBYE = "survey/goodbye"  # after the last try


def survey_phrase(language: Language, name: SurveyPhrase) -> Files:
    """A sentence of a survey."""
    return files(language, (name,))


def everything(language: Language) -> Iterator[Files]:
    """All of them."""
    yield from (survey_phrase(language, name) for name in SurveyPhrase)
