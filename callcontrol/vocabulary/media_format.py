"""Formats in which a kept sound file is stored or sent."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class MediaFormat(StrEnum):
    """A format, by the word of the settings.

    linear: WAV of 16-bit samples, as the switch writes it: 960 kB a minute at 8 kHz. mulaw: WAV of G.711 µ-law, half of
    it, plays everywhere. mp3: 16 kbit/s a channel, 120 kB a minute. opus: Ogg Opus (RFC 7845), about as small.
    """

    LINEAR = "linear"
    MULAW = "mulaw"
    MP3 = "mp3"
    OPUS = "opus"

    @property
    def ending(self) -> str:
        """Of a file's name, with its dot."""
        return _ENDING_OF[self]

    @property
    def content_type(self) -> str:
        """For mail and HTTP. Players know WAV by this name, not by RFC 2361's."""
        return _TYPES[self]


_ENDING_OF: Final = {
    MediaFormat.LINEAR: ".wav",
    MediaFormat.MULAW: ".wav",
    MediaFormat.MP3: ".mp3",
    MediaFormat.OPUS: ".opus",
}
# Of the names of all kept files.
ENDINGS: Final = tuple(dict.fromkeys(_ENDING_OF.values()))
_TYPES: Final = {
    MediaFormat.LINEAR: "audio/wav",
    MediaFormat.MULAW: "audio/wav",
    MediaFormat.MP3: "audio/mpeg",
    MediaFormat.OPUS: "audio/ogg",
}


def content_type_of(name: str) -> str:
    """The content type of a file, by the ending of its name; of what is unknown that of any bytes (RFC 2046)."""
    found = (_TYPES[form] for form, ending in _ENDING_OF.items() if name.endswith(ending))
    return next(found, "application/octet-stream")
