"""The engine that is built in speaks every language. Left out where there is no espeak-ng (`make espeak`)."""

from __future__ import annotations

from pathlib import Path

from callcontrol.edges.speech import texts
from callcontrol.edges.speech.texts import speak
from tests.config.folder import MAIN, TENANT, loaded


def test_espeak_speaks_every_language(tmp_path: Path) -> None:
    written = "announcements:\n  a: {file: {say: {pl: Cześć, en: Hello, ru: Привет}}}\nlanguages: [en, pl, ru]\n"
    told = speak(loaded(TENANT + written, f"{MAIN}speech: {{sounds: {tmp_path}}}\n"))
    assert told == texts.Told(3, ())
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 6
