"""Busy lamps in the language of the switch's event socket.

A subscription of a phone is asked for by the switch (PRESENCE_PROBE) and answered by PRESENCE_IN (sofia_presence.c,
actual_sofia_presence_event_handler), each of the one subscription that has this Call-ID: so a phone is told of nothing
but what its own subscription was found to be for. All users are mapped to a protocol of our own
(`presence_map.conf.xml`): what the switch itself says of channels is of another one, and reaches no lamp of ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from callcontrol.edges.freeswitch.commands import block
from callcontrol.edges.freeswitch.failures import UnsafeText
from callcontrol.vocabulary.busy_lamp import Light

PROTOCOL: Final = "lamp"
# A Call-ID is a word of RFC 3261, 25.1.
CALL_ID: Final = re.compile(r"[A-Za-z0-9.!%*_+`'~()<>:\\\"/\[\]?{}@-]{1,200}")
_NAME: Final = re.compile(r"[A-Za-z0-9_.:-]{1,253}")
# The dialogue, its state, what else the phone may show, and in words.
_SHOWN: Final = {
    Light.DARK: ("CS_HANGUP", "terminated", "unknown", "Available"),
    Light.RINGING: ("CS_ROUTING", "early", "on-the-phone", "Ringing"),
    Light.BUSY: ("CS_EXECUTE", "confirmed", "on-the-phone", "On the phone"),
    Light.UNDISTURBED: ("CS_EXECUTE", "confirmed", "busy", "Do not disturb"),
}


@dataclass(frozen=True, slots=True)
class ShowLight:
    """Has the lamp of one subscription show this. Where the switch does not know it (any more) nothing is sent."""

    call_id: str
    domain: str
    profile: str
    light: Light

    def wire(self) -> bytes:
        """An event; an empty line ends its headers.

        Raises:
            UnsafeText: a part of it would not arrive as what it is.
        """
        if not CALL_ID.fullmatch(self.call_id):
            raise UnsafeText(what="Call-ID", text=self.call_id[:200], why="it is no word of RFC 3261")
        for what, text in (("domain", self.domain), ("profile", self.profile)):
            if not _NAME.fullmatch(text):
                raise UnsafeText(what=what, text=text[:200], why=f"it is not of the form {_NAME.pattern}")
        state, dialogue, activity, words = _SHOWN[self.light]
        return block(
            "sendevent PRESENCE_IN",
            f"proto: {PROTOCOL}",
            f"login: {self.profile}",
            # A user whom no channel has: the switch would put the state of one in place of ours.
            f"from: {PROTOCOL}@{self.domain}",
            "event_type: presence",
            "alt_event_type: dialog",
            f"call-id: {self.call_id}",
            f"unique-id: {PROTOCOL}",
            f"rpid: {activity}",
            f"status: {words}",
            f"force-status: {words}",
            f"channel-state: {state}",
            f"answer-state: {dialogue}",
            "presence-call-direction: outbound",
        )
