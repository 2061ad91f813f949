"""A call, its caller and its legs, as nouns."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import Final

from callcontrol.vocabulary.fast_init import fast_init
from callcontrol.vocabulary.moment import Instant

# The id of a call that arrives follows from its first channel: a worker that died before anything of the call was saved
# leads to the same call again (RFC 4122 section 4.3).
_CALLS: Final = uuid.UUID("0b7c9d64-8f1e-5d0a-a2c4-1d5f0e7b9a36").bytes
# Ids of legs follow from the call's own id and its worker's nonce, so that replaying a call yields the same ids
# (RFC 4122 section 4.3).
_LEGS: Final = uuid.UUID("6f1d3f43-3f0e-5b1c-9a53-6a1f5b0c2e11").bytes

# What the trunk of a leg is called that leads to another tenant of this system; also its gateway at the switch.
ON_NET: Final = "on-net"


@fast_init
@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as the switch told us.

    Attributes:
        number: E.164 where it could be read as a number, else what arrived (cleaned), "" if none came.
        name: display name, cleaned of everything but letters, digits and harmless punctuation.
        anonymous: the caller asked for privacy (RFC 3323); the number is kept for the record and never shown.
        extension: the tenant's own extension that calls, "" for a call from outside.
    """

    number: str
    name: str = ""
    anonymous: bool = False
    extension: str = ""


@fast_init
@dataclass(frozen=True, slots=True)
class Origin:
    """Where a call came from: for one from outside its way before it reached us, as its headers tell.

    Attributes:
        passed: numbers of ours (E.164) it has come through already: it left through a carrier and came back.
        diversion, history: Diversion and History-Info, safe to be sent on, "" where there was none.
        account: the SIP account of the phone of ours that calls, "" for a call from outside.
    """

    passed: tuple[str, ...] = ()
    diversion: str = ""
    history: str = ""
    account: str = ""


NO_ORIGIN = Origin()


@dataclass(frozen=True, slots=True)
class HeardKey:
    """A key that a caller has pressed: when, by the switch's clock, and how it came (`KeyPressed`)."""

    key: str
    at: Instant
    source: str


NO_KEY = HeardKey("", Instant(0), "")


@dataclass(frozen=True, slots=True)
class HeldLeg:
    """A leg whose phone holds the other party, and since when."""

    leg: str
    at: Instant


@dataclass(frozen=True, slots=True)
class LegBeside:
    """A leg of another call that talks with a party of this one, or has talked and transfers that party now: it picked
    the call up, took a parked caller, or was joined by an attended transfer. The other call books it.

    Attributes:
        leg: its channel.
        who: who is there, as a target text.
        heard: when the code was pressed that has begun its latest transfer (clock of the switch): told twice it counts
            once; None: none has, or it is not known.
    """

    leg: str
    who: str
    heard: Instant | None = None


@fast_init
@dataclass(frozen=True, slots=True)
class Stamps:
    """A channel's own times, all in microseconds since the epoch, None where it did not happen.

    FreeSWITCH: Caller-Channel-Created-Time, -Progress-Time (or -Progress-Media-Time), -Answered-Time, -Hangup-Time,
    -Bridged-Time.
    """

    created: Instant
    ringing: Instant | None
    answered: Instant | None
    ended: Instant
    bridged: Instant | None = None

    @property
    def talk_us(self) -> int:
        """Microseconds from answer to end, 0 if never answered."""
        return max(0, self.ended - self.answered) if self.answered is not None else 0


def call_id_of(channel: str) -> str:
    """The id of the call that arrives on this channel; the same for ever."""
    return _uuid5(_CALLS, channel)


def leg_id(call_id: str, n: int, nonce: str = "") -> str:
    """The uuid of the n-th leg of a call; the same for ever.

    Args:
        nonce: of the worker that sends it out, as it took this call.
    """
    return _uuid5(_LEGS, f"{call_id}/{nonce}/{n}" if nonce else f"{call_id}/{n}")


def _uuid5(namespace: bytes, name: str) -> str:
    """As `uuid.uuid5`, at a quarter of its cost: version 5 and the variant stand in two of the digits."""
    digits = hashlib.sha1(namespace + name.encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"
