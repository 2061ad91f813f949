"""What a caller hears who leaves a message, besides the greeting."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from callcontrol.routing.speech.languages import Files, files
from callcontrol.vocabulary.language import Language


class LeavingPhrase(StrEnum):
    """Sentences to one who leaves a message; the value is the clip."""

    REVIEW = "voicemail/review"  # 1 or hang up: send, 2: hear it, 3: record it again
    AFTER_NAME = "voicemail/after-name"  # the recorded name stands before it; a tone follows
    FULL = "voicemail/full"  # no further message can be left


def leaving_phrase(language: Language, name: LeavingPhrase) -> Files:
    """A sentence to one who leaves a message."""
    return files(language, (name,))


def everything(language: Language) -> Iterator[Files]:
    """All of them."""
    yield from (leaving_phrase(language, name) for name in LeavingPhrase)
