"""A phone that sends whom it talks with elsewhere: blind (REFER), or after asking a colleague (REFER with Replaces)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from callcontrol.simulator import transfer_answer
from callcontrol.simulator.bridging import uuid_bridge
from callcontrol.simulator.callers import CallerEnd
from callcontrol.simulator.channel import Channel
from callcontrol.simulator.hold import hold, unhold
from callcontrol.simulator.session import SwitchBase
from callcontrol.simulator.transfer import transfer

LEAVES_S = 2.0
WAITING = "m:^:playback:tone_stream://v=-24;%(150,4850,440);loops=-1^park"
# The other profiles know no REFER (`disable-transfer`): 405.
_PROFILE_OF_PHONES = "sofia/internal/"
Later = Callable[[float, Callable[[], None]], None]


class Transferor:
    """What one phone does in one call.

    Args:
        name: whose ears hear of it.
        user, domain: the SIP account as which it calls a colleague.
        later: does something after so many seconds, unless the call is over by then.
    """

    def __init__(self, switch: SwitchBase, channel: Channel, name: str, account: tuple[str, str], later: Later) -> None:
        self._switch = switch
        self._channel = channel
        self._name = name
        self._user, self._domain = account
        self._later = later

    def plan(self, refers: tuple[float, str] | None, consults: tuple[float, str, float] | None) -> None:
        """Do this at its time; see Behaviour."""
        if refers is not None:
            self._later(refers[0], partial(self._refer, refers[1]))
        if consults is not None:
            self._later(consults[0], partial(self._consult, consults[1], consults[2]))

    def _refer(self, number: str) -> None:
        if self._channel.down:
            return
        self._note("refer", to=number)
        if self._is_let():
            blind_transfer(self._switch, self._channel, number, self._heard)

    def _consult(self, number: str, join_s: float) -> None:
        if self._channel.down:
            return
        hold(self._channel)
        colleague = self._switch.ask_colleague(self._name, self._user, self._domain, number)
        awaited = "ringback" if join_s < 0 else "answered"
        colleague.on_told[awaited] = lambda: self._later(abs(join_s), partial(self._join, number, colleague))
        colleague.on_ended.append(partial(unhold, self._channel))

    def _join(self, number: str, colleague: CallerEnd) -> None:
        there = colleague.channel
        if self._channel.down or there is None or there.down:
            return
        self._note("refer", to=number)
        if self._is_let():
            is_taken = attended_transfer(self._switch, self._channel, there)
            self._heard("200" if is_taken else "403")
            if not is_taken:  # the phone takes its partner back
                there.hangup("NORMAL_CLEARING", "recv_bye")

    def _is_let(self) -> bool:
        """Whether its profile takes a REFER at all."""
        if self._channel.name.startswith(_PROFILE_OF_PHONES):
            return True
        self._note("refer_told", code="405")
        return False

    def _note(self, what: str, **detail: str) -> None:
        self._switch.ears.note(self._name, what, uuid=self._channel.uuid, **detail)

    def _heard(self, code: str) -> None:
        """NOTIFY. A phone whose transfer is taken hangs up, if the switch has not by then."""
        self._note("refer_told", code=code)
        if code == "200":
            self._later(LEAVES_S, self._leave)

    def _leave(self) -> None:
        if not self._channel.down:
            self._channel.hangup("NORMAL_CLEARING", "recv_bye")


def blind_transfer(switch: SwitchBase, channel: Channel, number: str, told: Callable[[str], None]) -> None:
    """A REFER from `channel`'s far end: its partner, caller or callee, goes to `number`, which ends the bridge.

    Args:
        told: takes the SIP code of the NOTIFY: 403 at once where there is no partner; with `confirm_blind_transfer`
            what becomes of it, and the channel waits for that.
    """
    partner = channel.partner
    if partner is None:
        told("403")
        return
    channel.set("transfer_disposition", "recv_replace")
    channel.set("transfer_to", f"blind:{partner.uuid}")
    channel.set("transfer_destination", f"blind:{number}")
    channel.set("endpoint_disposition", "BLIND_TRANSFER")
    partner.set("sip_h_Referred-By", f"<sip:{channel.profile.destination}>")
    partner.set("sip_refer_to", f"<sip:{number}@127.0.0.1>")
    switch.session_of(partner)
    if channel.is_true("confirm_blind_transfer"):
        transfer_answer.keep(channel, partner, told)
        switch.session_of(channel).go("CS_PARK")
        transfer(partner, number, "", "")
        return
    told("200")
    transfer(partner, number, "", "")
    if channel.session is None:  # only its partner drives it, and has gone
        channel.hangup("NORMAL_CLEARING")


def attended_transfer(switch: SwitchBase, channel: Channel, consulting: Channel) -> bool:
    """A REFER with Replaces: the partners of both calls of the transferor are joined. While the second still rings, the
    partner of the first hears music; if it rings in vain, that partner goes on where the second call was in the
    dialplan. If the second has no partner (it is in a queue, a menu, a mailbox), that partner goes to what it had
    dialled.
    """
    here, there = channel.partner, consulting.partner
    channel.set("transfer_disposition", "recv_replace")
    four = (channel, consulting, here, there)
    if here is None or any(one is not None and one.is_true("deny_refer_requests") for one in four):
        return False
    if there is None and consulting.is_dialling:
        consulting.heir = here
        switch.session_of(here)
        transfer(here, WAITING, "inline", "")
        consulting.hangup("NORMAL_CLEARING", "recv_bye")
        return True
    if there is None:
        switch.session_of(here)
        transfer(here, consulting.profile.destination, "", "")
        consulting.hangup("ATTENDED_TRANSFER")
        return True
    channel.set("transfer_to", f"att:{there.uuid}")
    joined = uuid_bridge(switch, here.uuid, there.uuid)
    consulting.set("endpoint_disposition", "ATTENDED_TRANSFER")
    consulting.set("park_timeout", "2:attended_transfer")
    switch.session_of(consulting).go("CS_PARK")
    return joined
