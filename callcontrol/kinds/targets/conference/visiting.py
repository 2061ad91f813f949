"""What a caller's stay in a conference room is about, and how it ends before it begins."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.control.call import Call
from callcontrol.kinds.targets.conference.settings import BLOCK, Conference, ConferenceTarget
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision, Refuse
from callcontrol.routing.speech import RoomPhrase, as_file_string, room_phrase
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.room import RoomMember
from callcontrol.vocabulary.target import text_of
from callcontrol.vocabulary.trail import Passed


@dataclass(frozen=True, slots=True)
class Visit:
    """A caller and a room; `name`: the file of what the caller has said at entering, "" for none."""

    room: str
    moderator: bool
    path: Path
    name: str = ""

    @property
    def party(self) -> str:
        """The room as a target text."""
        return text_of(ConferenceTarget(self.room))

    def settings(self, facts: Facts) -> Conference:
        """The room's; those of one that a reload has taken away are the defaults."""
        return BLOCK.of(facts.tenant).get(self.room) or Conference()

    def member(self, call: Call, facts: Facts) -> RoomMember:
        """The call as the live state knows it."""
        party = call.led_party
        return RoomMember(
            call=call.id,
            worker=call.worker,
            channel=call.led,
            switch=call.switch,
            number=party.number,
            name=party.name,
            extension=party.extension,
            since=facts.now,
            moderator=self.moderator,
            informed=self.settings(facts).record,
        )


def unlet(room: str, phrase: RoomPhrase, why: str, facts: Facts) -> Decision:
    """A caller who does not enter hears why, and the call ends."""
    said = as_file_string(room_phrase(facts.language, phrase))
    passed = Passed(facts.now, text_of(ConferenceTarget(room)), why)
    return Decision(Refuse("CALL_REJECTED", Outcome.REJECTED, said), (passed,))
