"""A conference room: several callers talk with each other, after a PIN where one is set."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.settings import Tenant
from callcontrol.kinds.targets.conference.asking import AskingRoomPin, AskRoomPin, asks
from callcontrol.kinds.targets.conference.checks import CHECKS, WARNINGS
from callcontrol.kinds.targets.conference.conferring import InRoom
from callcontrol.kinds.targets.conference.entering import Confer, Entering
from callcontrol.kinds.targets.conference.farewell import LeavingRoom
from callcontrol.kinds.targets.conference.guests import Guest, Guests, Invitation
from callcontrol.kinds.targets.conference.naming import SayingName
from callcontrol.kinds.targets.conference.recorded import RoomFile, RoomSeat
from callcontrol.kinds.targets.conference.settings import BLOCK, ConferenceTarget, room_at
from callcontrol.kinds.targets.conference.visiting import Visit
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import Target, text_of
from callcontrol.vocabulary.trail import Passed


def decide(target: ConferenceTarget, path: Path, facts: Facts) -> Decision:
    """Ask for the PIN where there is one, and let the caller in; a moderator's own phone is proof enough."""
    room = BLOCK.of(facts.tenant).get(target.name)
    if room is None:
        return refuse(Outcome.UNAVAILABLE, Passed(facts.now, text_of(target), "no such conference room"))
    if facts.caller.extension and facts.caller.extension in room.moderators:
        return Decision(Confer(Visit(target.name, True, path)))
    if asks(room):
        return Decision(AskRoomPin(target.name, path))
    return Decision(Confer(Visit(target.name, False, path)))


def recordings_of(extension: str, tenant: Tenant) -> Iterator[Target]:
    """The rooms whose recordings are the person's own who has this extension: those which it moderates."""
    rooms = BLOCK.of(tenant).items()
    return (ConferenceTarget(name) for name, room in rooms if extension in room.moderators)


def dialled(digits: str, tenant: Tenant) -> Target | None:
    """The room with this number."""
    room = room_at(digits, tenant)
    return ConferenceTarget(room) if room else None


KIND = RoutedKind(
    target=ConferenceTarget,
    row="the caller talks with all who are in the room, after its PIN where it has one; moderators mute, lock and end "
    "it by keys",
    block=BLOCK,
    checks=CHECKS,
    warnings=WARNINGS,
    dialled=dialled,
    own_of=recordings_of,
    decide=decide,
    step=Confer,
    saved=(
        AskRoomPin,
        AskingRoomPin,
        Confer,
        Entering,
        InRoom,
        Guest,
        Guests,
        Invitation,
        LeavingRoom,
        SayingName,
        RoomFile,
        RoomSeat,
        Visit,
    ),
)
