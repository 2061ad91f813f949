"""What sound files say, for people who read what phones hear."""

from __future__ import annotations

from pathlib import Path

import yaml

from callcontrol.config.yaml_reader import FASTEST_LOADER

_PROMPTS = ("queue_prompts.yaml", "spoken_prompts.yaml")
_DEFAULT_FOLDER = "queue"
_BEGINNING = "file_string://"


class Spoken:
    """The texts of the spoken prompts.

    Args:
        sounds: folder of the switch's sounds, with the list of what its prompts say.
    """

    def __init__(self, sounds: Path) -> None:
        told = [yaml.load((sounds / name).read_text(encoding="utf-8"), Loader=FASTEST_LOADER) for name in _PROMPTS]
        self._texts = {
            _file(clip, language): str(text)
            for languages in told
            for language, words in languages.items()
            if isinstance(words, dict)
            for clip, text in words["texts"].items()
        }

    def heard(self, played: str) -> str:
        """`“You are next.”` for prompts, `tones`, or the file itself."""
        if played.startswith("local_stream://"):
            return "music"
        if played.startswith("tone_stream://"):
            return "tones" if ";loops=-1" not in played else "music"
        texts = [self._texts.get(file) for file in played.removeprefix(_BEGINNING).split("!")]
        known = [text for text in texts if text is not None]
        return f"“{' '.join(known)}”" if len(known) == len(texts) else played


def _file(clip: str, language: str) -> str:
    folder, _, name = clip.rpartition("/")
    return f"{folder or _DEFAULT_FOLDER}/{language}/{name}.wav"
