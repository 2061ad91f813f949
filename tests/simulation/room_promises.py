"""What is promised of conference rooms: who is let in and sent out, and that the live state is as the switch has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from callcontrol.billing.record import RatedRecord
from callcontrol.edges.live_state import keys
from tests.simulation.broken import Broken
from tests.simulation.centre import MODERATOR, MODERATOR_PIN, PIN
from tests.simulation.channel import Channel
from tests.simulation.mixer_twin import Member, Mixer
from tests.simulation.redis_twin import RedisTwin
from tests.simulation.switch_twin import SwitchTwin

# For so long the live state may differ from what a switch mixes, while a worker and Redis are up (seconds): a member's
# place is kept every 15 s.
LATE_S = 90.0
# For so long one may be kept whose call is over, likewise: less than the 60 s of a lease.
GONE_S = 45.0
OVER = "and is over"
# One who was let in before a room was locked has said a name, and heard what is to be heard, by then (seconds).
LET_IN_S = 75.0
# How far a conversation in a room may be from the one that was mixed (seconds).
OFF_S = 2.0


class RoomPromises:
    """Watches the rooms of a run.

    Attributes:
        may_split: the live state may lose that a room is at a switch.
    """

    def __init__(self, switches: list[SwitchTwin], server: RedisTwin) -> None:
        self.may_split = False
        self._switches = switches
        self._server = server
        self._since_s: dict[tuple[str, str], float] = {}
        self._locked_s: dict[str, float] = {}

    def watch(self) -> None:
        """From now on, as the switches are there."""
        for switch in self._switches:
            switch.mixers.entered.append(self._entered)
            switch.mixers.sent_out = self._sent_out

    @property
    def _now_s(self) -> float:
        return self._switches[0].agenda.now_s

    # --- as it happens

    def _entered(self, room: Mixer, member: Member) -> None:
        owner, name = member.owner, room.name.partition("/")[2]
        if owner.is_caller and not self._may_enter(name, member):
            role = "as a moderator " if member.moderator else ""
            raise Broken(f"{owner.who} enters {room.name} {role}and has not pressed its PIN", owner.call)
        locked_s = self._locked_s.get(room.name)
        is_late = locked_s is not None and self._now_s - locked_s > LET_IN_S
        if owner.is_caller and is_late and not member.moderator:
            raise Broken(f"{owner.who} enters {room.name}, which is locked", owner.call)
        elsewhere = [s.name for s in self._switches if room.name in s.mixers.rooms]
        if len(elsewhere) > 1 and not self.may_split:
            raise Broken(f"{room.name} is mixed at {' and '.join(elsewhere)}", owner.call)

    def _may_enter(self, name: str, member: Member) -> bool:
        owner = member.owner
        pressed = next((s.pressed[owner.id] for s in self._switches if owner.id in s.pressed), "")
        if name == "small":
            return member.moderator is owner.who.startswith(f"{MODERATOR}@")
        if name == "board":
            return MODERATOR_PIN in pressed if member.moderator else PIN in pressed
        return not member.moderator

    def _sent_out(self, room: Mixer, member: Member) -> None:
        orders = (switch.mixers.ended_by_key.get(room.name) for switch in self._switches)
        ended_s = max((at_s for at_s in orders if at_s is not None), default=-1.0)
        if ended_s < member.owner.created_s:
            raise Broken(f"{member.owner.who} is sent out of {room.name}, which was not ended", member.owner.call)

    def ended_by_switch(self, channel: Channel) -> None:
        """Only a person's own hang-up takes a participant out, or the end of the room."""
        switch = next(one for one in self._switches if channel.id in one.channels)
        mixed = switch.mixers.member_of(channel)
        if mixed is not None and channel.is_caller and channel.cause != "ALLOTTED_TIMEOUT":
            raise Broken(f"{channel.who} is hung up in {mixed[0].name}", channel.call)

    # --- from time to time

    def forget(self) -> None:
        """A worker or Redis is away: start counting again."""
        self._since_s.clear()
        self._locked_s.clear()

    def look(self) -> None:
        """Check for differences that must not last.

        Raises:
            Broken: one has lasted.
        """
        rooms = {f"{keys.tenant_of(key)}/{name}": known for key, name, known in self._live()}
        self._locked_s = {name: self._locked_s.get(name, self._now_s) for name in rooms if rooms[name]["locked"]}
        found = set(self._differing({name: dict(known["members"]) for name, known in rooms.items()}))
        self._since_s = {one: self._since_s.get(one, self._now_s) for one in found}
        for (what, about), since_s in self._since_s.items():
            lasted_s = self._now_s - since_s
            if lasted_s > (GONE_S if what.endswith(OVER) else LATE_S):
                raise Broken(f"for {lasted_s:.0f} s {what}", about)

    def _live(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for key, rooms in self._server.rooms.items():
            yield from ((key, name, known) for name, known in rooms.there())

    def _differing(self, rooms: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str]]:
        channels = [channel for switch in self._switches for channel in switch.channels.values()]
        lives = {id_ for channel in channels for id_ in (channel.call, channel.id)}
        for name, members in rooms.items():
            yield from ((f"{call} is kept in {name}, {OVER}", call) for call in members if call not in lives)
        for switch in self._switches:
            for room, member in switch.mixers.all():
                call = member.owner.call if member.owner.is_caller else member.owner.id
                known = rooms.get(room.name, {}).get(call)
                if known is None:
                    yield f"{call} is mixed in {room.name}, and not kept there", member.owner.call
                elif known[0]["kicked"]:
                    yield f"{call} is mixed in {room.name}, which was ended", member.owner.call
                elif known[0]["muted"] is not member.muted:
                    yield f"{call} is muted in {room.name}: {member.muted}, not {known[0]['muted']}", member.owner.call
            yield from self._files(switch)

    def _files(self, switch: SwitchTwin) -> Iterable[tuple[str, str]]:
        for room in switch.mixers.rooms.values():
            call = room.members[0].owner.call if room.members else ""
            if room.files and not room.talks():
                yield f"{room.name} is recorded, and none talk there", call
            if len(room.files) > 1:
                yield f"{room.name} is recorded more than once", call
            if room.name.endswith("/board") and room.talks() and not room.files:
                yield f"{room.name} is not recorded", call

    # --- in the end

    def left_over(self) -> list[str]:
        """What is left of rooms."""
        left = [f"{member.owner.who} in {room.name}" for s in self._switches for room, member in s.mixers.all()]
        left += [f"file {path}" for s in self._switches for room in s.mixers.rooms.values() for path in room.files]
        for key, rooms in self._server.rooms.items():
            left += [f"{key}: {what}" for what in rooms.left()]
        return left

    def talked_as_recorded(self, records: Iterable[RatedRecord]) -> int:
        """Where nothing has failed the conversations in rooms are those that were mixed; returns how many there are.

        Raises:
            Broken: they differ.
        """
        mixed = {channel: s for switch in self._switches for channel, s in switch.mixers.talked_s.items()}
        count = 0
        for record in records:
            told = [one for one in record.call.segments if one.party.startswith("conference:") and not one.other_leg]
            told_s = sum(one.ended - one.began for one in told) / 1_000_000
            truth_s = mixed.get(record.call.legs[0].leg_id, 0.0) if record.call.legs else 0.0
            count += len(told)
            if abs(told_s - truth_s) > OFF_S * max(1, len(told)):
                raise Broken(f"{told_s:.1f} s in a room are recorded, {truth_s:.1f} s were mixed", record.call.call_id)
        return count
