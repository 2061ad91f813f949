"""The languages that are spoken, each with its grammar; and where the files of its clips lie."""

from __future__ import annotations

from types import MappingProxyType

from callcontrol.routing.speech import en, pl, ru
from callcontrol.routing.speech.grammar import Calendar, Clips, Grammar
from callcontrol.vocabulary.language import Language

Files = tuple[str, ...]

GRAMMARS: MappingProxyType[Language, Grammar] = MappingProxyType({"en": en.GRAMMAR, "pl": pl.GRAMMAR, "ru": ru.GRAMMAR})
CALENDARS: MappingProxyType[Language, Calendar] = MappingProxyType(
    {"en": en.CALENDAR, "pl": pl.CALENDAR, "ru": ru.CALENDAR}
)
_DEFAULT_FOLDER = "queue"


def files(language: Language, clips: Clips) -> Files:
    """The files below the switch's sounds, one for each clip."""
    return tuple(_file(language, clip) for clip in clips)


def _file(language: Language, clip: str) -> str:
    folder, _, name = clip.rpartition("/")
    return f"{folder or _DEFAULT_FOLDER}/{language}/{name}.wav"
