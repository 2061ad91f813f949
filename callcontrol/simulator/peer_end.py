"""A leg that another switch carries on: there it is a caller's channel in context `peers` (freeswitch-xml/dialplan).

As two FreeSWITCH do it: what the phone answers comes back as it is (486 stays 486), a CANCEL takes its Reason along,
and neither channel of the other switch carries a variable of ours.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import partial
from typing import Final

from callcontrol.simulator import causes, sip_variables
from callcontrol.simulator.air import Neighbour
from callcontrol.simulator.channel import Channel
from callcontrol.simulator.far_end import ROOM_HEADERS, moved, shown
from callcontrol.simulator.identity import NO_NAME
from callcontrol.simulator.phones import Reached
from callcontrol.simulator.signalling import COMPLETED_ELSEWHERE, COMPLETED_REASON, partner_of

# What the other switch or its phone says itself, so that it need not be told.
_PASSED: Final = ("Diversion", "History-Info", "Privacy", *ROOM_HEADERS)
_OWN_WORDS: Final = frozenset({"ringing", "early_media", "answered", "ringback"})


class SwitchEnd(ABC):
    """The far end of a leg that arrives at a switch as another channel, `_there`."""

    def __init__(self, reached: Reached) -> None:
        self._reached = reached
        self._there: Channel | None = None

    @property
    @abstractmethod
    def name(self) -> str:
        """See FarEnd."""

    @abstractmethod
    def invite(self, leg: Channel) -> None:
        """The INVITE arrives at the switch."""

    def told(self, what: str, **detail: str) -> None:
        """What reaches that switch; see FarEnd. Sound goes through it to the party that the channel is joined with."""
        there = self._there
        if there is None or there.down or what in _OWN_WORDS:
            return
        if what == "hangup":
            _end(there, detail["cause"])
        elif there.partner is not None:
            there.partner.far_end.told(what, **detail)


class PeerEnd(SwitchEnd):
    """The far end of a leg at the caller's switch: the other switch, and behind it the phone."""

    def __init__(self, other: Neighbour, reached: Reached) -> None:
        super().__init__(reached)
        self._other = other

    @property
    def name(self) -> str:
        """See FarEnd: the phone's, for it is the phone that talks."""
        return f"{self._reached.user}@{self._reached.host}"

    def invite(self, leg: Channel) -> None:
        """The INVITE arrives at the other switch."""
        seen = shown(leg)
        invite = sip_variables.Invite(
            number=seen["number"],
            name=seen["name"],
            to=self._reached.user,
            to_host=self._reached.host,
        )
        self._there = self._other.arrive(invite, ArrivedEnd(leg), _conditions(seen))


class ArrivedEnd:
    """The far end of the channel at the other switch: the leg that leads there."""

    def __init__(self, leg: Channel) -> None:
        self._leg = leg

    @property
    def name(self) -> str:
        """See FarEnd: the caller's, as soon as the caller is joined with the leg."""
        partner = self._leg.partner
        return partner.far_end.name if partner is not None else self._leg.uuid

    def told(self, what: str, **detail: str) -> None:
        """What the other switch answers; see FarEnd."""
        self._leg.core.timeline.call_soon(partial(self._reached, what, detail))

    def _reached(self, what: str, detail: dict[str, str]) -> None:
        leg = self._leg
        if leg.down or detail.get("cause") == "CRASH":  # a switch that crashed says nothing
            return
        match what:
            case "ringing":
                self._note_ringing()
                leg.mark_ringing()
            case "early_media":
                self._note_ringing()
                leg.mark_early_media()
            case "answered":
                leg.mark_answered()
            case "digits":  # the other switch passes them on (RFC 4733)
                leg.note_digit(detail["digit"])
            case "hangup" if detail["by"] == "send_refuse":
                code = int(detail["code"])
                cause = (
                    moved(leg, detail.get("contact", "").removeprefix("sip:")) if code == 302 else causes.of_sip(code)
                )
                leg.hangup(cause, "recv_refuse", code)
            case "hangup" if detail["by"] == "send_bye":
                leg.hangup("NORMAL_CLEARING", "recv_bye")

    def _note_ringing(self) -> None:
        if self._leg.dialled is not None:
            self._leg.put(sip_variables.of_ringing(self._leg.dialled, self._leg.core.ids))


def _conditions(seen: dict[str, str]) -> dict[str, str]:
    """What the conditions of dialplan/peers.xml set, as the simulated dialplan has none; Diversion passes by itself."""
    passed = {f"sip_h_{name}": seen[name] for name in _PASSED if name in seen}
    if seen.get("Privacy") == "id":
        passed["sip_cid_type"] = "none"
    name = {"effective_caller_id_name": NO_NAME} if not seen["name"] else {}
    return {**passed, **name, "export_vars": ",".join(passed)}


def _end(there: Channel, cause: str) -> None:
    """BYE or CANCEL, unless the caller's switch crashed."""
    if cause == "CRASH":
        return
    if there.answered:
        there.hangup("NORMAL_CLEARING", "recv_bye")
        return
    if cause in COMPLETED_ELSEWHERE:
        for channel in (there, partner_of(there)):
            if channel is not None:
                channel.set("sip_reason", COMPLETED_REASON)
    there.hangup("ORIGINATOR_CANCEL", "recv_cancel", 487)
