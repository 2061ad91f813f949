"""Settings of speech: which program speaks the texts of prompts, with which voice, and where its files go.

An engine is a command, never a line for a shell: its arguments are given to the program as they are written, `{voice}`
and `{file}` replaced. It reads the text (UTF-8, one line) on its standard input and writes one WAV file: to `{file}`
where an argument names it, else to its standard output.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from callcontrol.config.fields import Folder, Identifier, Text, Whole
from callcontrol.config.frozen import Frozen
from callcontrol.vocabulary.language import Language

MAX_ARGUMENTS = 32
BUILT_IN = "espeak-ng"
_WORDS_A_MINUTE = "160"


class Engine(Frozen):
    """A program that speaks."""

    command: tuple[Text, ...] = Field(
        min_length=1,
        max_length=MAX_ARGUMENTS,
        description="program and arguments, with {voice}, and {file} for a WAV that is not its standard output; the "
        "text comes on its standard input",
    )
    version: tuple[Text, ...] = Field(
        default=(),
        max_length=MAX_ARGUMENTS,
        description="program and arguments that print its version, with {voice}; another version speaks all texts anew",
    )


class Voice(Frozen):
    """Who speaks a language."""

    engine: Identifier = Field(default=BUILT_IN, description=f"one of `engines`, or {BUILT_IN}")
    voice: Text = Field(min_length=1, description="the engine's name of the voice, or the file that holds it")


ESPEAK_NG = Engine(
    command=(BUILT_IN, "-b", "1", "-z", "-s", _WORDS_A_MINUTE, "-v", "{voice}", "--stdin", "-w", "{file}"),
    version=(BUILT_IN, "--version"),
)
_VOICES: Mapping[Language, Voice] = MappingProxyType(
    {"en": Voice(voice="en-us"), "pl": Voice(voice="pl"), "ru": Voice(voice="ru")}
)


class Speech(Frozen):
    """How the texts of prompts (`say:`) become sound, before any call needs them."""

    sounds: Folder | None = Field(
        default=None,
        description="the switch's folder of sounds (sound_prefix) on this host; texts become files in `said/` there; "
        "default: `sounds` in the data folder, to which the switch's `said` has to be linked",
    )
    engines: Mapping[Identifier, Engine] = Field(
        default_factory=dict, description=f"programs that speak, besides {BUILT_IN}"
    )
    voices: Mapping[Language, Voice] = Field(
        default_factory=dict, description=f"who speaks a language; default: {BUILT_IN}"
    )
    seconds: Annotated[int, Field(ge=1, le=600), Whole] = Field(
        default=60, description="an engine that takes longer for one text is stopped (seconds)"
    )

    def engine(self, name: str) -> Engine | None:
        """The engine of this name, None if there is none."""
        return self.engines.get(name) or (ESPEAK_NG if name == BUILT_IN else None)

    def voice(self, language: Language) -> Voice:
        """Who speaks this language."""
        return self.voices.get(language) or _VOICES[language]
