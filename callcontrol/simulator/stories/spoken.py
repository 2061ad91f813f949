"""What sound files say, for people who read what phones hear."""

from __future__ import annotations

from pathlib import Path

import yaml

_PROMPTS = "queue_prompts.yaml"
_BEGINNING = "file_string://"


class Spoken:
    """The texts of the queues' prompts.

    Args:
        sounds: folder of the switch's sounds, with the list of what its prompts say.
    """

    def __init__(self, sounds: Path) -> None:
        told = yaml.safe_load((sounds / _PROMPTS).read_text(encoding="utf-8"))
        self._texts = {
            f"queue/{language}/{name}.wav": str(text)
            for language, words in told.items()
            if isinstance(words, dict)
            for name, text in words["texts"].items()
        }

    def heard(self, played: str) -> str:
        """`“You are next.”` for prompts, `tones`, or the file itself."""
        if played.startswith("tone_stream://"):
            return "tones" if ";loops=-1" not in played else "music"
        texts = [self._texts.get(file) for file in played.removeprefix(_BEGINNING).split("!")]
        known = [text for text in texts if text is not None]
        return f"“{' '.join(known)}”" if len(known) == len(texts) else played
