"""How a channel enters the mixer: what it hears before, as what it is there, and what the others hear of it."""

from __future__ import annotations

from typing import Final

from callcontrol.config.music import endless
from callcontrol.control import commands as do
from callcontrol.control import legs
from callcontrol.control import room_commands as in_room
from callcontrol.control.call import Call
from callcontrol.control.commands import Command
from callcontrol.control.step_result import PlainResult
from callcontrol.kinds.targets.conference import recorded
from callcontrol.kinds.targets.conference.settings import Announced
from callcontrol.kinds.targets.conference.visiting import Visit
from callcontrol.routing.facts import Facts
from callcontrol.routing.speech import RoomPhrase, as_file_string, room_phrase
from callcontrol.vocabulary.copying import replace

# Rising for who enters, falling for who leaves.
ENTERS: Final = "tone_stream://%(120,40,660);%(180,0,880)"
LEAVES: Final = "tone_stream://%(120,40,880);%(180,0,660)"


def opening(call: Call, visit: Visit, facts: Facts, *, told_to_wait: bool) -> PlainResult:
    """Answer, and say that it is recorded, and that the moderator is waited for, where that is so."""
    led = call.leg(call.led)
    answer: tuple[Command, ...] = () if led is not None and led.answered is not None else (do.Answer(),)
    call = legs.caller_answered(call, facts.now)
    said = as_file_string(room_phrase(facts.language, RoomPhrase.WAIT)) if told_to_wait else ""
    heard: list[Command] = []
    for file in filter(None, (recorded.announcement(visit, facts), said)):
        call, app_id = call.next_app()
        heard.append(do.Play(app_id, file))
    return call, (*answer, *heard)


def mix_of(app_id: str, mixer: str, visit: Visit, facts: Facts, *, muted: bool) -> in_room.Mix:
    """As the room's settings say."""
    settings = visit.settings(facts)
    has_tones = settings.announce is Announced.TONE or (settings.announce is Announced.NAME and not visit.name)
    return in_room.Mix(
        app_id,
        mixer,
        moderator=visit.moderator,
        waits=settings.wait_for_moderator,
        ends_room=visit.moderator and settings.ends_with_moderator,
        muted=muted,
        music=endless(settings.music),
        enters=ENTERS if has_tones else "",
        leaves=LEAVES if has_tones else "",
    )


def guest_mix(mixer: str, visit: Visit, facts: Facts) -> in_room.Mix:
    """As one enters whom the moderator of this visit has invited."""
    muted = visit.settings(facts).join_muted
    return mix_of("", mixer, replace(visit, moderator=False, name=""), facts, muted=muted)


def named(place: tuple[str, str], visit: Visit, phrase: RoomPhrase, facts: Facts) -> tuple[Command, ...]:
    """All hear the name that was said, and what its owner does."""
    if not visit.name:
        return ()
    said = as_file_string((visit.name, *room_phrase(facts.tenant.language, phrase)))
    return (in_room.PlayInRoom(*place, said),)
