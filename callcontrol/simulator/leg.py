"""An outbound leg before it is bridged: its profile, its limits, the key that must be pressed to accept it."""

from __future__ import annotations

from dataclasses import dataclass

import gevent
from gevent.event import Event as Signal

from callcontrol.simulator import causes, playing, sip_variables
from callcontrol.simulator.channel import Channel
from callcontrol.simulator.far_end import PhoneEnd
from callcontrol.simulator.identity import Identity, from_of
from callcontrol.simulator.on_net_end import OnNetEnd
from callcontrol.simulator.peer_end import PeerEnd, SwitchEnd
from callcontrol.simulator.phones import ON_NET, Reached
from callcontrol.simulator.profile import CallerProfile, Times
from callcontrol.simulator.session import Session, SwitchBase

_NOBODY = CallerProfile("", "outbound", "outbound", "", "0000000000", source="src/switch_ivr_originate.c")
_CONFIRM_READ_MS = 5000


@dataclass(frozen=True, slots=True)
class Request:
    """What the dial string asks for one leg: the endpoint, the `{}` variables, its own `[]` variables."""

    target: str
    shared: dict[str, str]
    own: dict[str, str]

    def setting(self, name: str) -> str:
        """A setting of the attempt: `[]` goes before `{}`."""
        return self.own.get(name) or self.shared.get(name) or ""

    def channel_variables(self) -> dict[str, str]:
        """As variables on the leg `{}` is written last and wins, unless local_var_clobber says otherwise."""
        if self.shared.get("local_var_clobber") == "true":
            return {**self.shared, **self.own}
        return {**self.own, **self.shared}


class Leg:
    """One leg of an attempt."""

    def __init__(self, switch: SwitchBase, channel: Channel, end: PhoneEnd | SwitchEnd, request: Request) -> None:
        self._switch = switch
        self._end = end
        self._request = request
        self.channel = channel
        self.limit_s = _seconds(request.own.get("leg_timeout") or request.shared.get("leg_timeout"))
        self.delay_s = _seconds(request.own.get("leg_delay_start") or request.shared.get("leg_delay_start"))
        self.progress_s = _seconds(request.setting("leg_progress_timeout"))
        if self.limit_s:
            self.limit_s += self.delay_s
        if self.progress_s:
            self.progress_s += self.delay_s
        self.started = False
        self.winner = False
        self.confirming = False

    def start(self) -> None:
        """Send the INVITE."""
        self.started = True
        channel = self.channel
        if channel.down:
            return
        channel.running = channel.state = "CS_CONSUME_MEDIA"
        self._end.invite(channel)

    def lose(self, cause: str) -> None:
        """Give up: another leg won, the time is over, the caller is gone."""
        if cause == "LOSE_RACE" and not self.channel.down:
            self.channel.set("group_dial_status", "loser")
        self.channel.hangup(cause)

    def _win(self) -> None:
        self.winner = True
        self.channel.set("group_dial_status", "winner")

    def hurry(self, soonest_s: int, elapsed_s: int) -> None:
        """All others failed: a delayed leg starts sooner, by as much as the soonest one may."""
        if self.limit_s:
            self.limit_s = max(self.limit_s - (soonest_s - elapsed_s), 1)
        if self.progress_s:
            self.progress_s = max(self.progress_s - (soonest_s - elapsed_s), 1)
        self.delay_s -= soonest_s

    def made_no_progress(self, elapsed_s: int) -> bool:
        """Whether the time for the first sign of it is over: 180, 183 and 200 are one, 100 is none."""
        channel = self.channel
        silent = not (channel.ring_ready or channel.early_media or channel.answered)
        return bool(self.progress_s) and elapsed_s > self.progress_s and silent

    def confirm(self, signal: Signal, shared: dict[str, str]) -> bool:
        """Ask the person who answered to accept the call, if the dial string says so; False when nothing is asked."""
        key = self.channel.get("group_confirm_key") or shared.get("group_confirm_key")
        if not key:
            return False
        self.confirming = True
        limit = self._request.setting("group_confirm_timeout")
        if limit.isdigit() and int(limit):
            self.limit_s = self._switch.core.timeline.epoch_s() - self._began_epoch() + int(limit)
        elif limit == "0" or self._request.setting("group_confirm_cancel_timeout") == "true":
            self.limit_s = 0
        gevent.spawn(self._collect, key, signal)
        return True

    def _began_epoch(self) -> int:
        return self.channel.profile.times.created // 1_000_000

    def _collect(self, key: str, signal: Signal) -> None:
        session = self._switch.session_of(self.channel, start=False)
        file = self.channel.get("group_confirm_file") or self._request.shared.get("group_confirm_file") or ""
        if key == "exec":
            app, _, argument = file.partition(" ")
            session.execute(app, argument)
            if not self.channel.down:
                self._win()
        else:
            self._collect_key(session, key, file)
        session.release_if_idle()
        signal.set()

    def _collect_key(self, session: Session, key: str, file: str) -> None:
        read_ms = int(self._request.setting("group_confirm_read_timeout") or _CONFIRM_READ_MS)
        while not self.channel.down and not self.winner:
            digits = playing.read(session, len(key), file or "silence", read_ms, "", read_ms)
            if digits == key and not self.channel.down:
                self._win()


def _seconds(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def new_leg(switch: SwitchBase, request: Request, caller: Session | None) -> Leg | str:
    """Set a leg up; the cause when that fails before anything rings."""
    reached = switch.directory.resolve(request.target)
    if isinstance(reached, str):
        _destroy_unmade(switch, request)
        return reached if reached in causes.NUMBERS else "DESTINATION_OUT_OF_ORDER"
    core = switch.core
    uuid = request.setting("origination_uuid") or core.ids.uuid()
    if uuid in core.channels:
        return "DESTINATION_OUT_OF_ORDER"  # "Duplicate UUID!"
    end = _far_end(switch, reached)
    profile = _profile(switch, request, reached, uuid, caller)
    channel = Channel(core, profile, {}, end)
    given = request.channel_variables()
    channel.dialled = _dialled(switch, reached, uuid, from_of(profile, given))
    originator = caller.channel.uuid if caller is not None else ""
    channel.call_uuid = originator or uuid
    if reached.gateway:
        given = {"sip_gateway_name": reached.gateway, **given}
    channel.variables = sip_variables.of_outbound(channel.dialled, given, channel.call_uuid, originator, core.ids)
    if caller is not None:
        other = caller.channel.profile.headers("Other-Leg", with_times=False)
        channel.other_headers = {"Other-Type": "originator", **other}
    if any(name.startswith(("execute_on_answer", "api_on_answer")) for name in given):
        channel.on_answered.append(lambda: _act_on_answer(switch, channel))
    core.admit(channel)
    channel.fire("CHANNEL_CREATE")
    channel.fire("CHANNEL_OUTGOING")
    channel.fire("CHANNEL_ORIGINATE")
    return Leg(switch, channel, end, request)


def _act_on_answer(switch: SwitchBase, channel: Channel) -> None:
    """`execute_on_answer` and `api_on_answer`: every variable whose name begins so, as in the switch."""
    for name, value in list(channel.variables.items()):
        if name.startswith("variable_execute_on_answer"):
            app, _, argument = value.replace("::", " ", 1).partition(" ")
            gevent.spawn(_execute, switch, channel, app, argument)
        elif name.startswith("variable_api_on_answer"):
            switch.api(value)


def _execute(switch: SwitchBase, channel: Channel, app: str, argument: str) -> None:
    session = switch.session_of(channel, start=False)
    session.execute(app, argument)
    session.release_if_idle()


def _far_end(switch: SwitchBase, reached: Reached) -> PhoneEnd | SwitchEnd:
    if reached.gateway == ON_NET:
        return OnNetEnd(switch, reached)
    other = switch.air.at(reached.path) if reached.path else None
    return PhoneEnd(reached, switch) if other is None else PeerEnd(other, reached)


def _destroy_unmade(switch: SwitchBase, request: Request) -> None:
    """A leg of sofia's that cannot be made is gone before it was a channel: only CHANNEL_DESTROY tells of it."""
    core = switch.core
    uuid = request.setting("origination_uuid") or core.ids.uuid()
    if not request.target.startswith("sofia/") or uuid in core.channels:
        return
    headers = {
        "Channel-State": "CS_NEW",
        "Channel-Call-State": "DOWN",
        "Channel-State-Number": "0",
        "Unique-ID": uuid,
        "Call-Direction": "outbound",
        "Presence-Call-Direction": "outbound",
        "Channel-HIT-Dialplan": "false",
        "Channel-Call-UUID": uuid,
        "Answer-State": "ringing",
        "variable_direction": "outbound",
        "variable_uuid": uuid,
        "variable_session_id": str(core.next_session_id()),
    }
    core.fire("CHANNEL_DESTROY", headers)


def _dialled(switch: SwitchBase, reached: Reached, uuid: str, sip_from: Identity) -> sip_variables.Dialled:
    return sip_variables.Dialled(
        uuid=uuid,
        session_id=switch.core.next_session_id(),
        channel_name=reached.channel_name,
        user=reached.user,
        host=reached.host,
        contact_port=reached.phone.contact_port or 5060,
        profile=reached.profile,
        sip_from=sip_from,
    )


def _profile(
    switch: SwitchBase, request: Request, reached: Reached, uuid: str, caller: Session | None
) -> CallerProfile:
    now_us = switch.core.timeline.now_us()
    base = caller.channel.profile if caller is not None else _NOBODY
    number, name = _shown(request, caller, base)
    screen, hide_name, hide_number = _privacy(request.setting("origination_privacy"), base)
    return CallerProfile(
        uuid,
        "outbound",
        "outbound",
        reached.destination,
        number,
        name,
        original_number=base.original_number or base.number,
        original_name=base.original_name or name,
        callee_name=request.setting("origination_callee_id_name") or "Outbound Call",
        callee_number=request.setting("origination_callee_id_number") or reached.destination,
        username=base.username,
        dialplan=base.dialplan,
        ani=base.ani or base.number,
        source=base.source,
        context=base.context,
        rdnis=base.rdnis,
        channel_name=reached.channel_name,
        screen=screen,
        hide_name=hide_name,
        hide_number=hide_number,
        times=Times(profile_created=now_us, created=now_us),
    )


def _privacy(words: str, base: CallerProfile) -> tuple[bool, bool, bool]:
    """Screened, name hidden, number hidden: what `origination_privacy` names and nothing else, else the caller's."""
    if not words:
        return base.screen, base.hide_name, base.hide_number
    said = words.lower()
    return "screen" in said, "hide_name" in said, "hide_number" in said


def _shown(request: Request, caller: Session | None, base: CallerProfile) -> tuple[str, str]:
    """The number and name the leg shows: the dial string's, else the caller's effective ones, else the caller's."""
    number, name = base.number, base.name
    if caller is not None:
        number = caller.channel.get("effective_caller_id_number") or number
        name = caller.channel.get("effective_caller_id_name") or name
    given_number = request.setting("origination_caller_id_number")
    return given_number or number, request.setting("origination_caller_id_name") or name
