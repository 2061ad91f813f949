"""Who must hear which tones in the stories, and who must not: the voices of callers and phones, ringing, prompts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.freeswitch.audio import Microphones
from tests.freeswitch.sounds import CALLER_HZ, PHONE_HZ

RINGING_HZ = 425.0  # `ringback` of freeswitch-xml/vars.xml
CONFIRM_HZ = 784.0  # the last tone of "done" (control/steps/setting.py)
REFUSE_HZ = 220.0  # "refused"
PROMPT_HZ = 784.0  # the highest tone of sounds/confirm/press-1.wav
GREETING_HZ = 659.0  # of sounds/voicemail/greeting.wav
CLOSED_HZ = 1_400.0  # announcement:closed of the example


@dataclass(frozen=True, slots=True)
class Hears:
    """Somebody hears a tone, or `never` does."""

    who: str
    hz: float
    never: bool = False


HEARS: Mapping[str, tuple[Hears, ...]] = {
    "01-rings-and-answers.yaml": (
        Hears("caller", RINGING_HZ),
        Hears("caller", PHONE_HZ),
        Hears("117", CALLER_HZ),
    ),
    "02-always.yaml": (
        Hears("48600700800", PROMPT_HZ),
        Hears("caller", RINGING_HZ),
        Hears("caller", PROMPT_HZ, never=True),
        Hears("caller", PHONE_HZ),
        Hears("48600700800", CALLER_HZ),
    ),
    "03-busy.yaml": (Hears("caller", GREETING_HZ),),
    "11-group.yaml": (Hears("103", CALLER_HZ), Hears("caller", PHONE_HZ)),
    "16-press-1.yaml": (
        Hears("48600700800", PROMPT_HZ),
        Hears("48600700800", CALLER_HZ, never=True),
        Hears("caller", RINGING_HZ),
        Hears("caller", PHONE_HZ, never=True),
    ),
    "20-star-codes.yaml": (Hears("caller", CONFIRM_HZ), Hears("105", CALLER_HZ), Hears("caller 4", PHONE_HZ)),
    "21-star-code-refused.yaml": (Hears("caller", REFUSE_HZ), Hears("caller", CONFIRM_HZ, never=True)),
    "24-announcement.yaml": (Hears("caller", CLOSED_HZ),),
}


def tone_differences(
    expected: tuple[Hears, ...], ports: Mapping[str, frozenset[int]], microphones: Microphones
) -> Iterator[str]:
    """What was heard and should not have been, or the other way round."""
    for wanted in expected:
        seconds = microphones.heard(ports.get(wanted.who, frozenset()), wanted.hz)
        if bool(seconds) is wanted.never:
            should = "never" if wanted.never else "should"
            yield f"{wanted.who} {should} hear{'s' if wanted.never else ''} {wanted.hz:g} Hz; heard for {seconds:.1f} s"
