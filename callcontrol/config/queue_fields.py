"""Kinds of values that only queues and agents have: music, keys, times of day, codes of pause reasons."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Annotated, Literal, cast

from pydantic import AfterValidator, BeforeValidator, PlainValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from callcontrol.config.fields import FILE, TONES, described, matching, refusal, text_in
from callcontrol.config.target_fields import ANY_KIND, forms_in, read_target
from callcontrol.vocabulary.target import Target

CALLBACK: Literal["callback"] = "callback"
CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"

_STREAM_NAME = "[A-Za-z0-9_][A-Za-z0-9_.-]*"
_MUSIC = re.compile(
    rf"{FILE.pattern}/?|{TONES.pattern}|silence_stream://-1|local_stream://{_STREAM_NAME}(/{_STREAM_NAME})*"
)
_FROM_THE_WEB = re.compile("(https?|shout|vlc|rtsp)://.*")


def _read_music(value: object) -> str:
    right = "write a file such as music/calm.wav, a folder such as music/calm/, local_stream://name, or tone_stream://…"
    text = text_in(value, right)
    if _FROM_THE_WEB.fullmatch(text):
        # mod_shout, mod_vlc and mod_httapi would play these: each is one more door, and none is in modules.conf.xml
        raise refusal(f"{text!r} is music from the network, which no module of the switch plays", right)
    if not _MUSIC.fullmatch(text):
        raise refusal(f"{text!r} is no music", right)
    return text


def _read_key_action(value: object, info: ValidationInfo) -> Literal["callback"] | Target:
    if value == CALLBACK:
        return CALLBACK
    if isinstance(value, str) and get_close_matches(value, (CALLBACK,), 1, cutoff=0.75):
        right = f"write {CALLBACK}, or a target: {forms_in(info).words}"
        raise refusal(f"{value!r} is nothing a key can do", f"did you mean {CALLBACK}? {right}")
    try:
        return read_target(value, info)
    except PydanticCustomError as error:
        said = cast(dict[str, str], error.context)
        raise refusal(said["what"], f"{said['right']} (or write {CALLBACK})") from None


Music = Annotated[
    str, BeforeValidator(_read_music), described("a sound file, a folder/, local_stream://…, tone_stream://…")
]


def _no_folder(music: str) -> str:
    if music.endswith("/"):
        right = "write a file, or a stream such as local_stream://name"
        raise refusal(f"{music!r} is a folder, which only queues play", right)
    return music


# What is played to one caller at a time.
SingleMusic = Annotated[Music, AfterValidator(_no_folder)]
KeyAction = Annotated[
    Literal["callback"] | Target,
    PlainValidator(_read_key_action),
    described("callback, or where the call goes", f"^(callback$|{ANY_KIND}:.+$)"),
]
Key = Annotated[
    str,
    BeforeValidator(matching("[0-9*#]", "{} is no key of a phone", "write one of 0 to 9, * or '#'")),
    described("a key of a phone", "^[0-9*#]$", "integer"),
]
DeclineKey = Annotated[
    str,
    BeforeValidator(matching("[02-9*#]", "{} is no key to decline with", "write one of 0, 2 to 9, * or '#'")),
    described("a key of a phone, 1 excepted", "^[02-9*#]$", "integer"),
]
TimeOfDay = Annotated[
    str,
    BeforeValidator(matching(CLOCK, "{} is no time of day", "write hours and minutes, such as 08:30")),
    described("a time of day", f"^{CLOCK}$"),
]
EndOfHours = Annotated[
    str,
    BeforeValidator(
        matching(f"{CLOCK}|24:00", "{} is no time of day", "write hours and minutes, such as 18:30, or 24:00")
    ),
    described("a time of day, or 24:00", f"^({CLOCK}|24:00)$"),
]
PauseCode = Annotated[
    str,
    BeforeValidator(matching("[1-9][0-9]?", "{} is no code of a pause", "write a number from 1 to 99")),
    described("a number from 1 to 99", "^[1-9][0-9]?$", "integer"),
]
