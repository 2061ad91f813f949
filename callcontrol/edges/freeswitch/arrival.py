"""What the switch says of a call when it hands it over: raw variables end here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from callcontrol.edges.freeswitch.history import DIVERSION, HISTORY, PASSED, read_origin
from callcontrol.edges.freeswitch.safe import Safe
from callcontrol.vocabulary.call import NO_ORIGIN, Origin
from callcontrol.vocabulary.fast_init import fast_init
from callcontrol.vocabulary.moment import LATEST, SECOND_US, Instant
from callcontrol.vocabulary.phone_number import is_anonymous, user_part

# Of a transferred channel: the transferor's, which the switch keeps (OF_PHONES).
WAITING_LEG: Final = "variable_blind_transfer_uuid"

# Set on every channel that our dialplan hands over: only such a channel may be sent back (daemon/orphan_channels.py).
# An admin's own application may stand in the same contexts.
HANDED: Final = "cc_handed"

# Which call a channel belongs to: on legs since they were dialled, on a caller's channel since it was handed to us.
CALL: Final = "cc_call"
TENANT: Final = "cc_tenant"

# The account a phone was authenticated as (sofia_reg.c: the user of the directory that its password matched).
USER: Final = "user_name"
DOMAIN: Final = "domain_name"

# All of the connect reply that is ever looked at: about 160 further lines per call are not kept.
KEPT: Final = frozenset(
    {
        "Unique-ID",
        "FreeSWITCH-Switchname",
        "Core-UUID",
        "Caller-Context",
        "Caller-Destination-Number",
        "Caller-Caller-ID-Number",
        "Caller-Caller-ID-Name",
        "Caller-Privacy-Hide-Number",
        "Caller-Channel-Created-Time",
        "Event-Date-Timestamp",
        f"variable_{USER}",
        f"variable_{DOMAIN}",
        "variable_sip_network_ip",
        "variable_sip_Privacy",
        "variable_sip_h_Privacy",
        "variable_privacy",
        DIVERSION,
        HISTORY,
        PASSED,
        "variable_continue_on_fail",
        "variable_hangup_after_bridge",
        "variable_sip_copy_custom_headers",
        "variable_ignore_early_media",
        "variable_sip_ignore_remote_cause",
        "variable_cc_again",
        f"variable_{HANDED}",
        f"variable_{TENANT}",
        "variable_transfer_history",
        "variable_originate_disposition",
        "variable_originated_legs",
        "variable_originate_causes",
        "variable_record_ms",
        "variable_force_transfer_context",
        "variable_uuid_bridge_continue_on_cancel",
        "variable_last_bridge_to",
        WAITING_LEG,
        f"variable_{CALL}",
        "variable_cc_cap_s",
        "Caller-Channel-Answered-Time",
        "variable_sip_redirect_contact_user_0",
    }
)

# The context of our dialplan (freeswitch-xml/dialplan/transferred.xml) into which every REFER leads, and nothing else.
TRANSFER_CONTEXT: Final = "transferred"

# The context (freeswitch-xml/dialplan/held.xml) into which a phone that hangs up sends whom it holds, and nothing else
# does: by this variable of its channel (switch_ivr_bridge.c, audio_bridge_thread).
HELD_CONTEXT: Final = "held"
# By the second one it keeps a phone that transfers until it is told that the transfer is taken (`blind_transfer_ack`;
# sofia.c, sofia_handle_sip_i_refer). freeswitch-xml/dialplan/internal.xml sets both for phones that call.
OF_PHONES: Final = {"hold_hangup_xfer_exten": f"held:XML:{HELD_CONTEXT}", "confirm_blind_transfer": "true"}

# The context (freeswitch-xml/dialplan/replaced.xml) of a phone's INVITE with Replaces, before it takes a call over.
REPLACED_CONTEXT: Final = "replaced"

# What every call needs, however the dialplan was edited. Without the first a busy B leg hangs the caller up
# (switch_channel.c, switch_channel_handle_cause); without the second the caller gets into the dialplan after a talk;
# without `sip_ignore_remote_cause` the code of the last B leg overrides ours (mod_sofia.c, sofia_on_hangup): 200 to a
# caller whose callee never accepted; by `force_transfer_context` a REFER is known by its context (switch_ivr.c,
# switch_ivr_session_transfer); without HANDED it is not known to be ours once its worker is dead; without the last a
# waiting caller is hung up whose agent leaves while they are being joined (switch_ivr_bridge.c,
# uuid_bridge_on_soft_execute).
NEEDED: Final = {
    "continue_on_fail": "true",
    "hangup_after_bridge": "true",
    "sip_copy_custom_headers": "false",
    "ignore_early_media": "true",
    "sip_ignore_remote_cause": "true",
    "force_transfer_context": TRANSFER_CONTEXT,
    HANDED: "true",
    "uuid_bridge_continue_on_cancel": "true",
}

_NEEDED_VARIABLES: Final = tuple((f"variable_{name}", name, value) for name, value in NEEDED.items())
_PRIVACY: Final = ("variable_sip_Privacy", "variable_sip_h_Privacy", "variable_privacy")

DIALLED_CHARACTERS: Final = 64
MICROSECOND_DIGITS: Final = 16


@fast_init
@dataclass(frozen=True, slots=True)
class Arriving:
    """A call as the switch presents it.

    Attributes:
        switchname: the switch's own name (`switchname` in its switch.conf).
        context: dialplan context; phones are authenticated in every context but `public`.
        user, domain: SIP account the switch authenticated, "" for calls from outside.
        missing: variables the dialplan should have set and did not.
        created: when the INVITE came, by the switch's clock.
        tenant: whose call it was when it was with us before.
        origin: its way before it reached us.
        source: the address it came from.
        again: the channel may have been with us before: it was transferred, or the dialplan went on behind `socket`.
        transfer: a phone's REFER brought it here, just now, or (`left_on_hold`) its end while it held this one.
        by_leg: the channel it was joined with last.
        call: the call it belongs to, by our mark; "" for a channel that is new, or was with the version before.
        replaces: it is an INVITE with Replaces.
        limit: when the switch was to end it for the money or the time it costs; None: it has no such limit.
    """

    channel: str
    switchname: str
    context: str
    user: str
    domain: str
    dialled: str
    number: str
    name: str
    anonymous: bool
    missing: tuple[tuple[str, str], ...]
    created: Instant | None
    again: bool = False
    tenant: str = ""
    transfer: bool = False
    by_leg: str = ""
    call: str = ""
    limit: Instant | None = None
    origin: Origin = NO_ORIGIN
    source: str = ""
    left_on_hold: bool = False
    replaces: bool = False


def read_arrival(data: Mapping[str, str]) -> Arriving:
    """The call of a connect reply. Everything the caller could write is cleaned or refused here."""
    number = Safe(user_part(data.get("Caller-Caller-ID-Number", "")))
    returned = data.get("variable_cc_again") == "true"
    left_on_hold = data.get("Caller-Context") == HELD_CONTEXT
    transferred = left_on_hold or data.get("Caller-Context") == TRANSFER_CONTEXT
    return Arriving(
        channel=data["Unique-ID"],
        switchname=data.get("FreeSWITCH-Switchname", ""),
        context=data.get("Caller-Context", ""),
        user=data.get(f"variable_{USER}", ""),
        domain=data.get(f"variable_{DOMAIN}", ""),
        dialled=str(Safe(user_part(data.get("Caller-Destination-Number", "")), DIALLED_CHARACTERS)),
        number=str(number),
        name=str(Safe(data.get("Caller-Caller-ID-Name", ""))),
        anonymous=_wants_privacy(data) or is_anonymous(number),
        missing=tuple([(n, v) for variable, n, v in _NEEDED_VARIABLES if data.get(variable) != v]),
        created=_instant(data.get("Caller-Channel-Created-Time", "")),
        tenant=data.get(f"variable_{TENANT}", ""),
        # the switch writes the history of transfers only after it has sent the channel on its way
        again=returned or transferred or bool(data.get("variable_transfer_history")),
        transfer=transferred and not returned,
        by_leg=data.get("variable_last_bridge_to", ""),
        call=data.get(f"variable_{CALL}", ""),
        limit=_limit(data),
        origin=read_origin(data),
        source=data.get("variable_sip_network_ip", ""),
        left_on_hold=left_on_hold and not returned,
        replaces=data.get("Caller-Context") == REPLACED_CONTEXT,
    )


def _limit(data: Mapping[str, str]) -> Instant | None:
    answered, cap_s = _instant(data.get("Caller-Channel-Answered-Time", "")), data.get("variable_cc_cap_s", "")
    return Instant(answered + int(cap_s) * SECOND_US) if answered and cap_s.isdigit() else None


def _wants_privacy(data: Mapping[str, str]) -> bool:
    """RFC 3323: `Privacy: id`, `user`, `full`, `header`; `none` and `critical` alone ask for nothing."""
    if data.get("Caller-Privacy-Hide-Number") == "true":
        return True
    said = ";".join([text for variable in _PRIVACY if (text := data.get(variable))])
    if not said:
        return False
    return bool({"id", "user", "full", "header", "yes"} & {word.strip().lower() for word in said.split(";")})


def _instant(text: str) -> Instant | None:
    """Microseconds since the epoch; None for 0, which the switch writes for "not yet", and for what is no moment."""
    if not (text.isascii() and text.isdigit() and len(text) <= MICROSECOND_DIGITS):
        return None
    return Instant(int(text)) if 0 < int(text) < LATEST else None
