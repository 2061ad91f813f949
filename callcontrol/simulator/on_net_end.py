"""A leg to a number of another tenant: it comes back to the same switch as a caller's channel in context `on-net`
(freeswitch-xml/sip_profiles/on-net.xml). Both are SIP channels: what is heard and pressed at one end reaches the other.
"""

from __future__ import annotations

from typing import Final

from callcontrol.simulator import sip_variables
from callcontrol.simulator.channel import Channel
from callcontrol.simulator.far_end import shown
from callcontrol.simulator.peer_end import ArrivedEnd, SwitchEnd
from callcontrol.simulator.phones import Reached
from callcontrol.simulator.session import SwitchBase

PASSED: Final = "X-Callcontrol-Passed"
_HEADERS: Final = ("Diversion", "History-Info", "Privacy", "P-Asserted-Identity")
_SIGNALS: Final = frozenset({"ringing", "early_media", "answered", "hangup"})


class OnNetEnd(SwitchEnd):
    """The far end of the leg: the switch itself, and behind it the phone that the number's owner rings."""

    def __init__(self, switch: SwitchBase, reached: Reached) -> None:
        super().__init__(reached)
        self._switch = switch

    @property
    def name(self) -> str:
        """See FarEnd: the party that talks at the other end, else the number."""
        partner = self._there.partner if self._there is not None else None
        return partner.far_end.name if partner is not None else self._reached.user

    def invite(self, leg: Channel) -> None:
        """The INVITE arrives at this switch."""
        seen = shown(leg)
        passed = leg.get(f"sip_h_{PASSED}")
        headers = {name: seen[name] for name in _HEADERS if name in seen} | ({PASSED: passed} if passed else {})
        invite = sip_variables.Invite(
            number=seen["number"],
            name=seen["name"],
            to=self._reached.user,
            headers=tuple(headers.items()),
            profile=self._reached.profile,
        )
        hidden = leg.profile.number if headers.get("Privacy") == "id" else ""
        self._there = self._switch.arrive_on_net(invite, OnNetArrivedEnd(leg), hidden)

    def told(self, what: str, **detail: str) -> None:
        """See SwitchEnd; keys are pressed there."""
        if what == "digits" and self._there is not None:
            self._there.note_digit(detail["digit"])
        else:
            super().told(what, **detail)


class OnNetArrivedEnd(ArrivedEnd):
    """The far end of the arriving channel: the leg, and the party it is joined with."""

    def told(self, what: str, **detail: str) -> None:
        """See ArrivedEnd; what is played or pressed there reaches the party that the leg is joined with."""
        if what in _SIGNALS:
            super().told(what, **detail)
        elif what == "digits":
            self._leg.note_digit(detail["digit"])
        elif self._leg.partner is not None and what not in ("bridged", "unbridged", "ringback"):
            self._leg.partner.far_end.told(what, **detail)
