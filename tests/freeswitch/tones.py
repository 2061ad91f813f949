"""The tones that each party must or must not hear in the stories: voices of callers and phones, ringing, prompts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.freeswitch.audio import Microphones
from tests.freeswitch.sounds import CALLER_HZ, PHONE_HZ, VOICES

RINGING_HZ = 425.0  # `ringback` of freeswitch-xml/vars.xml
CONFIRM_HZ = 784.0  # the last tone of "done" (kinds/star_codes/storing.py)
REFUSE_HZ = 220.0  # "refused"
PROMPT_HZ = 784.0  # the highest tone of sounds/confirm/press-1.wav
GREETING_HZ = 659.0  # of sounds/voicemail/greeting.wav
CLOSED_HZ = 1_400.0  # announcement:closed of the example


MUSIC_HZ = 440.0  # of queue:support
SALES_MUSIC_HZ = 350.0
PARKED_MUSIC_HZ = 480.0  # of parking:front
ROOM_MUSIC_HZ = 310.0  # of the example's conference rooms
_FIRST, _SECOND, _THIRD = (VOICES[f"4850010030{n}"] for n in (1, 2, 3))
HELD_MUSIC_HZ = 480.0  # of `transfers:` of the example
DIAL_HZ = 425.0  # control/key_transfer_steps.py
# Of the example's menus, and of announcement:welcome.
WELCOME_HZ, MENU_HZ, SALES_MENU_HZ, SILENT_HZ, WRONG_HZ = 523.0, 620.0, 870.0, 480.0, 290.0
SPEECH = 0.0  # no tone at all: spoken prompts

# The end of one sound may overlap the beginning of the next by this many seconds: windows are tenths of a second.
OVERLAP_S = 0.3
TONES = (RINGING_HZ, MUSIC_HZ, SALES_MUSIC_HZ, CALLER_HZ, PHONE_HZ, *VOICES.values())


@dataclass(frozen=True, slots=True)
class Hears:
    """A party hears a tone, or must not (`never`)."""

    who: str
    hz: float
    never: bool = False


@dataclass(frozen=True, slots=True)
class HearsInTurn:
    """A party hears these sounds one after the other, without overlap."""

    who: str
    sounds: tuple[float, ...]


Expectation = Hears | HearsInTurn

HEARS: Mapping[str, tuple[Expectation, ...]] = {
    "296-keys-blind.yaml": (
        Hears("caller", HELD_MUSIC_HZ),
        Hears("117", DIAL_HZ),
        Hears("117", HELD_MUSIC_HZ, never=True),
        Hears("103", CALLER_HZ),
    ),
    "297-keys-blind-refused.yaml": (Hears("caller", HELD_MUSIC_HZ), Hears("caller", PHONE_HZ)),
    "298-keys-attended.yaml": (
        HearsInTurn("caller", (PHONE_HZ, HELD_MUSIC_HZ, VOICES["122"])),
        HearsInTurn("117", (CALLER_HZ, DIAL_HZ, VOICES["122"])),
        HearsInTurn("122", (PHONE_HZ, CALLER_HZ)),
    ),
    "299-keys-attended-by-the-caller.yaml": (
        HearsInTurn("103", (CALLER_HZ, HELD_MUSIC_HZ, VOICES["122"])),
        HearsInTurn("122", (CALLER_HZ, PHONE_HZ)),
    ),
    "300-keys-refused-by-the-colleague.yaml": (Hears("117", REFUSE_HZ), Hears("caller", REFUSE_HZ, never=True)),
    "301-keys-swap-together-back.yaml": (
        Hears("caller", VOICES["122"]),
        Hears("122", HELD_MUSIC_HZ),
        Hears("122", CALLER_HZ),
        Hears("117", VOICES["122"]),
    ),
    # the phone that has picked the call up, or has taken the parked caller, is a caller itself
    "420-picked-up-keys-blind.yaml": (
        HearsInTurn("caller", (CALLER_HZ, HELD_MUSIC_HZ, PHONE_HZ)),
        HearsInTurn("caller 2", (_THIRD, DIAL_HZ)),
        Hears("103", _THIRD),
    ),
    "421-taken-from-a-place-keys-attended.yaml": (
        HearsInTurn("caller", (PHONE_HZ, CALLER_HZ, VOICES["122"])),
        HearsInTurn("caller 2", (_THIRD, VOICES["122"])),
        HearsInTurn("122", (CALLER_HZ, _THIRD)),
    ),
    "422-joined-keys-blind.yaml": (Hears("caller", HELD_MUSIC_HZ), Hears("105", DIAL_HZ), Hears("103", _THIRD)),
    "423-picked-up-caller-has-keys.yaml": (
        Hears("caller", VOICES["122"]),
        Hears("caller 2", HELD_MUSIC_HZ),
        Hears("122", CALLER_HZ),
        Hears("caller 2", VOICES["122"], never=True),
    ),
    "427-joined-caller-has-keys.yaml": (Hears("105", HELD_MUSIC_HZ), Hears("103", PHONE_HZ), Hears("caller", DIAL_HZ)),
    "428-keys-to-a-place-and-back.yaml": (
        HearsInTurn("caller", (PHONE_HZ, VOICES["122"])),
        Hears("caller", PARKED_MUSIC_HZ),
        Hears("122", _THIRD),
    ),
    "429-picked-up-joined-and-sent-on.yaml": (
        HearsInTurn("caller", (CALLER_HZ, VOICES["122"], PHONE_HZ)),
        HearsInTurn("122", (CALLER_HZ, _THIRD)),
        Hears("103", _THIRD),
    ),
    "302-keys-hung-up-while-it-rings.yaml": (Hears("caller", HELD_MUSIC_HZ), Hears("caller", RINGING_HZ)),
    "250-parked-and-taken.yaml": (
        HearsInTurn("caller", (PHONE_HZ, PARKED_MUSIC_HZ, CALLER_HZ)),
        Hears("caller 2", CALLER_HZ),
        Hears("caller 2", PARKED_MUSIC_HZ, never=True),
        Hears("117", PARKED_MUSIC_HZ, never=True),
    ),
    "251-parked-at-the-next-place.yaml": (Hears("caller", PARKED_MUSIC_HZ), Hears("117", CALLER_HZ)),
    "252-parked-too-long.yaml": (Hears("caller", PARKED_MUSIC_HZ), Hears("caller", PHONE_HZ), Hears("117", CALLER_HZ)),
    "254-nothing-parked.yaml": (Hears("caller", REFUSE_HZ),),
    "255-two-take-the-parked-caller.yaml": (
        Hears("caller", CALLER_HZ),
        Hears("caller 2", CALLER_HZ),
        Hears("caller 3", REFUSE_HZ),
        Hears("caller 3", CALLER_HZ, never=True),
    ),
    "325-conference.yaml": (
        HearsInTurn("caller", (ROOM_MUSIC_HZ, _SECOND)),
        Hears("caller 2", _FIRST),
        Hears("caller 2", ROOM_MUSIC_HZ, never=True),
        Hears("caller", CALLER_HZ),  # the phone's tone, once the second caller has left
    ),
    "326-conference-moderator.yaml": (
        HearsInTurn("caller", (ROOM_MUSIC_HZ, _SECOND)),
        HearsInTurn("caller 2", (ROOM_MUSIC_HZ, _FIRST)),
        Hears("caller 3", ROOM_MUSIC_HZ, never=True),
    ),
    "327-conference-wrong-pin.yaml": (Hears("caller", ROOM_MUSIC_HZ, never=True),),
    "328-conference-mute-all.yaml": (
        Hears("caller", CALLER_HZ),
        Hears("caller", _THIRD, never=True),
        Hears("caller 2", _FIRST),
        Hears("caller 2", _THIRD, never=True),
        Hears("caller 3", CALLER_HZ),
        Hears("caller 3", _FIRST, never=True),
    ),
    "329-conference-locked.yaml": (
        Hears("caller", CALLER_HZ),
        Hears("caller", _THIRD, never=True),
        Hears("caller 3", CALLER_HZ, never=True),
    ),
    "330-conference-full.yaml": (Hears("caller 4", ROOM_MUSIC_HZ, never=True),),
    "331-conference-ended.yaml": (Hears("caller", _SECOND), Hears("caller 2", _FIRST)),
    "332-conference-own-mute.yaml": (Hears("caller", _SECOND), Hears("caller 2", _FIRST, never=True)),
    "333-conference-by-transfer.yaml": (
        HearsInTurn("caller", (PHONE_HZ, ROOM_MUSIC_HZ, CALLER_HZ)),
        Hears("caller 2", _FIRST),
    ),
    "334-conference-gives-up.yaml": (Hears("caller 2", ROOM_MUSIC_HZ),),
    "388-conference-invites.yaml": (
        # only one voice is left once the first caller has hung up
        Hears("48600700802", CALLER_HZ),
        Hears("caller 2", VOICES["48600700802"]),
    ),
    # all are muted: what is heard of the other is the name
    "391-conference-names.yaml": (Hears("caller", CALLER_HZ),),
    "389-conference-invites-in-vain.yaml": (Hears("caller", CALLER_HZ),),
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
    # a transferred party hears ringing and then the target; a consulted colleague hears the caller only afterwards
    "70-caller-transfers.yaml": (
        Hears("103", RINGING_HZ),
        Hears("103", PHONE_HZ),
        Hears("105", PHONE_HZ),
        Hears("105", CALLER_HZ, never=True),
    ),
    "71-transfer-attended.yaml": (Hears("caller", MUSIC_HZ), Hears("105", CALLER_HZ)),
    "100-menu.yaml": (HearsInTurn("caller", (MENU_HZ, SALES_MENU_HZ, RINGING_HZ, PHONE_HZ)), Hears("103", CALLER_HZ)),
    "101-menu-direct-dial.yaml": (HearsInTurn("caller", (MENU_HZ, PHONE_HZ)),),
    "102-menu-queue.yaml": (HearsInTurn("caller", (MENU_HZ, VOICES["121"])),),
    "103-menu-type-ahead.yaml": (
        Hears("caller", WELCOME_HZ),
        Hears("caller", MENU_HZ, never=True),
        Hears("caller", PHONE_HZ),
    ),
    "104-menu-silence.yaml": (HearsInTurn("caller", (SILENT_HZ, GREETING_HZ)), Hears("caller", MENU_HZ)),
    "105-menu-wrong.yaml": (HearsInTurn("caller", (WRONG_HZ, PHONE_HZ)), Hears("caller", SILENT_HZ, never=True)),
    "106-menu-back-and-again.yaml": (Hears("caller", SALES_MENU_HZ), Hears("caller", PHONE_HZ)),
    "107-menu-keys-while-ringing.yaml": (HearsInTurn("caller", (SALES_MENU_HZ, PHONE_HZ)),),
    "108-menu-keys-into-the-queue.yaml": (Hears("caller", GREETING_HZ),),
    # a message and a recorded greeting have the tone of the party that spoke
    "200-mailbox.yaml": (Hears("caller 2", CALLER_HZ),),
    "203-mailbox-from-outside.yaml": (Hears("caller", GREETING_HZ), Hears("caller", CALLER_HZ, never=True)),
    "204-mailbox-greeting.yaml": (Hears("caller 2", CALLER_HZ), Hears("caller 2", GREETING_HZ, never=True)),
    "205-mailbox-passed-on.yaml": (Hears("caller 3", CALLER_HZ),),
    "33-queue.yaml": (
        HearsInTurn("caller", (MUSIC_HZ, VOICES["121"])),
        HearsInTurn("121", (SPEECH, VOICES["48500100301"])),
    ),
    "34-queue-missed.yaml": (
        HearsInTurn("caller", (SALES_MUSIC_HZ, VOICES["123"])),
        Hears("123", VOICES["48500100301"]),
        Hears("123", SALES_MUSIC_HZ, never=True),
    ),
    "35-queue-callback.yaml": (
        Hears("caller", MUSIC_HZ),
        Hears("caller", VOICES["121"], never=True),
        HearsInTurn("121", (SPEECH, VOICES["48500100301"])),
        Hears("48500100301", VOICES["121"]),
    ),
    "36-queue-agents.yaml": (
        Hears("caller", GREETING_HZ),
        Hears("caller", MUSIC_HZ, never=True),
        HearsInTurn("caller 2", (MUSIC_HZ, VOICES["122"])),
        Hears("122", VOICES["48500100302"]),
        Hears("caller 3", MUSIC_HZ),
        Hears("122", VOICES["48500100303"], never=True),
    ),
}


def tone_differences(
    expected: tuple[Expectation, ...], ports: Mapping[str, frozenset[int]], microphones: Microphones
) -> Iterator[str]:
    """Differences between the expected and the heard tones, and their times."""
    for wanted in expected:
        at = ports.get(wanted.who, frozenset())
        match wanted:
            case Hears(who, hz, never):
                seconds = microphones.heard(at, hz)
                if bool(seconds) is never:
                    should = "never hears" if never else "should hear"
                    yield f"{who} {should} {hz:g} Hz; heard for {seconds:.1f} s"
            case HearsInTurn(who, sounds):
                yield from turn_differences(who, sounds, [_moments(hz, at, microphones) for hz in sounds])


def _moments(hz: float, ports: frozenset[int], microphones: Microphones) -> list[float]:
    return microphones.speech(ports, TONES) if hz == SPEECH else microphones.moments(ports, hz)


def turn_differences(who: str, sounds: Sequence[float], moments: Sequence[Sequence[float]]) -> Iterator[str]:
    """The sounds that overlap or are out of order, by the moments at which they were heard."""
    for hz, at in zip(sounds, moments, strict=True):
        if not at:
            yield f"{who} should hear {_name(hz)}; heard nothing of it"
    for (hz, at), (next_hz, next_at) in pairwise(zip(sounds, moments, strict=True)):
        if at and next_at and at[-1] > next_at[0] + OVERLAP_S:
            yield f"{who} still hears {_name(hz)} {at[-1] - next_at[0]:.1f} s after {_name(next_hz)} has begun"


def _name(hz: float) -> str:
    return "speech" if hz == SPEECH else f"{hz:g} Hz"
