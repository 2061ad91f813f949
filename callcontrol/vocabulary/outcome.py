"""What became of a leg, a step or a call: our words, and the switch's hangup causes translated into them.

The table below is the only place that knows causes. Its left side are the names of FreeSWITCH's `switch_call_cause_t`
(src/include/switch_types.h, names in src/switch_channel.c `CAUSE_CHART`); the right side decides which forwarding rule
applies. A cause that is not in the table is `failed`, which no rule follows but the last resort does.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Outcome(StrEnum):
    """How a leg, a step or a whole call ended."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    UNAVAILABLE = "unavailable"
    REJECTED = "rejected"  # our own refusal: blocked, no price, no trunk
    TIMEOUT = "timeout"
    ABANDONED = "abandoned"  # the caller hung up before the call was answered
    ELSEWHERE = "answered_elsewhere"  # this leg lost the race
    VOICEMAIL = "voicemail"
    MISSED = "missed"  # the caller reached a voicemail box and left no message
    ANNOUNCED = "announced"
    CHANGED = "changed"  # a star code was carried out
    OVERFLOW = "overflow"
    CALLBACK = "callback"  # the caller asked to be called back
    FAILED = "failed"


# Our own word for a leg that was not sent out: its trunk has no channel, or as many calls begin there as may.
TRUNK_FULL: Final = "TRUNK_FULL"
# Causes of our own: a leg is not dialled for want of credit; one that talked was ended as its credit was used up.
NO_CREDIT = "NO_CREDIT"
CREDIT_USED_UP = "CREDIT_USED_UP"
# A leg was ended as its payer was restricted meanwhile.
RESTRICTED: Final = "RESTRICTED"
# A leg is not dialled: a limit that counts the calls of who would have paid is reached.
LIMIT_REACHED: Final = "LIMIT_REACHED"

_CAUSES: dict[Outcome, tuple[str, ...]] = {
    Outcome.ANSWERED: ("SUCCESS", "NORMAL_CLEARING", "BLIND_TRANSFER", "ATTENDED_TRANSFER", "MEDIA_TIMEOUT"),
    # A person who refuses is busy: the subscriber's "busy" rule is what hosted PBXs apply to a rejected call.
    Outcome.BUSY: ("USER_BUSY", "CALL_REJECTED", "BUSY_EVERYWHERE", "DECLINE"),
    Outcome.NO_ANSWER: ("NO_ANSWER", "ALLOTTED_TIMEOUT"),
    Outcome.UNAVAILABLE: (
        # no phone is there; 480 (a mobile that is off) is NO_USER_RESPONSE, no answer to the INVITE at all (408) the
        # timer
        "NO_USER_RESPONSE",
        "RECOVERY_ON_TIMER_EXPIRE",
        "PROGRESS_TIMEOUT",
        "USER_NOT_REGISTERED",
        "REDIRECTION_TO_NEW_DESTINATION",  # 302, where the caller is not sent on
        "SUBSCRIBER_ABSENT",
        "UNALLOCATED_NUMBER",
        "NUMBER_CHANGED",
        "DESTINATION_OUT_OF_ORDER",
        "DOES_NOT_EXIST_ANYWHERE",
        "NO_ROUTE_DESTINATION",
        "NO_ROUTE_TRANSIT_NET",
        "INVALID_NUMBER_FORMAT",
        # the network or a gateway between us and them failed
        "GATEWAY_DOWN",
        "INVALID_GATEWAY",
        "INVALID_PROFILE",
        "INVALID_URL",
        "NETWORK_OUT_OF_ORDER",
        "NORMAL_TEMPORARY_FAILURE",
        "NORMAL_CIRCUIT_CONGESTION",
        "SWITCH_CONGESTION",
        "REQUESTED_CHAN_UNAVAIL",
        "CHAN_NOT_IMPLEMENTED",
        "SERVICE_UNAVAILABLE",
        "SERVICE_NOT_IMPLEMENTED",
        "FACILITY_REJECTED",
        "FACILITY_NOT_SUBSCRIBED",
        "FACILITY_NOT_IMPLEMENTED",
        "OUTGOING_CALL_BARRED",
        "INCOMING_CALL_BARRED",
        "BEARERCAPABILITY_NOTAUTH",
        "BEARERCAPABILITY_NOTAVAIL",
        "BEARERCAPABILITY_NOTIMPL",
        "INCOMPATIBLE_DESTINATION",
        "EXCHANGE_ROUTING_ERROR",
        "INTERWORKING",
        "PROTOCOL_ERROR",
        "NORMAL_UNSPECIFIED",
        "CRASH",
        "SYSTEM_SHUTDOWN",
        "PRE_EMPTED",  # an ordinary call has given its channel to an emergency call
        TRUNK_FULL,
    ),
    Outcome.REJECTED: (NO_CREDIT, RESTRICTED, LIMIT_REACHED),
    Outcome.ELSEWHERE: ("LOSE_RACE", "PICKED_OFF"),
    Outcome.ABANDONED: ("ORIGINATOR_CANCEL",),
}

OUTCOME_OF_CAUSE: MappingProxyType[str, Outcome] = MappingProxyType(
    {cause: outcome for outcome, causes in _CAUSES.items() for cause in causes}
)

# What a trunk says when the trunk itself, not the person behind it, is the trouble: the next trunk is tried.
TRUNK_FAILURES = frozenset(
    {
        "GATEWAY_DOWN",
        "INVALID_GATEWAY",
        "INVALID_PROFILE",
        "NETWORK_OUT_OF_ORDER",
        "NORMAL_TEMPORARY_FAILURE",
        "NORMAL_CIRCUIT_CONGESTION",
        "SWITCH_CONGESTION",
        "REQUESTED_CHAN_UNAVAIL",
        "SERVICE_UNAVAILABLE",
        "SERVICE_NOT_IMPLEMENTED",
        "DESTINATION_OUT_OF_ORDER",
        "RECOVERY_ON_TIMER_EXPIRE",
        "PROGRESS_TIMEOUT",
        "BEARERCAPABILITY_NOTAVAIL",
        "OUTGOING_CALL_BARRED",
        "FACILITY_REJECTED",
        "INTERWORKING",
        "NO_ROUTE_TRANSIT_NET",
        "CHAN_NOT_IMPLEMENTED",
        "EXCHANGE_ROUTING_ERROR",
        "PROTOCOL_ERROR",
        "INCOMPATIBLE_DESTINATION",
        "PRE_EMPTED",
        TRUNK_FULL,
    }
)
# Those of them that are no fault of the trunk.
NO_FAULT: Final = frozenset({"PRE_EMPTED", TRUNK_FULL})

# What the caller is given when nothing else is left to try.
CAUSE_OF_OUTCOME: MappingProxyType[Outcome, str] = MappingProxyType(
    {
        Outcome.BUSY: "USER_BUSY",
        Outcome.NO_ANSWER: "NO_ANSWER",
        Outcome.UNAVAILABLE: "SUBSCRIBER_ABSENT",
        Outcome.REJECTED: "CALL_REJECTED",
        Outcome.TIMEOUT: "NO_ANSWER",
        Outcome.FAILED: "NORMAL_TEMPORARY_FAILURE",
    }
)


def outcome_of(cause: str) -> Outcome:
    """The outcome of a leg that ended with this hangup cause before it was bridged."""
    return OUTCOME_OF_CAUSE.get(cause, Outcome.FAILED)


def worst_of(outcomes: tuple[Outcome, ...]) -> Outcome:
    """One outcome for several legs that all failed: what a person would say of the lot.

    The order: a phone rang and was not answered > a phone was busy > no phone was there.
    """
    for candidate in (Outcome.NO_ANSWER, Outcome.BUSY, Outcome.UNAVAILABLE, Outcome.REJECTED):
        if candidate in outcomes:
            return candidate
    return Outcome.FAILED
