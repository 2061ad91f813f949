"""`python espeak_wheel.py VOICE FILE`: espeak-ng as the wheel `espeakng-loader` brings it, for
hosts on which no `espeak-ng` is installed. A program like every engine: a text on its standard input, a WAV in FILE.

A process of its own also because of the licence: espeak-ng's is the GPL, version 3 or later. The wheel is an extra of
this package (`callcontrol[speech]`), not a part of it.
"""

from __future__ import annotations

import ctypes
import sys
import wave
from importlib.util import find_spec
from typing import Any, Final

WHEEL: Final = "espeakng_loader"
WORDS_A_MINUTE: Final = 160

# espeak-ng/speak_lib.h
_SYNCHRONOUS: Final = 2  # espeak_AUDIO_OUTPUT
_RATE: Final = 1  # espeak_PARAMETER
_UTF8: Final = 1  # flags of espeak_Synth; without espeakENDPAUSE, as `espeak-ng -z`
_CHARACTERS: Final = 1  # espeak_POSITION_TYPE
_HEAR: Final = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def is_there() -> bool:
    """Whether the wheel is installed."""
    return find_spec(WHEEL) is not None


def main(arguments: list[str]) -> str:
    """Speak, or with `--version` print espeak-ng's; answers what went wrong, "" if nothing did."""
    import espeakng_loader

    library = ctypes.CDLL(str(espeakng_loader.get_library_path()))
    rate_hz = library.espeak_Initialize(_SYNCHRONOUS, 0, str(espeakng_loader.get_data_path()).encode(), 0)
    if rate_hz <= 0:
        return "espeak-ng of the wheel cannot be loaded"
    if arguments == ["--version"]:
        library.espeak_Info.restype = ctypes.c_char_p
        print(library.espeak_Info(None).decode())
        return ""
    voice, file = arguments
    if library.espeak_SetVoiceByName(voice.encode()) != 0:
        return f"espeak-ng has no voice {voice}"
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, rate_hz, 0, "NONE", ""))
        return _speak(library, sys.stdin.buffer.read(), out)


def _speak(library: Any, text: bytes, out: wave.Wave_write) -> str:
    def hear(samples: Any, count: int, _events: int | None) -> int:
        if samples and count > 0:
            out.writeframesraw(ctypes.string_at(samples, count * 2))
        return 0

    heard = _HEAR(hear)  # the library calls it while it speaks: it has to live until then
    library.espeak_SetSynthCallback(heard)
    library.espeak_SetParameter(_RATE, WORDS_A_MINUTE, 0)
    told = ctypes.create_string_buffer(text)
    failed = library.espeak_Synth(told, ctypes.c_size_t(len(told)), 0, _CHARACTERS, 0, _UTF8, None, None)
    return f"espeak-ng could not speak ({failed})" if failed or library.espeak_Synchronize() else ""


def arguments(*of: str) -> tuple[str, ...]:
    """The command of this program."""
    return (sys.executable, "-I", __file__, *of)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) or 0)
