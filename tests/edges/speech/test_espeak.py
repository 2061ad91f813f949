"""The engine that is built in speaks every language: the system's, and where there is none the wheel's."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from callcontrol.config.speech_settings import BUILT_IN, ESPEAK_NG, Engine
from callcontrol.edges.speech import engines, espeak_wheel, sound, texts
from callcontrol.edges.speech.engines import CannotSpeak, at_hand, spoken, version_of
from callcontrol.edges.speech.texts import speak
from tests.config.folder import MAIN, TENANT, loaded

OTHER = Engine(command=("other", "{voice}"))


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No espeak-ng on this host but the wheel's."""
    monkeypatch.setattr(shutil, "which", lambda name: None)


def test_it_speaks_every_language(tmp_path: Path, bare: None) -> None:
    written = "announcements:\n  a: {file: {say: {pl: Cześć, en: Hello, ru: Привет}}}\nlanguages: [en, pl, ru]\n"
    told = speak(loaded(TENANT + written, f"{MAIN}speech: {{sounds: {tmp_path}}}\n"))
    assert told == texts.Told(3, ())
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 6


def test_the_wheels_voice_is_heard_and_says_its_version(bare: None) -> None:
    assert version_of(ESPEAK_NG, "pl").startswith("1.")
    samples, rate_hz = sound.read(spoken(ESPEAK_NG, "pl", "Dzień dobry", 20))
    assert (rate_hz, 0.5 < len(samples) / rate_hz < 3) == (22_050, True)
    assert max(map(abs, samples)) > 0.1


def test_a_voice_that_is_not_there_is_told(bare: None) -> None:
    with pytest.raises(CannotSpeak, match="espeak-ng has no voice klingonese"):
        spoken(ESPEAK_NG, "klingonese", "nuqneH", 20)


def test_the_systems_own_comes_first_and_without_either_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert at_hand(ESPEAK_NG) is ESPEAK_NG
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert at_hand(OTHER) is OTHER
    monkeypatch.setattr(espeak_wheel, "WHEEL", "no_such_wheel")
    assert engines.at_hand(ESPEAK_NG).command[0] == BUILT_IN
