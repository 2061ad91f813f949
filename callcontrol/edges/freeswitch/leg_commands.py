"""Commands on legs that are not bridged from a caller's channel: originated, parked, whispered to, joined, ended.

They go over the switch's own connection. A leg that answers is parked (`&park()`); what it is played afterwards is an
inline dialplan (mod_dptools.c, `inline_dialplan_hunt`) that ends in `park` again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from callcontrol.control import commands as do
from callcontrol.control.call import Call
from callcontrol.control.credit_commands import ComeBack, CreditOrder, EndAt, LookAtAnswer, WarnPayer
from callcontrol.control.talk_commands import AnnounceRecording, EndPrompt, StopRecording, TalkCommand
from callcontrol.control.transfer_commands import JoinAsThird, KeepLeg, ListenForCodes, Part, TransferOrder
from callcontrol.edges.freeswitch import credit_commands, recording_commands, transfer_orders
from callcontrol.edges.freeswitch.commands import Execute
from callcontrol.edges.freeswitch.safe import destination, playable, word
from callcontrol.edges.freeswitch.translate import dial_string_of
from callcontrol.routing.carrier_loops import PASSED_HEADER, as_header
from callcontrol.routing.plan import LegPlan, TrunkNumber

# Orders that are carried out at once, and answered.
LegOrder = do.Whisper | do.Join | do.KillLeg | do.BringBack | TalkCommand | CreditOrder | TransferOrder

# A parked leg that no worker joins any more (its worker died) ends by itself after so many seconds.
PARK_S: Final = 60
# Longer than the legs' own limits, which decide (seconds).
GRACE_S: Final = 5
# The end of a bridge brings a caller back who was joined so many seconds before, or one less: the switch counts whole
# seconds of its clock. Whether the caller had talked by then is for the call to say (`UNTALKED_US`).
COMES_BACK_S: Final = 2
# Set on a leg that has heard what it was played: so its parking then is told from its parking at the answer.
HEARD: Final = "cc_heard"
BACK_CONTEXT: Final = transfer_orders.BACK_CONTEXT
# What the dialplan does with a call that no daemon takes (dialplan/fallback.xml).
LAST_RESORT_CONTEXT: Final = "fallback"


def originate(command: do.Originate, call: Call, profile: str) -> str:
    """`originate` of legs that ring at once; the first to answer is parked.

    Raises:
        UnsafeText: something in it cannot be sent as what it is.
    """
    variables = {
        "hangup_after_bridge": "true",
        "ignore_early_media": "true",
        "originate_timeout": str(longest_s(command.legs) + GRACE_S),
        "park_timeout": str(PARK_S),
        # a phone's 302 is a refusal here: the phone must not send a waiting caller or customer anywhere
        "outbound_redirect_fatal": "true",
    }
    if (passed := _passed(call)) and any(isinstance(leg.endpoint, TrunkNumber) for _, leg in command.legs):
        variables[f"sip_h_{PASSED_HEADER}"] = passed
    return f"originate {dial_string_of(command.legs, variables, call, profile)} &park()"


def _passed(call: Call) -> str:
    """Our own header of a leg that leaves for a waiting caller: the numbers of ours that the call came through."""
    came_for_a_number = not (call.caller.extension or call.transfer) and call.dialled.startswith("+")
    return as_header((*call.origin.passed, call.dialled) if came_for_a_number else call.origin.passed)


def longest_s(legs: Sequence[tuple[str, LegPlan]]) -> int:
    """How long these legs may take to be answered and accepted (seconds)."""
    return max(plan.ring_s + (plan.acceptance.wait_s if plan.acceptance else 0) for _, plan in legs)


def before(command: LegOrder, call: Call) -> tuple[str | Execute, ...]:
    """The commands that go ahead of it.

    A caller whose agent is gone before the caller's channel has come to the join would be hung up, with
    DESTINATION_OUT_OF_ORDER, had it not `transfer_after_bridge` (switch_ivr_bridge.c, uuid_bridge_on_soft_execute); so
    would be one whose agent leaves when both have just been joined (switch_ivr_multi_threaded_bridge). With it the
    caller comes back to us; `after` takes it off again.

    Raises:
        UnsafeText: something in it cannot be sent as what it is.
    """
    if isinstance(command, AnnounceRecording | EndPrompt | StopRecording):
        return recording_commands.before(command)
    if isinstance(command, CreditOrder):
        return credit_commands.before(command)
    if isinstance(command, TransferOrder):
        return transfer_orders.before(command)
    if not _joins_led(command, call):
        return ()
    return (
        f"sched_del {_taking_off(call)}",  # of a join just before, which came to nothing
        transfer_orders.comes_back(call),
    )


def after(command: LegOrder, call: Call) -> tuple[str, ...]:
    """The api commands that follow it: once a conversation lasts, its end is the caller's. The switch sees to that by
    itself, so that it also holds where this worker dies meanwhile. Where the call goes on after the conversation
    (`Join.comes_back`) the variable stays.
    """
    if isinstance(command, CreditOrder):
        return credit_commands.after(command)
    if not _joins_led(command, call) or (isinstance(command, do.Join) and command.comes_back):
        return ()
    return (f"sched_api +{COMES_BACK_S} {_taking_off(call)} uuid_setvar {call.led} {transfer_orders.AFTER_BRIDGE}",)


def _taking_off(call: Call) -> str:
    """The group of the switch's task that takes the variable off again."""
    return f"joined-{call.led}"


def _joins_led(command: LegOrder, call: Call) -> bool:
    return isinstance(command, do.Join) and command.first == call.led


def leg_command(command: LegOrder, call: Call) -> str | Execute:
    """The command for what is asked of a leg, or of two.

    Raises:
        UnsafeText: something in it cannot be sent as what it is.
    """
    match command:
        case do.Whisper(leg, file, hang_up):
            apps = (f"playback:{playable(file)}", "hangup:NORMAL_CLEARING" if hang_up else "park")
            # m:^: makes ^ the separator: commas stand in tones and dots in file names
            return f"uuid_transfer {leg} m:^:set:{HEARD}={str(not hang_up).lower()}^{'^'.join(apps)} inline"
        case do.Join(first, second):
            return f"uuid_bridge {first} {second}"
        case do.KillLeg(leg, cause):
            return f"uuid_kill {leg} {cause}"
        case do.BringBack(refused):
            context = LAST_RESORT_CONTEXT if refused else BACK_CONTEXT
            return bring_back(call.led, call.destination, context)
        case Part():
            return bring_back(call.led, call.destination)
        case ListenForCodes() | KeepLeg() | JoinAsThird():
            return transfer_orders.the_command(command)
        case EndAt() | LookAtAnswer() | WarnPayer() | ComeBack():
            return credit_commands.api_command(command, call, BACK_CONTEXT)
        case _:
            return recording_commands.the_command(command, call.id)


def bring_back(channel: str, dialled: str, context: str = BACK_CONTEXT) -> str:
    """The command that sends a caller's channel to us again, as if it had dialled this number or extension.

    Args:
        context: TRANSFER_CONTEXT for one that a phone has transferred: it did not dial this itself.

    Raises:
        UnsafeText: something in it cannot be sent as what it is.
    """
    return f"uuid_transfer {channel} {destination(dialled)} XML {word(context)}"
