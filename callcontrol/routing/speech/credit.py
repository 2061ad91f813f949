"""What is said of credit to who pays for a conversation."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.routing.speech.languages import Files, files
from callcontrol.vocabulary.language import Language


def credit_used_up(language: Language) -> Files:
    """The credit has ended the conversation."""
    return files(language, ("outgoing/credit-used-up",))


def everything(language: Language) -> Iterator[Files]:
    """All that is said of it."""
    yield credit_used_up(language)
