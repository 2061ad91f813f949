"""Which greeting is in force: what the owner has recorded by phone wins over what the settings name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from callcontrol.kinds.targets.voicemail.settings import DEFAULT_GREETING, Voicemail
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.speech import as_file_string
from callcontrol.routing.speech.leaving import LeavingPhrase, leaving_phrase
from callcontrol.vocabulary.mailbox import Box, Greeting, GreetingKind
from callcontrol.vocabulary.media import brought_path, named_in
from callcontrol.vocabulary.rule import RuleKind

BEEP = "tone_stream://%(500,0,800)"


class Heard(NamedTuple):
    """What the caller hears before the recording: a sound, and whether a tone follows it.

    Attributes:
        brings: the medium that is to be brought to the caller's switch first, "" if none is.
    """

    sound: str
    beep: bool
    brings: str = ""


def greeting_in_force(settings: Voicemail, greeting: str, box: Box, path: Path, switch: str, facts: Facts) -> Heard:
    """Away until its date; then, where the phone that was called is busy, the one for that; then the usual one.

    The usual one is what was recorded, else that of the settings, else ours, by the recorded name if there is one.

    Args:
        greeting: the usual one of the settings, in the caller's language.
        switch: the caller's: what was recorded at another one is to be brought first.
    """
    is_busy = bool(path.diversions) and path.diversions[-1].reason is RuleKind.BUSY
    for kind in _in_order(is_busy):
        recorded = box.greetings.get(kind)
        if recorded is not None and recorded.is_in_force(facts.now):
            sound, brings = _played(recorded, switch, facts)
            return Heard(sound, True, brings)
        if kind is GreetingKind.BUSY and settings.busy is not None:
            return Heard(as_file_string(settings.busy.files(facts.language)), settings.beep)
    name, is_ours = box.greetings.get(GreetingKind.NAME), settings.greeting.files(facts.language) == (DEFAULT_GREETING,)
    if name is None or not name.is_in_force(facts.now) or not is_ours:
        return Heard(greeting, settings.beep)
    sound, brings = _played(name, switch, facts)
    return Heard(as_file_string((sound, *leaving_phrase(facts.language, LeavingPhrase.AFTER_NAME))), True, brings)


def _in_order(is_busy: bool) -> Iterator[GreetingKind]:
    yield GreetingKind.AWAY
    if is_busy:
        yield GreetingKind.BUSY
    yield GreetingKind.NORMAL


def _played(recorded: Greeting, switch: str, facts: Facts) -> tuple[str, str]:
    """Where the caller's switch has it, and what has to be brought there first."""
    if recorded.switch == switch:
        return recorded.path, ""
    media_id = named_in(recorded.path)
    return brought_path(facts.settings.recordings, media_id), media_id
