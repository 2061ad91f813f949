"""Brings a WAV that the switch wrote into the format in which it is kept or sent; mono stays mono, stereo stereo.

MP3 by LAME (`lameenc`), a quarter of the time that libsndfile takes for it; Opus and µ-law by libsndfile (`soundfile`).
Both are imported when something is encoded: they bring NumPy. An encoder holds the interpreter for a block of sound at
a time (a few milliseconds); between two blocks `breathe` is called.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from callcontrol.edges.speech.sound import BadSound
from callcontrol.edges.unpatched import new_lock
from callcontrol.vocabulary.media_format import MediaFormat

if TYPE_CHECKING:
    import soundfile

BLOCK_FRAMES: Final = 80_000  # 10 s at 8 kHz
MP3_KBIT_S: Final = 16  # a channel; LAME takes it from 8 kHz up
# Of libsndfile, 0 to 1: 0.93 makes 16 kbit/s a channel for Opus.
_OPUS_COMPRESSION: Final = 0.93
# Of LAME, 0 (best) to 9: more costs time and is not heard in a telephone's band.
_LAME_QUALITY: Final = 5
# What libsndfile calls our formats: its format and subtype.
_KINDS: Final = {
    MediaFormat.LINEAR: ("WAV", "PCM_16"),
    MediaFormat.MULAW: ("WAV", "ULAW"),
    MediaFormat.OPUS: ("OGG", "OPUS"),
}
# Of libsndfile: the operating system refused, SF_ERR_SYSTEM of sndfile.h.
_SYSTEM_ERROR: Final = 2
_OPUS_RATES: Final = (8_000, 12_000, 16_000, 24_000, 48_000)


def encode(source: Path, target: Path, form: MediaFormat, breathe: Callable[[], None] = lambda: None) -> None:
    """Write the sound of a file into another, in this format.

    Args:
        breathe: called after each block, so that other greenlets of the process run.

    Raises:
        BadSound: the source is no sound, or the format cannot carry its rate.
        OSError: a file cannot be read or written.
    """
    with _opened(source) as sound:
        if form is MediaFormat.MP3:
            with target.open("wb") as file:
                for piece in _mp3(sound):
                    file.write(piece)
                    breathe()
        else:
            _by_libsndfile(sound, target, form, breathe)


def length_ms(source: Path) -> int:
    """How long a file sounds.

    Raises:
        BadSound: it is no sound.
        OSError: it cannot be read.
    """
    with _opened(source) as sound:
        return int(1000 * sound.frames / sound.samplerate)


@cache
def _soundfile() -> Any:
    """The module. Files are opened in several threads at once, and it has one lock for all of them."""
    import soundfile

    soundfile.SoundFile._sf_error_lock = new_lock()
    return soundfile


@contextmanager
def _opened(source: Path) -> Iterator[soundfile.SoundFile]:
    soundfile = _soundfile()
    with source.open("rb") as file:
        try:
            with soundfile.SoundFile(file) as sound:
                yield sound
        except soundfile.LibsndfileError as error:
            raise BadSound(f"{source} is no sound that can be read or kept so: {error.error_string}") from None


def _by_libsndfile(sound: Any, target: Path, form: MediaFormat, breathe: Callable[[], None]) -> None:
    soundfile = _soundfile()
    kind, subtype = _KINDS[form]
    is_opus = form is MediaFormat.OPUS
    if is_opus and sound.samplerate not in _OPUS_RATES:
        raise BadSound(f"Opus carries {_OPUS_RATES} Hz, not {sound.samplerate}: keep this file as mulaw or mp3")
    compression = {"compression_level": _OPUS_COMPRESSION} if is_opus else {}
    rate_hz, channels, frames = sound.samplerate, sound.channels, 0
    try:
        with soundfile.SoundFile(
            target, "w", rate_hz, channels, subtype=subtype, format=kind, **compression
        ) as written:
            for block in _blocks(sound):
                written.buffer_write(block, dtype="int16")
                frames += len(block) // (2 * channels)
                breathe()
    except soundfile.LibsndfileError as error:
        if error.code == _SYSTEM_ERROR:
            raise OSError(errno.EIO, "the disk does not take it; is it full?", str(target)) from None
        raise
    with _opened(target) as kept:  # libsndfile says nothing of what is not written when it closes the file
        if kept.frames != frames:
            raise OSError(errno.EIO, f"only {kept.frames} of {frames} samples were written", str(target))


def _mp3(sound: Any) -> Iterator[bytes]:
    import lameenc

    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_in_sample_rate(sound.samplerate)
    encoder.set_channels(sound.channels)
    encoder.set_bit_rate(MP3_KBIT_S * sound.channels)
    encoder.set_quality(_LAME_QUALITY)
    for block in _blocks(sound):
        yield bytes(encoder.encode(block))
    yield bytes(encoder.flush())


def _blocks(sound: Any) -> Iterator[bytes]:
    while block := bytes(sound.buffer_read(BLOCK_FRAMES, dtype="int16")):
        yield block
