"""Which greeting is in force: what the owner has recorded by phone wins over what the settings name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from callcontrol.kinds.targets.voicemail.settings import Voicemail
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.speech import as_file_string
from callcontrol.vocabulary.mailbox import Box, GreetingKind
from callcontrol.vocabulary.rule import RuleKind

BEEP = "tone_stream://%(500,0,800)"


class Heard(NamedTuple):
    """What the caller hears before the recording: a sound, and whether a tone follows it."""

    sound: str
    beep: bool


def greeting_in_force(settings: Voicemail, greeting: str, box: Box, path: Path, switch: str, facts: Facts) -> Heard:
    """Away until its date; then, where the phone that was called is busy, the one for that; then the usual one.

    Args:
        greeting: the usual one of the settings, in the caller's language.
        switch: the caller's; a recorded greeting is heard at the switch that has its file.
    """
    is_busy = bool(path.diversions) and path.diversions[-1].reason is RuleKind.BUSY
    for kind in _in_order(is_busy):
        recorded = box.greetings.get(kind)
        if recorded is not None and recorded.is_in_force(facts.now) and recorded.switch == switch:
            return Heard(recorded.path, True)
        if kind is GreetingKind.BUSY and settings.busy is not None:
            return Heard(as_file_string(settings.busy.files(facts.language)), settings.beep)
    return Heard(greeting, settings.beep)


def _in_order(is_busy: bool) -> Iterator[GreetingKind]:
    yield GreetingKind.AWAY
    if is_busy:
        yield GreetingKind.BUSY
    yield GreetingKind.NORMAL
