"""Who has a duty, and until when, said to a phone that has asked or changed it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from callcontrol.routing.speech import moments
from callcontrol.routing.speech.grammar import Clips
from callcontrol.routing.speech.languages import Files, files
from callcontrol.vocabulary.language import Language

_DIGITS = "0123456789"


class Holder(StrEnum):
    """Who has it; the value is the clip. The digits of an extension and of a number follow."""

    YOU = "hours/duty-you"
    EXTENSION = "hours/duty-extension"
    NUMBER = "hours/duty-number"
    ANOTHER = "hours/duty-another"  # a group, a queue: what has no digits
    NOBODY = "hours/duty-nobody"


def on_duty(language: Language, holder: Holder, digits: str = "", until: Clips = ()) -> Files:
    """On duty is extension one zero five, until Monday at eight.

    Args:
        digits: what is no digit is left out.
        until: as of `moments.override_end`; () says nothing of the end.
    """
    said = tuple(f"number-{digit}" for digit in digits if digit in _DIGITS)
    return files(language, (holder, *said, *until))


def everything(language: Language) -> Iterator[Files]:
    """Every way in which it can come out, as far as its files differ."""
    noon = datetime(2027, 1, 1, 12)
    for holder in Holder:
        yield on_duty(language, holder, _DIGITS, moments.override_end(language, noon, noon))
