"""Why a number outside is not dialled, in words: one sentence for each reason, `outgoing/LANGUAGE/REASON.wav`."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.routing.speech.languages import Files, files
from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.refusal_reason import RefusalReason


def refusal_sentence(language: Language, reason: RefusalReason) -> Files:
    """The sentence to who is refused."""
    return files(language, (f"outgoing/{reason.replace('_', '-')}",))


def everything(language: Language) -> Iterator[Files]:
    """All of them."""
    yield from (refusal_sentence(language, reason) for reason in RefusalReason)
