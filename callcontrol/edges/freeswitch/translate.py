"""Between the switch's language and ours: its events become a call's events, a call's commands its applications."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from callcontrol.control import commands as do
from callcontrol.control import room_commands as in_room
from callcontrol.control import transfer_commands as move
from callcontrol.control.call import Call
from callcontrol.control.events import AppEnded, CallerHungUp, Event, KeyPressed, LegBridged, LegGone, Rearrived, Sent
from callcontrol.control.holding import HELD as HELD_PARTY
from callcontrol.control.supervise_commands import ListeningCommand
from callcontrol.edges.freeswitch import room_commands, transfer_orders
from callcontrol.edges.freeswitch.arrival import CALL, OF_PHONES, TENANT, TRANSFER_CONTEXT, WAITING_LEG
from callcontrol.edges.freeswitch.channel_events import EventReader
from callcontrol.edges.freeswitch.commands import Api, Command, Execute, HangupCommand, set_variables
from callcontrol.edges.freeswitch.credit_commands import first_end
from callcontrol.edges.freeswitch.dial_string import AtPeer, DialLeg, Endpoint, Gateway, Registered, SipUri, dial_string
from callcontrol.edges.freeswitch.listening_commands import key_bound, listening_commands
from callcontrol.edges.freeswitch.safe import Safe
from callcontrol.edges.freeswitch.wire import SwitchEvent, array_values
from callcontrol.routing.plan import Account, LegPlan, SipAddress, TrunkNumber
from callcontrol.vocabulary.call import Stamps, call_id_of
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.target import ExtensionTarget, text_of

# What a call's own connection is subscribed to; the ends of all legs come over the switch's connection.
CALL_EVENTS = ("CHANNEL_EXECUTE_COMPLETE", "CHANNEL_BRIDGE", "CHANNEL_HANGUP", "DTMF")
OUTSIDE_PROFILE = "external"
CALL_MARK = f"variable_{CALL}"
# What `playback` answers where it cannot open the file (mod_dptools.c, playback_function).
NOT_THERE = "FILE NOT FOUND"
# How a key came that an app has told of (`listening_commands.py`).
BOUND = "BOUND"
MOVED_TO = "variable_sip_redirect_contact_user_0"
# Of a channel whose party has joined the other one with a channel (attended transfer): `att:` and that channel.
TRANSFERRED_TO = "variable_transfer_to"
OTHER_ANSWERED = "Other-Leg-Channel-Answered-Time"
# What is looked at of those events, and of the end of a leg.
READ = EventReader(
    (
        "Unique-ID",
        "Application",
        "Application-Data",
        "Application-UUID",
        "Application-Response",
        "Event-Date-Timestamp",
        "Hangup-Cause",
        "Other-Leg-Unique-ID",
        "Other-Leg-Destination-Number",
        OTHER_ANSWERED,
        "variable_originate_disposition",
        "variable_originated_legs",
        "variable_originate_causes",
        "variable_record_ms",
        MOVED_TO,
    )
)
ENDED_HEADERS = (
    "Unique-ID",
    "Event-Date-Timestamp",
    "Hangup-Cause",
    "Caller-Destination-Number",
    "Caller-Caller-ID-Number",
    "Caller-Channel-Created-Time",
    "Caller-Channel-Progress-Time",
    "Caller-Channel-Progress-Media-Time",
    "Caller-Channel-Answered-Time",
    "Caller-Channel-Bridged-Time",
    "Caller-Channel-Hangup-Time",
    "variable_hangup_cause",
    "variable_sip_hangup_disposition",
    "variable_sip_gateway_name",
    "variable_cc_payer",
    "variable_cc_direction",
    "variable_record_ms",
    TRANSFERRED_TO,
    CALL_MARK,
    MOVED_TO,
)
_USER = re.compile(r"[A-Za-z0-9_.+*#-]{1,64}")

# How the switch writes a name that is not there (sofia_glue.c): From and identity headers then carry none.
NO_NAME = "_undef_"
# Carriers look for the number in P-Asserted-Identity (RFC 3325); `Privacy: none` beside it says nothing.
_ASSERTED = {"origination_privacy": "screen", "sip_cid_type": "pid", "sip_cid_suppress_privacy_none": "true"}

# `sip_auto_answer` makes the switch send `Call-Info: <sip:…>;answer-after=0` and the parameter `intercom=true`
# (mod_sofia.c, sofia_outgoing_channel); phones that know neither look at Alert-Info (Polycom, Yealink, Grandstream).
_ANSWERS_ITSELF = {
    "sip_auto_answer": "true",
    "sip_h_Alert-Info": "<http://callcontrol.invalid>;info=alert-autoanswer;delay=0",
}

_DIRECTIONS = frozenset(Direction)

# Loudness (of 0…1500) below which a message counts as silence; FreeSWITCH's own default for `record`.
SILENCE_THRESHOLD = 200


def call_event(event: SwitchEvent) -> Event | None:
    """What an event on the caller's connection means, None if nothing."""
    match event.name:
        case "CHANNEL_EXECUTE_COMPLETE" if event.get("Application") == "socket":
            return None  # the dialplan's own, at the caller's hang-up: after the bridge's end, before the legs' ends
        case "CHANNEL_EXECUTE_COMPLETE" if key := key_bound(event.get("Application"), event.get("Application-Data")):
            return KeyPressed(key, _instant(event, "Event-Date-Timestamp") or 0, BOUND)
        case "CHANNEL_EXECUTE_COMPLETE":
            return AppEnded(
                event.get("Application-UUID"),
                event.get("variable_originate_disposition") if event.get("Application") == "bridge" else "",
                dict(_causes(event.get)) if event.get("Application") == "bridge" else {},
                _recorded_ms(event.get) if event.get("Application") == "record" else 0,
                _moved_to(event.get) if event.get("Application") == "bridge" else "",
                event.get("Application") == "playback" and event.get("Application-Response") == NOT_THERE,
                _instant(event, "Event-Date-Timestamp") if event.get("Application") == "bridge" else None,
            )
        case "CHANNEL_BRIDGE":
            at = _instant(event, "Event-Date-Timestamp") or Instant(0)
            number, answered = event.get("Other-Leg-Destination-Number"), _instant(event, OTHER_ANSWERED)
            return LegBridged(event.get("Other-Leg-Unique-ID"), at, number, answered)
        case "DTMF":
            return key_pressed(event.get)
        case "CHANNEL_HANGUP":
            return CallerHungUp(event.get("Hangup-Cause", "NORMAL_UNSPECIFIED"))
        case _:
            return None


def key_pressed(value_of: Callable[[str], str]) -> KeyPressed:
    """A DTMF event. One press may come both ways, as RFC 2833 and as SIP INFO: the source tells them apart."""
    at = value_of("Event-Date-Timestamp")
    return KeyPressed(value_of("DTMF-Digit"), int(at) if at.isdigit() else 0, value_of("DTMF-Source"))


def rearrived(data: Mapping[str, str], dialled: str, *, transfer: bool, brought_back: bool) -> Rearrived:
    """What a channel that came to us again, for this number, tells of what it has been doing."""

    def value_of(name: str) -> str:
        return data.get(name, "")

    disposition = value_of("variable_originate_disposition")
    causes, recorded_ms = dict(_causes(value_of)), _recorded_ms(value_of)
    by_leg = value_of("variable_last_bridge_to")
    moved_to, channel = _moved_to(value_of), value_of("Unique-ID")
    at = value_of("Event-Date-Timestamp")
    return Rearrived(
        dialled,
        disposition,
        causes,
        recorded_ms,
        transfer,
        by_leg,
        moved_to,
        brought_back,
        channel,
        Instant(int(at)) if at.isdigit() else None,
        kept_leg=value_of(WAITING_LEG),
    )


def leg_gone(event: SwitchEvent, call: Call) -> LegGone:
    """CHANNEL_HANGUP_COMPLETE of a leg of this call."""
    leg, caller = event.get("Unique-ID"), call.caller_channel
    cause = event.get("variable_hangup_cause") or event.get("Hangup-Cause") or "NORMAL_UNSPECIFIED"
    kind, _, other = event.get(TRANSFERRED_TO).partition(":")
    is_caller = leg == caller
    return LegGone(
        leg,
        cause,
        _stamps(event),
        _hung_up_by(event, is_caller=is_caller),
        recorded_ms=_recorded_ms(event.get),
        joined_with=str(Safe(other)) if kind == "att" else "",
        sent_on_to="" if is_caller else _moved_to(event.get),
        sent=_sent(event) if not is_caller and event.get(CALL_MARK) == call.id else None,
    )


def _sent(event: SwitchEvent) -> Sent:
    """The switch writes `101%acme.example` for an account that was looked up at its registrar."""
    address = str(Safe(event.get("Caller-Destination-Number").partition(";")[0].replace("%", "@")))
    shown = str(Safe(event.get("Caller-Caller-ID-Number")))
    return Sent(
        address, event.get("variable_sip_gateway_name"), shown, event.get("variable_cc_payer"), _direction(event)
    )


def _direction(event: SwitchEvent) -> Direction | None:
    """A worker of a later version may have marked it with a word that is not known here."""
    mark = event.get("variable_cc_direction")
    return Direction(mark) if mark in _DIRECTIONS else None


def call_names(mark: str, channel: str) -> tuple[str, ...]:
    """What the call of a channel may be known by: our mark on it; without one the id that follows from the channel, or
    the channel itself (a call that a version before saved first). Empty for an event of no channel.
    """
    own = (channel,) if channel else ()
    return (mark, *own) if mark else (*map(call_id_of, own), *own)


def app_commands(command: do.Command, call: Call, profile: str) -> Sequence[Command]:
    """What a command of a call is in the switch's language.

    Args:
        profile: SIP profile our phones register at.

    Raises:
        UnsafeText: something in it cannot be sent as what it is.
    """
    match command:
        case do.Bridge(app_id, legs, headers):
            shared = {f"sip_h_{name}": value for name, value in headers.items()}
            # Nothing is sent to the channel behind it, so it needs no lock: that would keep the announcement that the
            # conversation is recorded from being heard in it (switch_core_session_private_event_count).
            bridge = Execute("bridge", dial_string_of(legs, shared, call, profile), app_id, lock=False)
            return (*transfer_orders.taken(call), bridge)
        case do.Answer():
            return (Execute("answer"),)
        case do.OpenEarlyMedia():
            return (Execute("pre_answer"),)
        case do.HoldKeysBack():
            # A channel's keys wait while its bridge rings, and then are passed on (switch_ivr_bridge.c), unless one of
            # them may end the ringing: then each is taken at once (switch_ivr_originate.c). No key begins with n.
            return (set_variables(call.led, {"origination_cancel_key": "none"}),)
        case do.Play(app_id, file):
            return (Execute("playback", file, app_id),)
        case do.Record(app_id, path, max_s, silence_s):
            return (Execute("record", f"{path} {max_s} {SILENCE_THRESHOLD} {silence_s}", app_id),)
        case do.StopPlaying(all=flush):
            # `all` also forgets what waits behind it (switch_ivr_play_say.c, CF_BREAK)
            return (Api(f"uuid_break {call.led}{' all' if flush else ''}"),)
        case in_room.Mix():
            return room_commands.mixing(command)
        case in_room.MixThere(mix, leg_id, leg):
            told = room_commands.brought_with(mix)
            bridge = Execute("bridge", dial_string_of(((leg_id, leg),), told, call, profile), mix.app_id, lock=False)
            return (*transfer_orders.taken(call), bridge)
        case do.HangUp(cause):
            return (HangupCommand(cause),)
        case move.ConfirmTransfer() | move.RefuseTransfer():
            return transfer_orders.answer(command, call)
        case _ if isinstance(command, ListeningCommand):
            return listening_commands(command, call.led)
        case _:
            raise AssertionError(f"{type(command).__name__} is not for the switch")


def dial_string_of(legs: Sequence[tuple[str, LegPlan]], variables: Mapping[str, str], call: Call, profile: str) -> str:
    """The dial string of these legs of a call; `variables` are set on each of them.

    Raises:
        UnsafeText: something in it cannot be sent as what it is.
    """
    shared = {CALL: call.id, TENANT: call.tenant, "force_transfer_context": TRANSFER_CONTEXT, **variables}
    return dial_string([dial_leg(leg_id, plan, profile, _name(plan, call)) for leg_id, plan in legs], shared)


def _name(plan: LegPlan, call: Call) -> str:
    """The caller's name as the phone shows it, and who has sent the caller there by a transfer. A transferor whose
    caller comes back sees that it is that caller.
    """
    name, last = call.led_party.name, call.transfer
    if last is not None and last.by and not last.given_back:
        return str(Safe(f"{name} from {last.by}".strip()))
    if last is not None and last.given_back and plan.to == text_of(ExtensionTarget(last.by or "-")):
        return str(Safe(f"held {name}" if last.to == HELD_PARTY else f"back from {last.to} {name}"))
    return name


def dial_leg(leg_id: str, plan: LegPlan, profile: str, caller_name: str) -> DialLeg:
    """A leg with the variables that its plan asks for; `caller_name` is shown on a phone of ours."""
    variables = {"origination_uuid": leg_id, "leg_timeout": str(plan.ring_s)}
    variables |= _identity(plan, caller_name)
    # A phone's 302 ends its leg (profile parameter manual-redirect), and we follow it or refuse; from others it is
    # a refusal. Left to itself the switch would send the leg, or the caller, wherever the answer says.
    # A phone at another switch answers through that switch (dialplan/peers.xml).
    ours = isinstance(plan.endpoint, Account)
    variables["outbound_redirect_info" if ours else "outbound_redirect_fatal"] = "true"
    if isinstance(plan.endpoint, Account) and plan.endpoint.peer is None:
        variables |= OF_PHONES
    if plan.answers_itself:
        variables |= _ANSWERS_ITSELF
    if plan.payer:
        variables["cc_payer"] = plan.payer
    if plan.direction is not None:
        variables["cc_direction"] = plan.direction
    if plan.progress_s is not None:
        # 180, 183 and 200 are progress, 100 is none (switch_ivr_originate.c, check_per_channel_timeouts)
        variables["leg_progress_timeout"] = str(plan.progress_s)
    if plan.acceptance:
        variables |= {
            "group_confirm_key": "1",
            "group_confirm_file": plan.acceptance.prompt,
            "group_confirm_timeout": str(plan.acceptance.wait_s),
        }
    if plan.cap_s is not None:
        variables |= {"execute_on_answer": f"sched_hangup +{plan.cap_s} ALLOTTED_TIMEOUT", "cc_cap_s": str(plan.cap_s)}
    if plan.credit_s is not None:
        variables["api_on_answer"] = first_end(leg_id, plan.credit_s)
    return DialLeg(_endpoint(plan, profile), variables)


def _identity(plan: LegPlan, caller_name: str) -> dict[str, str]:
    """Who the leg says is calling. Without a name of its own a leg would inherit the caller's display name."""
    if plan.shown.private:
        return _anonymous(plan)
    inside = isinstance(plan.endpoint, Account)
    name = {"origination_caller_id_name": (inside and caller_name) or NO_NAME}
    if plan.shown.number:
        name["origination_caller_id_number"] = plan.shown.number
    return name | (_ASSERTED if isinstance(plan.endpoint, TrunkNumber) else {})


def _anonymous(plan: LegPlan) -> dict[str, str]:
    """RFC 3323 and 3325: From is anonymous, and the number stands only in the identity asserted to the carrier, which
    does not pass it on. `origination_privacy` alone leaves the number in From (sofia_glue.c).
    """
    variables = {
        "origination_caller_id_number": "anonymous",
        "origination_caller_id_name": "Anonymous",
        "origination_privacy": "hide_name:hide_number",
        "sip_force_full_from": '"Anonymous" <sip:anonymous@anonymous.invalid>',
    }
    if isinstance(plan.endpoint, TrunkNumber) and plan.shown.number:
        asserted = {"origination_caller_id_number": plan.shown.number, "origination_caller_id_name": NO_NAME}
        return variables | asserted | {"origination_privacy": "screen:hide_name:hide_number", "sip_cid_type": "pid"}
    return variables | {"sip_cid_type": "none", "sip_h_Privacy": "id"}


def _endpoint(plan: LegPlan, profile: str) -> Endpoint:
    match plan.endpoint:
        case Account(user, domain, peer):
            return AtPeer(user, domain, profile, peer.sip) if peer else Registered(user, domain, profile)
        case TrunkNumber(_, gateway, digits):
            return Gateway(gateway, digits)
        case SipAddress(uri):
            return SipUri(f"sip:{uri}", OUTSIDE_PROFILE)


def _causes(value_of: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Legs that became channels (`originated_legs`), each with its cause where it is known (`originate_causes`)."""
    for leg in array_values(value_of("variable_originated_legs")):
        yield leg.partition(";")[0], ""
    for leg in array_values(value_of("variable_originate_causes")):
        leg_id, _, cause = leg.partition(";")
        yield leg_id, cause


def _stamps(event: SwitchEvent) -> Stamps:
    ended = _instant(event, "Caller-Channel-Hangup-Time") or _instant(event, "Event-Date-Timestamp") or Instant(0)
    ringing = [_instant(event, f"Caller-Channel-Progress{kind}-Time") for kind in ("", "-Media")]
    return Stamps(
        created=_instant(event, "Caller-Channel-Created-Time") or ended,
        ringing=min((r for r in ringing if r is not None), default=None),
        answered=_instant(event, "Caller-Channel-Answered-Time"),
        ended=ended,
        bridged=_instant(event, "Caller-Channel-Bridged-Time"),
    )


def _instant(event: SwitchEvent, name: str) -> Instant | None:
    """A stamp in microseconds; the switch writes 0 for what did not happen."""
    text = event.get(name)
    return Instant(int(text)) if text.isdigit() and text != "0" else None


def _moved_to(value_of: Callable[[str], str]) -> str:
    """The user part of the first Contact of the last 302; it stays on the channel, so the legs' causes say whether it
    is of this bridge.
    """
    said = value_of(MOVED_TO)
    return said if _USER.fullmatch(said) else ""


def _recorded_ms(value_of: Callable[[str], str]) -> int:
    """What `record` says it wrote (switch_ivr_play_say.c, switch_ivr_record_file)."""
    text = value_of("variable_record_ms")
    return int(text) if text.isdigit() else 0


def _hung_up_by(event: SwitchEvent, *, is_caller: bool) -> str:
    """`sip_hangup_disposition` says who sent the message that ended the leg: recv_* the phone at its end."""
    disposition = event.get("variable_sip_hangup_disposition")
    if disposition.startswith("recv_"):
        return "caller" if is_caller else "callee"
    return "switch" if disposition.startswith("send_") else ""
