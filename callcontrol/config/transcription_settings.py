"""Settings of transcription: which program writes down what is said in messages."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from callcontrol.config.fields import Text, Whole
from callcontrol.config.frozen import Frozen
from callcontrol.config.speech_settings import MAX_ARGUMENTS


class Transcription(Frozen):
    """A program that writes down what is said in a message. None comes with callcontrol.

    It is a command, never a line for a shell; it prints the text (UTF-8) on its standard output.
    """

    command: tuple[Text, ...] = Field(
        default=(),
        max_length=MAX_ARGUMENTS,
        description="program and arguments, with {file} for the sound file and {language} for en, pl or ru; default: "
        "none, nothing is transcribed",
    )
    seconds: Annotated[int, Field(ge=1, le=3_600), Whole] = Field(
        default=300, description="a program that takes longer for one message is stopped (seconds)"
    )
