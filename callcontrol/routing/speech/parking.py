"""The number of a place at which a caller is parked."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.routing.speech.languages import Files, files
from callcontrol.vocabulary.language import Language

_DIGITS = "0123456789"


def place_said(language: Language, place: str) -> Files:
    """Seven zero one."""
    return files(language, tuple(f"number-{digit}" for digit in place))


def everything(language: Language) -> Iterator[Files]:
    """Every way in which it can come out, as far as its files differ."""
    yield place_said(language, _DIGITS)
