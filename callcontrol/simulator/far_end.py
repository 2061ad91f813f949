"""The phone at the end of an outbound leg: it rings, answers, refuses, presses keys, hangs up, and remembers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from callcontrol.simulator import causes, identity, sip_variables
from callcontrol.simulator.channel import Channel
from callcontrol.simulator.hold import hangs_up, hold, unhold
from callcontrol.simulator.phones import KEY_S, Behaviour, Reached
from callcontrol.simulator.session import SwitchBase
from callcontrol.simulator.signalling import COMPLETED_REASON, partner_of
from callcontrol.simulator.timeline import Timer
from callcontrol.simulator.transferor import Transferor

ROOM_HEADERS = ("X-Callcontrol-Room", "X-Callcontrol-Flags")
SHOWN_HEADERS = ("Diversion", "History-Info", "Privacy", "P-Asserted-Identity", "Alert-Info", *ROOM_HEADERS)
_IDENTITY = ("sip_force_full_from", "sip_cid_type", "sip_cid_suppress_privacy_none")


class PhoneEnd:
    """Carries out one Behaviour for one call on one leg."""

    def __init__(self, reached: Reached, switch: SwitchBase) -> None:
        self.reached = reached
        self.phone = reached.phone
        self._switch = switch
        self._ears = switch.ears
        self._timers: list[Timer] = []
        self._behaviour = self.phone.next_behaviour()
        self._channel: Channel | None = None
        self._up = False

    @property
    def name(self) -> str:
        """See FarEnd."""
        return self.phone.address

    def invite(self, channel: Channel) -> None:
        """The INVITE arrived."""
        self._channel = channel
        asked = channel.get("sip_auto_answer") == "true"
        behaviour = self._behaviour = self._behaviour.asked_to_answer(asked)
        if behaviour.action != "unreachable":
            self._ears.note(self.phone.address, "invite", **shown(channel))
        if behaviour.action in ("silent", "trying"):
            return
        if behaviour.ring_after_s >= 0:
            self._later(behaviour.ring_after_s, self._ring)
        else:
            self._later(behaviour.after_s, self._act)

    def told(self, what: str, **detail: str) -> None:
        """What reaches the phone; see FarEnd."""
        if what == "hangup":
            self._ended(detail)
            return
        if what not in ("ringing", "early_media"):  # those two it said itself
            self._ears.note(self.phone.address, what, **detail)

    def _later(self, delay_s: float, act: Callable[[], None]) -> None:
        channel = self._channel
        if channel is not None:
            self._timers.append(channel.core.timeline.call_later(delay_s, act))

    def _ring(self) -> None:
        channel, behaviour = self._channel, self._behaviour
        if channel is None or channel.down:
            return
        self._ears.note(self.phone.address, "ringing", uuid=channel.uuid)
        if channel.dialled is not None:
            channel.put(sip_variables.of_ringing(channel.dialled, channel.core.ids))
        if behaviour.early_media:
            channel.mark_early_media()
        else:
            channel.mark_ringing()
        if behaviour.action != "never_answers":
            self._later(behaviour.after_s, self._act)

    def _act(self) -> None:
        channel, behaviour = self._channel, self._behaviour
        if channel is None or channel.down:
            return
        if behaviour.refusal_code:
            code = behaviour.refusal_code
            if behaviour.action != "unreachable":
                self._ears.note(self.phone.address, "refused", uuid=channel.uuid, code=str(code))
            self._forget()
            cause = moved(channel, behaviour.to) if behaviour.action == "moved" else causes.of_sip(code)
            channel.hangup(cause, "recv_refuse", code)
            return
        self._pick_up(channel, behaviour)

    def _pick_up(self, channel: Channel, behaviour: Behaviour) -> None:
        self._up = True
        self.phone.calls_up += 1
        channel.mark_answered()
        # in the next turn: what waits for this answer sees it before the phone does anything else
        channel.core.timeline.call_soon(partial(self._plan_conversation, channel, behaviour))

    def _plan_conversation(self, channel: Channel, behaviour: Behaviour) -> None:
        if channel.down:
            return
        for at_s, keys in (*behaviour.digits, *behaviour.info):
            for position, key in enumerate(keys):
                self._later(at_s + KEY_S * position, partial(channel.note_digit, key))
        if behaviour.talk_s is not None:
            self._later(behaviour.talk_s, self._hang_up)
        account = (self.reached.user, self.reached.host)
        transferor = Transferor(self._switch, channel, self.phone.address, account, self._later)
        transferor.plan(behaviour.refers, behaviour.consults)
        if behaviour.holds is not None:
            self._later(behaviour.holds[0], self._hold)

    def _hang_up(self) -> None:
        if self._channel is not None and not self._channel.down:
            self._ears.note(self.phone.address, "hung_up", uuid=self._channel.uuid)
            hangs_up(self._channel)
            self._channel.hangup("NORMAL_CLEARING", "recv_bye")

    def _hold(self) -> None:
        channel, holds = self._channel, self._behaviour.holds
        if channel is None or holds is None or channel.down:
            return
        hold(channel)
        self._later(holds[1], partial(unhold, channel))

    def _ended(self, detail: dict[str, str]) -> None:
        channel = self._channel
        uuid = channel.uuid if channel is not None else ""
        if self._behaviour.action != "unreachable":
            self._note_end(uuid, detail)
        self._forget()
        self._channel = None

    def _note_end(self, uuid: str, detail: dict[str, str]) -> None:
        reason = self._channel.get("sip_reason") if self._channel is not None else None
        elsewhere = detail.get("cause") == "LOSE_RACE" or reason == COMPLETED_REASON
        what = "answered_elsewhere" if elsewhere and not self._up else "hangup"
        self._ears.note(self.phone.address, what, uuid=uuid, **detail)

    def _forget(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        if self._up:
            self._up = False
            self.phone.calls_up -= 1


def moved(channel: Channel, to: str) -> str:
    """What a 302 leaves on the leg, and on its partner unless the leg makes nothing of it; the cause of the leg's end.

    As with `manual-redirect` (sofia_handle_sip_r_invite): what a leg without either variable does is not simulated.
    """
    user, _, host = to.partition("@")
    said = {
        "sip_redirected_to": f"<sip:{user}@{host or 'phone.invalid'}>",
        "sip_redirect_contact_0": f"<sip:{user}@{host or 'phone.invalid'}>",
        "sip_redirect_contact_user_0": user,
        "sip_redirect_contact_host_0": host or "phone.invalid",
    }
    channel.update(said)
    if channel.get("outbound_redirect_fatal") == "true":
        return "REQUESTED_CHAN_UNAVAIL"
    partner = partner_of(channel)
    if partner is not None:
        partner.update(said)
    return "REDIRECTION_TO_NEW_DESTINATION"


def shown(channel: Channel) -> dict[str, str]:
    """What the phone shows and what the INVITE carried: number, name, and the headers stories ask for."""
    given = {name: channel.get(name) or "" for name in _IDENTITY if channel.get(name)}
    who = identity.from_of(channel.profile, given)
    found = {"uuid": channel.uuid, "number": who.user, "name": who.name, **identity.asserted(channel.profile, given)}
    for header in SHOWN_HEADERS:
        value = channel.get(f"sip_h_{header}")
        if value:
            found[header] = value
    return found
