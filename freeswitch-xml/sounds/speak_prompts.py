"""Makes the spoken prompts out of `queue_prompts.yaml` and `spoken_prompts.yaml`.

The same version of espeak-ng makes the same bytes.

Each becomes a WAV of 8000 Hz, mono, G.711 mu-law: what a phone line carries, half the size of linear samples.
Replace any of them by a recording of your own under the same name; README.md says how.
Usage: python speak_prompts.py FOLDER [NAME ...], such as: speak_prompts.py sounds queue/pl/number-3
"""

from __future__ import annotations

import re
import struct
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from callcontrol.edges.speech import sound
from callcontrol.edges.speech.sound import Samples

TEXTS = tuple(Path(__file__).with_name(name) for name in ("queue_prompts.yaml", "spoken_prompts.yaml"))
DEFAULT_FOLDER = "queue"
RATE_HZ = 8000
PASS_HZ = 3600  # below half the rate by what the filter needs to fall off
TAPS = 64  # to each side of a sample

WORDS_A_MINUTE = 160
GAP_S = 0.06  # after a word: FreeSWITCH joins the files of a sentence without any pause
END_S = 0.2  # after the end of a sentence


@dataclass(frozen=True, slots=True)
class Language:
    """What is said in a language, and by which voice.

    Attributes:
        pronounced: words the voice gets wrong, with their phonemes in espeak-ng's notation.
        texts: by name of the clip: NAME for queue/LANGUAGE/NAME.wav, FOLDER/NAME for FOLDER/LANGUAGE/NAME.wav.
    """

    code: str
    voice: str
    pronounced: Mapping[str, str]
    texts: Mapping[str, str]

    def told(self, text: str) -> str:
        """The text as the voice has to be told it; a comma keeps it up where the sentence goes on."""
        for word, phonemes in self.pronounced.items():
            text = re.sub(rf"\b{word}\b", phonemes.replace("\\", r"\\"), text)
        return text if text.endswith(".") else f"{text.rstrip(':')},"

    def file(self, clip: str) -> str:
        """The file of a clip below the switch's sounds, without .wav."""
        folder, _, name = clip.rpartition("/")
        return f"{folder or DEFAULT_FOLDER}/{self.code}/{name}"


def read_texts(path: Path) -> tuple[str, tuple[Language, ...]]:
    """The version of espeak-ng that made the files, and every language."""
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read.pop("espeak-ng"), tuple(Language(code, **values) for code, values in read.items())


def speak(told: str, voice: str) -> tuple[list[float], int]:
    """What espeak-ng says, and its sampling rate in Hz.

    Raises:
        CalledProcessError: it has no such voice.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spoken.wav"
        options = ("-b", "1", "-z", "-v", voice, "-s", str(WORDS_A_MINUTE), "-w", str(path))
        subprocess.run(["espeak-ng", *options, told], check=True, timeout=60)
        with wave.open(str(path)) as file:
            raw = file.readframes(file.getnframes())
            return [n / 32768 for n in struct.unpack(f"<{len(raw) // 2}h", raw)], file.getframerate()


def at_phone_rate(samples: Samples, rate_hz: int) -> list[float]:
    """The same sound at RATE_HZ."""
    return sound.at_rate(samples, rate_hz, RATE_HZ, PASS_HZ, TAPS)


def mu_law(sample: float) -> int:
    """The G.711 byte of a sample."""
    biased = min(round(abs(sample) * 32767) + 132, 32767)
    exponent = biased.bit_length() - 8
    mantissa = biased >> (exponent + 3) & 0x0F
    return ~((0x80 if sample < 0 else 0) | exponent << 4 | mantissa) & 0xFF


def wav_of(encoded: bytes) -> bytes:
    """A WAV file of mu-law bytes; the standard library writes linear ones only."""
    form = struct.pack("<HHIIHHH", 7, 1, RATE_HZ, RATE_HZ, 1, 8, 0)
    chunks = ((b"fmt ", form), (b"fact", struct.pack("<I", len(encoded))), (b"data", encoded))
    body = b"".join(name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for name, data in chunks)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


def prompt(text: str, language: Language) -> bytes:
    """The whole WAV file that says this text."""
    samples = sound.levelled(
        sound.trimmed(at_phone_rate(*speak(language.told(text), language.voice)), RATE_HZ), RATE_HZ
    )
    silence = [0.0] * round((END_S if text.endswith(".") else GAP_S) * RATE_HZ)
    return wav_of(bytes(map(mu_law, (*samples, *silence))))


def make(folder: Path, languages: Sequence[Language], names: Sequence[str]) -> None:
    """Write the named prompts, such as `queue/pl/number-3`, below the folder; no name: all of them."""
    for language in languages:
        for clip, text in language.texts.items():
            if not names or language.file(clip) in names:
                path = folder / f"{language.file(clip)}.wav"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(prompt(text, language))


def objections(versions: Sequence[str], languages: Sequence[Language], names: Sequence[str]) -> Iterator[str]:
    """What stands against making these prompts here: another version of espeak-ng, names that no text has."""
    said = subprocess.run(["espeak-ng", "--version"], check=True, capture_output=True, text=True, timeout=60).stdout
    here = re.search(r"[0-9]+(\.[0-9]+)+", said)
    for path, version in zip(TEXTS, versions, strict=True):
        if not here or here[0] != version:
            yield f"{path.name} names espeak-ng {version}; this is: {said.strip()}"
    known = {language.file(clip) for language in languages for clip in language.texts}
    yield from (f"no text is named {name}" for name in names if name not in known)


def main(folder: str, *names: str) -> str:
    """Make them; answers what stands against it, or ""."""
    read = [read_texts(path) for path in TEXTS]
    versions, languages = [version for version, _ in read], [one for _, several in read for one in several]
    against = "\n".join(objections(versions, languages, names))
    if not against:
        make(Path(folder), languages, names)
    return against


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) or 0)
