"""That a phone has called an emergency number, said to those who are told of it."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.routing.speech.languages import Files, files
from callcontrol.vocabulary.language import Language

_DIGITS = "0123456789"
CALLED, BY = "emergency/called", "emergency/by-extension"


def called_by(language: Language, called: str, extension: str) -> Files:
    """Attention, emergency call to one one two, from extension one zero five; twice, for the first is hardly heard.

    Args:
        called: the emergency number.
        extension: who has called it, "" where that is not known; what is no digit is left out.
    """
    by = (BY, *_digits(extension)) if _digits(extension) else ()
    return files(language, (CALLED, *_digits(called), *by) * 2)


def _digits(text: str) -> tuple[str, ...]:
    return tuple(f"number-{digit}" for digit in text if digit in _DIGITS)


def everything(language: Language) -> Iterator[Files]:
    """Every way in which it can come out, as far as its files differ."""
    yield called_by(language, _DIGITS, _DIGITS)
