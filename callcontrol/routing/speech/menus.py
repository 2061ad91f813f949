"""What a menu says by itself, where its settings name no prompt."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from callcontrol.routing.speech.languages import Files, files
from callcontrol.vocabulary.language import Language


class MenuPhrase(StrEnum):
    """Sentences of a menu; the value is the clip."""

    WRONG_KEY = "menu/wrong-key"  # there is no such choice
    NO_KEY = "menu/no-key"  # please make your choice
    GOODBYE = "menu/goodbye"  # after the last try


def menu_phrase(language: Language, name: MenuPhrase) -> Files:
    """A sentence of a menu."""
    return files(language, (name,))


def everything(language: Language) -> Iterator[Files]:
    """All of them."""
    yield from (menu_phrase(language, name) for name in MenuPhrase)
