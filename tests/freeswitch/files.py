"""What the files of recorded conversations contain: the tone on each side at every moment, length, silence."""

from __future__ import annotations

import struct
import wave
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.vocabulary.moment import SECOND_US, instant_from
from tests.freeswitch.sounds import CALLER_HZ, PHONE_HZ, RATE, VOICES, loudness
from tests.freeswitch.tones import MUSIC_HZ, RINGING_HZ

ANNOUNCEMENT_HZ = 1_100.0  # `recording.prompt` of the example
WHISPER_HZ = 980.0  # `whisper_name` of queue:claims
COLLEAGUE_HZ = VOICES["123"]
NEVER = (ANNOUNCEMENT_HZ, WHISPER_HZ, RINGING_HZ)

WINDOW_S = 0.05
CLEAR = 0.5
# Tolerance in seconds: of a file's length, and of the ends of a pause in it.
EXACT_S = 0.05
EDGE_S = 0.15
# The share of windows of possible speech that must contain the side's own tone; keys are silence.
HEARD = 0.85


@dataclass(frozen=True, slots=True)
class Sides:
    """The tones of one file: of the caller's side and of the other side; several if they follow one another.

    Attributes:
        shorter_s: how much may be missing at most, in seconds: the switch writes nothing while the channel goes from
        one partner to the next, or while its own phone is on hold and sends nothing.
    """

    left: tuple[float, ...] = (CALLER_HZ,)
    right: tuple[float, ...] = (PHONE_HZ,)
    shorter_s: float = 0.0


FILES: Mapping[str, tuple[Sides, ...]] = {
    "230-recorded-call.yaml": (Sides(),),
    "231-recorded-queue.yaml": (Sides(),),
    "232-recording-objected.yaml": (),
    "233-recording-not-answered.yaml": (),
    "234-recording-paused.yaml": (Sides(),),
    "235-recording-caller-transfers.yaml": (Sides(right=(PHONE_HZ, COLLEAGUE_HZ), shorter_s=0.8),),
    "236-recording-attended.yaml": (Sides(right=(PHONE_HZ, COLLEAGUE_HZ, MUSIC_HZ), shorter_s=0.8),),
    # the second recording is on the callee's channel, whose other side has replaced the caller
    "237-recording-caller-joins.yaml": (Sides(shorter_s=2.0), Sides(left=(COLLEAGUE_HZ,))),
    "238-recording-silent-caller.yaml": (Sides(left=()),),
    "239-recorded-outside.yaml": (Sides(),),
    "240-recorded-callback.yaml": (Sides(left=(VOICES["48500100301"],)),),
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded file: its length in seconds, and the samples of both sides."""

    seconds: float
    sides: tuple[Sequence[int], Sequence[int]]

    def windows(self, side: int) -> Iterator[tuple[float, Sequence[int]]]:
        """The windows of one side, each with the second at which it begins."""
        size = round(WINDOW_S * RATE)
        samples = self.sides[side]
        for start in range(0, len(samples) - size + 1, size):
            yield start / RATE, samples[start : start + size]


def read_recorded(path: Path) -> Recorded:
    """Read a stereo WAV file as the switch has written it."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, RATE, 2), file.getparams()
        count = file.getnframes()
        both = struct.unpack(f"<{2 * count}h", file.readframes(count))
    return Recorded(count / RATE, (both[0::2], both[1::2]))


def file_differences(expected: Sequence[Sides], calls: Sequence[PastCall], folder: Path) -> Iterator[str]:
    """Differences between the expected and the actual contents of these calls' files."""
    pieces = [piece for call in calls for piece in _pieces(call)]
    if len(pieces) != len(expected):
        yield f"{len(expected)} files expected, there are {len(pieces)}"
        return
    for sides, (media_id, facts) in zip(expected, pieces, strict=True):
        path = folder / f"{media_id}.wav"
        if not path.exists():
            yield f"there is no {path}"
        else:
            yield from _listened(sides, read_recorded(path), facts)


def _pieces(call: PastCall) -> Iterator[tuple[str, dict[str, list[float]]]]:
    """Each recording of a call, with the times of its events in the trail (seconds)."""
    found: dict[str, dict[str, list[float]]] = {}
    for fact in call.talks:
        if fact["media_id"] and fact["what"] != "lost":
            at_s = instant_from(fact["at"]) / SECOND_US
            found.setdefault(fact["media_id"], {}).setdefault(fact["what"], []).append(at_s)
    yield from found.items()


def _listened(expected: Sides, recorded: Recorded, facts: Mapping[str, list[float]]) -> Iterator[str]:
    began, ended = facts["started"][0], facts["ended"][0]
    if not -EXACT_S - expected.shorter_s <= recorded.seconds - (ended - began) <= EXACT_S:
        yield f"the file lasts {recorded.seconds:.3f} s, the talk {ended - began:.3f} s"
    ends = [*facts.get("resumed", ()), ended]
    if expected.shorter_s:  # the missing part is at the transfer, and a pause comes after it
        began += ended - began - recorded.seconds
    pauses = [(at - began, end - began) for at, end in zip(facts.get("paused", ()), ends, strict=False)]
    for side, own in enumerate((expected.left, expected.right)):
        other = (expected.right, expected.left)[side]
        yield from _side(("left", "right")[side], recorded.windows(side), own, other, pauses)


def _side(
    name: str,
    windows: Iterator[tuple[float, Sequence[int]]],
    own: tuple[float, ...],
    other: tuple[float, ...],
    pauses: Sequence[tuple[float, float]],
) -> Iterator[str]:
    talked = heard = 0
    for at_s, samples in windows:
        if any(start + EDGE_S <= at_s and at_s + WINDOW_S <= end - EDGE_S for start, end in pauses):
            if any(samples):
                yield f"{name}: not silent at {at_s:.2f} s, within a pause"
                return
            continue
        wrong = next((hz for hz in (*NEVER, *other) if loudness(samples, hz) >= CLEAR), None)
        if wrong is not None:
            yield f"{name}: {wrong:g} Hz at {at_s:.2f} s"
            return
        if any(samples) and not any(start - EDGE_S <= at_s <= end + EDGE_S for start, end in pauses):
            talked += 1
            heard += any(loudness(samples, hz) >= CLEAR for hz in own)
    if own and (not talked or heard < HEARD * talked):
        yield f"{name}: {own} Hz heard in {heard} of {talked} windows"
