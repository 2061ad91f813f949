"""Transfers by keys in the language of the switch's event socket.

Codes are bound to the leg at which they count (mod_dptools.c, bind_digit_action; switch_ivr_async.c, the digit
machine): the switch itself holds a key back that begins one, swallows a whole code and tells us, also where the leg
talks and whichever way the keys come (RFC 4733, SIP INFO); what is no code is handed on. A regular expression is no
alternative: with one every key would wait (switch_ivr_dmachine_check_match counts it as a partial match).

They are bound by `sendmsg`: `uuid_broadcast` would read five frames of the talk away for each code, unheard and
unrecorded (switch_ivr_async.c, switch_ivr_broadcast, `lead-frames`).
"""

from __future__ import annotations

import re
from typing import Final

from callcontrol.control.call import Call
from callcontrol.control.transfer_commands import (
    ConfirmTransfer,
    JoinAsThird,
    KeepLeg,
    ListenForCodes,
    Part,
    TransferAnswer,
    TransferOrder,
)
from callcontrol.edges.freeswitch.commands import Api, Command, Execute, set_variables
from callcontrol.edges.freeswitch.failures import UnsafeText
from callcontrol.edges.freeswitch.safe import destination

# The context of our dialplan that hands every call to us, whatever its number; and what sends a channel there once its
# conversation is over.
BACK_CONTEXT: Final = "callcontrol"
AFTER_BRIDGE: Final = "transfer_after_bridge"

# The event by which a leg tells of a code, and its header.
CODE_PRESSED: Final = "callcontrol::code"
CODE_HEADER: Final = "Callcontrol-Code"
_CODE: Final = re.compile(r"[*#][0-9*#]{1,3}")
_ACK: Final = "blind_transfer_ack"
_STAYS: Final = "park_after_bridge"
# What a phone is told of a transfer that is refused; 403 of all other causes, as the switch does.
_SIP_CODES: Final = {"UNALLOCATED_NUMBER": "404", "NO_ROUTE_DESTINATION": "404", "USER_BUSY": "486"}


def before(command: TransferOrder) -> tuple[str | Execute, ...]:
    """The commands that go ahead of it.

    Raises:
        UnsafeText: something in it cannot be sent as what it is.
    """
    match command:
        case ListenForCodes(leg, realm, codes):
            return tuple(Execute("bind_digit_action", f"{realm},{_bound(code)}", uuid=leg) for code in codes)
        case Part(leg):
            return (f"uuid_setvar {leg} {_STAYS} true",)
        case _:
            return ()


def _bound(code: str) -> str:
    """`exec[i]` runs the application within the bridge, without a break in the sound."""
    if not _CODE.fullmatch(code):
        raise UnsafeText(what="code of keys", text=code[:20], why=f"it is not of the form {_CODE.pattern}")
    return f"{code},exec[i]:event,^^|Event-Name=CUSTOM|Event-Subclass={CODE_PRESSED}|{CODE_HEADER}={code}"


def the_command(command: ListenForCodes | KeepLeg | JoinAsThird) -> str | Execute:
    """The command for what is asked for."""
    match command:
        case ListenForCodes(leg, realm):
            return Execute("digit_action_set_realm", realm, uuid=leg)
        case KeepLeg(leg, on):
            return f"uuid_setvar {leg} {_STAYS}{' true' if on else ''}"
        case JoinAsThird(leg, channel):
            # the listener's own keys for the modes stay off: the codes are ours
            return f"uuid_transfer {leg} m:^:set:eavesdrop_enable_dtmf=false^three_way:{channel}^park inline"


def comes_back(call: Call) -> str:
    """The api command by which the led channel comes to us once its conversation is over.

    Raises:
        UnsafeText: something in it cannot be sent as what it is.
    """
    return f"uuid_setvar {call.led} {AFTER_BRIDGE} {destination(call.destination)}:XML:{BACK_CONTEXT}"


def taken(call: Call) -> tuple[Command, ...]:
    """What goes ahead of dialling for a party whose transferor the switch still keeps; nothing where it keeps none."""
    waits = call.transfer is not None and bool(call.transfer.held)
    return answer(ConfirmTransfer(), call) if waits else ()


def answer(command: TransferAnswer, call: Call) -> tuple[Command, ...]:
    """What the transferor's phone is told (`blind_transfer_ack`). On "false" the switch has the transferor's leg take
    the party over by `intercept` (mod_sofia.c, SWITCH_MESSAGE_INDICATE_BLIND_TRANSFER_RESPONSE).
    """
    if isinstance(command, ConfirmTransfer):
        return (Execute(_ACK, "true", command.app_id, lock=False),)
    code = set_variables(call.led, {"sip_invite_failure_status": _SIP_CODES.get(command.cause, "403")})
    stays = (Api(comes_back(call)),) if command.comes_back else ()
    return (code, *stays, Execute(_ACK, "false", command.app_id, lock=False))
